"""Chromatograms: peaks of a method's compounds, their areas and the quality of the separation."""
