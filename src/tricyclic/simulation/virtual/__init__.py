"""Simulated experiments: what wells, cultures and animals of a protocol would show, with their
errors.
"""
