"""A file of many curves gives one row per curve, the same however it is cut, run or interrupted."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.fitting.many import BatchFitOptions
from tricyclic.workflows.curves.fit import run
from tricyclic.workflows.curves.fit_batch import fit_file
from tricyclic.workflows.curves.options import FitOptions

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
csv = pytest.importorskip("pyarrow.csv")

DOSES = np.linspace(-10.0, -4.0, 10)


def many(rng, curves, *, doses=DOSES, replicates=3, sd=0.03):
    """Names, doses and readings of curves, shape (curves, rows), and their true log10 IC50."""
    x = np.broadcast_to(np.repeat(doses, replicates), (curves, doses.size * replicates))
    truth = rng.uniform(-8.5, -5.5, curves)
    y = 0.1 + 1.0 / (1.0 + 10.0 ** (rng.uniform(0.7, 1.3, (curves, 1)) * (x - truth[:, None])))
    return [f"c{k}" for k in range(curves)], x, y + rng.normal(0, sd, y.shape), truth


def long_table(names, x, y, **more):
    rows = x.shape[1]
    return pa.table(
        {
            "curve": np.repeat(names, rows),
            "log10_molar": x.ravel(),
            "response": y.ravel(),
            **{name: np.asarray(values).ravel() for name, values in more.items()},
        }
    )


def fitted(path, out, options=None, **settings):
    """Fit a file with one worker if nothing else is set."""
    settings = {"workers": 1, **settings}
    return fit_file(str(path), str(out), options or BatchFitOptions(), **settings)


class Stopped(Exception):
    """Raised by a progress callback to interrupt a run."""


def interrupted_after(reports):
    """A progress callback that interrupts the run at its n-th report."""
    seen = []

    def on_progress(progress):
        seen.append(progress)
        if len(seen) >= reports:
            raise Stopped

    return on_progress


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def mixed(rng):
    """Curves of several kinds: shared series, series of their own, missing rows and readings,
    unsorted, weighted.
    """
    names, x, y, _ = many(rng, 400)
    x, y = x.copy(), y.copy()
    x[100:220] += 0.25  # a second series that many share
    x[220:260] += rng.normal(0, 0.05, (40, 1))  # 40 curves, each with its own
    x[260:300] -= 0.4  # a third series, shared by too few to get a table of starts
    y[rng.random(y.shape) < 0.01] = np.nan
    y[300:310] = rng.normal(0, 1, (10, 30))
    for k in range(320, 340):
        order = rng.permutation(30)
        x[k], y[k] = x[k][order], y[k][order]
    table = long_table(names, x, y, weight=rng.uniform(0.5, 2.0, y.shape))
    gone = rng.random(table.num_rows) < 0.004  # whole rows missing, so curves differ in length
    return table.filter(pa.array(~gone))


def test_every_curve_of_a_file_gets_the_ic50_it_was_made_with(rng, folder):
    names, x, y, truth = many(rng, 200)
    pq.write_table(long_table(names, x, y), folder / "curves.parquet")
    result = fitted(folder / "curves.parquet", folder / "fits.parquet")
    fits = pq.read_table(folder / "fits.parquet")
    assert fits.column_names == [
        "curve",
        "ic50_nM",
        "ic50_low_nM",
        "ic50_high_nM",
        "ic50_nM_text",
        "pIC50",
        "log10_ic50",
        "log10_ic50_low",
        "log10_ic50_high",
        "hill",
        "top",
        "bottom",
        "residual_sd",
        "p_replicates",
        "status",
        "n",
        "checks",
    ]
    assert fits["curve"].to_pylist() == names
    assert result.curves == 200 and result.status == {"fitted": 200}
    got, low, high = (
        fits[name].to_numpy() for name in ("log10_ic50", "log10_ic50_low", "log10_ic50_high")
    )
    assert np.abs(got - truth).max() < 0.25
    inside = ((low < truth) & (truth < high)).mean()
    assert 0.89 < inside < 0.99  # 95 % limits, 200 curves
    assert not (folder / "fits.parquet.part").exists()


def test_p_replicates_is_the_lack_of_fit_test_that_scipy_gives(rng, folder):
    from scipy.optimize import curve_fit
    from scipy.stats import f

    names, x, y, _ = many(rng, 3)
    pq.write_table(long_table(names, x, y), folder / "curves.parquet")
    fitted(folder / "curves.parquet", folder / "fits.csv")
    fits = csv.read_csv(folder / "fits.csv")

    def logistic(x, top, bottom, c, hill):
        return bottom + (top - bottom) / (1.0 + 10.0 ** (hill * (x - c)))

    for k in range(3):
        p, _ = curve_fit(logistic, x[k], y[k], (1.1, 0.1, -7.0, 1.0), xtol=1e-14, ftol=1e-14)
        rss = np.sum((y[k] - logistic(x[k], *p)) ** 2)
        groups = y[k].reshape(10, 3)
        pure = np.sum((groups - groups.mean(axis=1, keepdims=True)) ** 2)
        expected = f.sf((rss - pure) / 6 / (pure / 20), 6, 20)
        assert fits["p_replicates"][k].as_py() == pytest.approx(expected, rel=1e-6)
        assert fits["residual_sd"][k].as_py() == pytest.approx(np.sqrt(rss / 26), rel=1e-9)
        assert fits["log10_ic50"][k].as_py() == pytest.approx(p[2], abs=1e-6)


def test_the_result_is_the_same_to_the_last_byte_however_it_is_cut_and_by_how_many_workers(
    mixed, folder
):
    results = set()
    for group, chunk, workers in (
        (1 << 20, None, 1),
        (997, 1, 1),
        (997, 1, 3),
        (300, 2500, 2),
        (5000, 5000, 2),
    ):
        pq.write_table(mixed, folder / "curves.parquet", row_group_size=group)
        for suffix in ("parquet", "csv"):
            fitted(
                folder / "curves.parquet",
                folder / f"fits.{suffix}",
                workers=workers,
                rows_per_block=chunk,
            )
        results.add(((folder / "fits.parquet").read_bytes(), (folder / "fits.csv").read_bytes()))
    assert len(results) == 1


def test_rows_of_a_curve_may_be_in_any_order_within_a_block(mixed, folder, rng):
    pq.write_table(mixed, folder / "sorted.parquet")
    fitted(folder / "sorted.parquet", folder / "sorted.csv")
    # Replicates keep their order, because their sum depends on it in the last bit.
    order = np.lexsort([np.arange(mixed.num_rows), mixed["log10_molar"].to_numpy()])
    pq.write_table(mixed.take(order), folder / "by_dose.parquet")
    fitted(folder / "by_dose.parquet", folder / "by_dose.csv")
    one, two = (
        sorted((folder / name).read_text(encoding="utf-8").splitlines())
        for name in ("sorted.csv", "by_dose.csv")
    )
    assert one == two


def test_csv_gives_what_parquet_gives_and_so_does_a_compressed_one(rng, folder):
    names, x, y, _ = many(rng, 50)
    table = long_table(names, x, y)
    pq.write_table(table, folder / "curves.parquet")
    csv.write_csv(table, folder / "curves.csv")
    (folder / "curves.csv.gz").write_bytes(gzip.compress((folder / "curves.csv").read_bytes()))
    semicolons = (
        (folder / "curves.csv").read_text(encoding="utf-8").replace(",", ";").replace(".", ",")
    )
    (folder / "comma.csv").write_text(semicolons)
    texts = set()
    for name in ("curves.parquet", "curves.csv", "curves.csv.gz", "comma.csv"):
        fitted(folder / name, folder / "fits.csv")
        texts.add((folder / "fits.csv").read_text(encoding="utf-8"))
    assert len(texts) == 1


def test_a_wide_file_gives_what_a_long_one_gives(rng, folder):
    names, x, y, _ = many(rng, 80)
    pq.write_table(long_table(names, x, y), folder / "long.parquet")
    header = [
        "curve",
        *(f"{v!r}" for v in x[0].tolist()),
    ]  # a name per replicate: the same name three times
    lines = [
        ",".join([name, *(repr(v) for v in row)])
        for name, row in zip(names, y.tolist(), strict=True)
    ]
    (folder / "columns.csv").write_text("\n".join([",".join(header), *lines]))
    one_each = {
        f"{dose!r}": y[:, 3 * k : 3 * k + 3].ravel() for k, dose in enumerate(DOSES.tolist())
    }
    pq.write_table(
        pa.table({"curve": np.repeat(names, 3), **one_each}),
        folder / "rows.parquet",
        row_group_size=50,
    )
    texts = set()
    for name in ("long.parquet", "columns.csv", "rows.parquet"):
        fitted(folder / name, folder / "fits.csv", rows_per_block=200)
        texts.add((folder / "fits.csv").read_text(encoding="utf-8"))
    assert len(texts) == 1


def test_molar_doses_give_what_log10_molar_gives(rng, folder):
    names, x, y, _ = many(rng, 20)
    table = long_table(names, x, y)
    pq.write_table(table, folder / "log.parquet")
    pq.write_table(
        table.drop_columns("log10_molar").append_column("molar", pa.array(10.0 ** x.ravel())),
        folder / "molar.parquet",
    )
    fitted(folder / "log.parquet", folder / "log_fits.parquet")
    fitted(folder / "molar.parquet", folder / "molar_fits.parquet")
    one, two = (
        pq.read_table(folder / f"{name}_fits.parquet")["log10_ic50"].to_numpy()
        for name in ("log", "molar")
    )
    assert np.abs(one - two).max() < 1e-9


def test_a_run_that_was_killed_continues_where_it_was(rng, folder):
    names, x, y, _ = many(rng, 6000)
    pq.write_table(long_table(names, x, y), folder / "curves.parquet", row_group_size=3000)
    fitted(folder / "curves.parquet", folder / "whole.parquet")
    code = "import sys; from tricyclic.cli.main import main; main(sys.argv[1:])"
    arguments = [
        "fit",
        str(folder / "curves.parquet"),
        "--out",
        str(folder / "fits.parquet"),
        "--chunk",
        "1",
        "--workers",
        "1",
    ]
    child = subprocess.Popen([sys.executable, "-c", code, *arguments], stderr=subprocess.PIPE)
    assert child.stderr is not None
    parts = folder / "fits.parquet.part"
    until = time.monotonic() + 120
    while (
        len(list(parts.glob("*.arrow"))) < 3 and child.poll() is None and time.monotonic() < until
    ):
        time.sleep(0.002)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    finished = len(list(parts.glob("*.arrow")))
    assert finished >= 3 and not (folder / "fits.parquet").exists()
    result = fitted(folder / "curves.parquet", folder / "fits.parquet", rows_per_block=1)
    assert result.reused_blocks == finished and result.blocks == 60
    assert (folder / "fits.parquet").read_bytes() == (folder / "whole.parquet").read_bytes()


def test_parts_of_other_rows_or_other_options_are_computed_again(rng, folder):
    names, x, y, _ = many(rng, 300)
    file, out = folder / "curves.parquet", folder / "fits.csv"
    pq.write_table(long_table(names, x, y), file, row_group_size=3000)
    with pytest.raises(Stopped):
        fitted(file, out, rows_per_block=1, on_progress=interrupted_after(3))
    finished = len(list((folder / "fits.csv.part").glob("*.arrow")))
    assert finished >= 2
    changed = y.copy()
    changed[0] += 1.0
    pq.write_table(long_table(names, x, changed), file, row_group_size=3000)
    assert fitted(file, out, rows_per_block=1).reused_blocks == finished - 1
    with pytest.raises(Stopped):
        fitted(file, out, rows_per_block=1, on_progress=interrupted_after(3))
    fixed = BatchFitOptions(hill=-1.0)
    assert fitted(file, out, fixed, rows_per_block=1).reused_blocks == 0


def test_damage_in_one_row_group_keeps_the_others(rng, folder):
    names, x, y, _ = many(rng, 400)
    file = folder / "curves.parquet"
    pq.write_table(long_table(names, x, y), file, row_group_size=3000, compression="zstd")
    about = pq.read_metadata(file)
    readings = about.row_group(about.num_row_groups - 1).column(2)
    data = bytearray(file.read_bytes())
    half = readings.total_compressed_size // 2
    begin = readings.dictionary_page_offset or readings.data_page_offset
    data[begin : begin + half] = os.urandom(half)
    file.write_bytes(data)
    with pytest.raises(InputError) as caught:
        fitted(file, folder / "fits.csv", rows_per_block=1)
    assert "row group 3" in str(caught.value) and "kept in fits.csv.part" in str(caught.value)
    assert len(list((folder / "fits.csv.part").glob("*.arrow"))) == 3


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(folder):
    """Six times the rows, the same peak: only one block per worker is in memory."""
    code = """
