"""Differential equations: the solver protocol, its engines, steady states, sensitivities."""
