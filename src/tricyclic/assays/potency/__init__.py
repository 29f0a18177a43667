"""Reproducibility of potencies over runs, and relative potency of samples."""
