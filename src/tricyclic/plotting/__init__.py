"""A result or a value type in, a Matplotlib figure out; diagrams by Graphviz."""
