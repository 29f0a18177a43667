"""Every number that the program prints or writes on a fixed set of runs, as one table; and its comparison with the recorded one.

    python tools/reference/compare_numbers.py record TABLE.parquet [RUN ...]     run everything, write the table
    python tools/reference/compare_numbers.py compare [RUN ...]                  run everything, compare with baseline.parquet

A row of the table is one number: the run, where it stood (standard output, --json, or a file that was written), the key that
leads to it (path of the JSON document, or row and column of the table), and its value in full precision. Numbers in text are
counted in the order in which they stand there.
"""

# ruff: noqa: T201

from __future__ import annotations

import csv
import html
import io
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
INPUTS = HERE / "inputs"
BASELINE = HERE / "baseline.parquet"
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
TAG = re.compile(r"<svg.*?</svg>|<style.*?</style>|<script.*?</script>|<[^>]+>", re.DOTALL)
CALL = "from tricyclic.cli.main import main; main()"
Row = tuple[str, str, str, float]


@dataclass(frozen=True)
class Run:
    """One call of the command line; OUT in its arguments is an empty folder whose files are read afterwards."""

    name: str
    arguments: list[str]
    json: bool = True
    text: bool = True
    before: list[str] = field(default_factory=list)


DESIPRAMINE = ["--drug", "desipramine", "--dose", "10 mg/kg", "--route", "ip", "--every", "12h"]
HUMAN = ["--drug", "imipramine", "--dose", "50 mg", "--route", "po", "--every", "8h"]
GLUTAMATE = [
    "--with",
    "imipramine 1 uM bath for 48.25 h",
    "--with",
    "BDNF 50 ng/mL bath at 48 h for 0.25 h",
]


def fit(curve: str, column: str, *more: str) -> list[str]:
    return [
        "fit",
        "INPUTS/doses.csv",
        "--curve",
        curve,
        "--y",
        column,
        "--x",
        "concentration_M=conc_nM:nM",
        *more,
    ]


