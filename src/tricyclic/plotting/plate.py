"""Draws the map of a plate: the reading and the role of each well.

The depth of colour is the reading; letters are the roles, numbers distinguish compounds, lower-case
letters the groups; a cross marks a well that is excluded from the fit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tricyclic.core.document import Figure
from tricyclic.core.plate import Plate, Role, Well, row_letters
from tricyclic.plotting import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LETTERS = {
    Role.TOTAL: "T",
    Role.NON_SPECIFIC: "N",
    Role.COMPETITION: "C",
    Role.BACKGROUND: "B",
    Role.ADDED: "A",
    Role.RESPONSE: "R",
    Role.EMPTY: "",
}
WORDS = {
    Role.TOTAL: "total",
    Role.NON_SPECIFIC: "non-specific",
    Role.COMPETITION: "competition",
    Role.BACKGROUND: "background",
    Role.ADDED: "added radioligand",
    Role.RESPONSE: "response",
}
# From white to a blue that is lighter than black, so that print and letters stay readable.
SHADES = ("#F7FBFF", "#D6E6F4", "#ABD0E6", "#6AAED6", "#3787C0", "#105BA4")
KEY_LINES = 3
# Of a map, and of a cell with the letter of a role.
LEAST_WIDTH_MM, LEAST_CELL_MM = 50.0, 1.7
# Size of the codes in the cells of plates of 384 wells and more.
CODE_PT = 5.0


@dataclass(frozen=True)
class _Codes:
    """Code of a well: letter of the role, number of the compound, letter of the group.

    `numbered` is false where the numbers of so many compounds do not fit the cells.
    """

    compounds: tuple[str, ...]
    groups: tuple[str, ...]
    numbered: bool = True

    def of(self, well: Well) -> str:
        letter = LETTERS[well.role]
        if (
            self.numbered
            and well.role in (Role.COMPETITION, Role.RESPONSE)
            and len(self.compounds) > 1
            and well.compound
        ):
            letter += str(self.compounds.index(well.compound) + 1)
        if len(self.groups) > 1 and well.group and letter:
            letter += chr(ord("a") + self.groups.index(well.group) % 26)
        return letter


def plate_map(
    plate: Plate,
    *,
    title: str = "",
    pdf: bool = True,
    text_as: style.TextAs = "text",
    show_title: bool = True,
) -> Figure:
    """Draw the map of a plate, as wide as the style or 174 mm; narrow cells have their role alone.

    Parameters
    ----------
    plate : Plate
        Any size from 6 to 1536 wells; wells that are not in the file stay white.
    title : str
        Title; the plate's name if empty.
    show_title : bool
        Whether the title stands in the drawing; the caption has it in any case.
    """
    rows, columns = plate.shape
    with style.publication_style(text_as):
        scale = style.current().scale
        least = max(LEAST_WIDTH_MM, 24.0 * scale + LEAST_CELL_MM * columns)
        wide = style.page_mm("full", least_mm=least)
        left, line = 9.0 * scale, 3.6 * scale
        cell_mm = min((wide - left - 15.0 * scale) / columns, 11.0 if columns < 24 else 6.0)
        cell_high_mm = min(cell_mm, 7.2 if columns <= 12 else 5.0)
        codes = _codes(plate, cell_mm)
        key = _key(plate, codes, wide - left - 5.0)
        heading = style.wrapped(title or plate.name, wide - 6.0, bold=True) if show_title else ""
        top = (11.5 if show_title else 7.5) * scale + 3.5 * scale * heading.count("\n")
        below = 3.0 * scale + line * len(key)
        height = style.page_height_mm(top + rows * cell_high_mm + below)
        cell_high_mm = max(height - top - below, 1.0) / rows
        canvas, axes = style.sheet(
            "full",
            height,
            left_mm=left / scale,
            right_mm=(wide - left - columns * cell_mm) / scale,
            bottom_mm=below / scale,
            top_mm=top / scale,
        )
        values = plate.grid()
        low, high = _range_of(plate)
        _cells(axes, plate, values, low, high, cell_mm)
        if columns <= 12 and _readings_fit(plate, cell_mm, cell_high_mm):
            _letters(axes, plate, codes, low, high)
        else:
            _letters_only(axes, plate, codes, low, high)
        beside = left + columns * cell_mm + 4.0
        _scale(axes, low, high, plate.unit, (beside, wide), height, rows * cell_high_mm)
        if heading:
            canvas.text(2.0 / wide, 1 - 1.2 / height, heading, va="top", weight="bold")
        for number, text in enumerate(key):
            canvas.text(
                left / wide,
                (1.6 * scale + line * (len(key) - 1 - number)) / height,
                text,
                fontsize=style.small_pt(),
            )
        return style.finish(
            canvas,
            name=f"{style.slug(plate.name)}-map",
            caption=_caption(plate, title, _readings_fit(plate, cell_mm, cell_high_mm)),
            alt=_alt(plate),
            width="full",
            pdf=pdf,
        )


def _readings_fit(plate: Plate, cell_mm: float, cell_high_mm: float) -> bool:
    """Whether the cells are large enough for the role and the reading below it."""
    texts = [_reading(well.value) for well in plate.wells if well.counted]
    widest = max((style.width_mm(text, size_pt=style.tiny_pt()) for text in texts), default=0.0)
    two_lines = (style.small_pt() + style.tiny_pt()) / (72 * style.MM)
    return plate.shape[1] <= 12 and widest <= cell_mm and two_lines <= 0.95 * cell_high_mm


def _codes(plate: Plate, cell_mm: float) -> _Codes:
    """Compounds and groups of the plate, in the order of its wells, in cells of a width [mm]."""
    with_compound = [
        w.compound
        for w in plate.wells
        if w.role in (Role.COMPETITION, Role.RESPONSE) and w.compound
    ]
    codes = _Codes(
        tuple(dict.fromkeys(with_compound)),
        tuple(dict.fromkeys(w.group for w in plate.wells if w.group)),
    )
    widest = max((codes.of(well) for well in plate.wells), key=len, default="")
    fits = style.width_mm(widest, size_pt=CODE_PT) <= cell_mm
    return codes if fits else replace(codes, numbered=False)


def _range_of(plate: Plate) -> tuple[float, float]:
    """Readings at the ends of the colour scale; added radioligand is left out, it is far larger."""
    values = [
        w.value
        for w in plate.wells
        if w.counted and w.role is not Role.ADDED and np.isfinite(w.value)
    ]
    values = values or [w.value for w in plate.wells if w.counted]
    if not values:
        return 0.0, 1.0
    low, high = min(0.0, min(values)), max(values)
    return (low, high) if high > low else (low, low + 1.0)


def _cells(
    axes: Axes, plate: Plate, values: np.ndarray, low: float, high: float, cell_mm: float
) -> None:
    from matplotlib.collections import LineCollection
    from matplotlib.colors import LinearSegmentedColormap

    rows, columns = plate.shape
    shades = LinearSegmentedColormap.from_list("counts", SHADES)
    shown = np.ma.masked_invalid(np.clip(values, low, high))
    axes.pcolormesh(
        np.arange(columns + 1),
        np.arange(rows + 1),
        shown,
        cmap=shades,
        vmin=low,
        vmax=high,
        edgecolors="white",
        linewidth=0.8 if columns <= 24 else 0.4,
    )
    outline = [[(x, 0), (x, rows)] for x in (0, columns)] + [
        [(0, y), (columns, y)] for y in (0, rows)
    ]
    axes.add_collection(LineCollection(outline, colors=style.GREY, linewidths=0.6, clip_on=False))
    struck = [(w.column, w.row, _depth(w.value, low, high)) for w in plate.wells if w.excluded]
    strokes = [
        stroke
        for c, r, _ in struck
        for stroke in (
            [(c + 0.08, r + 0.1), (c + 0.92, r + 0.9)],
            [(c + 0.08, r + 0.9), (c + 0.92, r + 0.1)],
        )
    ]
    axes.add_collection(LineCollection(strokes, colors=style.COLOURS[1], linewidths=1.3, zorder=3))
    axes.set_xlim(0, columns)
    axes.set_ylim(rows, 0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    small = style.small_pt() if columns <= 12 else style.tiny_pt()
    axes.xaxis.tick_top()
    two_digits = style.width_mm("00", size_pt=small) + 0.6
    step = (1 if columns <= 24 else 2) * (1 if cell_mm >= two_digits or columns > 24 else 2)
    numbers, letters = range(0, columns, step), range(0, rows, step)
    axes.set_xticks([c + 0.5 for c in numbers], [str(c + 1) for c in numbers], fontsize=small)
    axes.set_yticks([r + 0.5 for r in letters], [row_letters(r) for r in letters], fontsize=small)
    axes.tick_params(length=0, pad=2)


def _letters(axes: Axes, plate: Plate, codes: _Codes, low: float, high: float) -> None:
    for well in plate.wells:
        ink, x, y = _ink(well, low, high), well.column + 0.5, well.row + 0.5
        code = codes.of(well)
        if code:
            axes.text(
                x,
                y + 0.02,
                code,
                ha="center",
                va="bottom",
                fontsize=style.small_pt(),
                color=ink,
                weight="bold",
            )
        if well.counted:
            reading = _reading(well.value)
            axes.text(
                x, y + 0.08, reading, ha="center", va="top", fontsize=style.tiny_pt(), color=ink
            )


def _letters_only(axes: Axes, plate: Plate, codes: _Codes, low: float, high: float) -> None:
    """For hundreds of wells: each code is one marker, drawn at all its positions at once."""
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    places: dict[tuple[str, str], list[Well]] = {}
    for well in plate.wells:
        places.setdefault((codes.of(well), _ink(well, low, high)), []).append(well)
    for (code, ink), wells in places.items():
        if not code:
            continue
        outline = TextPath((0, 0), code, size=CODE_PT)
        box = outline.get_extents()
        # Matplotlib scales a marker so that its farthest point lies at half its size.
        centred = outline.transformed(
            Affine2D().translate(-(box.x0 + box.x1) / 2, -(box.y0 + box.y1) / 2)
        )
        reach = 2 * max(box.width, box.height) / 2
        axes.plot(
            [w.column + 0.5 for w in wells],
            [w.row + 0.5 for w in wells],
            linestyle="none",
            marker=centred,
            markersize=reach,
            color=ink,
            markeredgewidth=0,
        )


def _ink(well: Well, low: float, high: float) -> str:
    return "white" if _depth(well.value, low, high) > 0.62 else style.INK


def _depth(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0, 1)) if np.isfinite(value) else 0.0


def _reading(value: float) -> str:
    """A reading in at most six characters."""
    if abs(value) >= 1e5:
        return f"{value:.1e}".replace("e+0", "e").replace("e+", "e")
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _scale(
    axes: Axes,
    low: float,
    high: float,
    unit: str,
    across_mm: tuple[float, float],
    height: float,
    high_mm: float,
) -> None:
    """The colour scale of the readings."""
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.ticker import MaxNLocator

    canvas = axes.get_figure(root=True)
    assert canvas is not None
    left_mm, wide = across_mm
    bottom = axes.get_position().y0
    bar_mm = min(high_mm, 40.0)
    bar = canvas.add_axes(
        (left_mm / wide, bottom + (high_mm - bar_mm) / height, 2.6 / wide, bar_mm / height)
    )
    steps = np.linspace(low, high, 33)
    shades = LinearSegmentedColormap.from_list("counts", SHADES)
    bar.pcolormesh(
        [0, 1], steps, (steps[:-1, None] + steps[1:, None]) / 2, cmap=shades, vmin=low, vmax=high
    )
    bar.set_xticks([])
    bar.yaxis.tick_right()
    bar.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    bar.set_ylim(low, high)
    bar.tick_params(labelsize=style.tiny_pt(), length=2, pad=1.5)
    for side in ("left", "bottom"):
        bar.spines[side].set_visible(False)
    name = "unit unknown" if unit == "unknown" else unit
    bar.set_title(
        style.fitted(name, 14.0, size_pt=style.tiny_pt()),
        fontsize=style.tiny_pt(),
        weight="normal",
        pad=3,
    )


def _key(plate: Plate, codes: _Codes, wide_mm: float) -> list[str]:
    """What the letters mean, in lines that fit under the plate."""
    present = [
        role for role in LETTERS if LETTERS[role] and any(w.role is role for w in plate.wells)
    ]
    entries = []
    for role in present:
        if role in (Role.COMPETITION, Role.RESPONSE) and codes.compounds:
            if not codes.numbered:
                entries.append(f"{LETTERS[role]} {WORDS[role]}, {len(codes.compounds)} compounds")
            elif len(codes.compounds) == 1:
                entries.append(f"{LETTERS[role]} {codes.compounds[0]}")
            elif role is Role.COMPETITION or Role.COMPETITION not in present:
                entries += [
                    f"{LETTERS[role]}{n} {name}" for n, name in enumerate(codes.compounds, 1)
                ]
        else:
            entries.append(f"{LETTERS[role]} {WORDS[role]}")
    if len(codes.groups) > 1:
        entries += [f"{chr(ord('a') + n % 26)} {name}" for n, name in enumerate(codes.groups)]
    if any(w.excluded for w in plate.wells):
        entries.append("× excluded from the fit")
    longest = min(60.0, wide_mm)
    return _flow([style.fitted(e, longest, size_pt=style.small_pt()) for e in entries], wide_mm)


def _flow(entries: list[str], wide_mm: float) -> list[str]:
    lines = [""]
    for entry in entries:
        longer = f"{lines[-1]}  ·  {entry}" if lines[-1] else entry
        if style.width_mm(longer, size_pt=style.small_pt()) <= wide_mm:
            lines[-1] = longer
        elif len(lines) < KEY_LINES:
            lines.append(entry)
        else:
            lines[-1] = style.fitted(longer + " …", wide_mm, size_pt=style.small_pt())
            break
    return lines


def _caption(plate: Plate, title: str, has_readings: bool) -> str:
    unit = "in an unknown unit" if plate.unit == "unknown" else f"in {plate.unit}"
    shown = "; colour and numbers are the readings"
    if not has_readings:
        shown = ", as depth of colour"
    parts = [f"{style.one_line(title or plate.name)}: readings {unit}{shown}."]
    out = [w for w in plate.wells if w.excluded]
    if out:
        named = "; ".join(f"{w.name} ({style.one_line(w.excluded)})" for w in out[:8])
        parts.append(f"Excluded: {named}{' and others' if len(out) > 8 else ''}.")
    if plate.file:
        parts.append(f"File {plate.file}.")
    return " ".join(parts)


def _alt(plate: Plate) -> str:
    roles = {WORDS[role]: sum(w.role is role for w in plate.wells) for role in WORDS}
    listed = ", ".join(f"{count} {role}" for role, count in roles.items() if count)
    return f"Map of plate {plate.name}, {plate.size} wells: {listed or 'no well with a role'}."
