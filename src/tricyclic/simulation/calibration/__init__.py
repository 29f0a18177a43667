"""Calibration of scenarios against published observations, and validation against others."""
