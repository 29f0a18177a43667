"""`tricyclic compare` and `tca.compare`: names, files, folders, tables and results."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import polars
import pytest
from click.testing import CliRunner
from scipy import stats

import tricyclic as tca
from tricyclic.cli.main import main
from tricyclic.errors import InputError
from tricyclic.workflows.general.compare_sources import split_reference

pytestmark = pytest.mark.usefixtures("equal_fits_once")

RUNS = """compound,target,run,Ki_nM,pIC50
DMI,NET,1,0.9,8.6
DMI,NET,2,1.1,8.5
DMI,NET,3,0.8,8.7
IMI,NET,1,41,7.0
IMI,NET,2,52,6.9
IMI,NET,3,36,7.1
CIT,NET,1,> 1000,
CIT,NET,2,> 1000,
DMI,SERT,1,20,7.3
DMI,SERT,2,24,7.2
DMI,SERT,3,19,7.35
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "runs.csv"
    path.write_text(RUNS, encoding="utf-8")
    return path


def cells(text: str) -> pd.DataFrame:
    import io

    return pd.read_csv(io.StringIO(text))


def test_two_compounds_of_a_table_are_paired_by_run(table):
    result = tca.compare("DMI", "IMI", results=table)
    (outcome,) = result.comparisons
    dmi, imi = np.array([0.9, 1.1, 0.8]), np.array([41.0, 52.0, 36.0])
    expected = stats.ttest_rel(np.log10(imi), np.log10(dmi))
    assert outcome.p == pytest.approx(expected.pvalue)
    assert outcome.ratio.value == pytest.approx(10 ** np.mean(np.log10(imi / dmi)))
    assert result.unmatched == ("Ki of DMI at SERT",)


@pytest.mark.parametrize("endpoint", ["IC50", "pIC50", "ic50"])
def test_another_quantity_is_compared_on_request(table, endpoint):
    (outcome,) = tca.compare("DMI", "IMI", results=table, endpoint=endpoint).comparisons
    assert outcome.endpoint == "IC50"
    assert outcome.difference.value == pytest.approx(-1.6)


def test_two_targets_of_one_compound_give_its_selectivity(table):
    (outcome,) = tca.compare("NET", "SERT", results=table).comparisons
    assert outcome.names == ("DMI at NET", "DMI at SERT")
    assert outcome.ratio.value == pytest.approx(
        10 ** np.mean(np.log10(np.array([20, 24, 19]) / np.array([0.9, 1.1, 0.8])))
    )


def test_a_compound_of_one_target_can_be_named(table):
    (outcome,) = tca.compare("NET/DMI", "SERT/DMI", results=table).comparisons
    assert outcome.names == ("DMI at NET", "DMI at SERT")


def test_a_bound_in_a_cell_gives_a_bound(table):
    (outcome,) = tca.compare("DMI", "CIT", results=table).comparisons
    assert outcome.ratio.qualifier == ">"
    assert outcome.ratio.value == pytest.approx(1000 / 10 ** np.mean(np.log10([0.9, 1.1, 0.8])))


def test_two_tables_are_compared_compound_by_compound(table, tmp_path):
    other = tmp_path / "later.csv"
    moved = cells(RUNS.replace("> 1000", "")).dropna().assign(Ki_nM=lambda t: t["Ki_nM"] * 2)
    moved.to_csv(other, index=False)
    result = tca.compare(table, other)
    assert [c.a.compound for c in result.comparisons] == ["DMI", "IMI", "DMI"]
    assert all(c.ratio.value == pytest.approx(2.0) for c in result.comparisons)
    # Runs of two files with the same number are not the same experiment.
    assert all("Welch" in c.test for c in result.comparisons)
    assert result.unmatched == ("Ki of CIT at NET",)
    known = [c.p for c in result.comparisons]
    assert max(c.p_adjusted for c in result.comparisons) == pytest.approx(
        max(min(1.0, p * (3 - k)) for k, p in enumerate(sorted(known)))
    )
    assert list(result.to_frame()["compound_a"]) == ["DMI", "IMI", "DMI"]


