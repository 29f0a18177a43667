"""Checks of images and of what was traced in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tricyclic.core.check import Check, Level
from tricyclic.core.format import pluralize
from tricyclic.results.neurite_images import NeuriteImage

# Lengths are within 4 % down to this S/N in docs/benchmarks.md.
LEAST_SN = 4.0
MAX_SATURATED_PERCENT = 1.0
MAX_AMBIGUOUS_PERCENT = 30.0
MAX_UNASSIGNED_PERCENT = 30.0
# Used cells of an image, below which one cell is more than ten points.
LEAST_CELLS = 10


def image_checks(images: Sequence[NeuriteImage], thresholds: Sequence[float]) -> tuple[Check, ...]:
    """Checks of all images of a result."""
    checks = [_scale(images)]
    for one in images:
        checks.append(_usable(one))
        if one.traced is None:
            continue
        checks.append(_saturated(one))
        if one.cells:
            checks += [_signal(one), _cells(one, thresholds[-1])]
            checks += [_ambiguous(one, thresholds[-1]), _unassigned(one)]
    return tuple(checks)


def _scale(images: Sequence[NeuriteImage]) -> Check:
    images = [one for one in images if one.traced is not None]
    without = [one for one in images if not one.pixel_um]
    sizes = {round(one.pixel_um, 4) for one in images if one.pixel_um}
    advice = "State the side of a pixel: --pixel-um 0.65"
    if without and sizes:
        text = f"{pluralize(len(without), 'image')} of {len(images)} have no scale"
        return Check(
            "image_scale", "warn", f"{text}, so that all lengths are in pixels", advice=advice
        )
    if without:
        text = "The images have no scale: lengths are in pixels"
        return Check("image_scale", "warn", text, advice=advice)
    if len(sizes) > 1:
        text = f"Images have pixels of {min(sizes):g} to {max(sizes):g} um"
        advice = "Lengths are comparable; the smallest neurites that are seen are not"
        return Check("image_scale", "warn", text, advice=advice)
    return Check("image_scale", "pass", "All images have the same scale")


def _usable(image: NeuriteImage) -> Check:
    if image.state == "refused":
        return Check("image_usable", "fail", f"It is not used: {image.reason}", where=image.name)
    if image.state == "empty":
        return Check("image_usable", "warn", f"There is no cell: {image.reason}", where=image.name)
    return Check("image_usable", "pass", "It has cells", where=image.name)


def _saturated(image: NeuriteImage) -> Check:
    value = image.saturated_percent
    level: Level = "warn" if value > MAX_SATURATED_PERCENT else "pass"
    return Check(
        "image_saturated",
        level,
        f"{value:.2g} % of the pixels are at the largest count",
        where=image.name,
        value=value,
        limit=MAX_SATURATED_PERCENT,
        unit="%",
        advice="Outlines of saturated somata move outwards; expose for the neurites only as far "
        "as the somata allow"
        if level == "warn"
        else "",
    )


def _signal(image: NeuriteImage) -> Check:
    sn = image.traced.sn if image.traced is not None else np.nan
    if not np.isfinite(sn):
        return Check("neurite_signal", "pass", "There is no neurite", where=image.name)
    level: Level = "pass" if sn >= LEAST_SN else "warn"
    return Check(
        "neurite_signal",
        level,
        f"The median neurite is {sn:.1f} times the noise",
        where=image.name,
        value=sn,
        limit=LEAST_SN,
        advice="Dim neurites are missed; expose longer or average frames"
        if level == "warn"
        else "",
    )


def _cells(image: NeuriteImage, k: float) -> Check:
    count = len(image.used(k))
    level: Level = "pass" if count >= LEAST_CELLS else "warn"
    return Check(
        "cells_used",
        level,
        f"{pluralize(count, 'cell')} of {len(image.cells)} are used at {k:g} soma diameters",
        where=image.name,
        value=float(count),
        limit=float(LEAST_CELLS),
        advice="Take larger fields or more of them" if level == "warn" else "",
    )


def _ambiguous(image: NeuriteImage, k: float) -> Check:
    used = image.used(k)
    share = 100.0 * sum(bool(one.near) for one in used) / max(len(used), 1)
    level: Level = "pass" if share <= MAX_AMBIGUOUS_PERCENT else "warn"
    return Check(
        "ambiguous_cells",
        level,
        f"{share:.0f} % of the cells have a neurite that crosses or touches one of another cell",
        where=image.name,
        value=share,
        limit=MAX_AMBIGUOUS_PERCENT,
        unit="%",
        advice="Plate fewer cells, or fix them earlier" if level == "warn" else "",
    )


def _unassigned(image: NeuriteImage) -> Check:
    traced = image.traced
    lost = traced.unassigned if traced is not None else 0.0
    total = lost + sum(one.total for one in image.cells)
    share = 100.0 * lost / total if total else 0.0
    level: Level = "pass" if share <= MAX_UNASSIGNED_PERCENT else "warn"
    return Check(
        "unassigned_length",
        level,
        f"{share:.0f} % of the length of lines belongs to no cell",
        where=image.name,
        value=share,
        limit=MAX_UNASSIGNED_PERCENT,
        unit="%",
        advice="Look at the overlay: debris, cells outside of the image, or somata that were missed"
        if level == "warn"
        else "",
    )