import resource, sys
import numpy as np, pyarrow as pa, pyarrow.parquet as pq
from tricyclic.workflows.curves.fit_batch import fit_file
from tricyclic.fitting.many import BatchFitOptions
file, out, groups = sys.argv[1], sys.argv[2], int(sys.argv[3])
rng = np.random.default_rng(0)
x = np.tile(np.repeat(np.linspace(-10, -4, 10), 3), 4000)
index = np.repeat(np.arange(4000, dtype=np.int32), 30)
writer = None
for g in range(groups):
    names = pa.array([f"c{g:05d}_{k:05d}" for k in range(4000)])
    y = 1 / (1 + 10 ** (x + 7)) + rng.normal(0, 0.05, x.size)
    curve = pa.DictionaryArray.from_arrays(index, names)
    table = pa.table({"curve": curve, "log10_molar": x, "response": y})
    writer = writer or pq.ParquetWriter(file, table.schema)
    writer.write_table(table)
writer.close()
fit_file(file, out, BatchFitOptions(confidence=None), workers=1, rows_per_block=100_000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
    peaks = []
    for groups in (8, 48):
        arguments = [
            sys.executable,
            "-c",
            code,
            str(folder / "c.parquet"),
            str(folder / "f.parquet"),
            str(groups),
        ]
        peaks.append(
            float(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout)
        )
    stored = 40 * 4000 * 30 * 20 / 2**20  # memory of the further rows when read: 92 MB
    assert peaks[1] - peaks[0] < 0.4 * stored, peaks


def test_a_dask_cluster_gives_the_same_bytes(mixed, folder):
    distributed = pytest.importorskip("distributed")
    pq.write_table(mixed, folder / "curves.parquet", row_group_size=1000)
    fitted(folder / "curves.parquet", folder / "here.parquet")
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=2,
        processes=False,
        dashboard_address=None,
        protocol="tcp",
        host="127.0.0.1",
    ) as cluster:
        fitted(
            folder / "curves.parquet",
            folder / "there.parquet",
            scheduler=cluster.scheduler_address,
            rows_per_block=1,
        )
    assert (folder / "here.parquet").read_bytes() == (folder / "there.parquet").read_bytes()