def test_a_compound_of_a_file_is_named_after_a_colon(table, tmp_path):
    other = tmp_path / "b.csv"
    other.write_text("compound,Ki_nM,pKi_SE,n\nimipramine,40,0.03,4\n", encoding="utf-8")
    (outcome,) = tca.compare(f"{table}:IMI", f"{other}:imipramine").comparisons
    assert outcome.ratio.value == pytest.approx(40 / 10 ** np.mean(np.log10([41, 52, 36])))
    assert outcome.b.pooled.log10_se == 0.03 and "n = 3 and 4" in outcome.test


@pytest.mark.parametrize("frame", [pd.DataFrame, polars.DataFrame])
def test_data_frames_are_tables(frame):
    data = cells(RUNS)
    data = data[data["compound"] != "CIT"].astype({"Ki_nM": float})
    (outcome,) = tca.compare("DMI", "IMI", results=frame(data.to_dict("list"))).comparisons
    assert outcome.ratio.value == pytest.approx(45.9, abs=0.1)


def test_fits_of_many_curves_are_compared_with_their_intervals(tmp_path):
    rows = "curve,ic50_nM,ic50_low_nM,ic50_high_nM,ic50_nM_text,residual_sd,status,n\n"
    rows += "a,1.0,0.8,1.25,1.0,2,fitted,20\nb,10,8,12.5,10,2,fitted,20\n"
    path = tmp_path / "fits.csv"
    path.write_text(rows, encoding="utf-8")
    (outcome,) = tca.compare("a", "b", results=path).comparisons
    # 20 readings are no runs: the interval is that of the fits.
    se = math.log10(1.25 / 0.8) / 2 / 1.959964
    assert outcome.ratio.log10_se == pytest.approx(se * math.sqrt(2), rel=1e-5)
    assert outcome.remarks[0].startswith("one run on each side")


def test_a_mean_with_its_error_and_no_n_is_compared_with_a_remark(tmp_path):
    path = tmp_path / "se.csv"
    path.write_text("compound,pKi,pKi_SE\nA,9,0.05\nB,8.4,0.06\n", encoding="utf-8")
    (outcome,) = tca.compare("A", "B", results=path).comparisons
    assert outcome.ratio.value == pytest.approx(10**0.6)
    # Normal limits: 1.96 times the standard error of the difference.
    width = math.log10(outcome.ratio.high / outcome.ratio.low)
    assert width == pytest.approx(2 * 1.959964 * math.hypot(0.05, 0.06), rel=1e-5)
    assert outcome.remarks[0].startswith("n is not stated on a side")
    assert "n = not stated and not stated" in outcome.test
    assert outcome.a.pooled.unit == "nM" and outcome.a.pooled.value == pytest.approx(1.0)


def test_numbers_without_errors_have_a_ratio_and_no_interval(tmp_path):
    path = tmp_path / "plain.csv"
    path.write_text("compound,Ki_nM\nA,1\nB,4\n", encoding="utf-8")
    (outcome,) = tca.compare("A", "B", results=path).comparisons
    assert outcome.statement == (
        "Ki of B is 4.00 times that of A (no CI): no interval, which needs further runs or "
        "standard errors"
    )
    assert outcome.test == "none, because a side has no standard error"
    assert not outcome.remarks and math.isnan(outcome.p)


def test_fitted_groups_of_a_data_frame_are_compared(tmp_path):
    doses = np.repeat(np.logspace(-2, 4, 9), 2)
    noise = np.random.default_rng(3)
    data = pd.concat(
        pd.DataFrame(
            {
                "compound": name,
                "conc_nM": doses,
                "y": 100 / (1 + doses / ic50) + noise.normal(0, 2, doses.size),
            }
        )
        for name, ic50 in (("DMI", 1.0), ("IMI", 40.0))
    )
    fits = tca.fit(data, x="conc_nM", y="y", by="compound")
    (outcome,) = tca.compare("DMI", "IMI", results=fits).comparisons
    assert outcome.ratio.low < 40 < outcome.ratio.high
    assert outcome.test.endswith("n = 1 and 1")


