"""The command line: one command per analysis."""
