"""From a Screen to one self-contained page that sorts and filters, and to tidy tables.

The page holds every plate with its map; curves wait in a template until somebody opens them. Its one small script is
allowed by its hash, and nothing is loaded from anywhere.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from jinja2 import Environment, PackageLoader, StrictUndefined

from tricyclic.core.check import LEVELS
from tricyclic.core.document import Figure
from tricyclic.core.estimate import interval
from tricyclic.core.format import figures
from tricyclic.plotting.thumbnails import EDGES, MISSING, SHADES, curve_thumbnail, plate_thumbnail
from tricyclic.reports.layout import clean
from tricyclic.reports.words import SIGNS, sentence
from tricyclic.results.screening import CurveHit, PlateQuality, Screen

CURVES_DRAWN = 3_000
ROWS_SHOWN = 1_000

PLATE_COLUMNS = (
    "plate",
    "order",
    "file",
    "level",
    "size",
    "z_prime",
    "robust_z_prime",
    "signal_window_sd",
    "signal_to_background",
    "high_n",
    "high_mean",
    "high_sd",
    "high_cv_percent",
    "low_n",
    "low_mean",
    "low_sd",
    "low_cv_percent",
    "compounds_n",
    "compounds_median",
    "compounds_robust_sd",
    "edge_percent",
    "edge_p",
    "row_percent",
    "row_p",
    "column_percent",
    "column_p",
    "hits",
)
WELL_COLUMNS = (
    "compound",
    "concentration_M",
    "plates",
    "wells",
    "effect_percent",
    "z",
    "p",
    "q",
    "hit",
)
CURVE_COLUMNS = (
    "compound",
    "plate",
    "class",
    "hit",
    "relation",
    "ic50_nM",
    "ic50_low_nM",
    "ic50_high_nM",
    "confidence",
    "log10_ic50_se",
    "hill",
    "effect_low_percent",
    "effect_high_percent",
    "residual_sd_percent",
    "f_flat",
    "p",
    "q",
    "points",
    "status",
    "says",
)
POTENCY_COLUMNS = (
    "compound",
    "relation",
    "ic50_nM",
    "low_nM",
    "high_nM",
    "confidence",
    "log10_se",
    "n",
    "curves",
    "hits",
    "method",
)
CHECK_COLUMNS = ("plate", "check", "level", "says", "value", "limit", "unit", "advice", "source")
EFFECT_COLUMNS = ("plate", "order", "row", "column", "effect_percent")

# head of the column, which way the first click sorts, what it is
_HEADS = (
    ("plate", "up", "name of the plate"),
    ("level", "down", "gravest of its checks"),
    ("order", "up", "in which order it was run"),
    ("Z'", "up", "from means and standard deviations of the controls"),
    ("robust Z'", "up", "from medians and MAD of the controls"),
    ("window", "up", "signal window, in standard deviations of the high control"),
    ("S/B", "up", "higher over lower control"),
    ("CV high %", "down", "scatter of the high control"),
    ("CV low %", "down", "scatter of the low control"),
    ("edge %", "down", "rim less inside, in percent of the control window"),
    ("rows %", "down", "largest difference between rows, less what chance makes"),
    ("columns %", "down", "largest difference between columns, less what chance makes"),
    ("hits", "down", "wells or curves called on this plate"),
)


def screen_html(
    screen: Screen,
    drawings: Sequence[Figure],
    *,
    version: str,
    z_limit: float,
    facts: Sequence[tuple[str, str]] = (),
) -> str:
    """Write the page.

    Parameters
    ----------
    screen : Screen
    drawings : sequence of Figure
        Of the screen as a whole.
    version : str
    z_limit : float
        Of Z', for the words of the summary.
    facts : sequence of (name, value)
        To stand at the head, before those of the screen itself.
    """
    script = _script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    counts = Counter(plate.level for plate in screen.plates)
    well_hits, curve_found = (
        sum(hit.hit for hit in screen.wells),
        sum(curve.hit for curve in screen.curves),
    )
    about = [
        *facts,
        (
            "plates",
            f"{len(screen.plates)}: {counts['fine']} fine, {counts['look']} to look at, {counts['stop']} that stop",
        ),
        ("median Z'", figures(_median([plate.z_prime for plate in screen.plates]), 2)),
        *(
            [
                (
                    "wells",
                    f"{well_hits} hits among {len(screen.wells)} compounds at one concentration",
                )
            ]
            if screen.wells
            else []
        ),
        *(
            [("curves", f"{curve_found} hits among {len(screen.curves)} curves")]
            if screen.curves
            else []
        ),
        (
            "called at",
            f"false discovery rate {screen.fdr:g}, effect of {screen.effect_at_least:g} % or more",
        ),
    ]
    drawn = _drawn(screen.curves)
    tables = _tables(screen)
    contents = [
        ("screen", "The screen"),
        ("plates", "Plates"),
        *((t["anchor"], t["title"]) for t in tables),
    ]
    contents += [("curves", "Curves")] if drawn else []
    contents += [("classes", "How a curve is named")] if screen.classes else []
    text = (
        _environment()
        .get_template("screen.html.j2")
        .render(
            title=clean(screen.name),
            subtitle=f"{len(screen.plates)} plates, {len(screen.wells) + len(screen.curves)} tests of compounds",
            synthetic=screen.synthetic,
            facts=[(clean(name), clean(value)) for name, value in about],
            contents=[*contents, ("methods", "Methods")],
            checks=screen.checks,
            signs=SIGNS,
            figures=drawings,
            shades=_shades(),
            plate_columns=_HEADS,
            plates=[_row(plate, z_limit) for plate in screen.plates],
            tables=tables,
            curves=[_card(curve) for curve in drawn],
            curves_say=_curves_say(screen, len(drawn)),
            kinds=Counter(curve.kind for curve in drawn).most_common(),
            classes=screen.classes,
            methods=_methods(screen),
            version=version,
            script=script,
            script_hash=f"sha256-{digest}",
        )
    )
    return text


def screen_tables(screen: Screen) -> dict[str, str]:
    """Every table by its file name; numbers in full, a missing one empty, an open limit "inf"."""
    tables = {
        "plates.csv": _csv(PLATE_COLUMNS, (_plate(plate) for plate in screen.plates)),
        "checks.csv": _checks(screen),
    }
    tables["effects.csv"] = _csv(EFFECT_COLUMNS, _effects(screen))
    if screen.wells:
        tables["wells.csv"] = _csv(
            WELL_COLUMNS,
            (
                (
                    h.compound,
                    h.concentration_M or None,
                    " ".join(h.plates),
                    " ".join(h.wells),
                    h.effect_percent,
                    h.z,
                    h.p,
                    h.q,
                    h.hit,
                )
                for h in screen.wells
            ),
        )
    if screen.curves:
        tables["curves.csv"] = _csv(CURVE_COLUMNS, (_curve(curve) for curve in screen.curves))
        tables["potencies.csv"] = _csv(
            POTENCY_COLUMNS,
            (
                (
                    c.compound,
                    c.ic50.relation,
                    c.ic50.value,
                    c.ic50.low,
                    c.ic50.high,
                    c.ic50.confidence,
                    c.ic50.log10_se,
                    c.ic50.n,
                    c.curves,
                    c.hits,
                    c.ic50.method,
                )
                for c in screen.potencies
            ),
        )
    return tables


def _plate(p: PlateQuality) -> Sequence[object]:
    return (
        p.name,
        p.order,
        p.file,
        p.level,
        p.size,
        p.z_prime,
        p.robust_z_prime,
        p.signal_window,
        p.signal_to_background,
        p.high.n,
        p.high.mean,
        p.high.sd,
        p.high.cv_percent,
        p.low.n,
        p.low.mean,
        p.low.sd,
        p.low.cv_percent,
        p.compounds.n,
        p.compounds.median,
        p.compounds.robust_sd,
        p.edge.size_percent,
        p.edge.p,
        p.row.size_percent,
        p.row.p,
        p.column.size_percent,
        p.column.p,
        p.hits,
    )


def _curve(c: CurveHit) -> Sequence[object]:
    e = c.ic50
    return (
        c.compound,
        c.plate,
        c.kind,
        c.hit,
        e.relation,
        e.value,
        e.low,
        e.high,
        e.confidence,
        e.log10_se,
        c.hill,
        c.effect_low,
        c.effect_high,
        c.residual_sd,
        c.f,
        c.p,
        c.q,
        c.log10_molar.size,
        c.status,
        c.says,
    )


def _checks(screen: Screen) -> str:
    every = [("", check) for check in screen.checks] + [
        (plate.name, check) for plate in screen.plates for check in plate.checks
    ]
    return _csv(
        CHECK_COLUMNS,
        (
            (name or c.where, c.name, c.level, c.says, c.value, c.limit, c.unit, c.advice, c.source)
            for name, c in every
        ),
    )


def _effects(screen: Screen) -> Iterable[Sequence[object]]:
    for plate in screen.plates:
        for row, line in enumerate(plate.activity.tolist(), 1):
            for column, value in enumerate(line, 1):
                if value == value:
                    yield plate.name, plate.order, row, column, round(value, 4)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return repr(value) if isinstance(value, float) else value


def _row(plate: PlateQuality, z_limit: float) -> dict[str, object]:
    beyond = {check.name for check in plate.checks if check.level != "fine"}
    cells = [
        (str(plate.order), False),
        (_short(plate.z_prime), "z_prime" in beyond),
        (_short(plate.robust_z_prime), "robust_z_prime" in beyond),
        (_short(plate.signal_window), "signal_window" in beyond),
        (_short(plate.signal_to_background), "signal_to_background" in beyond),
        (_short(plate.high.cv_percent), "cv_high" in beyond),
        (_short(plate.low.cv_percent), "cv_low" in beyond),
        (_short(plate.edge.size_percent), "edge_pattern" in beyond),
        (_short(plate.row.size_percent), "row_pattern" in beyond),
        (_short(plate.column.size_percent), "column_pattern" in beyond),
        (str(plate.hits), False),
    ]
    doubts = [
        (c.level, sentence(f"{sentence(c.says)} {sentence(c.advice)}" if c.advice else c.says))
        for c in plate.checks
        if c.level != "fine"
    ]
    return {
        "name": clean(plate.name),
        "level": plate.level,
        "rank": LEVELS.index(plate.level),
        "cells": cells,
        "doubts": [(level, clean(words)) for level, words in doubts],
        "svg": plate_thumbnail(plate.activity, f"map of {clean(plate.name)}"),
    }


def _card(curve: CurveHit) -> dict[str, object]:
    e = curve.ic50
    sign = "" if e.relation == "=" else f"{e.relation} "
    potency = f"{sign}{figures(e.value)} nM" if math.isfinite(e.value) else "no IC50"
    return {
        "name": clean(curve.compound),
        "plate": clean(curve.plate),
        "kind": curve.kind,
        "hit": curve.hit,
        "p": f"{curve.p:.3g}",
        "x": f"{e.value:.4g}",
        "h": f"{curve.hill:.3g}",
        "told": f"{potency} \u00b7 {curve.says}",
        "svg": curve_thumbnail(curve, f"{clean(curve.compound)}, {curve.says}"),
    }


def _drawn(curves: Sequence[CurveHit]) -> list[CurveHit]:
    """Hits first, then the surest of the others, so many as a page bears."""
    order = sorted(
        curves, key=lambda curve: (not curve.hit, curve.p if math.isfinite(curve.p) else 2.0)
    )
    return order[:CURVES_DRAWN]


def _curves_say(screen: Screen, drawn: int) -> str:
    total = len(screen.curves)
    all_of = (
        "All curves are"
        if drawn == total
        else f"The {drawn} surest of {total} curves, hits first, are"
    )
    return f"{all_of} drawn from their lowest to their highest concentration; effect upward, dashed at 0 and 100 % of the control window. A blue edge marks a hit. Every curve stands in curves.csv."


def _tables(screen: Screen) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    hits = [hit for hit in screen.wells if hit.hit]
    if screen.wells:
        cut = "" if len(hits) <= ROWS_SHOWN else f" The surest {ROWS_SHOWN} are shown."
        out.append(
            {
                "anchor": "well-hits",
                "title": "Hits at one concentration",
                "says": f"{len(hits)} of {len(screen.wells)} compounds; z is over the compound wells of the plate, q the false discovery rate at which each would be called.{cut} All compounds stand in wells.csv.",
                "columns": (
                    ("compound", False),
                    ("plates", False),
                    ("wells", False),
                    ("concentration", False),
                    ("effect %", True),
                    ("z", True),
                    ("p", True),
                    ("q", True),
                ),
                "rows": [
                    (
                        clean(h.compound),
                        clean(_few(h.plates)),
                        _few(h.wells),
                        f"{figures(h.concentration_M * 1e6)} uM"
                        if h.concentration_M
                        else "not stated",
                        _short(h.effect_percent),
                        _short(h.z),
                        _p(h.p),
                        _p(h.q),
                    )
                    for h in hits[:ROWS_SHOWN]
                ],
            }
        )
    if screen.potencies:
        active = sorted(
            (c for c in screen.potencies if c.hits),
            key=lambda c: (c.ic50.relation == ">", c.ic50.value),
        )
        out.append(
            {
                "anchor": "potencies",
                "title": "Potencies",
                "says": f"{len(active)} of {len(screen.potencies)} compounds with a curve that was called; each plate is a run, and a bound is carried as a bound. {f'The {ROWS_SHOWN} most potent are shown. ' if len(active) > ROWS_SHOWN else ''}All stand in potencies.csv.",
                "columns": (
                    ("compound", False),
                    ("IC50 nM", True),
                    ("95 % interval", False),
                    ("plates", True),
                    ("curves called", True),
                ),
                "rows": [
                    (
                        clean(c.compound),
                        f"{'' if c.ic50.relation == '=' else c.ic50.relation + ' '}{figures(c.ic50.value)}",
                        interval(c.ic50),
                        str(c.curves),
                        str(c.hits),
                    )
                    for c in active[:ROWS_SHOWN]
                ],
            }
        )
    return out


def _methods(screen: Screen) -> list[str]:
    out = [
        "Effects are percent of the window between high (no effect) and low (full effect) controls of the same plate. Z' = 1 - 3 (SD high + SD low) / |window| [Zhang et al. 1999, doi:10.1177/108705719900400206]; the robust one takes medians and 1.4826 MAD. The signal window is (|window| - 3 (SD high + SD low)) / SD high [Assay Guidance Manual].",
        "Edge, row and column patterns are looked for among compound wells, less their fitted effect where they belong to a curve and less their median where not, with readings drawn in to three robust standard deviations; a pattern is marked where it is both larger than its limit and p is below 0.001.",
    ]
    if screen.wells:
        out.append(
            "Wells at one concentration are scored by robust z over the compound wells of their plate, one-sided, with Student's t for the error of the MAD itself; wells of one compound are joined by Stouffer's rule. Calls hold the false discovery rate of Benjamini and Hochberg [1995] over all compounds; plates that stop take no part."
        )
    if screen.curves:
        out.append(
            "Curves are four-parameter logistics on all wells of a compound on a plate, plateaus free, with profile-likelihood limits. F against a flat line is calibrated on simulated flat curves of the same design, since its nominal distribution does not hold [Davies 1987, doi:10.1093/biomet/74.1.33]; calls hold the false discovery rate over all curves. An IC50 outside the tested concentrations is a bound."
        )
    return [*out, *(f"{name}: {value}." for name, value in screen.settings)]


def _shades() -> list[tuple[str, str]]:
    edges = [f"{edge:g}" for edge in EDGES]
    words = [
        f"below {edges[0]} %",
        *(f"{a} to {b} %" for a, b in pairwise(edges)),
        f"above {edges[-1]} %",
    ]
    return [*zip(SHADES, words, strict=True), (MISSING, "not read")]


def _short(value: float) -> str:
    return (
        "\u2013"
        if not math.isfinite(value)
        else figures(value, 2)
        if abs(value) < 100
        else figures(value, 3)
    )


def _p(value: float) -> str:
    return (
        "\u2013"
        if not math.isfinite(value)
        else f"{value:.1e}"
        if value < 1e-3
        else figures(value, 2)
    )


def _few(names: Sequence[str], most: int = 3) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


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
