"""Populated: what a population gives the doors: percentiles of every endpoint, bands, responders, failures."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.format import figures
from tricyclic.core.model_unit import model_unit
from tricyclic.core.population import PERCENTILES, Band, Endpoint, Population
from tricyclic.core.scenario import Watch
from tricyclic.errors import InputError, UnknownNameError

Floats = NDArray[np.float64]
_RULES: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_RESPONDER = re.compile(r"^\s*([\w.]+)\s*(>=|<=|>|<)\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*%?\s*$")
Z = 1.959963984540054


@dataclass(frozen=True)
class Share:
    """Share of subjects that fulfil a rule, with its 95 % limits (Wilson)."""

    rule: str
    count: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Fraction of those that could be computed."""
        return self.count / self.of if self.of else math.nan


@dataclass(frozen=True)
class Responder:
    """A rule that an endpoint fulfils or not."""

    text: str
    endpoint: str
    rule: str
    limit: float

    def share(self, population: Population) -> Share:
        """How many fulfil it."""
        values = population.endpoint(self.endpoint)
        known = values[np.isfinite(values)]
        count, n = int(_RULES[self.rule](known, self.limit).sum()), known.size
        if not n:
            return Share(self.text, 0, 0, math.nan, math.nan)
        share = count / n
        middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
        half = Z / (1 + Z**2 / n) * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
        return Share(self.text, count, n, max(0.0, middle - half), min(1.0, middle + half))


def responders_of(
    texts: Sequence[str] | str, endpoints: Sequence[Endpoint]
) -> tuple[Responder, ...]:
    """Read rules such as "cortex_NE.last_day_percent >= 200".

    Raises
    ------
    InputError
        If a text is no such rule.
    UnknownNameError
        If the endpoint is not known.
    """
    known = [endpoint.name for endpoint in endpoints]
    found = []
    for text in [texts] if isinstance(texts, str) else texts:
        match = _RESPONDER.match(text)
        if not match:
            raise InputError(
                f"'{text}' is no rule",
                where="responder",
                allowed='Write it like "cortex_NE.last_day_percent >= 200"',
            )
        if match[1] not in known:
            raise UnknownNameError.among("endpoint", match[1], known, where="responder")
        found.append(Responder(" ".join(text.split()), match[1], match[2], float(match[3])))
    return tuple(found)


def bands_of(
    watches: Sequence[Watch],
    time_h: Floats,
    courses: NDArray[np.float32],
    rests: Floats,
    *,
    some: int,
) -> tuple[Band, ...]:
    """Percentiles over the subjects that could be computed; percent of each one's own rest where the watch asks for it.

    Parameters
    ----------
    watches : sequence of Watch
    time_h : array, shape (times,)
    courses : array, shape (subjects, times, watches)
    rests : array, shape (subjects, watches)
    some : int
        How many single subjects are kept beside.
    """
    there = np.isfinite(rests).all(axis=1)
    if not there.any():
        return ()
    found = []
    for k, watch in enumerate(watches):
        y = courses[there, :, k].astype(float)
        rest = rests[there, k]
        percent = watch.relative and bool((rest > 0).all())
        if percent:
            y *= 100.0 / rest[:, None]
        says = f"{watch.says}, % of own rest" if percent else watch.says
        unit = "%" if percent else model_unit(watch.unit).says
        found.append(
            Band(
                watch.name,
                says,
                unit,
                time_h,
                PERCENTILES,
                np.percentile(y, PERCENTILES, axis=0),
                y[:some],
            )
        )
    return tuple(found)


