"""Peaks on a baseline in a chromatogram: shapes, noise and least squares; arrays in, arrays out."""
