"""One fraction of a dialysis probe in a bath: what went in, what was around, what came out."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class ProbeReading:
    """Concentrations of one fraction, in one unit.

    Parameters
    ----------
    dialysate : float
        nan where it was not measured.
    bath, perfusate : float
        At least one is above 0; nan where not stated, which is read as free of the analyte.
    probe : str
        Empty where the table has one probe.
    flow_uL_per_min : float
        nan where not stated.
    where : str
        Place in the file.
    """

    dialysate: float
    bath: float = math.nan
    perfusate: float = math.nan
    probe: str = ""
    flow_uL_per_min: float = math.nan
    where: str = ""
