"""Results rendered as text, JSON, tables, files and reports."""
