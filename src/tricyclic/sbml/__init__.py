"""SBML documents: read, written and checked with libSBML."""
