"""Calibration of scenarios against published observations, and validation against those kept apart."""
