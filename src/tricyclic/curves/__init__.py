"""One file here is one curve that can be fitted."""
