"""Figures of evoked release."""

from __future__ import annotations

from functools import partial

from tricyclic.plotting.drawing import Drawing
from tricyclic.plotting.release import (
    draw_release_antagonists,
    draw_release_arms,
    release_antagonists,
    release_arms,
)
from tricyclic.plotting.release_curve import draw_release_curve, release_curve
from tricyclic.plotting.release_power import draw_release_power, release_power
from tricyclic.results.release import ReleaseResult
from tricyclic.results.release_design import ReleaseDesignResult


def release_drawings(result: ReleaseResult) -> dict[str, Drawing]:
    """Arms with the cultures joined, the potentiation by each drug, and antagonists."""
    drawings = {
        "arms": Drawing(
            partial(release_arms, result),
            lambda axes: draw_release_arms(axes, result),
            is_flexible=True,
        )
    }
    for k, curve in enumerate(result.curves):
        name = "potentiation" if len(result.curves) == 1 else f"potentiation_{k + 1}"
        drawings[name] = Drawing(
            partial(release_curve, result, curve),
            partial(_draw_curve, result, k),
            is_flexible=True,
        )
    if result.antagonists:
        drawings["antagonists"] = Drawing(
            partial(release_antagonists, result),
            lambda axes: draw_release_antagonists(axes, result),
            is_flexible=True,
        )
    return drawings


def design_drawings(result: ReleaseDesignResult) -> dict[str, Drawing]:
    """The power over the number of cultures."""
    return {
        "power": Drawing(
            partial(release_power, result),
            lambda axes: draw_release_power(axes, result),
            is_flexible=True,
        )
    }


def _draw_curve(result: ReleaseResult, k: int, axes: object) -> None:
    draw_release_curve(axes, result, result.curves[k])  # type: ignore[arg-type]
