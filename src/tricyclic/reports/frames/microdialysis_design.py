"""Tables of the plan of a microdialysis study."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tricyclic.io.frames import Columns
from tricyclic.results.microdialysis import PlannedPower
from tricyclic.results.microdialysis_design import MicrodialysisDesignResult


def microdialysis_design_frames(result: MicrodialysisDesignResult) -> dict[str, Columns]:
    """ "plan" with the needed animals; "animals" by baseline and window; "power" by animals."""
    plans = [("planned", result.plan), ("needed", result.needed)]
    plans.append(("needed, cautiously", result.needed_cautious))
    stated = [(label, one) for label, one in plans if one is not None]
    curve = [one for _, of_baseline in result.curves for one in of_baseline]
    return {
        "plan": {"study": [label for label, _ in stated], **_rows([one for _, one in stated])},
        "animals": _rows(result.grid),
        "power": _rows(curve),
    }


def _rows(plans: Sequence[PlannedPower]) -> dict[str, Any]:
    names = (
        "animals_per_group",
        "baseline_fractions",
        "window_fractions",
        "ratio",
        "sd",
        "power",
    )
    return {
        "sd_of_logarithms" if name == "sd" else name: [getattr(one, name) for one in plans]
        for name in names
    }
