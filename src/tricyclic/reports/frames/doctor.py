"""The table of a diagnosis of the installation."""

from __future__ import annotations

from dataclasses import fields

from tricyclic.io.frames import Columns
from tricyclic.results.doctor import Diagnostic, DoctorResult


def doctor_frames(result: DoctorResult) -> dict[str, Columns]:
    """One row for each diagnostic."""
    return {
        "diagnostics": {
            item.name: [getattr(one, item.name) for one in result.diagnostics]
            for item in fields(Diagnostic)
        }
    }
