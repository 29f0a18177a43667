"""Simulated experiments: one skeleton, and a module for each assay that declares its own."""
