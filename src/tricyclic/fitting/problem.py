"""Series and curves as one least-squares problem: names to positions, settings to kernels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.numerics.batch.verdict import REACH
from tricyclic.numerics.least_squares import into_bounds

# Decades, or powers of ten, by which a bound of the search is wider for the other parameters of a
# profile, so that it is the readings that close a limit and not a bound of another parameter.
WIDER = 9.0
WIDER_ASYMMETRY = 1.0


@dataclass(frozen=True)
class FitPart:
    """One series under one curve; `rename` maps the curve's parameter names to names in the fit.

    Parameters that have the same name in several parts are shared. Parts with the same `scatter`
    (such as the name of their plate) share one estimate of it; an empty one has its own.
    """

    series: Series
    model: CurveModel
    rename: Mapping[str, str] = field(default_factory=dict)
    scatter: str = ""

    def name_of(self, own: str) -> str:
        """Name in the fit of one of the curve's parameters."""
        return self.rename.get(own, own)

    @property
    def curve_name(self) -> str:
        """Name of the curve, or its description where it has no name."""
        return self.model.name or self.model.description


@dataclass(frozen=True)
class ProblemParameter:
    """One parameter of the whole problem; `fixed` is its value where it is not fitted."""

    name: str
    declared: Parameter
    low: float
    high: float
    fixed: float | None


