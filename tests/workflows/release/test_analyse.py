"""The release commands: layouts of input, plates, files, and the plan of a study."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import tricyclic as tca
from tricyclic.assays.release.power import power_of
from tricyclic.simulation.virtual.release_study import ReleaseDesign, synthetic_release

VOLUMES = {"well_volume": 500, "sample_volume": 100}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A synthetic study: the design and six plates."""
    folder = tmp_path_factory.mktemp("release")
    (folder / "plates").mkdir()
    for name, data in synthetic_release(np.random.default_rng(4)).items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def result(study):
    plates = sorted((study / "plates").iterdir())
    return tca.analyse_release(study / "design.csv", plates=plates, **VOLUMES)


def test_plates_with_a_design_give_the_stated_truth(result):
    plan = ReleaseDesign()
    assert result.unit == "pmol/mg protein"
    assert len(result.standards) == 6
    for concentration in plan.concentrations_uM:
        effect = result[f"imipramine {concentration:g} uM"]
        assert effect.low < plan.true_fold(concentration) < effect.high
    assert not [check for check in result.checks if check.level == "fail"]


def test_rows_of_samples_and_rows_of_wells_are_the_same_study(result):
    frame = result.to_frame("wells")
    wide = frame.rename(
        columns={"basal_sample_uM": "basal (uM)", "stimulated_sample_uM": "stimulated (uM)"}
    )[
        [
            "culture",
            "well",
            "drug",
            "concentration",
            "stimulus",
            "antagonist",
            "basal (uM)",
            "stimulated (uM)",
        ]
    ]
    kinds = {"basal (uM)": "before", "stimulated (uM)": "after"}
    ids = ["culture", "well", "drug", "concentration", "stimulus", "antagonist"]
    long = wide.rename(columns=kinds).melt(ids, var_name="Phase", value_name="Glutamate (uM)")
    # Before the stimulus, a well may be listed as without.
    long.loc[long["Phase"] == "before", "stimulus"] = "none"
    given = {**VOLUMES, "concentration_unit": "uM"}
    one, two = tca.analyse_release(wide, **given), tca.analyse_release(long, **given)
    short = wide.rename(columns={"basal (uM)": "Basal (uM)", "stimulated (uM)": "Stim. (uM)"})
    assert tca.analyse_release(short, **given).to_frame().equals(one.to_frame())
    for a, b in zip(one.ratio.effects, two.ratio.effects, strict=True):
        assert (b.value, b.low, b.p) == pytest.approx((a.value, a.low, a.p), rel=1e-9)


def test_treatments_in_words_are_read(result):
    frame = result.to_frame("wells")
    words = []
    for _, row in frame.iterrows():
        parts = [] if row.stimulus == "none" else [row.stimulus]
        parts.append("vehicle" if row.drug == "vehicle" else f"{row.drug} {row.concentration:g} uM")
        words.append(" + ".join([*parts, *([row.antagonist] if row.antagonist else [])]))
    table = frame[["culture", "well"]].assign(
        Treatment=words,
        **{
            "Basal (uM)": frame["basal_sample_uM"],
            "Stimulated (uM)": frame["stimulated_sample_uM"],
        },
    )
    read = tca.analyse_release(table, **VOLUMES)
    assert [m.arm for m in read.means] == [m.arm for m in result.means]


def test_the_result_has_text_tables_files_and_figures(result, tmp_path):
    text = result.summary()
    assert "primary result: net release of all arms" in text
    assert "EC50" in text
    assert result.figure_names == ("arms", "potentiation", "antagonists")
    written = {path.name for path in result.save(tmp_path)}
    assert {"effects.csv", "wells.csv", "release.json", "summary.txt", "methods.txt"} <= written
    assert {"arms.svg", "potentiation.svg", "antagonists.pdf"} <= written
    document = json.loads((tmp_path / "release.json").read_text(encoding="utf-8"))
    assert document["result"]["ratio"]["effects"][0]["arm"] == "imipramine 0.1 uM"
    effects = result.to_frame()
    main = effects[effects["primary"]]
    assert set(main["quantity"]) == {"net release"}
    assert set(main["scale"]) == {"ratio"}
    assert "Wells were averaged within each of 6 independent cultures" in result.methods


