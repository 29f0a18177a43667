"""Millions of dose-response curves, compiled with numba."""
