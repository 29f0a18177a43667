"""One file here is one format that can be read."""
