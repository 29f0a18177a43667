"""One million synthetic curves, from a Parquet file to the file of results, timed in a process of its own.

    python benchmarks/million.py [--curves 1000000] [--workers 2] [--limits none] [--csv] [--folder DIR] [--repeat 3]

Every curve has 10 doses in triplicate, log10 IC50 uniform from -9 to -5, hill 0.7 to 1.3, normal noise of 5 % of the span and 2 % of
curves flat: synthetic data, seeded, so that everyone measures the same file. Printed are seconds by the clock, CPU seconds,
peak memory and a row for docs/many_curves.md.
"""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as text
import pyarrow.parquet as pq

SEED, DOSES, REPLICATES = 20260301, 10, 3
CURVES_A_GROUP = 34_952  # about 2^20 rows, as pyarrow cuts row groups of its own

RUN = """
import json, resource, sys, time
began = time.perf_counter()
from tricyclic.jobs.fit_table import Request, run
work = run(Request(**json.loads(sys.argv[1])))
while True:
    try:
        next(work)
    except StopIteration as end:
        found = end.value
        break
own = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"s": time.perf_counter() - began, "cpu_s": own.ru_utime + own.ru_stime, "peak_kB": own.ru_maxrss,
                  "curves": found.curves, "status": found.status}))
"""


def curves(rng: np.random.Generator, first: int, count: int) -> pa.Table:
    """So many synthetic curves, long."""
    x = np.repeat(np.linspace(-10.0, -4.0, DOSES), REPLICATES)
    log10_ic50, hill = rng.uniform(-9, -5, (count, 1)), rng.uniform(0.7, 1.3, (count, 1))
    span = np.where(rng.random((count, 1)) < 0.02, 0.0, 1000.0)
    y = (
        100.0
        + span / (1.0 + 10.0 ** (hill * (x - log10_ic50)))
        + rng.normal(0.0, 50.0, (count, x.size))
    )
    names = pa.array([f"synthetic_{k:08d}" for k in range(first, first + count)])
    codes = np.repeat(np.arange(count, dtype=np.int32), x.size)
    return pa.table(
        {
            "curve": pa.DictionaryArray.from_arrays(codes, names),
            "log10_molar": np.tile(x, count),
            "response": y.ravel(),
        }
    )


def make(place: Path, count: int) -> None:
    """Write the file, piece by piece; it says of itself that it is synthetic."""
    rng = np.random.default_rng(SEED)
    writer = None
    for first in range(0, count, CURVES_A_GROUP):
        table = curves(rng, first, min(CURVES_A_GROUP, count - first))
        if place.suffix == ".csv":
            table = table.set_column(0, "curve", table.column("curve").cast(pa.string()))
            writer = writer or text.CSVWriter(place, table.schema)
        else:
            table = table.replace_schema_metadata(
                {"synthetic": f"benchmarks/million.py, seed {SEED}"}
            )
            writer = writer or pq.ParquetWriter(place, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def measured(request: dict[str, object]) -> dict[str, float]:
    """One run in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(request)], check=True, capture_output=True, text=True
    )
    return dict(json.loads(done.stdout))


def main() -> None:
    """Make the file where it is missing, run, print."""
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ask.add_argument("--curves", type=int, default=1_000_000)
    ask.add_argument("--workers", type=int, default=2)
    ask.add_argument("--limits", default="0.95")
    ask.add_argument("--csv", action="store_true")
    ask.add_argument("--folder", type=Path)
    ask.add_argument("--repeat", type=int, default=3)
    given = ask.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.folder or Path(made)
        file = folder / f"synthetic_{given.curves}.{'csv' if given.csv else 'parquet'}"
        if not file.exists():
            make(file, given.curves)
        size = file.stat().st_size / 1e6
        request = {
            "file": str(file),
            "out": str(folder / "fits.parquet"),
            "workers": given.workers,
            "limits": given.limits,
        }
        measured(
            {**request, "limits": "0.95"}
        )  # the engine compiles once, and the file comes to lie in memory
        runs = [measured(request) for _ in range(given.repeat)]
        best = min(runs, key=lambda run: run["s"])
        for run in runs:
            print(
                f"{run['s']:6.2f} s   CPU {run['cpu_s']:6.2f} s   peak {run['peak_kB'] / 1024:5.0f} MB   {run['status']}"
            )
        print(
            f"\ninput {file.name}, {size:.0f} MB, synthetic; load of the machine {os.getloadavg()[0]:.1f}; best of {len(runs)}:\n"
        )
        print("| input | curves | limits | workers | s | CPU s | curves/s | peak MB |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        print(
            f"| {file.suffix[1:]}, {size:.0f} MB | {given.curves:,} | {given.limits} | {given.workers} | {best['s']:.1f} | "
            f"{best['cpu_s']:.1f} | {given.curves / best['s']:,.0f} | {best['peak_kB'] / 1024:.0f} |"
        )


if __name__ == "__main__":
    main()