ASSOCIATION = [
    "kinetics",
    "INPUTS/association.csv",
    "--layout",
    "INPUTS/association_layout.toml",
    "--kind",
    "association",
    "--target",
    "NET",
    "--radioligand",
    "[3H]nisoxetine",
    "--isotope",
    "3H",
    "--radioligand-nM",
    "1",
    "--kd-nM",
    "0.8",
    "--specific-activity",
    "80",
    "--efficiency",
    "0.45",
    "--counting-time-min",
    "5",
    "--background-cpm",
    "25",
    "--volume-uL",
    "250",
    "--protein-ug",
    "30",
]
RUNS = [
    Run("demo", ["demo", "OUT/study"]),
    Run("kinetics", ASSOCIATION),
    *(
        Run(f"fit_{curve}_{column}", fit(curve, column))
        for curve in ("logistic_3pl", "logistic_4pl", "logistic_5pl")
        for column in ("falling", "rising", "window")
    ),
    Run(
        "fit_proportional",
        fit("logistic_4pl", "window", "--variance", "proportional", "--confidence", "0.9"),
    ),
    Run("fit_hill_held", fit("logistic_4pl", "falling", "--given", "hill=1")),
    Run("fit_many_4pl", ["fit", "CURVES", "--out", "OUT/fits.csv"]),
    Run("fit_many_3pl", ["fit", "CURVES", "--out", "OUT/fits.csv", "--model", "3pl"]),
    Run(
        "fit_many_held",
        ["fit", "CURVES", "--out", "OUT/fits.csv", "--given", "bottom=0", "--limits", "0.9"],
    ),
    Run(
        "simulate_rat",
        [
            "simulate",
            "noradrenergic_synapse",
            *DESIPRAMINE,
            "--days",
            "14",
            "--washout",
            "2 d",
            "--members",
            "10",
            "--to",
            "OUT",
        ],
    ),
    Run("simulate_human", ["simulate", "human_occupancy", *HUMAN, "--days", "3", "--to", "OUT"]),
    Run(
        "simulate_culture",
        ["simulate", "bdnf_glutamate", *GLUTAMATE, "--members", "0", "--to", "OUT"],
    ),
    Run(
        "simulate_antagonist",
        [
            "simulate",
            "noradrenergic_synapse",
            "--drug",
            "reboxetine",
            "--dose",
            "15 mg/kg",
            "--route",
            "ip",
            "--antagonist",
            "idazoxan 1 mg/kg sc at 1 h",
            "--hours",
            "4",
            "--members",
            "0",
        ],
    ),
    Run(
        "simulate_pump",
        [
            "simulate",
            "kinetics_and_occupancy",
            "--drug",
            "desipramine",
            "--rate",
            "15 mg/kg/d",
            "--days",
            "3",
            "--washout",
            "2 d",
            "--members",
            "0",
        ],
    ),
    Run(
        "population",
        [
            "population",
            "human_occupancy",
            *HUMAN,
            "--days",
            "3",
            "--subjects",
            "30",
            "--members",
            "0",
            "--responder",
            "SERT_occupancy.last_day >= 0.8",
            "--to",
            "OUT",
        ],
    ),
    Run(
        "population_rat",
        [
            "population",
            "kinetics_and_occupancy",
            *DESIPRAMINE,
            "--days",
            "2",
            "--subjects",
            "20",
            "--to",
            "OUT",
        ],
    ),
    Run(
        "sensitivity",
        [
            "sensitivity",
            "kinetics_and_occupancy",
            "--drug",
            "desipramine",
            "--dose",
            "10 mg/kg",
            "--route",
            "ip",
            "--days",
            "1",
            "--to",
            "OUT",
        ],
    ),
    Run(
        "sobol",
        [
            "sensitivity",
            "kinetics_and_occupancy",
            "--drug",
            "desipramine",
            "--dose",
            "10 mg/kg",
            "--route",
            "ip",
            "--days",
            "1",
            "--watch",
            "SERT_occupancy",
            "--parameter",
            "desipramine.CL,desipramine.fu,desipramine_brain.Kpuu",
            "--sobol",
            "64",
            "--to",
            "OUT",
        ],
    ),
    Run("screen", ["screen", "INPUTS/screen.csv", "--out", "OUT"]),
    Run(
        "design",
        [
            "design",
            "binding",
            "--protocol",
            "net-nisoxetine",
            "--expected-ki",
            "1 nM",
            "--expected-bmax",
            "800 fmol/mg",
            "--width",
            "2",
            "--simulations",
            "60",
            "--out",
            "OUT/design",
        ],
    ),
    Run(
        "design_saturation",
        [
            "design",
            "binding",
            "--protocol",
            "net-nisoxetine",
            "--kind",
            "saturation",
            "--expected-kd",
            "0.8 nM",
            "--expected-bmax",
            "800 fmol/mg",
            "--simulations",
            "30",
            "--out",
            "OUT/design",
        ],
    ),
    Run("control_chart", ["control-chart", "INPUTS/runs.csv", "--baseline", "9", "--out", "OUT"]),
    Run(
        "msr",
        [
            "msr",
            "INPUTS/two_runs.csv",
            "--first",
            "run1_ic50_nM",
            "--second",
            "run2_ic50_nM",
            "--out",
            "OUT",
        ],
    ),
    Run("relative_potency", ["relative-potency", "INPUTS/potency.csv", "--reference", "standard"]),
    Run(
        "virtual_glutamate",
        [
            "virtual-assay",
            "glutamate",
            "--drug",
            "imipramine",
            "--concentrations",
            "0.1, 0.3, 1, 3, 10 uM",
            "--antagonist",
            "BD1047",
            "--cultures",
            "4",
            "--replicates",
            "3",
            "--seed",
            "1",
            "--experiments",
            "50",
            "--to",
            "OUT",
        ],
    ),
    Run(
        "virtual_neurites",
        [
            "virtual-assay",
            "neurites",
            "--drug",
            "fluvoxamine",
            "--concentrations",
            "10, 30, 100, 300, 1000 nM",
            "--antagonist",
            "NE-100",
            "--cultures",
            "6",
            "--experiments",
            "50",
            "--to",
            "OUT",
        ],
    ),
    Run(
        "virtual_microdialysis",
        [
            "virtual-assay",
            "microdialysis",
            "--drug",
            "desipramine",
            "--concentrations",
            "1, 3, 10 mg/kg",
            "--route",
            "ip",
            "--region",
            "lc",
            "--animals",
            "8",
            "--experiments",
            "50",
            "--to",
            "OUT",
        ],
    ),
    Run(
        "validate",
        ["predict", "noradrenergic_synapse", "--members", "3", "--to", "OUT"],
        json=False,
    ),
    Run("calibrate", ["calibrate", "human_occupancy", "--quick", "--to", "OUT"]),
    Run("credibility", ["credibility", "kinetics_and_occupancy", "--to", "OUT/report.json"]),
    Run("petab", ["petab", "human_occupancy", "--to", "OUT"]),
    Run(
        "convert",
        [
            "convert",
            "4000 cpm",
            "fmol/mg",
            "--efficiency",
            "0.45",
            "--specific-activity",
            "80",
            "--protein",
            "30",
        ],
    ),
    Run("drugs", ["drugs", "imipramine"]),
    Run("curves", ["curves", "logistic_4pl"]),
    Run("protocols", ["protocols", "net-nisoxetine"]),
]