def test_a_scheduler_that_does_not_answer_is_reported(mixed, folder):
    pytest.importorskip("distributed")
    pq.write_table(mixed, folder / "curves.parquet")
    with pytest.raises(InputError, match="no Dask scheduler answers at 'nonsense'"):
        fitted(folder / "curves.parquet", folder / "fits.parquet", scheduler="nonsense")


def error_of(folder, table, name="curves.parquet"):
    """The sentence with which a file is refused."""
    if name.endswith("parquet"):
        pq.write_table(table, folder / name)
    else:
        csv.write_csv(table, folder / name)
    with pytest.raises(InputError) as caught:
        fitted(folder / name, folder / "fits.parquet")
    sentence = str(caught.value)
    assert (
        sentence.startswith(name)
        and "\n" not in sentence
        and not (folder / "fits.parquet").exists()
    )
    return sentence


def test_one_curve_on_two_plates_is_named(rng, folder):
    names, x, y, _ = many(rng, 4)
    plates = np.array([["p1"] * 30, ["p1"] * 30, ["p2"] * 15 + ["p3"] * 15, ["p2"] * 30])
    for name in ("curves.parquet", "curves.csv"):
        sentence = error_of(folder, long_table(names, x, y, plate=plates), name)
        assert "curve 'c2'" in sentence and "'p2'" in sentence and "'p3'" in sentence


