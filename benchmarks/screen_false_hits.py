"""False hits and power of `screen run` on simulated screens, clean ones and such with artefacts.

    python benchmarks/screen_false_hits.py [--screens N] [--seed S] [--only WORD]

Plates of 384 wells with two columns of each control; the standard deviation of a well is 5 % of the
control window. The generator is this file's own; it uses none of the simulators of tricyclic.
"""

# ruff: noqa: T201 (a script that reports on standard output)

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tricyclic.assays.screening.analysis import analyse_screen
from tricyclic.assays.screening.criteria import HitCriteria
from tricyclic.core.plate import Plate, Role, Well, row_letters
from tricyclic.results.screening import ScreeningResult

ROWS, COLUMNS, CONTROLS = 16, 20, 2
SD, HIGH, LOW = 5.0, 1000.0, 100.0
DOSES = 1e-5 / 10 ** (np.arange(10) / 2)

# Effects of the compound wells [% of the window], shape (plates, rows, columns), changed in place.
Fault = Callable[[np.ndarray, np.random.Generator], None]


@dataclass(frozen=True)
class Condition:
    """One kind of screen: share and effect of active compounds, scatter, and what is wrong."""

    name: str
    share: float = 0.02
    effect: tuple[float, float] = (30.0, 100.0)
    fault: Fault | None = None
    tails: float = np.inf
    plates: int = 4
    min_effect: float = 30.0
    copies: int = 1
    curves: bool = False


def row(effects: np.ndarray, rng: np.random.Generator) -> None:
    """One row of every plate reads 15 to 60 % too high."""
    for plate in effects:
        plate[rng.integers(ROWS)] += rng.uniform(15, 60)


def column(effects: np.ndarray, rng: np.random.Generator) -> None:
    """One column of every plate reads 15 to 60 % too high."""
    for plate in effects:
        plate[:, rng.integers(COLUMNS)] += rng.uniform(15, 60)


def half_column(effects: np.ndarray, rng: np.random.Generator) -> None:
    """Eight wells below each other, which one head fills, read 20 to 60 % too high."""
    for plate in effects:
        start = rng.choice([0, 8])
        plate[start : start + 8, rng.integers(COLUMNS)] += rng.uniform(20, 60)


def clogged(effects: np.ndarray, rng: np.random.Generator) -> None:
    """In one row of every plate each well reads 0 to 80 % too high."""
    for plate in effects:
        plate[rng.integers(ROWS)] += rng.uniform(0, 80, COLUMNS)


def rim(effects: np.ndarray, rng: np.random.Generator) -> None:
    """The first and the last row read 25 % too high."""
    effects[:, [0, -1]] += 25.0


def tilt(effects: np.ndarray, rng: np.random.Generator) -> None:
    """Readings change by 40 % from the first row to the last."""
    effects += np.linspace(-20, 20, ROWS)[:, None]


def quadrant(effects: np.ndarray, rng: np.random.Generator) -> None:
    """Every second well of every second row reads 25 % too high."""
    effects[:, ::2, ::2] += 25.0


def positions(effects: np.ndarray, rng: np.random.Generator) -> None:
    """Four positions read 40 % too high on every plate."""
    places = rng.choice(ROWS * COLUMNS, 4, replace=False)
    effects.reshape(len(effects), -1)[:, places] += 40.0


def wells_both(effects: np.ndarray, rng: np.random.Generator) -> None:
    """One well in a hundred reads 20 to 100 % too high or too low."""
    wrong = rng.random(effects.shape) < 0.01
    effects += wrong * rng.uniform(20, 100, effects.shape) * rng.choice([-1, 1], effects.shape)


def wells_one_side(effects: np.ndarray, rng: np.random.Generator) -> None:
    """One well in two hundred reads 30 to 100 % too high, as an effect would."""
    wrong = rng.random(effects.shape) < 0.005
    effects += wrong * rng.uniform(30, 100, effects.shape)


def absurd(effects: np.ndarray, rng: np.random.Generator) -> None:
    """One well in a hundred reads 150 to 400 % too high, as fluorescent compounds do."""
    effects += (rng.random(effects.shape) < 0.01) * rng.uniform(150, 400, effects.shape)


def mixture(effects: np.ndarray, rng: np.random.Generator) -> None:
    """A row on every second plate, a column on every third, and wells of both signs."""
    for number, plate in enumerate(effects):
        if number % 2 == 0:
            plate[rng.integers(ROWS)] += rng.uniform(15, 60)
        if number % 3 == 0:
            plate[:, rng.integers(COLUMNS)] += rng.uniform(15, 60)
    wells_both(effects, rng)


