"""Library files of the kind 'drugs'."""
