"""Independent programs that run an exported model again, to verify the main engine; never used for
a result.
"""
