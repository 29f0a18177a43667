"""Statistics: random effects, censored means, group comparisons, multiple testing, control rules."""
