"""Planning of a binding plate: dilutions, expected precision, advice, simulated trials."""
