"""Library files of the kind 'protocols'."""
