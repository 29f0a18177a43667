"""Value types that two or more packages use, checked when they are made; numbers as text and as
JSON.
"""
