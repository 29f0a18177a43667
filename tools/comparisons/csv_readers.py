"""Compares the compiled reader of CSV text with the general one, on seeded odd files.

    python tools/comparisons/csv_readers.py [--first 0] [--files 15000]

A file has names, doses and readings in the forms that programs write: exponents, many digits,
signs, spaces, empty cells and words for missing ones, quotes with line breaks, other columns,
blank lines, three delimiters and three line ends, with or without a byte order mark. Both readers
must give the same rows to the last bit, or the same message; the exit code is 1 where they do not.
"""

# ruff: noqa: T201 (a script that reports on standard output)

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tricyclic.errors import InputError
from tricyclic.io.curves import plain_text
from tricyclic.io.curves.csv import CurveText
from tricyclic.io.curves.plain_text import PlainReader

SEED = 424_242
NAMES = ("A", "desipramine HCl", "Ångström µ", "7", "007", "NA", "3-[methyl]", "x" * 40)
WORDS = ("", "", "NA", "nan", "n/a", "NULL", "-", " ")
ODD_READINGS = ("inf", "1e400", "1e-400", "text", "1,5", "12 %", "--3", "0x10", "1_000", ".", "+")


def random_file(seed: int) -> bytes:
    """A file of curves."""
    rng = np.random.default_rng(seed + SEED)
    delimiter = str(rng.choice([",", ";", "\t"]))
    end = str(rng.choice(["\n", "\r\n", "\n", "\r"]))
    dose_name = str(rng.choice(["log10_molar", "conc_nM"]))
    head = ["curve", dose_name, "response"]
    if rng.random() < 0.4:
        head.insert(int(rng.integers(0, 4)), "operator")
    order = rng.permutation(len(head)) if rng.random() < 0.2 else np.arange(len(head))
    names = rng.choice(NAMES, 4, replace=False)
    odd = rng.random() < 0.25
    lines = [[head[k] for k in order]]
    for row in range(int(rng.integers(3, 60))):
        name = str(names[min(row // 8, 3)]) if rng.random() > 0.03 else str(rng.choice(NAMES))
        dose = -9 + row % 8 * 0.5 if dose_name == "log10_molar" else 10.0 ** (row % 8 * 0.5)
        own = {
            "curve": name,
            dose_name: _number(dose, rng),
            "response": _reading(rng, odd=odd),
            "operator": str(rng.choice(["Ann", 'B "Bo" C', "", f"d{delimiter}e", "two\nlines"])),
        }
        lines.append([own[head[k]] for k in order])
    text = end.join(delimiter.join(_cell(cell, delimiter, rng) for cell in line) for line in lines)
    if rng.random() < 0.1:
        text = text.replace(end, end + end, 1)
    if rng.random() < 0.8:
        text += end
    mark = "\ufeff" if rng.random() < 0.1 else ""
    return (mark + text).encode("utf-8")


def _number(value: float, rng: np.random.Generator) -> str:
    forms = (
        repr(float(value)),
        f"{value:.3f}",
        f"{value:.17g}",
        f"{value:e}",
        f"{value:E}",
        f"{value:+.6f}",
        f"{value:.25f}",
        f" {value:.4g}",
        f"{value:.2f} ",
        str(int(value)),
    )
    return forms[int(rng.integers(0, len(forms) * 2)) % len(forms) if rng.random() < 0.5 else 0]


def _reading(rng: np.random.Generator, *, odd: bool) -> str:
    if odd and rng.random() < 0.02:
        return str(rng.choice(ODD_READINGS))
    if rng.random() < 0.03:
        return str(rng.choice(WORDS))
    return _number(float(rng.normal(50, 40)) * 10.0 ** int(rng.integers(-3, 4)), rng)


def _cell(text: str, delimiter: str, rng: np.random.Generator) -> str:
    if delimiter in text or '"' in text or "\n" in text or rng.random() < 0.02:
        return '"' + text.replace('"', '""') + '"'
    return text


def outcome(path: Path) -> Any:
    """Rows of a file by column, with the bits of each number; or the message of its error."""
    try:
        batches = list(CurveText.of(path).batches())
    except InputError as error:
        return f"{type(error).__name__}: {error}"
    columns: dict[str, list[Any]] = {}
    for batch in batches:
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            plain = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
            columns.setdefault(name, []).extend(_bits(value) for value in plain.to_pylist())
    return columns


def _bits(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return None if np.isnan(value) else value.hex()


@contextmanager
def _compiled(piece: int) -> Iterator[None]:
    """Small pieces, so that their ends fall into names, numbers and quotes."""
    before, plain_text.PIECE = plain_text.PIECE, piece
    try:
        yield
    finally:
        plain_text.PIECE = before


@contextmanager
def _general() -> Iterator[None]:
    own = PlainReader.batches
    PlainReader.batches = lambda *_: None  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        PlainReader.batches = own  # type: ignore[method-assign]


def compared(seed: int, folder: Path) -> tuple[Any, Any]:
    """What the compiled and the general reader give of the file of a seed."""
    path = folder / f"{seed}.csv"
    path.write_bytes(random_file(seed))
    with _compiled(64 + seed % 200):
        one = outcome(path)
    with _general():
        other = outcome(path)
    path.unlink()
    return one, other


def main() -> int:
    """Print the files that are read differently, and the counts; 1 if there is such a file."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--files", type=int, default=15000, help="number of files")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    differ = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.first, options.first + options.files):
            one, other = compared(seed, Path(folder))
            same = "same" if one == other else "different"
            counts[f"{same}: {'message' if isinstance(other, str) else 'rows'}"] += 1
            if one != other:
                differ += 1
                print(f"seed {seed}: {str(one)[:150]} | {str(other)[:150]}")
    for what, number in counts.most_common():
        print(f"{number:6d}  {what}")
    return int(differ > 0)


if __name__ == "__main__":
    sys.exit(main())
