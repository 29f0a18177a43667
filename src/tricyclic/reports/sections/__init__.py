"""One file here is one section of a report: what it wants, and what it writes."""

from __future__ import annotations

from tricyclic.registry import Shelf

SHELF = Shelf("section", "tricyclic.reports.sections", "SECTION")
