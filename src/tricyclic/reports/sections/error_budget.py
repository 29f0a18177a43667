"""Error budget: what the uncertainty of each number is made of."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tricyclic.core.document import Block, Heading, Paragraph, Table
from tricyclic.plotting.budget import budget
from tricyclic.plotting.style import slug
from tricyclic.reports.section import Material, Section, assay_anchor
from tricyclic.reports.words import number
from tricyclic.results.binding import AssayResult, ErrorShare


def _shares(assay: AssayResult) -> tuple[ErrorShare, ...]:
    """The budget of the pool, else of the first run that has one."""
    return assay.budget or next((plate.budget for plate in assay.plates if plate.budget), ())


def write(material: Material) -> Sequence[Block]:
    """Bars and numbers for each assay that has a budget."""
    blocks: list[Block] = [
        Heading("Error budget", 1, "budget"),
        Paragraph(
            "The variance of the logarithm of the result, taken apart. What is shared by all runs (a Kd, a specific activity, "
            "a stock) does not shrink when more runs are added."
        ),
    ]
    rows, links = [], []
    for i, assay in material.assays:
        shares = _shares(assay)
        if any(math.isfinite(share.share) for share in shares):
            blocks.append(
                budget(
                    shares,
                    name=f"budget-{i}-{slug(assay.name)}",
                    title=assay.title or assay.name,
                    pdf=False,
                )
            )
        for share in shares:
            percent = f"{share.share * 100:.1f} %" if math.isfinite(share.share) else ""
            rows.append(
                (
                    assay.title or assay.name,
                    share.name,
                    share.value,
                    number(share.log10_se, 2),
                    percent,
                    "all runs" if share.shared else "each run",
                )
            )
            links.append((f"#{assay_anchor(i)}", "", "", "", "", ""))
    blocks.append(
        Table(
            "Contributions to the error.",
            ("Assay", "Contribution", "Value", "SE (log10)", "Share", "Enters"),
            tuple(rows),
            (False, False, True, True, True, False),
            links=tuple(links),
        )
    )
    return blocks


SECTION = Section(
    order=75,
    wants=lambda material: any(_shares(assay) for assay in material.result.assays),
    write=write,
)
