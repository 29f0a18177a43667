"""Results are kept part by part, and the finished file shows nothing of how they were cut."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.io.curves import store as curve_store
from tricyclic.io.curves.store import COLUMNS, CurveStore, part_of

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def results(first, last):
    n = last - first
    columns = {name: np.arange(first, last) / 8 for name in COLUMNS[1:-2]}
    columns["p_replicates"] = np.full(n, np.nan)
    return pa.array([f"c{k}" for k in range(first, last)]), {
        **columns,
        "status": np.array(["fits"] * n),
        "n": np.arange(n),
    }


def stored(out, cuts, about=None):
    store = CurveStore(out)
    with store.held():
        for number, (first, last) in enumerate(pairwise(cuts)):
            names, columns = results(first, last)
            columns["n"] = np.arange(first, last)
            store.put(number, part_of(names, columns, "key"))
        return store.finish(range(len(cuts) - 1), about or {"version": "1"})


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_the_finished_file_does_not_show_how_the_parts_were_cut(tmp_path, monkeypatch, suffix):
    monkeypatch.setattr(curve_store, "ROWS_A_GROUP", 40)
    found = set()
    for cuts in ([0, 100], [0, 1, 39, 40, 41, 100], [0, 80, 100], list(range(101))):
        assert stored(tmp_path / f"fits.{suffix}", cuts) == {"fits": 100}
        found.add((tmp_path / f"fits.{suffix}").read_bytes())
    assert len(found) == 1
    assert [path.name for path in tmp_path.iterdir()] == [f"fits.{suffix}"]


def test_a_number_that_does_not_exist_is_missing_in_the_file(tmp_path):
    stored(tmp_path / "fits.parquet", [0, 3])
    assert pq.read_table(tmp_path / "fits.parquet")["p_replicates"].null_count == 3
    stored(tmp_path / "fits.csv", [0, 1])
    assert (tmp_path / "fits.csv").read_text().splitlines()[1] == '"c0",0,0,0,0,0,0,0,,"fits",0'


def test_a_part_counts_only_for_what_it_was_made_from(tmp_path):
    store = CurveStore(tmp_path / "fits.csv")
    with store.held():
        store.put(3, part_of(*results(0, 4), "key"))
        assert store.has(3, "key") and not store.has(3, "other") and not store.has(4, "key")
        whole = (store.folder / "0000003.arrow").read_bytes()
        (store.folder / "0000003.arrow").write_bytes(whole[: len(whole) // 2])
        assert not store.has(3, "key"), "a part cut short is no part"
        assert store.there() == [3]


def test_the_parts_stay_when_something_goes_wrong(tmp_path):
    store = CurveStore(tmp_path / "fits.csv")

    def fails():
        with store.held():
            store.put(0, part_of(*results(0, 4), "key"))
            raise InputError("is damaged")

    with pytest.raises(InputError, match="damaged"):
        fails()
    assert store.has(0, "key") and not store.out.exists()


def test_a_second_run_at_the_same_time_is_told_so(tmp_path):
    def twice():
        with CurveStore(tmp_path / "fits.csv").held(), CurveStore(tmp_path / "fits.csv").held():
            pass

    with pytest.raises(InputError, match="another run is writing it"):
        twice()


@pytest.mark.parametrize("name", ["fits", "fits.xlsx", "fits.csv.gz"])
def test_a_result_is_parquet_or_csv(tmp_path, name):
    with pytest.raises(InputError, match=r"neither \.parquet nor \.csv"):
        CurveStore(tmp_path / name)


def test_rows_of_text_are_written_over_once(tmp_path):
    store = CurveStore(tmp_path / "fits.csv")
    batches = [pa.record_batch({"curve": ["a", "b"], "response": [1.0, 2.0]})] * 3
    with store.held():
        assert list(store.spool(iter(batches), "key")) == [2, 4, 6]
        assert pq.read_table(store.spooled).num_rows == 6
        assert list(store.spool(iter([]), "key")) == [6], "the second time it is there"
        assert list(store.spool(iter(batches[:1]), "other")) == [2]
