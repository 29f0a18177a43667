"""Draws the effects on a plate, or a curve, as SVG of a few hundred bytes, so that thousands fit on
a page.

No axes, no text, one path per shade; the page around them gives names and numbers.
"""

from __future__ import annotations

from html import escape

import numpy as np

from tricyclic.results.screening import CurveHit

# Effect in percent of the control window -> shade; the middle one, -10 to 10, is the background.
EDGES = (-30.0, -10.0, 10.0, 30.0, 50.0, 70.0, 90.0)
SHADES = ("#B3560E", "#F0B27A", "#EEF1F4", "#CFE1F2", "#93C4DF", "#4A98C9", "#1764AB", "#08306B")
BACKGROUND = 2
MISSING = "#9AA0A6"
INK, LINE, PALE = "#0072B2", "#222222", "#C4C9CE"
WIDE, HIGH = 96, 56
LOWEST, HIGHEST = -30.0, 130.0


def plate_thumbnail(activity: np.ndarray, label: str) -> str:
    """Draw the effects on a plate, one square per well.

    Parameters
    ----------
    activity : array, shape (rows, columns)
        Effect [% of the control window]; nan is grey.
    label : str
        Text for screen readers.
    """
    rows, columns = activity.shape
    level = np.where(np.isfinite(activity), np.digitize(np.nan_to_num(activity), EDGES), -1)
    paths = "".join(
        f'<path stroke="{colour}" d="{_runs(level == number)}"/>'
        for number, colour in [(-1, MISSING), *enumerate(SHADES)]
        if number != BACKGROUND and (level == number).any()
    )
    return (
        f'<svg role="img" aria-label="{escape(label, quote=True)}" '
        f'viewBox="0 -.5 {columns} {rows}" class="p">'
        f'<path fill="{SHADES[BACKGROUND]}" d="M0-.5h{columns}v{rows}H0z"/>{paths}</svg>'
    )


def curve_thumbnail(curve: CurveHit, label: str) -> str:
    """Draw points and fitted line of a curve over its concentrations; lines at 0 and 100 %."""
    x = curve.log10_molar
    if not x.size:
        return f"{_curve_tag(label)}</svg>"
    low, high = float(x[0]), float(x[-1])
    reach = max(high - low, 1e-9)

    def across(values: np.ndarray) -> np.ndarray:
        return np.rint(4 + (WIDE - 8) * (values - low) / reach).astype(int)

    dots = "".join(f"M{a} {b}h0" for a, b in zip(across(x), _up(curve.effect_percent), strict=True))
    line = ""
    if np.isfinite(curve.log10_ic50) and np.isfinite([curve.effect_low, curve.effect_high]).all():
        grid = np.linspace(low, high, 23)
        with np.errstate(over="ignore"):
            share = 1.0 / (1.0 + 10.0 ** (-abs(curve.hill) * (grid - curve.log10_ic50)))
        heights = _up(curve.effect_low + (curve.effect_high - curve.effect_low) * share)
        places = across(grid)
        line = (
            f'<path class="l" d="M{places[0]} {heights[0]}L'
            + " ".join(f"{a} {b}" for a, b in zip(places[1:], heights[1:], strict=True))
            + '"/>'
        )
    none, full = _up(np.array([0.0, 100.0]))
    return (
        f'{_curve_tag(label)}<path class="g" d="M0 {none}h{WIDE}M0 {full}h{WIDE}"/>{line}'
        f'<path class="d" d="{dots}"/></svg>'
    )


def _curve_tag(label: str) -> str:
    name = escape(label, quote=True)
    return f'<svg role="img" aria-label="{name}" viewBox="0 0 {WIDE} {HIGH}" class="c">'


def _up(effect: np.ndarray) -> np.ndarray:
    share = (np.clip(effect, LOWEST, HIGHEST) - LOWEST) / (HIGHEST - LOWEST)
    return np.asarray(np.rint(HIGH - 2 - (HIGH - 4) * share).astype(int))


def _runs(mask: np.ndarray) -> str:
    """Neighbouring wells of one shade as one stroke, with relative moves."""
    out, at_row, at_column = [], 0, 0
    for row in np.flatnonzero(mask.any(axis=1)):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], mask[row].astype(np.int8), [0]])))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            out.append(f"m{start - at_column} {row - at_row}h{end - start}")
            at_row, at_column = int(row), end
    return "".join(out)
