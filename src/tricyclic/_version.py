"""The version of tricyclic, alone in its module so that any package may import it."""

__version__ = "0.1.0"
