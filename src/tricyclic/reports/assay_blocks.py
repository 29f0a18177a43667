"""From one assay to its blocks: curves, the runs and their pool, other analyses, model choices, parameters."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tricyclic.core.document import Block, Heading, Paragraph, Table
from tricyclic.core.estimate import Estimate
from tricyclic.plotting.curve import curve
from tricyclic.reports.section import PRIMARY, Material, assay_anchor, rows_anchor
from tricyclic.reports.words import confidence, number, p_value, value, value_with_limits
from tricyclic.results.binding import AssayResult, PlateResult

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
            blocks.append(
                Paragraph(f"{plate.name}: the fit did not come out ({plate.fit.says}).", "note")
            )
    runs = _runs(i, assay)
    if runs is not None:
        blocks.append(runs)
    for plate in assay.plates:
        blocks += [curve(p, pdf=False) for p in material.pictures_of(assay, plate)]
    others = (_classical(i, assay), _choices(i, assay), _parameters(i, assay))
    return [*blocks, *(table for table in others if table is not None)]


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
            rows.append(
                (run_name(plate), *([subject] if several else []), *_cells(estimates, heads), "1")
            )
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
        f"{assay.title or assay.name}: runs and pool, with {confidence(every)}s.",
        columns,
        tuple(rows),
        (*([False] * (2 if several else 1)), *([True] * (len(heads) + 1))),
        links=tuple(links),
        note=f"A number leads to the rows it rests on.{pools}",
    )


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
    return tuple(
        link if cell and first <= place < len(row) - 1 else "" for place, cell in enumerate(row)
    )


def _classical(i: int, assay: AssayResult) -> Table | None:
    """The same wells by other common analyses, each in a column beside the answer.

    Only what the answer has too, or what an assay is made for, stands here; the rest is in estimates.csv.
    """
    analyses = list(dict.fromkeys(name for plate in assay.plates for name, _ in plate.classical))
    rows, links = [], []
    for j, plate in enumerate(assay.plates, 1):
        found = {
            (_quantity(e), e.subject, e.unit, name): e
            for name, estimates in plate.classical
            for e in estimates
        }
        answers = {(_quantity(e), e.subject, e.unit): e for e in plate.estimates}
        for quantity, subject, unit in dict.fromkeys(key[:3] for key in found):
            answer = answers.get((quantity, subject, unit))
            if answer is None and quantity not in PRIMARY:
                continue
            others = [found.get((quantity, subject, unit, name)) for name in analyses]
            cells = ["" if e is None else value(e, unit=False) + _change(e, answer) for e in others]
            head = f"{quantity} ({unit})" if unit else quantity
            rows.append(
                (run_name(plate), head, "" if answer is None else value_with_limits(answer), *cells)
            )
            links.append(
                ("", "", *(f"#{rows_anchor(i, j)}" if cell else "" for cell in rows[-1][2:]))
            )
    used = [n for n in range(len(analyses)) if any(row[3 + n] for row in rows)]
    if not rows:
        return None
    columns = ("Run", "Quantity", "One model of all wells", *(analyses[n] for n in used))
    keep = (0, 1, 2, *(3 + n for n in used))
    return Table(
        "The same wells by other common analyses, for comparison only, with the difference from the answer.",
        columns,
        tuple(tuple(row[n] for n in keep) for row in rows),
        (False, False, *([True] * (len(used) + 1))),
        links=tuple(tuple(row[n] for n in keep) for row in links),
        collapsed=len(rows) > SHOWN_OPEN,
    )


def _quantity(estimate: Estimate) -> str:
    """The quantity without a remark in brackets: "Ki (Cheng-Prusoff)" is a Ki."""
    return estimate.name.split(" (")[0]


def _change(estimate: Estimate, answer: Estimate | None) -> str:
    if answer is None or not answer.value > 0 or not math.isfinite(estimate.value):
        return ""
    percent = round((estimate.value / answer.value - 1) * 100)
    return f", {percent:+d} %".replace("-", "−") if percent else ", 0 %"


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
        "Could the readings bear another model?",
        ("Run", "Test", "Statistic", "df", "p", "Finding"),
        tuple(rows),
        (False, False, True, True, True, False),
        collapsed=len(rows) > SHOWN_OPEN,
    )


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
                (
                    run_name(plate),
                    p.name,
                    p.says,
                    f"{p.value:.5g}",
                    p.unit,
                    number(p.se, 2),
                    limits,
                    bound,
                )
            )
            links.append(("", "", "", f"#{rows_anchor(i, j)}", "", "", "", ""))
    if not rows:
        return None
    models = ", ".join(dict.fromkeys(plate.model for plate in assay.plates if plate.model))
    return Table(
        f"All parameters of the fits{f' ({models})' if models else ''}.",
        ("Run", "Parameter", "Meaning", "Value", "Unit", "SE", "Limits", ""),
        tuple(rows),
        (False, False, False, True, False, True, True, False),
        links=tuple(links),
        collapsed=True,
    )
