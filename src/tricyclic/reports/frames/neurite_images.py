"""Tables of neurites traced in images."""

from __future__ import annotations

import numpy as np

from tricyclic.core.neurite_trace import TracedCell
from tricyclic.io.frames import Columns
from tricyclic.results.neurite_images import NeuriteImage, NeuriteImagesResult

# Thresholds of the curve, in soma diameters.
_STEP = 0.25


def neurite_images_frames(result: NeuriteImagesResult) -> dict[str, Columns]:
    """One row per cell; "fields", "curve", "neurites"."""
    return {
        "cells": _cells(result),
        "fields": _fields(result),
        "curve": _curve(result),
        "neurites": _neurites(result),
    }


def _rows(result: NeuriteImagesResult) -> list[tuple[NeuriteImage, TracedCell]]:
    return [(image, one) for image in result.images for one in image.cells]


def _group(result: NeuriteImagesResult, images: list[NeuriteImage]) -> Columns:
    return {"folder": [one.group for one in images]} if len(result.groups) > 1 else {}


def _cells(result: NeuriteImagesResult) -> Columns:
    rows = _rows(result)
    unit = result.length_unit
    cells = [result.as_cell(image, one) for image, one in rows]
    return {
        **_group(result, [image for image, _ in rows]),
        "field": [one.field for one in cells],
        "cell": [one.cell for one in cells],
        "neurites": [one.neurites for one in cells],
        "branches": [one.branches for one in cells],
        f"longest_{unit}": [one.longest for one in cells],
        f"total_{unit}": [one.total for one in cells],
        f"soma_diameter_{unit}": [one.soma_diameter for one in cells],
        "longest_over_soma": [one.longest / one.soma_diameter for _, one in rows],
        "to_border_over_soma": [one.to_border / one.soma_diameter for _, one in rows],
        "row_px": [one.center[0] for _, one in rows],
        "column_px": [one.center[1] for _, one in rows],
        "state": [one.state for one in cells],
        "reason": [one.reason for one in cells],
    }


def _fields(result: NeuriteImagesResult) -> Columns:
    images = list(result.images)
    unit = result.length_unit
    table = {
        **_group(result, images),
        "field": [one.name for one in images],
        "state": [one.state for one in images],
        "reason": [one.reason for one in images],
        "cells_seen": [len(one.cells) for one in images],
    }
    for k in result.thresholds:
        used = [one.used(k) for one in images]
        positive = [sum(cell.is_positive(k) for cell in cells) for cells in used]
        table[f"cells_at_{k:g}"] = [len(cells) for cells in used]
        table[f"positive_at_{k:g}"] = positive
        table[f"percent_at_{k:g}"] = [
            100.0 * n / len(cells) if cells else np.nan
            for n, cells in zip(positive, used, strict=True)
        ]
    k = result.thresholds[-1]
    scales = [result.scale_of(one) for one in images]
    table |= {
        f"length_per_cell_{unit}": [
            scale * float(np.mean([c.total for c in one.used(k)])) if one.used(k) else np.nan
            for one, scale in zip(images, scales, strict=True)
        ],
        "ambiguous_cells": [sum(bool(c.near) for c in one.used(k)) for one in images],
        "sn": [one.traced.sn if one.traced is not None else np.nan for one in images],
        f"unassigned_{unit}": [
            scale * one.traced.unassigned if one.traced is not None else np.nan
            for one, scale in zip(images, scales, strict=True)
        ],
        "saturated_percent": [one.saturated_percent for one in images],
        "pixel_um": [one.pixel_um if one.pixel_um else np.nan for one in images],
        "file": [one.file for one in images],
        "sha256": [one.sha256 for one in images],
    }
    return table


def _curve(result: NeuriteImagesResult) -> Columns:
    steps = np.arange(_STEP, result.thresholds[-1] + 1e-9, _STEP)
    pairs = [(group, float(k)) for group in result.groups for k in steps]
    used = [
        [one for image in result.images if image.group == group for one in image.used(k)]
        for group, k in pairs
    ]
    groups = {"folder": [group for group, _ in pairs]} if len(result.groups) > 1 else {}
    return {
        **groups,
        "soma_diameters": [k for _, k in pairs],
        "cells": [len(cells) for cells in used],
        "positive": [
            sum(one.is_positive(k) for one in cells)
            for (_, k), cells in zip(pairs, used, strict=True)
        ],
        "percent": [result.percent_positive(k, group) for group, k in pairs],
    }


def _neurites(result: NeuriteImagesResult) -> Columns:
    rows = [
        (image, cell, number, path)
        for image, cell in _rows(result)
        for number, path in enumerate(cell.paths, 1)
    ]
    unit = result.length_unit
    return {
        "field": [image.name for image, _, _, _ in rows],
        "cell": [str(cell.number) for _, cell, _, _ in rows],
        "neurite": [number for _, _, number, _ in rows],
        "branch_of": [path.parent + 1 if path.parent >= 0 else None for _, _, _, path in rows],
        f"length_{unit}": [result.scale_of(image) * path.length for image, _, _, path in rows],
        f"from_soma_{unit}": [result.scale_of(image) * path.way for image, _, _, path in rows],
        "leaves_image": [path.at_border for _, _, _, path in rows],
    }
