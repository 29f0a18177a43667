"""One file here is one way of measuring."""
