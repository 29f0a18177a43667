"""Evoked release of a transmitter from cultures: samples, wells, effects of drugs."""
