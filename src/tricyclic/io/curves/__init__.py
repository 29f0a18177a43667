"""Files of many dose-response curves, and the file of their fits, one row per curve."""
