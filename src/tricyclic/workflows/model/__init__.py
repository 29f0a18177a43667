"""Commands of models: from a dose to occupancy, norepinephrine, firing and signals."""
