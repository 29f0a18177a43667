"""Everything that opens or writes files."""
