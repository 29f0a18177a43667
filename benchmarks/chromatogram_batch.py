"""Time and memory of a batch of 235 chromatograms, and the errors of its amounts.

The synthetic study of seven animals per group is written as one file for each injection, read,
fitted, quantified and drawn, as `tricyclic microdialysis quantify --plot` does. Its truth is known:
printed are the errors of the samples, and how often the stated standard error covers them.

    python benchmarks/chromatogram_batch.py [--seeds 3] [--pictures]
"""

# ruff: noqa: T201 (a script that reports on standard output)
from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

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


def main() -> None:
    """Run the batches and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--pictures", action="store_true", help="also draw every injection")
    options = parser.parse_args()
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
