"""Library files of the kind 'mechanisms'."""
