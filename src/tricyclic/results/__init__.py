"""One result dataclass per analysis; data only, without rendering."""
