"""The recovery of the probes of a study: a number, or a file with their readings in a bath."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.workflows.study import run, verify
from tricyclic.workflows.study.options import RunStudyOptions, VerifyOptions

STUDY = """schema_version = 1
title = "ne"

[report]
formats = ["html"]

[[microdialysis]]
name = "NE"
control = "vehicle"
[microdialysis.table]
file = "values.csv"
unit = "nM"
[microdialysis.collection]
flow_uL_per_min = 1.2
recovery_in_vitro = {recovery}
"""
# Means of the probes: 0.10 and 0.14.
READINGS = """probe,flow (uL/min),bath (nM),dialysate (nM)
p1,1.2,10,0.9
p1,1.2,10,1.0
p1,1.2,10,1.1
p2,1.2,10,1.3
p2,1.2,10,1.4
p2,1.2,10,1.5
"""


def study(folder: Path, recovery: str, readings: str = READINGS) -> Path:
    rng = np.random.default_rng(4)
    folder.mkdir()
    (folder / "study.toml").write_text(STUDY.format(recovery=recovery), encoding="utf-8")
    (folder / "recovery.csv").write_text(readings, encoding="utf-8")
    with (folder / "values.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["animal", "group", "start_min", "end_min", "NE_nM"])
        for group, rise in (("vehicle", 1.0), ("desipramine", 2.0)):
            for k in range(3):
                for start in range(-80, 140, 20):
                    value = 2.0 * (rise if start >= 0 else 1.0) * np.exp(0.05 * rng.normal())
                    table.writerow([f"{group[0]}{k}", group, start, start + 20, value])
    return folder


def analyse(folder: Path):
    return run.run(RunStudyOptions(str(folder)))["NE"].response


def test_a_file_of_readings_gives_the_nominal_levels_of_their_mean_over_probes(tmp_path):
    of_file = analyse(study(tmp_path / "a", '{ file = "recovery.csv" }'))
    stated = analyse(study(tmp_path / "b", "{ value = 0.12, se = 0.02 }"))
    assert of_file.recovery.value == pytest.approx(0.12)
    assert of_file.recovery.se == pytest.approx(0.02)
    column = "nominal_tissue_baseline_nM"
    nominal = of_file.to_frame("animals")[column]
    assert nominal.tolist() == pytest.approx(stated.to_frame("animals")[column].tolist())
    levels = [one.baseline.mean / 0.12 for one in of_file.responses]
    assert nominal.tolist() == pytest.approx(levels)
    assert any("by gain at 1.2 uL/min, mean of 2 probes" in one for one in of_file.read_as)
    assert "recovery of 12 % (95 % CI 0–37.4 %)" in of_file.summary()
    # The effect is that of the dialysate.
    assert of_file.effects == stated.effects


def test_the_report_has_the_nominal_levels_and_a_row_of_fractions_for_each_animal(tmp_path):
    folder = study(tmp_path / "a", '{ file = "recovery.csv" }')
    table = folder / "values.csv"
    rows = table.read_text(encoding="utf-8").splitlines()
    rows[9] = ",".join([*rows[9].split(",")[:4], "lost"])
    table.write_text("\n".join(rows), encoding="utf-8")
    result = run.run(RunStudyOptions(str(folder)))
    page = (Path(result.folder) / "report.html").read_text(encoding="utf-8")
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Baseline over the in vitro recovery of 12 % (95 % CI 0–37.4 %): vehicle" in words
    levels = words[words.index("Level of fractions 1 to 11 in nM") :]
    levels = levels[: levels.index("Percent of baseline of fractions 1 to 11")]
    for response in result["NE"].response.responses:
        row = levels[levels.index(f" {response.course.animal} ") :].split()[1:]
        cells = [cell for cell in row if cell != "b"][:11]
        expected = [
            f"{f.value:.3g}" if math.isfinite(f.value) else "lost"
            for f in response.course.fractions
        ]
        assert [c if c == "lost" else f"{float(c):.3g}" for c in cells] == expected
        # The four fractions before the treatment are the baseline.
        assert row[:8] == [x for cell in cells[:4] for x in (cell, "b")]
    assert "lost" in words[words.index("Remarks about fractions") :]


def test_the_checks_of_the_readings_are_those_of_the_study(tmp_path):
    of_file = analyse(study(tmp_path / "a", '{ file = "recovery.csv" }'))
    wide = [one for one in of_file.checks if one.name == "recovery_scatter" and one.level == "warn"]
    assert [one.where for one in wide] == ["recovery.csv, gain at 1.2 uL/min"]


def test_the_file_stays_as_it_was_written(tmp_path):
    folder = study(tmp_path / "a", '{ file = "recovery.csv" }')
    analyse(folder)
    assert verify.run(VerifyOptions(str(folder))).verified
    (folder / "recovery.csv").write_text(READINGS.replace("0.9", "0.8"), encoding="utf-8")
    with pytest.raises(InputError, match=r"recovery\.csv: has changed since it was first read"):
        analyse(folder)


@pytest.mark.parametrize(
    ("recovery", "readings", "sentence"),
    [
        (
            '{ file = "recovery.csv" }',
            READINGS.replace(",1.2,", ",2.0,"),
            (
                "recovery.csv: has no recovery at the flow of the study, 1.2 uL/min. It was "
                "measured at 2 uL/min. Measure the probes at the flow of the study"
            ),
        ),
        (
            '{ file = "recovery.csv" }',
            READINGS.replace(",10,", ",0.5,"),
            "recovery.csv: the mean recovery is 2.4. A recovery is above 0 and at most 1",
        ),
        ('{ file = "bath.csv" }', READINGS, "bath.csv"),
        ('{ file = "../recovery.csv" }', READINGS, "is outside the study"),
        ('{ file = "recovery.csv", se = 0.1 }', READINGS, "has se beside the file"),
        ("{ file = 3 }", READINGS, "names the file 3"),
        ("1.2", READINGS, "A recovery is above 0 and at most 1 (100 %)"),
    ],
)
def test_a_recovery_that_cannot_be_used_is_refused_in_one_sentence(
    tmp_path, recovery, readings, sentence
):
    with pytest.raises(InputError) as error:
        analyse(study(tmp_path / "a", recovery, readings))
    assert sentence in str(error.value)


def test_animals_have_the_recovery_that_study_toml_states_for_them_or_that_of_their_probe(tmp_path):
    folder = study(tmp_path / "a", "{ value = 0.12, se = 0.02 }")
    more = (
        '\n[[microdialysis.animal]]\nname = "v0"\nrecovery_in_vitro = { value = 0.2, se = 0.01 }\n'
    )
    toml = folder / "study.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + more, encoding="utf-8")
    result = analyse(folder)
    shares = dict.fromkeys((one.course.animal for one in result.responses), 0.12) | {"v0": 0.2}
    nominal = result.to_frame("animals")["nominal_tissue_baseline_nM"]
    levels = [one.baseline.mean / shares[one.course.animal] for one in result.responses]
    assert nominal.tolist() == pytest.approx(levels)
    # Probes that are called as the animals, at the flow of the study.
    readings = READINGS.replace("p1,", "v1,").replace("p2,", "d0,")
    result = analyse(study(tmp_path / "b", '{ file = "recovery.csv" }', readings))
    shares = {"v1": 0.10, "d0": 0.14}
    nominal = result.to_frame("animals")["nominal_tissue_baseline_nM"]
    levels = [one.baseline.mean / shares.get(one.course.animal, 0.12) for one in result.responses]
    assert nominal.tolist() == pytest.approx(levels)


def test_a_recovery_of_an_animal_that_no_probe_has_is_refused(tmp_path):
    folder = study(tmp_path / "a", "{ value = 0.12, se = 0.02 }")
    toml = folder / "study.toml"
    more = '\n[[microdialysis.animal]]\nname = "v0"\nrecovery_in_vitro = { value = 0.1, se = 5 }\n'
    toml.write_text(toml.read_text(encoding="utf-8") + more, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        analyse(folder)
    assert "recovery_in_vitro: is 0.1 +/- 5. A recovery is above 0 and at most 1 (100 %)" in str(
        caught.value
    )
