"""Every function that takes a table file takes a DataFrame, with the same numbers."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.core.table_input import TableInput
from tricyclic.errors import InputError
from tricyclic.workflows.base import option_fields
from tricyclic.workflows.check_options import checked_options
from tricyclic.workflows.commands import COMMANDS

# Options that are folders or files to write, and no tables.
NOT_TABLES = {"out", "library", "folder", "study", "images", "masks", "neurite_masks"}


def path_options():
    """Function, option and type of every option that is the name of a file or folder."""
    return [
        pytest.param(hint, id=f"{command.function}-{field.name}")
        for command in COMMANDS
        for field, info, hint in option_fields(command.load_options())
        if info.path and field.name not in NOT_TABLES
    ]


@pytest.mark.parametrize("hint", path_options())
def test_an_option_that_is_a_file_to_read_takes_a_table(hint):
    assert TableInput.__name__ in str(hint)


RUNS = "run,ic50_nM\n" + "".join(
    f"r{k},{v}\n" for k, v in enumerate((10.1, 12.3, 9.7, 11.2, 10.9, 25.0))
)
PAIRS = "compound,a_nM,b_nM\nx,1.2,1.4\ny,15,11\nz,110,140\nw,> 1000,990\nv,40,38\n"
DOSES = np.tile(np.repeat(10.0 ** np.arange(-1, 4), 2), 2)
POTENCIES = pd.DataFrame(
    {
        "sample": ["ref"] * 10 + ["new"] * 10,
        "dose_nM": DOSES,
        "response": 100 / (1 + DOSES / np.repeat([30.0, 10.0], 10))
        + np.resize([0.6, -0.4, 0.3, -0.5, 0.2, 0.1, -0.3], 20),
    }
)


@pytest.mark.parametrize(
    ("function", "text", "options"),
    [
        ("control_chart", RUNS, {}),
        ("msr", PAIRS, {"first": "a_nM", "second": "b_nM"}),
        ("relative_potency", POTENCIES.to_csv(index=False), {"reference": "ref"}),
    ],
)
@pytest.mark.parametrize("library", ["pandas", "polars", "arrow", "columns"])
def test_a_table_gives_the_numbers_of_its_file(tmp_path, function, text, options, library):
    file = tmp_path / "table.csv"
    file.write_text(text)
    frame = pd.read_csv(io.StringIO(text))
    if library == "polars":
        frame = pytest.importorskip("polars").from_pandas(frame)
    elif library == "arrow":
        frame = pytest.importorskip("pyarrow").Table.from_pandas(frame)
    elif library == "columns":
        frame = {name: frame[name].tolist() for name in frame.columns}
    run = getattr(tca, function)
    of_file, of_frame = run(file, **options), run(frame, **options)
    pd.testing.assert_frame_equal(of_frame.to_frame(), of_file.to_frame())
    assert of_frame.summary() == of_file.summary()


def test_a_cell_of_a_table_is_named_by_its_row():
    with pytest.raises(InputError) as raised:
        tca.control_chart(pd.DataFrame({"run": ["a", "b", "c"], "ic50_nM": [1.0, 0.0, 2.0]}))
    assert str(raised.value) == (
        "DataFrame, row 1 (from 0), column 'ic50_nM': a potency is 0 nM. It is above 0, because "
        "its logarithm is used."
    )


def test_an_option_of_files_is_refused_for_a_table():
    with pytest.raises(InputError) as raised:
        tca.control_chart(pd.read_csv(io.StringIO(RUNS)), sheet="1")
    assert str(raised.value) == "DataFrame: is a table in memory, not a file. Omit sheet=."


def plate():
    """A competition with its layout, both as a grid."""
    columns = range(1, 13)
    rows = list("ABCDEFGH")
    doses = [1e4, 3e3, 1e3, 300, 100, 30, 10, 3]
    readings, words = [], []
    for k, dose in enumerate(doses):
        bound = 200 + 3800 / (1 + dose / 60.0)
        used = [4000 + 11 * k, 4030 - 7 * k, 205 + k, *(bound * f for f in (1.0, 1.02, 0.98))]
        readings.append([*used, *[np.nan] * 6])
        words.append(["total", "total", "NSB", *[f"drug {dose:g} nM"] * 3, *[""] * 6])
    return (
        pd.DataFrame(np.round(readings), index=rows, columns=list(columns)),
        pd.DataFrame(words, index=rows, columns=list(columns)),
    )


def test_a_plate_and_its_layout_as_they_look_give_the_numbers_of_their_files(tmp_path):
    counts, words = plate()
    counts.to_csv(tmp_path / "plate.csv")
    words.to_csv(tmp_path / "layout.csv")
    given = {"unit": "cpm", "radioligand_nM": 0.5, "kd_nM": 0.8, "plate_size": 96}
    of_files = tca.affinity(tmp_path / "plate.csv", layout=tmp_path / "layout.csv", **given)
    of_frames = tca.affinity(counts, layout=words, **given)
    own = of_frames.to_frame()
    pd.testing.assert_frame_equal(own, of_files.to_frame())
    # IC50 60 nM, and 0.5 nM of a radioligand with Kd 0.8 nM (Cheng and Prusoff).
    assert own["Ki_nM"][0] == pytest.approx(60 / (1 + 0.5 / 0.8), rel=0.03)


def test_measured_courses_of_a_frame_are_compared_as_those_of_a_file(tmp_path):
    measured = pd.DataFrame(
        {
            "time_h": [0.5, 1.0, 2.0],
            "observable": ["cortex_NE"] * 3,
            "value": [150.0, 180.0, 200.0],
            "unit": ["percent"] * 3,
            "who": ["AB"] * 3,
        }
    )
    measured.to_csv(tmp_path / "measured.csv", index=False)
    given = {
        "drug": "desipramine",
        "dose": "10 mg/kg",
        "route": "ip",
        "hours": 3,
        "point_estimate": True,
    }
    of_file, of_frame = (
        tca.simulate("noradrenergic_synapse", compare=source, **given)
        for source in (tmp_path / "measured.csv", measured)
    )
    assert repr(of_frame.comparisons) == repr(of_file.comparisons)
    assert any("Not used of DataFrame: column 'who'." in one for one in of_frame.remarks)


def test_a_frame_is_shown_as_a_file_is():
    shown = tca.read_file(POTENCIES)
    assert shown.reader == "DataFrame"
    assert [item.kind for item in shown.items] == ["table"]
    counts, _ = plate()
    assert [item.kind for item in tca.read_file(counts).items] == ["plate"]


def test_messages_of_options_that_take_a_table_name_dataframes():
    for command in COMMANDS:
        for field, info, hint in option_fields(command.load_options()):
            if not info.path or field.name in NOT_TABLES or not info.positional:
                continue
            given = {field.name: 3.5}
            required = {
                other.name: "x"
                for other, _, _ in option_fields(command.load_options())
                if other.default.__class__.__name__ == "_MISSING_TYPE"
            }
            options = command.load_options()(**{**required, **given})
            with pytest.raises(InputError, match="or a DataFrame"):
                checked_options(options)
            assert hint


@pytest.mark.parametrize("option", ["weights", "x", "y", "by"])
@pytest.mark.parametrize("values", [np.ones(20), pd.Series(np.ones(20)), [1.0] * 20])
def test_values_are_refused_where_the_name_of_a_column_stands(option, values):
    given = {"x": "dose_nM", "y": "response"} | {option: values}
    with pytest.raises(InputError) as raised:
        tca.fit(POTENCIES, "logistic_4pl", **given)
    assert str(raised.value) == (
        f"{option}=: are values. It is the name of a column. Add the values to the table as a "
        "column, and give its name."
    )
