"""Tables of fractions as laboratories have them become courses around the treatment."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.assays.microdialysis.dialysate_units import dialysate_unit, to_course_unit

TIMES = list(range(-60, 120, 20))
LEVELS = {
    "r1": ("vehicle", 2.0),
    "r2": ("vehicle", 3.0),
    "r3": ("vehicle", 1.5),
    "d1": ("drug", 2.5),
    "d2": ("drug", 1.0),
    "d3": ("drug", 4.0),
}


def level(animal, start):
    group, base = LEVELS[animal]
    wiggle = 1 + 0.02 * (((start // 20) * 7 + len(animal) + int(10 * base)) % 5 - 2)
    return round(base * wiggle * (2.0 if group == "drug" and start >= 0 else 1.0), 4)


def tidy():
    rows = [
        (animal, LEVELS[animal][0], start, start + 20, level(animal, start))
        for animal in LEVELS
        for start in TIMES
    ]
    return pd.DataFrame(rows, columns=["animal", "group", "start_min", "end_min", "NE_nM"])


def write(path, lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def across(path, *, unit="NE (nM)", time="time (min)", shift=20):
    """Times down and animals across, with groups in a row above."""
    return write(
        path,
        [
            unit,
            ",vehicle,,,drug,,",
            ",".join([time, *LEVELS]),
            *(
                ",".join([str(start + shift), *(str(level(a, start)) for a in LEVELS)])
                for start in TIMES
            ),
        ],
    )


def ratio(result):
    return result.effects.effects[0].ratio


def test_the_same_values_give_the_same_result_in_every_layout(tmp_path):
    expected = tca.microdialysis(tidy(), window=(0, 100))
    assert ratio(expected) == pytest.approx(2.0, rel=0.03)
    wide = tca.microdialysis(across(tmp_path / "wide.csv"), window=(0, 100))
    down = write(
        tmp_path / "down.csv",
        [
            ",".join(["rat", "treatment", *(f"{s} to {s + 20}" for s in TIMES)]),
            *(",".join([a, LEVELS[a][0], *(str(level(a, s)) for s in TIMES)]) for a in LEVELS),
        ],
    )
    rows = tca.microdialysis(down, unit="nM", window=(0, 100))
    for other in (wide, rows):
        assert ratio(other) == pytest.approx(ratio(expected), rel=1e-12)
        assert other.unit == "nM"
        assert list(other) == list(expected)
        for animal in expected:
            assert np.allclose(other[animal].percent, expected[animal].percent)
    assert any("end of fractions" in phrase for phrase in wide.read_as)


def test_groups_over_repeated_columns_number_the_animals(tmp_path):
    file = write(
        tmp_path / "prism.csv",
        [
            "min,vehicle,,,drug,,",
            *(",".join([str(s + 20), *(str(level(a, s)) for a in LEVELS)]) for s in TIMES),
        ],
    )
    result = tca.microdialysis(file, unit="nM", window=(0, 100))
    assert list(result) == [f"vehicle {k}" for k in (1, 2, 3)] + [f"drug {k}" for k in (1, 2, 3)]
    assert ratio(result) == pytest.approx(ratio(tca.microdialysis(tidy(), window=(0, 100))))


def test_a_second_table_gives_groups_and_times_of_treatment(tmp_path):
    frame = tidy().drop(columns="group")
    frame["start_min"] += 80
    frame["end_min"] += 80
    animals = pd.DataFrame(
        {
            "animal": list(LEVELS),
            "group": [g for g, _ in LEVELS.values()],
            "treated": [80] * 6,
        }
    )
    result = tca.microdialysis(frame, animals_table=animals, window=(0, 100))
    assert ratio(result) == pytest.approx(ratio(tca.microdialysis(tidy(), window=(0, 100))))
    with pytest.raises(tca.InputError, match=r"d3 is missing. Each animal with values has a row"):
        tca.microdialysis(frame, animals_table=animals[:-1])
    # One table of the animals of a study serves each of its batches.
    more = pd.concat(
        [animals, pd.DataFrame({"animal": ["d9"], "group": ["drug"], "treated": [80]})]
    )
    wider = tca.microdialysis(frame, animals_table=more, window=(0, 100))
    assert ratio(wider) == pytest.approx(ratio(result))
    assert "animals of the second table without values: d9" in wider.read_as
    with pytest.raises(tca.InputError, match=r"d3 is missing.*without values are d9"):
        tca.microdialysis(frame, animals_table=more[more.animal != "d3"])


def test_times_of_day_are_related_to_the_treatment_over_midnight(tmp_path):
    frame = tidy()
    clock = [f"{(23 * 60 + 30 + t) // 60 % 24:02d}:{(23 * 60 + 30 + t) % 60:02d}" for t in TIMES]
    ends = [f"{(23 * 60 + 50 + t) // 60 % 24:02d}:{(23 * 60 + 50 + t) % 60:02d}" for t in TIMES]
    frame = frame.rename(columns={"start_min": "start", "end_min": "end"})
    frame["start"], frame["end"] = clock * 6, ends * 6
    result = tca.microdialysis(frame, treated="23:30", window=(0, 100))
    assert ratio(result) == pytest.approx(ratio(tca.microdialysis(tidy(), window=(0, 100))))
    starts = [f.start_min for f in result["r1"].course.fractions]
    assert starts == pytest.approx(TIMES)


def test_a_dead_volume_moves_the_fractions_and_times_of_day_are_kept():
    moved = tca.microdialysis(tidy(), flow=1.2, dead_volume=12.0, window=(0, 80))
    assert moved["r1"].course.fractions[0].start_min == pytest.approx(-60 - 12.0 / 1.2)
    with pytest.raises(tca.InputError, match=r"a dead volume of 12 uL, and no flow. Add flow="):
        tca.microdialysis(tidy(), dead_volume=12.0)


@pytest.mark.parametrize(
    ("time", "shift", "meaning"),
    [("time (min)", 10, "middle"), ("time (min)", 20, "end"), ("mid (min)", 10, "middle")],
)
def test_a_single_time_is_the_middle_where_the_treatment_then_falls_between_fractions(
    tmp_path, time, shift, meaning
):
    result = tca.microdialysis(
        across(tmp_path / "wide.csv", time=time, shift=shift), window=(0, 100)
    )
    assert [f.start_min for f in result["r1"].course.fractions] == pytest.approx(TIMES)
    assert any(meaning in phrase for phrase in result.read_as)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("nM", 1.0),
        ("uM", 1000.0),
        ("pmol/mL", 1.0),
        ("fmol/uL", 1.0),
        ("fmol/20 uL", 0.05),
        ("pg/uL", 1000.0 / 169.18),
        ("ng/mL", 1000.0 / 169.18),
    ],
)
def test_concentrations_become_nM(unit, factor):
    one = dialysate_unit(unit, 169.18)
    assert (one.course_unit, one.factor) == ("nM", pytest.approx(factor))


def test_amounts_and_rates_convert_by_volume_and_length_of_the_fraction():
    amount = dialysate_unit("fmol/fraction")
    at = {"length_min": 20.0, "volume_uL": 24.0, "where": "f1"}
    assert to_course_unit(amount, "nM", **at) == pytest.approx(1 / 24.0)
    assert to_course_unit(amount, "fmol/min", **at) == pytest.approx(1 / 20.0)
    rate = dialysate_unit("pmol/h")
    assert to_course_unit(rate, "fmol/min", **at) == pytest.approx(1000.0 / 60.0)
    assert to_course_unit(rate, "nM", **at) == pytest.approx(1000.0 / 60.0 * 20.0 / 24.0)
    mass = dialysate_unit("pg", 169.18)
    assert to_course_unit(mass, "fmol", **at) == pytest.approx(1000.0 / 169.18)


@pytest.mark.parametrize(
    ("unit", "sentence"),
    [
        ("furlong", "'furlong' is not a known unit"),
        ("mg/kg", "'mg/kg' is no unit of dialysate"),
        ("pg/uL", "values in pg/uL need the molar mass of the analyte"),
    ],
)
def test_a_unit_that_is_none_of_dialysate_is_refused(unit, sentence):
    with pytest.raises(tca.InputError, match=sentence):
        dialysate_unit(unit)


def test_percent_of_baseline_keeps_its_values_and_has_no_absolute_level():
    frame = tidy()
    base = frame.animal.map(lambda a: LEVELS[a][1])
    frame["% of baseline"] = 100.0 * frame["NE_nM"] / base
    frame = frame.drop(columns="NE_nM")
    result = tca.microdialysis(frame, value="% of baseline", unit="%", window=(0, 100))
    assert result.unit == "% of baseline"
    assert result["d1"].percent == pytest.approx(
        frame[frame.animal == "d1"]["% of baseline"].to_numpy()
    )
    assert "absolute levels are not available" in result.summary()
    with pytest.raises(tca.InputError) as caught:
        tca.microdialysis(frame, value="% of baseline", unit="%", to_unit="nM", flow=1.0)
    assert str(caught.value) == (
        "to_unit=: values in % cannot be shown in nM. nM, fmol and fmol/min can be "
        "converted to each other. Omit to_unit=, or state the unit of the values with unit=."
    )


def test_words_and_limits_are_states_and_never_0(tmp_path):
    frame = tidy().astype({"NE_nM": object})
    frame.loc[0, "NE_nM"], frame.loc[2, "NE_nM"] = "<0.5", "n.d."
    frame.loc[4, "NE_nM"], frame.loc[12, "NE_nM"] = "lost", ""
    result = tca.microdialysis(frame, window=(0, 100))
    fractions = result["r1"].course.fractions
    assert [fractions[k].state for k in (0, 2, 4)] == ["below LOD", "not found", "lost"]
    assert fractions[0].lod == 0.5
    assert result["r2"].course.fractions[3].state == "lost"
    assert all(math.isnan(fractions[k].value) for k in (0, 2, 4))
    assert result["r1"].baseline.mean == pytest.approx(level("r1", -40))
    half = tca.microdialysis(frame, window=(0, 100), below="half-of-lod")
    assert half["r1"].baseline.mean == pytest.approx((0.25 + level("r1", -40)) / 2)
    assert {way for way, _ in result.sensitivity} == {"as measured", "half of LOD", "excluded"}
    assert any("no stated limit of detection" in remark for remark in result.remarks)


def test_excluded_animals_and_fractions_stay_with_their_reason():
    result = tca.microdialysis(
        tidy(), window=(0, 100), exclude=["d3=probe outside", "r1/f05=air bubble"]
    )
    assert result.left_out == (("d3", "probe outside"),)
    assert "f05: air bubble" in result["r1"].missing
    assert "left out  d3: probe outside" in result.summary()
    as_mapping = tca.microdialysis(tidy(), window=(0, 100), exclude={"d3": "probe outside"})
    assert as_mapping.left_out == result.left_out
    with pytest.raises(tca.InputError, match="no animal is called 'd9'"):
        tca.microdialysis(tidy(), exclude="d9=gone")
    with pytest.raises(tca.InputError, match="has no reason"):
        tca.microdialysis(tidy(), exclude="d3")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda f: f.drop(columns="NE_nM"), "DataFrame: has no column of values. Add one, such as"),
        (
            lambda f: f.assign(DA_nM=1.0),
            "DataFrame: the values may be in 'NE_nM', 'DA_nM'",
        ),
        (
            lambda f: f.assign(start_min=f.start_min.where(f.index != 3, "10:20")),
            "All times of a table are minutes, times of day",
        ),
        (
            lambda f: f.assign(NE_nM=f.NE_nM.where(f.index != 3, -1.0)),
            "the value is -1. Values are 0 or more",
        ),
        (
            lambda f: f[(f.animal != "r2") | (f.start_min >= 0)],
            "animal r2: has no fraction before the treatment: its times are 0 to ",
        ),
        (
            lambda f: f.assign(group=f.group.where(f.index != 3, "drug")),
            "the group is drug, and was vehicle above",
        ),
        (
            lambda f: f.assign(start_min=f.start_min.where(f.index != 3, -15)),
            "animal r1: f04 starts before f03 ends",
        ),
        (lambda f: f.assign(NE_nM=f.NE_nM.where(f.index != 3, 1e300)), "the value is 1e+300"),
        (lambda f: f.assign(NE_nM=f.NE_nM * 1e-300), "Values are 0, or from 1e-15 to 1e+15"),
        (lambda f: f.assign(NE_nM="<LOQ"), "animal r1: has no baseline"),
        (lambda f: f.assign(NE_nM="lost"), "animal r1: has no baseline"),
        (
            lambda f: f.assign(group=f.group.where(f.animal != "r2", "")),
            "no group is stated for r2. Each animal has a group where one has",
        ),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_one_sentence(change, sentence):
    with pytest.raises(tca.InputError) as error:
        tca.microdialysis(change(tidy()))
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_an_animal_without_a_baseline_is_refused_until_it_is_excluded():
    frame = tidy()
    frame = frame[(frame.animal != "r2") | (frame.start_min >= 0)]
    frame["treated"] = 0
    with pytest.raises(tca.InputError, match="animal r2: "):
        tca.microdialysis(frame, window=(0, 100))
    kept = tca.microdialysis(frame, window=(0, 100), exclude="r2=no baseline")
    assert kept.left_out == (("r2", "no baseline"),)
    assert any(c.name == "animals_left_out" and c.where == "animal r2" for c in kept.checks)


def test_the_control_is_stated_where_no_group_is_called_like_one():
    frame = tidy().assign(group=lambda f: f.group.replace("vehicle", "A"))
    with pytest.raises(tca.InputError, match="Groups are A, drug"):
        tca.microdialysis(frame)
    assert tca.microdialysis(frame, control="A", window=(0, 100)).control == "A"


def test_a_frame_with_groups_over_animals_is_read():
    wide = tidy().pivot(index="end_min", columns=["group", "animal"], values="NE_nM")
    result = tca.microdialysis(wide, unit="nM", window=(0, 100))
    assert ratio(result) == pytest.approx(ratio(tca.microdialysis(tidy(), window=(0, 100))))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"molar_mass": 169.18}, "molar_mass=: has no effect here. It applies to values in units"),
        ({"fraction_min": 20.0}, "fraction_min=: has no effect here. It applies to tables with"),
        ({"time_is": "end"}, "time_is=: has no effect here. It applies to tables with one time"),
        (
            {"recovery": 0.1, "to_unit": "fmol", "flow": 1.0},
            "recovery=: has no effect here. It applies to concentrations, and the values are in",
        ),
        ({"cv_max_percent": -1.0}, "cv_max_percent=: is -1. It is a number above 0"),
        ({"cv_max_percent": math.nan}, "cv_max_percent=: is nan. It is a number above 0"),
        ({"lod": 0.5, "loq": 0.1}, "lod=: is 0.5, above the limit of quantification of 0.1"),
        ({"window": (60.0,)}, "window=: is 60.0. It is two numbers."),
        ({"window": (60.0, 30.0)}, "It starts at or after the treatment (0)"),
        ({"window": (500.0, 600.0)}, "animal r1: nothing was measured from 500 to 600 min"),
    ],
)
def test_an_option_without_an_effect_or_out_of_range_is_refused(options, sentence):
    with pytest.raises(tca.InputError) as error:
        tca.microdialysis(tidy(), **options)
    assert sentence in str(error.value)


def test_percentages_have_no_analysis_of_covariance():
    frame = tidy().rename(columns={"NE_nM": "level"})
    with pytest.raises(tca.InputError, match="the values are percentages of baseline"):
        tca.microdialysis(frame, unit="%", primary="ancova")


def test_zeros_over_the_whole_window_are_refused_with_advice():
    frame = tidy()
    frame.loc[(frame.animal == "r1") & (frame.start_min >= 0), "NE_nM"] = 0.0
    with pytest.raises(tca.InputError, match=r"animal r1: has a mean of 0 in the window.*n\.d\."):
        tca.microdialysis(frame, window=(0, 100))


def test_two_values_for_one_fraction_are_refused():
    frame = pd.concat([tidy(), tidy()[:1]])
    with pytest.raises(tca.InputError, match="animal r1: has two values for one fraction"):
        tca.microdialysis(frame)


def test_the_lag_of_the_dead_volume_is_stated():
    result = tca.microdialysis(tidy(), flow=1.2, dead_volume=12.0, window=(0, 80))
    assert any("10 min after the membrane" in phrase for phrase in result.read_as)
    only = tca.microdialysis(tidy(), flow=1.2, window=(0, 80))
    assert any("no dead volume" in phrase for phrase in only.read_as)


def test_a_pooled_fraction_of_amounts_is_compared_per_minute():
    frame = tidy().rename(columns={"NE_nM": "NE_fmol"})
    frame["NE_fmol"] = 20.0
    two = (frame.animal == "r1") & frame.start_min.isin([20, 40])
    pooled = frame[two][:1].assign(end_min=60, NE_fmol=40.0)
    result = tca.microdialysis(pd.concat([frame[~two], pooled]), window=(0, 100))
    assert result.unit == "fmol/min"
    assert result["r1"].percent == pytest.approx(100.0)
    assert any("unequal length are compared as fmol/min" in one for one in result.read_as)
    kept = tca.microdialysis(pd.concat([frame[~two], pooled]), window=(0, 100), to_unit="fmol")
    assert max(kept["r1"].percent) == pytest.approx(200.0)


def test_samples_that_are_not_in_the_table_are_a_stated_gap():
    frame = tidy()
    frame = frame[(frame.animal != "r1") | (frame.start_min != 40)].drop(columns="start_min")
    result = tca.microdialysis(frame, window=(0, 100))
    assert result["r1"].coverage == pytest.approx(0.8)
    assert any(one.startswith("1 gap between fractions") for one in result.read_as)


@pytest.mark.parametrize(
    ("moved", "problem", "treated"),
    [
        (-500, "animal r1: has no fraction after the treatment", -500),
        (500, "animal r1: has no fraction before the treatment", 500),
    ],
)
def test_times_on_one_side_of_0_need_the_time_of_the_treatment_and_it_helps(
    moved, problem, treated
):
    frame = tidy()
    usual = tca.microdialysis(frame, window=(0, 100))
    frame = frame.assign(start_min=frame.start_min + moved, end_min=frame.end_min + moved)
    with pytest.raises(tca.InputError) as error:
        tca.microdialysis(frame, window=(0, 100))
    assert problem in str(error.value)
    first, last = frame.start_min.min(), frame.end_min.max()
    assert f"its times are {first:g} to {last:g} min. Without a stated time" in str(error.value)
    stated = tca.microdialysis(frame, window=(0, 100), treated=str(treated))
    assert ratio(stated) == pytest.approx(ratio(usual))
    column = tca.microdialysis(frame.assign(treated=treated), window=(0, 100))
    assert ratio(column) == pytest.approx(ratio(usual))


def test_times_of_day_without_a_treatment_ask_for_its_time_of_day():
    frame = tidy()
    clock = [f"{10 + (m + 200) // 60:02d}:{(m + 200) % 60:02d}" for m in frame.end_min.astype(int)]
    frame = frame.assign(time=clock).drop(columns=["start_min", "end_min"])
    with pytest.raises(tca.InputError, match="has no time of treatment"):
        tca.microdialysis(frame, window=(0, 100))


def _with_one_time(frame, time_is):
    """The table with one time for each fraction."""
    middle = 0.5 * (frame.start_min + frame.end_min)
    at = {"start": frame.start_min, "middle": middle, "end": frame.end_min}[time_is]
    return frame.assign(time=at).drop(columns=["start_min", "end_min"])


@pytest.mark.parametrize("time_is", ["start", "middle", "end"])
@pytest.mark.parametrize("column", ["note", "name"])
def test_a_pooled_fraction_with_one_time_is_of_all_its_time(time_is, column):
    """Two fractions as one sample: the same windows as with start and end."""
    frame = tidy()
    first, second = (frame.index[(frame.animal == "r1") & (frame.start_min == s)] for s in (20, 40))
    pooled = frame.drop(second)
    pooled.loc[first, "end_min"] = 60
    pooled[column] = [f"f{k:03d}" for k in range(len(pooled))] if column == "name" else ""
    pooled.loc[first, column] = "f07 pooled with f08"
    whole = tca.microdialysis(pooled, window=(0, 100))
    one = tca.microdialysis(_with_one_time(pooled, time_is), window=(0, 100), time_is=time_is)
    for a, b in zip(whole.responses, one.responses, strict=True):
        expected, spans = (
            np.array([(f.start_min, f.end_min) for f in r.course.fractions]) for r in (a, b)
        )
        np.testing.assert_allclose(spans, expected, atol=1e-9)
    assert not any("gap" in text for text in one.read_as)
    single = _with_one_time(pooled, time_is).assign(**{column: ""})
    if column == "note" and time_is != "middle":
        later = tca.microdialysis(single, window=(0, 100), time_is=time_is)
        assert any('"pooled" in its note' in text for text in later.read_as)


@pytest.mark.parametrize("left_out", ["exclude", "animals_table"])
@pytest.mark.parametrize("text", ["", "?", "10:20"])
def test_an_animal_that_is_left_out_needs_no_times(left_out, text):
    frame = tidy()
    usual = tca.microdialysis(frame, window=(0, 100), exclude="r2=probe moved")
    own = frame.animal == "r2"
    frame = frame.astype({"start_min": object, "end_min": object})
    frame.loc[own, ["start_min", "end_min"]] = text
    with pytest.raises(tca.InputError, match=r"r2|times of a table"):
        tca.microdialysis(frame, window=(0, 100))
    if left_out == "exclude":
        more = {"exclude": "r2=probe moved"}
    else:
        animals = frame[["animal", "group"]].drop_duplicates()
        animals["excluded"] = animals.animal.map(lambda name: "probe moved" * (name == "r2"))
        more = {"animals_table": animals}
    result = tca.microdialysis(frame, window=(0, 100), **more)
    assert ratio(result) == pytest.approx(ratio(usual))
    assert result.left_out == (("r2", "probe moved"),)
