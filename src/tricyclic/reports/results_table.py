"""The table of results of a study: one row per compound and assay, ready to paste.

`ResultCell` has the number in full and the decimals that its error supports. results.csv and
results.xlsx are printed with these decimals; `to_frame` and estimates.csv have all digits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tricyclic.core.check import Check
from tricyclic.core.estimate import Estimate, p_scale_name
from tricyclic.core.format import decimals_for_error
from tricyclic.core.plate import Role
from tricyclic.reports.words import group_of
from tricyclic.results.binding import LOGISTIC_SLOPE, WITH_SHARED, AssayResult, StudyResult
from tricyclic.units import is_concentration

LN10 = math.log(10.0)
# Significant figures of a number: as many as its error supports, within these limits.
LEAST_FIGURES, MOST_FIGURES, OF_BOUNDS = 2, 4, 3
LEADING = ("assay", "target", "compound", "group", "n")
TRAILING = ("confidence", "status", "flags", "printed")
# Quantities in the order of their columns; others follow.
ORDER = ("Ki", "Ki high", "Ki low", "IC50", LOGISTIC_SLOPE, "Hill slope", "Kd", "Kd high", "Kd low")
# Quantities for which an assay of a kind is done; a row without any of them is a by-product, which
# is in estimates.csv.
MAIN = {"competition": ("Ki", "IC50"), "homologous": ("Kd", "Bmax"), "saturation": ("Kd", "Bmax")}
_UNITS = {
    "fmol/mg": "fmol_per_mg",
    "1/(M min)": "per_M_min",
    "1/min": "per_min",
    "%": "percent",
}


@dataclass(frozen=True)
class ResultCell:
    """A number with the decimals that its error supports."""

    value: float
    decimals: int = 2


TableCell = str | int | ResultCell | None


@dataclass(frozen=True)
class ResultRow:
    """One compound of one assay, or of one group or run of it.

    `place` and `end` have the columns before and after the numbers; `quantities` the columns of
    each quantity, by its name ("Ki").
    """

    place: Mapping[str, TableCell]
    quantities: Mapping[str, Mapping[str, TableCell]]
    end: Mapping[str, TableCell]

    @property
    def cells(self) -> dict[str, TableCell]:
        """All cells by column."""
        of_quantities = {k: v for block in self.quantities.values() for k, v in block.items()}
        return {**self.place, **of_quantities, **self.end}


def results_columns(rows: Sequence[ResultRow]) -> list[str]:
    """Names of the columns: place, the quantities of any row, then interval, status and flags."""
    place = dict.fromkeys(name for row in rows for name in row.place)
    end = dict.fromkeys(name for row in rows for name in row.end)
    blocks: dict[str, dict[str, None]] = {}
    for row in rows:
        for quantity, block in row.quantities.items():
            blocks.setdefault(quantity, {}).update(dict.fromkeys(block))
    order = sorted(blocks, key=lambda q: ORDER.index(q) if q in ORDER else len(ORDER))
    if not rows:
        place, end = dict.fromkeys(LEADING), dict.fromkeys(TRAILING)
    return [*place, *(name for quantity in order for name in blocks[quantity]), *end]


def result_rows(study: StudyResult) -> list[ResultRow]:
    """One row for each compound (or radioligand) of each assay and group."""
    return [row for assay in study.assays for row in _rows_of_assay(assay)]


def run_rows(study: StudyResult) -> list[ResultRow]:
    """One row for each compound of each run, with the same columns; n is 1."""
    rows = []
    for assay in study.assays:
        for plate in assay.plates:
            for subject, estimates in _by_subject(assay, plate.estimates):
                place: dict[str, TableCell] = {
                    "assay": assay.name,
                    "target": _target(estimates, assay),
                    "compound": subject,
                    "group": plate.group,
                    "run": plate.experiment,
                    "plate": plate.name,
                    "n": 1,
                }
                end = _end(estimates, assay, "")
                if plate.excluded:
                    end["status"] = f"excluded: {plate.excluded}"
                rows.append(ResultRow(place, _numbers(estimates), end))
    return rows


def printed_cell(cell: TableCell) -> str | int | None:
    """A cell as it is pasted: a number with the decimals that its error supports."""
    if not isinstance(cell, ResultCell):
        return cell
    if not math.isfinite(cell.value):
        return "" if math.isnan(cell.value) else ("inf" if cell.value > 0 else "-inf")
    return f"{round(cell.value, cell.decimals):.{max(cell.decimals, 0)}f}"


def plain_cell(cell: TableCell) -> str | int | float | None:
    """A cell with all digits of its number."""
    return cell.value if isinstance(cell, ResultCell) else cell


def _rows_of_assay(assay: AssayResult) -> Iterator[ResultRow]:
    seen: set[str] = set()
    for group in dict.fromkeys(group_of(e, assay) for e in assay.pooled):
        pooled = [e for e in assay.pooled if group_of(e, assay) == group]
        for subject, estimates in _by_subject(assay, pooled):
            seen.add(subject)
            n = max(e.n_experiments for e in estimates)
            place = _place(assay, _target(estimates, assay), subject, group, n)
            end = _end(estimates, assay, _flags(assay, group, subject))
            yield ResultRow(place, _numbers(estimates), end)
    for subject, reasons in _without_result(assay, seen):
        status = {"status": f"no result: {reasons}", "flags": _flags(assay, "", subject)}
        place = _place(assay, assay.target, subject, "", 0)
        yield ResultRow(place, {}, {"confidence": None, **status, "printed": "n.d."})


def _place(
    assay: AssayResult, target: str, compound: str, group: str, n: int
) -> dict[str, TableCell]:
    return dict(zip(LEADING, (assay.name, target, compound, group, n), strict=True))


def _without_result(assay: AssayResult, seen: set[str]) -> Iterator[tuple[str, str]]:
    """Compounds of which no run has a number, with the reasons."""
    compounds: dict[str, list[str]] = {}
    for plate in assay.plates:
        wells = plate.plate.wells if plate.plate is not None else ()
        names = [well.compound for well in wells if well.role is Role.COMPETITION]
        names += [e.subject for e in plate.estimates if e.subject in assay.compounds]
        for name in dict.fromkeys(names):
            reason = plate.excluded or "the readings do not determine it"
            compounds.setdefault(name, []).append(f"{plate.name}: {reason}")
    for name, reasons in compounds.items():
        if name not in seen:
            yield name, "; ".join(dict.fromkeys(reasons))


def _by_subject(
    assay: AssayResult, estimates: Sequence[Estimate]
) -> list[tuple[str, list[Estimate]]]:
    """The estimates of each compound for which an assay is done; all where none has a usual one."""
    subjects = dict.fromkeys(e.subject for e in estimates)
    listed = [(s, [e for e in estimates if e.subject == s]) for s in subjects]
    main = MAIN.get(assay.kind, ())
    chosen = [(s, own) for s, own in listed if any(e.name.startswith(main) for e in own)]
    return (chosen if main else []) or listed


def _target(estimates: Sequence[Estimate], assay: AssayResult) -> str:
    return next((e.target for e in estimates if e.target), assay.target)


def _numbers(estimates: Sequence[Estimate]) -> dict[str, dict[str, TableCell]]:
    """The columns of every quantity of one compound."""
    blocks: dict[str, dict[str, TableCell]] = {}
    has_logistic = any(e.name == LOGISTIC_SLOPE for e in estimates)
    for e in estimates:
        if e.name.endswith(WITH_SHARED):
            quantity = e.name.removesuffix(WITH_SHARED)
            blocks.setdefault(quantity, {}).update(_limits(e, quantity, "_shared"))
        elif "," not in e.name:
            if e.name == "Hill slope" and has_logistic:
                continue
            # Without a logistic beside it, the slope of the fitted curve is that of a logistic.
            quantity = LOGISTIC_SLOPE if e.name == "Hill slope" else e.name
            blocks[quantity] = _block(e, quantity)
    return blocks


def _block(e: Estimate, quantity: str) -> dict[str, TableCell]:
    """Qualifier, value and limits of a quantity, and its negative logarithm with its error."""
    cells: dict[str, TableCell] = {}
    if is_concentration(e.unit) or e.qualifier != "=":
        cells[f"{_slug(quantity)}_qualifier"] = e.qualifier
    cells[_column(quantity, e.unit)] = ResultCell(e.value, _decimals(e, e.value))
    cells |= _limits(e, quantity)
    scale = p_scale_name(e)
    if scale:
        name = f"{scale}_{_slug(quantity).partition('_')[2]}".rstrip("_")
        places = decimals_for_error(e.log10_se, most=3)
        low, high = e.p_limits
        numbers = {"": e.p_value, "_SE": e.log10_se, "_CI_low": low, "_CI_high": high}
        for suffix, number in numbers.items():
            known = suffix == "" or e.qualifier == "="
            cells[f"{name}{suffix}"] = ResultCell(number if known else math.nan, places)
    return cells


def _limits(e: Estimate, quantity: str, suffix: str = "") -> dict[str, TableCell]:
    """Both limits of the interval; a bound has none."""
    cells: dict[str, TableCell] = {}
    for side, limit in (("low", e.low), ("high", e.high)):
        own = limit if e.qualifier == "=" else math.nan
        name = _column(f"{_slug(quantity)}_CI_{side}{suffix}", e.unit)
        cells[name] = ResultCell(own, _decimals(e, own))
    return cells


def _end(estimates: Sequence[Estimate], assay: AssayResult, flags: str) -> dict[str, TableCell]:
    """Level of the intervals, status of the main quantity, and that quantity as it is printed."""
    main = MAIN.get(assay.kind, ())
    first = next((e for e in estimates if e.name.startswith(main)), estimates[0])
    return {
        "confidence": ResultCell(first.confidence, 3 if 1000 * first.confidence % 10 else 2),
        "status": _status(first),
        "flags": flags,
        "printed": printed_estimate(first),
    }


def printed_estimate(e: Estimate) -> str:
    """An estimate as it is pasted into a text: "0.865 (0.680–1.103) nM", "> 10000 nM", "n.d."."""
    unit = f" {e.unit}" if e.unit else ""
    if math.isnan(e.value):
        return "n.d."
    value = printed_cell(ResultCell(e.value, _decimals(e, e.value)))
    if e.qualifier != "=":
        return f"{e.qualifier} {value}{unit}"
    if not (math.isfinite(e.low) and math.isfinite(e.high)):
        return f"{value}{unit}"
    low, high = (printed_cell(ResultCell(x, _decimals(e, x))) for x in (e.low, e.high))
    dash = " to " if e.low < 0 else "–"
    return f"{value} ({low}{dash}{high}){unit}"


def _status(e: Estimate) -> str:
    if math.isnan(e.value):
        return "not determined"
    if e.qualifier != "=":
        return "bound"
    if not (math.isfinite(e.low) and math.isfinite(e.high)):
        return "no interval"
    return "quantified"


def _flags(assay: AssayResult, group: str, compound: str) -> str:
    """Names of the checks that fail or warn, of an assay and the plates of a group, without those
    of other compounds.
    """
    checks: list[Check] = [
        c
        for c in assay.checks
        if not group or c.where in ("", assay.name, f"{assay.name}, {group}")
    ]
    for plate in assay.plates:
        if plate.group == group or not group:
            checks += plate.checks
    checks = [check for check in checks if assay.is_check_of(check, compound)]
    listed = []
    for level in ("fail", "warn"):
        names = dict.fromkeys(check.name for check in checks if check.level == level)
        if names:
            listed.append(f"{level}: {', '.join(names)}")
    return "; ".join(listed)


def _decimals(e: Estimate, value: float) -> int:
    """Decimals of a number: to the second figure of its standard error, with 2 to 4 figures; a
    limit has as many as its estimate, and 2 figures or more.
    """
    if not math.isfinite(value) or value == 0:
        return 0 if value else max(_of_estimate(e), 0)
    figures = -math.floor(math.log10(abs(value)))
    if e.qualifier != "=":
        return OF_BOUNDS - 1 + figures
    return max(_of_estimate(e), LEAST_FIGURES - 1 + figures)


def _of_estimate(e: Estimate) -> int:
    if not math.isfinite(e.value) or e.value == 0:
        return 2
    figures = -math.floor(math.log10(abs(e.value)))
    error = e.value * LN10 * e.log10_se if math.isfinite(e.log10_se) else e.se
    if not (math.isfinite(error) and error > 0):
        return OF_BOUNDS - 1 + figures
    wanted = 1 - math.floor(math.log10(abs(error)))
    return min(max(wanted, LEAST_FIGURES - 1 + figures), MOST_FIGURES - 1 + figures)


def _column(quantity: str, unit: str) -> str:
    """Name of the column of a quantity, which ends with its unit."""
    plain = _UNITS.get(unit, unit)
    return f"{_slug(quantity)}_{plain}" if plain else _slug(quantity)


def _slug(quantity: str) -> str:
    """A quantity as a part of the name of a column."""
    plain = quantity.replace("(", "").replace(")", "").replace(" / ", "_over_")
    return plain.replace("-", "_").replace(" ", "_")


def rounded(value: float, figures: int = 3) -> ResultCell:
    """A number with so many significant figures."""
    if not math.isfinite(value) or value == 0:
        return ResultCell(value)
    return ResultCell(value, max(figures - 1 - math.floor(math.log10(abs(value))), 0))
