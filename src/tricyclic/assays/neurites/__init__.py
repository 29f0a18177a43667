"""Neurite outgrowth: from counts or lengths of cells to the effect of a drug."""
