"""Records every number that the program prints or writes on a fixed set of runs, or compares them
with recorded ones.

A row of the table is one number: the run, its source (standard output, --json, or a file), its key
(path in the JSON document, or row and column of the table), and its value in full precision. The
key of a number in a text is its position.

baseline.parquet was recorded with commit f2cc95d, whose numbers were compared with those of the
program before it was restructured. The last digits of long simulations and of calibrations depend
on the processor. To compare on a processor of another type, record that commit there:

    git worktree add ../before f2cc95d
    cd ../before && python tools/reference/compare_numbers.py record before.parquet
    python tools/reference/compare_numbers.py compare --baseline ../before/before.parquet
"""

# ruff: noqa: T201 (a script that reports on standard output)

from __future__ import annotations

import argparse
import csv
import html
import io
import itertools
import json
import math
import os
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
    """One call of the command line."""

    name: str
    arguments: list[str]
    json: bool = True


def all_runs() -> list[Run]:
    """The runs of runs.toml; an entry with lists of values is one run for every combination of
    them.
    """
    with (HERE / "runs.toml").open("rb") as file:
        entries = tomllib.load(file)["run"]
    runs = []
    for entry in entries:
        lists = {key: value for key, value in entry.items() if isinstance(value, list)}
        for combination in itertools.product(*lists.values()):
            words = dict(zip(lists, combination, strict=True))
            arguments = [word.format(**words) for word in shlex.split(entry["call"])]
            runs.append(Run(entry["name"].format(**words), arguments, entry.get("json", True)))
    return runs


