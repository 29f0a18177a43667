"""Commands of radioligand binding: affinity, saturation, kinetics, design."""