class FitProblem:
    """All parts, with their parameters in one vector.

    Parameters
    ----------
    parts : sequence of FitPart
    fixed : mapping of str to float
        Values of parameters that are not fitted; for those in `free`, where the search starts.
    free : sequence of str
        Parameters to fit although they are fixed by default.
    signs : mapping of str to float, optional
        Sign of each hill of a sigmoid, by its name in the fit; by default that of its curve.
    levels : (float, float)
        Range of the readings, within which parameters in their unit stay.

    Raises
    ------
    InputError
        If a fixed value is missing or not finite, a series lacks a column, or a name is unknown.
    """

    def __init__(
        self,
        parts: Sequence[FitPart],
        fixed: Mapping[str, float],
        free: Sequence[str],
        signs: Mapping[str, float] | None = None,
        *,
        levels: tuple[float, float] = (-np.inf, np.inf),
    ) -> None:
        if not parts:
            raise InputError(
                "there is nothing to fit", do="Pass at least one series with its curve"
            )
        self.parts = tuple(parts)
        self._given = (dict(fixed), tuple(free), dict(signs or {}))
        self.columns = tuple(curve_columns(part.series, part.model) for part in parts)
        self.signs = {**_default_signs(parts), **(signs or {})}
        self.slots = tuple(_within(slot, levels) for slot in _slots(parts, fixed, free, self.signs))
        self.free = tuple(slot for slot in self.slots if slot.fixed is None)
        self.position = {slot.name: i for i, slot in enumerate(self.free)}
        self.low = np.array([slot.low for slot in self.free])
        self.high = np.array([slot.high for slot in self.free])
        self.y = np.concatenate([part.series.y for part in parts])
        ends = np.cumsum([part.series.n for part in parts])
        self.spans = tuple(
            slice(int(end) - part.series.n, int(end)) for end, part in zip(ends, parts, strict=True)
        )
        # Relative weights of the readings beside those of the variance model.
        self.weight = np.concatenate([_weight_of(part.series) for part in parts])
        own = [part.scatter or f"part {k}" for k, part in enumerate(parts)]
        self.scatter = np.repeat(
            [sorted(set(own)).index(key) for key in own], [part.series.n for part in parts]
        )
        self._fixed = {slot.name: slot.fixed for slot in self.slots if slot.fixed is not None}
        self._curves = tuple(
            (part.model.curve, *self._arguments(part, columns), span)
            for part, columns, span in zip(self.parts, self.columns, self.spans, strict=True)
        )
        # A start for a hill that is fitted is turned to the direction of this problem.
        self._hints = {
            name: abs(value) * self.signs[name] if name in self.signs else value
            for name, value in fixed.items()
        }

    def expected(self, x: np.ndarray) -> np.ndarray:
        """What the search compares with `y`: the expected readings."""
        return self.mean(x)

    def mean(self, x: np.ndarray) -> np.ndarray:
        """Expected readings of all parts, shape (k, n), for free parameters x of shape (k, p)."""
        out = np.empty((x.shape[0], self.spans[-1].stop))
        for curve, known, fitted, span in self._curves:
            out[:, span] = curve(**known, **{name: x[:, i, None] for name, i in fitted})
        return out

    def _arguments(
        self, part: FitPart, columns: Mapping[str, np.ndarray]
    ) -> tuple[dict[str, np.ndarray | float], tuple[tuple[str, int], ...]]:
        """Columns and fixed parameters of the kernel of a part, and where in x the others are."""
        names = {p.name: part.name_of(p.name) for p in part.model.parameters}
        fixed = {own: self._fixed[name] for own, name in names.items() if name in self._fixed}
        fitted = {own: self.position[name] for own, name in names.items() if name in self.position}
        return {**columns, **fixed}, tuple(fitted.items())

    def values(self, x: np.ndarray) -> dict[str, float]:
        """All parameters by name, for free parameters x of shape (p,)."""
        return {**self._fixed, **{slot.name: float(x[i]) for i, slot in enumerate(self.free)}}

    @property
    def wide_bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Bounds within which the other parameters of a profile move, each of shape (p,)."""
        wider = np.array([_wider(slot) for slot in self.free])
        return self.low - wider, self.high + wider

    def with_fixed(self, name: str, value: float) -> FitProblem:
        """The same problem with one of its free parameters fixed at a value."""
        fixed, free, signs = self._given
        return FitProblem(
            self.parts, {**fixed, name: value}, [other for other in free if other != name], signs
        )

    def starts(self, user: Sequence[Mapping[str, float]] | None) -> list[np.ndarray]:
        """Starts inside the bounds: the user's, or else the first guesses of the curves."""
        guesses = [dict(start) for start in user] if user else self._first_guesses()
        out = []
        fallback = [self._fallback(slot) for slot in self.free]
        for guess in guesses:
            x = np.array(
                [
                    guess.get(slot.name, other)
                    for slot, other in zip(self.free, fallback, strict=True)
                ],
                float,
            )
            typical = np.maximum(np.abs(x), 1e-3)
            x = np.where(np.isfinite(x), x, fallback)
            out.append(into_bounds(x, self.low, self.high, typical) if x.size else x)
        return out

    def _first_guesses(self) -> list[dict[str, float]]:
        """Joined first guesses of the parts; a shared parameter takes that of the first part."""
        per_part = []
        for part in self.parts:
            own = part.model.first_guess(part.series, self._known_to(part))
            per_part.append(
                [{part.name_of(key): value for key, value in guess.items()} for guess in own]
            )
        guesses = []
        for i in range(max(len(own) for own in per_part)):
            joined: dict[str, float] = {}
            for own in reversed(per_part):
                joined.update(own[min(i, len(own) - 1)])
            guesses.append(joined)
        return guesses

    def _known_to(self, part: FitPart) -> dict[str, float]:
        """What the first guess of a part may rely on: defaults, hints, fixed values, direction."""
        known = {p.name: p.default for p in part.model.parameters if p.default is not None}
        values = {**self._hints, **self._fixed}
        known |= {
            p.name: values[part.name_of(p.name)]
            for p in part.model.parameters
            if part.name_of(p.name) in values
        }
        if part.model.sigmoid:
            name = part.name_of("hill")
            known["direction"] = float(np.sign(self._fixed.get(name, self.signs[name])))
        return known

    def _fallback(self, slot: ProblemParameter) -> float:
        if slot.name in self._hints:
            return float(self._hints[slot.name])
        if slot.declared.default is not None:
            return slot.declared.default
        if np.isfinite(slot.low) and np.isfinite(slot.high):
            return 0.5 * (slot.low + slot.high)
        return float(min(max(1.0, slot.low), slot.high))


def _within(slot: ProblemParameter, levels: tuple[float, float]) -> ProblemParameter:
    if slot.declared.unit != "y":
        return slot
    return replace(slot, low=max(slot.low, levels[0]), high=min(slot.high, levels[1]))


