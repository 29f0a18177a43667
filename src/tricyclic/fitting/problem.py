"""Series and curves as one least-squares problem: names to positions, settings to kernels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.numerics.least_squares import into_bounds


@dataclass(frozen=True)
class Part:
    """One series under one curve; `rename` maps the curve's parameter names to names in the fit.

    Parameters that end up with the same name in several parts are shared. Parts with the same
    `scatter` (the name of their plate, say) share one estimate of it; an empty one has its own.
    """

    series: Series
    model: CurveModel
    rename: Mapping[str, str] = field(default_factory=dict)
    scatter: str = ""

    def name_of(self, own: str) -> str:
        """Name in the fit of one of the curve's parameters."""
        return self.rename.get(own, own)


@dataclass(frozen=True)
class Slot:
    """One parameter of the whole problem; `fixed` is its value where it is not fitted."""

    name: str
    declared: Parameter
    low: float
    high: float
    fixed: float | None


class Problem:
    """All parts, with their parameters in one vector.

    Raises
    ------
    InputError
        If a given value is missing, out of bounds or not finite, a series lacks a column, or a name is unknown.
    """

    def __init__(
        self, parts: Sequence[Part], given: Mapping[str, float], free: Sequence[str]
    ) -> None:
        if not parts:
            raise InputError(
                "there is nothing to fit", do="Hand in at least one series with its curve"
            )
        self.parts = tuple(parts)
        self.columns = tuple(columns_of(part.series, part.model) for part in parts)
        self.slots = _slots(parts, given, free)
        self.free = tuple(slot for slot in self.slots if slot.fixed is None)
        self.position = {slot.name: i for i, slot in enumerate(self.free)}
        self.low = np.array([slot.low for slot in self.free])
        self.high = np.array([slot.high for slot in self.free])
        self.y = np.concatenate([part.series.y for part in parts])
        ends = np.cumsum([part.series.n for part in parts])
        self.spans = tuple(
            slice(int(end) - part.series.n, int(end)) for end, part in zip(ends, parts, strict=True)
        )
        own = [part.scatter or f"part {k}" for k, part in enumerate(parts)]
        self.scatter = np.repeat(
            [sorted(set(own)).index(key) for key in own], [part.series.n for part in parts]
        )
        self._values = {slot.name: slot.fixed for slot in self.slots if slot.fixed is not None}
        self.given = dict(given)

    def expected(self, x: np.ndarray) -> np.ndarray:
        """Expected readings of all parts, shape (k, n), for free parameters x of shape (k, p)."""
        out = np.empty((x.shape[0], self.y.size))
        for part, columns, span in zip(self.parts, self.columns, self.spans, strict=True):
            values: dict[str, np.ndarray | float] = {}
            for parameter in part.model.parameters:
                name = part.name_of(parameter.name)
                values[parameter.name] = (
                    x[:, self.position[name], None] if name in self.position else self._values[name]
                )
            out[:, span] = part.model.curve(**columns, **values)
        return out

    def starts(self, user: Sequence[Mapping[str, float]] | None) -> list[np.ndarray]:
        """Starts inside the bounds: the user's, else those the curves guess from their own readings."""
        guesses: list[dict[str, float]]
        if user:
            guesses = [dict(start) for start in user]
        else:
            per_part = []
            for part in self.parts:
                known = {
                    p.name: self._values[part.name_of(p.name)]
                    for p in part.model.parameters
                    if part.name_of(p.name) in self._values
                }
                hints = {
                    p.name: self.given[part.name_of(p.name)]
                    for p in part.model.parameters
                    if part.name_of(p.name) in self.given
                }
                own = part.model.first_guess(
                    part.series, {**_defaults(part.model), **hints, **known}
                )
                per_part.append(
                    [{part.name_of(key): value for key, value in guess.items()} for guess in own]
                )
            longest = max(len(own) for own in per_part)
            guesses = []
            for i in range(longest):
                joined: dict[str, float] = {}
                for own in reversed(per_part):
                    joined.update(own[min(i, len(own) - 1)])
                guesses.append(joined)
        out = []
        for guess in guesses:
            x = np.array([guess.get(slot.name, self._fallback(slot)) for slot in self.free], float)
            typical = np.maximum(np.abs(x), 1e-3)
            x = np.where(np.isfinite(x), x, [self._fallback(slot) for slot in self.free])
            out.append(into_bounds(x, self.low, self.high, typical) if x.size else x)
        return out

    def _fallback(self, slot: Slot) -> float:
        if slot.name in self.given:
            return float(self.given[slot.name])
        if slot.declared.default is not None:
            return slot.declared.default
        if np.isfinite(slot.low) and np.isfinite(slot.high):
            return 0.5 * (slot.low + slot.high)
        return float(np.clip(1.0, slot.low, slot.high))


def columns_of(series: Series, model: CurveModel) -> dict[str, np.ndarray]:
    """The columns a curve's kernel wants, from a series, defaults filled in.

    Raises
    ------
    InputError
        If a column without default is missing.
    """
    out = {}
    for column in model.columns:
        if column.name in series.x:
            out[column.name] = np.asarray(series.x[column.name])
        elif column.default is not None:
            out[column.name] = np.full(series.n, column.default)
        else:
            have = ", ".join(series.x) or "none"
            raise InputError(
                f"has no column {column.name} ({column.says}), which the curve {model.name or model.says} needs",
                where=series.name,
                allowed=f"Its columns are: {have}",
            )
    return out


def _defaults(model: CurveModel) -> dict[str, float]:
    return {p.name: p.default for p in model.parameters if p.default is not None}


def _slots(
    parts: Sequence[Part], given: Mapping[str, float], free: Sequence[str]
) -> tuple[Slot, ...]:
    slots: dict[str, Slot] = {}
    for part in parts:
        for parameter in part.model.parameters:
            name = part.name_of(parameter.name)
            low, high = parameter.low, parameter.high
            if name in slots:
                # Tied to one that is already there: fitted if that one is.
                known = slots[name]
                low, high = max(low, known.low), min(high, known.high)
                slots[name] = Slot(name, known.declared, low, high, known.fixed)
            else:
                slots[name] = Slot(
                    name,
                    parameter,
                    low,
                    high,
                    None if name in free else _fixed(parameter, name, given, part),
                )
    for name in (*given, *free):
        if name not in slots:
            raise UnknownNameError.among(
                "parameter", name, slots, where=parts[0].model.name or parts[0].model.says
            )
    return tuple(slots.values())


def _fixed(parameter: Parameter, name: str, given: Mapping[str, float], part: Part) -> float | None:
    if name in given:
        value = float(given[name])
        if not np.isfinite(value):
            raise InputError(
                f"{name} is given as {value}",
                where=part.series.name,
                allowed="A given value is a finite number",
            )
        return value
    if not parameter.given:
        return None
    if parameter.default is None:
        raise InputError(
            f"{name} ({parameter.says}) is not given, and the curve {part.model.name or part.model.says} cannot do without it",
            where=part.series.name,
            do="State it",
        )
    return parameter.default