def many_curves(path: Path) -> None:
    """400 synthetic dose-response curves, 10 doses in triplicate: half easy, half hard, some rising, 10 % of the hard ones flat."""
    rng = np.random.default_rng(20260301)
    x = np.linspace(-10.0, -4.0, 10)
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["curve", "log10_molar", "response"])
        for k in range(400):
            top = rng.uniform(1500, 6000)
            bottom = top * rng.uniform(0.05, 0.2)
            low, high, least, most = (-8.0, -6.0, 0.7, 1.3) if k < 200 else (-11.0, -3.0, 0.4, 2.5)
            c, hill = rng.uniform(low, high), rng.uniform(least, most)
            if k >= 200 and rng.random() < 0.1:
                bottom = top
            slope = -hill if k % 4 == 3 else hill
            mean = bottom + (top - bottom) / (1 + 10 ** (slope * (x - c)))
            for j in range(x.size):
                for _ in range(3):
                    y = rng.normal(mean[j], math.sqrt(mean[j] + (0.05 * mean[j]) ** 2))
                    writer.writerow([f"c{k}", f"{x[j]:.6f}", f"{y:.4f}"])


def run_rows(run: Run) -> list[Row]:
    """Do one run and collect its numbers."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        curves = place / "curves.csv"
        if "CURVES" in run.arguments:
            many_curves(curves)
        for number, as_json in enumerate(
            [form for form, wanted in ((True, run.json), (False, run.text)) if wanted]
        ):
            out = place / ("json" if as_json else "text")
            out.mkdir()
            arguments = [
                str(curves)
                if a == "CURVES"
                else a.replace("OUT", str(out)).replace("INPUTS", str(INPUTS))
                for a in run.arguments
            ]
            command = [
                sys.executable,
                "-c",
                CALL,
                "--quiet",
                *(["--json"] if as_json else []),
                *arguments,
            ]
            done = subprocess.run(
                command, capture_output=True, text=True, cwd=folder, env=environment()
            )
            if done.returncode not in (0, 4):
                raise RuntimeError(
                    f"{run.name} ended with {done.returncode}: {done.stderr[-2000:]}"
                )
            if as_json:
                rows += [
                    (run.name, "json", key, value)
                    for key, value in flat(json.loads(done.stdout).get("result"))
                ]
            else:
                text = done.stdout.replace(folder, "")
                rows += [(run.name, "text", str(k), value) for k, value in enumerate(numbers(text))]
            if number == 0:
                for file in sorted(out.rglob("*")):
                    if (
                        file.is_file()
                        and not file.is_symlink()
                        and "latest" not in file.parts
                        and "raw" not in file.parts
                    ):
                        name = re.sub(r"[0-9a-f]{16}", "HASH", file.relative_to(out).as_posix())
                        rows += [(run.name, name, key, value) for key, value in file_numbers(file)]
    return rows


def environment() -> dict[str, str]:
    return {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "MPLBACKEND": "Agg"}


def numbers(text: str) -> list[float]:
    """Numbers of a text, in the order in which they stand there; hashes and dates have none."""
    text = re.sub(r"\b[0-9a-f]{12,64}\b|\d{4}-\d\d-\d\d", " ", text)
    return [float(found) for found in NUMBER.findall(text.replace("−", "-"))]


def kept(length: int) -> range:
    """Places of a long list or table that are kept: all of 150, else about 60 spread over it."""
    return range(0, length, 1 if length <= 150 else -(-length // 60))


def flat(value: object, path: str = "") -> Iterator[tuple[str, float]]:
    """Keys and numbers of a plain document; None is nan, true is 1; of a text, the numbers it holds."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from flat(item, f"{path}/{key}")
    elif isinstance(value, list):
        for k in kept(len(value)):
            yield from flat(value[k], f"{path}/{k}")
    elif value is None:
        yield path, math.nan
    elif isinstance(value, (bool, int, float)):
        yield path, float(value)
    elif isinstance(value, str):
        try:
            yield path, float(value)
        except ValueError:
            return


