"""One file here is one thing that a user asks for."""

from __future__ import annotations

from tricyclic.registry import Shelf

SHELF = Shelf("job", "tricyclic.jobs", "JOB")

__all__ = ["SHELF"]
