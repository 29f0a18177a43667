"""Control charts, minimum significant ratio and relative potency from tables of potencies."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from tricyclic.assays.potency.control_chart import control_chart
from tricyclic.workflows.screen import control_chart as control_chart_command
from tricyclic.workflows.screen import msr as msr_command
from tricyclic.workflows.screen import relative_potency as relative_potency_command
from tricyclic.workflows.screen.options import (
    ControlChartOptions,
    MsrOptions,
    RelativePotencyOptions,
)

VALUES = [4.1, 3.6, 4.6, 3.9, 5.0, 4.3, 3.8, 4.4, 4.0, 9.8]
RUNS = "run,ic50_nM\n" + "".join(f"{k},{value}\n" for k, value in enumerate(VALUES, 1))
DOSES = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000]


def table(tmp_path, text, name="runs.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_control_chart_names_the_run_that_violates_a_rule(call, tmp_path):
    out = tmp_path / "out"
    result = call("control-chart", table(tmp_path, RUNS), "--baseline", 9, "--out", out)
    assert result.exit_code == 0, result.output
    assert "I chart: one point beyond three sigma, at run 10" in result.stdout
    assert {path.name for path in out.iterdir()} == {
        "control_chart.svg",
        "control_chart.pdf",
        "control_chart.csv",
        "control_chart.json",
    }


def test_every_column_of_the_chart_table_has_the_number_of_its_name(call, rows_of, tmp_path):
    out = tmp_path / "out"
    call("control-chart", table(tmp_path, RUNS), "--baseline", 9, "--out", out)
    chart = control_chart(
        {str(k): [math.log10(value)] for k, value in enumerate(VALUES, 1)}, baseline=9
    )
    rows = rows_of(out / "control_chart.csv")
    columns = {
        "n": chart.sizes,
        "value": chart.values,
        "lower": chart.lower,
        "upper": chart.upper,
        "scatter": chart.scatter,
        "scatter_lower": chart.scatter_lower,
        "scatter_upper": chart.scatter_upper,
        "msr_all_runs": [msr.msr if msr else math.nan for msr in chart.cumulative],
        "msr_last_6": [msr.msr if msr else math.nan for msr in chart.recent],
    }
    assert list(rows[0]) == ["run", *columns, "rule_violations"]
    for column, expected in columns.items():
        values = [float(row[column] or "nan") for row in rows]
        assert np.array_equal(values, expected, equal_nan=True), column
    assert [row["run"] for row in rows] == list(chart.runs)
    assert rows[-1]["rule_violations"] == (
        "I: one point beyond three sigma; MR: one point outside its limits"
    )


def test_pic50_and_nanomolar_give_the_same_msr(tmp_path):
    p_values = "run,pIC50\n" + "".join(
        f"{k},{float(9 - np.log10(value))!r}\n" for k, value in enumerate(VALUES, 1)
    )
    nanomolar, negative_log = (
        control_chart_command.run(ControlChartOptions(str(table(tmp_path, text, name))))
        for name, text in (("a.csv", RUNS), ("b.csv", p_values))
    )
    assert nanomolar.cumulative[-1].msr == pytest.approx(negative_log.cumulative[-1].msr)
    assert nanomolar.centre == pytest.approx(9 - negative_log.centre)
    assert (nanomolar.scale, negative_log.scale) == ("log10 of nM", "pIC50")


def test_a_column_in_picomolar_is_charted_as_its_logarithm(tmp_path):
    text = RUNS.replace("ic50_nM", "ic50_pM")
    chart = control_chart_command.run(ControlChartOptions(str(table(tmp_path, text))))
    assert chart.values[0] == pytest.approx(math.log10(4.1))
    assert chart.scale == "log10 of pM"


@pytest.mark.parametrize("column", ["log10_ic50_nM", "log_ic50_nM", "logIC50_nM", "log IC50 (nM)"])
def test_logarithms_of_a_unit_are_charted_as_such(tmp_path, column):
    text = f"run,{column}\n" + "".join(
        f"{k},{float(np.log10(value))!r}\n" for k, value in enumerate(VALUES, 1)
    )
    plain, logs = (
        control_chart_command.run(ControlChartOptions(str(table(tmp_path, one, name))))
        for name, one in (("a.csv", RUNS), ("b.csv", text))
    )
    assert logs.values == pytest.approx(plain.values)
    assert logs.scale == plain.scale == "log10 of nM"


def test_one_compound_of_several_is_charted(call, refused, tmp_path):
    rows = [f"{k},{name},{value}" for k, value in enumerate(VALUES) for name in ("a", "b")]
    path = table(tmp_path, "run,compound,ic50_nM\n" + "\n".join(rows) + "\n")
    refused(
        call("control-chart", path, "--compound", "compound"),
        "runs.csv: the table has 2 compounds. Name the one to chart with --only.",
    )
    refused(
        call("control-chart", path, "--compound", "compound", "--only", "c"),
        "runs.csv: no row has the compound 'c'. Write it as in the table, and name the column with "
        "--compound.",
    )
    options = ControlChartOptions(str(path), compound="compound", only="b")
    chart = control_chart_command.run(options)
    assert (chart.subject, len(chart.runs), chart.kind) == ("b", 10, "I-MR")


@pytest.mark.parametrize(
    ("text", "arguments", "sentence"),
    [
        (
            RUNS,
            ["--value", "ic50"],
            (
                "runs.csv: no column is called 'ic50'. Did you mean 'ic50_nM'? There are: ic50_nM, "
                "run."
            ),
        ),
        (
            RUNS.replace("ic50_nM", "potency"),
            ["--value", "potency"],
            (
                "runs.csv: column 'potency' states no unit of its potencies. The name of the "
                "column ends in a unit (ic50_nM), or begins with p (pIC50) or log10. Rename the "
                "column."
            ),
        ),
        (
            RUNS.replace("ic50_nM", "potency"),
            [],
            (
                "runs.csv: 0 columns contain potencies. There are: run, potency. Name one with "
                "--value; its name states the unit (ic50_nM) or the scale (pIC50)."
            ),
        ),
        (
            RUNS.replace("9.8", "> 10000"),
            [],
            (
                "runs.csv, row 11: run 10 has a bound, > 10000 nM. Choose a control compound whose "
                "potency lies in the tested range; leave the run out and state why."
            ),
        ),
        (
            RUNS.replace("9.8", "-1"),
            [],
            (
                "runs.csv, row 11, column 'ic50_nM': a potency is -1 nM. It is above 0, because "
                "its logarithm is used."
            ),
        ),
        (
            RUNS.replace("9.8", "weak"),
            [],
            (
                "runs.csv, row 11, column 'ic50_nM': 'weak' is not a potency. A number, or a bound "
                'such as "> 10000".'
            ),
        ),
        (
            RUNS.replace("4.6", ""),
            [],
            (
                "runs.csv, row 4: run 3 has no potency. A chart compares neighbouring runs: write "
                "the potency, or remove the row from a copy of the file."
            ),
        ),
        (
            "run,ic50_nM\n1,4\n2,5\n",
            [],
            (
                "There are 2 runs. A control chart needs three runs or more; limits are reliable "
                "from twenty."
            ),
        ),
        (
            RUNS,
            ["--baseline", "40"],
            "--baseline: is 40 runs. From 3 to 10, the number of runs.",
        ),
    ],
)
def test_a_table_that_gives_no_chart_is_refused_in_a_sentence(
    call, refused, tmp_path, text, arguments, sentence
):
    refused(call("control-chart", table(tmp_path, text), *arguments), sentence)


def two_runs(tmp_path):
    rng = np.random.default_rng(5)
    rows = [
        f"C{k},{10 ** (k / 6 + rng.normal(0, 0.05)):.6g},{10 ** (k / 6 + rng.normal(0, 0.05)):.6g}"
        for k in range(24)
    ]
    head = "compound,run1_ic50_nM,run2_ic50_nM"
    return table(tmp_path, "\n".join([head, *rows, "weak,> 10000,9000"]) + "\n")


def test_the_msr_of_two_columns_lists_the_bounds_it_leaves_out(call, tmp_path):
    out = tmp_path / "out"
    result = call(
        "msr",
        two_runs(tmp_path),
        "--first",
        "run1_ic50_nM",
        "--second",
        "run2_ic50_nM",
        "--out",
        out,
    )
    assert result.exit_code == 0, result.output
    assert "n = 24 compounds" in result.stdout
    assert "left out: weak" in result.stdout
    assert {path.name for path in out.iterdir()} == {
        "agreement.svg",
        "agreement.pdf",
        "agreement.csv",
        "msr.json",
    }


@pytest.mark.parametrize("cell", ["4.5.6", "4..5", ".", "4５"])
def test_a_cell_of_an_msr_that_is_no_number_is_refused_with_its_row(call, refused, tmp_path, cell):
    rows = "".join(f"c{k},{cell if k == 2 else k + 3},{k + 4}\n" for k in range(6))
    path = table(tmp_path, "compound,first_Ki_nM,second_Ki_nM\n" + rows)
    refused(
        call("msr", path, "--first", "first_Ki_nM", "--second", "second_Ki_nM"),
        f"runs.csv, row 4, column 'first_Ki_nM': '{cell}' is not a potency. A number, or a bound "
        'such as "> 10000".',
    )


def test_the_table_of_an_msr_has_mean_and_ratio_of_each_compound(call, rows_of, tmp_path):
    out = tmp_path / "out"
    path = two_runs(tmp_path)
    call("msr", path, "--first", "run1_ic50_nM", "--second", "run2_ic50_nM", "--out", out)
    result = msr_command.run(MsrOptions(str(path), first="run1_ic50_nM", second="run2_ic50_nM"))
    rows = rows_of(out / "agreement.csv")
    assert [row["compound"] for row in rows] == list(result.compounds)
    means = [float(row["geometric_mean_nM"]) for row in rows]
    assert means == list(result.geometric_means)
    assert [float(row["ratio"]) for row in rows] == list(result.ratios)
    document = json.loads((out / "msr.json").read_text(encoding="utf-8"))
    assert document["schema"] == "tricyclic-screen-msr/2"
    assert document["result"]["n_compounds"] == 24


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--first", "a_nM", "--second", "b_nM"],
            (
                "2 compounds have a potency in both runs. A replicate experiment needs 3 or more; "
                "20 to 30 are recommended. Use the same compound names in both runs."
            ),
        ),
        (
            ["--first", "a_nM", "--second", "b_nM", "--confidence", "95"],
            "--confidence: is 95. It is between 0 and 1, such as 0.95.",
        ),
    ],
)
def test_columns_that_give_no_msr_are_refused_in_a_sentence(
    call, refused, tmp_path, arguments, sentence
):
    path = table(tmp_path, "compound,a_nM,b_nM\nx,1,2\ny,3,4\n", "m.csv")
    refused(call("msr", path, *arguments), sentence)


def test_a_run_is_not_compared_with_itself(call, refused, tmp_path):
    path = table(tmp_path, "compound,a_nM,b_nM\nx,1,2\ny,3,4\n", "m.csv")
    refused(
        call("msr", path, "--first", "a_nM", "--second", "a_nM"),
        "m.csv: both runs are the column 'a_nM'. Name two columns with --first and --second.",
    )


def samples(tmp_path, ratio=4.0, unit="_nM", slope=1.1):
    lines = [f"sample,concentration{unit},response"]
    for name, r, hill in (("standard", 1.0, 1.1), ("lot 7", ratio, slope)):
        lines += [
            f"{name},{dose},{100 + 900 / (1 + (10.0 / (dose * r)) ** hill):.6f}"
            for dose in DOSES
            for _ in range(2)
        ]
    return table(tmp_path, "\n".join(lines) + "\n", "t.csv")


def test_a_lot_four_times_as_potent_has_a_potency_of_four(call, tmp_path):
    result = call("relative-potency", samples(tmp_path), "--reference", "standard", "--json")
    assert result.exit_code == 0, result.output
    (potency,) = json.loads(result.stdout)["result"]["potencies"]
    assert potency["sample"] == "lot 7"
    assert potency["potency"] == pytest.approx(4.0, rel=1e-4)
    assert potency["parallel"] is True


def test_curves_of_different_slope_give_no_potency_and_the_code_of_a_failed_check(call, tmp_path):
    path = samples(tmp_path, slope=2.5)
    result = call("relative-potency", path, "--reference", "standard")
    assert result.exit_code == 4, result.output
    assert result.stdout.startswith("lot 7 relative to standard   no potency to report")


def test_the_tables_of_relative_potency_have_the_numbers_of_their_columns(call, rows_of, tmp_path):
    out, path = tmp_path / "out", samples(tmp_path)
    call("relative-potency", path, "--reference", "standard", "--out", out)
    (one,) = relative_potency_command.run(
        RelativePotencyOptions(str(path), reference="standard")
    ).potencies
    (row,) = rows_of(out / "potencies.csv")
    assert (row["sample"], row["reference"], row["parallel"]) == ("lot 7", "standard", "yes")
    assert row["dose_unit"] == one.dose_unit == "M"
    for column, value in {
        "potency": one.potency,
        "low": one.low,
        "high": one.high,
        "confidence": one.confidence,
        "ratio_at_own_shape": one.ratio_at_own_shape,
        "ec50_reference_M": one.ec50_reference_M,
        "ec50_reference": one.ec50_reference,
        "f": one.test.statistic,
        "p": one.test.p,
    }.items():
        assert float(row[column]) == value, column
    rows = rows_of(out / "shapes.csv")
    assert [row["property"] for row in rows] == [item.name for item in one.shape]
    for row, item in zip(rows, one.shape, strict=True):
        assert row["equivalent"] == ("yes" if item.equivalent else "no")
        for column in ("difference", "low", "high", "margin_low", "margin_high", "confidence"):
            assert float(row[column]) == getattr(item, column), column


@pytest.mark.parametrize(
    ("unit", "reference", "sentence"),
    [
        (
            "_nM",
            "standart",
            (
                "--reference: no sample is called 'standart'. Did you mean 'standard'? There are: "
                "lot 7, standard."
            ),
        ),
        (
            "",
            "standard",
            (
                "t.csv: the unit of column 'concentration' is unknown. A dose such as "
                "concentration_nM, log10_concentration_nM or dose_IU_mL. "
                "Put the unit into the column's name."
            ),
        ),
    ],
)
def test_a_table_without_reference_or_unit_is_refused(
    call, refused, tmp_path, unit, reference, sentence
):
    path = samples(tmp_path, unit=unit)
    refused(call("relative-potency", path, "--reference", reference), sentence)


def test_one_dose_is_not_a_curve_to_compare(call, refused, tmp_path):
    doses = [1e-9, 1e-8, 1e-7, 1e-6, 1e-5]
    rows = [f"standard,{d:g},{100 / (1 + d / 1e-7) + k:g}" for d in doses for k in (0, 1)]
    rows += [f"sample,1e-7,{v}" for v in (48, 50, 52)]
    path = table(tmp_path, "sample,concentration_M,response\n" + "\n".join(rows) + "\n")
    refused(
        call("relative-potency", path, "--reference", "standard"),
        "sample 'sample': has 1 dose above 0. A curve of a relative potency has 4 or more.",
    )


def test_only_a_reference_is_refused(call, refused, tmp_path):
    rows = "\n".join(f"standard,{dose},{100 / (1 + dose)}" for dose in DOSES)
    path = table(tmp_path, f"sample,concentration_nM,response\n{rows}\n")
    refused(
        call("relative-potency", path, "--reference", "standard"),
        f"{Path(path).name}: has only the reference. "
        "At least one other sample is compared with it.",
    )


def test_a_failed_check_of_any_command_ends_with_exit_code_4(call, tmp_path):
    """A second run that is a copy of the first, and a chart of which a run is one."""
    rows = [f"c{k},{10 ** (k / 6):.5g},{10 ** (k / 6):.5g}" for k in range(24)]
    copy = table(tmp_path, "compound,a_ic50_nM,b_ic50_nM\n" + "\n".join(rows) + "\n", "msr.csv")
    result = call("msr", copy, "--first", "a_ic50_nM", "--second", "b_ic50_nM")
    assert "fail   24 of 24 compounds" in result.stdout
    assert result.exit_code == 4
    potencies = [4.1234, 3.6123, 4.6321, 3.9871, 5.0123, 4.1234]
    text = "run,ic50_nM\n" + "".join(f"{k},{value}\n" for k, value in enumerate(potencies))
    result = call("control-chart", table(tmp_path, text))
    assert "fail" in result.stdout
    assert result.exit_code == 4


@pytest.mark.parametrize("head", ["Sample,concentration_nM,Response", "SAMPLE,Conc_nM,response"])
def test_columns_of_a_relative_potency_are_read_in_upper_and_lower_case(call, tmp_path, head):
    path = samples(tmp_path)
    path.write_text(head + "\n" + path.read_text().split("\n", 1)[1])
    result = call("relative-potency", path, "--reference", "standard", "--json")
    assert result.exit_code == 0, result.output
    (potency,) = json.loads(result.stdout)["result"]["potencies"]
    assert potency["sample"] == "lot 7"
    assert potency["potency"] == pytest.approx(4.0, rel=1e-4)


@pytest.mark.parametrize(
    ("command", "columns", "option"),
    [
        (
            ["relative-potency", "--reference", "standard"],
            "lot,concentration_nM,response",
            "sample",
        ),
        (["relative-potency", "--reference", "standard"], "sample,dose_nM,OD", "response"),
        (["control-chart", "--value", "ic50_nM"], "date,x,ic50_nM", "run"),
    ],
)
def test_a_missing_column_is_refused_with_the_option_that_names_it(
    call, tmp_path, command, columns, option
):
    path = samples(tmp_path)
    rows = path.read_text().split("\n", 1)[1]
    if option == "run":
        rows = "".join(f"day {k},1,{10 + k % 3}\n" for k in range(8))
    path.write_text(columns + "\n" + rows)
    result = call(command[0], path, *command[1:])
    assert result.exit_code == 3
    assert f"no column is called '{option}'" in result.stderr
    assert f"Name the column with --{option}." in result.stderr
    name = {"sample": "lot", "response": "OD", "run": "date"}[option]
    assert call(command[0], path, *command[1:], f"--{option}", name).exit_code == 0