def file_numbers(file: Path) -> Iterator[tuple[str, float]]:
    if file.suffix == ".csv":
        yield from csv_numbers(file.read_text(encoding="utf-8"))
    elif file.suffix == ".json":
        yield from flat(json.loads(file.read_text(encoding="utf-8")))
    elif file.suffix == ".parquet":
        import pyarrow.parquet as pq

        table = pq.read_table(file)
        for name in table.column_names:
            column = table[name].to_pylist()
            for k in kept(len(column)):
                yield from flat(column[k], f"{k}/{name}")
    elif file.suffix in (".html", ".md"):
        plain = html.unescape(TAG.sub(" ", file.read_text(encoding="utf-8")))
        yield from ((str(k), value) for k, value in enumerate(numbers(plain)))
    elif file.suffix == ".toml" and "ensemble" in file.as_posix():
        import tomllib

        yield from flat(tomllib.loads(file.read_text(encoding="utf-8")))
    elif file.suffix == ".tsv":
        yield from csv_numbers(file.read_text(encoding="utf-8"), "\t")


def csv_numbers(text: str, delimiter: str = ",") -> Iterator[tuple[str, float]]:
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    heads = rows[0] if rows else []
    for k in kept(len(rows) - 1):
        for head, cell in zip(heads, rows[k + 1], strict=False):
            try:
                yield f"{k}/{head}", float(cell)
            except ValueError:
                if cell == "":
                    yield f"{k}/{head}", math.nan


def nist_rows() -> list[Row]:
    """Parameters, residual sum and covariance of every NIST set from both starts, through the package's least squares."""
    code = (HERE / "nist_run.py").read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", code, str(HERE.parents[1])],
        capture_output=True,
        text=True,
        env=environment(),
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return [("nist", "json", key, value) for key, value in flat(json.loads(done.stdout))]


def all_rows(names: list[str]) -> list[Row]:
    wanted = [run for run in RUNS if not names or run.name in names]
    rows: list[Row] = []
    with ThreadPoolExecutor(int(os.environ.get("WORKERS", "2"))) as pool:
        for run, found in zip(wanted, pool.map(run_rows, wanted), strict=True):
            print(f"{run.name}: {len(found)} numbers", file=sys.stderr, flush=True)
            rows += found
    if not names or "nist" in names:
        rows += nist_rows()
    return rows


