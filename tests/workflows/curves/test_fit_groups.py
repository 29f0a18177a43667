"""Groups of curves from the shell: tables printed and written, options that do nothing refused."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner

import tricyclic as tca
from tricyclic.cli.main import main
from tricyclic.workflows.curves.fit import run
from tricyclic.workflows.curves.options import FitOptions

BASE = {"curve": "logistic_4pl", "x": ("conc_uM",), "y": ("pct",)}


def call(*arguments):
    return CliRunner().invoke(main, ["curves", "fit", *map(str, arguments), "--quiet"])


@pytest.fixture
def table(tmp_path):
    """Two compounds with an EC50 of 0.1 and 1 uM and equal plateaus; one row has no compound."""
    rng = np.random.default_rng(2)
    rows = ["compound,plate,conc_uM,pct"]
    for compound, ec50 in (("a, salt", 0.1), ("b", 1.0)):
        for dose in np.repeat(np.geomspace(0.001, 100, 9), 2):
            y = 100 / (1 + ec50 / dose) + rng.normal(0, 2)
            rows.append(f'"{compound}",1,{dose:.6g},{y:.4f}')
    rows.append(",1,1,50")
    path = tmp_path / "table.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def arguments(table, *more):
    return (table, "--curve", "logistic_4pl", "--x", "conc_uM", "--y", "pct", *more)


def test_groups_are_printed_as_a_table_with_what_was_not_used(table):
    done = call(*arguments(table, "--by", "compound"))
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].startswith(
        "logistic_4pl   logistic with a slope (4PL)   2 curves   36 readings"
    )
    assert lines[1].split()[:3] == ["compound", "EC50", "(nM)"]
    assert lines[2].startswith("  a, salt") and lines[3].startswith("  b ")
    assert lines[-1] == "  not used  column 'plate'; row 37 (no compound)"


def test_sharing_comparing_predicting_and_effective_doses_in_one_command(table, tmp_path):
    out = tmp_path / "out"
    done = call(
        *arguments(table, "--by", "compound", "--share", "bottom,top", "--compare", "ec50"),
        *("--ec", "10,50", "--ec", "90", "--predict", "0.1", "--interval", "confidence"),
        *("--out", out),
    )
    assert done.exit_code == 0, done.output
    for text in (
        "shared by all curves",
        "effective doses",
        "predictions",
        "F(1, 30) = ",
        "separate EC50",
    ):
        assert text in done.stdout, text
    names = {path.name for path in out.iterdir()}
    assert names >= {
        "curves.csv",
        "parameters.csv",
        "readings.csv",
        "effective_doses.csv",
        "predictions.csv",
        "comparison.csv",
        "fit.json",
        "summary.txt",
    }
    with (out / "effective_doses.csv").open() as file:
        doses = list(csv.DictReader(file))
    assert [float(row["effect_percent"]) for row in doses] == [10, 50, 90] * 2
    assert float(doses[4]["ec_nM"]) / float(doses[1]["ec_nM"]) == pytest.approx(10, rel=0.15)
    with (out / "predictions.csv").open() as file:
        first = next(csv.DictReader(file))
    assert float(first["conc_uM"]) == 0.1 and float(first["fitted"]) == pytest.approx(50, abs=3)
    assert float(first["low"]) < float(first["fitted"]) < float(first["high"])
    result = json.loads((out / "fit.json").read_text(encoding="utf-8"))["result"]
    assert result["shared"] == ["bottom", "top"] and len(result["curves"]) == 2
    assert result["comparison"][0]["comparison"] == "same EC50"


def test_an_absolute_effective_dose_is_where_the_curve_has_the_reading(table):
    options = FitOptions(str(table), **BASE, by=("compound",), ec=("50",), absolute=True)
    frame = run(options).to_frame("effective_doses")
    assert list(frame.reading) == [50, 50]
    assert list(frame.ec_nM) == pytest.approx([100, 1000], rel=0.15)
    assert ((frame.ec_low_nM < frame.ec_nM) & (frame.ec_nM < frame.ec_high_nM)).all()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"absolute": True},
            (
                "absolute: has no effect here. It applies to effective doses, which --ec requests. "
                "Omit --absolute."
            ),
        ),
        (
            {"interval": "confidence"},
            (
                "interval: has no effect here. It applies to predictions, which --predict "
                "requests. Omit --interval."
            ),
        ),
        (
            {"share": ("top",)},
            "share: there is one curve. Add --by COLUMN, whose values are the curves.",
        ),
        (
            {"compare": ("ec50",)},
            "compare: there is one curve. Add --by COLUMN, whose values are the curves.",
        ),
        (
            {"by": ("compound",), "share": ("top",), "fixed": ("top=100",)},
            (
                "share: top is fixed at 100. A fixed parameter has one value for all curves "
                "anyway. Omit --share top."
            ),
        ),
        ({"ec": ("ten",)}, "ec: 'ten' is not a number. Such as 10, or 10,50,90."),
        (
            {"x": ("concentration_M=conc_uM:uM",), "x_unit": "nM"},
            (
                "x_unit: has no effect here. It applies to a column without a unit, unlike "
                "'concentration_M=conc_uM:uM'. Omit --x-unit."
            ),
        ),
        (
            {"x_unit": "nM"},
            (
                "table.csv: column 'conc_uM' is in uM in the file, but is given in nM. Correct the "
                "one that is wrong."
            ),
        ),
        (
            {"weights": "1/z"},
            "weights: is '1/z'. It is 1/y, 1/y^2, 1/x, 1/x^2, 1/sd^2, or another power.",
        ),
    ],
)
def test_what_does_nothing_or_is_wrong_is_refused_in_a_sentence(table, given, sentence):
    from tricyclic.errors import InputError

    with pytest.raises(InputError) as caught:
        run(FitOptions(str(table), **{**BASE, **given}))
    assert str(caught.value) == sentence


def test_numbers_that_responded_and_shares_give_the_same_binomial_fit(tmp_path):
    rows = [(1, 0), (3, 1), (10, 4), (30, 11), (100, 17), (300, 20)]
    texts = {
        "numbers.csv": [f"{dose},{k},20" for dose, k in rows],
        "shares.csv": [f"{dose},{k / 20},20" for dose, k in rows],
    }
    fits = []
    for name, lines in texts.items():
        path = tmp_path / name
        path.write_text("dose_nM,dead,n\n" + "\n".join(lines) + "\n", encoding="utf-8")
        options = FitOptions(
            str(path),
            curve="logistic_4pl",
            x=("dose_nM",),
            y=("dead",),
            variance="binomial",
            trials="n",
            fixed=("bottom=0", "top=1"),
        )
        fits.append(run(options))
    assert fits[0].values == pytest.approx(fits[1].values)
    assert fits[0].fit.variance == "binomial" and fits[0].ok


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "md"])
def test_the_tables_of_groups_are_written_to_a_file(table, tmp_path, suffix):
    """`--out fits.xlsx` was refused, although the same name is written for many curves."""
    out = tmp_path / f"fits.{suffix}"
    done = call(*arguments(table, "--by", "compound"), "--out", out)
    assert done.exit_code == 0, done.output
    again = tmp_path / f"again.{suffix}"
    options = {"curve": "logistic_4pl", "by": "compound", "x": "conc_uM", "y": "pct"}
    tca.fit_file(table, **options, out=again)
    assert out.read_bytes() == again.read_bytes()
    if suffix == "csv":
        assert len(out.read_text().splitlines()) == 3


def test_groups_have_a_curve_model_without_naming_one(table):
    """As `tca.fit` and files of many curves have."""
    named = [str(one) for one in arguments(table, "--by", "compound")]
    at = named.index("--curve")
    done = call(*named[:at], *named[at + 2 :])
    assert done.exit_code == 0, done.output
    assert done.stdout == call(*named).stdout
