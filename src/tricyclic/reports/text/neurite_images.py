"""Neurites traced in images as text."""

from __future__ import annotations

import math

import numpy as np

from tricyclic.core.format import align_columns, format_number, pluralize, wrap_line
from tricyclic.reports.text.checks import check_lines
from tricyclic.reports.text.unused import unused_lines
from tricyclic.results.neurite_images import NeuriteImage, NeuriteImagesResult

# Images that are listed one by one.
_MOST_ROWS = 24


def neurite_images_text(result: NeuriteImagesResult) -> str:
    """Each image, or each folder where there are many, and the checks."""
    head = result.title or "Neurites in images"
    cells = sum(len(one.cells) for one in result.images)
    lines = [f"{head}   {pluralize(len(result.images), 'image')}   {pluralize(cells, 'cell')}", ""]
    if len(result.images) <= _MOST_ROWS:
        rows = [_row(result, one.name, (one,)) for one in result.images]
        lines += align_columns([_heading(result, "image"), *rows])
    if len(result.groups) > 1 or len(result.images) > _MOST_ROWS:
        rows = [
            _row(result, group or "all", tuple(i for i in result.images if i.group == group))
            for group in result.groups
        ]
        lines += ["", *align_columns([_heading(result, "folder"), *rows])]
    k = result.thresholds[-1]
    lines += [
        "",
        wrap_line(
            "  positive: percent of the cells with a neurite of that many soma diameters, of those "
            "that are at least as far from the border"
        ),
        wrap_line(
            f"  length: of all neurites of a cell [{result.length_unit}], mean of those used at "
            f"{k:g}"
        ),
        wrap_line(
            "  note   Images and cells are replicates within a culture; compare treatments by "
            "culture: tricyclic neurites analyse cells.csv"
        ),
    ]
    lines += check_lines(result.checks)
    remarks = dict.fromkeys(text for one in result.images for text in one.remarks)
    lines += [wrap_line(f"  remark   {text}") for text in remarks]
    return "\n".join([*lines, *unused_lines(result.unused)])


def _heading(result: NeuriteImagesResult, first: str) -> tuple[str, ...]:
    positive = [f"positive at {k:g} (%)" for k in result.thresholds]
    return (first, "cells", "used", *positive, "length", "ambiguous", "S/N")


def _row(
    result: NeuriteImagesResult, name: str, images: tuple[NeuriteImage, ...]
) -> tuple[str, ...]:
    k = result.thresholds[-1]
    if all(one.state == "refused" for one in images):
        return (name, "refused", *[""] * (len(result.thresholds) + 4))
    used = [(result.scale_of(one), cell) for one in images for cell in one.used(k)]
    percent = []
    for threshold in result.thresholds:
        some = [cell for one in images for cell in one.used(threshold)]
        share = (
            100.0 * sum(c.is_positive(threshold) for c in some) / len(some) if some else math.nan
        )
        percent.append(f"{share:.0f}" if some else "")
    length = float(np.mean([scale * cell.total for scale, cell in used])) if used else math.nan
    sn = [one.traced.sn for one in images if one.traced is not None]
    finite = [value for value in sn if math.isfinite(value)]
    return (
        name,
        str(sum(len(one.cells) for one in images)),
        str(len(used)),
        *percent,
        format_number(length) if used else "",
        str(sum(bool(cell.near) for _, cell in used)),
        format_number(float(np.median(finite)), 2) if finite else "",
    )