@pytest.fixture(scope="module")
def plates(tmp_path_factory) -> Path:
    """Three plates with two compounds each, true Ki 0.9 and 20 nM, and their layout."""
    from tricyclic.assays.binding.simulate_plate import simulate_plate
    from tricyclic.core.experiment_plan import TrueValues
    from tricyclic.io.library.protocols import protocol
    from tricyclic.io.plate_layout import layout_from_toml

    folder = tmp_path_factory.mktemp("plates")
    text = LAYOUT
    (folder / "plate.toml").write_text(text, encoding="utf-8")
    plan = layout_from_toml(text)
    stated = protocol("net-nisoxetine").conditions
    conditions = replace(
        stated,
        counting_efficiency=tca.MeasuredValue(0.45, ""),
        counting_time_min=5.0,
        background_cpm=25.0,
        protein_ug=tca.MeasuredValue(30.0, "ug"),
        radioligand_kd_nM=tca.MeasuredValue(0.8, "nM", 0.05),
    )
    truth = TrueValues(
        kd_nM=0.8, bmax_fmol_per_mg=800.0, ki_nM={"desipramine": 0.9, "imipramine": 20.0}
    )
    # Of the plate of seed 2 the two-site curve has a flat valley, where a search creeps.
    for k, seed in enumerate((0, 1, 2)):
        plate = simulate_plate(conditions, plan, truth, np.random.default_rng(seed), cv=0.03)
        value = {w.name: round(w.value) for w in plate.wells}
        lines = ["," + ",".join(map(str, range(1, 13)))]
        lines += [
            f"{row}," + ",".join(str(value.get(f"{row}{c:02d}", "")) for c in range(1, 13))
            for row in "ABCDEFGH"
        ]
        (folder / f"run{k + 1}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


LAYOUT = """plate = 96

[[block]]
wells = "A1:A6"
role = "total"

[[block]]
wells = "A7:A12"
role = "non_specific"

[[block]]
wells = "B1:D12"
role = "competition"
compound = "desipramine"
top = "3 uM"
dilution = 3.16
direction = "across"

[[block]]
wells = "E1:G12"
role = "competition"
compound = "imipramine"
top = "30 uM"
dilution = 3.16
direction = "across"
"""


def analysed(plates: Path, *numbers: int, **more):
    return tca.affinity(
        [plates / f"run{k}.csv" for k in numbers],
        layout=plates / "plate.toml",
        protocol="net-nisoxetine",
        kd_nM="0.8 +/- 0.05 nM",
        unit="cpm",
        efficiency=0.45,
        counting_time_min=5,
        background_cpm=25,
        protein_ug=30,
        **more,
    )


@pytest.fixture(scope="module")
def three(plates):
    """The result of the three plates; not to be changed."""
    return analysed(plates, 1, 2, 3)


def test_compounds_of_a_result_and_of_its_folder_give_the_same_comparison(three, tmp_path):
    result = three
    result.save(tmp_path / "out")
    (direct,) = tca.compare("desipramine", "imipramine", results=result).comparisons
    (stored,) = tca.compare("desipramine", "imipramine", results=tmp_path / "out").comparisons
    assert direct.ratio.low < 20 / 0.9 < direct.ratio.high
    assert "paired" in direct.test and len(direct.pairs) == 3
    assert stored.ratio.value == pytest.approx(direct.ratio.value, rel=1e-12)
    assert stored.p == pytest.approx(direct.p, rel=1e-9)
    # The rounded table gives the same to its figures.
    rounded = tca.compare("desipramine", "imipramine", results=tmp_path / "out" / "results.csv")
    assert rounded.comparisons[0].ratio.value == pytest.approx(direct.ratio.value, rel=5e-3)
    assay = tca.compare("desipramine", "imipramine", results=result["NET"])
    assert assay.comparisons[0].p == direct.p


def test_two_compounds_of_one_plate_are_compared_in_one_fit(plates):
    (outcome,) = tca.compare("desipramine", "imipramine", results=analysed(plates, 1)).comparisons
    assert outcome.test.startswith("F test of one Ki against two in one fit of one plate")
    assert outcome.ratio.low < 20 / 0.9 < outcome.ratio.high
    assert outcome.remarks[0].startswith("one run on each side")


def test_two_results_in_memory_are_two_sources(plates, three):
    result = tca.compare(three, analysed(plates, 1, 2))
    title = "NET"
    assert {c.names for c in result.comparisons} == {
        (f"{compound} at NET in {title} (A)", f"{compound} at NET in {title} (B)")
        for compound in ("desipramine", "imipramine")
    }
    assert all("Welch" in c.test for c in result.comparisons)


def test_the_command_line_prints_the_statement_and_json(table):
    run = CliRunner().invoke(main, ["compare", "DMI", "IMI", "--results", str(table)])
    first = run.output.splitlines()[0]
    assert first.startswith("Ki of IMI is 45.9 times that of DMI (95 % CI ")
    run = CliRunner().invoke(main, ["compare", "DMI", "IMI", "--results", str(table), "--json"])
    document = json.loads(run.output)["result"]
    (one,) = document["comparisons"]
    assert one["ratio"]["value"] == pytest.approx(45.9, abs=0.1)
    assert one["a"]["runs"][0]["run"] == "1" and one["p"] == one["p_holm"]


UNKNOWN = (
    "{file}: no compound, condition or assay is called 'IMX'. Did you mean 'IMI'? There are: CIT, "
    "DMI, IMI, NET, SERT."
)
PUBLISHED = (
    "'published:DMI' refers to published values. Compared are measured results: a compound or "
    "condition, a study or a folder of results, a table, or FILE:COMPOUND. Put the values into a "
    "table with the columns compound, Ki_nM and n, and name it."
)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"a": "DMI", "b": "IMX"},
            UNKNOWN,
        ),
        (
            {"a": "DMI", "b": "IMI", "endpoint": "Kd"},
            "endpoint=: no quantity of both sides is called 'Kd'. There are: IC50, Ki.",
        ),
        (
            {"a": "published:DMI", "b": "IMI"},
            PUBLISHED,
        ),
        (
            {"a": "DMI", "b": "IMI", "confidence": 1.2},
            "confidence=: is 1.2. It is between 0 and 1.",
        ),
        (
            {"a": "DMI", "b": "IMI", "target": "DAT"},
            "target=: no target or assay is called 'DAT'. There are: NET, SERT.",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(table, arguments, message):
    with pytest.raises(InputError) as caught:
        tca.compare(**{"results": table, **arguments})
    assert str(caught.value) == message.format(file=table)


def test_a_name_without_a_source_states_where_to_look(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        tca.compare("DMI", "IMI")
    assert str(caught.value) == (
        "'DMI' is no file or folder, and the current folder has no results. A and B are compounds "
        "or conditions of one source, or files and folders. Add results= with a study folder, a "
        "folder of results or a table."
    )


def test_a_table_without_compounds_or_units_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("what,Ki_nM\na,1\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"has no column of compounds\. There is a column compound"
    ):
        tca.compare("a", "b", results=path)
    path.write_text("compound,Ki\na,1\nb,2\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"column 'Ki' states no unit\. Its name ends in one"):
        tca.compare("a", "b", results=path)
    path.write_text("compound,Ki_nM\na,1\nb,abc\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"'abc' in column 'Ki_nM' is not a number"):
        tca.compare("a", "b", results=path)


def test_the_path_before_a_colon_has_to_exist(tmp_path):
    (tmp_path / "a:b.csv").write_text("", encoding="utf-8")
    assert split_reference(str(tmp_path / "a:b.csv")) == (str(tmp_path / "a:b.csv"), "")
    assert split_reference(f"{tmp_path}:DMI") == (str(tmp_path), "DMI")
    assert split_reference("compound: 1") == ("", "compound: 1")
