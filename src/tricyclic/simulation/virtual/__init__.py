"""Simulated experiments: glutamate release, neurite outgrowth, microdialysis."""
