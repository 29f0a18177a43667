"""A screen as plain data; the effects of single wells are in the table effects.csv only."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from tricyclic.core.serialize import to_jsonable
from tricyclic.results.screening import PlateQuality, ScreeningResult

# Arrays with one number per well.
ARRAYS = ("activity", "residual")


def screen_json(screen: ScreeningResult) -> dict[str, Any]:
    """Each plate with its warnings and failures, each hit, each curve, each potency."""
    return {
        "name": screen.name,
        "synthetic": screen.synthetic,
        "fdr": screen.fdr,
        "min_effect_percent": screen.min_effect_percent,
        "settings": dict(screen.settings),
        "checks": to_jsonable(screen.checks),
        "plates": [_plate(plate) for plate in screen.plates],
        "well_hits": [to_jsonable(hit) for hit in screen.wells if hit.is_hit],
        "wells_to_confirm": [to_jsonable(hit) for hit in screen.wells if hit.to_confirm],
        "wells_tested": len(screen.wells),
        "curves": to_jsonable(screen.curves),
        "potencies": to_jsonable(screen.potencies),
        "classes": dict(screen.classes),
        "unused": list(screen.unused),
    }


def _plate(plate: PlateQuality) -> dict[str, Any]:
    values = {
        field.name: getattr(plate, field.name)
        for field in fields(plate)
        if field.name not in ARRAYS
    }
    values["checks"] = [check for check in plate.checks if check.level != "pass"]
    return {**to_jsonable(values), "level": plate.level}
