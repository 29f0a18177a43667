"""Two ways to describe the same readings, the simpler a special case of the fuller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.format import figures
from tricyclic.core.series import Series
from tricyclic.errors import InputError
from tricyclic.fitting.problem import Part


@dataclass(frozen=True)
class Hypothesis:
    """One way to describe the readings: parts with their curves, what is held fixed, and its name in a sentence."""

    parts: tuple[Part, ...]
    given: Mapping[str, float] = field(default_factory=dict)
    free: tuple[str, ...] = ()
    says: str = ""


def simpler_or_fuller(
    parts: Series | Part | Sequence[Part],
    simple_model: CurveModel,
    full_model: CurveModel,
    *,
    given: Mapping[str, float] | None = None,
) -> tuple[Hypothesis, Hypothesis]:
    """Two curves for the same readings, as hypotheses: one site or two."""
    simple, full = (with_model(parts, model, given or {}) for model in (simple_model, full_model))
    return simple, full


def shared_or_separate(
    parts: Sequence[Part],
    parameters: Sequence[str],
    *,
    given: Mapping[str, float] | None = None,
) -> tuple[Hypothesis, Hypothesis]:
    """One value for all parts, or one for each group of parts, as hypotheses.

    Parameters
    ----------
    parts : sequence of Part
        Their series name the `group` (where they have none, the series' name stands for it). Parameters that are
        not named here keep the parts' own renaming, so what is shared already stays shared.
    parameters : sequence of str
        The curve's own names of those in question ("log10_bmax").

    Returns
    -------
    tuple of two Hypothesis
        Shared, and separate under names such as "log10_bmax[vehicle]".
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
    one = tuple(
        replace(part, rename={**part.rename, **{p: p for p in parameters}}) for part in parts
    )
    own = tuple(
        replace(part, rename={**part.rename, **{p: f"{p}[{group}]" for p in parameters}})
        for part, group in zip(parts, groups, strict=True)
    )
    what = " and ".join(parameters)
    # A value that holds for the shared parameter holds for each of its separate copies.
    spread = {
        **{k: v for k, v in (given or {}).items() if k not in parameters},
        **{
            f"{p}[{g}]": v
            for p in parameters
            if p in (given or {})
            for g in groups
            for v in [(given or {})[p]]
        },
    }
    return (
        Hypothesis(one, given or {}, says=f"one {what} for {listed_names(groups)}"),
        Hypothesis(own, spread, says=f"a {what} of its own for {listed_names(groups)}"),
    )


def held_or_free(
    parts: Series | Part | Sequence[Part],
    values: Mapping[str, float],
    *,
    model: CurveModel | None = None,
    given: Mapping[str, float] | None = None,
) -> tuple[Hypothesis, Hypothesis]:
    """Parameters held at values, or fitted, as hypotheses: {"hill": 1.0}."""
    listed = _listed_parts(parts, model)
    names = {part.name_of(p.name): p for part in listed for p in part.model.parameters}
    told = " and ".join(f"{name} = {figures(value)}" for name, value in values.items())
    freed = tuple(name for name in values if name in names and names[name].given)
    return (
        Hypothesis(listed, {**(given or {}), **values}, says=told),
        Hypothesis(
            listed,
            {**(given or {}), **{n: values[n] for n in freed}},
            freed,
            says=f"{' and '.join(values)} fitted",
        ),
    )


def listed_names(names: Sequence[str]) -> str:
    """Names in a sentence, each once: a, b and c."""
    unique = list(dict.fromkeys(names))
    return unique[0] if len(unique) == 1 else f"{', '.join(unique[:-1])} and {unique[-1]}"


def _listed_parts(
    parts: Series | Part | Sequence[Part], model: CurveModel | None
) -> tuple[Part, ...]:
    if isinstance(parts, Series):
        if model is None:
            raise InputError("no curve was named", where=parts.name, do="Choose one from the shelf")
        return (Part(parts, model),)
    return (parts,) if isinstance(parts, Part) else tuple(parts)


def with_model(
    parts: Series | Part | Sequence[Part], model: CurveModel, given: Mapping[str, float]
) -> Hypothesis:
    """The parts under another curve, with those of the given values that it has a place for."""
    listed = tuple(replace(part, model=model) for part in _listed_parts(parts, model))
    names = {part.name_of(p.name) for part in listed for p in model.parameters}
    return Hypothesis(
        listed, {name: value for name, value in given.items() if name in names}, says=model.says
    )
