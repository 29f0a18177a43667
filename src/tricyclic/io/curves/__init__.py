"""Files of many dose-response curves: Parquet and CSV in, one row per curve out."""
