"""The certified sets of this folder: text and CSV become arrays and a function of many parameter
vectors at once.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series

HERE = Path(__file__).parent
WORDS = {
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "cos": np.cos,
    "atan": np.arctan,
    "pi": np.pi,
}


@dataclass(frozen=True)
class NistSet:
    """One set: readings (n,), model of parameters (k, p) to readings (k, n), two starts, and what
    is certified.
    """

    name: str
    level: str
    y: np.ndarray
    model: Callable[[np.ndarray], np.ndarray]
    starts: tuple[np.ndarray, np.ndarray]
    certified: np.ndarray
    standard_deviations: np.ndarray
    rss: float
    residual_sd: float
    degrees_of_freedom: int


def read_sets() -> tuple[NistSet, ...]:
    """All 27 sets, in the order in which NIST lists them."""
    return tuple(
        _read(entry) for entry in json.loads((HERE / "sets.json").read_text(encoding="utf-8"))
    )


def digits(result: np.ndarray | float, certified: np.ndarray | float, most: float = 11.0) -> float:
    """Correct digits of the worst value: -log10 of its relative error, `most` of them where it has
    no error.

    NIST prints eleven digits, so no more can be counted; nothing finite counts as minus infinity.
    """
    error = np.abs(np.asarray(result) - certified) / np.abs(certified)
    if not np.all(np.isfinite(error)):
        return -np.inf
    return float(min(most, -np.log10(max(float(np.max(error)), 1e-300))))


def as_curve(given: NistSet, which: int) -> tuple[CurveModel, Series]:
    """A set as a curve without bounds whose only first guess is one of the certified starts.

    Parameters
    ----------
    given : NistSet
    which : int
        0 for the far start, 1 for the near one.
    """
    names = [f"b{i + 1}" for i in range(given.certified.size)]
    start = dict(zip(names, (float(value) for value in given.starts[which]), strict=True))

    def curve(*, row: np.ndarray, **values: Any) -> np.ndarray:
        vectors = np.concatenate(
            [np.atleast_1d(np.asarray(values[name], float)).reshape(-1, 1) for name in names],
            axis=1,
        )
        readings = np.asarray(given.model(vectors))
        return readings if np.ndim(values[names[0]]) else readings[0]

    model = CurveModel(
        description=given.name,
        columns=(Column("row", "number of the reading"),),
        parameters=tuple(Parameter(name, "", name) for name in names),
        curve=curve,
        first_guess=lambda series, known: [start],
        sources=("https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml",),
        target=names[0],
        name=given.name,
    )
    return model, Series(given.name, given.y, "y", {"row": np.arange(given.y.size, dtype=float)})


def _read(entry: dict[str, object]) -> NistSet:
    with (HERE / f"{entry['name']}.csv").open(encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    columns = dict(zip(header, np.array(rows, float).T, strict=True))
    # The models are text that Python and R read alike.
    model = compile(str(entry["model"]), str(entry["name"]), "eval")
    y = eval(str(entry["response"]), {**WORDS, **columns})

    def expected(x: np.ndarray) -> np.ndarray:
        values = {f"b{i + 1}": x[:, i, None] for i in range(x.shape[1])}
        return np.asarray(eval(model, {**WORDS, **columns, **values}))

    first, second = (np.array(start, float) for start in entry["starts"])  # type: ignore[attr-defined]
    return NistSet(
        name=str(entry["name"]),
        level=str(entry["level"]),
        y=y,
        model=expected,
        starts=(first, second),
        certified=np.array(entry["certified"], float),
        standard_deviations=np.array(entry["standard_deviations"], float),
        rss=float(str(entry["rss"])),
        residual_sd=float(str(entry["residual_sd"])),
        degrees_of_freedom=int(str(entry["degrees_of_freedom"])),
    )
