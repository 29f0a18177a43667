"""A neurite experiment as plain data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tricyclic.reports.json import all_fields
from tricyclic.results.neurites import NeuritesResult


def neurites_json(result: NeuritesResult) -> dict[str, Any]:
    """All fields; single cells are in their own table (cells.csv)."""
    return all_fields(replace(result, table=replace(result.table, cells=())))
