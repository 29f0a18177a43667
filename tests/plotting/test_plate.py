"""A plate map shows what every well holds."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tricyclic.core.plate import PLATE_SHAPES, Plate, Role, Well, row_letters
from tricyclic.plotting import style
from tricyclic.plotting.plate import plate_map


def plate_of(
    size: int, compounds: int = 1, groups: int = 0, excluded: tuple[str, ...] = ()
) -> Plate:
    rows, columns = PLATE_SHAPES[size]
    wells = []
    for row in range(rows):
        for column in range(columns):
            role = (
                Role.TOTAL
                if column == 0
                else Role.NON_SPECIFIC
                if column == 1
                else Role.COMPETITION
            )
            name = f"{row_letters(row)}{column + 1:02d}"
            wells.append(
                Well(
                    name,
                    100.0 * row + column,
                    role,
                    f"compound {row % compounds + 1}" if role is Role.COMPETITION else "",
                    group=f"group {column % groups}" if groups else "",
                    excluded="spilt" if name in excluded else "",
                )
            )
    return Plate("plate", size, tuple(wells), "cpm", file="plate.csv")


@pytest.mark.parametrize("size", sorted(PLATE_SHAPES))
def test_every_size_of_plate_has_its_rows_and_columns_named(size, drawn):
    rows, columns = PLATE_SHAPES[size]
    texts = drawn(plate_map(plate_of(size), pdf=False)).texts
    # Every second row and column of 1536 wells.
    step = 2 if size == 1536 else 1
    assert {row_letters(rows - step), str(columns - step + 1)} <= set(texts)


def test_wells_carry_letter_and_reading(drawn):
    texts = drawn(plate_map(plate_of(96), pdf=False)).texts
    assert [texts.count(letter) for letter in ("T", "N")] == [8, 8]
    assert "711" in texts
    assert "T total  ·  N non-specific  ·  C compound 1" in texts


def test_depth_of_colour_rises_with_the_reading(drawn):
    wells = tuple(
        Well(f"A{n:02d}", value, Role.TOTAL) for n, value in enumerate((0.0, 500.0, 1000.0), 1)
    )
    drawing = drawn(plate_map(Plate("p", 24, wells), pdf=False))
    fills = [
        p.get("style", "")
        for p in drawing.root.iter()
        if "stroke: #ffffff" in p.get("style", "") and "fill: #" in p.get("style", "")
    ]
    light = [sum(int(f.split("fill: #")[1][n : n + 2], 16) for n in (0, 2, 4)) for f in fills[:3]]
    assert light == sorted(light, reverse=True)
    assert len(set(light)) == 3


def test_excluded_wells_are_crossed_and_named_with_their_reason(drawn):
    plain, crossed = (
        plate_map(plate_of(96, excluded=out), pdf=False) for out in ((), ("B05", "C07"))
    )
    count = [len(drawn(f).lines(style.COLOURS[1], dashed=False)) for f in (plain, crossed)]
    assert count == [0, 4]
    assert "Excluded: B05 (spilt); C07 (spilt)." in crossed.caption
    assert "left out" not in plain.caption


def test_compounds_are_numbered_and_groups_lettered(drawn):
    texts = drawn(plate_map(plate_of(24, compounds=2, groups=2), pdf=False)).texts
    assert {"C1a", "C2b", "Ta", "Nb"} <= set(texts)


def test_the_reading_of_added_radioligand_does_not_hide_the_other_wells(drawn):
    wells = (
        Well("A01", 1e6, Role.ADDED),
        Well("A02", 500.0, Role.TOTAL),
        Well("A03", 50.0, Role.NON_SPECIFIC),
    )
    assert "400" in drawn(plate_map(Plate("p", 24, wells), pdf=False)).texts


@pytest.mark.parametrize("values", [[], [math.nan], [0.0], [-5.0, -5.0], [7.0], [math.nan, 3.0]])
def test_a_plate_with_little_on_it_can_be_drawn(values):
    wells = tuple(Well(f"A{n:02d}", value, Role.TOTAL) for n, value in enumerate(values, 1))
    assert plate_map(Plate("p", 24, wells), pdf=False).svg.startswith("<svg")


def test_the_key_of_a_full_plate_with_many_compounds_takes_at_most_three_lines(drawn):
    texts = drawn(plate_map(plate_of(384, compounds=16), pdf=False)).texts
    key = [text for text in texts if "·" in text]
    assert 1 <= len(key) <= 3
    assert key[0].startswith("T total")
    assert "C16 compound 16" in key[-1] or key[-1].endswith("…")


def test_the_map_of_1536_wells_has_letters_that_fit_their_cells(drawn):
    plate = plate_of(1536)
    wells = tuple(
        replace(well, compound=f"compound {k % 400}" if well.compound else "")
        for k, well in enumerate(plate.wells)
    )
    texts = drawn(plate_map(replace(plate, wells=wells), pdf=False)).texts
    assert "AE" in texts
    assert "47" in texts
    # Numbers of 400 compounds do not fit cells of 3 mm, so the key has their count.
    assert any("C competition, 400 compounds" in text for text in texts)
