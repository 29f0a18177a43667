"""Exported models and PEtab problems as plain data: without the contents of their files."""

from __future__ import annotations

from typing import Any

from tricyclic.core.serialize import to_jsonable
from tricyclic.results.model_exports import ExportResult, PetabResult


def export_json(result: ExportResult) -> dict[str, Any]:
    """All fields, with the names of the files instead of their contents."""
    return {
        "scenario": result.scenario,
        "n_states": result.n_states,
        "n_parameters": result.n_parameters,
        "problems": list(result.problems),
        "files": list(result.contents),
        "remarks": list(result.remarks),
    }


def petab_json(result: PetabResult) -> dict[str, Any]:
    """The problems, and the names of their files."""
    return {"problems": to_jsonable(result.problems), "files": list(result.contents)}
