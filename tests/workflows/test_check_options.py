"""Options are checked before a command runs, in the same way for both interfaces."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.workflows.binding.options import AffinityOptions
from tricyclic.workflows.check_options import checked_options
from tricyclic.workflows.model.options import PopulationOptions
from tricyclic.workflows.study.options import RunStudyOptions

AFFINITY = AffinityOptions(plates=("run1.csv",))
POPULATION = PopulationOptions(scenario="noradrenergic_synapse")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            replace(AFFINITY, plates=(5,)),
            "plates: is 5. It is the name of a file, or several, or a DataFrame.",
        ),
        (replace(AFFINITY, plates=("",)), "plates: is empty. Add the name of a file."),
        (replace(AFFINITY, out=None), "out: is None. It is the name of a file or folder."),
        (replace(AFFINITY, target=5), "target: is 5. It is a text."),
        (replace(AFFINITY, confidence="0.9"), "confidence: is '0.9'. It is a number."),
        (replace(AFFINITY, confidence=True), "confidence: is True. It is a number."),
        (replace(AFFINITY, kd_nM=[1.0]), "kd_nM: is [1.0]. It is a number, or a text."),
        (replace(AFFINITY, plate_size=96.0), "plate_size: is 96.0. It is a whole number."),
        (
            replace(AFFINITY, variance="constnt"),
            (
                "variance: no choice is called 'constnt'. Did you mean 'constant'? There are: "
                "auto, constant, counting, poisson, proportional."
            ),
        ),
        (
            replace(POPULATION, point_estimate=1),
            "point_estimate: is 1. It is True or False.",
        ),
        (replace(POPULATION, set=(1,)), "set: is 1. It is a text, or several."),
        (replace(POPULATION, observable=("",)), "observable: is empty. Omit it, or add a text."),
        (replace(POPULATION, set=(" ",)), "set: is empty. Omit it, or add a text."),
        (replace(AFFINITY, library="a\0b"), "library: contains a null character. Check the name."),
        (RunStudyOptions(study=" "), "study: is empty. Add the name of a file or folder."),
    ],
)
def test_a_value_of_a_wrong_type_is_refused(options, sentence):
    with pytest.raises(InputError) as error:
        checked_options(options)
    assert str(error.value) == sentence


def test_numbers_of_numpy_paths_and_dates_become_plain_values(tmp_path):
    options = checked_options(
        replace(
            AFFINITY,
            plates=[Path("run1.csv"), "run2.csv"],
            confidence=np.float32(0.5),
            plate_size=np.int64(96),
            kd_nM=1,
            assay_date=datetime.date(2026, 3, 12),
            out=tmp_path,
        )
    )
    assert options == replace(
        AFFINITY,
        plates=("run1.csv", "run2.csv"),
        confidence=0.5,
        plate_size=96,
        kd_nM=1.0,
        assay_date="2026-03-12",
        out=str(tmp_path),
    )
    assert type(options.plate_size) is int and type(options.confidence) is float
    assert checked_options(replace(POPULATION, point_estimate=np.True_)).point_estimate is True


def test_an_output_below_a_file_is_refused_before_the_run(tmp_path):
    (tmp_path / "raw.csv").write_text("1\n")
    place = tmp_path / "raw.csv" / "results"
    with pytest.raises(InputError) as error:
        checked_options(replace(AFFINITY, out=str(place)))
    assert str(error.value) == (
        f"{place}: cannot be written ({tmp_path / 'raw.csv'} is not a folder). Choose another "
        "location."
    )