@dataclass(frozen=True)
class Populated:
    """A population and what is told of it.

    Parameters
    ----------
    title, species : str
        Of the scenario.
    horizon_h : float
    of_population : str
        Table of phenotypes; empty where none are modelled.
    ensemble : str
        Ensemble on whose members the subjects rest; empty for none.
    varied : tuple of str
        Parameters that differ between subjects.
    values : mapping of str to float
        Typical values that the request set.
    population : Population
    responders : tuple of Share
    remarks : tuple of str
    to_write : mapping of path to bytes
    """

    title: str
    species: str
    horizon_h: float
    of_population: str
    ensemble: str
    varied: tuple[str, ...]
    values: Mapping[str, float]
    population: Population
    responders: tuple[Share, ...]
    remarks: tuple[str, ...] = ()
    to_write: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def stop(self) -> bool:
        """Whether nobody could be computed."""
        return len(self.population.failed) == len(self.population)

    def percentiles(self) -> dict[str, tuple[float, ...]]:
        """Percentiles of every endpoint over the subjects that have it, by name; nan where nobody has."""
        found = {}
        for k, endpoint in enumerate(self.population.endpoints):
            known = self.population.values[:, k]
            known = known[np.isfinite(known)]
            told = (
                np.percentile(known, PERCENTILES)
                if known.size
                else np.full(len(PERCENTILES), np.nan)
            )
            found[endpoint.name] = tuple(float(value) for value in told)
        return found

    def as_text(self) -> str:
        """Who was simulated, the last day of each watch, exposure, responders, failures."""
        own = self.population
        n = len(own)
        of = f", {self.of_population}" if self.of_population else ""
        on = f"   on the members of {self.ensemble}" if self.ensemble else ""
        lines = [
            f"{'   '.join(part for part in (self.title, self.species + of) if part)}   {n:,} subjects, seed {own.seed}{on}",
            f"{own.says or 'no drug'}   simulated {figures(self.horizon_h)} h; {len(self.varied)} parameters differ between subjects",
        ]
        told = self.percentiles()
        for heading, endpoints in self._told().items():
            rows = [(heading, "median", "25 to 75 %", "5 to 95 %", "")]
            for endpoint in endpoints:
                low, lower, middle, upper, high = (_short(value) for value in told[endpoint.name])
                unit = f" {endpoint.unit}" if endpoint.unit else ""
                name = endpoint.name.removesuffix(".last_day").removesuffix(".last_day_percent")
                said = endpoint.says.removesuffix(", relative to its rest").removeprefix(
                    "mean over the last 24 h of "
                )
                rows.append(
                    (name, f"{middle}{unit}", f"{lower} to {upper}", f"{low} to {high}", said)
                )
            widths = [max(len(row[k]) for row in rows) for k in range(4)]
            lines += [""] + [
                "   ".join(
                    [row[0].ljust(widths[0]), *(row[k].rjust(widths[k]) for k in (1, 2, 3)), row[4]]
                ).rstrip()
                for row in rows
            ]
        for enzyme, kinds in own.phenotypes.items():
            counts = {kind: kinds.count(kind) for kind in dict.fromkeys(sorted(kinds))}
            lines += [
                "",
                f"{enzyme.rpartition('_')[2]}: " + ", ".join(f"{k} {c}" for k, c in counts.items()),
            ]
        for share in self.responders:
            limits = f"{100 * share.low:.1f} to {100 * share.high:.1f} %"
            lines += [
                "",
                f"{share.rule}: {share.count} of {share.of}, {100 * share.share:.1f} %   95 %: {limits}",
            ]
        lines.append("")
        lines += [f"  look   {remark}" for remark in self.remarks]
        lines += [
            f"  look   subject {k + 1} could not be computed: {why}" for k, why in own.failed[:5]
        ]
        if own.failed:
            lines.append(
                f"  look   {len(own.failed)} of {n:,} subjects could not be computed and are left out of all numbers"
            )
        else:
            lines.append(f"  fine   all {n:,} subjects were computed")
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """Percentiles, bands to six figures, responders; single subjects are in the tables."""
        from tricyclic.core.serialize import as_plain

        own = self.population
        told = self.percentiles()
        return {
            "scenario": own.name,
            "title": self.title,
            "species": self.species,
            "treatment": own.says,
            "horizon_h": self.horizon_h,
            "subjects": len(own),
            "seed": own.seed,
            "population": self.of_population,
            "ensemble": self.ensemble,
            "varied": list(self.varied),
            "values": dict(self.values),
            "percentiles": list(PERCENTILES),
            "endpoints": [
                {
                    "name": e.name,
                    "unit": e.unit,
                    "says": e.says,
                    "values": as_plain(_rounded(np.array(told[e.name]))),
                }
                for e in own.endpoints
            ],
            "bands": [
                {
                    "name": band.name,
                    "says": band.says,
                    "unit": band.unit,
                    "time_h": as_plain(_rounded(band.time_h)),
                    "values": as_plain(_rounded(band.y)),
                }
                for band in own.bands
            ],
            "responders": [
                as_plain(share) | {"share": as_plain(share.share)} for share in self.responders
            ],
            "failed": [{"subject": k + 1, "why": why} for k, why in own.failed],
            "remarks": list(self.remarks),
        }

    def _told(self) -> dict[str, list[Endpoint]]:
        """Of every watch its last day, in percent of rest where there is one; the exposure to every drug; none that nobody has."""
        endpoints = self.population.endpoints
        some = np.isfinite(self.population.values).any(axis=0)
        # Percent of a rest that is 0 is in no subject, and must not hide the level itself.
        names = {endpoints[k].name for k in np.flatnonzero(some)}
        watches = {name.rpartition(".")[0] for name in names if name.endswith(".last_day")}
        parts: dict[str, list[Endpoint]] = {
            "last 24 h, % of own rest": [],
            "last 24 h": [],
            "exposure": [],
        }
        for endpoint in (endpoints[k] for k in np.flatnonzero(some)):
            watch, _, kind = endpoint.name.rpartition(".")
            if kind == "last_day_percent":
                parts["last 24 h, % of own rest"].append(endpoint)
            elif kind == "last_day" and f"{endpoint.name}_percent" not in names:
                parts["last 24 h"].append(endpoint)
            elif watch not in watches:
                parts["exposure"].append(endpoint)
        return {heading: told for heading, told in parts.items() if told}


def _short(value: float) -> str:
    return "0" if abs(value) < 1e-12 else figures(value)


def _rounded(values: Floats) -> Floats:
    """Six significant figures."""
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 10.0 ** (5 - np.floor(np.log10(np.abs(values))))
        return np.asarray(np.where(np.isfinite(scale), np.round(values * scale) / scale, values))
