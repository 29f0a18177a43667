"""One file here is one curve that can be fitted."""

from tricyclic.shelf import Shelf

SHELF = Shelf("curve", "tricyclic.curves", "MODEL")
