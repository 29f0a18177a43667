"""THINK: mechanisms are composed, dosed, run, varied and calibrated; models are data, this is the engine."""
