"""Readers: one file here is one format of plates or tables."""
