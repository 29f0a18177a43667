"""The study folder: plan, raw files and their hashes, exclusions, results, log."""
