"""Correct digits on NIST's certified nonlinear regressions, by our least squares and by others.

    python benchmarks/nist.py          print the tables
    python benchmarks/nist.py --fill   write them into docs/numerical_truth.md, between the markers

Ours and SciPy's are computed here; R's are read from tests/golden/r/nist.json, which
tests/golden/r/nist.R records.
"""

# ruff: noqa: T201 (a script that reports on standard output)

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import re
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tricyclic.numerics.least_squares import covariance, jacobian, least_squares

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "numerical_truth.md"
RECORD = ROOT / "tests" / "golden" / "r" / "nist.json"
BLOCK = re.compile(r"(?<=<!-- nist:begin -->\n).*?(?=<!-- nist:end -->)", re.DOTALL)

# Fewer correct digits of a parameter mean another optimum, or none.
MIN_DIGITS = 2.0


def _sets_reader() -> Any:
    path = ROOT / "tests" / "numerics" / "nist" / "read_sets.py"
    spec = importlib.util.spec_from_file_location("nist_read_sets", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


nist = _sets_reader()


@dataclass(frozen=True)
class Digits:
    """Correct digits of one fit: worst parameter, worst standard deviation, residual sum of
    squares.
    """

    parameters: float
    deviations: float
    rss: float


def ours(given: Any, start: np.ndarray) -> Digits:
    """Our least squares from one start: central differences, no knowledge of the set."""
    n, free = given.y.size, np.full(start.size, np.inf)
    with np.errstate(all="ignore"):
        end = least_squares(given.model, given.y, np.ones(n), start, -free, free, np.abs(start))
        slopes = jacobian(given.model, end.x, np.maximum(np.abs(end.x), np.abs(start)), fine=True)
    deviations = np.sqrt(
        np.diag(covariance(slopes, np.ones(n))) * end.rss / given.degrees_of_freedom
    )
    return counted(given, end.x, deviations, end.rss)


def counted(given: Any, parameters: np.ndarray, deviations: np.ndarray, rss: float) -> Digits:
    """Digits of a fit against what is certified."""
    return Digits(
        nist.digits(parameters, given.certified),
        nist.digits(deviations, given.standard_deviations),
        nist.digits(rss, given.rss),
    )


def by_curve_fit(given: Any, start: np.ndarray) -> float:
    """Digits of the parameters from scipy.optimize.curve_fit as called by default, with more
    evaluations.
    """
    from scipy.optimize import curve_fit

    def curve(_: np.ndarray, *b: float) -> np.ndarray:
        return np.asarray(given.model(np.array([b]))[0])

    return _digits_or_none(
        given, lambda: curve_fit(curve, np.arange(given.y.size), given.y, start, maxfev=100_000)[0]
    )


def by_reflective(given: Any, start: np.ndarray) -> float:
    """Digits of the parameters from scipy.optimize.least_squares, set as finely as it goes.

    Trust region, tight tolerances, three points; steps by the size of the parameter, for its own
    steps are measured by one where a parameter is smaller.
    """
    from scipy.optimize import least_squares

    def residuals(b: np.ndarray) -> np.ndarray:
        return np.asarray(given.model(b[None, :])[0] - given.y)

    tight = dict.fromkeys(("ftol", "xtol", "gtol"), 1e-15)
    return _digits_or_none(
        given,
        lambda: (
            least_squares(
                residuals,
                start,
                jac="3-point",
                diff_step=6e-6,
                x_scale="jac",
                max_nfev=5000,
                **tight,
            ).x
        ),
    )


def _digits_or_none(given: Any, solve: Callable[[], np.ndarray]) -> float:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return float(nist.digits(solve(), given.certified))
        except (RuntimeError, ValueError, np.linalg.LinAlgError):
            return -math.inf


def recorded(given: Any, record: dict[str, Any], how: str) -> list[float]:
    """Digits of the parameters that R gives from both starts."""
    return [
        nist.digits(np.array(fit["parameters"]), given.certified)
        if "parameters" in fit
        else -math.inf
        for fit in record[given.name][how]
    ]


def tables() -> str:
    """Both tables, and the sentences that count what they show, as Markdown."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    sets = nist.read_sets()
    own = {s.name: [ours(s, start) for start in s.starts] for s in sets}
    others = {
        "curve_fit": {s.name: [by_curve_fit(s, start) for start in s.starts] for s in sets},
        "trf": {s.name: [by_reflective(s, start) for start in s.starts] for s in sets},
        **{
            how: {s.name: recorded(s, record, how) for s in sets}
            for how in ("nls", "port", "nlsLM")
        },
    }
    lines = [
        "| set | level | parameters | standard deviations | sum of squares |",
        "|---|---|---|---|---|",
    ]
    for s in sets:
        first, second = own[s.name]
        cells = [
            f"{floor(getattr(first, what))} · {floor(getattr(second, what))}"
            for what in ("parameters", "deviations", "rss")
        ]
        lines.append(f"| {s.name} | {s.level} | " + " | ".join(cells) + " |")
    lines += ["", _summary(own), ""]
    lines += [
        (
            "| set | ours | SciPy `curve_fit` | SciPy `least_squares` | R `nls` | R `nls` port "
            "| R `nlsLM` |"
        ),
        "|---|---|---|---|---|---|---|",
    ]
    for s in sets:
        rows = [
            [d.parameters for d in own[s.name]],
            *(digits[s.name] for digits in others.values()),
        ]
        lines.append(f"| {s.name} | " + " | ".join(_pair(row) for row in rows) + " |")
    columns = [[d.parameters for pair in own.values() for d in pair]]
    columns += [[d for pair in one.values() for d in pair] for one in others.values()]
    for least, label in (
        (MIN_DIGITS, "optimum reached"),
        (6.0, "6 digits or more"),
        (8.0, "8 digits or more"),
    ):
        counts = (f"{sum(d >= least for d in column)} of {len(column)}" for column in columns)
        lines.append(f"| *{label}* | " + " | ".join(counts) + " |")
    import scipy

    versions = record["versions"]
    lines += [
        "",
        f"SciPy {scipy.__version__}, R {versions['R']}, minpack.lm {versions['minpack.lm']}.",
    ]
    return "\n".join(lines) + "\n"


def floor(digits: float) -> str:
    """Digits rounded down to a tenth, so that no table states more than there are."""
    return f"{math.floor(digits * 10) / 10:.1f}" if digits >= MIN_DIGITS else "none"


def _pair(digits: Sequence[float]) -> str:
    return " · ".join(f"{math.floor(d)}" if d >= MIN_DIGITS else "none" for d in digits)


def _summary(own: dict[str, list[Digits]]) -> str:
    every = [d for pair in own.values() for d in pair]
    usual = [d for name, pair in own.items() for d in pair if name != "Lanczos1"]
    return (
        f"From all {len(every)} starts the certified optimum is reached. The fewest digits are "
        f"{floor(min(d.parameters for d in every))} of a parameter; without Lanczos1, "
        f"{floor(min(d.deviations for d in usual))} of a standard deviation and "
        f"{floor(min(d.rss for d in usual))} of a sum of squares."
    )


def main() -> None:
    """Print the tables, or write them into the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--fill", action="store_true", help="write the tables into docs/numerical_truth.md"
    )
    text = tables()
    if parser.parse_args().fill:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(BLOCK.sub(lambda _: "\n" + text + "\n", page), encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
