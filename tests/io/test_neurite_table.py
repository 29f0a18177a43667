"""Tables of neurites in the spellings of laboratories; states, and refusals as whole sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.neurites import THRESHOLDS, NeuriteCell, table_of_cells
from tricyclic.errors import InputError
from tricyclic.io.neurite_columns import threshold_in
from tricyclic.simulation.virtual.neurite_counts import (
    NeuriteTruth,
    neurite_rows,
    synthetic_cells,
    synthetic_counts,
)

SMALL = NeuriteTruth(cultures=3, wells=1, fields=2, cells=40)


def frame(**columns):
    return pd.DataFrame(columns)


def counts(**changes):
    columns = {
        "culture": ["1", "1", "2", "2"],
        "treatment": ["NGF", "NGF + imipramine 1 uM"] * 2,
        "cells": [100, 100, 100, 100],
        "positive": [20, 40, 25, 45],
    } | changes
    return frame(**{key: value for key, value in columns.items() if value is not None})


def refused(table, **options):
    with pytest.raises(InputError) as error:
        tca.analyse_neurites(table, **options)
    return str(error.value)


@pytest.mark.parametrize(
    ("heading", "k"),
    [
        ("positive_k1", 1.0),
        ("positive k=1.5", 1.5),
        ("with neurites >= 2 soma diameters", 2.0),
        ("cells with neurites 2x", 2.0),
        ("positive (k = 0.5)", 0.5),
    ],
)
def test_a_threshold_in_a_heading_is_read(heading, k):
    assert threshold_in(heading) == k
    result = tca.analyse_neurites(counts(positive=None, **{heading: [20, 40, 25, 45]}))
    assert result.threshold == k


@pytest.mark.parametrize(
    "names",
    [
        ("Experiment", "Condition", "Cells counted", "Cells with neurites"),
        ("Exp.", "Group", "n cells", "neurite-bearing cells"),
        ("Culture No.", "Treatment", "Total cells", "Differentiated"),
        ("Preparation", "arm", "Number of cells", "n positive"),
    ],
)
def test_columns_are_recognised_by_usual_names(names):
    own = dict(zip(("culture", "treatment", "cells", "positive"), names, strict=True))
    result = tca.analyse_neurites(counts().rename(columns=own))
    assert result["imipramine 1 uM"].value == pytest.approx(20.0)


def test_percentages_and_shares_are_counts_of_their_cells():
    for heading, factor in (("% positive", 1.0), ("fraction positive", 0.01)):
        share = [factor * one for one in (20.0, 40.0, 25.0, 45.0)]
        result = tca.analyse_neurites(counts(positive=None, **{heading: share}))
        assert [one.positive for one in result.values] == [20, 25, 40, 45]


def test_a_percentage_without_cells_is_refused():
    text = refused(counts(positive=None, cells=None, percent=[20, 40, 25, 45]))
    assert "5 of 10 and 500 of 1000 are both 50 %" in text
    assert text.endswith("Add `cells=`.") or "cells" in text


def test_cells_without_a_culture_are_refused_with_the_reason():
    text = refused(counts(culture=None))
    assert text == (
        "DataFrame: no column of cultures is recognised among 'treatment', 'cells', 'positive'. "
        "Cells, fields and wells of one culture share its conditions, so that only independent "
        "cultures count as n. Add culture=COLUMN; a table of one culture needs a column with its "
        "name too."
    )


def test_more_positive_cells_than_cells_are_refused():
    text = refused(counts(positive=[20, 140, 25, 45]))
    assert text == (
        "DataFrame, row 1 (from 0): 140 cells have neurites, of 100 cells. Cells with "
        "neurites are among those counted. Exchange cells= and positive=, or correct the row."
    )


def test_half_a_cell_is_refused():
    assert "20.5 of 100 cells" in refused(counts(positive=[20.5, 40, 25, 45]))


def test_a_word_in_place_of_a_count_is_the_reason_for_which_a_field_is_left_out():
    table = pd.concat([counts(), counts()], ignore_index=True)
    table["field"] = ["a"] * 4 + ["b"] * 4
    table["positive"] = [20, 40, 25, 45, "out of focus", 41, np.nan, 44]
    result = tca.analyse_neurites(table)
    assert result.left_out == (
        ("culture 1, field b", "out of focus"),
        ("culture 2, field b", "not counted"),
    )
    assert [one.cells for one in result.values] == [100, 100, 200, 200]


def test_a_field_without_cells_is_left_out_and_is_no_zero():
    table = pd.concat([counts(), counts(cells=[0, 100, 0, 100], positive=[0, 40, 0, 45])])
    result = tca.analyse_neurites(table.reset_index(drop=True))
    assert {reason for _, reason in result.left_out} == {"no cells"}
    assert result.summaries[0].percent.value == pytest.approx(22.5)


def test_a_field_that_stands_twice_is_refused():
    text = refused(counts(field=["1"] * 4, well=["A", "A", "B", "C"], treatment=["NGF"] * 4))
    assert text == (
        "DataFrame, row 1 (from 0): field 1 of culture 1, well A is in row 0 (from 0) too. A field "
        "has one row. Correct its name, or add well=COLUMN where fields are numbered in each well."
    )


def test_an_excluded_row_keeps_its_reason():
    table = counts(excluded=["", "", "yes", ""], reason=["", "", "infected", ""])
    result = tca.analyse_neurites(table)
    assert result.left_out == (("culture 2", "infected"),)
    assert result["imipramine 1 uM"].lacking == ("2",)


def test_counts_of_several_thresholds_must_fall():
    columns = {"positive k=1": [20, 40, 25, 45], "positive k=2": [10, 50, 9, 20]}
    text = refused(counts(positive=None, **columns))
    assert "more cells have a neurite of a longer threshold than of a shorter one" in text
    columns["positive k=2"] = [10, 30, 9, 20]
    result = tca.analyse_neurites(counts(positive=None, **columns), threshold=2.0)
    assert result["imipramine 1 uM"].value == pytest.approx(15.5)
    assert [one.threshold for one in result.over_thresholds] == [1.0, 2.0]


def test_a_threshold_without_counts_is_refused():
    columns = {"positive k=1": [20, 40, 25, 45], "positive k=2": [10, 30, 9, 20]}
    text = refused(counts(positive=None, **columns), threshold=1.5)
    assert text == "threshold=: is 1.5. Counts are known for 1, 2 soma diameters."


def test_a_design_table_states_the_arms_of_wells():
    whole = pd.DataFrame(neurite_rows(synthetic_counts(np.random.default_rng(3), SMALL)))
    arms = ["NGF", "drug", "concentration_uM", "antagonist"]
    design = whole[["culture", "well", *arms]].drop_duplicates()
    apart = tca.analyse_neurites(whole.drop(columns=arms), design=design)
    together = tca.analyse_neurites(whole)
    assert apart.values == together.values
    with pytest.raises(InputError) as error:
        tca.analyse_neurites(whole.drop(columns=arms), design=design.iloc[1:])
    assert "has no row for culture c1, well A01" in str(error.value)


def test_cells_of_traced_images_take_culture_and_treatment_from_a_table_of_images():
    images = [f"{culture}_{arm}_{k}" for culture in "ab" for arm in ("v", "d") for k in (1, 2)]
    rng = np.random.default_rng(2)
    cells = pd.DataFrame(
        [
            (image, cell, 1, 0, 8.0 + 9.0 * ("_d_" in image) * rng.random(), 20.0, 12.0, state, "")
            for image in images
            for cell, state in ((1, "measured"), (2, "ambiguous"), (3, "excluded"))
        ],
        columns=[
            "field",
            "cell",
            "neurites",
            "branches",
            "longest_um",
            "total_um",
            "soma_diameter_um",
            "state",
            "reason",
        ],
    )
    design = pd.DataFrame(
        [(i, i[0], "NGF + imipramine 1 uM" if "_d_" in i else "NGF") for i in images],
        columns=["image", "culture", "treatment"],
    )
    result = tca.analyse_neurites(cells, design=design)
    assert result.cultures == ("a", "b")
    assert [one.cells for one in result.values] == [4, 4, 4, 4]
    assert result.cells_left_out == (("excluded in the table", 8),)
    assert {one.state for one in result.table.cells} == {"measured", "ambiguous", "excluded"}
    assert result.without_ambiguous is not None
    twice = pd.concat([design, design.assign(treatment="no NGF")])
    with pytest.raises(InputError) as error:
        tca.analyse_neurites(cells, design=twice)
    assert "has two treatments of field a_v_1" in str(error.value)


def test_a_column_called_by_the_stimulus_or_an_antagonist_is_read():
    table = counts(
        treatment=None, drug=["vehicle", "imipramine"] * 2, conc_uM=[0, 1] * 2, NGF=["+"] * 4
    )
    table["NE-100"] = ["-", "-", "-", "-"]
    result = tca.analyse_neurites(table)
    assert not result.table.unused
    assert result["imipramine 1 uM"].n == 2
    table["NGF"] = ["-", "-", "+", "+"]
    assert {one.arm.stimulus for one in tca.analyse_neurites(table).values} == {"", "NGF"}


def test_cells_are_counted_at_every_threshold_by_their_own_soma():
    ngf = CultureArm(stimulus="NGF")
    cells = [
        NeuriteCell("1", 12.0, 12.0, 12.0, culture="1", arm=ngf),
        NeuriteCell("2", 12.0, 12.0, 14.0, culture="1", arm=ngf),
        NeuriteCell("3", 30.0, 30.0, 10.0, culture="1", arm=ngf),
        NeuriteCell("4", 0.0, 0.0, 10.0, culture="1", arm=ngf),
        NeuriteCell("5", 50.0, 50.0, 10.0, state="excluded", reason="border", culture="1", arm=ngf),
    ]
    table = table_of_cells(cells, length_unit="um")
    (field,) = table.fields
    at = dict(zip(THRESHOLDS, field.positive, strict=True))
    assert field.cells == 4
    assert (at[0.5], at[1.0], at[1.25], at[2.0], at[3.0]) == (3, 2, 1, 1, 1)


def test_cells_of_a_written_table_are_those_that_were_made():
    made = synthetic_cells(np.random.default_rng(4), SMALL)
    result = tca.analyse_neurites(pd.DataFrame(neurite_rows(made)))
    assert result.length_unit == "um"
    assert [one.longest for one in result.table.cells] == [one.longest for one in made.cells]
    assert [one.arm for one in result.table.cells] == [one.arm for one in made.cells]
    assert [one.positive for one in result.table.fields] == [one.positive for one in made.fields]


def test_cells_without_a_soma_need_one():
    table = counts(cells=None, positive=None, longest_um=[5.0, 30.0, 0.0, 40.0])
    assert refused(table) == (
        "DataFrame: the threshold is in soma diameters, and cells have none. Add soma_diameter=12 "
        "(in the unit of the lengths), or a column 'soma_diameter'."
    )
    result = tca.analyse_neurites(table, soma_diameter=12.0)
    assert [one.positive for one in result.values] == [0, 0, 1, 1]


def test_cells_that_were_scored_are_counted():
    table = counts(cells=None, positive=["yes", "no", "no", "yes"], cell=[1, 1, 1, 1])
    result = tca.analyse_neurites(table)
    assert [one.percent for one in result.values] == [100.0, 0.0, 0.0, 100.0]


def test_a_sheet_that_names_a_culture_once_is_filled_down():
    result = tca.analyse_neurites(counts(culture=["1", "", "2", ""]))
    assert result.cultures == ("1", "2")


def test_files_and_frames_give_the_same(tmp_path):
    table = pd.DataFrame(neurite_rows(synthetic_counts(np.random.default_rng(5), SMALL)))
    table.to_csv(tmp_path / "t.csv", index=False)
    table.to_csv(tmp_path / "s.csv", index=False, sep=";", decimal=",")
    table.to_excel(tmp_path / "t.xlsx", index=False)
    wanted = tca.analyse_neurites(table).values
    for name in ("t.csv", "s.csv", "t.xlsx"):
        assert tca.analyse_neurites(str(tmp_path / name)).values == wanted
