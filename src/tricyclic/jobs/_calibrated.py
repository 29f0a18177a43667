"""Calibrated: what a calibration gives the doors: the ensemble, the misfit of each row, and what was learnt of each parameter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tricyclic.core.format import figures

if TYPE_CHECKING:
    from tricyclic.core.ensemble import Ensemble, Misfit
    from tricyclic.core.observation import Observation

FAR = 2.0
LEARNT, HARDLY = 0.5, 0.9


@dataclass(frozen=True)
class Calibrated:
    """A calibration.

    Parameters
    ----------
    ensemble : Ensemble
    scenarios : tuple of str
        All scenarios that share it.
    observations : tuple of Observation
    conflicts : tuple of (str, str)
        Rows that cannot hold together, as the table of observations states them.
    shares, needed : mapping of observation to mapping of parameter to float
        Share of what is known about a parameter that a row holds; how many times wider the parameter would be
        without the row.
    to_write : mapping of path to bytes
    """

    ensemble: Ensemble
    scenarios: tuple[str, ...]
    observations: tuple[Observation, ...]
    conflicts: tuple[tuple[str, str], ...]
    shares: Mapping[str, Mapping[str, float]]
    needed: Mapping[str, Mapping[str, float]]
    to_write: Mapping[str, bytes] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.as_text()

    def as_json(self) -> dict[str, Any]:
        """Everything as plain data."""
        from tricyclic.core.serialize import as_plain

        return {
            name: as_plain(getattr(self, name))
            for name in ("ensemble", "scenarios", "observations", "conflicts", "shares", "needed")
        }

    def as_text(self) -> str:
        """The calibration, for a terminal."""
        found = self.ensemble
        fitted = sum(row.fitted for row in self.observations)
        s = found.sampling
        first = f"{', '.join(self.scenarios)}: {fitted} observations, free parameters: {len(found.priors)}"
        lines = [
            f"{first}, members: {len(found)}; ensemble '{found.name}', version {found.version}",
            "",
            f"{'observation':<24} {'observed':>16} {'best':>9} {'5 to 95 % of members':>22}  unit",
        ]
        misfit = {row.id: row for row in found.misfit}
        for row in self.observations:
            lines.append(_row(row, misfit[row.id]))
        lines += [
            "",
            f"{'parameter':<32} {'start':>9} {'median':>9} {'5 to 95 %':>20} {'width':>6}  learnt most from",
        ]
        for prior, item in zip(found.priors, found.identified, strict=True):
            band = f"{figures(item.low)} to {figures(item.high)}"
            rows = (
                ", ".join(f"{name} {100 * share:.0f} %" for name, share in item.rows[:3])
                or "nothing: the prior"
            )
            lines.append(
                f"{prior.name:<32} {figures(prior.start):>9} {figures(item.middle):>9} {band:>20} {item.width:6.2f}  {rows}"
            )
        lines += [
            "",
            "width: standard deviation over that of the prior; 1 is a parameter of which nothing was learnt.",
        ]
        lines.append(
            f"{s.get('runs', 0):.0f} runs; {s.get('walkers', 0):.0f} walkers for {s.get('lengths', 0):.0f} autocorrelation times "
            f"of {s.get('autocorrelation', 0):.0f} steps; {s.get('weighted_draws', 0):.0f} draws weighed, worth "
            f"{s.get('effective_draws', 0):.0f}; tail {s.get('tail', 0):.2f} (trusted below 0.7)"
        )
        for one, other in self.conflicts:
            lines.append(f"  conflict   {one} and {other} cannot both hold")
        lines += [f"  look       {note}" for note in found.notes]
        return "\n".join(lines)


def doubts_of(observations: tuple[Observation, ...], misfit: tuple[Misfit, ...]) -> tuple[str, ...]:
    """Say which fitted rows the best set misses by more than two standard deviations."""
    far = [
        f"{row.id} ({found.distance:+.1f} sd)"
        for row, found in zip(observations, misfit, strict=True)
        if row.fitted and abs(found.distance) > FAR
    ]
    return (f"Even the best set misses {', '.join(far)}.",) if far else ()


def _row(row: Observation, found: Misfit) -> str:
    limits = {
        "is": figures(row.value),
        "above": f"> {figures(row.low)}",
        "below": f"< {figures(row.high)}",
        "between": f"{figures(row.low)} to {figures(row.high)}",
    }
    mark = "" if row.fitted else "  shown, not fitted"
    if row.fitted and abs(found.distance) > FAR:
        mark = f"  {found.distance:+.1f} sd"
    band = f"{figures(found.low)} to {figures(found.high)}"
    return f"{row.id:<24} {limits[row.relation]:>16} {figures(found.best):>9} {band:>22}  {row.unit}{mark}"
