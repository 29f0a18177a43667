"""A file of many curves is read block by block, every curve completely, or refused."""

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


def read_back(path, rows_per_block):
    """Every curve of a file as name -> list of (dose, response), read block by block."""
    file = CurveFile.of(path)
    plan = file.plan(rows_per_block)
    curves: dict[object, list[tuple[float, float]]] = {}
    for block in plan.blocks:
        rows = file.rows(block)
        assert len(rows) == block.curves
        for k, name in enumerate(rows.names.to_pylist()):
            assert name not in curves, f"{name} was read twice"
            part = slice(rows.starts[k], rows.starts[k + 1])
            curves[name] = list(
                zip(rows.log10_molar[part].tolist(), rows.y[part].tolist(), strict=True)
            )
    return curves


@pytest.mark.parametrize("group", [3, 7, 10, 64, 1000])
@pytest.mark.parametrize("rows_per_block", [1, 20, 1000])
def test_a_curve_that_continues_in_the_next_row_group_is_read_completely(
    tmp_path, group, rows_per_block
):
    rng = np.random.default_rng(group)
    lengths = rng.integers(1, 3, 60) if group < 7 else rng.integers(1, 8, 60)
    names = np.repeat([f"c{k}" for k in rng.permutation(60)], lengths)
    x, y = rng.uniform(-9, -4, names.size), rng.normal(size=names.size)
    path = saved(tmp_path, {"curve": names, "log10_molar": x, "response": y}, group=group)
    expected: dict[str, list[tuple[float, float]]] = {}
    for name, dose, response in zip(names.tolist(), x.tolist(), y.tolist(), strict=True):
        expected.setdefault(name, []).append((dose, response))
    curves = read_back(path, rows_per_block)
    assert curves == expected
    assert list(curves) == list(expected), "curves come in the order in which they begin"


def test_curves_mixed_within_two_successive_row_groups_are_read_completely(tmp_path):
    rng = np.random.default_rng(5)
    early, late = (
        rng.permutation(np.repeat(np.arange(20), 5)),
        rng.permutation(np.repeat(np.arange(20, 40), 5)),
    )
    names = np.concatenate([early, late])  # whole numbers serve as names, too
    x, y = rng.uniform(-9, -4, names.size), np.arange(names.size, dtype=float)
    curves = read_back(
        saved(tmp_path, {"curve": names, "log10_molar": x, "response": y}, group=50), 1
    )
    assert sorted(curves) == list(range(40))
    assert all([r for _, r in curves[k]] == y[names == k].tolist() for k in range(40))


def refusal(path, rows_per_block=1):
    with pytest.raises(InputError) as caught:
        read_back(path, rows_per_block)
    sentence = str(caught.value)
    assert sentence.startswith(path.name) and "\n" not in sentence
    return sentence


@pytest.mark.parametrize("kind", ["text", "number", "in order"])
def test_a_curve_whose_rows_are_far_apart_is_refused_by_name(tmp_path, kind):
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


def test_two_names_with_the_same_hash_are_two_curves(tmp_path, monkeypatch):
    from tricyclic.io.curves import plan

    monkeypatch.setattr(plan, "_hashes", lambda names: np.zeros(len(names), np.int64))
    names = [f"k{n}" for n in (5, 1, 4, 2)]
    path = saved(
        tmp_path, {"curve": names, "log10_molar": [-8.0] * 4, "response": [1.0] * 4}, group=1
    )
    assert list(read_back(path, 1)) == names


