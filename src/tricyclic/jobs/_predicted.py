"""Predicted: experiments that no calibration has seen, beside what the scenarios foretell for them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tricyclic.core.format import figures

if TYPE_CHECKING:
    from tricyclic.core.ensemble import Misfit
    from tricyclic.core.observation import Observation
    from tricyclic.simulation.calibration.validation import Judgement


@dataclass(frozen=True)
class Predicted:
    """Predictions of one scenario or of all.

    Parameters
    ----------
    observations : tuple of Observation
        In the order of the table.
    found : tuple of Misfit
        One per observation.
    by : mapping of scenario to str
        Ensemble and members that predicted, or "the library's values".
    judgement : Judgement
        Of all of them.
    notes : tuple of str
        What to know before trusting it.
    to_write : mapping of path to bytes
    """

    observations: tuple[Observation, ...]
    found: tuple[Misfit, ...]
    by: Mapping[str, str]
    judgement: Judgement
    notes: tuple[str, ...] = ()
    to_write: Mapping[str, bytes] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.as_text()

    def as_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        from tricyclic.core.serialize import as_plain

        return {
            name: as_plain(getattr(self, name))
            for name in ("observations", "found", "by", "judgement", "notes")
        }

    def as_text(self) -> str:
        """The predictions, for a terminal."""
        lines = []
        for scenario, who in self.by.items():
            rows = [pair for pair in self._pairs() if pair[0].scenario == scenario]
            lines += [
                f"{scenario}, predicted by {who}",
                f"  {'experiment':<26} {'observed':>12} {'predicted':>10} {'5 to 95 %':>18}  {'unit':<8} {'off by':>7}",
                *(_line(row, item) for row, item in rows),
                "",
            ]
        lines += [*verdict(self.judgement, bands=any(item.low < item.high for item in self.found))]
        lines += [f"  look       {note}" for note in self.notes]
        return "\n".join(lines)

    def as_csv(self) -> bytes:
        """One row per experiment."""
        from tricyclic.simulation.calibration.validation import off_by

        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        head = "id,scenario,topic,says,regimens,reference,quantity,measure,relation,value,low,high,unit,predicted,p5,p95,off_by,holds,share,certainty,source,note"
        writer.writerow(head.split(","))
        for row, item in self._pairs():
            told = [_plain(number) for number in (row.value, row.low, row.high)]
            found = [_plain(number) for number in (item.middle, item.low, item.high)]
            writer.writerow(
                [
                    row.id,
                    row.scenario,
                    row.topic,
                    row.says,
                    row.regimens,
                    row.reference,
                    row.quantity,
                    row.measure,
                    row.relation,
                    *told,
                    row.unit,
                    *found,
                    _plain(off_by(row, item.middle)),
                    "yes" if row.holds(item.middle) else "no",
                    _plain(item.share),
                    row.certainty,
                    row.source,
                    row.note,
                ]
            )
        return text.getvalue().encode("utf-8")

    def _pairs(self) -> list[tuple[Observation, Misfit]]:
        return list(zip(self.observations, self.found, strict=True))


def verdict(found: Judgement, *, bands: bool) -> list[str]:
    """Two or three lines that say how well the predictions hold."""
    lines = []
    if found.numbers:
        lines.append(
            f"{found.numbers} published numbers: off by {found.fold:.2f}-fold in the geometric mean (predicted over observed "
            f"{found.bias:.2f}), {found.good} within twofold"
            + (f", {found.inside} inside the members' 5 to 95 %" if bands else "")
        )
    if found.limits:
        lines.append(f"{found.limits} published directions and limits: {found.kept} kept")
    return lines


def _line(row: Observation, item: Misfit) -> str:
    from tricyclic.simulation.calibration.validation import off_by

    seen = {
        "is": figures(row.value),
        "above": f"> {figures(row.low)}",
        "below": f"< {figures(row.high)}",
        "between": f"{figures(row.low)} to {figures(row.high)}",
    }[row.relation]
    band = f"{figures(item.low)} to {figures(item.high)}" if item.low < item.high else ""
    kept = row.relation != "is" and row.holds(item.middle)
    off = "kept" if kept else f"x {off_by(row, item.middle):.2f}"
    return f"  {row.id:<26} {seen:>12} {figures(item.middle):>10} {band:>18}  {row.unit:<8} {off:>7}  {row.says}"


def _plain(number: float) -> str:
    return "" if number != number else f"{number:.6g}"
