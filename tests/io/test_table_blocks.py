"""Tables in a sheet: numbers of replicates below the names, remarks beside the readings."""

from __future__ import annotations

import pytest

from tricyclic.io.delimited_text import text_sheet
from tricyclic.io.table_blocks import find_tables

DATA = ["0.1,10.5,20.5,30.5,40.5", "1,11.5,21.5,31.5,41.5"]


def _one(lines):
    (block,) = find_tables(text_sheet("\n".join([*lines, *DATA, ""]).encode()))
    return block


@pytest.mark.parametrize(
    "mark", ["1", "#1", "# 1", "no. 1", "n1", "n = 1", "rep 1", "rep. 1", "Replicate 1", "R1", "01"]
)
@pytest.mark.parametrize("merged", [True, False])
def test_the_numbers_of_replicates_are_no_readings(mark, merged):
    second = mark.replace("1", "2")
    names = "dose (nM),a,a,b,b" if merged else "dose (nM),a,,b,"
    block = _one([names, f",{mark},{second},{mark},{second}"])
    assert block.rows == (2, 3)
    assert [name for _, name in block.columns] == ["dose (nM)", "a 1", "a 2", "b 1", "b 2"]


@pytest.mark.parametrize("first", ["", "nM", "rep"])
def test_the_first_column_may_have_its_unit_beside_the_numbers_of_replicates(first):
    block = _one(["dose,a,a,b,b", f"{first},#1,#2,#1,#2"])
    assert block.rows == (2, 3)
    assert block.columns[0][1] == ("dose (nM)" if first == "nM" else "dose")


@pytest.mark.parametrize("row", ["5,1,2,1,2", "5,1,1,1,1", "5,1.0,2.0,1.0,2.0", "5,2,1,2,1"])
def test_readings_that_are_small_whole_numbers_stay_readings(row):
    block = _one(["dose (nM),a,a,b,b", row])
    assert block.rows == (1, 2, 3)


@pytest.mark.parametrize("row", ["x,#1,#2,#2,#3", "x,#1,#1,#1,#1", "x,#2,#3,#2,#3"])
def test_marks_that_do_not_count_from_one_are_cells_of_the_table(row):
    assert _one(["dose (nM),a,a,b,b", row]).rows[0] == 1
