"""Time to fit one million synthetic curves, from a Parquet file to the file of results, in a fresh
process.

    python benchmarks/million.py [--curves 1000000] [--workers 2] [--no-intervals] [--csv]
    [--form plain] [--folder DIR] [--repeat 3] [--memory pandas]
    python benchmarks/million.py --forms [--curves 300000] [--before SOURCE]

Every curve has 10 doses in triplicate, log10 IC50 uniform from -9 to -5, hill 0.7 to 1.3, normal
noise of 5 % of the span and 2 % of curves flat: synthetic data from a seed, always the same file.
Prints wall-clock time, CPU time and its share by stage, peak memory and a row for
docs/many_curves.md. "start" is what no stage takes: imports, machine code, the main thread.

`--memory pandas`, `polars` or `arrow`: of a table in memory, which is read from the file before the
clock starts; "peak" is then what the fit takes beside the table.

A run is one process with threads, so that no page of memory is counted twice; its peak is the
largest resident set since it began, the code of libraries that it maps included ("code", which it
shares with other Python processes).

Forms: `plain`; `plates`, a dose series for each plate of 38 curves; `own`, doses of its own for
each curve; `hard`, IC50 far beyond the doses and slopes from 0.3 to 5. `--forms` compares the CPU
time of all with that of `plain`, and with the `src` folder of another version.
"""

# ruff: noqa: T201 (a script that reports on standard output)

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as text
import pyarrow.parquet as pq
from shared import load

SEED, DOSES, REPLICATES = 20260301, 10, 3
FORMS = ("plain", "plates", "own", "hard")
CURVES_A_PLATE, SERIES = 38, 997
# About 2^20 rows, the size of a row group of pyarrow.
CURVES_A_GROUP = 34_952

RUN = """
import json, logging, resource, sys, time
options, memory = json.loads(sys.argv[1]), sys.argv[2]
size_kB = before_s = 0
if memory:
    import pyarrow.parquet as pq
    table = pq.read_table(options["file"])
    table = table.set_column(0, "curve", table.column("curve").cast("string"))
    if memory == "pandas":
        table = table.to_pandas()
    elif memory == "polars":
        import polars
        table = polars.from_arrow(table)
    own = resource.getrusage(resource.RUSAGE_SELF)
    before_s = own.ru_utime + own.ru_stime
    with open("/proc/self/status") as about:
        sizes = dict(line.split(":", 1) for line in about)
    size_kB = int(sizes["VmRSS"].split()[0])
began = time.perf_counter()
stages = {}
class Stages(logging.Handler):
    def emit(self, record):
        stages.update(getattr(record, "stages", {}))
logging.getLogger("tricyclic").addHandler(Stages())
logging.getLogger("tricyclic").setLevel(logging.INFO)
if memory:
    import tricyclic
    del options["file"]
    result = tricyclic.fit_file(table, **options)
else:
    from tricyclic.workflows.curves.fit import run
    from tricyclic.workflows.curves.options import FitOptions
    result = run(FitOptions(**options))
own = resource.getrusage(resource.RUSAGE_SELF)
peak_kB, code_kB = own.ru_maxrss, 0
try:
    # The peak of this program alone: ru_maxrss begins with the size of the one that started it.
    with open("/proc/self/status") as about:
        sizes = dict(line.split(":", 1) for line in about)
    peak_kB, code_kB = (int(sizes[name].split()[0]) for name in ("VmHWM", "RssFile"))
except (OSError, KeyError):
    pass
print(json.dumps({
    "s": time.perf_counter() - began,
    "cpu_s": own.ru_utime + own.ru_stime - before_s,
    "peak_kB": peak_kB - size_kB,
    "code_kB": code_kB,
    "curves": result.curves,
    "status": dict(result.status),
    "stages": stages,
}))
"""


