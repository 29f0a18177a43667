"""A simulation as plain data: everything, with time courses to six significant figures."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from tricyclic.core.serialize import to_jsonable
from tricyclic.results.simulation import SimulationResult

COURSES = ("observable_courses", "occupancy_courses", "concentration_courses")


def simulation_json(result: SimulationResult) -> dict[str, Any]:
    """All fields of the result."""
    plain = {field.name: to_jsonable(getattr(result, field.name)) for field in fields(result)}
    return plain | {name: rounded(plain[name]) for name in COURSES}


def rounded(plain: Any) -> Any:
    """Plain data with its numbers to six significant figures."""
    if isinstance(plain, float):
        return float(f"{plain:.6g}")
    if isinstance(plain, list):
        return [rounded(item) for item in plain]
    if isinstance(plain, dict):
        return {key: rounded(value) for key, value in plain.items()}
    return plain
