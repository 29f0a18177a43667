"""From many plates to what each is worth: controls, window, patterns over the plate and drift over the plates.

High controls are the `total` wells (no effect), low controls the `non_specific` wells (full effect). Patterns are looked
for in what is left of compound wells after their own effect, with outliers drawn in, so that hits make no pattern.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.core.check import Check, Level
from tricyclic.core.format import figures
from tricyclic.core.plate import Plate, Role, row_letters
from tricyclic.errors import InputError
from tricyclic.results.screening import ControlWells, Pattern, PlateQuality
from tricyclic.stats.patterns import f_test_p
from tricyclic.stats.statistics import located, t_probability

Floats = np.ndarray

AGM = "Assay Guidance Manual, HTS assay validation"
HOUSE = "limit of the house"
ZHANG = "Zhang et al. 1999, doi:10.1177/108705719900400206"
Z_PRIME_AT_LEAST = 0.4
WINDOW_AT_LEAST = 2.0
BACKGROUND_AT_LEAST = 2.0
CV_AT_MOST = 20.0
LOW_SD_AT_MOST = 1.5  # times that of the high control; the manual says 1, chance alone goes to 1.5
PATTERN_AT_MOST = 10.0  # % of the window; the manual lets 20 % pass
PATTERN_P = 1e-3
DRIFT_AT_MOST = 20.0  # % of the mean, from the first plate to the last
CONTROLS_AT_LEAST = 3
PLATES_AT_LEAST = 5  # with a reading at a place, to judge it
PLACE_AT_MOST = 10.0  # % of the window
MAD = 1.4826022185056018  # to a standard deviation, for normal readings
CLIP = 3.0

NO_PATTERN = Pattern(math.nan, math.nan)
NO_WELLS = ControlWells(0, math.nan, math.nan, math.nan, math.nan)


@dataclass(frozen=True)
class PlateArrays:
    """A plate as arrays over its wells in use: row, column, reading, and masks of what they hold.

    `activity` is the effect in percent of the control window, nan where there is no window.
    """

    plate: Plate
    row: np.ndarray
    column: np.ndarray
    value: Floats
    high: np.ndarray
    low: np.ndarray
    tested: np.ndarray
    activity: Floats

    @property
    def window(self) -> float:
        """High less low control, means."""
        return float(self.value[self.high].mean() - self.value[self.low].mean())


def plate_arrays(plate: Plate) -> PlateArrays:
    """Take a plate apart once.

    Raises
    ------
    InputError
        If it has no control wells of one kind, or the two kinds read the same.
    """
    used = [well for well in plate.wells if well.used]
    roles = np.array([well.role.value for well in used])
    value = np.array([well.value for well in used], float)
    places = np.array([(well.row, well.column) for well in used], int).reshape(-1, 2)
    high, low = roles == Role.TOTAL.value, roles == Role.NON_SPECIFIC.value
    tested = np.isin(roles, (Role.COMPETITION.value, Role.RESPONSE.value))
    where = plate.name
    for mask, name in ((high, "total (no effect)"), (low, "non_specific (full effect)")):
        if not mask.any():
            raise InputError(
                f"no control well is {name}",
                where=where,
                allowed="A screen needs controls without and with full effect on every plate",
                do="Say in the layout which wells they are",
            )
    top, bottom = float(value[high].mean()), float(value[low].mean())
    if top == bottom:
        raise InputError(
            "both kinds of control wells read the same",
            where=where,
            do="Look at the file and at the layout",
        )
    return PlateArrays(
        plate,
        places[:, 0],
        places[:, 1],
        value,
        high,
        low,
        tested,
        100.0 * (top - value) / (top - bottom),
    )


def plate_quality(
    wells: PlateArrays, *, order: int = 1, expected: Floats | None = None
) -> PlateQuality:
    """Judge one plate.

    Parameters
    ----------
    wells : PlateArrays
    order : int
        Its place in the screen.
    expected : array, shape (wells,), optional
        Effect that the fitted curves expect of each well [%], nan where there is none; the median of the compound wells
        where left out.

    Returns
    -------
    PlateQuality
        With a check for every figure that could be found.
    """
    high, low, tested = (
        _controls(wells.value[mask]) for mask in (wells.high, wells.low, wells.tested)
    )
    span = high.mean - low.mean
    apart = abs(span)
    counted = min(high.n, low.n) >= CONTROLS_AT_LEAST
    z = 1.0 - 3.0 * (high.sd + low.sd) / apart if counted else math.nan
    robust_span = abs(high.median - low.median)
    robust = (
        1.0 - 3.0 * (high.robust_sd + low.robust_sd) / robust_span
        if counted and robust_span > 0
        else math.nan
    )
    window = (apart - 3.0 * (high.sd + low.sd)) / high.sd if counted and high.sd > 0 else math.nan
    ratio = (
        max(high.mean, low.mean) / min(high.mean, low.mean)
        if min(high.mean, low.mean) > 0
        else math.nan
    )
    edge, row, column = patterns(wells, expected)
    grid = np.full(wells.plate.shape, np.nan)
    grid[wells.row, wells.column] = wells.activity
    left = np.full(wells.plate.shape, np.nan)
    tested_effect = wells.activity[wells.tested]
    own = (
        expected[wells.tested]
        if expected is not None
        else np.median(tested_effect)
        if tested_effect.size
        else 0.0
    )
    left[wells.row[wells.tested], wells.column[wells.tested]] = tested_effect - own
    for array in (grid, left):
        array.setflags(write=False)
    found = PlateQuality(
        name=wells.plate.name,
        order=order,
        size=wells.plate.size,
        high=high,
        low=low,
        z_prime=z,
        robust_z_prime=robust,
        signal_window=window,
        signal_to_background=ratio,
        edge=edge,
        row=row,
        column=column,
        compounds=tested,
        activity=grid,
        left=left,
        file=wells.plate.file,
    )
    return replace(found, checks=tuple(_plate_checks(found, wells)))


def patterns(
    wells: PlateArrays, expected: Floats | None = None
) -> tuple[Pattern, Pattern, Pattern]:
    """Edge, row and column patterns among the compound wells.

    Notes
    -----
    Residuals (effect less expected, or less the median) are drawn in to three robust standard deviations of their middle. The
    edge is the mean of the rim less that of the inside, t test; rows and columns are an additive two-way model by
    alternating means, each tested with the F of its own sum of squares against what both leave. The size of a row or column
    pattern is the largest less the smallest effect, less what chance alone makes of so many.
    """
    keep = wells.tested & np.isfinite(wells.activity)
    if expected is not None:
        keep &= np.isfinite(expected)
    if keep.sum() < 12:
        return NO_PATTERN, NO_PATTERN, NO_PATTERN
    left = wells.activity[keep] - (expected[keep] if expected is not None else 0.0)
    middle = float(np.median(left))
    sd = MAD * float(np.median(np.abs(left - middle)))
    if not sd > 0:
        return NO_PATTERN, NO_PATTERN, NO_PATTERN
    left = np.clip(left - middle, -CLIP * sd, CLIP * sd)
    rows, columns = wells.plate.shape
    row, column = wells.row[keep], wells.column[keep]
    rim = (row == 0) | (column == 0) | (row == rows - 1) | (column == columns - 1)
    return _edge(left, rim), *_two_way(left, row, column, rows, columns)


def drift_checks(plates: Sequence[PlateQuality]) -> tuple[Check, ...]:
    """Whether control readings rise or fall over the plates of the screen, and whether plates of one kind are missing."""
    if len(plates) < 4:
        return ()
    order = np.arange(len(plates), dtype=float)
    made = []
    for name, values in (
        ("high control", np.array([p.high.mean for p in plates])),
        ("low control", np.array([p.low.mean for p in plates])),
        ("Z'", np.array([p.z_prime for p in plates])),
    ):
        keep = np.isfinite(values)
        if keep.sum() < 4 or not np.ptp(values[keep]) > 0:
            continue
        x, y = order[keep] - order[keep].mean(), values[keep]
        slope = float(x @ y / (x @ x))
        rest = y - y.mean() - slope * x
        se = math.sqrt(float(rest @ rest) / (y.size - 2) / float(x @ x))
        p = t_probability(slope / se, y.size - 2.0) if se > 0 else 0.0
        change = slope * float(np.ptp(x))
        percent = 100.0 * change / abs(float(y.mean())) if name != "Z'" else change
        limit, unit = (DRIFT_AT_MOST, "%") if name != "Z'" else (0.2, "")
        drifts = p < 0.01 and abs(percent) > limit
        made.append(
            Check(
                "drift",
                "look" if drifts else "fine",
                f"from the first to the last of {y.size} plates the {name} changes by {figures(percent, 2)}{' ' + unit if unit else ''} "
                f"(p {'below 0.0001' if p < 1e-4 else '= ' + figures(p, 2)})",
                value=percent,
                limit=limit,
                unit=unit,
                source=HOUSE,
                advice="Reagents age or the reader drifts: normalise by plate, prepare fresh, and look at hits of late plates with doubt"
                if drifts
                else "",
            )
        )
    return tuple(made)


def place_checks(plates: Sequence[PlateQuality]) -> tuple[dict[int, Floats], tuple[Check, ...]]:
    """Median at each place over the plates of one size of what is left there, and a check of whether places differ.

    A place that reads high on every plate is the liquid handler or the reader, whatever compounds it holds.
    """
    maps: dict[int, Floats] = {}
    made = []
    for size in dict.fromkeys(plate.size for plate in plates):
        stack = np.array([plate.left for plate in plates if plate.size == size])
        seen = np.isfinite(stack).sum(axis=0)
        middle = np.full(stack.shape[1:], np.nan)
        middle[seen > 0] = np.nanmedian(stack[:, seen > 0], axis=0)
        maps[size] = middle
        judged = seen >= PLATES_AT_LEAST
        if judged.sum() < 12:
            continue
        centre = float(np.median(middle[judged]))
        spread = MAD * float(np.median(np.abs(middle[judged] - centre)))
        worst_at = np.unravel_index(
            int(np.argmax(np.where(judged, np.abs(middle - centre), -1.0))), middle.shape
        )
        off = float(middle[worst_at] - centre)
        bad = abs(off) > PLACE_AT_MOST and abs(off) > 5.0 * spread
        well = f"{row_letters(int(worst_at[0]))}{int(worst_at[1]) + 1:02d}"
        made.append(
            Check(
                "place_over_plates",
                "look" if bad else "fine",
                f"over {len(stack)} plates the place farthest from the others is {well}, by {figures(off, 2)} % of the window",
                where=f"{size} wells",
                value=abs(off),
                limit=PLACE_AT_MOST,
                unit="%",
                source=HOUSE,
                advice="Look at the tip, the dispenser and the reader at that place; its hits are suspect"
                if bad
                else "",
            )
        )
    return maps, tuple(made)


def summary_checks(plates: Sequence[PlateQuality]) -> tuple[Check, ...]:
    """How many plates pass, of the screen as a whole."""
    failed = [plate.name for plate in plates if plate.level == "stop"]
    doubted = [plate.name for plate in plates if plate.level == "look"]
    total = len(plates)
    share = 100.0 * len(failed) / total
    return (
        Check(
            "plates_failed",
            "look" if failed else "fine",
            f"{len(failed)} of {total} plates fail a check that stops, {len(doubted)} ask for a look",
            value=share,
            limit=0.0,
            unit="%",
            source=HOUSE,
            advice=f"Repeat {_listed(failed)}; their hits are not called" if failed else "",
        ),
    )


def _controls(values: Floats) -> ControlWells:
    if not values.size:
        return NO_WELLS
    middle = float(np.median(values))
    return ControlWells(
        values.size,
        float(values.mean()),
        float(values.std(ddof=1)) if values.size > 1 else math.nan,
        middle,
        MAD * float(np.median(np.abs(values - middle))) if values.size > 1 else math.nan,
    )


def _edge(left: Floats, rim: np.ndarray) -> Pattern:
    n, m = int(rim.sum()), int((~rim).sum())
    if min(n, m) < 3:
        return NO_PATTERN
    a, b = left[rim], left[~rim]
    size = float(a.mean() - b.mean())
    pooled = (float(((a - a.mean()) ** 2).sum()) + float(((b - b.mean()) ** 2).sum())) / (n + m - 2)
    return Pattern(
        size, located(size, math.sqrt(pooled * (1 / n + 1 / m)), n + m - 2.0, 0.95).p, (size,)
    )


def _two_way(
    left: Floats, row: np.ndarray, column: np.ndarray, rows: int, columns: int
) -> tuple[Pattern, Pattern]:
    n_row, n_column = np.bincount(row, minlength=rows), np.bincount(column, minlength=columns)
    by_row, by_column = np.zeros(rows), np.zeros(columns)
    for _ in range(30):
        rest = left - by_column[column]
        by_row = np.bincount(row, rest, rows) / np.maximum(n_row, 1)
        rest = left - by_row[row]
        by_column = np.bincount(column, rest, columns) / np.maximum(n_column, 1)
    full = float(((left - by_row[row] - by_column[column]) ** 2).sum())
    levels_row, levels_column = int((n_row > 0).sum()), int((n_column > 0).sum())
    df = left.size - levels_row - levels_column + 1
    if df < 4 or not full > 0:
        return NO_PATTERN, NO_PATTERN
    variance = full / df
    out = []
    for effects, counts, levels, other, other_levels in (
        (by_row, n_row, levels_row, column, columns),
        (by_column, n_column, levels_column, row, rows),
    ):
        if levels < 2:
            out.append(NO_PATTERN)
            continue
        means = np.bincount(other, left, other_levels) / np.maximum(
            np.bincount(other, minlength=other_levels), 1
        )
        without = float(((left - means[other]) ** 2).sum())
        f = max(without - full, 0.0) / (levels - 1) / variance
        there = effects[counts > 0] - effects[counts > 0].mean()
        # What scatter alone makes of the range of so many means is taken off, in squares.
        chance = _range_of(levels) * math.sqrt(variance / float(np.median(counts[counts > 0])))
        size = math.sqrt(max(float(np.ptp(there)) ** 2 - chance**2, 0.0))
        full_length = np.where(counts > 0, effects - effects[counts > 0].mean(), math.nan)
        out.append(Pattern(size, f_test_p(f, levels - 1, df), tuple(float(v) for v in full_length)))
    return out[0], out[1]


def _range_of(levels: int) -> float:
    from tricyclic.stats.control_rules import range_constants

    return range_constants(levels)[0]


def _plate_checks(found: PlateQuality, wells: PlateArrays) -> list[Check]:
    made: list[Check] = []
    fewest = min(found.high.n, found.low.n)
    few = fewest < CONTROLS_AT_LEAST

    def add(
        name: str,
        bad: bool,
        says: str,
        value: float,
        limit: float,
        unit: str,
        advice: str,
        source: str,
        stop: bool = False,
    ) -> None:
        if math.isfinite(value):
            level: Level = "stop" if stop else "look" if bad else "fine"
            made.append(
                Check(
                    name,
                    level,
                    says,
                    found.name,
                    value,
                    limit,
                    unit,
                    advice if bad or stop else "",
                    source,
                )
            )

    add(
        "few_control_wells",
        few,
        f"{found.high.n} high and {found.low.n} low control wells",
        float(fewest),
        CONTROLS_AT_LEAST,
        "",
        "Give each kind of control three wells or more, eight on a plate of a screen",
        HOUSE,
    )
    scatter = "Find what makes the control wells scatter: dispensing, edge, mixing, reading time"
    add(
        "z_prime",
        found.z_prime < Z_PRIME_AT_LEAST,
        f"Z' is {figures(found.z_prime, 2)}",
        found.z_prime,
        Z_PRIME_AT_LEAST,
        "",
        "The bands of the controls overlap: repeat the plate, call no hits from it"
        if found.z_prime < 0
        else scatter,
        f"{AGM}; {ZHANG}",
        stop=found.z_prime < 0 and not found.robust_z_prime >= Z_PRIME_AT_LEAST,
    )
    robust_low = found.robust_z_prime < Z_PRIME_AT_LEAST
    add(
        "robust_z_prime",
        robust_low,
        f"Z' from medians is {figures(found.robust_z_prime, 2)}",
        found.robust_z_prime,
        Z_PRIME_AT_LEAST,
        "",
        scatter,
        f"{ZHANG}, with median and MAD",
    )
    if found.z_prime < Z_PRIME_AT_LEAST <= found.robust_z_prime:
        made.append(
            Check(
                "control_outlier",
                "look",
                "Z' is low but that from medians is not: single control wells are off",
                found.name,
                found.robust_z_prime - found.z_prime,
                None,
                "",
                "Look at the control wells; exclude a failed one with its reason",
                HOUSE,
            )
        )
    add(
        "signal_window",
        found.signal_window < WINDOW_AT_LEAST,
        f"the signal window is {figures(found.signal_window, 2)} standard deviations",
        found.signal_window,
        WINDOW_AT_LEAST,
        "SD",
        "Raise the signal, lower the background or the scatter of the high control",
        AGM,
    )
    add(
        "signal_to_background",
        found.signal_to_background < BACKGROUND_AT_LEAST,
        f"the higher control reads {figures(found.signal_to_background, 2)} times the lower",
        found.signal_to_background,
        BACKGROUND_AT_LEAST,
        "",
        "A small ratio can do if the scatter is small: let Z' decide",
        HOUSE,
    )
    cv = found.high.cv_percent
    add(
        "cv_high",
        cv > CV_AT_MOST,
        f"the high control scatters by {figures(cv, 2)} %",
        cv,
        CV_AT_MOST,
        "%",
        scatter,
        AGM,
    )
    low_cv = found.low.cv_percent
    # A low control near zero may scatter by much of itself, if in readings by hardly more than the high one does.
    add(
        "cv_low",
        low_cv > CV_AT_MOST and not found.low.sd <= LOW_SD_AT_MOST * found.high.sd,
        f"the low control scatters by {figures(low_cv, 2)} %",
        low_cv,
        CV_AT_MOST,
        "%",
        scatter,
        AGM,
    )
    if wells.window < 0 and any(well.role is Role.COMPETITION for well in wells.plate.wells):
        made.append(
            Check(
                "controls_swapped",
                "stop",
                "total wells read less than non-specific ones",
                found.name,
                advice="Look whether the layout names the two kinds the right way round",
                source=HOUSE,
            )
        )
    for name, pattern, says, advice in (
        (
            "edge_pattern",
            found.edge,
            "wells at the rim differ from the others by {} % of the window",
            "Let plates warm up before use, seal or humidify; leave the rim empty or for controls",
        ),
        (
            "row_pattern",
            found.row,
            "rows differ by up to {} % of the window",
            "Look at the dispenser's channels and the washer's needles",
        ),
        (
            "column_pattern",
            found.column,
            "columns differ by up to {} % of the window",
            "Look at the order of dispensing, the tips and the time between first and last column",
        ),
    ):
        bad = abs(pattern.size_percent) > PATTERN_AT_MOST and pattern.p < PATTERN_P
        add(
            name,
            bad,
            says.format(figures(pattern.size_percent, 2)),
            abs(pattern.size_percent),
            PATTERN_AT_MOST,
            "%",
            advice,
            f"{HOUSE}; the Assay Guidance Manual lets 20 % pass",
        )
    return made


def _listed(names: Sequence[str], most: int = 5) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def expected_of(wells: PlateArrays, by_well: Mapping[str, float]) -> Floats:
    """Expected effects as an array over the wells in use, shape (wells,), from those known by name of the well."""
    names = [well.name for well in wells.plate.wells if well.used]
    return np.array([by_well.get(name, math.nan) for name in names])
