"""Two ways to describe the same readings, the simpler one a special case of the fuller one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.format import format_number
from tricyclic.core.series import Series
from tricyclic.errors import InputError
from tricyclic.fitting.fit import listed_parts
from tricyclic.fitting.problem import FitPart

Parts = Series | FitPart | Sequence[FitPart]


@dataclass(frozen=True)
class CandidateModel:
    """One way to describe the readings: parts with their curves, fixed and freed parameters, and a
    description for a sentence.
    """

    parts: tuple[FitPart, ...]
    fixed: Mapping[str, float] = field(default_factory=dict)
    free: tuple[str, ...] = ()
    description: str = ""


def simpler_or_fuller(
    parts: Parts,
    simple_model: CurveModel,
    full_model: CurveModel,
    *,
    fixed: Mapping[str, float] | None = None,
) -> tuple[CandidateModel, CandidateModel]:
    """Two curves for the same readings: one site or two."""
    simple, full = (with_model(parts, model, fixed or {}) for model in (simple_model, full_model))
    return simple, full


def shared_or_separate(
    parts: Sequence[FitPart],
    parameters: Sequence[str],
    *,
    fixed: Mapping[str, float] | None = None,
) -> tuple[CandidateModel, CandidateModel]:
    """One value for all parts, or one for each group of parts.

    Parameters
    ----------
    parts : sequence of FitPart
        Their series name the `group`; a series without one is its own group, under its name.
        Parameters that are not named here keep the parts' own renaming, so what is shared already
        stays shared.
    parameters : sequence of str
        The curve's own names of those to compare ("log10_bmax").
    fixed : mapping of str to float
        Fixed values; one of a compared parameter also fixes its separate copies.

    Returns
    -------
    tuple of two CandidateModel
        Shared, and separate under names such as "log10_bmax[vehicle]".

    Raises
    ------
    InputError
        If no curve has a parameter, or all parts belong to one group.
    """
    known = {p.name for part in parts for p in part.model.parameters}
    for parameter in parameters:
        if parameter not in known:
            raise InputError(
                f"no curve has a parameter {parameter}",
                allowed=f"There are: {', '.join(sorted(known))}",
            )
    groups = [part.series.group or part.series.name for part in parts]
    if len(set(groups)) < 2:
        raise InputError(
            f"all parts belong to {groups[0]}",
            allowed="Shared or separate needs two groups or more",
        )
    fixed = fixed or {}
    shared = tuple(
        replace(part, rename={**part.rename, **{p: p for p in parameters}}) for part in parts
    )
    separate = tuple(
        replace(part, rename={**part.rename, **{p: f"{p}[{group}]" for p in parameters}})
        for part, group in zip(parts, groups, strict=True)
    )
    fixed_copies = {name: value for name, value in fixed.items() if name not in parameters}
    for p in parameters:
        if p in fixed:
            fixed_copies |= {f"{p}[{group}]": fixed[p] for group in groups}
    names = " and ".join(parameters)
    return (
        CandidateModel(shared, fixed, description=f"one {names} for {listed_names(groups)}"),
        CandidateModel(
            separate, fixed_copies, description=f"a separate {names} for {listed_names(groups)}"
        ),
    )


def fixed_or_free(
    parts: Parts,
    values: Mapping[str, float],
    *,
    model: CurveModel | None = None,
    fixed: Mapping[str, float] | None = None,
) -> tuple[CandidateModel, CandidateModel]:
    """Parameters fixed at values, or fitted: {"hill": -1.0}."""
    listed = listed_parts(parts, model)
    names = {part.name_of(p.name): p for part in listed for p in part.model.parameters}
    description = " and ".join(f"{name} = {format_number(value)}" for name, value in values.items())
    freed = tuple(name for name in values if name in names and names[name].fixed_by_default)
    return (
        CandidateModel(listed, {**(fixed or {}), **values}, description=description),
        CandidateModel(
            listed,
            {**(fixed or {}), **{n: values[n] for n in freed}},
            freed,
            description=f"{' and '.join(values)} fitted",
        ),
    )


def with_model(parts: Parts, model: CurveModel, fixed: Mapping[str, float]) -> CandidateModel:
    """The parts under another curve, with those of the fixed values that belong to it."""
    given = (parts,) if isinstance(parts, (Series, FitPart)) else parts
    listed = tuple(
        FitPart(one, model) if isinstance(one, Series) else replace(one, model=model)
        for one in given
    )
    names = {part.name_of(p.name) for part in listed for p in model.parameters}
    return CandidateModel(
        listed,
        {name: value for name, value in fixed.items() if name in names},
        description=model.description,
    )


def listed_names(names: Sequence[str]) -> str:
    """Names in a sentence, each once: a, b and c."""
    unique = list(dict.fromkeys(names))
    return unique[0] if len(unique) == 1 else f"{', '.join(unique[:-1])} and {unique[-1]}"
