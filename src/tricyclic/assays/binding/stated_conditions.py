"""Which conditions of an assay are used, and which of these are defaults of its protocol that the
user has not stated.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tricyclic.assays.binding.radioactivity import RADIOACTIVE, dimension_of
from tricyclic.core.check import Check
from tricyclic.core.condition_text import condition_label, labelled_value
from tricyclic.core.conditions import MeasuredValue
from tricyclic.core.format import enumerate_words
from tricyclic.core.protocol import Protocol
from tricyclic.results.binding import PlateResult

# Naming a protocol names its target, its radioligand and its mask; they need no confirmation.
NAMED_BY_PROTOCOL = (
    "target",
    "radioligand",
    "isotope",
    "mask",
    "masked_site",
    "decay_convention",
)
# Conditions that a methods text describes, of every assay.
DESCRIBED = (
    "tissue",
    "buffer",
    "nsb_drug",
    "nsb_drug_M",
    "temperature_C",
    "filter",
    "washing",
    "volume_uL",
    "protein_ug",
)
# Conditions that convert counts to moles.
COUNTING = (
    "specific_activity_Ci_per_mmol",
    "counting_efficiency",
    "counting_time_min",
    "background_cpm",
    "reference_date",
    "assay_date",
)
MASKING = (
    "mask_M",
    "mask_kd_masked_nM",
    "mask_kd_wanted_nM",
    "radioligand_kd_masked_nM",
    "masked_bmax_ratio",
    "competitor_ki_masked_nM",
)
FUNCTIONAL = ("schild",)


def radioligand_levels_nM(plate: PlateResult) -> np.ndarray:
    """Concentrations of radioligand in the wells [nM], each once, in increasing order."""
    columns = [s.x["radioligand_M"] for s in plate.series if "radioligand_M" in s.x]
    levels = np.unique(np.concatenate(columns)) if columns else np.array([])
    return np.asarray(levels[levels > 0] * 1e9)


def used_conditions(plate: PlateResult, kind: str) -> tuple[str, ...]:
    """Names of the conditions that have a value and enter the analysis or the methods of a run."""
    c = plate.conditions
    names = [*DESCRIBED]
    if kind not in FUNCTIONAL:
        levels = radioligand_levels_nM(plate)
        added = c.radioligand_nM
        # Wells with their own concentration do not use that of the assay.
        if added is not None and np.allclose(levels, added.value, rtol=1e-9):
            names.append("radioligand_nM")
        names += ["kon_per_M_min", "koff_per_min"]
    times = [series.x["time_min"] for series in plate.series if "time_min" in series.x]
    if not times or np.unique(np.concatenate(times)).size == 1:
        names.append("incubation_min")
    if "switch_min" in plate.fit:
        names.append("dissociation_start_min")
    if "log10_kd" in plate.fit and plate.fit["log10_kd"].fixed:
        names.append("radioligand_kd_nM")
    if any(dimension_of(series.y_unit) in RADIOACTIVE for series in plate.series):
        names += COUNTING
    if c.mask and c.mask_M:
        names += MASKING
    provided = c.provided()
    return tuple(name for name in names if name in provided)


def unconfirmed(plate: PlateResult, kind: str) -> tuple[str, ...]:
    """The used conditions that are defaults of the protocol."""
    return tuple(
        name
        for name in used_conditions(plate, kind)
        if plate.conditions.is_default(name) and name not in NAMED_BY_PROTOCOL
    )


def protocol_default_checks(
    plates: Sequence[PlateResult], protocol: Protocol | None, kind: str, where: str
) -> tuple[Check, ...]:
    """Whether the conditions of an assay were stated, or are those that its protocol proposes."""
    if protocol is None:
        return ()
    names = tuple(dict.fromkeys(name for plate in plates for name in unconfirmed(plate, kind)))
    if not names:
        message = f"every condition that is used was stated; the protocol is '{protocol.name}'"
        return (Check("protocol_defaults", "pass", message, where=where, value=0.0, limit=0.0),)
    words = enumerate_words([condition_label(name) for name in names])
    return (
        Check(
            "protocol_defaults",
            "warn",
            f"not stated, and taken from the protocol '{protocol.name}': {words}",
            where=where,
            value=float(len(names)),
            limit=0.0,
            advice="State them as conditions of the assay: these, if they are right, or your own",
        ),
    )


def assumed_values(
    plates: Sequence[PlateResult], protocol: Protocol | None, kind: str
) -> tuple[str, ...]:
    """Values that were used and have no source: neither stated nor cited in the protocol.

    Returns
    -------
    tuple of str
        Each with its unit, such as "volume 250 uL" or "specific activity 80 Ci/mmol (from memory,
        not verified)".
    """
    assumed = protocol.assumed if protocol is not None else ()
    words: dict[str, None] = {}
    for plate in plates:
        for name in unconfirmed(plate, kind):
            if name in assumed:
                value = getattr(plate.conditions, name)
                recalled = isinstance(value, MeasuredValue) and "from memory" in value.source
                note = " (from memory, not verified)" if recalled else ""
                words[f"{labelled_value(plate.conditions, name)}{note}"] = None
    return tuple(words)
