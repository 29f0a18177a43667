"""Tables of the plan of an evoked-release study."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tricyclic.io.frames import Columns
from tricyclic.results.release_design import PlannedCultures, ReleaseDesignResult


def release_design_frames(result: ReleaseDesignResult) -> dict[str, Columns]:
    """ "plan" with the needed cultures; "power" by cultures and wells."""
    stated = [("planned", result.plan)]
    stated += [("needed", result.needed)] if result.needed is not None else []
    if result.needed_cautious is not None:
        stated.append(("needed, cautiously", result.needed_cautious))
    return {
        "plan": {"study": [label for label, _ in stated], **_rows([one for _, one in stated])},
        "power": _rows([one for _, plans in result.curves for one in plans]),
    }


def _rows(plans: Sequence[PlannedCultures]) -> dict[str, Any]:
    return {
        "cultures": [one.cultures for one in plans],
        "wells": [one.wells for one in plans],
        "sd_of_logarithms": [one.sd for one in plans],
        "power": [one.power for one in plans],
    }