CONDITIONS = (
    Condition("no active compound", share=0.0, min_effect=0.0),
    Condition("2 % active"),
    Condition("2 % active, no least effect", min_effect=0.0),
    Condition("10 % active, 20 to 60 %", share=0.1, effect=(20.0, 60.0), min_effect=0.0),
    Condition("30 % active, 40 to 100 %", share=0.3, effect=(40.0, 100.0)),
    Condition("2 % active, two wells each", copies=2),
    Condition("one row per plate", fault=row),
    Condition("one row per plate, no least effect", fault=row, min_effect=0.0),
    Condition("one column per plate", fault=column),
    Condition("eight wells of a column", fault=half_column),
    Condition("a clogged row", fault=clogged),
    Condition("rim", fault=rim),
    Condition("tilt", fault=tilt),
    Condition("quadrant", fault=quadrant),
    Condition("four positions, 12 plates", fault=positions, plates=12),
    Condition("fluorescent wells", fault=absurd),
    Condition("wells of both signs", fault=wells_both),
    Condition("row, column, wells", fault=mixture),
    Condition("row, column, wells, 10 % active", fault=mixture, share=0.1),
    Condition("wells of one sign, two wells each", fault=wells_one_side, copies=2),
    Condition("wells of one sign, one well each", fault=wells_one_side),
    Condition("Student t, 3 df, none active", share=0.0, tails=3.0, min_effect=0.0),
    Condition("Student t, 3 df, none active, 30 %", share=0.0, tails=3.0),
    Condition("Student t, 3 df, 2 % active", tails=3.0),
    Condition("curves, none active", share=0.0, curves=True),
    Condition("curves, 5 % active", share=0.05, curves=True),
    Condition("curves, one row per plate", share=0.05, curves=True, fault=row),
    Condition("curves, one column per plate", share=0.05, curves=True, fault=column),
    Condition("curves, wells of both signs", share=0.05, curves=True, fault=wells_both),
    Condition("curves, Student t, 3 df", share=0.05, curves=True, tails=3.0),
)


def screen_of(condition: Condition, rng: np.random.Generator) -> tuple[list[Plate], set[str]]:
    """Plates of a screen, and its active compounds."""
    shape = (condition.plates, ROWS, COLUMNS)
    n = int(np.prod(shape))
    each = len(DOSES) if condition.curves else condition.copies
    compounds = np.arange(n) // each
    if not condition.curves:
        # Copies of a compound stand in other places of other plates.
        compounds = np.concatenate([rng.permutation(n // each) for _ in range(each)])
    is_active = rng.random(n // each) < condition.share
    if condition.curves:
        log10_ic50 = rng.uniform(-8.5, -5.5, n // each)[compounds]
        doses = np.tile(DOSES, n // each)
        size = 100.0 / (1.0 + 10.0 ** (log10_ic50 - np.log10(doses)))
    else:
        doses = np.full(n, 1e-5)
        size = rng.uniform(*condition.effect, n // each)[compounds]
    effects = np.where(is_active[compounds], size, 0.0).reshape(shape)
    if condition.fault is not None:
        condition.fault(effects, rng)
    effects += SD * _scatter(rng, shape, condition.tails)
    names = [f"C{k:06d}" for k in range(n // each)]
    plates = []
    index = iter(range(n))
    for number in range(condition.plates):
        wells = []
        for r in range(ROWS):
            for c in range(COLUMNS + 2 * CONTROLS):
                role, effect, compound, dose = Role.COMPETITION, 0.0, "", 0.0
                if c < CONTROLS:
                    role, effect = Role.TOTAL, SD * rng.normal()
                elif c >= COLUMNS + CONTROLS:
                    role, effect = Role.NON_SPECIFIC, 100.0 + SD * rng.normal()
                else:
                    k = next(index)
                    effect, dose = effects.flat[k], float(doses[k])
                    compound = names[compounds[k]]
                value = HIGH - (HIGH - LOW) * float(effect) / 100.0
                name = f"{row_letters(r)}{c + 1:02d}"
                wells.append(Well(name, value, role, compound, dose))
        plates.append(Plate(f"P{number:03d}", 384, tuple(wells), unit="RFU"))
    return plates, {name for name, active in zip(names, is_active, strict=True) if active}


def _scatter(rng: np.random.Generator, shape: tuple[int, ...], tails: float) -> np.ndarray:
    """Readings of standard deviation 1; of Student's t with its own, larger one, as audited."""
    return rng.normal(size=shape) if np.isinf(tails) else rng.standard_t(tails, shape)


def hits_of(result: ScreeningResult) -> tuple[set[str], set[str]]:
    """Compounds that are called, and those that need confirmation."""
    tests = (*result.wells, *result.curves)
    return (
        {one.compound for one in tests if one.is_hit},
        {one.compound for one in tests if getattr(one, "to_confirm", False)},
    )


def main() -> None:
    """Print one line per condition."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--screens", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    print("| screen | compounds | false of all hits | mean false share | power | to confirm |")
    print("| --- | --- | --- | --- | --- | --- |")
    for condition in CONDITIONS:
        if options.only in condition.name:
            print(_line(condition, options.screens, options.seed), flush=True)


def _line(condition: Condition, screens: int, seed: int) -> str:
    tested = called = false = active = detected = waiting = 0
    shares = []
    for k in range(screens):
        rng = np.random.default_rng([seed, k, *condition.name.encode()])
        plates, truth = screen_of(condition, rng)
        result = analyse_screen(
            plates,
            rng=np.random.default_rng(k),
            criteria=HitCriteria(min_effect_percent=condition.min_effect),
        )
        hits, confirm = hits_of(result)
        tested += len(result.wells) + len(result.curves)
        called, false = called + len(hits), false + len(hits - truth)
        active, detected = active + len(truth), detected + len(hits & truth)
        waiting += len(confirm)
        shares.append(len(hits - truth) / max(len(hits), 1))
    power = f"{100 * detected / active:.1f} %" if active else ""
    return (
        f"| {condition.name} | {tested:,} | {false} of {called} | {100 * np.mean(shares):.1f} % "
        f"| {power} | {waiting} |"
    )


if __name__ == "__main__":
    main()
