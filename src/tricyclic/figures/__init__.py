"""Records in, a figure out."""