def test_a_negative_weight_is_named(rng, folder):
    names, x, y, _ = many(rng, 3)
    weight = np.ones(y.shape)
    weight[1, 4] = -2
    assert "curve 'c1': has a weight of -2" in error_of(
        folder, long_table(names, x, y, weight=weight)
    )


def test_the_command_fits_every_curve_of_a_file_with_three_parameters(rng, folder):
    names, x, y, _ = many(rng, 5)
    pq.write_table(long_table(names, x, y), folder / "curves.parquet")
    reports = []
    result = run(
        FitOptions(
            str(folder / "curves.parquet"),
            curve="logistic_3pl",
            out=str(folder / "fits.csv"),
            no_intervals=True,
        ),
        reports.append,
    )
    assert [(one.done, one.total, one.message) for one in reports] == [
        (0, 5, "curves fitted"),
        (5, 5, "curves fitted"),
    ]
    fits = csv.read_csv(folder / "fits.csv")
    assert fits["hill"].to_pylist() == [-1, -1, -1, -1, -1]
    assert fits["log10_ic50_low"].null_count == 5
    assert result.confidence is None
    assert result.model == "one logistic per curve, absolute hill fixed at 1"


def test_a_fixed_value_and_a_confidence_level_reach_the_fit_of_every_curve(rng, folder):
    names, x, y, _ = many(rng, 5)
    pq.write_table(long_table(names, x, y), folder / "curves.parquet")
    result = run(
        FitOptions(
            str(folder / "curves.parquet"),
            fixed=("bottom=0.1", "hill=-0.9"),
            confidence=0.9,
            out=str(folder / "fits.csv"),
        )
    )
    fits = csv.read_csv(folder / "fits.csv")
    assert fits["bottom"].to_pylist() == [0.1] * 5
    assert fits["hill"].to_pylist() == [-0.9] * 5
    assert result.confidence == 0.9
    assert result.model == "one logistic per curve, hill fixed at -0.9, bottom fixed at 0.1"
    assert "90 % CI of log10 IC50" in result.summary()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"out": "{file}"},
            "out: the result would replace its input. Name another file.",
        ),
        (
            {"out": "fits.csv", "confidence": 95.0},
            "confidence: is 95. Between 0 and 1, such as 0.95.",
        ),
        (
            {"out": "fits.csv", "workers": 0},
            "workers: is 0. A whole number from 1.",
        ),
        (
            {"out": "fits.csv", "chunk": 0},
            "chunk: is 0. A whole number from 1.",
        ),
        (
            {"out": "fits.csv", "curve": "saturation"},
            (
                "curve: 'saturation' cannot be fitted to a file of many curves. It is "
                "logistic_4pl or logistic_3pl. To fit it to one table, add --y and --x."
            ),
        ),
        (
            {"out": "fits.csv", "fixed": ("slope=1",)},
            "fixed: no parameter is called 'slope'. There are: bottom, hill, top.",
        ),
        (
            {"out": "fits.csv", "fixed": ("hill=steep",)},
            "fixed: 'hill=steep' is not name=number. Such as log10_kd=-9.1.",
        ),
    ],
)
def test_options_that_cannot_be_met_are_refused_in_a_sentence(folder, options, sentence):
    (folder / "curves.csv").write_text("curve,log10_molar,response\na,-9,1\n")
    file = str(folder / "curves.csv")
    given = {k: v.format(file=file) if isinstance(v, str) else v for k, v in options.items()}
    with pytest.raises(InputError) as caught:
        run(FitOptions(file, **given))
    assert str(caught.value) == sentence


