"""No option of the release commands is ignored: each changes the result or is refused."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from tricyclic.workflows.base import option_fields
from tricyclic.workflows.release.options import AnalyseReleaseOptions, ReleaseDesignOptions

HEAD = (
    *("culture", "plate", "well", "drug", "concentration_uM", "stimulus", "antagonist", "sample"),
    *("value", "level_uM", "protein_ug", "cells"),
    *("other culture", "other plate", "other well", "other drug", "other conc", "other stimulus"),
    *("other antagonist", "words", "other sample", "other value", "other level", "other cells"),
    *("first", "second", "third_ug"),
)
ARMS = (
    ("vehicle", 0.0, "BDNF", ""),
    ("imipramine", 0.3, "BDNF", ""),
    ("imipramine", 3.0, "BDNF", ""),
    ("vehicle", 0.0, "BDNF", "NE-100"),
    ("imipramine", 3.0, "BDNF", "NE-100"),
    ("vehicle", 0.0, "none", ""),
    ("vehicle", 0.0, "KCl", ""),
    ("vehicle", 0.0, "NGF", ""),
    ("imipramine", 3.0, "NGF", ""),
)
NET = {"BDNF": 0.5, "none": 0.0, "KCl": 3.0, "NGF": 0.3}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Samples of three cultures with standards, each column beside another one of its kind."""
    rng = np.random.default_rng(3)
    rows = []
    for culture in range(3):
        for a, (drug, c, stimulus, antagonist) in enumerate(ARMS):
            for w in range(2):
                cells = np.exp(rng.normal(0, 0.1))
                basal = 0.8 * cells
                fold = 1 + 0.8 * c / (1 + c) * (not antagonist)
                after = basal + NET[stimulus] * fold * cells * np.exp(rng.normal(0, 0.1))
                for kind, value in (("basal", basal), ("stimulated", after)):
                    reading = (50 + 300 * value) * np.exp(rng.normal(0, 0.02))
                    place = f"{'ABCD'[a % 4]}{2 * (a // 4) + w + 1}"
                    words = " + ".join(p for p in (stimulus, drug, antagonist) if p != "none")
                    rows.append(
                        [
                            *(culture, 1, place, drug, c, stimulus, antagonist, kind, reading, ""),
                            *(50 * cells, 2e5 * cells, (culture + w) % 3, a % 2, place[::-1]),
                            *(drug if c != 3 else "desipramine", 2 * c, stimulus.lower()),
                            *("BD1047" if antagonist else "", words, kind, reading * 1.1, ""),
                            *(1e5 * cells, 40 + 200 * basal, 40 + 200 * after, 60 * cells),
                        ]
                    )
    for level in (0.2, 0.5, 1.0, 2.0, 4.0, 8.0):
        reading = (50 + 300 * level) * np.exp(rng.normal(0, 0.03))
        blank = [""] * (len(HEAD) - 10)
        row = ["", 1, "", "", "", "", "", "standard", reading, level, *blank]
        row[HEAD.index("other value")] = reading * 1.2
        row[HEAD.index("other sample")] = "standard"
        row[HEAD.index("other level")] = level * 2
        rows.append(row)
    place = tmp_path_factory.mktemp("release")
    with (place / "samples.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEAD, *rows])
    return place


ANALYSE = {
    "table": "missing.csv",
    "culture": "other culture",
    "plate": "other plate",
    "well": "other well",
    "drug": "other drug",
    "treatment": "words",
    "concentration": "other conc",
    "stimulus_column": "other stimulus",
    "antagonist": "other antagonist",
    "sample": "other well",
    "value": "other value",
    "basal": "first",
    "stimulated": "second",
    "protein": "third_ug",
    "cells": "other cells",
    "level": "other level",
    "injection": "other sample",
    "amounts": "missing.csv",
    "injected_volume": 20.0,
    "unit": "nM",
    "concentration_unit": "nM",
    "antagonists": ("imipramine",),
    "per": "well",
    "sheet": "x",
    "decimal": ",",
    "curve": "quadratic",
    "variance": "constant",
    "accept": 2.0,
    "plate_size": 384,
    "well_volume": 400.0,
    "sample_volume": 50.0,
    "added_volume": 20.0,
    "medium": "replaced",
    "basal_min": 10.0,
    "stimulus_min": 5.0,
    "stimulus": "NGF",
    "positive": "NGF",
    "primary": "difference",
    "primary_arm": "imipramine 3 uM",
    "error": "pooled",
    "hill": 2.0,
    "exclude": ("1=contaminated",),
    "confidence": 0.9,
    "transmitter": "GABA",
    "title": "Day 1",
}
DESIGN = {
    "ratio": 1.7,
    "power": 0.9,
    "cultures": 9,
    "wells": 5,
    "arms": 4,
    "well_cv": 30.0,
    "effect_cv": 30.0,
}


def test_no_option_of_the_analysis_is_ignored(ignored_options, folder):
    base = {"table": str(folder / "samples.csv"), "well_volume": 500.0, "sample_volume": 100.0}
    # The medium stays, so that durations alone are refused; a slope needs five concentrations.
    ignored = ignored_options("release analyse", base, ANALYSE)
    assert ignored == []


def test_no_option_of_the_plan_is_ignored(ignored_options):
    base = {"well_cv": 20.0, "effect_cv": 15.0}
    assert ignored_options("release design", base, DESIGN) == []


@pytest.mark.parametrize(
    ("options", "cases"),
    [(AnalyseReleaseOptions, ANALYSE), (ReleaseDesignOptions, DESIGN)],
)
def test_every_option_has_a_case(options, cases):
    names = {field.name for field, _, _ in option_fields(options)}
    assert names - {"out", "plates", "study"} == set(cases)
