"""Reads measurements from tables: estimates.csv, results.csv, files of fits, and tables of other
programs with a column of compounds and columns such as Ki_nM or pIC50.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.concentrations import log10_of
from tricyclic.core.estimate import Estimate, Qualifier
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.numerals import NUMBER
from tricyclic.results.comparison import MeasuredQuantity
from tricyclic.stats.statistics import t_quantile
from tricyclic.units import is_concentration, to_molar

# Columns by what they are, in lower case with blanks for underscores.
COMPOUND = (
    "compound",
    "compound id",
    "compound name",
    "subject",
    "curve",
    "drug",
    "sample",
    "name",
)
RUN = ("run", "experiment", "experiment id", "day", "date", "replicate run")
GROUP = ("group", "condition", "treatment")
NAMES = ("Ki", "Kd", "KB", "IC50", "EC50", "AC50")
_NAME = "|".join(NAMES)
_VALUE = re.compile(rf"(p|log10 ?)?({_NAME})(?: ?[(\[]?((?-i:[fpnumµ]?M))[)\]]?)?", re.IGNORECASE)
_CELL = re.compile(rf"\s*([<>]?)\s*=?\s*({NUMBER})\s*(?:[a-zA-Zµ]*)\s*")
_OPPOSITE: dict[Qualifier, Qualifier] = {"=": "=", ">": "<", "<": ">"}
_ESTIMATES = {"role", "subject", "quantity", "value", "unit", "n"}
_SPELLING = {name.casefold(): name for name in NAMES}


def measurements_of_table(table: DataTable, source: str) -> list[MeasuredQuantity]:
    """All quantities of a table.

    Parameters
    ----------
    table : DataTable
        estimates.csv, results.csv, fits of many curves, or a table with a column of compounds and
        one for each quantity, whose name has the unit (Ki_nM) or the scale (pKi). Several rows of
        one compound are its independent runs.
    source : str
        Name for messages.

    Raises
    ------
    InputError
        If the table has no compounds or no quantities.
    """
    if set(table.columns) >= _ESTIMATES:
        return _estimates(table, source)
    columns = {_plain(name): name for name in table.columns}
    compound = next((columns[name] for name in COMPOUND if name in columns), None)
    quantities = _quantities(table, columns)
    if compound is None or not quantities:
        missing = "column of compounds" if compound is None else "column of a quantity"
        raise InputError(
            f"has no {missing}",
            where=source,
            allowed="There is a column compound, and one or more such as Ki_nM, pKi or IC50_uM; "
            f"the table has {', '.join(table.columns)}",
            do="Rename the columns",
        )
    place = {
        "compound": _texts(table, compound),
        "target": _texts(table, columns.get("target")),
        "group": _texts(table, next((columns[name] for name in GROUP if name in columns), None)),
        "assay": _texts(table, columns.get("assay")),
    }
    run = next((columns[name] for name in RUN if name in columns), None)
    measurements: list[MeasuredQuantity] = []
    for quantity in quantities:
        measurements += _of_quantity(table, quantity, place, _texts(table, run), run, source)
    return measurements


@dataclass(frozen=True)
class _Quantity:
    """A quantity and its columns."""

    name: str
    column: str
    unit: str
    scale: str
    qualifier: str = ""
    low: str = ""
    high: str = ""
    log10_se: str = ""
    se_from_limits: bool = False
    counts_runs: bool = True


def _quantities(table: DataTable, columns: Mapping[str, str]) -> list[_Quantity]:
    outcome: dict[str, _Quantity] = {}
    # In a table of fits n counts readings, not runs.
    is_fits = "residual sd" in columns
    for plain, column in columns.items():
        # A unit has its own case: nM is not NM.
        match = _VALUE.fullmatch(" ".join(column.replace("_", " ").split()))
        if match:
            quantity = _concentration(table, columns, column, match, counts_runs=not is_fits)
            known = outcome.get(quantity.name)
            # Of IC50_nM and pIC50 of one table, which are the same, the first counts.
            if known is None:
                outcome[quantity.name] = quantity
        elif plain == "nh" or re.fullmatch("bmax (?!.*ci |qualifier).*", plain):
            quantity = _linear(columns, column, plain)
            outcome[quantity.name] = quantity
    return list(outcome.values())


def _concentration(
    table: DataTable,
    columns: Mapping[str, str],
    column: str,
    match: re.Match[str],
    *,
    counts_runs: bool,
) -> _Quantity:
    name = _SPELLING[match[2].casefold()]
    low = name.casefold()
    scale = {"p": "p", "": ""}.get((match[1] or "").casefold().strip(), "log10")
    unit = match[3] or ""
    stated = table.units.get(column, "unknown")
    if scale:
        unit = log10_of(stated) or unit or ("nM" if scale == "p" else "M")
    elif not unit:
        unit = stated
    if not is_concentration(unit):
        raise InputError(
            f"column '{column}' states no unit",
            where=table.name,
            allowed=f"Its name ends in one, such as {name}_nM, or is p{name}",
            do="Rename the column",
        )
    suffix = f" {unit.casefold()}" if not scale else ""
    return _Quantity(
        name,
        column,
        unit,
        scale,
        columns.get(f"{low} qualifier", ""),
        columns.get(f"{low} ci low{suffix}", columns.get(f"{low} low{suffix}", "")),
        columns.get(f"{low} ci high{suffix}", columns.get(f"{low} high{suffix}", "")),
        columns.get(f"p{low} se", columns.get(f"log10 {low} se", "")),
        counts_runs=counts_runs,
    )


def _linear(columns: Mapping[str, str], column: str, plain: str) -> _Quantity:
    if plain == "nh":
        name, unit, written_unit = "nH", "", ""
    else:
        name, written_unit = "Bmax", plain.partition(" ")[2]
        unit = written_unit.replace(" per ", "/")
    head = name.casefold()
    tail = f" {written_unit}" if written_unit else ""
    return _Quantity(
        name,
        column,
        unit,
        "",
        columns.get(f"{head} qualifier", ""),
        columns.get(f"{head} ci low{tail}", ""),
        columns.get(f"{head} ci high{tail}", ""),
    )


def _of_quantity(
    table: DataTable,
    quantity: _Quantity,
    place: Mapping[str, Sequence[str]],
    runs: Sequence[str],
    run_column: str | None,
    source: str,
) -> Iterator[MeasuredQuantity]:
    rows: dict[tuple[str, ...], list[tuple[str, Estimate]]] = {}
    names = tuple(place)
    for k, estimate in _cells(table, quantity):
        key = tuple(place[name][k] for name in names)
        run = runs[k] or f"row {k + 1}"
        named = replace(estimate, subject=place["compound"][k], target=place["target"][k])
        rows.setdefault(key, []).append((run, named))
    for key, of_key in rows.items():
        where = dict(zip(names, key, strict=True))
        listed: tuple[tuple[str, Estimate], ...] = ()
        pooled = of_key[0][1]
        if len(of_key) > 1 or run_column is not None:
            listed = tuple((run, replace(e, n_experiments=1)) for run, e in of_key)
            pooled = pool_estimates([e for _, e in listed], runs=[run for run, _ in listed])
        yield MeasuredQuantity(quantity.name, pooled, listed, source=source, **where)


def _cells(table: DataTable, q: _Quantity) -> Iterator[tuple[int, Estimate]]:
    """Row and estimate of each row that has a value."""
    texts, signs = _texts(table, q.column), _texts(table, q.qualifier or None)
    low, high = _numbers(table, q.low), _numbers(table, q.high)
    errors, counts = _numbers(table, q.log10_se), _numbers(table, "n")
    levels = _numbers(table, "confidence")
    for k, text in enumerate(texts):
        if not text or text.casefold() in ("n.d.", "nan", "inf"):
            continue
        match = _CELL.fullmatch(text)
        if match is None:
            line = table.lines[k] if k < len(table.lines) else f"row {k + 1}"
            raise InputError(
                f"'{text[:40]}' in column '{q.column}' is not a number",
                where=f"{table.name}, {line}",
                allowed='A number, or a bound such as "> 10000"',
            )
        sign = match[1] or (signs[k] if signs[k] in ("<", ">") else "=")
        value, qualifier = _on_scale(float(match[2]), sign, q)  # type: ignore[arg-type]
        n = int(counts[k]) if q.counts_runs and counts[k] >= 1 else 1
        if q.counts_runs and math.isnan(counts[k]) and not math.isnan(errors[k]):
            # A mean with its standard error is of several runs, however many.
            n = 0
        confidence = levels[k] if 0 < levels[k] < 1 else 0.95
        yield (
            k,
            Estimate(
                q.name,
                value,
                q.unit,
                low[k],
                high[k],
                confidence,
                qualifier,
                errors[k] if q.unit and not math.isnan(errors[k]) else math.nan,
                _se_of_limits(q, low[k], high[k], n, confidence),
                n,
            ),
        )


def _on_scale(number: float, sign: Qualifier, q: _Quantity) -> tuple[float, Qualifier]:
    """A number of a column in the unit of its quantity, and its qualifier there."""
    if not q.scale:
        return number, sign
    value = 10.0 ** (-number if q.scale == "p" else number)
    if q.scale == "p":
        # A pKi below 5 is a Ki above 10 uM; it is in molar.
        value /= to_molar(1.0, q.unit)
        return value, _OPPOSITE[sign]
    return value, sign


def _se_of_limits(q: _Quantity, low: float, high: float, n: int, confidence: float) -> float:
    """Standard error of a quantity that is compared as it is, from its t interval."""
    if q.name != "nH" or not (math.isfinite(low) and math.isfinite(high)):
        return math.nan
    return (high - low) / 2.0 / t_quantile(n - 1.0 if n > 1 else math.inf, confidence)


def _estimates(table: DataTable, source: str) -> list[MeasuredQuantity]:
    """Measurements of estimates.csv: pooled numbers with the runs of each."""
    text = {name: _texts(table, name) for name in table.columns}
    number = {
        name: _numbers(table, name)
        for name in ("value", "low", "high", "confidence", "se", "log10_se", "n")
    }
    pooled: dict[tuple[str, ...], Estimate] = {}
    runs: dict[tuple[str, ...], list[tuple[str, Estimate]]] = {}
    for k, role in enumerate(text["role"]):
        if role not in ("pooled", "run") or "," in text["quantity"][k]:
            continue
        key = tuple(text[name][k] for name in ("assay", "group", "quantity", "subject"))
        sign = text["qualifier"][k]
        estimate = Estimate(
            text["quantity"][k],
            number["value"][k],
            text["unit"][k],
            number["low"][k],
            number["high"][k],
            number["confidence"][k],
            sign if sign in ("<", ">") else "=",  # type: ignore[arg-type]
            number["log10_se"][k],
            number["se"][k],
            int(number["n"][k]),
            text["method"][k] if "method" in text else "",
            text["subject"][k],
            text["target"][k],
            text["plate"][k],
        )
        if role == "pooled":
            pooled[key] = estimate
        elif math.isfinite(estimate.value):
            runs.setdefault(key, []).append((text["run"][k], estimate))
    return [
        MeasuredQuantity(
            key[2],
            estimate,
            _runs_that_count(runs.get(key, []), estimate),
            key[3],
            estimate.target,
            key[1],
            key[0],
            source,
        )
        for key, estimate in pooled.items()
    ]


def _runs_that_count(
    runs: Sequence[tuple[str, Estimate]], pooled: Estimate
) -> tuple[tuple[str, Estimate], ...]:
    """The runs of a pooled number; empty where the table lists runs that were left out of it."""
    return tuple(runs) if len({run for run, _ in runs}) == pooled.n_experiments else ()


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").split()).casefold()


def _texts(table: DataTable, column: str | None) -> Sequence[str]:
    """A column as text, numbers with all digits; empty texts where there is none."""
    if not column or column not in table.columns:
        return [""] * len(table)
    if column in table.text:
        return [cell.strip() for cell in table.words(column)]
    return [
        "" if math.isnan(v) else str(int(v)) if v.is_integer() and abs(v) < 1e15 else repr(v)
        for v in table.values[column].tolist()
    ]


def _numbers(table: DataTable, column: str) -> list[float]:
    """A column of numbers, with inf and -inf; nan where there is none."""
    words = {"": math.nan, "inf": math.inf, "-inf": -math.inf}
    numbers = []
    for text in _texts(table, column):
        match = _CELL.fullmatch(text)
        numbers.append(words.get(text.casefold(), float(match[2]) if match else math.nan))
    return numbers
