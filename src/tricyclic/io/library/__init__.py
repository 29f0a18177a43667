"""Reads the library: mechanisms, drugs, scenarios, protocols, evidence."""