def test_an_output_of_another_format_is_refused(folder):
    (folder / "curves.csv").write_text("curve,log10_molar,response\na,-9,1\n")
    with pytest.raises(InputError, match=r"is none of \.parquet, \.pq, \.csv, \.xlsx"):
        run(FitOptions(str(folder / "curves.csv"), out=str(folder / "fits.ods")))


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def test_a_wrong_column_ends_the_command_with_code_3_and_one_sentence(folder):
    (folder / "curves.csv").write_text("curve,log10_molar,respons\na,-9,1\n")
    code = "import sys; from tricyclic.cli.main import main; main(sys.argv[1:])"
    arguments = ["fit", str(folder / "curves.csv"), "--out", str(folder / "fits.csv")]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert done.returncode == 3
    assert done.stderr.startswith(
        "curves.csv: no column is called 'response'. Did you mean 'respons'?"
    )
    assert not Path(folder / "fits.csv.part").exists()


def test_a_missing_file_is_reported_before_anything_else(tmp_path):
    with pytest.raises(InputError) as caught:
        run(FitOptions(file=str(tmp_path / "no.csv")))
    assert str(caught.value) == (
        f"{tmp_path / 'no.csv'}: does not exist. Check the name and the folder."
    )


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("wide", [False, True])
def test_columns_without_a_role_are_named(rng, folder, suffix, wide):
    names, x, y, _ = many(rng, 3)
    if wide:
        one = {f"{dose:g}": y[:, 3 * k] for k, dose in enumerate(DOSES)}
        table = pa.table({"curve": names, **one, "comment": ["a", "b", "c"]})
        expected = ("column 'comment'",)
    else:
        more = {"batch": np.ones(x.shape), "weight": np.ones(x.shape), "note": np.ones(x.shape)}
        table = long_table(names, x, y, **more)
        expected = ("columns 'batch', 'note'",)
    path = folder / f"curves{suffix}"
    (csv.write_csv if suffix == ".csv" else pq.write_table)(table, path)
    result = fitted(path, folder / "fits.csv")
    assert result.unused == expected
    assert f"not used  {expected[0]}" in str(result)
