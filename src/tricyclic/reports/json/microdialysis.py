"""A microdialysis study as plain data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tricyclic.reports.json import all_fields
from tricyclic.results.microdialysis import GroupEffects, MicrodialysisResult


def microdialysis_json(result: MicrodialysisResult) -> dict[str, Any]:
    """All fields; of a mixed model its tests, without its matrices."""
    plain = replace(
        result,
        effects=_without_model(result.effects),
        without_flagged=_without_model(result.without_flagged),
        without_early=_without_model(result.without_early),
        sensitivity=tuple(
            (way, _without_model(effects) or effects) for way, effects in result.sensitivity
        ),
    )
    return all_fields(plain)


def _without_model(effects: GroupEffects | None) -> GroupEffects | None:
    if effects is None or effects.courses is None:
        return effects
    return replace(effects, courses=replace(effects.courses, model=None))
