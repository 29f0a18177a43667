"""Commands of a study folder: demo, new, run, verify."""
