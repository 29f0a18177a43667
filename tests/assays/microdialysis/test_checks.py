"""Each check of a microdialysis study is raised alone by a table with one fault."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca

START = np.arange(-80, 160, 20)
WINDOW = {"window": (0, 120)}


def study(n=5):
    """A study without a fault: five animals in two groups, an effect that ends."""
    rng = np.random.default_rng(20)
    rows = []
    for group, top in (("vehicle", 0.0), ("drug", 1.2)):
        for k in range(n):
            base = 2.0 * (1.0 + 0.05 * k)
            for start in START:
                shape = np.interp(start + 10, [0, 30, 100, 120], [0, 1, 0, 0])
                value = base * (1.0 + top * shape) * np.exp(0.04 * rng.standard_normal())
                rows.append((f"{group[0]}{k + 1}", group, start, start + 20, value))
    return pd.DataFrame(rows, columns=["animal", "group", "start_min", "end_min", "NE_nM"])


def at(frame, animal, *starts):
    return (frame.animal == animal) & frame.start_min.isin(starts)


def raised(frame, **options):
    result = tca.microdialysis(frame, **{**WINDOW, **options})
    return {check.name for check in result.checks if check.level != "pass"}


def test_the_study_without_a_fault_raises_none():
    assert raised(study()) == set()


def changed(column, animal, starts, change):
    frame = study().astype({"NE_nM": object})
    rows = at(frame, animal, *starts)
    frame.loc[rows, column] = change(frame.loc[rows, column])
    return frame


FAULTS = {
    "baseline_unstable": lambda: changed(
        "NE_nM", "v1", (-80, -60, -40, -20), lambda v: v * np.array([0.7, 1.5, 0.75, 1.1])
    ),
    "fractions_below_loq": lambda: changed("NE_nM", "v1", (40,), lambda v: "<LOQ"),
    "missing_fractions": lambda: changed("NE_nM", "v1", (40,), lambda v: "lost"),
    "copied_values": lambda: changed("NE_nM", "v1", (20, 40, 60), lambda v: v.iloc[0]),
    "implausible_jump": lambda: changed("NE_nM", "v1", (40,), lambda v: v * 4.6),
    "unequal_windows": lambda: unequal(),
    "copied_between_animals": lambda: copied(),
    "baselines_of_groups": lambda: higher(),
    "few_animals": lambda: study(4),
    "treatment_within_fraction": lambda: shifted(),
    "response_before_drug": lambda: changed("NE_nM", "v1", (-20,), lambda v: v * 0.48),
}
# What follows from a fault by itself, beside its own check.
WITH = {
    # A value far from the others makes the baseline scatter.
    "response_before_drug": {"baseline_unstable"},
    "implausible_jump": {"returns_to_baseline"},
}


def unequal():
    frame = study()
    own = frame.animal == "v1"
    frame.loc[own, "end_min"] = frame.loc[own, "start_min"] + 18
    return frame


def copied():
    frame = study()
    rows = (100, 120, 140)
    frame.loc[at(frame, "v2", *rows), "NE_nM"] = frame.loc[at(frame, "v1", *rows), "NE_nM"].values
    return frame


def higher():
    frame = study()
    frame.loc[frame.group == "drug", "NE_nM"] *= 1.4
    return frame


def shifted():
    frame = study()
    own = frame.animal == "v1"
    frame.loc[own, ["start_min", "end_min"]] += 6
    return frame


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_raises_its_check_alone(name):
    names = raised(FAULTS[name]())
    assert name in names
    assert names <= {name} | WITH.get(name, set())


def test_a_window_that_was_not_collected_is_named_by_its_coverage():
    frame = study()
    assert raised(frame[~at(frame, "v1", 60, 80, 100)]) == {"window_coverage"}


def test_a_value_of_0_is_a_remark_of_its_own():
    names = raised(changed("NE_nM", "v1", (60,), lambda v: 0.0))
    assert names == {"zero_values"}


def test_a_level_that_stays_high_is_not_back_at_baseline():
    frame = study()
    assert raised(frame[frame.start_min < 80], window=(0, 80)) == {"returns_to_baseline"}


def test_groups_of_one_animal_are_not_compared_and_the_reason_is_a_check():
    frame = study()
    frame = frame[(frame.group == "vehicle") | (frame.animal == "d1")]
    result = tca.microdialysis(frame, **WINDOW)
    assert result.effects is None
    (check,) = [c for c in result.checks if c.name == "groups_compared"]
    assert check.message == ("the groups are not compared: group drug has fewer than two animals")


def test_the_result_without_flagged_animals_stands_beside():
    result = tca.microdialysis(FAULTS["response_before_drug"](), **WINDOW)
    assert result.flagged == ("v1",)
    assert [s.n for s in result.without_flagged.summaries] == [4, 5]
    assert "without v1" in result.summary()


def test_animals_with_a_response_before_the_drug_are_left_out_apart_from_unstable_ones():
    frame = FAULTS["response_before_drug"]()
    rows = at(frame, "v2", -80, -60, -40, -20)
    frame.loc[rows, "NE_nM"] = frame.loc[rows, "NE_nM"] * np.array([0.7, 1.5, 0.75, 1.1])
    result = tca.microdialysis(frame, **WINDOW)
    assert (result.early, result.flagged) == (("v1",), ("v1", "v2"))
    assert [s.n for s in result.without_early.summaries] == [4, 5]
    assert [s.n for s in result.without_flagged.summaries] == [3, 5]
    assert list(result.to_frame("sensitivity").analysis) == [
        "without response before drug",
        "without flagged animals",
    ]
    assert "the baseline scatters by more than its limit: v1 (" in result.summary()


def test_tests_of_courses_and_animals_left_out_are_tables():
    result = tca.microdialysis(study(), **WINDOW, exclude={"v1": "probe moved"})
    courses, tests = result.to_frame("courses"), result.effects.courses
    assert list(courses.term) == ["groups", "times", "groups x times"]
    every = (tests.groups, tests.times, tests.interaction)
    assert list(courses.f) == [one.statistic for one in every]
    assert list(zip(courses.df, courses.df_residual, strict=True)) == [one.df for one in every]
    assert list(courses.p) == [one.p for one in every]
    assert result.to_frame("left_out").to_dict("records") == [
        {"animal": "v1", "reason": "probe moved"}
    ]


def test_too_few_animals_without_the_flagged_ones_are_stated():
    frame = study(3)
    rows = at(frame, "v1", -20)
    frame.loc[rows, "NE_nM"] *= 0.45
    result = tca.microdialysis(frame, **WINDOW)
    assert result.without_flagged is None
    assert "without them fewer than three animals remain in a group" in result.summary()


def test_zeros_are_named_where_logarithms_are_tested():
    result = tca.microdialysis(changed("NE_nM", "v1", (60,), lambda v: 0.0), **WINDOW)
    assert result.effects.courses.missing == 1
    assert any("1 value of 0 has no logarithm" in one for one in result.effects.remarks)
