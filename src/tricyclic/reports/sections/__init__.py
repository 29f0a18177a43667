"""Sections of a report: each file defines one, with the data it needs and what it writes."""

from __future__ import annotations

from tricyclic.registry import Registry

SECTIONS = Registry("section", "tricyclic.reports.sections", "SECTION")
