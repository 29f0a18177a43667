"""Tables of a neurite experiment and of its plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tricyclic.core.culture_arms import CultureArm
from tricyclic.io.frames import Columns
from tricyclic.results.neurites import NeuriteEffect, NeuritesResult
from tricyclic.results.neurites_design import NeuritesDesignResult, PlannedNeurites


def neurites_frames(result: NeuritesResult) -> dict[str, Columns]:
    """ "arms"; "effects", "cultures", "fields", "antagonists", "curves", "thresholds", "cells"."""
    unit = f"_{result.length_unit}" if result.length_unit else ""
    frames: dict[str, Columns] = {
        "arms": _summaries(result, unit),
        "effects": _effects(result),
        "cultures": _cultures(result, unit),
        "fields": _fields(result),
    }
    if result.antagonists:
        frames["antagonists"] = _antagonists(result)
    if result.responses:
        frames["curves"] = _curves(result)
    if result.over_thresholds:
        over = result.over_thresholds
        frames["thresholds"] = {
            "threshold_soma_diameters": [one.threshold for one in over],
            **_arm_columns([one.arm for one in over]),
            "percent": [one.percent for one in over],
            "percent_vehicle": [one.control_percent for one in over],
            "difference_points": [one.difference for one in over],
            "low": [one.low for one in over],
            "high": [one.high for one in over],
        }
    if result.table.cells:
        frames["cells"] = _cells(result, unit)
    return frames


def _arm_columns(arms: Sequence[CultureArm]) -> dict[str, Any]:
    return {
        "drug": [arm.drug for arm in arms],
        "concentration": [arm.concentration for arm in arms],
        "unit": [arm.unit for arm in arms],
        "stimulus": [arm.stimulus for arm in arms],
        "antagonist": [arm.antagonist for arm in arms],
    }


def _summaries(result: NeuritesResult, unit: str) -> dict[str, Any]:
    rows = result.summaries
    lengths: dict[str, Any] = {}
    for name in ("longest", "total") if result.table.cells else ():
        own = [getattr(one, name) for one in rows]
        lengths |= {
            f"{name}{unit}": [one.value for one in own],
            f"{name}_low{unit}": [one.low for one in own],
            f"{name}_high{unit}": [one.high for one in own],
        }
    return {
        "arm": [result.label(one.arm) for one in rows],
        **_arm_columns([one.arm for one in rows]),
        "cultures": [one.n for one in rows],
        "cells": [one.cells for one in rows],
        "positive": [one.positive for one in rows],
        "percent": [one.percent.value for one in rows],
        "percent_low": [one.percent.low for one in rows],
        "percent_high": [one.percent.high for one in rows],
        **lengths,
    }


def _effects(result: NeuritesResult) -> dict[str, Any]:
    rows = [
        (family.question, family.primary, family.test, effect)
        for family in result.families
        for effect in family.effects
    ]
    rows += [
        (f"dependence on {result.stimulus}", False, "paired t test", one)
        for one in result.stimulus_effects
    ]
    return {
        "question": [question for question, _, _, _ in rows],
        "primary": [primary for _, primary, _, _ in rows],
        **_numbers([one for _, _, _, one in rows]),
        "test": [test for _, _, test, _ in rows],
    }


def _numbers(effects: Sequence[NeuriteEffect]) -> dict[str, Any]:
    return {
        "effect": [one.name for one in effects],
        "measure": [one.measure for one in effects],
        "scale": [one.scale for one in effects],
        "value": [one.value for one in effects],
        "low": [one.low for one in effects],
        "high": [one.high for one in effects],
        "low_joint": [one.low_joint for one in effects],
        "high_joint": [one.high_joint for one in effects],
        "p": [one.p for one in effects],
        "p_adjusted": [one.p_adjusted for one in effects],
        "df": [one.df for one in effects],
        "cultures": [one.n for one in effects],
        "undefined": [one.undefined for one in effects],
    }


def _cultures(result: NeuritesResult, unit: str) -> dict[str, Any]:
    rows = result.values
    lengths = (
        {
            f"longest{unit}": [one.longest for one in rows],
            f"total{unit}": [one.total for one in rows],
        }
        if result.table.cells
        else {}
    )
    return {
        "culture": [one.culture for one in rows],
        "arm": [result.label(one.arm) for one in rows],
        **_arm_columns([one.arm for one in rows]),
        "wells": [one.wells for one in rows],
        "fields": [one.fields for one in rows],
        "cells": [one.cells for one in rows],
        "positive": [one.positive for one in rows],
        "percent": [one.percent for one in rows],
        "percent_low": [one.low for one in rows],
        "percent_high": [one.high for one in rows],
        **lengths,
    }


def _fields(result: NeuritesResult) -> dict[str, Any]:
    rows = result.table.fields
    counts = {
        "positive" if k != k else f"positive_k{k:g}": [one.positive[i] for one in rows]
        for i, k in enumerate(result.table.thresholds)
    }
    return {
        "culture": [one.culture for one in rows],
        "well": [one.well for one in rows],
        "field": [one.field for one in rows],
        "arm": [result.label(one.arm) for one in rows],
        "cells": [one.cells for one in rows],
        **counts,
        "excluded": [one.excluded for one in rows],
        "place": [one.place for one in rows],
    }


def _antagonists(result: NeuritesResult) -> dict[str, Any]:
    rows = [
        (one, kind, getattr(one, kind))
        for one in result.antagonists
        for kind in ("effect", "remaining", "change", "alone")
    ]
    return {
        "drug": [one.drug for one, _, _ in rows],
        "antagonist": [one.antagonist for one, _, _ in rows],
        "kind": [kind for _, kind, _ in rows],
        **_numbers([effect for _, _, effect in rows]),
    }


def _curves(result: NeuritesResult) -> dict[str, Any]:
    rows = result.responses
    nan = float("nan")
    return {
        "drug": [one.drug for one in rows],
        "measure": [one.measure for one in rows],
        "unit": [one.unit for one in rows],
        "ec50": [one.ec50 for one in rows],
        "ec50_low": [one.ec50_low for one in rows],
        "ec50_high": [one.ec50_high for one in rows],
        "bottom_percent": [100 * c.bottom.value if (c := one.curve) else nan for one in rows],
        "top_percent": [100 * c.top.value if (c := one.curve) else nan for one in rows],
        "hill": [c.hill if (c := one.curve) else nan for one in rows],
        "trend": [one.trend.value for one in rows],
        "trend_low": [one.trend.low for one in rows],
        "trend_high": [one.trend.high for one in rows],
        "trend_p": [one.trend.p for one in rows],
        "downturn_p": [one.downturn_p for one in rows],
        "reason": [one.reason for one in rows],
    }


def _cells(result: NeuritesResult, unit: str) -> dict[str, Any]:
    rows = result.table.cells
    nan = float("nan")
    return {
        "culture": [one.culture for one in rows],
        "well": [one.well for one in rows],
        "field": [one.field for one in rows],
        "cell": [one.cell for one in rows],
        "arm": [result.label(one.arm) if one.arm else "" for one in rows],
        f"longest{unit}": [one.longest for one in rows],
        f"total{unit}": [one.total for one in rows],
        f"soma_diameter{unit}": [one.soma_diameter for one in rows],
        "neurites": [nan if one.neurites is None else float(one.neurites) for one in rows],
        "branches": [nan if one.branches is None else float(one.branches) for one in rows],
        "state": [one.state for one in rows],
        "reason": [one.reason for one in rows],
    }


def neurites_design_frames(result: NeuritesDesignResult) -> dict[str, Columns]:
    """ "plan" with the needed cultures; "cultures" by wells and fields; "power" by cultures."""
    plans = [("planned", result.plan), ("needed", result.needed)]
    stated = [(label, one) for label, one in plans if one is not None]
    return {
        "plan": {
            "experiment": [label for label, _ in stated],
            **_plans([one for _, one in stated]),
        },
        "cultures": _plans(result.grid),
        "power": _plans(result.curve),
    }


def _plans(plans: Sequence[PlannedNeurites]) -> dict[str, Any]:
    return {
        "cultures": [one.cultures for one in plans],
        "wells": [one.wells for one in plans],
        "fields": [one.fields for one in plans],
        "cells": [one.cells for one in plans],
        "sd_points": [one.sd for one in plans],
        "power": [one.power for one in plans],
    }
