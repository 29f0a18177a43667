"""Readings named by the options in a table with a column of compounds: DataFrame, CSV, shell."""

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.cli.main import main
from tricyclic.errors import InputError

# Without the search for outliers, which takes longer than the fit.
ASSAY = {"kd_nM": "1 nM", "radioligand_nM": "2 nM", "outliers": "none"}
KI_NM = {"a": 6.31, "b": 79.4}
NAMED = [
    {"total": "total", "non_specific": "nsb"},
    {"total": "total"},
    {"non_specific": "nsb"},
    {"response": "total", "non_specific": "nsb"},
]


def table() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    rows = []
    for compound, ki in KI_NM.items():
        for dose in np.logspace(-1, 4, 8):
            # With the radioligand at twice its Kd, IC50 = 3 Ki.
            total = 1000 / (1 + dose / (3 * ki)) + 100 + rng.normal(0, 10)
            nsb = 100.0 + rng.normal(0, 5)
            rows.append({"compound": compound, "conc_nM": dose, "total": total, "nsb": nsb})
    return pd.DataFrame(rows)


@pytest.fixture
def readings() -> pd.DataFrame:
    return table()


def ki(readings: object, **named: str) -> dict[str, float]:
    frame = tca.affinity(readings, **ASSAY, **named).to_frame().reset_index()  # type: ignore[arg-type]
    return dict(zip(frame["compound"], frame["Ki_nM"], strict=True))


@pytest.fixture(scope="module")
def without() -> dict[str, float]:
    """Ki where no option names a column."""
    return ki(table())


@pytest.mark.parametrize("named", NAMED)
def test_named_columns_give_the_ki_of_each_compound(readings, named, without, tmp_path):
    readings.to_csv(tmp_path / "t.csv", index=False)
    assert without == pytest.approx(KI_NM, rel=0.15)
    assert ki(readings, **named) == pytest.approx(without, rel=1e-12)
    if named in (NAMED[0], NAMED[3]):
        assert ki(tmp_path / "t.csv", **named) == pytest.approx(without, rel=1e-9)


@pytest.mark.parametrize("named", [NAMED[0], NAMED[2]])
def test_the_shell_gives_the_same_ki(readings, named, tmp_path, capsys):
    readings.to_csv(tmp_path / "t.csv", index=False)
    options = [f"--{name.replace('_', '-')}={column}" for name, column in named.items()]
    assay = ["--kd-nM=1 nM", "--radioligand-nM=2 nM", "--outliers=none"]
    outputs = []
    for given in ([], options):
        with pytest.raises(SystemExit) as ended:
            main(["binding", "affinity", str(tmp_path / "t.csv"), *assay, *given])
        assert ended.value.code in (0, 4)
        lines = capsys.readouterr().out.splitlines()
        outputs.append([line for line in lines if line[:3] in ("a  ", "b  ")])
    without, named_too = outputs
    assert {line[0] for line in without if " Ki " in line} == {"a", "b"}
    assert named_too == without


@pytest.mark.parametrize("named", [NAMED[0], NAMED[3]])
def test_a_named_dose_column_keeps_compounds_and_runs_apart(readings, named, without):
    by_name = {**named, "x": "competitor=conc_nM:nM"}
    assert ki(readings, **by_name) == pytest.approx(without, rel=1e-12)
    one = readings[readings["compound"] == "a"].drop(columns="compound")
    again = one.assign(run="second", total=one["total"] + 9, nsb=one["nsb"] + 7)
    runs = pd.concat([one.assign(run="first"), again])
    result = tca.affinity(runs, **ASSAY, **by_name)
    assert result.to_frame()["n"].tolist() == [2]


def test_a_name_that_is_no_nsb_is_read_as_stated(readings, without):
    other = readings.rename(columns={"nsb": "bg"})
    assert ki(other, total="total", non_specific="bg") == pytest.approx(without)
    assert ki(other, non_specific="bg") == pytest.approx(without)


def test_only_the_named_replicates_are_read(readings, without):
    more = readings.rename(columns={"total": "total 1", "nsb": "nsb 1"})
    more = more.assign(**{"total 2": more["total 1"] * 3, "nsb 2": more["nsb 1"] * 3})
    assert ki(more, total="total 1", non_specific="nsb 1") == pytest.approx(without)


def test_a_word_among_the_readings_does_not_join_the_compounds(readings):
    spoilt = readings.astype({"total": object})
    spoilt.loc[3, "total"] = "lost"
    lacking = readings.assign(total=readings["total"].where(readings.index != 3))
    expected = pytest.approx(ki(lacking))
    assert ki(spoilt) == expected
    assert ki(spoilt, total="total", non_specific="nsb") == expected


def test_an_unknown_name_lists_the_columns_of_the_table(readings):
    with pytest.raises(InputError, match="There are: compound, conc_nM, nsb, total"):
        tca.affinity(readings, **ASSAY, total="x", non_specific="nsb")
