"""Neurite outgrowth: from images, counts or lengths of cells to the effect of a drug."""
