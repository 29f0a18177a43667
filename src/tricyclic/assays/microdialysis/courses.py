"""Courses of animals from a table of fractions: times after the treatment, in one unit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tricyclic.assays.microdialysis.collection import Flow, membrane_window
from tricyclic.assays.microdialysis.dialysate_units import (
    DialysateUnit,
    dialysate_unit,
    to_course_unit,
)
from tricyclic.assays.microdialysis.table_windows import (
    StatedTimes,
    collection_windows,
    single_time_checks,
)
from tricyclic.core.check import Check
from tricyclic.core.clock_time import MINUTES_IN, MINUTES_PER_DAY, TimeKind, read_time
from tricyclic.core.format import join_reasons, list_names
from tricyclic.core.fraction_table import AnimalRow, FractionRow, FractionTable, TimeIs
from tricyclic.core.fractions import AnimalCourse, MeasuredFraction, State
from tricyclic.errors import InputError, UnknownNameError

# Lengths of fractions that differ by less are equal.
EQUAL_LENGTH = 0.01
ALL = "all animals"
# Flows of microdialysis and push-pull perfusion [uL/min], and the volume of metres of tubing [uL].
FLOWS = (1e-3, 1e3)
MOST_DEAD_UL = 1e4


@dataclass(frozen=True)
class CourseConditions:
    """What a table of fractions does not state.

    Parameters
    ----------
    unit : str
        Of the values, where the table states none.
    to : str
        Unit of the courses; empty for that which belongs to the values.
    molar_mass_g_per_mol : float
        Of the analyte, for values in pg.
    treated : str
        Time of the treatment on the clock of the table; empty where times count from it, or where
        each animal states its own.
    flow_uL_per_min, dead_volume_uL, fraction_min : float
        nan where not stated.
    time_is : {"start", "middle", "end", ""}
        What a single time of a fraction means; empty to decide by the times.
    loq, lod : float
        Values below are below the limit of quantification or detection; in the unit of the values.
    animals : mapping of str to AnimalRow
        From a second table.
    time_unit : str
        Of times of the treatment that are numbers without a unit; empty for minutes.
    exclude : tuple of (str, str)
        Animals ("r12") or fractions ("r12/f07") to leave out, and why.
    """

    unit: str = ""
    to: str = ""
    molar_mass_g_per_mol: float = math.nan
    treated: str = ""
    flow_uL_per_min: float = math.nan
    dead_volume_uL: float = math.nan
    fraction_min: float = math.nan
    time_is: TimeIs = ""
    loq: float = math.nan
    lod: float = math.nan
    animals: Mapping[str, AnimalRow] | None = None
    time_unit: str = ""
    exclude: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ReadCourses:
    """Courses of a table, animals that are left out with the reason, what was recognised, and what
    is stated about the animals that are used.
    """

    courses: tuple[AnimalCourse, ...]
    unit: str
    left_out: tuple[tuple[str, str], ...] = ()
    read_as: tuple[str, ...] = ()
    stated: Mapping[str, AnimalRow] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()


def courses_of(table: FractionTable, conditions: CourseConditions) -> ReadCourses:
    """Relate the fractions of a table to the treatment, and convert them to one unit.

    Raises
    ------
    InputError
        If an animal has no time of treatment or two groups, a unit cannot be converted, or what is
        to be excluded does not exist.
    """
    if conditions.lod > conditions.loq:
        raise InputError(
            f"is {conditions.lod:g}, above the limit of quantification of {conditions.loq:g}",
            where="lod",
            do="Correct one of the two",
        )
    unit = dialysate_unit(conditions.unit or table.unit, conditions.molar_mass_g_per_mol)
    if conditions.unit and table.unit and conditions.unit != table.unit:
        other = dialysate_unit(table.unit, conditions.molar_mass_g_per_mol)
        if (other.kind, other.factor) != (unit.kind, unit.factor):
            raise InputError(
                f"is {conditions.unit}, and the table states {table.unit}",
                where="unit",
                do="State the unit once, or correct the heading of the table",
            )
    by_animal: dict[str, list[FractionRow]] = {}
    for row in table.rows:
        by_animal.setdefault(row.animal, []).append(row)
    stated = _stated(table, conditions, by_animal)
    reasons = _reasons(conditions.exclude, by_animal, stated)
    _check_groups(table, by_animal, stated, reasons)
    notes: list[str] = []
    if others := _without_values(conditions.animals or {}, by_animal):
        notes.append(f"animals of the second table without values: {list_names(others, 12)}")
    used = {animal: rows for animal, rows in by_animal.items() if animal not in reasons}
    if not used:
        raise InputError("every animal is excluded", where="exclude", do="Keep those with values")
    windows, assumed = collection_windows(
        table,
        used,
        StatedTimes(conditions.time_is, conditions.fraction_min, not conditions.treated),
    )
    notes += assumed
    to = _course_unit(unit, conditions, windows, notes)
    _refuse_ignored([row for rows in used.values() for row in rows], conditions, unit, stated)
    notes += _lag(conditions, stated)
    courses = []
    for animal, rows in used.items():
        course = _course(
            animal, rows, windows[animal], stated[animal], unit, to, table.time_kind, conditions
        )
        courses.append(_with_exclusions(course, conditions.exclude))
    left_out = tuple((animal, reasons[animal]) for animal in by_animal if animal in reasons)
    if unit.kind == "unknown":
        notes.append("the unit of the values is not stated: state it with --unit, such as nM or %")
    about = {animal: stated[animal] for animal in used}
    checks = single_time_checks(table, used, conditions.time_is, windows)
    return ReadCourses(tuple(courses), to, left_out, tuple(notes), about, checks)


def _check_groups(
    table: FractionTable,
    by_animal: Mapping[str, Sequence[FractionRow]],
    stated: Mapping[str, AnimalRow],
    reasons: Mapping[str, str],
) -> None:
    """Refuse an animal without a group beside animals that have one."""
    without = [
        name
        for name, rows in by_animal.items()
        if name not in reasons and not stated[name].group and not any(r.group for r in rows)
    ]
    used = [name for name in by_animal if name not in reasons]
    if without and len(without) < len(used):
        raise InputError(
            f"no group is stated for {list_names(without, 6)}",
            where=table.file,
            allowed="Each animal has a group where one has",
            do="Fill in the group, or exclude the animal with a reason",
        )


def _refuse_ignored(
    rows: Sequence[FractionRow],
    conditions: CourseConditions,
    unit: DialysateUnit,
    stated: Mapping[str, AnimalRow],
) -> None:
    """Refuse what was stated and has no effect on this table."""
    whole = all(math.isfinite(r.start_min) and math.isfinite(r.end_min) for r in rows)
    has_mass = "g" in unit.text.partition("/")[0]
    ignored = {
        "molar_mass": (math.isfinite(conditions.molar_mass_g_per_mol) and not has_mass)
        and "values in units of mass, such as pg/uL",
        "fraction_min": (math.isfinite(conditions.fraction_min) and whole)
        and "tables with one time for each fraction",
        "time_is": (bool(conditions.time_is) and whole)
        and "tables with one time for each fraction",
        "treated": (bool(conditions.treated) and all(one.treated for one in stated.values()))
        and "animals that do not state their own",
    }
    for name, applies_to in ignored.items():
        if applies_to:
            raise InputError(
                "has no effect here",
                where=name,
                allowed=f"It applies to {applies_to}",
                do=f"Omit --{name.replace('_', '-')}",
            )


def _lag(conditions: CourseConditions, stated: Mapping[str, AnimalRow]) -> list[str]:
    """What flow and dead volume do to the times, in words."""
    pairs = {
        (
            _first(one.dead_volume_uL, conditions.dead_volume_uL),
            _first(one.flow_uL_per_min, conditions.flow_uL_per_min),
        )
        for one in stated.values()
    }
    known = {(dead, flow) for dead, flow in pairs if math.isfinite(dead) and math.isfinite(flow)}
    if known:
        lags = sorted(dead / flow for dead, flow in known)
        shown = f"{lags[0]:.3g}" if len(lags) == 1 else f"{lags[0]:.3g} to {lags[-1]:.3g}"
        return [f"fluid reached the vial {shown} min after the membrane, by which times are moved"]
    flows = sorted({flow for _, flow in pairs if math.isfinite(flow)})
    if flows:
        listed = " or ".join(f"{flow:g}" for flow in flows[:4])
        return [f"a flow of {listed} uL/min, and no dead volume: times are those of the vials"]
    return []


def _without_values(stated: Mapping[str, object], by_animal: Mapping[str, object]) -> list[str]:
    return [name for name in stated if name not in by_animal]


def _stated(
    table: FractionTable, conditions: CourseConditions, by_animal: Mapping[str, object]
) -> dict[str, AnimalRow]:
    """What is stated about each animal, by the table and by the second one."""
    more = conditions.animals or {}
    missing = [name for name in by_animal if more and name not in more]
    if missing:
        others = _without_values(more, by_animal)
        raise InputError(
            f"{list_names(missing, 6)} {'is' if len(missing) == 1 else 'are'} missing",
            where="animals_table",
            allowed="Each animal with values has a row"
            + (f"; without values are {list_names(others, 6)}" if others else ""),
        )
    result = {}
    for name in by_animal:
        own, other = table.animals.get(name, AnimalRow()), more.get(name, AnimalRow())
        if own.group and other.group and own.group != other.group:
            raise InputError(
                f"has the group {own.group} in the one table and {other.group} in the other",
                where=f"animal {name}",
                do="Correct one of them",
            )
        result[name] = own.with_stated(other)
    return result


def _reasons(
    exclude: Sequence[tuple[str, str]],
    by_animal: Mapping[str, Sequence[FractionRow]],
    stated: Mapping[str, AnimalRow],
) -> dict[str, str]:
    """Animals that are left out, with the reason."""
    reasons = {name: row.excluded for name, row in stated.items() if row.excluded}
    for target, reason in exclude:
        animal = target.rpartition("/")[0] if target not in by_animal else target
        if animal not in by_animal:
            raise UnknownNameError.among("animal", animal or target, by_animal, where="exclude")
        if not reason.strip():
            raise InputError(
                f"{target} has no reason", where="exclude", do=f'Write --exclude {target}="reason"'
            )
        if target in by_animal:
            reasons[target] = join_reasons(reasons.get(target, ""), reason)
    return reasons


def _with_exclusions(course: AnimalCourse, exclude: Sequence[tuple[str, str]]) -> AnimalCourse:
    for target, reason in exclude:
        animal, _, name = target.rpartition("/")
        if animal != course.animal:
            continue
        names = [f.name for f in course.fractions]
        if name not in names:
            raise UnknownNameError.among(
                f"fraction of animal {animal}", name, names, where="exclude"
            )
        course = replace(
            course,
            fractions=tuple(
                replace(f, excluded=join_reasons(f.excluded, reason)) if f.name == name else f
                for f in course.fractions
            ),
        )
    return course


def _course_unit(
    unit: DialysateUnit,
    conditions: CourseConditions,
    windows: Mapping[str, Sequence[tuple[float, float]]],
    notes: list[str],
) -> str:
    if conditions.to:
        return conditions.to
    lengths = np.array([end - start for spans in windows.values() for start, end in spans])
    middle = float(np.median(lengths))
    if unit.kind == "amount" and (np.abs(lengths / middle - 1.0) > EQUAL_LENGTH).any():
        notes.append(
            "amounts of fractions of unequal length are compared as fmol/min; --to-unit fmol "
            "compares the amounts"
        )
        return "fmol/min"
    return unit.course_unit


def _course(
    animal: str,
    rows: Sequence[FractionRow],
    spans: Sequence[tuple[float, float]],
    stated: AnimalRow,
    unit: DialysateUnit,
    to: str,
    kind: TimeKind,
    conditions: CourseConditions,
) -> AnimalCourse:
    groups = {row.group for row in rows if row.group} | ({stated.group} - {""})
    if len(groups) > 1:
        raise InputError(
            f"has the groups {' and '.join(sorted(groups))}",
            where=f"animal {animal}",
            allowed="An animal has one group",
            do="Give each animal its own name",
        )
    per_unit = MINUTES_IN.get(conditions.time_unit.lower(), 1.0)
    treated = _treated_min(animal, stated.treated or conditions.treated, spans, kind, per_unit)
    flow = _first(stated.flow_uL_per_min, conditions.flow_uL_per_min)
    dead = _first(stated.dead_volume_uL, conditions.dead_volume_uL)
    if math.isfinite(dead) and not math.isfinite(flow):
        raise InputError(
            f"a dead volume of {dead:g} uL, and no flow", where="dead_volume", do="Add --flow"
        )
    _check_pumped(animal, flow, dead, stated.flow_changes)
    pump = _pump(animal, flow, stated.flow_changes)
    fractions = []
    named = [row.name for row in rows]
    unique = all(named) and len(set(named)) == len(named)
    order = sorted(range(len(rows)), key=lambda k: spans[k][0])
    for number, k in enumerate(order, 1):
        row, (start, end) = rows[k], spans[k]
        volume = math.nan
        if pump is not None:
            if row.state == "lost" and not np.diff(pump.pumped_uL([start, end]))[0] > 0:
                # The pump stood still all the time: there was no fluid to be lost.
                continue
            window = membrane_window(
                start, end, pump, dead if math.isfinite(dead) else 0.0, where=row.where
            )
            start, end, volume = window.start_min, window.end_min, window.volume_uL
        factor = to_course_unit(unit, to, length_min=end - start, volume_uL=volume, where=row.where)
        lod = _first(row.lod, conditions.lod)
        fractions.append(
            MeasuredFraction(
                row.name if unique else f"f{number:02d}",
                start - treated,
                end - treated,
                row.value * factor,
                row.se * factor,
                _state(row, conditions),
                lod * factor,
                row.excluded,
                row.note,
            )
        )
    group = stated.group or next(iter(groups), "") or ALL
    return AnimalCourse(animal, group, to, tuple(fractions), treated)


def _check_pumped(
    animal: str, flow: float, dead: float, changes: Sequence[tuple[float, float]]
) -> None:
    """Refuse flows and volumes that no probe has: of another unit, or mistyped."""
    where = f"animal {animal}"
    for rate in (flow, *(rate for _, rate in changes if rate != 0)):
        if math.isfinite(rate) and not FLOWS[0] <= rate <= FLOWS[1]:
            raise InputError(
                f"a flow of {rate:g} uL/min",
                where=where,
                allowed=f"Flows are {FLOWS[0]:g} to {FLOWS[1]:g} uL/min",
                do="Correct the number, or convert it to uL/min",
            )
    if math.isfinite(dead) and not 0 <= dead <= MOST_DEAD_UL:
        raise InputError(
            f"a dead volume of {dead:g} uL",
            where=where,
            allowed=f"It is 0 to {MOST_DEAD_UL:g} uL",
            do="Correct the number, or convert it to uL",
        )


def _pump(animal: str, flow: float, changes: Sequence[tuple[float, float]]) -> Flow | None:
    """The flow over time; None where it is not known."""
    if not math.isfinite(flow):
        if changes:
            raise InputError(
                "has changes of the flow, and no flow before them",
                where=f"animal {animal}",
                do="Add --flow",
            )
        return None
    if not changes:
        return Flow((flow,))
    times = [time for time, _ in changes]
    try:
        return Flow((flow, *(rate for _, rate in changes)), (min(times[0] - 1.0, 0.0), *times))
    except InputError as error:
        raise error.at(f"animal {animal}") from error


def _state(row: FractionRow, conditions: CourseConditions) -> State:
    if row.state != "quantified":
        return row.state
    if row.value < conditions.lod:
        return "below LOD"
    return "below LOQ" if row.value < conditions.loq else "quantified"


def _first(own: float, common: float) -> float:
    return own if math.isfinite(own) else common


def _no_treatment(first: float, last: float, kind: TimeKind, where: str) -> InputError:
    """The error for an animal without a stated treatment, whose times do not show it."""
    advice = "dd --treated, or a column treated"
    if kind != "minutes":
        return InputError(
            "has no time of treatment",
            where=where,
            allowed="With times of day, the treatment has one, too",
            do=f"A{advice}",
        )
    times = f"its times are {first:g} to {last:g} min"
    counted = "Without a stated time, the treatment is at 0 of the times"
    if last <= 0:
        return InputError(
            f"has no fraction after the treatment: {times}",
            where=where,
            allowed=counted,
            do=f"Add its fractions after 0; where times count from something else, a{advice}",
        )
    return InputError(
        f"has no fraction before the treatment: {times}",
        where=where,
        allowed=counted,
        do=f"Where times count from something else, a{advice}; else add its fractions before 0",
    )


def _treated_min(
    animal: str,
    text: str,
    spans: Sequence[tuple[float, float]],
    kind: TimeKind,
    per_unit: float,
) -> float:
    """Time of the treatment on the clock of the table; 0 where times count from it."""
    where = f"animal {animal}"
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    if not text:
        if kind == "minutes" and first < 0 < last:
            return 0.0
        raise _no_treatment(first, last, kind, where)
    time = read_time(text, per_unit=per_unit, where=where)
    if time is None or time.kind != kind:
        words = {"minutes": "numbers", "time of day": "times of day", "date": "dates with a time"}
        raise InputError(
            f"was treated at '{text}', and its fractions have {words[kind]}",
            where=where,
            do="Write both in one way",
        )
    at = time.minutes
    if kind == "time of day":
        while at < first - 0.5 * MINUTES_PER_DAY:
            at += MINUTES_PER_DAY
    if not first <= at <= last:
        raise InputError(
            f"was treated at {text}, which is not within its fractions",
            where=where,
            do="Mend the time of the treatment or of the fractions",
        )
    return at
