"""A screen as one self-contained page that sorts and filters.

The page contains every plate with its map; the curves are in a template that the reader opens. Its
one small script is allowed by its hash, and nothing is loaded from elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from tricyclic._version import __version__
from tricyclic.core.check import LEVELS
from tricyclic.core.document import Figure
from tricyclic.core.format import format_number, format_quantity
from tricyclic.plotting.thumbnails import EDGES, MISSING, SHADES, curve_thumbnail, plate_thumbnail
from tricyclic.reports.layout import clean
from tricyclic.reports.screen_page_tables import hit_tables, short_number
from tricyclic.reports.words import SIGNS, sentence
from tricyclic.results.screening import CurveHit, PlateQuality, ScreeningResult

MAX_CURVES = 3_000

# Head of the column, direction of the first sort, explanation.
PLATE_HEADS = (
    ("plate", "up", "name of the plate"),
    ("level", "down", "most serious level of its checks"),
    ("order", "up", "order in which it was run"),
    ("Z'", "up", "from means and standard deviations of the controls"),
    ("robust Z'", "up", "from medians and MAD of the controls"),
    ("window", "up", "signal window, in standard deviations of the high control"),
    ("S/B", "up", "higher over lower control"),
    ("CV high %", "down", "scatter of the high control"),
    ("CV low %", "down", "scatter of the low control"),
    ("edge %", "down", "outer minus inner wells, in percent of the control window"),
    ("rows %", "down", "largest difference between rows, corrected for chance"),
    ("columns %", "down", "largest difference between columns, corrected for chance"),
    ("hits", "down", "wells or curves of this plate that are hits"),
)


def screen_html(
    screen: ScreeningResult,
    figures: Sequence[Figure],
    *,
    facts: Sequence[tuple[str, str]] = (),
) -> str:
    """Write the page.

    Parameters
    ----------
    screen : ScreeningResult
    figures : sequence of Figure
        Of the screen as a whole.
    facts : sequence of (name, value)
        Shown at the head, before those of the screen.
    """
    script = _script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    curves = _shown_curves(screen.curves)
    tables = hit_tables(screen)
    tests = len(screen.wells) + len(screen.curves)
    return (
        _environment()
        .get_template("screen.html.j2")
        .render(
            title=clean(screen.name),
            subtitle=f"{len(screen.plates)} plates, {tests} tests of compounds",
            synthetic=screen.synthetic,
            facts=[(clean(name), clean(value)) for name, value in (*facts, *_facts(screen))],
            contents=_contents(screen, tables, has_curves=bool(curves)),
            checks=screen.checks,
            signs=SIGNS,
            figures=figures,
            shades=_shades(),
            plate_columns=PLATE_HEADS,
            plates=[_plate_row(plate) for plate in screen.plates],
            tables=tables,
            curves=[_curve_card(curve) for curve in curves],
            curves_note=_curves_note(len(screen.curves), len(curves)),
            kinds=Counter(curve.kind for curve in curves).most_common(),
            classes=screen.classes,
            methods=_methods(screen),
            version=__version__,
            script=script,
            script_hash=f"sha256-{digest}",
        )
    )


def _facts(screen: ScreeningResult) -> list[tuple[str, str]]:
    levels = Counter(plate.level for plate in screen.plates)
    counts = ", ".join(f"{levels[level]} {level}" for level in LEVELS)
    facts = [
        ("plates", f"{len(screen.plates)}: {counts}"),
        ("median Z'", format_number(_median([plate.z_prime for plate in screen.plates]), 2)),
    ]
    if screen.wells:
        hits = sum(hit.is_hit for hit in screen.wells)
        facts.append(
            ("wells", f"{hits} hits among {len(screen.wells)} compounds at one concentration")
        )
    if screen.curves:
        hits = sum(curve.is_hit for curve in screen.curves)
        facts.append(("curves", f"{hits} hits among {len(screen.curves)} curves"))
    rule = f"false discovery rate {screen.fdr:g}, effect of {screen.min_effect_percent:g} % or more"
    return [*facts, ("hits", rule)]


def _contents(
    screen: ScreeningResult, tables: Sequence[dict[str, Any]], *, has_curves: bool
) -> list[tuple[str, str]]:
    contents = [("screen", "The screen"), ("plates", "Plates")]
    contents += [(table["anchor"], table["title"]) for table in tables]
    contents += [("curves", "Curves")] if has_curves else []
    contents += [("classes", "Classes of curves")] if screen.classes else []
    return [*contents, ("methods", "Methods")]


def _plate_row(plate: PlateQuality) -> dict[str, object]:
    """Cells of one plate; each number with whether its check did not pass."""
    flagged = {check.name for check in plate.checks if check.level != "pass"}
    numbers = (
        (plate.z_prime, "z_prime"),
        (plate.robust_z_prime, "robust_z_prime"),
        (plate.signal_window, "signal_window"),
        (plate.signal_to_background, "signal_to_background"),
        (plate.high.cv_percent, "cv_high"),
        (plate.low.cv_percent, "cv_low"),
        (plate.edge.size_percent, "edge_pattern"),
        (plate.row.size_percent, "row_pattern"),
        (plate.column.size_percent, "column_pattern"),
    )
    warnings = [
        (check.level, clean(" ".join(filter(None, map(sentence, (check.message, check.advice))))))
        for check in plate.checks
        if check.level != "pass"
    ]
    return {
        "name": clean(plate.name),
        "level": plate.level,
        "rank": LEVELS.index(plate.level),
        "cells": [
            (str(plate.order), False),
            *((short_number(value), check in flagged) for value, check in numbers),
            (str(plate.hits), False),
        ],
        "warnings": warnings,
        "svg": plate_thumbnail(plate.activity, f"map of {clean(plate.name)}"),
    }


def _curve_card(curve: CurveHit) -> dict[str, object]:
    ic50 = curve.ic50
    sign = "" if ic50.qualifier == "=" else f"{ic50.qualifier} "
    is_known = math.isfinite(ic50.value)
    potency = f"{sign}{format_quantity(ic50.value, 'nM')}" if is_known else "no IC50"
    return {
        "name": clean(curve.compound),
        "plate": clean(curve.plate),
        "kind": curve.kind,
        "hit": curve.is_hit,
        "p": f"{curve.p:.3g}",
        "x": f"{ic50.value:.4g}",
        "h": f"{curve.hill:.3g}",
        "caption": f"{potency} \u00b7 {curve.description}",
        "svg": curve_thumbnail(curve, f"{clean(curve.compound)}, {curve.description}"),
    }


def _shown_curves(curves: Sequence[CurveHit]) -> list[CurveHit]:
    """Hits first, then the others by p, as many as a page can contain."""
    order = sorted(
        curves, key=lambda curve: (not curve.is_hit, curve.p if math.isfinite(curve.p) else 2.0)
    )
    return order[:MAX_CURVES]


def _curves_note(total: int, shown: int) -> str:
    which = (
        "All curves are"
        if shown == total
        else f"Of {total} curves the {shown} with the lowest p, hits first, are"
    )
    return (
        f"{which} drawn from their lowest to their highest concentration; effect upward, dashed "
        "at 0 and 100 % of the control window. A blue edge marks a hit. All curves are in "
        "curves.csv."
    )


def _methods(screen: ScreeningResult) -> list[str]:
    paragraphs = [
        (
            "Effects are percent of the window between high (no effect) and low (full effect) "
            "controls of the same plate. Z' = 1 - 3 (SD high + SD low) / |window| [Zhang et al. "
            "1999, doi:10.1177/108705719900400206]; robust Z' uses medians and 1.4826 MAD. The "
            "signal window is (|window| - 3 (SD high + SD low)) / SD high [Assay Guidance Manual]."
        ),
        (
            "Edge, row and column patterns are computed from compound wells after subtraction of "
            "their fitted effect, or of their median if they belong to no curve, with outliers "
            "moved to three robust standard deviations; a pattern is reported if it is larger than "
            "its limit and p is below 0.001."
        ),
    ]
    if screen.wells:
        paragraphs.append(
            "Wells at one concentration are scored by robust z over the compound wells of their "
            "plate, one-sided, with Student's t for the error of the MAD; wells of one compound "
            "are combined by Stouffer's method. The false discovery rate is that of Benjamini and "
            "Hochberg [1995] over all compounds; failed plates are not tested. Suspect wells are "
            "left out: rows, columns, halves of them, the edge and quadrants whose lower quartile "
            "reads as an effect, positions that do so over the plates, effects that stand together "
            "in one line more often than chance allows, and readings beyond the full effect; a "
            "shift of up to 10 % of the window is subtracted. Where the readings on the side "
            "opposite to effects have heavier tails than normal ones, p is from these readings "
            "[Efron 2004, doi:10.1198/016214504000000089; Barber & Candes 2015, "
            "doi:10.1214/15-AOS1337]."
        )
    if screen.curves:
        paragraphs.append(
            "Curves are four-parameter logistics on all wells of a compound on a plate, plateaus "
            "free, with profile-likelihood limits. F against a flat line is calibrated on "
            "simulated flat curves of the same design, because its nominal distribution does not "
            "apply [Davies 1987, doi:10.1093/biomet/74.1.33]; the false discovery rate is over all "
            "curves. An IC50 outside the tested concentrations is a bound."
        )
    return [*paragraphs, *(f"{name}: {value}." for name, value in screen.settings)]


def _shades() -> list[tuple[str, str]]:
    """Colours of the plate maps and what they mean."""
    edges = [f"{edge:g}" for edge in EDGES]
    labels = [
        f"below {edges[0]} %",
        *(f"{a} to {b} %" for a, b in pairwise(edges)),
        f"above {edges[-1]} %",
    ]
    return [*zip(SHADES, labels, strict=True), (MISSING, "not read")]


def _median(values: Sequence[float]) -> float:
    known = sorted(value for value in values if math.isfinite(value))
    if not known:
        return math.nan
    half = len(known) // 2
    return known[half] if len(known) % 2 else (known[half - 1] + known[half]) / 2.0


@lru_cache(maxsize=1)
def _script() -> str:
    environment = _environment()
    assert environment.loader is not None
    return environment.loader.get_source(environment, "screen.js")[0]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tricyclic.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["sentence"] = sentence
    return environment
