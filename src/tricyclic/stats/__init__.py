"""Statistics: random effects, censored means, comparisons, multiple testing, control rules."""
