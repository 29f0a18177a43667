"""Library files of the kind 'scenarios'."""
