"""Analyses the plates of a screen: quality, patterns, hits, curves and potencies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tricyclic.assays.screening.copied_plates import (
    copied_plate_check,
    copied_plates,
    copied_plates_check,
)
from tricyclic.assays.screening.criteria import HitCriteria
from tricyclic.assays.screening.curve_classes import CLASSES
from tricyclic.assays.screening.curve_hits import curve_hits, group_wells, pooled_potencies
from tricyclic.assays.screening.input_checks import input_checks
from tricyclic.assays.screening.plate_arrays import PlateArrays, plate_arrays
from tricyclic.assays.screening.plate_quality import plate_quality
from tricyclic.assays.screening.screen_checks import (
    drift_checks,
    order_checks,
    position_checks,
    single_checks,
    summary_check,
)
from tricyclic.assays.screening.single_hits import single_hits
from tricyclic.core.plate import Plate
from tricyclic.errors import InputError
from tricyclic.results.screening import CurveHit, PlateQuality, ScreeningResult, WellHit

DEFAULT_CRITERIA = HitCriteria()


def analyse_screen(
    plates: Sequence[Plate],
    *,
    rng: np.random.Generator,
    name: str = "screen",
    criteria: HitCriteria = DEFAULT_CRITERIA,
    settings: Sequence[tuple[str, str]] = (),
) -> ScreeningResult:
    """Analyse many plates together.

    Parameters
    ----------
    plates : sequence of Plate
        In the order in which they were run, each with high (`total`) and low (`non_specific`)
        controls and compound wells (`competition` or `response`). A compound with four
        concentrations or more on a plate is a curve.
    rng : Generator
        For the calibration of F on flat curves.
    name : str
        Title of the report.
    criteria : HitCriteria
        When a compound is a hit.
    settings : sequence of (str, str)
        Options to list in the report.

    Raises
    ------
    InputError
        If there are no plates, two have one name, or one has no controls or no compounds.
    """
    _check_names(plates)
    arrays = [_checked_arrays(plate) for plate in plates]
    quality = [plate_quality(one, order=k) for k, one in enumerate(arrays, 1)]
    copies = copied_plates(plates)
    usable = [plate.level != "fail" and k not in copies for k, plate in enumerate(quality)]
    curves, singles = group_wells(arrays)
    single = single_hits(arrays, singles, usable_plates=usable, criteria=criteria)
    fitted = curve_hits(arrays, curves, usable_plates=usable, criteria=criteria, rng=rng)
    hits = _hits_by_plate(single.hits, fitted.hits)
    for k, expected in fitted.expected.items():
        quality[k] = _with_expected(quality[k], arrays[k], expected, singles[k])
    for k, first in copies.items():
        check = copied_plate_check(plates[k], plates[first])
        quality[k] = replace(quality[k], checks=(*quality[k].checks, check))
    final = tuple(replace(plate, hits=hits[plate.name]) for plate in quality)
    copy_names = {plates[k].name for k in copies}
    maps, at_positions = position_checks([one for one in final if one.name not in copy_names])
    return ScreeningResult(
        name=name,
        plates=final,
        wells=single.hits,
        curves=fitted.hits,
        potencies=pooled_potencies(
            [curve for curve in fitted.hits if curve.plate not in copy_names],
            criteria.confidence,
        ),
        median_by_position=maps,
        fdr=criteria.fdr,
        min_effect_percent=criteria.min_effect_percent,
        classes=tuple(CLASSES.items()) if fitted.hits else (),
        settings=tuple(settings),
        checks=(
            summary_check(final),
            *input_checks(plates),
            *drift_checks(final),
            *at_positions,
            *order_checks(final),
            copied_plates_check(plates, copies),
            *single_checks(single),
        ),
        synthetic=any("synthetic" in note for plate in plates for note in plate.notes),
    )


def _check_names(plates: Sequence[Plate]) -> None:
    if not plates:
        raise InputError("there are no plates", do="Name at least one file of plates")
    names = Counter(plate.name for plate in plates)
    if twice := [name for name, count in names.items() if count > 1]:
        raise InputError(
            f"two plates are called '{twice[0]}'",
            do="Give each plate its own name, or keep one copy of the file",
        )


def _checked_arrays(plate: Plate) -> PlateArrays:
    arrays = plate_arrays(plate)
    if not arrays.tested.any():
        raise InputError(
            "has no compound wells",
            where=plate.name,
            allowed="Compound wells have the role competition or response",
            do="State the compound wells in the layout",
        )
    return arrays


def _hits_by_plate(wells: Sequence[WellHit], curves: Sequence[CurveHit]) -> Counter[str]:
    hits = Counter(plate for hit in wells if hit.is_hit for plate in hit.plates)
    hits.update(curve.plate for curve in curves if curve.is_hit)
    return hits


def _with_expected(
    plate: PlateQuality, arrays: PlateArrays, fitted: dict[str, float], singles: np.ndarray
) -> PlateQuality:
    """Quality of a plate with curves, its patterns beyond the fitted effects.

    Single wells of such a plate are expected at their median.
    """
    expected = dict(fitted)
    if singles.size:
        median = float(np.median(arrays.activity[singles]))
        expected |= dict.fromkeys((arrays.used_wells[k].name for k in singles), median)
    return plate_quality(arrays, order=plate.order, expected=arrays.by_well(expected))
