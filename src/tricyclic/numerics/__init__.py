"""Arrays in, arrays out; no pharmacology here."""
