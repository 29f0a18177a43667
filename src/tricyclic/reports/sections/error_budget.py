"""Error budget: the contributions to the uncertainty of each estimate."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tricyclic.core.document import Block, Heading, Paragraph, Table
from tricyclic.plotting.budget import budget
from tricyclic.plotting.style import slug
from tricyclic.reports.section import ReportData, ReportSection, assay_anchor
from tricyclic.reports.words import format_optional
from tricyclic.results.binding import AssayResult, ErrorShare

EXPLANATION = (
    "Contributions to the variance of the logarithm of the estimate. A value that all runs share "
    "(Kd, specific activity, stock) adds an error that more runs do not reduce. "
    "In the figures its bar is hatched. ± is one standard error."
)


def _shares(assay: AssayResult) -> tuple[ErrorShare, ...]:
    """The budget of the pooled estimate, else of the first run that has one."""
    return assay.budget or next((plate.budget for plate in assay.plates if plate.budget), ())


def write(report: ReportData) -> Sequence[Block]:
    """A bar chart and the numbers of each assay that has a budget."""
    blocks: list[Block] = [Heading("Error budget", 1, "budget"), Paragraph(EXPLANATION)]
    rows, links = [], []
    for i, assay in report.assays:
        shares = _shares(assay)
        title = assay.title or assay.name
        for k, of_one in enumerate(_drawn(shares)):
            if any(math.isfinite(share.share) for share in of_one):
                name = f"budget-{i}-{slug(assay.name)}"
                quantity = of_one[0].quantity
                # The first figure is that of the affinity, as in earlier reports.
                name, heading = (
                    (f"{name}-{slug(quantity)}", f"{title}: {quantity}")
                    if k
                    else (
                        name,
                        f"{title}: {quantity}" if quantity else title,
                    )
                )
                blocks.append(
                    budget(
                        of_one, name=name, title=heading, pdf=False, show_title=False, explain=False
                    )
                )
        rows += [_row(title, share) for share in shares]
        links += [(f"#{assay_anchor(i)}", "", "", "", "", "", "")] * len(shares)
    table = Table(
        "Contributions to the error.",
        ("Assay", "Estimate", "Contribution", "Value", "SE (log10)", "Share", "Affects"),
        tuple(rows),
        (False, False, False, True, True, True, False),
        links=tuple(links),
    )
    return [*blocks, table]


def _drawn(shares: Sequence[ErrorShare]) -> list[list[ErrorShare]]:
    """The budgets that are drawn: the first one of each quantity; all stand in the table."""
    first: dict[str, ErrorShare] = {}
    for share in shares:
        first.setdefault(share.quantity, share)
    return [
        [s for s in shares if (s.quantity, s.subject, s.where) == (q, one.subject, one.where)]
        for q, one in first.items()
    ]


def _row(title: str, share: ErrorShare) -> tuple[str, ...]:
    of_estimate = ", ".join(part for part in (share.quantity, share.subject) if part)
    return (
        title,
        of_estimate,
        share.name,
        share.value,
        format_optional(share.log10_se, 2),
        f"{share.share * 100:.1f} %" if math.isfinite(share.share) else "",
        "all runs alike" if share.shared else "each run separately",
    )


SECTION = ReportSection(
    order=75,
    appendix=True,
    applies=lambda report: any(_shares(assay) for assay in report.study.assays),
    write=write,
)
