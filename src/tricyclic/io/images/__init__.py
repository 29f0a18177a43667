"""Images of cells from files, and pictures of what was traced in them."""
