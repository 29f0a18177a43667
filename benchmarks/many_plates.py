"""Time and memory of `screen run` on a folder of plate files, in a fresh process.

    python benchmarks/many_plates.py [--plates 1000] [--folder DIR]

Writes synthetic plates of 384 wells (a grid of readings in CSV for each plate, one layout for all,
one compound in each well, hits in 1 %, a seed), runs the command with its report, and prints the
time, the peak memory of the process and a row for docs/screens.md.
"""

# ruff: noqa: T201 (a script that reports on standard output)

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from shared import load

SEED, ROWS, COLUMNS, CONTROLS = 20260302, 16, 24, 2
TOP, WINDOW, SD = 1000.0, 900.0, 40.0
SHARE_OF_HITS = 0.01
LETTERS = "ABCDEFGHIJKLMNOP"

RUN = """
import json, resource, sys, time
began = time.perf_counter()
from tricyclic.reports.save import save
from tricyclic.workflows.screen.options import ScreenOptions
from tricyclic.workflows.screen.run import run
from pathlib import Path
options = json.loads(sys.argv[1])
result = run(ScreenOptions(**options))
analysed = time.perf_counter()
save(result, Path(options["out"]))
own = resource.getrusage(resource.RUSAGE_SELF)
peak_kB = own.ru_maxrss
try:
    # ru_maxrss begins with the size of the program that started this one.
    with open("/proc/self/status") as about:
        sizes = dict(line.split(":", 1) for line in about)
    peak_kB = int(sizes["VmHWM"].split()[0])
except (OSError, KeyError):
    pass
print(json.dumps({
    "s": time.perf_counter() - began,
    "report_s": time.perf_counter() - analysed,
    "cpu_s": own.ru_utime + own.ru_stime,
    "peak_kB": peak_kB,
}))
"""


def make(folder: Path, plates: int) -> None:
    """Write the plates, their layout and the table of compounds."""
    rng = np.random.default_rng(SEED)
    (folder / "plates").mkdir(parents=True)
    compounds = ["plate,well,compound,concentration_uM"]
    for number in range(plates):
        y = TOP - WINDOW * (rng.random((ROWS, COLUMNS)) < SHARE_OF_HITS) * rng.uniform(
            0.5, 1.0, (ROWS, COLUMNS)
        )
        y[:, :CONTROLS], y[:, -CONTROLS:] = TOP, TOP - WINDOW
        y = np.maximum(np.round(y + rng.normal(0.0, SD, y.shape)), 1.0)
        lines = ["," + ",".join(str(k + 1) for k in range(COLUMNS))]
        lines += [
            LETTERS[row] + "," + ",".join(f"{value:.0f}" for value in y[row]) for row in range(ROWS)
        ]
        name = f"plate_{number:04d}"
        (folder / "plates" / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        compounds += [
            f"{name},{LETTERS[row]}{column + 1:02d},C{number:04d}-{row:02d}-{column:02d},10"
            for row in range(ROWS)
            for column in range(CONTROLS, COLUMNS - CONTROLS)
        ]
    (folder / "compounds.csv").write_text("\n".join(compounds) + "\n", encoding="utf-8")
    layout = ["plate = 384", "", "[[block]]", 'wells = "A01:P02"', 'role = "total"', ""]
    layout += ["[[block]]", 'wells = "A23:P24"', 'role = "non_specific"', ""]
    layout += ["[[block]]", 'wells = "A03:P22"', 'role = "response"', ""]
    (folder / "layout.toml").write_text("\n".join(layout), encoding="utf-8")


def measured(folder: Path) -> dict[str, Any]:
    """One run in a fresh process."""
    options = {
        "plates": [str(folder / "plates" / "*.csv")],
        "layout": str(folder / "layout.toml"),
        "compounds": str(folder / "compounds.csv"),
        "unit": "counts",
        "out": str(folder / "results"),
    }
    command = [sys.executable, "-c", RUN, json.dumps(options)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    """Make the folder if it does not exist, run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plates", type=int, default=1000)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.folder or Path(temporary)) / f"plates_{options.plates}"
        if not folder.exists():
            make(folder, options.plates)
        run = measured(folder)
    print(f"{load()}\n\n| plates | wells | s | report s | CPU s | peak MB |")
    print("| --- | --- | --- | --- | --- | --- |")
    print(
        f"| {options.plates:,} | {options.plates * ROWS * COLUMNS:,} | {run['s']:.1f} "
        f"| {run['report_s']:.1f} | {run['cpu_s']:.1f} | {run['peak_kB'] / 1024:.0f} |"
    )


if __name__ == "__main__":
    main()