def write(rows: list[Row], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = list(zip(*rows, strict=True))
    table = pa.table(
        {
            name: pa.array(list(column))
            for name, column in zip(("run", "source", "key", "value"), columns, strict=True)
        }
    )
    pq.write_table(table, path, compression="zstd", compression_level=19)


def read(path: Path) -> list[Row]:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    return list(
        zip(*(table[name].to_pylist() for name in ("run", "source", "key", "value")), strict=True)
    )


@dataclass(frozen=True)
class Change:
    """One stated change of changes.toml: which numbers it speaks of, and what becomes of them."""

    run: str
    source: str
    key: str
    reason: str
    to_source: str = ""
    to_key: str = ""
    value: str = "same"
    dropped: bool = False
    added: bool = False
    tolerance: float = 0.0

    def match(self, row: Row) -> re.Match[str] | None:
        """The match of the key where the change speaks of this number."""
        if not (re.fullmatch(self.run, row[0]) and re.fullmatch(self.source, row[1])):
            return None
        return re.fullmatch(self.key, row[2])


VALUES = {"same": lambda x: x, "times 100": lambda x: 100 * x, "negative": lambda x: -x}
COUNTED = (".html", ".md", "text")


def stated_changes() -> list[Change]:
    with (HERE / "changes.toml").open("rb") as file:
        return [
            Change(**{"run": ".*", "source": ".*", **entry})
            for entry in tomllib.load(file)["change"]
        ]


def changed(rows: list[Row], changes: list[Change]) -> dict[tuple[str, str, str], float]:
    """The recorded numbers as the stated changes leave them."""
    result = {}
    for row in rows:
        run, source, key, value = row
        dropped = False
        for change in changes:
            found = (
                None
                if change.added or change.tolerance
                else change.match((run, source, key, value))
            )
            if found is None:
                continue
            if change.dropped:
                dropped = True
                break
            value = VALUES[change.value](value)
            source = (
                re.sub(change.source, change.to_source, source, count=1)
                if change.to_source
                else source
            )
            key = found.expand(change.to_key) if change.to_key else key
        if not dropped:
            result[run, source, key] = value
    return result


def compare(
    before: dict[tuple[str, str, str], float], after: list[Row], changes: list[Change]
) -> int:
    """Print what differs, and give how many numbers do."""
    extra = [change for change in changes if change.added]
    loose = [change for change in changes if change.tolerance]
    now = {row[:3]: row[3] for row in after if not any(change.match(row) for change in extra)}
    plain = [key for key in (before.keys() | now.keys()) if not key[1].endswith(COUNTED)]
    wrong: dict[tuple[str, str], list[str]] = {}
    same = 0
    for key in sorted(plain):
        old, new = before.get(key), now.get(key)
        if old is None or new is None:
            problem = f"{key[2]}: {'was not there' if old is None else 'is gone'} ({new if old is None else old!r})"
        elif old == new or (math.isnan(old) and math.isnan(new)):
            same += 1
            continue
        else:
            allowed = max((c.tolerance for c in loose if c.match((*key, old))), default=0.0)
            if abs(new - old) <= allowed * max(abs(old), abs(new)):
                same += 1
                continue
            problem = f"{key[2]}: {old!r} is now {new!r}"
        wrong.setdefault(key[:2], []).append(problem)
    for place in sorted(
        {key[:2] for key in before.keys() | now.keys() if key[1].endswith(COUNTED)}
    ):
        counts = [
            Counter(round(v, 12) for k, v in table.items() if k[:2] == place)
            for table in (before, now)
        ]
        gone, new = counts[0] - counts[1], counts[1] - counts[0]
        if gone or new:
            wrong[place] = [
                f"numbers of the text: gone {sorted(gone.elements())}, new {sorted(new.elements())}"
            ]
        same += (counts[0] & counts[1]).total()
    for (run, source), problems in sorted(wrong.items()):
        print(f"{run}, {source}: {len(problems)} differences")
        for problem in problems[: int(os.environ.get("SHOW", "5"))]:
            print(f"    {problem[:400]}")
    count = sum(map(len, wrong.values()))
    print(f"{same} numbers are the same, {count} differ")
    return count


def main() -> None:
    if len(sys.argv) > 2 and sys.argv[1] == "record":
        rows = all_rows(sys.argv[3:])
        write(rows, Path(sys.argv[2]))
        print(f"{len(rows)} numbers")
    elif len(sys.argv) > 1 and sys.argv[1] == "compare":
        names, changes = sys.argv[2:], stated_changes()
        before = [row for row in read(BASELINE) if not names or row[0] in names]
        sys.exit(compare(changed(before, changes), all_rows(names), changes) > 0)
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
