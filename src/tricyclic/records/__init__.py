"""Frozen values that cross the walls; checked when made."""