def test_dose_series_shared_by_many_curves_are_counted_over_the_whole_file(tmp_path):
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
    ("columns", "message"),
    [
        (
            {"curves": ["a"], "log10_molar": [-9.0], "response": [1.0]},
            (
                "curves.parquet: no column is called 'curve'. Did you mean 'curves'? There are: "
                'curves, log10_molar, response. Add --curve-column "curves" --x-column '
                '"log10_molar" --y-column "response".'
            ),
        ),
        (
            {"curve": ["a"], "log10_conc": [-9.0], "response": [1.0]},
            (
                "curves.parquet: no column is called 'log10_molar'. Did you mean 'log10_conc'? "
                "There are: curve, log10_conc, response."
            ),
        ),
        (
            {"curve": ["a"], "log10_molar": [-9.0], "reponse": [1.0]},
            (
                "curves.parquet: no column is called 'response'. Did you mean 'reponse'? There "
                "are: curve, log10_molar, reponse."
            ),
        ),
        (
            {**LONG, "molar": [1e-9, 1e-8]},
            (
                "curves.parquet: doses are in two columns, "
                "'log10_molar' and 'molar'. Keep one of them, or add --x-column "
                '"log10_molar".'
            ),
        ),
        (
            {**LONG, "response": ["1.0", "n.a."]},
            (
                "curves.parquet, column 'response': contains text instead of numbers. Leave "
                "missing readings empty, and write all others as numbers."
            ),
        ),
        (
            {**LONG, "log10_molar": [1e-9, 1e-8]},
            (
                "curves.parquet, column 'log10_molar': "
                "values run from 1e-09 to 1e-08 (curve "
                "'a'). These look like mol/L; name the "
                "column molar, or write log10 of mol/L."
            ),
        ),
        (
            {**LONG, "log10_molar": [9.0, 8.0]},
            (
                "curves.parquet, column 'log10_molar': values "
                "run from 8 to 9 (curve 'a'). These look like "
                "-log10 molar; change the sign."
            ),
        ),
        (
            {**LONG, "log10_molar": [1.0, 1000.0]},
            (
                "curves.parquet, column 'log10_molar': values run from 1 to 1000 (curve 'a'). "
                "These look like nM or µM; write log10 of mol/L, so 10 nM is -8."
            ),
        ),
        (
            {**LONG, "log10_molar": [-1.0, 4.0]},
            (
                "curves.parquet, column 'log10_molar': "
                "values run from -1 to 4 (curve 'a'). These "
                "look like log10 of nM or µM; subtract 9 or "
                "6."
            ),
        ),
        (
            {**LONG, "log10_molar": [-9.0, 100.0]},
            (
                "curves.parquet, column 'log10_molar': "
                "values run from -9 to 100 (curve 'a'). "
                "Some are log10 molar and some are in "
                "another unit; write log10 of mol/L "
                "throughout."
            ),
        ),
        (
            {**LONG, "log10_molar": [-17.0, -2.0]},
            (
                "curves.parquet, column 'log10_molar': "
                "curve 'a': doses span 15 decades. Are "
                "units mixed? Write log10 of mol/L "
                "throughout."
            ),
        ),
        (
            {**LONG, "log10_molar": [-30.0, -20.0]},
            (
                "curves.parquet, column 'log10_molar': "
                "the lowest dose is -30 (curve 'a'), "
                "fewer than a million molecules in a "
                "litre. Write log10 of mol/L."
            ),
        ),
        (
            {"curve": ["a", "b"], "molar": [1e-9, -2.0], "response": [1.0, 2.0]},
            (
                "curves.parquet, column 'molar': curve 'b' has a concentration of -2. A "
                "concentration in mol/L is 0 or more; 0 is a well without compound. Name the "
                "column log10_molar if these are logarithms."
            ),
        ),
        (
            {"curve": ["a", "b"], "molar": [30.0, 0.1], "response": [1.0, 2.0]},
            (
                "curves.parquet, column 'molar': curve 'a' has 30 mol/L. A dose is at most 10 "
                "mol/L. Name the column by its unit, conc_nM or conc_uM."
            ),
        ),
        (
            {"curve": ["a"], "10": [1.0], "100": [2.0]},
            (
                "curves.parquet, names of the columns: values run from 10 to 100. These look "
                "like nM or µM; write log10 of mol/L, so 10 nM is -8."
            ),
        ),
        (
            {"curve": ["a"], "-9": [1.0], "-8": ["x"]},
            (
                "curves.parquet, column '-8': contains "
                "text instead of numbers. Leave "
                "missing readings empty, and write all "
                "others as numbers."
            ),
        ),
        (
            {"curve": ["a"], "-9": [1.0], "-8": [2.0], "weight": [1.0]},
            (
                "curves.parquet, "
                "column 'weight': one "
                "weight per row "
                "cannot weight the "
                "readings of several "
                "doses. Use one row "
                "per reading: curve, "
                "log10_molar, "
                "response, weight."
            ),
        ),
        (
            {
                "curve": pa.array([], pa.string()),
                "log10_molar": pa.array([], pa.float64()),
                "response": pa.array([], pa.float64()),
            },
            "curves.parquet: has columns but no rows.",
        ),
    ],
)
def test_columns_that_cannot_be_used_are_refused_with_a_sentence(tmp_path, columns, message):
    assert refusal(saved(tmp_path, columns)) == message


def test_doses_of_minus_infinity_are_wells_without_compound(tmp_path):
    path = saved(tmp_path, {**LONG, "log10_molar": [-np.inf, -8.0]})
    assert read_back(path, 1) == {"a": [(-np.inf, 1.0), (-8.0, 2.0)]}


