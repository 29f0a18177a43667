"""Published observations in a form that a scenario can predict.

A published row becomes one or several of these: "1, 3 and 10 mg/kg, dose-dependent" is two
comparisons of arms. What the paper did not state (the dose of a review, the scatter of an abstract)
is assumed and marked so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from tricyclic.core.certainty import CERTAINTIES, SOURCED, Certainty
from tricyclic.errors import InputError, UnknownNameError

Measure = Literal["at", "mean", "peak", "trough", "rise", "closest", "auc", "recovery"]
MEASURES: tuple[str, ...] = get_args(Measure)
ObservationQualifier = Literal["is", "above", "below", "between"]
QUALIFIERS: tuple[str, ...] = get_args(ObservationQualifier)
# Name of the reference arm that is the subject's own drug-free state.
BASELINE = "baseline"


@dataclass(frozen=True)
class Observation:
    """One number, or one limit, that a simulation is compared with.

    Parameters
    ----------
    id, row : str
        Its own name ("V002_3v1") and the row of the published table that it restates ("V002";
        "band" for a limit of a guide or of the notes on the mechanism).
    topic, description : str
        Group, and one line in words.
    scenario : str
        Name of the scenario that predicts it.
    dosing : str
        Dosing schedules, as `simulate` takes them, separated by ";"; empty for the drug-free
        subject.
    reference : str
        What the number is relative to: empty for nothing; "baseline" for the subject's own
        drug-free
        state; the dosing of a second arm, measured in the same way; or two such arms
        "top | bottom", where the number is the fraction of the difference from bottom to top.
    quantity : str
        An observable of the scenario, or a quantity of the composed model; "one / other" for the
        ratio of two.
    measure : str
        at (the end of the window) | mean | peak | trough | rise (end less start of the window) |
        closest (to the published value, anywhere in the window: for papers that do not give the
        time
        of sampling) | auc | recovery (half-time of the difference from baseline in the window [h]).
    from_h, to_h : float
        Window [h after the first dose].
    qualifier : str
        is (a number) | above | below | between (limits only: the direction was published, not the
        size).
    value, low, high : float
        The number with its published range, or the limits; nan where not stated. In `unit`.
    error : float
        Printed error of the value, in `unit`; nan where none was printed.
    sd_log : float
        Standard deviation of ln(value), the weight of the row; for limits, their softness.
    sd_basis : str
        Origin of sd_log ("printed error and 10 % between laboratories", "assumed: …").
    unit : str
        As it is printed ("%", "fold", "fmol/mg", "h"). "%" is 100 times a share or a ratio.
    fitted : bool
        Whether calibrations use it; otherwise it is only shown with the rows it conflicts with.
    conflicts_with : tuple of str
        Rows that contradict this one.
    source, certainty, note : str
        Key of a source; one of `CERTAINTIES`; a remark.
    """

    id: str
    row: str
    topic: str
    description: str
    scenario: str
    dosing: str
    reference: str
    quantity: str
    measure: Measure
    from_h: float
    to_h: float
    qualifier: ObservationQualifier
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
    certainty: Certainty = "reported"
    note: str = ""

    def __post_init__(self) -> None:
        for kind, word, known in (
            ("measure", self.measure, MEASURES),
            ("qualifier", self.qualifier, QUALIFIERS),
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
        for name in needed[self.qualifier]:
            number = getattr(self, name)
            if not (math.isfinite(number) and number > 0):
                raise InputError(
                    f"is '{self.qualifier}' and {name} is {number:g}",
                    where=self.id,
                    allowed="Observations are compared on the log scale, so it is above 0",
                )
        if self.low > self.high or (
            self.qualifier == "is" and (self.value < self.low or self.value > self.high)
        ):
            raise InputError(
                f"{self.value:g} lies outside {self.low:g} to {self.high:g}", where=self.id
            )
        if self.qualifier == "is" and self.measure == "closest" and not (self.low < self.high):
            raise InputError("'closest' needs the published range", where=self.id)
        if self.certainty in SOURCED and not self.source:
            raise InputError(
                f"is '{self.certainty}' but has no source", where=self.id, do="Add its source"
            )

    @property
    def is_quantitative(self) -> bool:
        """Whether a number was published, rather than a direction or a limit."""
        return self.qualifier == "is"

    @property
    def quantities(self) -> tuple[str, ...]:
        """The observables or quantities that it needs: one, or two whose ratio is compared."""
        return tuple(part.strip() for part in self.quantity.split(" / "))

    @property
    def target(self) -> float:
        """One number for plots: the value, the limit, or the geometric mean of two limits."""
        if self.qualifier == "is":
            return self.value
        if self.qualifier == "between":
            return math.sqrt(self.low * self.high)
        return self.low if self.qualifier == "above" else self.high

    def accepts(self, number: float) -> bool:
        """Whether a number lies within the limits, or within 1.96 sd of the value."""
        if self.qualifier == "is":
            return number > 0 and abs(math.log(number / self.value)) <= 1.96 * self.sd_log
        # A limit that is not stated is nan, and every comparison with it is false.
        return not (number < self.low or number > self.high)
