"""Our numbers beside the guide's ranges and what others published."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.document import Block, Figure, Heading, Table
from tricyclic.core.estimate import Estimate
from tricyclic.errors import InputError
from tricyclic.plotting.forest import ForestRow, estimate_row, evidence_row, forest
from tricyclic.plotting.style import slug
from tricyclic.reports.assay_blocks import run_name
from tricyclic.reports.section import Material, Section
from tricyclic.reports.words import against, range_of
from tricyclic.results.binding import AssayResult


def write(material: Material) -> Sequence[Block]:
    """A forest plot per assay, then one table of all the evidence used."""
    blocks: list[Block] = [Heading("Beside the guide and the literature", 1, "evidence")]
    rows, links = [], []
    for i, assay in material.assays:
        if not assay.evidence:
            continue
        blocks += [
            f
            for f in (_figure(material, i, assay, name) for name in _quantities(assay))
            if f is not None
        ]
        for e in assay.evidence:
            ours = next(
                (
                    o
                    for o in assay.pooled
                    if o.name == e.parameter and (e.subject in ("", o.subject, o.where))
                ),
                None,
            )
            about = ", ".join(part for part in (e.species, e.preparation, e.radioligand) if part)
            doubt = "; ".join(
                part for part in (e.certainty if e.certainty != "read" else "", e.quality) if part
            )
            rows.append(
                (
                    e.subject,
                    e.target,
                    e.parameter,
                    range_of(e),
                    against(ours, e) if ours else "",
                    about,
                    e.source,
                    doubt,
                )
            )
            anchor = material.source_anchor(e.source)
            links.append(("", "", "", "", "", "", f"#{anchor}" if anchor else "", ""))
    blocks.append(
        Table(
            "Published numbers and ranges of the guide.",
            (
                "Compound",
                "Target",
                "Quantity",
                "Published",
                "Ours against it",
                "Measured on",
                "Source",
                "Caution",
            ),
            tuple(rows),
            (False, False, False, True, False, False, False, False),
            links=tuple(links),
            note="Certainty: guide, recalled, derived and assumed numbers are named so; all others were read in the source.",
        )
    )
    return blocks


def _quantities(assay: AssayResult) -> list[str]:
    ours = dict.fromkeys(e.name for e in assay.pooled)
    return [name for name in ours if any(e.parameter == name for e in assay.evidence)]


def _figure(material: Material, i: int, assay: AssayResult, quantity: str) -> Figure | None:
    """Runs, pool, guide and literature of one quantity on one axis."""
    pooled = [e for e in assay.pooled if e.name == quantity]
    unit = pooled[0].unit
    rows: list[ForestRow] = []
    for estimate in pooled:
        rows += _group(assay, estimate, unit, quantity)
    title = f"{quantity}: {assay.title or assay.name}"
    try:
        return forest(
            rows,
            name=f"evidence-{i}-{slug(quantity)}",
            title=title,
            x_title=f"{quantity} ({unit})" if unit else quantity,
            pdf=False,
        )
    except InputError:
        return None


def _group(assay: AssayResult, pooled: Estimate, unit: str, quantity: str) -> list[ForestRow]:
    groups = {plate.group for plate in assay.plates}
    heading = " ".join(
        part for part in (pooled.subject, f"at {pooled.target}" if pooled.target else "") if part
    )
    grouped = pooled.where in groups and pooled.where != ""
    heading = f"{heading}, {pooled.where}" if grouped else heading
    rows: list[ForestRow | None] = [ForestRow(heading or quantity, "heading")]
    for plate in assay.plates:
        if not grouped or plate.group == pooled.where:
            rows += [
                estimate_row(e, run_name(plate), "run", unit)
                for e in plate.estimates
                if (e.name, e.subject) == (quantity, pooled.subject)
            ]
    rows.append(estimate_row(pooled, "pooled", "pooled", unit))
    kin = {quantity, "Kd"} if quantity == "Ki" else {quantity}
    rows += [
        evidence_row(e, unit, quantity)
        for e in assay.evidence
        if e.parameter in kin and e.subject in ("", pooled.subject, pooled.where)
    ]
    return [row for row in rows if row is not None]


SECTION = Section(
    order=65, wants=lambda material: any(a.evidence for a in material.result.assays), write=write
)
