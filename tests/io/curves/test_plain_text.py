"""The compiled reader of CSV text beside the general one, which reads the same text in quotes."""

from __future__ import annotations

import gzip

import numpy as np
import pyarrow as pa
import pytest

from tricyclic.errors import InputError
from tricyclic.io.curves import plain_text
from tricyclic.io.curves.csv import CurveText
from tricyclic.io.curves.plain_text import PlainReader


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(plain_text, "PIECE", 256)


def general(monkeypatch, path):
    """Rows as the general reader gives them."""
    with monkeypatch.context() as patch:
        patch.setattr(PlainReader, "batches", lambda *_: None)
        patch.setattr(plain_text, "PIECE", 1 << 20)
        return rows_of(path)


def rows_of(path):
    table = pa.Table.from_batches(
        [
            pa.record_batch(
                [
                    column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
                    for column in batch.columns
                ],
                batch.schema.names,
            )
            for batch in CurveText.of(path).batches()
        ]
    )
    return {
        name: [
            None if isinstance(value, float) and np.isnan(value) else value
            for value in table.column(name).to_pylist()
        ]
        for name in table.schema.names
    }


def lines(count=200):
    rng = np.random.default_rng(7)
    for k in range(count):
        yield f"name {k // 7},{-9 + k % 7 / 3},{rng.normal(50, 30)}"


HEAD = "curve,log10_molar,response"
ODD = {
    "plain": [],
    "missing readings": ["name x,-8,", "name x,-7,NA", "name x,-6,n.d."],
    "quoted": ['"name, y",-8,1', '"name ""z""",-8,2'],
    "quoted numbers": ['name y,"-8","1.5"'],
    "spaces": ["name y, -8 , 1.5"],
    "no compound": ["name y,-inf,3"],
    "empty lines": ["", "", "name y,-8,1"],
    "names like missing ones": ['"NA",-8,1'],
    "other letters": ["β-Endorphin,-8,1", "ナロキソン,-7,2"],
    "many digits": ["name y,-8,1234567890.1234567890123", "name y,-8,1e-300"],
    "the name of before": ["name 0,-8,1"],
    "a mark of UTF-8": ["\ufeffname,-8,1"],
    "several lines in a cell": ['"name\nof two, or\nthree lines",-8,1', "name 0,-8,2"],
}


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("case", ODD)
@pytest.mark.parametrize("place", [0, 100, 200])
def test_both_readers_give_the_same_rows(tmp_path, monkeypatch, case, ending, place):
    rows = list(lines())
    rows[place:place] = ODD[case]
    path = tmp_path / "curves.csv"
    path.write_bytes(ending.join([HEAD, *rows, ""]).encode())
    own = rows_of(path)
    assert own == general(monkeypatch, path)
    assert len(own["curve"]) == 200 + sum(line != "" for line in ODD[case])


def test_a_last_line_without_end_and_a_compressed_file_are_read(tmp_path, monkeypatch):
    text = "\n".join([HEAD, *lines()])
    path = tmp_path / "curves.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    own = rows_of(path)
    assert own == general(monkeypatch, path)
    assert len(own["curve"]) == 200


def test_title_rows_and_columns_without_role_are_skipped(tmp_path, monkeypatch):
    rows = [f"{k},{line},note" for k, line in enumerate(lines())]
    path = tmp_path / "curves.csv"
    path.write_text("\n".join(["Export of 1 May", f"row,{HEAD},remark", *rows, ""]))
    own = rows_of(path)
    assert own == general(monkeypatch, path)
    assert list(own) == ["curve", "log10_molar", "response"]


def test_a_line_longer_than_a_piece_is_read(tmp_path):
    path = tmp_path / "curves.csv"
    path.write_text(f"{HEAD}\n{'n' * 2000},-8,1\n" + "\n".join(lines(3)))
    assert rows_of(path)["curve"][0] == "n" * 2000


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("name y,high,1", "'high' is not a number"),
        ("name y,-8", "has 2 cells under 3 column names"),
    ],
)
def test_a_bad_line_behind_plain_ones_is_named(tmp_path, line, words):
    path = tmp_path / "curves.csv"
    path.write_text("\n".join([HEAD, *lines(), line, ""]))
    with pytest.raises(InputError, match=words):
        rows_of(path)


def test_bytes_that_are_no_text_are_refused_behind_plain_ones(tmp_path):
    path = tmp_path / "curves.csv"
    many = "\n".join([HEAD, *lines(40_000), ""]).encode()
    path.write_bytes(many + b"na\xffme,-8,1\n")
    with pytest.raises(InputError, match="UTF-8"):
        rows_of(path)


@pytest.mark.parametrize("size", [40, 64, 256, 1 << 20])
def test_cells_of_several_lines_are_read_wherever_the_text_is_cut(tmp_path, monkeypatch, size):
    monkeypatch.setattr(plain_text, "PIECE", size)
    path = tmp_path / "curves.csv"
    rows = [f'{line},"see ""A"",\npage {k}"' for k, line in enumerate(lines(60))]
    path.write_text("\n".join([f"{HEAD},remark", *rows, ""]))
    assert len(rows_of(path)["curve"]) == 60


@pytest.mark.parametrize("place", [0, 100, 150, 198])
@pytest.mark.parametrize("size", [256, 1 << 20])
@pytest.mark.parametrize("closes", [None, 20, 1])
def test_rows_behind_an_open_quotation_mark_are_not_lost(
    tmp_path, monkeypatch, place, size, closes
):
    monkeypatch.setattr(plain_text, "PIECE", size)
    path = tmp_path / "curves.csv"
    rows = [f"{line},remark {k}" for k, line in enumerate(lines())]
    rows[place] = rows[place].replace(",remark", ',"remark')
    if closes and place + closes < len(rows):
        rows[place + closes] = rows[place + closes].replace(",remark", ',"remark')
    path.write_text("\n".join([f"{HEAD},remark", *rows, ""]))
    with pytest.raises(InputError, match=f"the line 'name {place // 7},.*quotation mark is not"):
        rows_of(path)


@pytest.mark.parametrize(
    "title",
    ["page 1\x0c\n", "a\x0bb\n", "a\u2028b\x85\n", "title\r", "title\r\r\n\n", "\r\n\r\n", ""],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [16, 1 << 20])
def test_the_first_row_is_read_below_any_title(tmp_path, monkeypatch, title, ending, size):
    monkeypatch.setattr(plain_text, "PIECE", size)
    path = tmp_path / "curves.csv"
    path.write_bytes((title + ending.join([HEAD, *lines(8), ""])).encode())
    own = rows_of(path)
    assert len(own["curve"]) == 8 and own["log10_molar"][0] == -9
    assert own == general(monkeypatch, path)


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "cp1252", "utf-8-sig"])
def test_text_of_other_encodings_has_the_same_rows(tmp_path, codec):
    path = tmp_path / "curves.csv"
    rows = [line.replace("name", "α" if "utf" in codec else "é") for line in lines()]
    path.write_bytes("\r\n".join([HEAD, *rows, ""]).encode(codec))
    own = rows_of(path)
    assert [f"{name}" for name in own["curve"]] == [row.split(",")[0] for row in rows]
    assert own["response"] == [float(row.split(",")[2]) for row in rows]
