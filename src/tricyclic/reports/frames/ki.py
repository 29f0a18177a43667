"""Tables of a Ki or a KB from an IC50."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.estimate import Estimate
from tricyclic.core.stated_number import StatedInput
from tricyclic.io.frames import Columns
from tricyclic.results.ki import KbResult, KiResult


def ki_frames(result: KiResult) -> dict[str, Columns]:
    """ "ki": with depletion where the sites are known, and by Cheng-Prusoff; "inputs": the numbers
    that enter it, each in its unit.
    """
    # Without the sites both are the same number.
    both = [result.ki, *([result.cheng_prusoff] if result.sites_nM > 0 else [])]
    return {
        "ki": _estimates(both, "Ki"),
        "inputs": _inputs(result.inputs),
    }


def kb_frames(result: KbResult) -> dict[str, Columns]:
    """ "kb": with the stated slope of the agonist curve, and with 1; "inputs": the numbers that
    enter it, each in its unit.
    """
    both = [result.kb]
    if result.cheng_prusoff.value != result.kb.value:
        both.append(result.cheng_prusoff)
    return {
        "kb": _estimates(both, "KB"),
        "inputs": _inputs(result.inputs),
    }


def _estimates(both: Sequence[Estimate], name: str) -> Columns:
    return {
        "method": [e.method for e in both],
        "compound": [e.subject for e in both],
        f"{name}_nM": [e.value for e in both],
        f"{name}_CI_low_nM": [e.low for e in both],
        f"{name}_CI_high_nM": [e.high for e in both],
        f"p{name}": [e.p_value for e in both],
        f"p{name}_SE": [e.log10_se for e in both],
        f"p{name}_CI_low": [e.p_limits[0] for e in both],
        f"p{name}_CI_high": [e.p_limits[1] for e in both],
        "n": [e.n_experiments for e in both],
    }


def _inputs(inputs: Sequence[StatedInput]) -> Columns:
    """The numbers that enter a result, each in its unit."""
    return {
        "input": [one.name for one in inputs],
        "value": [one.value for one in inputs],
        "low": [one.low for one in inputs],
        "high": [one.high for one in inputs],
        "unit": [one.unit for one in inputs],
        "log10_se": [one.log10_se for one in inputs],
        "leverage": [one.leverage for one in inputs],
        "share": [one.share for one in inputs],
    }
