"""Scenarios composed from mechanisms, dosed, run, varied and analysed."""
