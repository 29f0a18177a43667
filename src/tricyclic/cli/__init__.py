"""The command line: a verb per job."""
