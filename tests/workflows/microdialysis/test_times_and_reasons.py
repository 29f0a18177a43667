"""What an analysis states about single times, used baselines, and reasons for exclusions."""

from __future__ import annotations

import numpy as np
import pytest

import tricyclic as tca


def study(animals=3, times="minutes", first=-80):
    """Values by animal and time; `times` is the kind of the one column of times."""
    rng = np.random.default_rng(2)
    rows = []
    for group in ("vehicle", "drug"):
        for k in range(animals):
            for end in range(first + 20, 140, 20):
                clock = f"{(600 + end) // 60:02d}:{(600 + end) % 60:02d}"
                value = (2 + k) * np.exp(0.03 * rng.standard_normal())
                rows.append((f"{group[0]}{k}", group, end if times == "minutes" else clock, value))
    names = ("animal", "group", "time", "NE_nM")
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def named(result, name):
    return [check for check in result.checks if check.name == name]


@pytest.mark.parametrize("heading", ["time", "Uhrzeit", "time point"])
def test_a_clock_column_alone_gives_a_warning_with_the_other_reading(heading):
    table = study(times="clock")
    table[heading] = table.pop("time")
    (check,) = named(tca.microdialysis(table, treated="10:00"), "single_times")
    assert check.level == "warn"
    assert check.message == (
        "the column of times does not state whether they are the begin or the end of fractions: "
        "they are taken as the end; as the begin, every fraction is 20 min later"
    )
    assert "--time-is end or --time-is start" in check.advice


def test_a_stated_meaning_of_clock_times_passes_and_moves_the_fractions_as_the_warning_states():
    table = study(times="clock")
    ends = tca.microdialysis(table, treated="10:00", time_is="end")
    starts = tca.microdialysis(table, treated="10:00", time_is="start")
    assert [one.level for one in named(ends, "single_times")] == ["pass"]
    taken = tca.microdialysis(table, treated="10:00")
    first = [one.responses[0].course.fractions[0].start_min for one in (taken, ends, starts)]
    assert first == [-80, -80, -60]
    table["end"] = table.pop("time")
    called = tca.microdialysis(table, treated="10:00")
    assert [one.level for one in named(called, "single_times")] == ["pass"]


def test_minutes_from_the_treatment_have_no_such_check():
    assert not named(tca.microdialysis(study()), "single_times")


def test_the_heading_states_the_fractions_that_make_the_baselines():
    assert "baseline 4 fractions" in tca.microdialysis(study()).summary()
    two = tca.microdialysis(study(first=-40))
    assert "baseline 2 fractions" in " ".join(two.summary().split())
    assert "(2 in v0, v1, v2, d0, d1, d2, where no more were measured)" in two.methods
    table = study()
    mixed = [
        animal != "v1" or time > -40
        for animal, time in zip(table["animal"], table["time"], strict=True)
    ]
    table = {
        name: [one for one, kept in zip(cells, mixed, strict=True) if kept]
        for name, cells in table.items()
    }
    text = tca.microdialysis(table)
    assert "baseline 2 to 4 fractions" in " ".join(text.summary().split())
    assert "(2 in v1, where no more were measured)" in text.methods
    assert "where no more" not in tca.microdialysis(study()).methods


def test_both_reasons_of_an_exclusion_are_kept():
    table = study()
    table["excluded"] = [
        "bubble" if (animal, time) == ("d1", 40) else ""
        for animal, time in zip(table["animal"], table["time"], strict=True)
    ]
    animals = {
        "animal": list(dict.fromkeys(table["animal"])),
        "excluded": ["probe moved", "", "", "", "", ""],
    }
    result = tca.microdialysis(
        table,
        animals_table=animals,
        exclude=("v0=histology", "d1/f06=spilled", "d1/f06=spilled"),
    )
    assert result.left_out == (("v0", "probe moved; histology"),)
    excluded = [one.excluded for one in result["d1"].course.fractions if one.excluded]
    assert excluded == ["bubble; spilled"]


def test_a_warning_of_many_animals_is_short_in_the_terminal_and_whole_in_tables():
    table = study(animals=10)
    table["NE_nM"] = [
        value * (3 if time > 0 else 1)
        for value, time in zip(table["NE_nM"], table["time"], strict=True)
    ]
    result = tca.microdialysis(table)
    text = " ".join(result.summary().split())
    assert "animal v7 and 12 more: the level is not back at baseline" in text
    every = [check.where for check in named(result, "returns_to_baseline")]
    assert len(every) == 20
    assert str(result.to_json()["checks"]).count("returns_to_baseline") == 20
