"""Tables of rates from sensorgrams."""

from __future__ import annotations

import numpy as np

from tricyclic.io.frames import Columns
from tricyclic.results.sensorgram import SensorgramResult


def sensorgram_frames(result: SensorgramResult) -> dict[str, Columns]:
    """One row for each quantity; "cycles"; "readings" with the fitted curve."""
    names = ("name", "qualifier", "value", "unit", "low", "high", "confidence", "method")
    (part,) = result.fit.parts
    x = part.series.x
    of_cycle = [result.cycles[int(number)].name for number in x["cycle"]]
    cycles = result.cycles
    return {
        "estimates": {
            "quantity" if name == "name" else name: [getattr(one, name) for one in result.estimates]
            for name in names
        },
        "cycles": {
            "cycle": [one.name for one in cycles],
            "concentration_nM": [
                ", ".join(f"{level * 1e9:.6g}" for _, _, level in one.injections) for one in cycles
            ],
            "n": [one.n for one in cycles],
            "residual_sd": [one.residual_sd for one in cycles],
        },
        "readings": {
            "cycle": of_cycle,
            "time_min": np.asarray(x["time_min"]) + result.time_shift_min,
            "concentration_nM": np.asarray(x["concentration_M"]) * 1e9,
            "reading": part.series.y,
            "fitted": part.expected,
        },
    }
