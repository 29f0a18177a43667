"""Commands of neurite outgrowth."""
