"""Directions of sigmoids in a fit: which sign of hill to search, and bottom below top in the
result.

A sigmoid with both plateaus free is the same curve when bottom and top are exchanged and hill
changes its sign, so it is searched in one direction and named afterwards. With a fixed plateau the
two directions are different curves; both are searched and the better one is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tricyclic.errors import InputError
from tricyclic.fitting.problem import FitPart

FALLING, RISING = -1.0, 1.0


@dataclass(frozen=True, eq=False)
class SigmoidGroup:
    """Sigmoid parts of a fit that share a plateau or a hill, and so have one direction.

    `hills` and `plateaus` (bottom, top) are names in the fit; `first` is the direction that is
    searched first.
    """

    parts: tuple[FitPart, ...]
    hills: frozenset[str]
    plateaus: tuple[tuple[str, str], ...]
    first: float

    @property
    def plateau_names(self) -> set[str]:
        """Names of all bottoms and tops."""
        return {name for pair in self.plateaus for name in pair}

    def is_reversed(self, values: Mapping[str, float]) -> bool:
        """Whether the top of every part lies below its bottom."""
        return all(values[top] < values[bottom] for bottom, top in self.plateaus)


@dataclass(frozen=True)
class Directions:
    """Directions that a fit has to search.

    `signs` is the sign of each hill, by its name in the fit. `symmetric` groups are the same curve
    in both directions and were given one of them; `open` groups have to be tried in both.
    """

    signs: Mapping[str, float]
    symmetric: tuple[SigmoidGroup, ...]
    open: tuple[SigmoidGroup, ...]


@dataclass(frozen=True)
class Relabelling:
    """How the parameters of a problem are named in its result.

    `source` maps a name to the parameter of the problem that it takes its value from; `negated`
    are the names whose value changes its sign.
    """

    source: Mapping[str, str] = field(default_factory=dict)
    negated: frozenset[str] = frozenset()

    def source_of(self, name: str) -> str:
        """Parameter of the problem from which a name takes its value."""
        return self.source.get(name, name)

    def sign(self, name: str) -> float:
        """-1 for a name whose value changes its sign, else 1."""
        return -1.0 if name in self.negated else 1.0


def directions(
    parts: Sequence[FitPart], fixed: Mapping[str, float], free: Collection[str]
) -> Directions:
    """Find the sigmoids of a fit and the directions in which to search them.

    Parameters
    ----------
    parts, fixed, free
        As in `fit`.

    Raises
    ------
    InputError
        If a fixed hill is 0, or is not 1 or -1 where the curve has these only, or a fixed top is
        not above its fixed bottom.
    """
    is_fixed = {name: value for name, value in fixed.items() if name not in free}
    signs: dict[str, float] = {}
    symmetric, either = [], []
    for group in _sigmoid_groups(parts):
        for part in group.parts:
            _check_fixed(part, is_fixed)
        stated = {RISING if is_fixed[h] > 0 else FALLING for h in group.hills if h in is_fixed}
        sign = next(iter(stated)) if len(stated) == 1 else group.first
        signs |= dict.fromkeys(group.hills, sign)
        if stated:
            continue
        if _is_symmetric(group, parts, is_fixed):
            symmetric.append(group)
        else:
            either.append(group)
    return Directions(signs, tuple(symmetric), tuple(either))


def relabel(groups: Sequence[SigmoidGroup], values: Mapping[str, float]) -> Relabelling:
    """Exchange bottom and top, and turn hill, in the groups whose tops lie below their bottoms.

    Parameters
    ----------
    groups
        Those that are the same curve in both directions.
    values
        Optimum, by names of the problem.
    """
    source: dict[str, str] = {}
    negated: set[str] = set()
    for group in groups:
        if group.is_reversed(values):
            for bottom, top in group.plateaus:
                source |= {bottom: top, top: bottom}
            negated |= group.hills
    return Relabelling(source, frozenset(negated))


def oriented_start(
    start: Mapping[str, float], plan: Directions, signs: Mapping[str, float]
) -> dict[str, float]:
    """A user's start in the directions of a problem.

    Where the start has the other direction, its hill changes its sign; where both directions are
    the same curve, its bottom and top are exchanged too.
    """
    turned = dict(start)
    both_the_same = [(group, True) for group in plan.symmetric]
    for group, is_symmetric in (*both_the_same, *((group, False) for group in plan.open)):
        if not any(h in start and start[h] * signs[h] < 0 for h in group.hills):
            continue
        turned |= {h: -start[h] for h in group.hills if h in start}
        if is_symmetric:
            for bottom, top in group.plateaus:
                for name, other in ((bottom, top), (top, bottom)):
                    if other in start:
                        turned[name] = start[other]
    return turned


def _sigmoid_groups(parts: Sequence[FitPart]) -> list[SigmoidGroup]:
    """Sigmoid parts, grouped by shared plateaus and hills."""
    groups: list[tuple[set[str], list[FitPart]]] = []
    for part in parts:
        if not part.model.sigmoid:
            continue
        names = {part.name_of(own) for own in ("bottom", "top", "hill")}
        joined = [part]
        apart = []
        for used, others in groups:
            if used & names:
                names, joined = names | used, [*others, *joined]
            else:
                apart.append((used, others))
        groups = [*apart, (names, joined)]
    return [_group(joined) for _, joined in groups]


def _group(parts: list[FitPart]) -> SigmoidGroup:
    pairs = dict.fromkeys((part.name_of("bottom"), part.name_of("top")) for part in parts)
    first = RISING if parts[0].model.sigmoid == "rising" else FALLING
    hills = frozenset(part.name_of("hill") for part in parts)
    return SigmoidGroup(tuple(parts), hills, tuple(pairs), first)


def _is_symmetric(
    group: SigmoidGroup, parts: Sequence[FitPart], is_fixed: Mapping[str, float]
) -> bool:
    """Whether exchanging bottom and top in all parts of a group gives the same family of curves."""
    names = group.plateau_names
    if len(names) != 2 * len(group.plateaus) or names & is_fixed.keys():
        # A bottom that several parts share while their tops differ cannot become a shared top.
        return False
    in_group = {id(part) for part in group.parts}
    others = {
        part.name_of(p.name)
        for part in parts
        for p in part.model.parameters
        if id(part) not in in_group or p.name not in ("bottom", "top")
    }
    bounds = {
        (p.low, p.high)
        for part in group.parts
        for p in (part.model.parameter("bottom"), part.model.parameter("top"))
    }
    return not names & others and len(bounds) == 1


def _check_fixed(part: FitPart, is_fixed: Mapping[str, float]) -> None:
    values = {
        own: is_fixed[part.name_of(own)]
        for own in ("bottom", "top", "hill")
        if part.name_of(own) in is_fixed
    }
    declared = part.model.parameter("hill")
    if values.get("hill") == 0:
        raise InputError(
            "hill is fixed at 0",
            where=part.series.name,
            allowed="Above 0 for curves that rise with dose, below 0 for curves that fall",
        )
    if "hill" in values and declared.min_abs == declared.high != abs(values["hill"]):
        raise InputError(
            f"hill is fixed at {values['hill']:g} in the curve {part.curve_name}",
            where=part.series.name,
            allowed=f"Its hill is {declared.high:g} or {declared.low:g}",
            do="Use a curve with a free hill",
        )
    if values.keys() >= {"bottom", "top"} and values["top"] <= values["bottom"]:
        raise InputError(
            f"top is fixed at {values['top']:g} and bottom at {values['bottom']:g}",
            where=part.series.name,
            allowed="Top is the upper plateau and bottom the lower one, whatever the direction",
            do="Swap them, or fix the sign of hill for the direction",
        )
