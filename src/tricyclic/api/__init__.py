"""The Python API: one function per command, with the command's options as keyword arguments."""