def _weight_of(series: Series) -> np.ndarray:
    return np.ones(series.n) if series.weight is None else np.asarray(series.weight)


def curve_columns(series: Series, model: CurveModel) -> dict[str, np.ndarray]:
    """The columns that a curve's kernel needs, from a series, with defaults.

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
            raise InputError(
                f"has no column {column.name} ({column.description}), which the curve "
                f"{model.name or model.description} needs",
                where=series.name,
                allowed=f"Its columns are: {', '.join(series.x) or 'none'}",
            )
    return out


def _wider(slot: ProblemParameter) -> float:
    if slot.declared.along:
        return WIDER
    return WIDER_ASYMMETRY if slot.declared.name == "log10_asymmetry" else 0.0


def _default_signs(parts: Sequence[FitPart]) -> dict[str, float]:
    return {
        part.name_of("hill"): 1.0 if part.model.sigmoid == "rising" else -1.0
        for part in reversed(parts)
        if part.model.sigmoid
    }


def _slots(
    parts: Sequence[FitPart],
    fixed: Mapping[str, float],
    free: Sequence[str],
    signs: Mapping[str, float],
) -> tuple[ProblemParameter, ...]:
    slots: dict[str, ProblemParameter] = {}
    boxes = _dose_boxes(parts)
    for part in parts:
        for parameter in part.model.parameters:
            name = part.name_of(parameter.name)
            low, high = _bounds(parameter, signs.get(name, 0.0), boxes.get(name))
            if name in slots:
                # Shared with an earlier part: fitted if that one is.
                known = slots[name]
                low, high = max(low, known.low), min(high, known.high)
                value = known.fixed if low < high or known.fixed is not None else low
                slots[name] = ProblemParameter(name, known.declared, low, high, value)
            elif name in free or (low == high and name not in fixed):
                value = low if low == high else None
                slots[name] = ProblemParameter(name, parameter, low, high, value)
            else:
                value = _fixed_value(parameter, name, fixed, part)
                slots[name] = ProblemParameter(name, parameter, low, high, value)
    for name in (*fixed, *free):
        if name not in slots:
            raise UnknownNameError.among("parameter", name, slots, where=parts[0].curve_name)
    return tuple(slots.values())


def _dose_boxes(parts: Sequence[FitPart]) -> dict[str, tuple[float, float]]:
    """Range of each half-way dose: REACH decades beyond the doses of all parts that share it."""
    doses: dict[str, list[np.ndarray]] = {}
    for part in parts:
        for parameter in part.model.parameters:
            if parameter.along in part.series.x:
                column = np.asarray(part.series.x[parameter.along], float)
                positive = column[np.isfinite(column) & (column > 0)]
                doses.setdefault(part.name_of(parameter.name), []).append(np.log10(positive))
    joined = {name: np.concatenate(values) for name, values in doses.items()}
    return {
        name: (float(values.min()) - REACH, float(values.max()) + REACH)
        for name, values in joined.items()
        if values.size
    }


def _bounds(
    parameter: Parameter, sign: float, box: tuple[float, float] | None
) -> tuple[float, float]:
    """Bounds of a parameter; of one that may have either sign, on the side of the given sign, and
    of a half-way dose those of its doses.
    """
    if box and parameter.along:
        return box
    if not parameter.min_abs or not sign:
        return parameter.low, parameter.high
    if sign > 0:
        return max(parameter.low, parameter.min_abs), parameter.high
    return parameter.low, min(parameter.high, -parameter.min_abs)


def _fixed_value(
    parameter: Parameter, name: str, fixed: Mapping[str, float], part: FitPart
) -> float | None:
    if name in fixed:
        value = float(fixed[name])
        if not np.isfinite(value):
            raise InputError(
                f"{name} is fixed at {value}",
                where=part.series.name,
                allowed="A fixed value is a finite number",
            )
        return value
    if not parameter.fixed_by_default:
        return None
    if parameter.default is None:
        raise InputError(
            f"{name} ({parameter.description}) has no value, and the curve {part.curve_name} "
            "needs one",
            where=part.series.name,
            do="Give its value",
        )
    return parameter.default
