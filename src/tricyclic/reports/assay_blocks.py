"""From one assay to its blocks: curves, the runs and their pool, other analyses, model choices, parameters."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tricyclic.figures.curve import curve
from tricyclic.records.document import Block, Heading, Paragraph, Table
from tricyclic.records.estimate import Estimate
from tricyclic.records.results import AssayResult, PlateResult
from tricyclic.reports.section import Material, assay_anchor, rows_anchor
from tricyclic.reports.words import confidence, number, p_value, value_with_limits

NAMES_SHOWN = 5
SHOWN_OPEN = 6


def assays_of(material: Material, kinds: Sequence[str]) -> list[tuple[int, AssayResult]]:
    """Assays of the given kinds, with their numbers."""
    return [(i, assay) for i, assay in material.assays if assay.kind in kinds]


def section_of(material: Material, kinds: Sequence[str], title: str, anchor: str) -> list[Block]:
    """A whole section on the assays of the given kinds."""
    blocks: list[Block] = [Heading(title, 1, anchor)]
    for i, assay in assays_of(material, kinds):
        blocks += assay_blocks(material, i, assay)
    return blocks


def assay_blocks(material: Material, i: int, assay: AssayResult) -> list[Block]:
    """What the report says of one assay, under a heading of level 2."""
    blocks: list[Block] = [Heading(assay.title or assay.name, 2, assay_anchor(i))]
    blocks += [curve(p, width="full", pdf=False) for p in material.pictures_of(assay)]
    for plate in assay.plates:
        if not plate.fit.ok:
            blocks.append(Paragraph(f"{plate.name}: the fit did not come out ({plate.fit.says}).", "note"))
    for table in (_runs(i, assay), _classical(i, assay), _choices(i, assay)):
        if table is not None:
            blocks.append(table)
    for plate in assay.plates:
        blocks += [curve(p, pdf=False) for p in material.pictures_of(assay, plate)]
    parameters = _parameters(i, assay)
    return [*blocks, parameters] if parameters is not None else blocks


def run_name(plate: PlateResult) -> str:
    """What a run is called in tables: its experiment, with the group where there is one."""
    name = plate.experiment or plate.name
    return f"{plate.group}, {name}" if plate.group and plate.group != name else name


def _runs(i: int, assay: AssayResult) -> Table | None:
    """One row per run and compound, one column per quantity, the pool below."""
    every = [e for plate in assay.plates for e in plate.estimates] + list(assay.pooled)
    heads = list(dict.fromkeys((e.name, e.unit) for e in every))
    # what was pooled is what the assay is for; the rest follows as far as there is room
    pooled = {(e.name, e.unit) for e in assay.pooled}
    heads = sorted(heads, key=lambda head: head not in pooled)[:NAMES_SHOWN]
    if not heads:
        return None
    several = _several_compounds(every)
    rows, links = [], []
    for j, plate in enumerate(assay.plates, 1):
        for subject, estimates in _by_compound(plate.estimates, several):
            rows.append((run_name(plate), *([subject] if several else []), *_cells(estimates, heads), "1"))
            links.append(_links(rows[-1], f"#{rows_anchor(i, j)}", 2 if several else 1))
    for where in dict.fromkeys(_pool_of(e, assay) for e in assay.pooled):
        pool = [e for e in assay.pooled if _pool_of(e, assay) == where]
        for subject, estimates in _by_compound(pool, several):
            n = "/".join(dict.fromkeys(str(e.n) for e in estimates))
            name = f"pooled, {where}" if where else "pooled"
            rows.append((name, *([subject] if several else []), *_cells(estimates, heads), n))
            links.append(_links(rows[-1], "", 0))
    if not rows:
        return None
    columns = (
        "Run",
        *(["Compound"] if several else []),
        *(f"{name} ({unit})" if unit else name for name, unit in heads),
        "n",
    )
    methods = list(dict.fromkeys(e.method for e in assay.pooled if e.method))
    pools = f" Pooled: {'; '.join(methods)}." if methods else ""
    return Table(
        f"{assay.title or assay.name}: runs and pool, with {confidence(every)}s.", columns, tuple(rows),
        (*([False] * (2 if several else 1)), *([True] * (len(heads) + 1))), links=tuple(links),
        note=f"A number leads to the rows it rests on.{pools}",
    )  # fmt: skip


def _pool_of(estimate: Estimate, assay: AssayResult) -> str:
    """Group that a pooled number describes; empty where it describes the assay."""
    return estimate.where if estimate.where in {plate.group for plate in assay.plates} else ""


def _several_compounds(estimates: Sequence[Estimate]) -> bool:
    """Whether one quantity was found of more than one compound, so that a run needs more than one row."""
    subjects: dict[tuple[str, str], set[str]] = {}
    for e in estimates:
        subjects.setdefault((e.name, e.unit), set()).add(e.subject)
    return any(len(found) > 1 for found in subjects.values())


def _by_compound(estimates: Sequence[Estimate], several: bool) -> list[tuple[str, list[Estimate]]]:
    """Estimates of each compound, in the order of their coming; all together where compounds need no rows."""
    if not several:
        return [("", list(estimates))] if estimates else []
    return [
        (subject, [e for e in estimates if e.subject == subject])
        for subject in dict.fromkeys(e.subject for e in estimates)
    ]


def _cells(estimates: Sequence[Estimate], heads: Sequence[tuple[str, str]]) -> list[str]:
    told = {(e.name, e.unit): value_with_limits(e) for e in estimates}
    return [told.get(head, "") for head in heads]


def _links(row: Sequence[str], link: str, first: int) -> tuple[str, ...]:
    return tuple(link if cell and first <= place < len(row) - 1 else "" for place, cell in enumerate(row))


def _classical(i: int, assay: AssayResult) -> Table | None:
    """The same wells by other common analyses, beside the answer."""
    rows, links = [], []
    for j, plate in enumerate(assay.plates, 1):
        for name, estimates in plate.classical:
            for estimate in estimates:
                answer = next(
                    (e for e in plate.estimates if (e.name, e.subject, e.unit) == (estimate.name, estimate.subject, estimate.unit)), None
                )  # fmt: skip
                change = ""
                if answer is not None and answer.value > 0 and math.isfinite(estimate.value):
                    change = (
                        f"{(estimate.value / answer.value - 1) * 100:+.0f} %".replace("-", "−")
                        .replace("+0 %", "0 %")
                        .replace("−0 %", "0 %")
                    )
                rows.append(
                    (run_name(plate), name, f"{estimate.name} ({estimate.unit})" if estimate.unit else estimate.name,
                     value_with_limits(estimate), "" if answer is None else value_with_limits(answer), change)
                )  # fmt: skip
                links.append(
                    ("", "", "", f"#{rows_anchor(i, j)}", f"#{rows_anchor(i, j)}" if answer else "", "")
                )
    if not rows:
        return None
    return Table(
        "The same wells by other common analyses, for comparison only.",
        ("Run", "Analysis", "Quantity", "It gives", "One model of all wells", "Difference"),
        tuple(rows), (False, False, False, True, True, True), links=tuple(links), collapsed=len(rows) > SHOWN_OPEN,
    )  # fmt: skip


def _choices(i: int, assay: AssayResult) -> Table | None:
    """Nested models compared, run by run."""
    rows = []
    for plate in assay.plates:
        for c in plate.comparisons:
            df = ", ".join(f"{d:g}" for d in c.df)
            rows.append(
                (
                    run_name(plate),
                    c.test,
                    number(c.statistic),
                    df,
                    p_value(c.p, c.p_calibrated),
                    c.says,
                )
            )
    if not rows:
        return None
    return Table(
        "Could the readings bear another model?", ("Run", "Test", "Statistic", "df", "p", "Finding"), tuple(rows),
        (False, False, True, True, True, False), collapsed=len(rows) > SHOWN_OPEN,
    )  # fmt: skip


def _parameters(i: int, assay: AssayResult) -> Table | None:
    """Every parameter of every fit, on the scale on which it was fitted."""
    rows, links = [], []
    for j, plate in enumerate(assay.plates, 1):
        for p in plate.fit.parameters:
            limits = (
                "given"
                if p.fixed
                else " to ".join(number(x) for x in (p.low, p.high))
                if not math.isnan(p.low)
                else ""
            )
            bound = f"at its {p.at_bound} bound" if p.at_bound else ""
            rows.append(
                (run_name(plate), p.name, p.says, f"{p.value:.5g}", p.unit, number(p.se, 2), limits, bound)
            )
            links.append(("", "", "", f"#{rows_anchor(i, j)}", "", "", "", ""))
    if not rows:
        return None
    models = ", ".join(dict.fromkeys(plate.model for plate in assay.plates if plate.model))
    return Table(
        f"All parameters of the fits{f' ({models})' if models else ''}.", ("Run", "Parameter", "Meaning", "Value", "Unit", "SE", "Limits", ""),
        tuple(rows), (False, False, False, True, False, True, True, False), links=tuple(links), collapsed=True,
    )  # fmt: skip
