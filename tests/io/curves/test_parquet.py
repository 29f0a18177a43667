"""A file of many curves is read block by block, every curve whole, and what cannot be is refused in a sentence."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.io.curves.csv import CurveText, is_parquet
from tricyclic.io.curves.parquet import CurveFile

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def saved(folder, columns, *, group=1 << 20, name="curves.parquet"):
    pq.write_table(pa.table(columns), folder / name, row_group_size=group)
    return folder / name


def read_back(path, rows_a_block):
    """Every curve of a file as name -> list of (dose, response), read block by block."""
    file = CurveFile.of(path)
    plan = file.plan(rows_a_block)
    curves: dict[object, list[tuple[float, float]]] = {}
    for block in plan.blocks:
        rows = file.rows(block)
        assert len(rows) == block.curves
        for k, name in enumerate(rows.names.to_pylist()):
            assert name not in curves, f"{name} was given twice"
            part = slice(rows.starts[k], rows.starts[k + 1])
            curves[name] = list(
                zip(rows.log10_molar[part].tolist(), rows.y[part].tolist(), strict=True)
            )
    return curves


@pytest.mark.parametrize("group", [3, 7, 10, 64, 1000])
@pytest.mark.parametrize("rows_a_block", [1, 20, 1000])
def test_a_curve_cut_by_the_end_of_a_row_group_is_given_whole(tmp_path, group, rows_a_block):
    rng = np.random.default_rng(group)
    lengths = rng.integers(1, 3, 60) if group < 7 else rng.integers(1, 8, 60)
    names = np.repeat([f"c{k}" for k in rng.permutation(60)], lengths)
    x, y = rng.uniform(-9, -4, names.size), rng.normal(size=names.size)
    path = saved(tmp_path, {"curve": names, "log10_molar": x, "response": y}, group=group)
    expected: dict[str, list[tuple[float, float]]] = {}
    for name, dose, response in zip(names.tolist(), x.tolist(), y.tolist(), strict=True):
        expected.setdefault(name, []).append((dose, response))
    found = read_back(path, rows_a_block)
    assert found == expected
    assert list(found) == list(expected), "curves come in the order in which they begin"


def test_curves_that_are_mixed_within_two_neighbouring_row_groups_are_given_whole(tmp_path):
    rng = np.random.default_rng(5)
    early, late = (
        rng.permutation(np.repeat(np.arange(20), 5)),
        rng.permutation(np.repeat(np.arange(20, 40), 5)),
    )
    names = np.concatenate([early, late])  # whole numbers serve as names, too
    x, y = rng.uniform(-9, -4, names.size), np.arange(names.size, dtype=float)
    found = read_back(
        saved(tmp_path, {"curve": names, "log10_molar": x, "response": y}, group=50), 1
    )
    assert sorted(found) == list(range(40))
    assert all([r for _, r in found[k]] == y[names == k].tolist() for k in range(40))


def refusal(path, rows_a_block=1):
    with pytest.raises(InputError) as caught:
        read_back(path, rows_a_block)
    sentence = str(caught.value)
    assert sentence.startswith(path.name) and "\n" not in sentence
    return sentence


@pytest.mark.parametrize("kind", ["text", "number", "in order"])
def test_a_curve_whose_rows_lie_far_apart_is_refused_by_name(tmp_path, kind):
    names = np.repeat(np.arange(40), 10)
    if kind == "in order":
        names[:] = np.sort(names)
        names[30:60] = 3  # one curve longer than a whole block
    else:
        names[390:] = 2
    given = names if kind == "number" else np.array([f"k{n:03d}" for n in names])
    path = saved(
        tmp_path,
        {"curve": given, "log10_molar": np.full(400, -8.0), "response": np.ones(400)},
        group=10,
    )
    sentence = refusal(path)
    name = {"text": "'k002'", "number": "'2'", "in order": "'k003'"}[kind]
    assert (
        f"curve {name}" in sentence
        and "far apart" in sentence
        and "Sort the file by curve" in sentence
    )
    assert sorted(read_back(path, 400)) == sorted(set(given.tolist())), (
        "in one block any order will do"
    )


def test_two_names_with_one_hash_are_not_taken_for_one_curve(tmp_path, monkeypatch):
    from tricyclic.io.curves import parquet as curve_file

    monkeypatch.setattr(curve_file, "_hashes", lambda names: np.zeros(len(names), np.int64))
    names = [f"k{n}" for n in (5, 1, 4, 2)]
    path = saved(
        tmp_path, {"curve": names, "log10_molar": [-8.0] * 4, "response": [1.0] * 4}, group=1
    )
    assert list(read_back(path, 1)) == names


def test_series_that_many_curves_share_are_counted_over_the_whole_file(tmp_path):
    doses = np.tile([-9.0, -8.0, -7.0], 100)
    doses[:3] = [-9.0, -8.5, -7.0]
    names = np.repeat(np.arange(100), 3)
    shared = []
    for group in (300, 7, 50):
        path = saved(
            tmp_path, {"curve": names, "log10_molar": doses, "response": np.ones(300)}, group=group
        )
        shared.append(CurveFile.of(path).plan(1).shared.tolist())
    assert shared[0] == shared[1] == shared[2] and len(shared[0]) == 1


LONG = {"curve": ["a", "a"], "log10_molar": [-9.0, -8.0], "response": [1.0, 2.0]}


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (
            {"curves": ["a"], "log10_molar": [-9.0], "response": [1.0]},
            "no column is called 'curve'. Did you mean 'curves'?",
        ),
        (
            {"curve": ["a"], "log10_conc": [-9.0], "response": [1.0]},
            "no column is called 'log10_molar'. Did you mean 'log10_conc'?",
        ),
        (
            {"curve": ["a"], "log10_molar": [-9.0], "reponse": [1.0]},
            "no column is called 'response'. Did you mean 'reponse'?",
        ),
        ({**LONG, "molar": [1e-9, 1e-8]}, "in two columns"),
        (
            {**LONG, "response": ["1.0", "n.a."]},
            "column 'response': holds text where numbers are needed",
        ),
        ({**LONG, "log10_molar": [1e-9, 1e-8]}, "look like mol/L; name the column molar"),
        ({**LONG, "log10_molar": [9.0, 8.0]}, "look like -log10 molar; change the sign"),
        (
            {**LONG, "log10_molar": [1.0, 1000.0]},
            "run from 1 to 1000 (curve 'a'). These look like plain nM or µM",
        ),
        ({**LONG, "log10_molar": [-1.0, 4.0]}, "look like log10 of nM or µM"),
        ({**LONG, "log10_molar": [-9.0, 100.0]}, "Some are log10 molar, some in another unit"),
        ({**LONG, "log10_molar": [-17.0, -2.0]}, "doses span 15 decades. Are units mixed?"),
        ({**LONG, "log10_molar": [-30.0, -20.0]}, "the lowest dose is -30 (curve 'a')"),
        ({**LONG, "log10_molar": [-9.0, None]}, "curve 'a' has a reading without a dose"),
        ({**LONG, "curve": ["a", None]}, "1 rows name no curve"),
        (
            {"curve": ["a", "b"], "molar": [1e-9, 0.0], "response": [1.0, 2.0]},
            "curve 'b' has a concentration of 0",
        ),
        (
            {"curve": ["a", "b"], "molar": [1e-9, -2.0], "response": [1.0, 2.0]},
            "curve 'b' has a concentration of -2",
        ),
        (
            {"curve": ["a", "b"], "molar": [10.0, 0.1], "response": [1.0, 2.0]},
            "Divide by 1e9 if the column is in nM",
        ),
        (
            {"curve": ["a"], "10": [1.0], "100": [2.0]},
            "names of the columns: values run from 10 to 100",
        ),
        ({"curve": ["a"], "-9": [1.0], "-8": ["x"]}, "column '-8': holds text"),
        ({"curve": ["a"], "-9": [1.0], "-8": [2.0], "weight": [1.0]}, "column 'weight'"),
        (
            {
                "curve": pa.array([], pa.string()),
                "log10_molar": pa.array([], pa.float64()),
                "response": pa.array([], pa.float64()),
            },
            "columns and no rows",
        ),
    ],
)
def test_columns_that_cannot_be_are_refused_with_what_was_found(tmp_path, columns, words):
    assert words in refusal(saved(tmp_path, columns))


def test_wells_without_compound_are_minus_infinity_and_no_wrong_unit(tmp_path):
    path = saved(tmp_path, {**LONG, "log10_molar": [-np.inf, -8.0]})
    assert read_back(path, 1) == {"a": [(-np.inf, 1.0), (-8.0, 2.0)]}


def test_a_parquet_file_that_was_cut_short_or_is_none_or_is_not_there_is_said_so(tmp_path):
    path = saved(tmp_path, LONG)
    whole = path.read_bytes()
    for kept in (len(whole) - 1, len(whole) // 2, 20, 4):
        path.write_bytes(whole[:kept])
        assert "cut short" in refusal(path)
    path.write_bytes(b"")
    assert "the file is empty" in refusal(path)
    path.write_text("curve,log10_molar,response\n")
    assert "is no Parquet file" in refusal(path)
    with pytest.raises(InputError, match="there is no such file"):
        CurveFile.of(tmp_path / "none.parquet")
    with pytest.raises(InputError, match="is a folder"):
        CurveFile.of(tmp_path)


def test_a_parquet_file_is_known_by_its_first_bytes_too(tmp_path):
    path = saved(tmp_path, LONG, name="curves.data")
    assert is_parquet(path) and is_parquet("not_there.parquet") and not is_parquet("not_there.csv")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("curve,log10_molar,response\n", "columns and no rows"),
        ("curve,log10_molar,respons\na,-9,1\n", "Did you mean 'respons'?"),
        ("curve,log10_molar,response\na,-9,high\n", "column 'response': 'high' is no number"),
        ("curve,log10_molar,response\na,nine,1\n", "column 'log10_molar': 'nine' is no number"),
        ("curve,log10_molar,response\na,-9,1\na,-8\n", "a line has 2 cells where 3 are named"),
        ("curve,curve,log10_molar,response\na,a,-9,1\n", "two columns are called 'curve'"),
    ],
)
def test_text_that_cannot_be_is_refused_with_what_was_found(tmp_path, text, words):
    path = tmp_path / "curves.csv"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        list(CurveText.of(path).batches())
    assert words in str(caught.value) and str(caught.value).startswith("curves.csv")


def test_text_in_no_utf8_and_a_compressed_file_cut_short_are_said_so(tmp_path):
    path = tmp_path / "curves.csv"
    path.write_bytes("curve,log10_molar,response\nµ,-9,1\n".encode("cp1252"))
    with pytest.raises(InputError, match="no text in UTF-8"):
        list(CurveText.of(path).batches())
    rows = "".join(f"c{k},-9,{k / 7!r}\n" for k in range(200_000))
    whole = gzip.compress(("curve,log10_molar,response\n" + rows).encode())
    packed = tmp_path / "curves.csv.gz"
    packed.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="ends too early or is damaged"):
        list(CurveText.of(packed).batches())


def test_empty_cells_and_na_are_missing_readings(tmp_path):
    path = tmp_path / "curves.csv"
    path.write_text("curve\tlog10_molar\tresponse\tnote\na\t-9\t\tx\na\t-8\tNA\t\na\t-7\t3\t\n")
    (batch,) = CurveText.of(path).batches()
    assert batch.column("response").to_pylist() == [None, None, 3.0]
    assert batch.schema.names == ["curve", "log10_molar", "response"]
