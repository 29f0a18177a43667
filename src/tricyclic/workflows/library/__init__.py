"""Commands of the library: drugs, scenarios, protocols."""