def test_an_incomplete_an_empty_and_a_missing_parquet_file_are_refused(tmp_path):
    path = saved(tmp_path, LONG)
    whole = path.read_bytes()
    message = (
        "curves.parquet: is not a Parquet file, or its end is missing. "
        "Write the file again, or copy it again from its source."
    )
    for size in (len(whole) - 1, len(whole) // 2, 20, 4):
        path.write_bytes(whole[:size])
        assert refusal(path) == message
    path.write_text("curve,log10_molar,response\n")
    assert refusal(path) == message
    path.write_bytes(b"")
    assert refusal(path) == "curves.parquet: the file is empty."
    missing = tmp_path / "none.parquet"
    for place, problem in (
        (missing, f"{missing}: does not exist. Check the name and the folder."),
        (tmp_path, f"{tmp_path}: is a folder. Name a file in this folder."),
    ):
        with pytest.raises(InputError) as caught:
            CurveFile.of(place)
        assert str(caught.value) == problem


def test_a_parquet_file_is_recognised_by_its_first_bytes(tmp_path):
    path = saved(tmp_path, LONG, name="curves.data")
    assert is_parquet(path) and is_parquet("not_there.parquet") and not is_parquet("not_there.csv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "curves.csv: the file is empty."),
        ("curve,log10_molar,response\n", "curves.csv: has columns but no rows."),
        (
            "curve,log10_molar,respons\na,-9,1\n",
            (
                "curves.csv: no column is called "
                "'response'. Did you mean 'respons'? There "
                "are: curve, log10_molar, respons."
            ),
        ),
        (
            "curve,log10_molar,response\na,-9,high\n",
            (
                "curves.csv, column 'response': 'high' "
                "is not a number. Leave missing "
                "readings empty, and write all others "
                "as numbers."
            ),
        ),
        (
            "curve,log10_molar,response\na,nine,1\n",
            (
                "curves.csv, column 'log10_molar': "
                "'nine' is not a number. Leave missing "
                "readings empty, and write all others as "
                "numbers."
            ),
        ),
        (
            "curve,log10_molar,response\na,-9,1\na,-8\n",
            "curves.csv, the line 'a,-8': has 2 cells under 3 column names.",
        ),
        (
            "curve,curve,log10_molar,response\na,a,-9,1\n",
            "curves.csv: two columns are called 'curve'. Give each column its own name.",
        ),
    ],
)
def test_text_that_cannot_be_used_is_refused_with_a_sentence(tmp_path, text, message):
    path = tmp_path / "curves.csv"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        list(CurveText.of(path).batches())
    assert str(caught.value) == message


def test_an_incomplete_compressed_file_is_refused(tmp_path):
    rows = "".join(f"c{k},-9,{k / 7!r}\n" for k in range(200_000))
    whole = gzip.compress(("curve,log10_molar,response\n" + rows).encode())
    packed = tmp_path / "curves.csv.gz"
    packed.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(
        InputError,
        match=r"^curves\.csv\.gz: is incomplete or damaged\. Copy it again from its source\.$",
    ):
        list(CurveText.of(packed).batches())


def test_a_table_of_a_windows_spreadsheet_keeps_its_letters(tmp_path):
    path = tmp_path / "curves.csv"
    for encoding in ("cp1252", "utf-16"):
        path.write_bytes("curve,log10_molar,response\nµ-opioid,-9,1\n".encode(encoding))
        (batch,) = CurveText.of(path).batches()
        assert batch.column("curve").to_pylist() == ["µ-opioid"]


def test_empty_cells_and_na_are_missing_readings(tmp_path):
    path = tmp_path / "curves.csv"
    path.write_text("curve\tlog10_molar\tresponse\tnote\na\t-9\t\tx\na\t-8\tNA\t\na\t-7\t3\t\n")
    (batch,) = CurveText.of(path).batches()
    assert batch.column("response").to_pylist() == [None, None, 3.0]
    assert batch.schema.names == ["curve", "log10_molar", "response"]


@pytest.mark.parametrize("rows_at_once", [2, 5, 8, 1000])
@pytest.mark.parametrize("changed", [None, 0, 1, 9, 57, 79])
def test_doses_that_all_curves_share_are_recognised_part_by_part(
    tmp_path, monkeypatch, rows_at_once, changed
):
    monkeypatch.setattr("tricyclic.io.curves.parquet.ROWS_AT_ONCE", rows_at_once)
    x, y = np.tile([-9.0, -8.0, -7.0, -6.0], 20), np.random.default_rng(2).normal(size=80)
    if changed is not None:
        x[changed] = -5.5
    names = np.repeat([f"c{k}" for k in range(20)], 4)
    path = saved(tmp_path, {"curve": names, "log10_molar": x, "response": y})
    file = CurveFile.of(path)
    (block,) = file.plan().blocks
    rows = file.rows(block)
    assert rows.same_doses == (changed is None)
    assert np.array_equal(np.resize(rows.log10_molar, 80), x)
    assert np.array_equal(rows.y, y)


def test_doses_are_those_of_every_row_where_a_curve_comes_again(tmp_path):
    names = ["a", "a", "b", "b", "a", "a"]
    x, y = [-9.0, -8.0, -9.0, -8.0, -9.0, -8.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    path = saved(tmp_path, {"curve": names, "log10_molar": x, "response": y})
    assert read_back(path, 1000) == {
        "a": [(-9.0, 1.0), (-8.0, 2.0), (-9.0, 5.0), (-8.0, 6.0)],
        "b": [(-9.0, 3.0), (-8.0, 4.0)],
    }
