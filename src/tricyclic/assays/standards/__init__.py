"""Standard curves: unknowns of immunoassays and protein assays from the readings of standards."""
