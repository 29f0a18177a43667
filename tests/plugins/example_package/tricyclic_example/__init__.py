"""One entry of every kind that a package can add to tricyclic."""
