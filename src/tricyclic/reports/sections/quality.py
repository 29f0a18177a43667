"""Quality: every check that was made, and the residuals of every fit."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.check import Check
from tricyclic.core.document import Block, CheckList, Heading, Paragraph, Table
from tricyclic.plotting.residuals import residuals
from tricyclic.reports.section import Material, Section
from tricyclic.reports.words import doubts_of, level_word, number, tally


def write(material: Material) -> Sequence[Block]:
    """Doubts as a list, all checks as a table, residuals as figures."""
    checks = material.result.all_checks()
    blocks: list[Block] = [
        Heading("Quality", 1, "checks"),
        Paragraph(f"Checks made: {tally(checks)}."),
    ]
    doubts = doubts_of(checks)
    if doubts:
        blocks.append(CheckList(doubts, "Doubts"))
    if checks:
        blocks.append(_table(material, checks))
    seen = [(i, j, plate) for i, j, _, plate in material.plates if plate.fit.ok and plate.fit.parts]
    if seen:
        blocks.append(Heading("Residuals", 2, "residuals"))
    for i, j, plate in seen:
        blocks.append(
            residuals(
                plate.fit,
                name=f"residuals-{i}-{j}",
                title=f"Residuals, {plate.name}",
                pdf=False,
            )
        )
    return blocks


def _table(material: Material, checks: Sequence[Check]) -> Table:
    rows, links = [], []
    for check in checks:
        figure = number(check.value)
        limit = number(check.limit)
        unit = f" {check.unit}" if check.unit else ""
        rows.append(
            (
                level_word(check.level),
                check.where,
                check.says,
                f"{figure}{unit}" if figure else "",
                f"{limit}{unit}" if limit else "",
                check.source,
            )
        )
        place = material.place_anchor(check.where)
        links.append(("", f"#{place}" if place else "", "", "", "", ""))
    return Table(
        f"All {len(checks)} checks.",
        ("Level", "Where", "Finding", "Found", "Limit", "Limit from"),
        tuple(rows),
        (False, False, False, True, True, False),
        links=tuple(links),
        collapsed=len(checks) > 12,
    )


SECTION = Section(
    order=70,
    wants=lambda material: (
        bool(material.result.all_checks()) or any(p.fit.ok for *_, p in material.plates)
    ),
    write=write,
)
