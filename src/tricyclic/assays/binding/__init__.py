"""Radioligand binding: competition, saturation and kinetics, from readings to pooled estimates and
checks.
"""
