"""Lists without rows, amounts that are not used, percentages, and pivoted tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.errors import InputError
from tricyclic.io.manual_limits import read_manual_limits
from tricyclic.io.sample_list import read_sample_list

HEADINGS = {
    "list": (read_sample_list, ["name", "file", "role", "amount_fmol"]),
    "limits": (read_manual_limits, ["injection", "compound", "start_min", "end_min", "reason"]),
}


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", HEADINGS)
def test_a_file_of_headings_alone_is_refused_in_one_sentence(tmp_path, kind, suffix):
    read, names = HEADINGS[kind]
    path = tmp_path / f"{kind}.{suffix}"
    frame = pd.DataFrame(columns=names)
    if suffix == "csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_excel(path, index=False)
    with pytest.raises(tca.InputError) as caught:
        read(path)
    listed = ", ".join(f"'{name}'" for name in names)
    assert str(caught.value) == (
        f"{path.name}: has the headings {listed} and no rows. Add the rows."
    )


def listed(tmp_path, unit="fmol", blank=""):
    lines = [f"name,role,amount_{unit}"]
    lines += [f"s{k},standard,{k}" for k in (1, 2, 5)]
    lines += [f"b1,blank,{blank}", "u1,sample,"]
    path = tmp_path / "samples.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_sample_list(path)


def test_the_amount_of_a_blank_is_not_used_and_this_is_stated(tmp_path):
    stated = [text for text in listed(tmp_path, blank="5").unused if "not used" in text]
    assert stated == ["remark: amounts of blanks and samples are not used: b1"]
    for blank in ("", "0"):
        assert not any("not used" in text for text in listed(tmp_path, blank=blank).unused)


def test_a_unit_of_amounts_that_is_not_known_is_stated(tmp_path):
    path = tmp_path / "samples.csv"
    path.write_text("name,role,amount\ns1,standard,1\ns2,standard,2\n", encoding="utf-8")
    unknown = read_sample_list(path, unit="zorkmol")
    assert unknown.unit == "zorkmol"
    assert any("the unit 'zorkmol' of the amounts is not known" in text for text in unknown.unused)
    known = read_sample_list(path, unit="fmol")
    assert not any("not known" in text for text in known.unused)


def frame(heading="NE_nM", factor=1.0):
    rng = np.random.default_rng(1)
    rows = [
        (animal, "vehicle" if animal in "abc" else "drug", end, factor * rng.lognormal(0, 0.1))
        for animal in "abcdef"
        for end in range(-60, 140, 20)
    ]
    return pd.DataFrame(rows, columns=["animal", "group", "end_min", heading])


@pytest.mark.parametrize(
    "heading",
    ["NE_percent", "NE_pct", "NE (%)", "% baseline", "percent of baseline", "NE % of basal"],
)
def test_a_column_that_states_percent_is_one_of_percentages(heading):
    result = tca.microdialysis(frame(heading, 100.0))
    assert result.unit == "% of baseline"
    assert "baseline (unknown)" not in result.summary()


def test_values_without_a_unit_ask_for_it():
    result = tca.microdialysis(frame("NE"))
    assert any(
        "the unit of the values is not stated: state it with" in text for text in result.read_as
    )
    assert tca.microdialysis(frame("NE", 100.0), unit="%").unit == "% of baseline"


@pytest.mark.parametrize("order", [["group", "animal"], ["animal", "group"]])
@pytest.mark.parametrize("reset", [False, True])
def test_a_pivoted_table_is_read_with_and_without_its_index(order, reset):
    wide = frame().pivot(index="end_min", columns=order, values="NE_nM")
    result = tca.microdialysis(wide.reset_index() if reset else wide, unit="nM")
    expected = tca.microdialysis(frame())
    assert set(result) == set("abcdef")
    for animal in "abcdef":
        assert result[animal].course.group == expected[animal].course.group
        assert result[animal].log_ratio == pytest.approx(expected[animal].log_ratio)


# Headings of amounts by analyte, the unit of the command line, and the error.
AMOUNTS = {
    "no unit": (("NE", "DA"), "1", "", "the amounts of the standards have no unit. Add --unit"),
    "a word": (("NE (fmol)", "DA (fmol)"), "abc", "", "line 2: the amount is 'abc', which is no"),
}


@pytest.mark.parametrize("fault", AMOUNTS)
def test_amounts_by_analyte_that_cannot_be_used_are_named_as_what_they_are(tmp_path, fault):
    headings, first, unit, sentence = AMOUNTS[fault]
    lines = [f"name,role,{','.join(headings)}", f"s1,standard,{first},2"]
    lines += [f"s{k},standard,{k},{2 * k}" for k in range(2, 6)]
    path = tmp_path / "samples.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    method = {"name": ["NE", "DA"], "retention_min": [3.8, 7.2], "role": ["analyte"] * 2}
    with pytest.raises(InputError) as error:
        tca.quantify(path, method=pd.DataFrame(method), folder=tmp_path, unit=unit)
    assert sentence in str(error.value).replace("unit=", "--unit")


def test_columns_that_are_called_as_analytes_have_amounts_in_the_stated_unit(tmp_path):
    path = tmp_path / "samples.csv"
    path.write_text("name,role,ne,age\ns1,standard,1,3\ns2,standard,2,3\n", encoding="utf-8")
    read = read_sample_list(path, unit="fmol", analytes=["NE", "DA"])
    assert [row.amounts for row in read] == [(("NE", 1.0),), (("NE", 2.0),)]
    assert read.unit == "fmol"
    assert read.unused == ("column 'age'",)


def test_two_injections_with_one_file_are_named_before_the_file_of_neither(batch, write):
    samples = write(batch)
    text = samples.read_text(encoding="utf-8")
    samples.write_text(text.replace("f01.csv", "f02.csv"), encoding="utf-8")
    folder = samples.parent
    with pytest.raises(InputError, match="the injections f01 and f02 have one chromatogram"):
        tca.quantify(samples, method=folder / "method.toml", folder=folder / "raw")


def test_amounts_of_no_analyte_of_the_method_are_named_as_not_used(batch, write):
    samples = write(batch)
    lines = samples.read_text(encoding="utf-8").replace("amount_fmol", "NE_fmol").splitlines()
    amount = lines[0].split(",").index("NE_fmol")
    lines = [
        f"{one},{'E_fmol' if k == 0 else one.split(',')[amount]}" for k, one in enumerate(lines)
    ]
    samples.write_text("\n".join(lines) + "\n", encoding="utf-8")
    folder = samples.parent
    result = tca.quantify(samples, method=folder / "method.toml", folder=folder / "raw")
    assert "amounts of E, no analyte of the method" in result.unused
