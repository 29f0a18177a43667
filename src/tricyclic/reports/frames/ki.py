"""Tables of a Ki from an IC50."""

from __future__ import annotations

from tricyclic.io.frames import Columns
from tricyclic.results.ki import KiResult


def ki_frames(result: KiResult) -> dict[str, Columns]:
    """ "ki": with depletion where the sites are known, and by Cheng-Prusoff; "inputs": the numbers
    that enter it.
    """
    # Without the sites both are the same number.
    both = [result.ki, *([result.cheng_prusoff] if result.sites_nM > 0 else [])]
    return {
        "ki": {
            "method": [e.method for e in both],
            "compound": [e.subject for e in both],
            "Ki_nM": [e.value for e in both],
            "Ki_CI_low_nM": [e.low for e in both],
            "Ki_CI_high_nM": [e.high for e in both],
            "pKi": [e.p_value for e in both],
            "pKi_SE": [e.log10_se for e in both],
            "pKi_CI_low": [e.p_limits[0] for e in both],
            "pKi_CI_high": [e.p_limits[1] for e in both],
            "n": [e.n_experiments for e in both],
        },
        "inputs": {
            "input": [one.name for one in result.inputs],
            "value_nM": [one.value for one in result.inputs],
            "low_nM": [one.low for one in result.inputs],
            "high_nM": [one.high for one in result.inputs],
            "log10_se": [one.log10_se for one in result.inputs],
            "leverage": [one.leverage for one in result.inputs],
            "share": [one.share for one in result.inputs],
        },
    }
