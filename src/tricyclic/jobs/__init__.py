"""One file here is one thing that a user asks for."""
