"""Coverage of 95 % profile limits on curves whose doses end before the curve does.

    python benchmarks/incomplete_curves.py [--curves 60] [--many 2000] [--refute 2]

Four designs, each rising and falling: an effect at the last dose only, half of the curve, only the
plateau at low doses, only the plateau at high doses. A side without a limit covers on its side. The
table shows the share of limits that contain the truth, by one curve at a time (`tca.fit`) and by
many (`tca.fit_batch`), and how many limits are refuted by a profile by brute force
(tests/fitting/profile_reference.py). Standard errors are binomial.
"""

# ruff: noqa: T201 (a script that reports on standard output)

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import t as student

import tricyclic as tca
from tricyclic.core.series import Series

X = np.repeat(np.linspace(-9.0, -5.0, 9), 2)
NAMES = ("bottom", "top", "log10_ec50", "hill")
REACH, WIDE = 3.0, 9.0


@dataclass(frozen=True)
class Design:
    """Where the doses end: log10 EC50 and hill of the truth, standard deviation of a reading."""

    description: str
    log10_ec50: float
    hill: float
    sd: float


DESIGNS = (
    Design("effect at the last dose only", -5.1, 2.5, 5.0),
    Design("half of the curve", -5.0, 1.0, 4.0),
    Design("only the plateau at low doses", -5.5, 1.2, 5.0),
    Design("only the plateau at high doses", -8.5, 1.2, 5.0),
)


def truth(design: Design, direction: float) -> dict[str, float]:
    return {
        "bottom": 10.0,
        "top": 110.0,
        "log10_ec50": design.log10_ec50,
        "hill": direction * design.hill,
    }


def readings(design: Design, direction: float, n: int, rng: np.random.Generator) -> np.ndarray:
    """Readings of n curves, shape (n, points)."""
    share = 1.0 / (1.0 + 10.0 ** (direction * design.hill * (design.log10_ec50 - X)))
    return 10.0 + 100.0 * share + rng.normal(0.0, design.sd, (n, X.size))


def covered(low: np.ndarray, high: np.ndarray, value: float) -> np.ndarray:
    return (np.asarray(low) <= value) & (value <= np.asarray(high))


def by_one(y: np.ndarray) -> list[Any]:
    model = tca.curve_model("logistic_4pl")
    columns = {"concentration_M": 10.0**X}
    return [tca.fit(Series("curve", one, "y", columns), model) for one in y]


def refuted(y: np.ndarray, fit: Any, reference: Any) -> Iterator[bool]:
    """For every finite limit, and every open side, whether a profile by brute force refutes it."""
    box = reference.Box((X.min() - REACH - WIDE, X.max() + REACH + WIDE))
    brute = reference.Reference(X, y, np.ones_like(y), box)
    allowed = fit.rss * (1 + student.ppf(0.975, fit.df) ** 2 / fit.df)
    falling = fit["hill"].value < 0
    keys = ("high", "low", "c", "hill") if falling else ("low", "high", "c", "hill")
    for name, key in zip(NAMES, keys, strict=True):
        parameter = fit[name]
        for end, outward in ((parameter.low, -1.0), (parameter.high, 1.0)):
            if np.isinf(end):
                far = {
                    "c": X.max() + REACH if outward > 0 else X.min() - REACH,
                    "hill": 1000.0 if (outward > 0) != falling else 0.05,
                }.get(key, parameter.value + outward * 1e4 * np.ptp(y))
                yield brute.profile(key, far) > allowed * (1 + 1e-3)
                continue
            inside, outside = (
                parameter.value + share * (end - parameter.value) for share in (0.98, 1.02)
            )
            if key == "hill":
                inside, outside = abs(inside), abs(outside)
            too_wide = brute.profile(key, inside) > allowed * (1 + 1e-3)
            yield too_wide or brute.profile(key, outside) < allowed * (1 - 1e-3)


def shown(hits: np.ndarray) -> str:
    share = float(np.mean(hits))
    return f"{100 * share:.1f} ± {100 * np.sqrt(share * (1 - share) / hits.size):.1f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--curves", type=int, default=60, help="curves of a design, one at a time")
    parser.add_argument("--many", type=int, default=2000, help="curves of a design, together")
    parser.add_argument("--refute", type=int, default=2, help="of these, checked by brute force")
    typed = parser.parse_args()
    reference = _reference()
    print("| design | bottom | top | EC50 | hill | EC50, many curves | refuted |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    total: dict[str, list[np.ndarray]] = {}
    wrong, checked = 0, 0
    for number, design in enumerate(DESIGNS):
        for direction, word in ((1.0, "rising"), (-1.0, "falling")):
            rng = np.random.default_rng([number, int(direction) + 1])
            true = truth(design, direction)
            many = tca.fit_batch(X, readings(design, direction, typed.many, rng))
            y = readings(design, direction, typed.curves, rng)
            fits = by_one(y)
            hits = {
                name: np.array([covered(f[name].low, f[name].high, true[name]) for f in fits])
                for name in NAMES
            }
            hits["many"] = covered(many.log10_ic50_low, many.log10_ic50_high, true["log10_ec50"])
            for name, values in hits.items():
                total.setdefault(name, []).append(values)
            against = [
                one
                for row, f in zip(y[: typed.refute], fits, strict=False)
                for one in refuted(row, f, reference)
            ]
            wrong, checked = wrong + sum(against), checked + len(against)
            cells = [shown(values) for values in hits.values()]
            print(
                f"| {design.description}, {word} | {' | '.join(cells)} | "
                f"{sum(against)} of {len(against)} |",
                flush=True,
            )
    cells = [shown(np.concatenate(values)) for values in total.values()]
    print(f"| *all* | {' | '.join(cells)} | {wrong} of {checked} |")


def _reference() -> Any:
    path = Path(__file__).parents[1] / "tests" / "fitting" / "profile_reference.py"
    spec = importlib.util.spec_from_file_location("profile_reference", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
