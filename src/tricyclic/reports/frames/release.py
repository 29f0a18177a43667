"""Tables of an evoked-release study."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tricyclic.core.culture_arms import CultureArm
from tricyclic.io.frames import Columns
from tricyclic.reports.frames.microdialysis import column_unit
from tricyclic.results.release import ReleaseEffect, ReleaseResult


def release_frames(result: ReleaseResult) -> dict[str, Columns]:
    """ "effects" of arms; "cultures", "wells", "curves", "antagonists", "left_out"."""
    unit = column_unit(result.unit.replace(" ", "_"))
    means, wells = result.means, result.wells
    return {
        "effects": _effects(result),
        "cultures": {
            "culture": [m.culture for m in means],
            **_arms([m.arm for m in means]),
            "wells": [m.n for m in means],
            f"basal{unit}": [m.basal for m in means],
            f"net{unit}": [m.net for m in means],
            f"net_sd{unit}": [m.net_sd for m in means],
            "fold": [m.fold for m in means],
            "wells_not_above_0": [m.negative for m in means],
        },
        "wells": {
            "culture": [w.culture for w in wells],
            "plate": [w.plate for w in wells],
            "well": [w.well for w in wells],
            **_arms([w.arm for w in wells]),
            f"basal_sample{column_unit(result.value_unit)}": [w.basal for w in wells],
            f"stimulated_sample{column_unit(result.value_unit)}": [w.stimulated for w in wells],
            f"basal{unit}": [w.basal_amount for w in wells],
            f"net{unit}": [w.net for w in wells],
            "fold": [w.fold for w in wells],
            "state": ["; ".join(f"{kind} {state}" for kind, state in w.states) for w in wells],
            "excluded": [w.excluded for w in wells],
        },
        "curves": _curves(result),
        "antagonists": _antagonists(result),
        "left_out": {
            "what": [name for name, _ in result.left_out],
            "reason": [reason for _, reason in result.left_out],
        },
    }


def _arms(arms: Sequence[CultureArm]) -> dict[str, Any]:
    return {
        "drug": [arm.drug or "vehicle" for arm in arms],
        "concentration": [arm.concentration for arm in arms],
        "concentration_unit": [arm.unit for arm in arms],
        "stimulus": [arm.stimulus or "none" for arm in arms],
        "antagonist": [arm.antagonist for arm in arms],
    }


def _effects(result: ReleaseResult) -> Columns:
    families = [f for f in (result.ratio, result.difference, result.basal) if f is not None]
    rows = [(f, e) for f in families for e in f.effects]
    main = result.main
    return {
        "quantity": [f.quantity for f, _ in rows],
        "primary": [f is main and result.primary_arm in ("", e.arm) for f, e in rows],
        **_numbers([e for _, e in rows]),
        "low_joint": [e.low_joint for _, e in rows],
        "high_joint": [e.high_joint for _, e in rows],
        "p_adjusted": [e.p_adjusted for _, e in rows],
        "adjustment": [f.adjustment for f, _ in rows],
        "test": [f.test for f, _ in rows],
    }


def _numbers(effects: Sequence[ReleaseEffect]) -> dict[str, Any]:
    return {
        "arm": [e.arm for e in effects],
        "against": [e.against for e in effects],
        "scale": [e.scale for e in effects],
        "value": [e.value for e in effects],
        "low": [e.low for e in effects],
        "high": [e.high for e in effects],
        "p": [e.p for e in effects],
        "df": [e.df for e in effects],
        "cultures": [e.n for e in effects],
        "not_defined": [e.undefined for e in effects],
    }


def _curves(result: ReleaseResult) -> Columns:
    rows = [(c, k) for c in result.curves for k in range(c.concentrations.size)]
    return {
        "drug": [c.drug for c, _ in rows],
        "concentration": [float(c.concentrations[k]) for c, k in rows],
        "concentration_unit": [c.unit for c, _ in rows],
        "percent_of_vehicle": [float(c.percent[k]) for c, k in rows],
        "low": [float(c.low[k]) for c, k in rows],
        "high": [float(c.high[k]) for c, k in rows],
        "cultures": [c.n[k] for c, k in rows],
        "status": [c.status for c, _ in rows],
        "ec50": [c.ec50 for c, _ in rows],
        "ec50_low": [c.ec50_low for c, _ in rows],
        "ec50_high": [c.ec50_high for c, _ in rows],
        "plateau_percent": [c.max_percent for c, _ in rows],
        "trend_p": [c.trend_p for c, _ in rows],
        "downturn_p": [c.downturn_p for c, _ in rows],
    }


def _antagonists(result: ReleaseResult) -> Columns:
    rows = [
        (one, part, getattr(one, part))
        for one in result.antagonists
        for part in ("effect", "remaining", "change", "alone")
    ]
    return {
        "drug": [one.drug for one, _, _ in rows],
        "antagonist": [one.antagonist for one, _, _ in rows],
        "part": ["interaction" if part == "change" else part for _, part, _ in rows],
        **_numbers([effect for _, _, effect in rows]),
    }
