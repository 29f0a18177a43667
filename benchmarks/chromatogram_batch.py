"""Time and memory of a batch of 235 chromatograms, and the errors of its amounts.

The synthetic study of seven animals per group is written as one file for each injection, read,
fitted, quantified and drawn, as `tricyclic microdialysis quantify --plot` does. Its truth is known:
printed are the errors of the samples, and how often the stated standard error covers them.

With `--study`, the demonstration study is created and run as a user does it, `tricyclic new
microdialysis` and `tricyclic run`, each in a process of its own: processor time and peak memory of
both, which do not depend on what else the machine does, and the time by the clock, which does.
`--docs` fills the table of docs/benchmarks.md with them.

    python benchmarks/chromatogram_batch.py [--seeds 3] [--pictures] [--study] [--docs]
"""

# ruff: noqa: T201 (a script that reports on standard output)
from __future__ import annotations

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from shared import fill, load, machine

import tricyclic as tca
from tricyclic.plotting.batch import batch_overview
from tricyclic.plotting.injection_pages import injection_book
from tricyclic.simulation.virtual.dialysis_batch import SyntheticDialysis, synthetic_dialysis
from tricyclic.simulation.virtual.dialysis_files import batch_files

LIMIT_S, LIMIT_MB = 15.0, 1000.0


def written(study: SyntheticDialysis, folder: Path) -> None:
    """Write list, method and chromatograms."""
    for name, data in batch_files(study, single=True).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


def peak_mb() -> float:
    """Largest memory of this process [MB]."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return float(status.split("VmHWM:")[1].split()[0]) / 1e3


def measured(*arguments: str) -> tuple[float, float, float]:
    """Processor time [s], time by the clock [s] and peak memory [MB] of one command."""
    command = [sys.executable, "-c", "from tricyclic.cli.main import main; main()", "--quiet"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run([*command, *arguments], check=True, stdout=subprocess.DEVNULL)
    elapsed = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # The largest of all children so far: `new`, which comes first, is the smaller one.
    return cpu, elapsed, after.ru_maxrss / 1e3


def demonstration_study() -> str:
    """Create and run the demonstration study; the table of both as text for the documentation."""
    busy = load()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "study"
        steps = {
            "tricyclic new microdialysis D": measured("new", "microdialysis", str(folder)),
            "tricyclic run D": measured("run", str(folder)),
        }
        with (folder / "samples.csv").open(encoding="utf-8", newline="") as file:
            count = sum(bool(row["file"]) for row in csv.DictReader(file))
        files = sum(1 for one in (folder / "results").glob("*/**/*") if one.is_file())
    rows = [
        f"| `{name}` | {cpu:.1f} | {elapsed:.1f} | {memory:.0f} |"
        for name, (cpu, elapsed, memory) in steps.items()
    ]
    cpu, _, memory = steps["tricyclic run D"]
    verdict = "within" if cpu <= LIMIT_S and memory < LIMIT_MB else "NOT within"
    note = (
        f"{count} injections, {files} files of results; processor time and memory of the run are "
        f"{verdict} {LIMIT_S:g} s and {LIMIT_MB / 1000:g} GB. {machine()}; {busy}."
    )
    return "\n".join(
        [
            "| command | processor time, s | by the clock, s | peak memory, MB |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
            note,
        ]
    )


def main() -> None:
    """Run the batches and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--pictures", action="store_true", help="also draw every injection")
    parser.add_argument("--study", action="store_true", help="only the demonstration study")
    parser.add_argument("--docs", action="store_true", help="fill the table of docs/benchmarks.md")
    options = parser.parse_args()
    if options.study or options.docs:
        text = demonstration_study()
        print(text)
        if options.docs:
            fill("demonstration_study", text)
        return
    errors, scores = [], []
    for seed in range(1, options.seeds + 1):
        study = synthetic_dialysis(np.random.default_rng(seed))
        truth = {one.name: one.amount_fmol for one in study.injections}
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            written(study, folder)
            elapsed, cpu = time.perf_counter(), time.process_time()
            batch = tca.quantify(
                folder / "samples.csv", method=folder / "method.toml", folder=folder / "raw"
            )
            batch_overview(batch, "NE")
            elapsed, cpu = time.perf_counter() - elapsed, time.process_time() - cpu
        count = len(batch.injections)
        within = "within" if elapsed <= LIMIT_S else "NOT within"
        print(
            f"seed {seed}: {count} injections in {elapsed:.1f} s ({cpu:.1f} s CPU), {within} "
            f"{LIMIT_S:g} s; peak memory {peak_mb():.0f} MB (limit {LIMIT_MB:g} MB)"
        )
        if options.pictures:
            start = time.perf_counter()
            size = len(injection_book(batch)) / 1e6
            print(
                f"  pictures of all injections: {time.perf_counter() - start:.1f} s, {size:.1f} MB"
            )
        for amount in batch["NE"].amounts:
            if amount.row.role == "sample" and np.isfinite(amount.amount):
                error = amount.amount - truth[amount.row.name]
                errors.append(error / truth[amount.row.name])
                scores.append(error / amount.amount_se)
    size = np.abs(errors)
    covered = np.mean(np.abs(scores) < 1.96)
    print(
        f"{len(errors)} samples: median |error| {100 * np.median(size):.2f} %, 95 % of them within "
        f"{100 * np.quantile(size, 0.95):.1f} %; 95 % intervals contain the truth in "
        f"{100 * covered:.0f} %"
    )


if __name__ == "__main__":
    main()
