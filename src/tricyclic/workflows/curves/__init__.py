"""Commands of curves: fit, models."""