def doses(rng: np.random.Generator, first: int, count: int, form: str) -> np.ndarray:
    """Doses of some curves, shape (count, readings)."""
    x = np.repeat(np.linspace(-10.0, -4.0, DOSES), REPLICATES)
    shift = np.zeros((count, 1))
    if form == "plates":
        series = np.random.default_rng(SEED).uniform(-0.2, 0.2, SERIES)
        shift = series[np.arange(first, first + count) // CURVES_A_PLATE % SERIES, None]
    elif form == "own":
        shift = rng.uniform(-0.2, 0.2, (count, 1))
    return x + shift


def curves(rng: np.random.Generator, first: int, count: int, form: str = "plain") -> pa.Table:
    """Some synthetic curves as a long table."""
    x = doses(rng, first, count, form)
    log10_ic50, hill = rng.uniform(-9, -5, (count, 1)), rng.uniform(0.7, 1.3, (count, 1))
    if form == "hard":
        log10_ic50, hill = rng.uniform(-11, -3, (count, 1)), rng.uniform(0.3, 5.0, (count, 1))
    span = np.where(rng.random((count, 1)) < 0.02, 0.0, 1000.0)
    y = 100.0 + span / (1.0 + 10.0 ** (hill * (x - log10_ic50))) + rng.normal(0.0, 50.0, x.shape)
    names = pa.array([f"synthetic_{k:08d}" for k in range(first, first + count)])
    codes = np.repeat(np.arange(count, dtype=np.int32), x.shape[1])
    return pa.table(
        {
            "curve": pa.DictionaryArray.from_arrays(codes, names),
            "log10_molar": x.ravel(),
            "response": y.ravel(),
        }
    )


def make(place: Path, count: int, form: str = "plain") -> None:
    """Write the file, group by group; its metadata state that it is synthetic."""
    rng = np.random.default_rng(SEED)
    writer = None
    for first in range(0, count, CURVES_A_GROUP):
        table = curves(rng, first, min(CURVES_A_GROUP, count - first), form)
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


def measured(fit_options: dict[str, object], source: str = "", memory: str = "") -> dict[str, Any]:
    """One run in a fresh process, of another version where its `src` folder is given, and of a
    table in memory where its library is.
    """
    command = [sys.executable, "-c", RUN, json.dumps(fit_options), memory]
    environment = {**os.environ, **({"PYTHONPATH": source} if source else {})}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return dict(json.loads(done.stdout))


def by_stage(run: dict[str, Any]) -> str:
    """Share of the CPU time of a run in each stage."""
    stages = {**run["stages"], "start": run["cpu_s"] - sum(run["stages"].values())}
    return ", ".join(
        f"{name} {seconds:.2f} s ({seconds / run['cpu_s']:.0%})" for name, seconds in stages.items()
    )


def report(options: argparse.Namespace, file: Path, runs: list[dict[str, Any]]) -> None:
    """Print every run, and the best one as a row of the table."""
    for run in runs:
        print(
            f"{run['s']:6.2f} s   CPU {run['cpu_s']:6.2f} s   "
            f"peak {run['peak_kB'] / 1024:5.0f} MB, of it code {run['code_kB'] / 1024:.0f} MB   "
            f"{run['status']}"
        )
    best = min(runs, key=lambda run: run["s"])
    print(f"CPU time by stage: {by_stage(best)}")
    size = f"{file.stat().st_size / 1e6:.0f} MB"
    print(f"\ninput {file.name}, {size}, synthetic; {load()}; best of {len(runs)}:\n")
    print("| input | curves | limits | workers | s | CPU s | curves/s | peak MB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    print(
        f"| {options.memory or file.suffix[1:]}, {size} | {options.curves:,} "
        f"| {'none' if options.no_intervals else '95 %'} | {options.workers} | {best['s']:.1f} "
        f"| {best['cpu_s']:.1f} | {options.curves / best['s']:,.0f} "
        f"| {best['peak_kB'] / 1024:.0f} |"
    )


def compare_forms(options: argparse.Namespace, folder: Path) -> None:
    """CPU time of every form beside that of the plain one, and beside that of another version."""
    versions = [options.before, ""] if options.before else [""]
    seconds: dict[tuple[str, str], float] = {}
    for form in FORMS:
        file = folder / f"{form}_{options.curves}.parquet"
        if not file.exists():
            make(file, options.curves, form)
        given: dict[str, object] = {
            "file": str(file),
            "out": str(folder / "fits.parquet"),
            "workers": 1,
        }
        for source in versions:
            if form == FORMS[0]:
                measured(given, source)
            runs = [measured(given, source) for _ in range(options.repeat)]
            seconds[form, source] = min(run["cpu_s"] for run in runs)
    print(f"{options.curves:,} curves, one worker; {load()}; least of {options.repeat}:\n")
    print("| form | CPU s | times plain | CPU s before | times plain before |")
    print("| --- | --- | --- | --- | --- |")
    for form in FORMS:
        cells = []
        for source in ("", options.before):
            known = seconds.get((form, source)) if source or not cells else None
            plain = seconds.get((FORMS[0], source), 1.0)
            cells += [f"{known:.1f}", f"{known / plain:.2f}"] if known else ["", ""]
        print(f"| {form} | " + " | ".join(cells) + " |")


def main() -> None:
    """Make the file if it does not exist, run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--curves", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-intervals", action="store_true")
    parser.add_argument("--csv", action="store_true")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--form", choices=FORMS, default="plain")
    parser.add_argument("--memory", choices=("pandas", "polars", "arrow"), default="")
    parser.add_argument("--forms", action="store_true")
    parser.add_argument("--before", default="", help="src folder of another version")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if options.forms:
            compare_forms(options, folder)
            return
        name = "synthetic" if options.form == "plain" else options.form
        file = folder / f"{name}_{options.curves}.{'csv' if options.csv else 'parquet'}"
        if not file.exists():
            make(file, options.curves, options.form)
        fit_options: dict[str, object] = {
            "file": str(file),
            "out": str(folder / "fits.parquet"),
            "workers": options.workers,
        }
        # The first run compiles the engine, and brings the file into the cache of the system.
        measured(fit_options)
        fit_options["no_intervals"] = options.no_intervals
        runs = [measured(fit_options, memory=options.memory) for _ in range(options.repeat)]
        report(options, file, runs)


if __name__ == "__main__":
    main()
