"""Results told as a document."""
