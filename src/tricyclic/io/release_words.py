"""Words for the columns and samples of a release study, as laboratories write them; data only."""

from __future__ import annotations

from collections.abc import Mapping

from tricyclic.core.release import SampleKind
from tricyclic.io.culture_columns import CULTURE_ROLES

# Words of each role in lower case, as `plain_heading` writes them.
RELEASE_ROLES: Mapping[str, tuple[str, ...]] = {
    **CULTURE_ROLES,
    "sample": (
        "sample",
        "sample type",
        "phase",
        "period",
        "sampling",
        "collection",
        "role",
        "type",
    ),
    "value": (
        *("value", "values", "reading", "readings", "signal", "fluorescence", "absorbance", "rfu"),
        *("od", "area", "peak area", "measured", "result", "amount", "messwert", "valeur"),
    ),
    "basal": (
        *("basal", "baseline", "before", "pre", "basal sample", "basal release", "pre stimulus"),
        *("resting", "unstimulated"),
        *("before stimulus", "before stimulation", "prestimulus", "basalwert", "vorher"),
    ),
    "stimulated": (
        *("stimulated", "after", "post", "evoked", "stimulated sample", "stimulated release"),
        *("stim", "stim sample"),
        *("post stimulus", "after stimulus", "after stimulation", "poststimulus", "nachher"),
    ),
    "protein": (
        *("protein", "protein per well", "protein content", "total protein", "protein amount"),
        *("eiweiss", "proteine", "protein ug", "protein mg", "ug protein", "mg protein"),
    ),
    "cells": ("cells", "cell number", "cell count", "cells per well", "nuclei", "zellzahl"),
    "dilution": ("dilution", "dilution factor", "sample dilution", "verdunnung"),
    "order": ("order", "reading order", "read order", "sequence", "run order", "injection no"),
    "level": (
        *("level", "standard", "standard concentration", "standard conc", "nominal", "std conc"),
        *("calibrator", "known concentration"),
    ),
    "read_plate": ("reading plate", "read plate", "assay plate", "reader plate"),
    "read_well": ("reading well", "read well", "assay well", "reader well"),
    "injection": ("injection", "injection name", "sample name", "vial", "chromatogram"),
    "excluded": ("excluded", "exclude", "exclusion", "ausgeschlossen"),
}
SAMPLES: dict[str, SampleKind] = {
    **dict.fromkeys(
        ("basal", "baseline", "before", "pre", "base", "b", "prestimulus", "control sample"),
        "basal",
    ),
    **dict.fromkeys(
        ("stimulated", "after", "post", "evoked", "stim", "s", "poststimulus", "release"),
        "stimulated",
    ),
    **dict.fromkeys(("standard", "std", "cal", "calibrator", "calibration", "st"), "standard"),
    **dict.fromkeys(("blank", "bl", "blk", "buffer", "zero"), "blank"),
}
