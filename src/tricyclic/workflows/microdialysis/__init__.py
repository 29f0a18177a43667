"""Commands of microdialysis: chromatograms to amounts, fractions to the effect of a drug."""
