"""Commands of screens and of the reproducibility of assays."""