def many_curves(path: Path) -> None:
    """400 synthetic dose-response curves, 10 doses in triplicate: half easy, half hard, some
    rising, 10 % of the hard ones flat.
    """
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
    """Make one run, as JSON and as text, and collect its numbers."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        curves = Path(folder) / "curves.csv"
        if "CURVES" in run.arguments:
            many_curves(curves)
        forms = ["json", "text"] if run.json else ["text"]
        for form in forms:
            out = Path(folder) / form
            out.mkdir()
            arguments = [_replaced(word, curves, out) for word in run.arguments]
            text = _output(run, [*(["--json"] if form == "json" else []), *arguments], folder)
            if form == "json":
                printed = list(flat(json.loads(text).get("result")))
            else:
                listed = numbers(text.replace(folder, ""))
                printed = [(str(k), value) for k, value in enumerate(listed)]
            rows += [(run.name, form, key, value) for key, value in printed]
            if form == forms[0]:
                rows += _written_rows(run, out)
    return rows


def _replaced(word: str, curves: Path, out: Path) -> str:
    """An argument with the folders and the file of this run."""
    if word == "CURVES":
        return str(curves)
    return word.replace("OUT", str(out)).replace("INPUTS", str(INPUTS))


def _output(run: Run, arguments: list[str], folder: str) -> str:
    """Standard output of the command line."""
    command = [sys.executable, "-c", CALL, "--quiet", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment())
    if done.returncode not in (0, 4):
        raise RuntimeError(f"{run.name} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def _written_rows(run: Run, out: Path) -> list[Row]:
    """Numbers of all files of a run; copies of raw files and links are left out."""
    rows: list[Row] = []
    for file in sorted(out.rglob("*")):
        is_copy = file.is_symlink() or {"latest", "raw"} & set(file.parts)
        if file.is_file() and not is_copy:
            name = re.sub(r"[0-9a-f]{16}", "HASH", file.relative_to(out).as_posix())
            rows += [(run.name, name, key, value) for key, value in file_numbers(file)]
    return rows


def environment() -> dict[str, str]:
    """The environment of a run: the program beside this file, whatever is installed."""
    source = str(HERE.parents[1] / "src")
    fixed = {"COLUMNS": "200", "NO_COLOR": "1", "MPLBACKEND": "Agg", "PYTHONPATH": source}
    return {**os.environ, **fixed}


def numbers(text: str) -> list[float]:
    """Numbers of a text, in their order; those of hashes and dates are left out."""
    text = re.sub(r"\b[0-9a-f]{12,64}\b|\d{4}-\d\d-\d\d", " ", text)
    return [float(number) for number in NUMBER.findall(text.replace("−", "-"))]


def kept(length: int) -> range:
    """Indices of a list or table that are recorded: up to 150 all, else about 60 spread over it."""
    return range(0, length, 1 if length <= 150 else -(-length // 60))


def flat(value: object, path: str = "") -> Iterator[tuple[str, float]]:
    """Keys and numbers of a document; None is nan, true is 1, a text counts if it is a number."""
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
    """Parameters, residual sum and covariance of every NIST set from both starts, through the
    package's least squares.
    """
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
    wanted = [run for run in all_runs() if not names or run.name in names]
    rows: list[Row] = []
    with ThreadPoolExecutor(int(os.environ.get("WORKERS", "2"))) as pool:
        for run, own in zip(wanted, pool.map(run_rows, wanted), strict=True):
            print(f"{run.name}: {len(own)} numbers", file=sys.stderr, flush=True)
            rows += own
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
    """One stated change: which numbers it applies to, and what they become."""

    run: str
    source: str
    key: str
    reason: str
    to_source: str = ""
    to_key: str = ""
    value: str = "same"
    dropped: bool = False
    added: bool = False
    missing: bool = False
    tolerance: float = 0.0
    segments: Mapping[str, str] = field(default_factory=dict)
    direction: Mapping[str, Any] = field(default_factory=dict)

    def match(self, row: Row) -> re.Match[str] | None:
        """The match of the key where the change applies to this number."""
        if not (re.fullmatch(self.run, row[0]) and re.fullmatch(self.source, row[1])):
            return None
        return re.fullmatch(self.key, row[2])


VALUES: dict[str, Callable[[float], float]] = {
    "same": lambda x: x,
    "times 100": lambda x: 100 * x,
    "negative": lambda x: -x,
    # Times after a dose that were times after the start: the last dose, or the dose interval.
    "minus 1": lambda x: x - 1,
    "minus 36": lambda x: x - 36,
    "minus 64": lambda x: x - 64,
    "modulo 12": lambda x: x % 12,
}
COUNTED = (".html", ".md", "text")
# Relative difference that is accepted everywhere: 0 on the processor of the recorded table; another
# one rounds exponentials and logarithms differently in the last digit.
OTHER_PROCESSOR = float(os.environ.get("OTHER_PROCESSOR", "0"))


def stated_changes() -> list[Change]:
    changes = []
    for path in sorted((HERE / "changes").glob("*.toml")):
        with path.open("rb") as file:
            entries = tomllib.load(file).get("change", [])
        changes += [
            Change(**{"run": ".*", "source": ".*", "key": ".*", **entry}) for entry in entries
        ]
    return changes


def in_direction(rows: list[Row], change: Change) -> list[Row]:
    """Numbers of rising and falling curves in the sense of the changed program.

    `direction` names, as expansions of the match of `key`, the plateaus at `low` and `high` doses,
    then what is to `swap` (pairs) and to change in sign (`negate`) for curves that fall, and what
    is to `swap_rising` for curves that rise.
    """
    values = {row[:3]: row[3] for row in rows}
    result = dict(values)
    for row in rows:
        match = change.match(row)
        if match is None:
            continue

        def at(name: str, match: re.Match[str] = match, row: Row = row) -> tuple[str, str, str]:
            return row[0], row[1], match.expand(name)

        rises = values[at(change.direction["low"])] < values[at(change.direction["high"])]
        for one, other in change.direction.get("swap_rising" if rises else "swap", []):
            if at(one) in values:
                result[at(one)], result[at(other)] = result[at(other)], result[at(one)]
        for name in [] if rises else change.direction.get("negate", []):
            if at(name) in values:
                result[at(name)] = -result[at(name)]
    return [(*key, value) for key, value in result.items()]


def changed(rows: list[Row], changes: list[Change]) -> dict[tuple[str, str, str], float]:
    """The recorded numbers as the stated changes leave them."""
    for change in changes:
        if change.direction:
            rows = in_direction(rows, change)
    changes = [change for change in changes if not change.direction]
    result = {}
    for row in rows:
        run, source, key, value = row
        dropped = False
        for change in changes:
            match = (
                None
                if change.added or change.missing or change.tolerance
                else change.match((run, source, key, value))
            )
            if match is None:
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
            key = match.expand(change.to_key) if change.to_key else key
            key = "/".join(change.segments.get(part, part) for part in key.split("/"))
        if not dropped:
            result[run, source, key] = value
    return result


def compare(
    before: dict[tuple[str, str, str], float], after: list[Row], changes: list[Change]
) -> int:
    """Print what differs, and give how many numbers do."""
    extra = [change for change in changes if change.added]
    loose = [change for change in changes if change.tolerance]
    may_be_missing = [change for change in changes if change.missing]
    now = {row[:3]: row[3] for row in after if not any(change.match(row) for change in extra)}
    plain = [key for key in (before.keys() | now.keys()) if not key[1].endswith(COUNTED)]
    wrong: dict[tuple[str, str], list[str]] = {}
    same = 0
    for key in sorted(plain):
        old, new = before.get(key), now.get(key)
        if old is None or new is None:
            problem = f"{key[2]}: new ({new!r})" if old is None else f"{key[2]}: gone ({old!r})"
        elif old == new or (
            math.isnan(new)
            and (math.isnan(old) or any(c.match((*key, old)) for c in may_be_missing))
        ):
            same += 1
            continue
        else:
            allowed = max(
                (c.tolerance for c in loose if c.match((*key, old))), default=OTHER_PROCESSOR
            )
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
    """Record a table, or compare with one; exit code 1 where numbers differ."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    modes = parser.add_subparsers(dest="mode", required=True)
    recording = modes.add_parser("record", help="run everything and write a table")
    recording.add_argument("table", type=Path)
    comparing = modes.add_parser("compare", help="run everything and compare with a table")
    comparing.add_argument("--baseline", type=Path, default=BASELINE)
    for mode in (recording, comparing):
        mode.add_argument("runs", nargs="*", help="names of runs; default: all")
    typed = parser.parse_args()
    if typed.mode == "record":
        rows = all_rows(typed.runs)
        write(rows, typed.table)
        print(f"{len(rows)} numbers")
        return
    changes = stated_changes()
    before = [row for row in read(typed.baseline) if not typed.runs or row[0] in typed.runs]
    sys.exit(compare(changed(before, changes), all_rows(typed.runs), changes) > 0)


if __name__ == "__main__":
    main()
