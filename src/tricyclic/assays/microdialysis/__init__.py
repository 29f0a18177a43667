"""Microdialysis: from amounts in fractions to the effect of a treatment on extracellular levels."""
