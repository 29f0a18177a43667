"""The same file in another encoding, with other line ends, cut off or in another order is read as
the same readings, or refused; no reading is invented and none is lost without a remark.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from tricyclic.errors import InputError
from tricyclic.io.delimited_text import read_text
from tricyclic.io.open import read_plates

SAMPLES = Path(__file__).parents[2] / "golden" / "instruments"
JSON = {
    path.name.removesuffix(".json"): json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(SAMPLES.glob("*__*.json"))
}
TEXTS = [
    name
    for name, sample in JSON.items()
    if sample["plates"] and not name.endswith((".xlsx", ".prism", ".pzfx"))
]
SOFTMAX = "softmax_text__kinetic_and_endpoint.txt"


def lines_of(name: str) -> list[str]:
    return read_text((SAMPLES / name).read_bytes())[0].rstrip("\n").split("\n")


def readings(path: Path, name: str) -> dict[str, dict[str, float | None]]:
    """Well -> reading of each plate; the stem of the file is taken out of the names."""
    plates = read_plates(path, reader=JSON[name]["reader"], **JSON[name]["options"])
    return {
        plate.name.replace(path.stem, "").strip(): {
            well.name: None if math.isnan(well.value) else well.value for well in plate.wells
        }
        for plate in plates
    }


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    ("ends", "codec"),
    [
        ("\n", "utf-8"),
        ("\r\n", "utf-8-sig"),
        ("\r", "utf-8"),
        ("\r\n", "utf-16"),
        ("\n", "utf-16-be"),
    ],
)
def test_encoding_and_line_ends_do_not_change_the_readings(name, ends, codec, tmp_path):
    text = ends.join(lines_of(name)) + ends
    path = written(tmp_path, name, text.encode(codec))
    assert readings(path, name) == readings(SAMPLES / name, name)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("after", ["\n\n\n", "\n\nExported by A. N. Other\n", "\nend of the file"])
def test_text_after_the_readings_is_no_reading(name, after, tmp_path):
    path = written(tmp_path, name, ("\n".join(lines_of(name)) + after).encode())
    whole = readings(SAMPLES / name, name)
    try:
        again = readings(path, name)
    except InputError as error:
        # A list has no place for a remark, which is refused with its line.
        refused = str(error)
        assert after.strip(), refused
        assert "line" in refused
    else:
        assert again == whole


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_that_was_cut_off_gives_no_other_readings(name, tmp_path):
    lines = lines_of(name)
    whole = readings(SAMPLES / name, name)
    every = {(well, value) for wells in whole.values() for well, value in wells.items()}
    for kept in {round(len(lines) * share / 9) for share in range(1, 9)}:
        path = written(tmp_path, name, ("\n".join(lines[:kept]) + "\n").encode())
        try:
            plates = read_plates(path, reader=JSON[name]["reader"], **JSON[name]["options"])
        except InputError:
            continue
        for plate in plates:
            for well in plate.wells:
                value = None if math.isnan(well.value) else well.value
                assert value is None or (well.name, value) in every, f"{kept} lines: {well.name}"


def test_a_softmax_file_that_was_cut_off_is_refused(tmp_path):
    lines = lines_of(SOFTMAX)
    for kept in range(5, len(lines) - 1):
        path = written(tmp_path, SOFTMAX, ("\n".join(lines[:kept]) + "\n").encode())
        with pytest.raises(InputError) as caught:
            read_plates(path)
        assert "Export the file again" in str(caught.value)


def test_softmax_sections_in_another_order_are_the_same_plates(tmp_path):
    text = "\n".join(lines_of(SOFTMAX))
    head, note, enzyme, group, light, last = (
        text.partition("\n")[0],
        *(part.strip("\n") + "\n~End" for part in text.partition("\n")[2].split("~End")[:4]),
        "Original Filename: other",
    )
    path = written(tmp_path, SOFTMAX, "\n".join([head, light, note, group, enzyme, last]).encode())
    plates = readings(path, SOFTMAX)
    assert plates == readings(SAMPLES / SOFTMAX, SOFTMAX)
    assert next(iter(plates)) == "light"


def test_softmax_sections_that_are_not_read_are_named():
    plates = read_plates(SAMPLES / SOFTMAX)
    assert plates[0].unused == (
        "section 'Note' (line 2)",
        "section 'Group Unknowns'",
        "reduced values of 'enzyme' (line 22)",
    )
    assert plates[-1].unused == plates[0].unused[:2]
    assert "reading at 00:02:30" in plates[2].notes
    assert "405 nm" in plates[2].notes


def softmax(folder: Path, change: tuple[str, str]) -> Path:
    text = "\n".join(lines_of(SOFTMAX)) + "\n"
    old, new = change
    assert old in text
    return written(folder, "s.txt", text.replace(old, new, 1).encode())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            ("BLOCKS= 4", "BLOCKS= 5"),
            "s.txt: has 4 sections, but its first line states 5. Export the file again.",
        ),
        (
            ("\t1\t2\t3\t4\t5\t6\t\t1\t2\t3\t4\t5\t6", "\tS1\tS2\tcontrol\t4\t5\t6\t\t1"),
            (
                "s.txt, line 6: the first row of the plate section 'enzyme' is 'Temperature(°C), "
                "S1, S2, control, 4, 5,…'. It has the numbers of the columns, or the names of the "
                "wells. "
                "Export the raw data of the plate, with wells and not samples as columns."
            ),
        ),
        (
            ("\t1\t4\t\t\n", "\t\t\n"),
            "",
        ),
    ],
)
def test_softmax_files_with_a_fault_are_refused_with_the_reason(change, sentence, tmp_path):
    if not sentence:
        # Without first row and number of rows the size of the plate is enough.
        assert len(read_plates(softmax(tmp_path, change))) == 7
        return
    with pytest.raises(InputError) as caught:
        read_plates(softmax(tmp_path, change))
    assert str(caught.value) == sentence


def test_rows_of_a_softmax_plate_that_was_read_in_part_are_those_of_its_heading(tmp_path):
    lines = lines_of(SOFTMAX)
    # Rows B and C of four: the heading ends with the first row and their number.
    kept = [
        line.replace("\t1\t4\t\t", "\t2\t2\t\t") if line.startswith("Plate:\tenzyme") else line
        for number, line in enumerate(lines)
        if number not in (8, 9, 13, 14, 18, 19, 24, 25)
    ]
    path = written(tmp_path, "s.txt", ("\n".join(kept) + "\n").encode())
    plates = read_plates(path)
    assert {well.name[0] for well in plates[0].wells} == {"B", "C"}
    whole = read_plates(SAMPLES / SOFTMAX)[0]
    first = {well.name: well.value for well in whole.wells if well.name[0] == "A"}
    assert [w.value for w in plates[0].wells if w.name[0] == "B"] == list(first.values())


@pytest.mark.parametrize(
    "name", ["plate_grid__24_numbers.csv", "plate_grid__letters_and_numbers.csv"]
)
def test_column_numbers_are_never_readings(name, tmp_path):
    lines = lines_of(name)
    start = next(k for k, line in enumerate(lines) if "1,2,3,4" in line)
    numbers = [
        line.partition(",")[2] if line[:1].isalpha() or line[:1] == "," else line for line in lines
    ]
    for kept in range(1, len(lines) - start):
        path = written(
            tmp_path, "g.csv", ("\n".join(numbers[start : start + kept]) + "\n").encode()
        )
        try:
            plates = read_plates(path)
        except InputError:
            continue
        assert all(w.value != w.column + 1 for plate in plates for w in plate.wells)
