"""Formats of other modelling tools: SBML with SED-ML in COMBINE archives, and PEtab."""
