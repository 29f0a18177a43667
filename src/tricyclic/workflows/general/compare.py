"""Compares two compounds, conditions, assays, studies or tables: ratio, interval and test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from tricyclic.assays.binding.compare_curves import compare_in_one_run, plates_of
from tricyclic.assays.compare_measurements import (
    Pairing,
    compare_measurements,
)
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.table import DataTable
from tricyclic.core.table_input import TableInput
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.library import Library
from tricyclic.results.binding import PlateResult, StudyResult
from tricyclic.results.comparison import CompareResult, MeasuredQuantity, MeasurementComparison
from tricyclic.results.study_run import StudyRunResult
from tricyclic.stats.multiple_testing import adjust_by_holm
from tricyclic.study.folder import read_study
from tricyclic.workflows.general.compare_sources import (
    ATTRIBUTES,
    PLAN,
    MeasurementSource,
    Selection,
    select,
    source_of_path,
    source_of_table,
    split_reference,
)
from tricyclic.workflows.general.options import CompareOptions
from tricyclic.workflows.study_analysis import Steps, analyse_assay, fitted_curves, study_curves

# Quantities that are compared where none is named: the first of these that both sides have.
DEFAULT_ENDPOINTS = (("Ki",), ("Kd", "Bmax"), ("KB",), ("EC50",), ("IC50",), ("kon", "koff"))


def run(options: CompareOptions, on_progress: ProgressCallback | None = None) -> CompareResult:
    """Read both sides and compare what they have in common.

    Raises
    ------
    InputError
        If a side cannot be read or outcome, or both have nothing in common.
    """
    if not 0 < options.confidence < 1:
        raise InputError(
            f"is {options.confidence:g}", where="confidence", allowed="It is between 0 and 1"
        )
    loaded: dict[str, MeasurementSource] = {}
    sides = [_side(given, options, loaded, on_progress) for given in (options.a, options.b)]
    if sides[0].source.name == sides[1].source.name and sides[0].source is not sides[1].source:
        # Two results in memory may have one name; their runs are no pairs.
        sides = [
            _renamed(side, f"{side.source.name} ({k})") for side, k in zip(sides, "AB", strict=True)
        ]
    pairs, unmatched = _matched(sides[0], sides[1], options)
    comparisons = []
    for one, other in pairs:
        names = _names(one, other, sides)
        outcome = compare_measurements(
            one,
            other,
            names,
            pairing=cast("Pairing", options.paired),
            confidence=options.confidence,
        )
        comparisons.append(_in_one_run(outcome, sides))
    adjusted = adjust_by_holm([one.p for one in comparisons])
    return CompareResult(
        sides[0].label,
        sides[1].label,
        tuple(replace(one, p_adjusted=p) for one, p in zip(comparisons, adjusted, strict=True)),
        unmatched,
    )


def _side(
    given: str | TableInput,
    options: CompareOptions,
    loaded: dict[str, MeasurementSource],
    on_progress: ProgressCallback | None,
) -> Selection:
    """One side: a source of its own, or a name in a source."""
    if not isinstance(given, str):
        return select(_loaded(given, loaded, on_progress), "")
    path, name = split_reference(given)
    if path:
        return select(_loaded(path, loaded, on_progress), name)
    results = options.results
    if isinstance(results, str):
        results = _folder(results, given)
    return select(_loaded(results, loaded, on_progress), name)


def _loaded(
    given: str | TableInput,
    loaded: dict[str, MeasurementSource],
    on_progress: ProgressCallback | None,
) -> MeasurementSource:
    """A source, read once."""
    if isinstance(given, MeasurementSource):
        return given
    key = given if isinstance(given, str) else f"table {id(given)}"
    if key not in loaded:
        if isinstance(given, str):
            loaded[key] = source_of_path(Path(given), _analyse_again(on_progress))
        else:
            loaded[key] = source_of_table(cast("DataTable", given))
    return loaded[key]


def _folder(results: str, given: str) -> str:
    """The file or folder that contains a name; by default the current folder, if it is a study."""
    if results:
        return results
    if any(Path(name).is_file() for name in (PLAN, "estimates.csv", "results.csv")):
        return "."
    raise InputError(
        f"'{given}' is no file or folder, and the current folder has no results",
        allowed="A and B are compounds or conditions of one source, or files and folders",
        do="Add --results with a study folder, a folder of results or a table",
    )


def _analyse_again(
    on_progress: ProgressCallback | None,
) -> Callable[[Path, str], StudyRunResult]:
    """A function that analyses one assay of a study folder, whose results have no wells."""

    def again(folder: Path, assay: str) -> StudyRunResult:
        library = Library()
        prepared = read_study(folder, library)
        curves = study_curves(prepared)
        chosen = [one for one in prepared.assays if one.plan.name == assay]
        steps = Steps(sum(len(one.runs) for one in chosen), on_progress)
        assays = [analyse_assay(one, curves, library, steps) for one in chosen]
        study = StudyResult(prepared.plan.title, tuple(assays))
        return StudyRunResult(study, {}, fitted_curves(assays, curves))

    return again


def _renamed(side: Selection, name: str) -> Selection:
    own = tuple(replace(m, source=name) for m in side.measurements)
    label = side.label if side.fixed else name
    return replace(side, label=label, measurements=own, source=replace(side.source, name=name))


def _matched(
    a: Selection, b: Selection, options: CompareOptions
) -> tuple[list[tuple[MeasuredQuantity, MeasuredQuantity]], tuple[str, ...]]:
    """Pairs of measurements that agree in all that the two names do not fix, and the others."""
    endpoints = _endpoints(a, b, options.endpoint)
    first, second = ([m for m in side.measurements if m.endpoint in endpoints] for side in (a, b))
    if options.target:
        first, second = (_of_target(of, options.target) for of in (first, second))
    fixed = {*a.fixed, *b.fixed}
    same_source = a.source.name == b.source.name
    keys = [name for name in ATTRIBUTES if name not in fixed and (name != "assay" or same_source)]
    if "assay" in fixed or "target" in fixed:
        # One compound at two targets, or two assays of one target.
        keys = [name for name in keys if name not in ("assay", "target")]
    pairs = [
        (one, other)
        for one in first
        for other in second
        if one is not other and _agree(one, other, keys)
    ]
    if not pairs:
        pairs = [
            (one, other)
            for endpoint in endpoints
            for one, other in _only_ones(first, second, endpoint)
        ]
    if not pairs:
        raise InputError(
            "nothing can be compared",
            where=f"{a.label} and {b.label}",
            allowed="Both sides have the same quantity of the same compound, target and group, "
            "apart from what A and B name",
            do="Name a compound or condition of each: FILE:COMPOUND",
        )
    _check_single(pairs, a, b)
    left = [_label(m) for m in first if all(m is not one for one, _ in pairs)]
    left += [_label(m) for m in second if all(m is not other for _, other in pairs)]
    return pairs, tuple(dict.fromkeys(left))


def _only_ones(
    first: Sequence[MeasuredQuantity], second: Sequence[MeasuredQuantity], endpoint: str
) -> list[tuple[MeasuredQuantity, MeasuredQuantity]]:
    """The measurements of a quantity where each side has one."""
    own = [[m for m in side if m.endpoint == endpoint] for side in (first, second)]
    one_each = len(own[0]) == len(own[1]) == 1 and own[0][0] is not own[1][0]
    return [(own[0][0], own[1][0])] if one_each else []


def _check_single(
    pairs: Sequence[tuple[MeasuredQuantity, MeasuredQuantity]], a: Selection, b: Selection
) -> None:
    """Refuse measurements that agree with several of the other side."""
    for k, side in enumerate((a, b)):
        counts = Counter(id(pair[k]) for pair in pairs)
        for pair in pairs:
            if counts[id(pair[k])] > 1:
                other = b if k == 0 else a
                raise InputError(
                    f"{_label(pair[k])} agrees with several of {other.label}",
                    where=side.label,
                    do="Name the compound, condition or assay of each side, such as "
                    f"{other.label}:NAME or NET/desipramine",
                )


def _endpoints(a: Selection, b: Selection, wanted: str) -> tuple[str, ...]:
    common = [
        name
        for name in dict.fromkeys(m.endpoint for m in a.measurements)
        if any(m.endpoint == name for m in b.measurements)
    ]
    if wanted:
        spelling = {name.casefold(): name for name in common}
        plain = wanted.strip().casefold()
        name = spelling.get(plain) or spelling.get(plain.removeprefix("p"))
        if name is None:
            raise UnknownNameError.among("quantity of both sides", wanted, common, where="endpoint")
        return (name,)
    for names in DEFAULT_ENDPOINTS:
        chosen = tuple(name for name in names if name in common)
        if chosen:
            return chosen
    if not common:
        raise InputError(
            "have no quantity in common",
            where=f"{a.label} and {b.label}",
            do="Compare results of the same kind of assay",
        )
    return (common[0],)


def _of_target(measurements: Sequence[MeasuredQuantity], target: str) -> list[MeasuredQuantity]:
    wanted = target.casefold()
    chosen = [m for m in measurements if wanted in (m.target.casefold(), m.assay.casefold())]
    if not chosen:
        known = {name for m in measurements for name in (m.target, m.assay) if name}
        raise UnknownNameError.among("target or assay", target, known, where="target")
    return chosen


def _agree(a: MeasuredQuantity, b: MeasuredQuantity, keys: Sequence[str]) -> bool:
    if a.endpoint != b.endpoint:
        return False
    values = [(getattr(a, key).casefold(), getattr(b, key).casefold()) for key in keys]
    return all(x == y or not x or not y for x, y in values)


def _names(a: MeasuredQuantity, b: MeasuredQuantity, sides: Sequence[Selection]) -> tuple[str, str]:
    """What distinguishes two measurements: compounds, conditions, targets, or their sources."""

    def differ(attribute: str) -> bool:
        values = getattr(a, attribute), getattr(b, attribute)
        return values[0] != values[1] and all(values)

    at = "target" if differ("target") else ""
    if not at and not differ("compound") and not differ("group") and differ("assay"):
        at = "assay"
    parts = [name for name in ("compound", "group") if differ(name)]
    if at and not parts and a.compound:
        parts = ["compound"]
    if not parts and not at:
        return f"{_common(a)} in {sides[0].label}", f"{_common(b)} in {sides[1].label}"
    first, second = (
        " at ".join(
            text
            for text in (", ".join(getattr(m, p) for p in parts), getattr(m, at) if at else "")
            if text
        )
        for m in (a, b)
    )
    return first, second


def _common(m: MeasuredQuantity) -> str:
    parts = [m.compound, f"at {m.target}" if m.target else "", f"({m.group})" if m.group else ""]
    return " ".join(part for part in parts if part) or m.endpoint


def _label(m: MeasuredQuantity) -> str:
    return f"{m.endpoint} of {_common(m)}"


def _in_one_run(
    outcome: MeasurementComparison, sides: Sequence[Selection]
) -> MeasurementComparison:
    """The comparison of two single runs from one fit of their wells, where these are known."""
    a, b = outcome.a, outcome.b
    single = len({run for run, _ in a.runs}) == len({run for run, _ in b.runs}) == 1
    if not single or outcome.ratio is None or outcome.ratio.qualifier != "=":
        return outcome
    if any(side.source.assays is None for side in sides):
        return outcome
    plates: list[PlateResult] = []
    curves: dict[str, CurveModel] = {}
    for m, side in zip((a, b), sides, strict=True):
        assert side.source.assays is not None
        result = side.source.assays(m.assay)
        assay = next(one for one in result.study.assays if one.name == m.assay)
        own = plates_of(assay.plates, m.endpoint, m.compound, m.group)
        if len(own) != 1:
            return outcome
        plates.append(own[0])
        curves |= result.curves
    if plates[0].name == plates[1].name and a.source == b.source and a.assay == b.assay:
        plates[1] = plates[0]
    joint = compare_in_one_run(outcome, (plates[0], plates[1]), curves)
    return outcome if joint is None else joint
