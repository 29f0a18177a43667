"""Arrays in, arrays out: least squares, profile likelihood, equilibria, designs."""
