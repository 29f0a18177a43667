"""A file of many curves is read once, whatever its form, and its fits do not depend on the pass."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest

from tricyclic.errors import InputError
from tricyclic.fitting.many import BatchFitOptions
from tricyclic.io.curves import streams
from tricyclic.io.curves.csv import CurveText
from tricyclic.io.curves.parquet import CurveFile
from tricyclic.io.curves.plan import SeriesCounts
from tricyclic.workflows.curves.fit_batch import fit_file

DOSES = np.repeat(np.linspace(-10.0, -4.0, 10), 2)
OPTIONS = BatchFitOptions(confidence=None)


def table(rng, curves, *, series, own=0):
    """Curves of which the k-th has the series k modulo `series`; the last ones have their own."""
    x = DOSES + 0.1 * (np.arange(curves) % series)[:, None]
    if own:
        x[-own:] += rng.normal(0, 0.01, (own, 1))
    y = 1.0 / (1.0 + 10.0 ** (x - rng.uniform(-8, -6, (curves, 1)))) + rng.normal(0, 0.03, x.shape)
    names = np.repeat([f"c{k}" for k in range(curves)], DOSES.size)
    return pa.table({"curve": names, "log10_molar": x.ravel(), "response": y.ravel()})


@pytest.fixture
def rng():
    return np.random.default_rng(11)


@pytest.fixture
def small_blocks(monkeypatch):
    """Text in blocks of some ten curves; its batches are those of a block of bytes."""
    monkeypatch.setattr(streams, "SPOOL_CELLS", 600)
    monkeypatch.setattr("tricyclic.io.curves.plain_text.PIECE", 8000)


@pytest.fixture
def count_reads(monkeypatch):
    """How often each row group, and each text, is read."""
    counts: Counter[object] = Counter()
    read, batches = CurveFile.read, CurveText.batches

    def counted_read(self, groups, *, readings=True):
        counts[groups] += 1
        return read(self, groups, readings=readings)

    def counted_batches(self, remarks=None):
        counts["text"] += 1
        return batches(self, remarks)

    monkeypatch.setattr(CurveFile, "read", counted_read)
    monkeypatch.setattr(CurveText, "batches", counted_batches)
    return counts


def fitted(file, out, **settings):
    return fit_file(str(file), str(out), OPTIONS, **{"workers": 2, "rows_per_block": 1, **settings})


def test_each_part_of_a_file_of_shared_doses_is_read_once(tmp_path, rng, count_reads, small_blocks):
    rows = table(rng, 600, series=1)
    pq.write_table(rows, tmp_path / "c.parquet", row_group_size=3000)
    arrow_csv.write_csv(rows, tmp_path / "c.csv")
    assert fitted(tmp_path / "c.parquet", tmp_path / "p.csv").blocks == 4
    assert fitted(tmp_path / "c.csv", tmp_path / "t.csv").blocks > 10
    assert set(count_reads.values()) == {1}
    assert (tmp_path / "p.csv").read_bytes() == (tmp_path / "t.csv").read_bytes()


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_curves_whose_series_is_shared_only_by_the_whole_file_are_fitted_as_such(
    tmp_path, rng, count_reads, small_blocks, suffix
):
    # Forty series of 15 curves are shared by none; of eight, each has 75 curves, 64 of them only
    # near the end of the file.
    for number, (series, own) in enumerate([(40, 0), (8, 5)]):
        rows = table(rng, 600, series=series, own=own)
        pq.write_table(rows, tmp_path / "c.parquet", row_group_size=500)
        arrow_csv.write_csv(rows, tmp_path / "c.csv")
        file = tmp_path / f"c.{suffix}"
        count_reads.clear()
        one = fitted(tmp_path / "c.parquet", tmp_path / "one.parquet", rows_per_block=10**6)
        assert one.blocks == 1
        many = fitted(file, tmp_path / f"{number}.parquet")
        assert many.blocks > 10
        written = (tmp_path / f"{number}.parquet").read_bytes()
        if suffix == "parquet":
            assert written == (tmp_path / "one.parquet").read_bytes()
        else:
            assert count_reads["text"] == 1, "rows that have to wait are kept"
            fits = pq.read_table(tmp_path / f"{number}.parquet")
            assert fits.equals(pq.read_table(tmp_path / "one.parquet"))
        assert not list(tmp_path.glob("*.part"))
        np.testing.assert_array_equal(many.first.y, one.first.y)
        np.testing.assert_array_equal(many.first.log10_dose, one.first.log10_dose)


def test_an_interrupted_run_of_a_text_continues(tmp_path, rng, small_blocks):
    arrow_csv.write_csv(table(rng, 300, series=1), tmp_path / "c.csv")
    fitted(tmp_path / "c.csv", tmp_path / "whole.parquet")
    seen = []

    def stop(progress):
        seen.append(progress)
        if len(seen) > 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fitted(tmp_path / "c.csv", tmp_path / "fits.parquet", on_progress=stop)
    assert all(one.done <= one.total for one in seen)
    finished = len(list((tmp_path / "fits.parquet.part").glob("*.arrow")))
    result = fitted(tmp_path / "c.csv", tmp_path / "fits.parquet")
    assert result.reused_blocks == finished >= 5
    assert (tmp_path / "fits.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()


def test_a_word_far_down_among_the_readings_is_missing_and_finished_blocks_are_used(
    tmp_path, rng, small_blocks
):
    rows = table(rng, 300, series=1)
    arrow_csv.write_csv(rows, tmp_path / "c.csv")
    lines = (tmp_path / "c.csv").read_text(encoding="utf-8").splitlines()
    lines[-7] = lines[-7].rsplit(",", 1)[0] + ",spilled"
    (tmp_path / "word.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines[-7] = lines[-7].rsplit(",", 1)[0] + ","
    (tmp_path / "empty.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    word = fitted(tmp_path / "word.csv", tmp_path / "word.parquet", workers=1)
    empty = fitted(tmp_path / "empty.csv", tmp_path / "empty.parquet")
    assert word.unused == (
        "1 cell of 'response' without a number ('spilled'), as missing readings",
    )
    assert word.reused_blocks > 5 and not empty.unused
    assert word.curves == empty.curves == 300
    assert pq.read_table(tmp_path / "word.parquet").equals(
        pq.read_table(tmp_path / "empty.parquet")
    )


def test_rows_of_a_text_that_are_far_apart_are_refused_by_name(tmp_path, rng, small_blocks):
    rows = table(rng, 300, series=1)
    again = rows.slice(0, DOSES.size)
    arrow_csv.write_csv(pa.concat_tables([rows, again]), tmp_path / "c.csv")
    with pytest.raises(InputError, match=r"curve 'c0'.*has rows far apart"):
        fitted(tmp_path / "c.csv", tmp_path / "fits.csv")


def test_counts_of_series_are_those_of_all_blocks(rng):
    series, counted = SeriesCounts(), Counter()
    for size in (5, 1, 300, 20, 20, 20, 700):
        keys, counts = np.unique(rng.integers(0, 400, size).astype(np.uint64), return_counts=True)
        series.add(keys, counts * 9)
        counted.update(dict(zip(keys.tolist(), (counts * 9).tolist(), strict=True)))
    wanted = np.arange(401, dtype=np.uint64)
    assert series.counts(wanted).tolist() == [counted[int(key)] for key in wanted]
    often = [key for key in sorted(counted) if counted[key] >= 64]
    assert series.shared().tolist() == often
    assert wanted[series.are_shared(wanted)].tolist() == often


def test_a_file_is_fitted_without_pandas(tmp_path, rng):
    """Importing pandas takes longer than reading a hundred thousand curves."""
    pq.write_table(table(rng, 80, series=1), tmp_path / "c.parquet")
    code = """
