"""Observation: what was seen in a published experiment, stated so that a scenario can be asked for the same number.

A published row becomes one or several of these: "1, 3 and 10 mg/kg, dose-dependent" is two comparisons of
arms. What the paper did not state (the dose of a review, the scatter of an abstract) is assumed, and
says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from tricyclic.errors import InputError, UnknownNameError

Measure = Literal["at", "mean", "peak", "trough", "rise", "closest", "auc", "recovery"]
MEASURES: tuple[str, ...] = get_args(Measure)
Relation = Literal["is", "above", "below", "between"]
RELATIONS: tuple[str, ...] = get_args(Relation)
Certainty = Literal["read", "recalled", "guide", "assumed"]
CERTAINTIES: tuple[str, ...] = get_args(Certainty)
REST = "rest"  # the reference arm that is the subject's own drug-free rest


@dataclass(frozen=True)
class Observation:
    """One number, or one limit, that a simulation can be held against.

    Parameters
    ----------
    id, row : str
        Its own name ("V002_3v1") and the row of the published table that it restates ("V002"; "band" for a
        limit that a guide or the notes on the mechanism set).
    topic, says : str
        Group, and one line in words.
    scenario : str
        Name of the scenario that can be asked.
    regimens : str
        Who gets what, as `simulate` takes it, several parted by ";"; empty for the drug-free subject.
    reference : str
        What the number is relative to: empty for nothing, "rest" for the subject's own drug-free rest, the
        regimens of a second arm, measured in the same way, or two such arms "top | bottom" (the number is then the
        share of the way from bottom to top).
    quantity : str
        A watch of the scenario, or a quantity of the composed model; "one / other" for the ratio of two.
    measure : str
        at (the end of the window) | mean | peak | trough | rise (end less start of the window) | closest (to
        the stated value, anywhere in the window: for papers that do not say when they sampled) | auc |
        recovery (half-time of the distance from rest over the window [h]).
    from_h, to_h : float
        Window [h after the first dose].
    relation : str
        is (a number) | above | below | between (limits only: the direction was published, not the size).
    value, low, high : float
        The number with its published range, or the limits; nan where not stated. In `unit`.
    error : float
        Printed error of the value, in `unit`; nan where none was printed.
    sd_log : float
        Standard deviation of ln(value) that weighs the row; for limits, how soft the limit is.
    sd_basis : str
        Where sd_log comes from ("printed error and 10 % between laboratories", "assumed: …").
    unit : str
        As people write it ("%", "fold", "fmol/mg", "h"). "%" is 100 times a share or a ratio.
    fitted : bool
        Whether a calibration is held to it; otherwise it is only shown beside what it conflicts with.
    conflicts_with : tuple of str
        Rows that cannot all hold with this one.
    source, certainty, note : str
        Key of a source; read | recalled | guide | assumed; what to know about it.
    """

    id: str
    row: str
    topic: str
    says: str
    scenario: str
    regimens: str
    reference: str
    quantity: str
    measure: Measure
    from_h: float
    to_h: float
    relation: Relation
    value: float
    low: float
    high: float
    error: float
    sd_log: float
    sd_basis: str
    unit: str
    fitted: bool = True
    conflicts_with: tuple[str, ...] = ()
    source: str = ""
    certainty: Certainty = "read"
    note: str = ""

    def __post_init__(self) -> None:
        for kind, word, known in (
            ("measure", self.measure, MEASURES),
            ("relation", self.relation, RELATIONS),
            ("certainty", self.certainty, CERTAINTIES),
        ):
            if word not in known:
                raise UnknownNameError.among(kind, word, known, where=self.id)
        if not (0 <= self.from_h <= self.to_h < math.inf):
            raise InputError(
                f"the window is {self.from_h:g} to {self.to_h:g} h",
                where=self.id,
                allowed="0 or more, in order",
            )
        if not (math.isfinite(self.sd_log) and self.sd_log > 0):
            raise InputError(f"sd_log is {self.sd_log:g}", where=self.id, allowed="It is above 0")
        needed = {
            "is": ("value",),
            "above": ("low",),
            "below": ("high",),
            "between": ("low", "high"),
        }
        for name in needed[self.relation]:
            number = getattr(self, name)
            if not (math.isfinite(number) and number > 0):
                raise InputError(
                    f"is '{self.relation}' and {name} is {number:g}",
                    where=self.id,
                    allowed="Observations are compared on the log scale, so it is above 0",
                )
        if self.low > self.high or (
            self.relation == "is" and (self.value < self.low or self.value > self.high)
        ):
            raise InputError(
                f"{self.value:g} lies outside {self.low:g} to {self.high:g}", where=self.id
            )
        if self.relation == "is" and self.measure == "closest" and not (self.low < self.high):
            raise InputError("'closest' needs the range of what was published", where=self.id)
        if self.certainty in ("read", "recalled", "guide") and not self.source:
            raise InputError(
                f"is '{self.certainty}' and names no source", where=self.id, do="Name its source"
            )

    @property
    def is_quantitative(self) -> bool:
        """Whether a number was published, rather than a direction or a limit."""
        return self.relation == "is"

    @property
    def quantities(self) -> tuple[str, ...]:
        """The watches or quantities that it asks for: one, or two of which the ratio is told."""
        return tuple(part.strip() for part in self.quantity.split(" / "))

    @property
    def target(self) -> float:
        """One number to draw it at: the value, or the limit, or the middle of the limits on the log scale."""
        if self.relation == "is":
            return self.value
        if self.relation == "between":
            return math.sqrt(self.low * self.high)
        return self.low if self.relation == "above" else self.high

    def holds(self, number: float) -> bool:
        """Whether a number lies within the limits, or within 1.96 sd of the value."""
        if self.relation == "is":
            return number > 0 and abs(math.log(number / self.value)) <= 1.96 * self.sd_log
        return not (number < self.low or number > self.high)  # a limit that is not stated is nan