def test_the_plan_of_a_study_from_its_scatter(result, tmp_path):
    result.save(tmp_path)
    plan = tca.release_design(tmp_path / "release.json", ratio=1.3)
    assert plan.scatter.cultures == 6
    assert plan.needed.power >= 0.8
    assert plan.plan.wells == 3
    more = tca.release_design(tmp_path / "release.json", ratio=1.3, arms=5)
    assert more.needed.cultures >= plan.needed.cultures
    assert "cultures needed" in plan.summary()
    # Upper limit of a standard deviation of six cultures, 80 %, one-sided.
    assert plan.cautious_factor == pytest.approx(math.sqrt(5 / stats.chi2.ppf(0.2, 5)))
    wider = plan.needed_cautious
    assert wider.cultures >= plan.needed.cultures
    assert wider.sd == pytest.approx(plan.plan.sd * plan.cautious_factor)
    assert list(plan.to_frame()["study"]) == ["planned", "needed", "needed, cautiously"]


@pytest.mark.parametrize(("ratio", "sd", "n"), [(1.5, 0.3, 4), (0.7, 0.2, 3), (1.2, 0.1, 6)])
def test_power_is_that_of_simulated_studies(ratio, sd, n):
    rng = np.random.default_rng(1)
    logs = rng.normal(math.log(ratio), sd, (20_000, n))
    share = float((stats.ttest_1samp(logs, 0, axis=1).pvalue < 0.05).mean())
    assert power_of(ratio, sd, n) == pytest.approx(share, abs=0.012)


def test_a_plan_from_stated_scatter_and_its_errors():
    plan = tca.release_design(well_cv=20, effect_cv=15, ratio=1.5, wells=4)
    assert plan.plan.sd == pytest.approx(
        math.sqrt(math.log1p(0.15**2) + 2 * math.log1p(0.2**2) / 4)
    )
    assert plan.needed_cautious is None
    with pytest.raises(tca.InputError) as error:
        tca.release_design(well_cv=20)
    assert str(error.value) == (
        "effect_cv=: no study is given, and the scatter is not stated. It is that of wells and of "
        "effects between cultures, in percent. Add release.json of an analysis, or well_cv=20 "
        "effect_cv=15."
    )
    with pytest.raises(tca.InputError, match=r"ratio=: is 1\. It is above 0 and not 1"):
        tca.release_design(well_cv=20, effect_cv=15, ratio=1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda d: d.drop(columns="culture"),
            (
                "it has no column of cultures. Each sample has the name of its independent "
                "culture; n is their number. Add culture=COLUMN."
            ),
        ),
        (
            lambda d: d.assign(sample="middle"),
            (
                "row 0 (from 0): the sample is 'middle'. Samples are basal, stimulated, "
                "standard or blank. Correct the cell, or name the column with sample=."
            ),
        ),
        (
            lambda d: d.assign(stimulus="none"),
            (
                "stimulus=: no well has a stimulus. Name its column with stimulus_column=, or the "
                "stimulus with stimulus=."
            ),
        ),
        (
            lambda d: d.assign(value="much"),
            (
                "row 0 (from 0), column 'value': 'much' is no value. A value is a number, "
                '"<LOD", "<0.05", ">20", "n.d.", "lost" or empty.'
            ),
        ),
        (
            lambda d: d.assign(protein=1.0),
            (
                "the protein in 'protein' has no unit. It is the protein of a well, in ug or mg. "
                "Write the unit into the heading: 'protein_ug', or add per=\"well\"."
            ),
        ),
    ],
)
def test_what_cannot_be_read_is_an_error(change, message):
    rows = [
        {
            "culture": str(k),
            "well": f"A{w}",
            "drug": d,
            "conc_uM": c,
            "stimulus": "BDNF",
            "sample": s,
            "value": v,
        }
        for k in (1, 2, 3)
        for w, d, c in ((1, "vehicle", 0.0), (2, "imipramine", 1.0))
        for s, v in (("basal", 1.0), ("stimulated", 2.0 + 0.1 * k))
    ]
    with pytest.raises(tca.InputError) as error:
        tca.analyse_release(change(pd.DataFrame(rows)), unit="uM")
    assert str(error.value).removeprefix("DataFrame: ").removeprefix("DataFrame, ") == message


