"""The study folder: raw files, exclusions, results, verify."""
