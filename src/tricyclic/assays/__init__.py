"""The analysis of each experiment: readings in, results out. No files are opened here."""
