"""Commands of evoked release."""
