"""Formats for other modelling tools: SED-ML, COMBINE archives, PEtab."""
