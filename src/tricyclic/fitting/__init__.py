"""Fits of declared curves: one curve, model selection, outliers, many curves."""
