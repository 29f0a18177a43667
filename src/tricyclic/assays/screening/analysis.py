"""From the plates of a screen to the whole Screen: quality, patterns, hits, curves and potencies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tricyclic.assays.screening.hits import (
    CLASSES,
    curve_hits,
    pooled_potencies,
    single_hits,
    split,
)
from tricyclic.assays.screening.plate_quality import (
    PlateArrays,
    drift_checks,
    expected_of,
    place_checks,
    plate_arrays,
    plate_quality,
    summary_checks,
)
from tricyclic.core.plate import Plate
from tricyclic.errors import InputError
from tricyclic.results.screening import PlateQuality, Screen


def judge_screen(
    plates: Sequence[Plate],
    *,
    rng: np.random.Generator,
    name: str = "screen",
    fdr: float = 0.05,
    effect_at_least: float = 30.0,
    confidence: float = 0.95,
) -> Screen:
    """Judge many plates together.

    Parameters
    ----------
    plates : sequence of Plate
        In the order in which they were run, each with high (`total`) and low (`non_specific`) controls and compound wells
        (`competition` or `response`). A compound with four concentrations or more on a plate is a curve.
    rng : Generator
        For the calibration of F on flat curves.
    fdr : float
        False discovery rate of the calls.
    effect_at_least : float
        Effect that a hit has at least [% of the control window].
    confidence : float
        Of the limits of IC50.

    Raises
    ------
    InputError
        If there are no plates, two have one name, or one lacks controls or compounds.
    """
    _sound(plates, fdr, effect_at_least, confidence)
    arrays = [plate_arrays(plate) for plate in plates]
    for wells in arrays:
        if not wells.tested.any():
            raise InputError(
                "holds no compound wells",
                where=wells.plate.name,
                allowed="Compound wells have the role competition or response",
                do="Say in the layout which wells hold compounds",
            )
    judged = [plate_quality(wells, order=k) for k, wells in enumerate(arrays, 1)]
    good = [plate.level != "stop" for plate in judged]
    curves, singles = split(arrays)
    wells_found = single_hits(
        arrays, singles, callable_plates=good, fdr=fdr, effect_at_least=effect_at_least
    )
    curves_found, expected = curve_hits(
        arrays,
        curves,
        callable_plates=good,
        fdr=fdr,
        effect_at_least=effect_at_least,
        rng=rng,
        confidence=confidence,
    )
    hits: dict[str, int] = {}
    for well_hit in wells_found:
        for plate in well_hit.plates if well_hit.hit else ():
            hits[plate] = hits.get(plate, 0) + 1
    for curve_hit in curves_found:
        if curve_hit.hit:
            hits[curve_hit.plate] = hits.get(curve_hit.plate, 0) + 1
    told = tuple(
        replace(
            _again(plate, wells, expected[k], [well.name for well, _ in singles[k]])
            if k in expected
            else plate,
            hits=hits.get(plate.name, 0),
        )
        for k, (plate, wells) in enumerate(zip(judged, arrays, strict=True))
    )
    maps, places = place_checks(told)
    return Screen(
        name=name,
        plates=told,
        wells=wells_found,
        curves=curves_found,
        potencies=pooled_potencies(curves_found),
        by_place=maps,
        fdr=fdr,
        effect_at_least=effect_at_least,
        classes=tuple(CLASSES.items()) if curves_found else (),
        checks=(*summary_checks(told), *drift_checks(told), *places),
        synthetic=any("synthetic" in note for plate in plates for note in plate.notes),
    )


def _again(
    plate: PlateQuality, wells: PlateArrays, fitted: dict[str, float], singles: Sequence[str]
) -> PlateQuality:
    """Judge a plate of curves again, now that what its wells should read is known."""
    known = dict(fitted)
    if singles:
        names = {
            well.name: effect for well, effect in zip(_used(wells), wells.activity, strict=True)
        }
        middle = float(np.median([names[name] for name in singles]))
        known |= dict.fromkeys(singles, middle)
    return plate_quality(wells, order=plate.order, expected=expected_of(wells, known))


def _used(wells: PlateArrays) -> list:  # type: ignore[type-arg]
    return [well for well in wells.plate.wells if well.used]


def _sound(plates: Sequence[Plate], fdr: float, effect_at_least: float, confidence: float) -> None:
    if not plates:
        raise InputError("there are no plates", do="Name at least one file of plates")
    names = [plate.name for plate in plates]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(
            f"two plates are called '{twice}'",
            do="Give each plate its own name, or keep one copy of the file",
        )
    if not 0 < fdr < 1:
        raise InputError(
            f"the false discovery rate is {fdr:g}", allowed="It is between 0 and 1, such as 0.05"
        )
    if not 0 <= effect_at_least < float("inf"):
        raise InputError(
            f"the least effect of a hit is {effect_at_least:g} %", allowed="It is 0 or more"
        )
    if not 0 < confidence < 1:
        raise InputError(
            f"the confidence is {confidence:g}", allowed="It is between 0 and 1, such as 0.95"
        )
