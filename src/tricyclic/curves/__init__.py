"""One file here is one curve that can be fitted: a declaration, a kernel, a first guess."""

from __future__ import annotations

from tricyclic.shelf import Shelf

SHELF = Shelf("curve", "tricyclic.curves", "MODEL")

__all__ = ["SHELF"]
