"""Fits are stored in parts, and the finished file does not depend on the parts."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.fitting.many import fit_columns
from tricyclic.io.curves import store as curve_store
from tricyclic.io.curves.store import CurveStore, encoded, part_table

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def results(first, last):
    n = last - first
    columns = {name: np.arange(first, last) / 8 for name in fit_columns("nM")}
    columns["p_replicates"] = np.full(n, np.nan)
    return {"curve": pa.array([f"c{k}" for k in range(first, last)])}, {
        **columns,
        "ic50_nM_text": np.array(["> 1"] * n),
        "status": np.array(["fits"] * n),
        "checks": np.array([""] * n),
        "n": np.arange(n),
    }


def stored(out, cuts, about=None):
    store = CurveStore(out)
    with store.lock():
        for number, (first, last) in enumerate(pairwise(cuts)):
            labels, columns = results(first, last)
            columns["n"] = np.arange(first, last)
            store.put(number, encoded(part_table(labels, columns, "key")))
        with store.result(about or {"version": "1"}) as result:
            for number in range(len(cuts) - 1):
                result.add(number)
        return result.status


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_the_finished_file_does_not_depend_on_the_parts(tmp_path, monkeypatch, suffix):
    monkeypatch.setattr(curve_store, "ROWS_PER_GROUP", 40)
    contents = set()
    for cuts in ([0, 100], [0, 1, 39, 40, 41, 100], [0, 80, 100], list(range(101))):
        assert stored(tmp_path / f"fits.{suffix}", cuts) == {"fits": 100}
        contents.add((tmp_path / f"fits.{suffix}").read_bytes())
    assert len(contents) == 1
    assert [path.name for path in tmp_path.iterdir()] == [f"fits.{suffix}"]


def test_a_number_that_does_not_exist_is_missing_in_the_file(tmp_path):
    stored(tmp_path / "fits.parquet", [0, 3])
    assert pq.read_table(tmp_path / "fits.parquet")["p_replicates"].null_count == 3
    stored(tmp_path / "fits.csv", [0, 1])
    assert (tmp_path / "fits.csv").read_text(encoding="utf-8").splitlines()[
        1
    ] == '"c0",0,0,0,"> 1",0,0,0,0,0,0,0,0,,"fits",0,""'


def test_a_part_is_used_only_for_the_input_of_its_key(tmp_path):
    store = CurveStore(tmp_path / "fits.csv")
    with store.lock():
        store.put(3, encoded(part_table(*results(0, 4), "key")))
        assert store.has(3, "key") and not store.has(3, "other") and not store.has(4, "key")
        whole = (store.folder / "0000003.arrow").read_bytes()
        (store.folder / "0000003.arrow").write_bytes(whole[: len(whole) // 2])
        assert not store.has(3, "key"), "an incomplete part does not count"
        assert store.finished_blocks() == [3]


def test_the_parts_remain_after_an_error(tmp_path):
    store = CurveStore(tmp_path / "fits.csv")

    def fails():
        with store.lock():
            store.put(0, encoded(part_table(*results(0, 4), "key")))
            raise InputError("is damaged")

    with pytest.raises(InputError, match="damaged"):
        fails()
    assert store.has(0, "key") and not store.out.exists()


def test_a_second_run_at_the_same_time_is_refused(tmp_path):
    def twice():
        with CurveStore(tmp_path / "fits.csv").lock(), CurveStore(tmp_path / "fits.csv").lock():
            pass

    with pytest.raises(InputError) as caught:
        twice()
    assert str(caught.value) == (
        f"{tmp_path / 'fits.csv'}: another run is writing this file. Wait until it has finished."
    )


@pytest.mark.parametrize("name", ["fits", "fits.ods", "fits.csv.gz"])
def test_a_result_is_parquet_csv_or_xlsx(tmp_path, name):
    with pytest.raises(InputError, match=r"is none of \.parquet, \.pq, \.csv, \.xlsx"):
        CurveStore(tmp_path / name)


def test_rows_of_text_are_converted_once(tmp_path):
    store = CurveStore(tmp_path / "fits.csv")
    batches = [pa.record_batch({"curve": ["a", "b"], "response": [1.0, 2.0]})] * 3
    with store.lock():
        assert list(store.spool(iter(batches), "key")) == [2, 4, 6]
        assert pq.read_table(store.spooled).num_rows == 6
        assert list(store.spool(iter([]), "key")) == [6], "the second time nothing is converted"
        assert list(store.spool(iter(batches[:1]), "other")) == [2]
