"""Tables of the recovery of probes."""

from __future__ import annotations

from typing import Any

from tricyclic.io.frames import Columns
from tricyclic.reports.frames.microdialysis import column_unit
from tricyclic.results.probe_recovery import MeanRecovery, ProbeRecovery, ProbeRecoveryResult


def probe_recovery_frames(result: ProbeRecoveryResult) -> dict[str, Columns]:
    """One row per probe; "means", "readings"."""
    unit = column_unit(result.unit)
    readings = [(one, k) for one in result.probes for k in range(one.readings.size)]
    return {
        "probes": {
            "probe": [one.probe for one in result.probes],
            **_how(result.probes),
            "readings": [one.readings.size for one in result.probes],
            **_numbers(result.probes),
        },
        "means": {
            **_how(result.means),
            "n": [one.n for one in result.means],
            "over": [one.over for one in result.means],
            **_numbers(result.means),
        },
        "readings": {
            "probe": [one.probe for one, _ in readings],
            **_how([one for one, _ in readings]),
            f"bath{unit}": [float(one.bath[k]) for one, k in readings],
            f"perfusate{unit}": [float(one.perfusate[k]) for one, k in readings],
            f"dialysate{unit}": [float(one.dialysate[k]) for one, k in readings],
            "recovery": [float(one.readings[k]) for one, k in readings],
        },
    }


def _how(of: list[ProbeRecovery] | tuple[ProbeRecovery | MeanRecovery, ...]) -> dict[str, Any]:
    return {
        "method": [one.method for one in of],
        "flow_uL_per_min": [one.flow_uL_per_min for one in of],
    }


def _numbers(of: tuple[ProbeRecovery | MeanRecovery, ...]) -> dict[str, Any]:
    return {
        "recovery": [one.mean.value for one in of],
        "recovery_se": [one.mean.se for one in of],
        "recovery_low": [one.mean.low for one in of],
        "recovery_high": [one.mean.high for one in of],
        "cv_percent": [one.cv_percent for one in of],
    }