import sys
from tricyclic.workflows.curves.fit_batch import fit_file
from tricyclic.fitting.many import BatchFitOptions
fit_file(sys.argv[1], sys.argv[2], BatchFitOptions())
assert "pandas" not in sys.modules
"""
    arguments = [str(tmp_path / "c.parquet"), str(tmp_path / "fits.parquet")]
    subprocess.run([sys.executable, "-c", code, *arguments], check=True)


def test_quoted_decimal_commas_are_read_where_commas_separate(tmp_path, rng):
    arrow_csv.write_csv(table(rng, 3, series=1), tmp_path / "point.csv")
    head, *lines = (tmp_path / "point.csv").read_text(encoding="utf-8").splitlines()
    cells = [line.split(",") for line in lines]
    quoted = [",".join([c[0], *(f'"{n.replace(".", ",")}"' for n in c[1:])]) for c in cells]
    (tmp_path / "comma.csv").write_text("\n".join([head, *quoted]) + "\n", encoding="utf-8")
    for name in ("point", "comma"):
        assert fitted(tmp_path / f"{name}.csv", tmp_path / f"{name}_fits.csv").curves == 3
    written = [(tmp_path / f"{name}_fits.csv").read_bytes() for name in ("point", "comma")]
    assert written[0] == written[1]
