"""Commands for files and units: convert, read."""