def as_written(folder, result, suffix):
    """The wells of a study as a laboratory may write them, with units in the cells."""
    frame = result.to_frame("wells")
    rows = pd.DataFrame(
        {
            "Versuch": [f"Exp {one}" for one in frame["culture"]],
            "Substanz": ["DMSO" if one == "vehicle" else "IMI" for one in frame["drug"]],
            "Konz.": [f"{c:g} µM" if c else "-" for c in frame["concentration"]],
            "Stimulus": [
                "BDNF 50 ng/ml" if one == "BDNF" else "50 mM KCl" if one == "KCl" else "no BDNF"
                for one in frame["stimulus"]
            ],
            "Inhibitor": [f"{one} (1 µM)" if one else "" for one in frame["antagonist"]],
            "Vorher (µM)": frame["basal_sample_uM"],
            "Nachher (µM)": frame["stimulated_sample_uM"],
        }
    )
    file = folder / f"wells{suffix}"
    if suffix == ".xlsx":
        rows.to_excel(file, index=False)
    else:
        rows.to_csv(file, sep=";", decimal=",", index=False)
    return file


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_a_table_with_units_in_its_cells_and_german_headings_is_read(tmp_path, result, suffix):
    read = tca.analyse_release(as_written(tmp_path, result, suffix), **VOLUMES)
    assert [m.arm.label("BDNF").replace("IMI", "imipramine") for m in read.means] == [
        m.arm.label("BDNF") for m in result.means
    ]
    assert read.positive_name == "KCl"
    assert read.value_unit == "uM"


def test_a_missing_unit_of_the_drug_names_the_option_of_this_command():
    rows = {"culture": ["1", "1"], "drug": ["vehicle", "x"], "conc": [0.0, 1.0]}
    rows |= {"stimulus": ["BDNF"] * 2, "basal_uM": [1.0, 1.0], "stimulated_uM": [2.0, 2.0]}
    with pytest.raises(tca.InputError, match='Add concentration_unit="uM"'):
        tca.analyse_release(pd.DataFrame(rows))


@pytest.mark.parametrize("culture", ["1", "none"])
def test_a_study_of_one_culture_or_without_drug_is_shown(result, culture):
    frame = result.to_frame("wells").rename(
        columns={"basal_sample_uM": "basal (uM)", "stimulated_sample_uM": "stimulated (uM)"}
    )
    chosen = frame["culture"] == culture if culture == "1" else frame["drug"] == "vehicle"
    one = tca.analyse_release(frame[chosen], concentration_unit="uM", **VOLUMES)
    assert one.summary()
    assert one.to_json()
    for name in one.figure_names:
        one.plot(name)


def test_a_missing_well_of_a_plate_is_named(study, tmp_path):
    plate = tmp_path / "plate1.csv"
    text = (study / "plates" / "plate1.csv").read_text(encoding="utf-8")
    plate.write_text(text, encoding="utf-8")
    with pytest.raises(tca.InputError, match="no reading of well A03 of plate 2"):
        tca.analyse_release(study / "design.csv", plates=plate, **VOLUMES)


@pytest.mark.parametrize(("cultures", "level"), [(2, "warn"), (3, "pass")])
def test_a_plan_of_two_cultures_is_flagged(cultures, level):
    (check,) = tca.release_design(well_cv=20, effect_cv=15, cultures=cultures).checks
    assert (check.name, check.level) == ("release_planned_cultures", level)
