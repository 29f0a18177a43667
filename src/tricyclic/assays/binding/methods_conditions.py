"""Sentences of the methods on how the wells were incubated and counted.

Only what the user has stated is stated; a default of the protocol carries a mark for
confirmation, and what is neither stated nor proposed is listed as not stated.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tricyclic.assays.binding.radioactivity import RADIOACTIVE, dimension_of
from tricyclic.assays.binding.stated_conditions import (
    FUNCTIONAL,
    NAMED_BY_PROTOCOL,
    radioligand_levels_nM,
)
from tricyclic.core.condition_text import (
    DEFAULT_MARK,
    condition_label,
    condition_value,
)
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.format import enumerate_words, format_number
from tricyclic.core.protocol import Protocol
from tricyclic.results.binding import PlateResult

# What a reader needs to repeat the experiment.
NEEDED = ("tissue", "buffer", "incubation_min", "temperature_C", "nsb_drug")
OVER_TIME = (
    "association",
    "dissociation",
    "association_then_dissociation",
    "competitive_association",
)


class StatedConditions:
    """Conditions of the runs of an assay as parts of sentences."""

    def __init__(self, plates: Sequence[PlateResult]) -> None:
        self.plates = plates
        self.all = [plate.conditions for plate in plates]

    def has(self, name: str) -> bool:
        """Whether any run has a value."""
        return any(name in c.provided() for c in self.all)

    def value(self, name: str) -> str:
        """The value, or the values where runs differ, with a mark if it is a default."""
        values = list(dict.fromkeys(condition_value(c, name) for c in self.all))
        text = enumerate_words([value or "(not stated)" for value in values])
        if len(values) > 1:
            text += " by run"
        return f"{text}{self.mark(name)}"

    def mark(self, *names: str) -> str:
        """The mark of a default, where one of these is one in any run."""
        open_names = [n for n in names if n not in NAMED_BY_PROTOCOL and self.has(n)]
        is_default = any(c.is_default(name) for c in self.all for name in open_names)
        return f" {DEFAULT_MARK}" if is_default else ""

    def phrase(self, before: str, name: str, after: str = "") -> str:
        """The value between these words; empty where there is none."""
        return f"{before}{self.value(name)}{after}" if self.has(name) else ""


def incubation_sentences(
    plates: Sequence[PlateResult], kind: str, protocol: Protocol | None
) -> str:
    """How the wells were incubated, and what is not stated about it."""
    stated = StatedConditions(plates)
    sentences = [
        _incubated(stated, kind),
        _nonspecific(stated),
        stated.phrase("Incubation was stopped by filtration through ", "filter", "."),
        stated.phrase("Filters were washed ", "washing", "."),
        stated.phrase("Dissociation was started after ", "dissociation_start_min", "."),
        _not_stated(stated, kind),
        f"The protocol is '{protocol.name}'." if protocol else "",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _incubated(stated: StatedConditions, kind: str) -> str:
    functional = kind in FUNCTIONAL
    named = stated.has("radioligand") or not functional
    parts = [
        stated.phrase(" (", "protein_ug", " protein per well)"),
        f" were incubated with {_radioligand(stated)}" if named else " were incubated",
        stated.phrase(" in ", "volume_uL"),
        stated.phrase(" of " if stated.has("volume_uL") else " in ", "buffer"),
        "" if kind in OVER_TIME else stated.phrase(" for ", "incubation_min"),
        stated.phrase(" at ", "temperature_C"),
    ]
    if not stated.has("tissue") and not any((*parts[:1], *parts[2:], stated.has("radioligand"))):
        return ""
    subject = stated.value("tissue") if stated.has("tissue") else "The samples"
    return f"{subject[0].upper()}{subject[1:]}{''.join(parts)}."


def _radioligand(stated: StatedConditions) -> str:
    name = stated.value("radioligand") if stated.has("radioligand") else "the radioligand"
    levels = sorted({float(nM) for plate in stated.plates for nM in radioligand_levels_nM(plate)})
    own = [c.radioligand_nM.value for c in stated.all if c.radioligand_nM is not None]
    if not levels:
        return name
    of_runs = bool(own) and all(np.isclose(level, own, rtol=1e-9).any() for level in levels)
    if len(levels) == 1 or of_runs:
        return f"{name}{stated.phrase(' at ', 'radioligand_nM')}" if own else name
    return f"{name} at {format_number(levels[0])} to {format_number(levels[-1])} nM"


def _nonspecific(stated: StatedConditions) -> str:
    if not stated.has("nsb_drug"):
        return ""
    drug = stated.phrase("Non-specific binding was defined with ", "nsb_drug")
    return f"{drug}{stated.phrase(' (', 'nsb_drug_M', ')')}."


def _not_stated(stated: StatedConditions, kind: str) -> str:
    needed = [
        name
        for name in NEEDED
        if not (name == "incubation_min" and kind in OVER_TIME)
        and not (name == "nsb_drug" and (kind in FUNCTIONAL or not _has_nonspecific(stated)))
    ]
    missing = [condition_label(name) for name in needed if not stated.has(name)]
    if not stated.has("radioligand") and kind not in FUNCTIONAL:
        missing.insert(0, condition_label("radioligand"))
    return f"Not stated: {', '.join(missing)}." if missing else ""


def _has_nonspecific(stated: StatedConditions) -> bool:
    return any(
        "specific" in series.x and (series.x["specific"] <= 0).any()
        for plate in stated.plates
        for series in plate.series
    )


def counting_sentences(plates: Sequence[PlateResult]) -> str:
    """How wells were counted and converted to amounts."""
    stated = StatedConditions(plates)
    unit = plates[0].series[0].y_unit
    if dimension_of(unit) not in RADIOACTIVE:
        return "" if dimension_of(unit) == "unknown" else f"The readings are amounts in {unit}."
    parts = []
    if stated.has("counting_time_min"):
        parts.append(f"wells were counted for {stated.value('counting_time_min')}")
    if stated.has("counting_efficiency"):
        percent = enumerate_words(
            list(
                dict.fromkeys(
                    f"{100 * c.counting_efficiency.value:.6g}"
                    for c in stated.all
                    if c.counting_efficiency is not None
                )
            )
        )
        mark = stated.mark("counting_efficiency")
        parts.append(f"with an efficiency of {percent} %{mark}")
    if stated.has("specific_activity_Ci_per_mmol"):
        value = stated.value("specific_activity_Ci_per_mmol")
        activity = f"a specific activity of {value}{_decay(plates[0].conditions)}"
        parts.append(f"and {activity}" if parts else activity)
    if not parts:
        return f"Readings stay in {unit}: the conditions do not allow a conversion to amounts."
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _decay(c: BindingConditions) -> str:
    if not (c.reference_date and c.assay_date and c.isotope):
        return ""
    if c.decay_convention == "concentration_falls":
        return ", which decay does not change (carrier-free)"
    return (
        f" on {c.reference_date.isoformat()}, corrected to {c.assay_date.isoformat()} for the "
        f"decay of {c.isotope}"
    )
