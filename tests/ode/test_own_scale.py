"""Tolerances follow the scale of each state: a model in other units gives the same numbers."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from tricyclic.errors import NumericsError
from tricyclic.ode import own_scale
from tricyclic.ode.own_scale import run_to_scale
from tricyclic.ode.solver import antimony_to_sbml, engine

TIMES = np.linspace(0.0, 10.0, 41)
# A -> B -> gone, at 1 and 0.3 per unit of time: the Bateman function.
A_EXACT = np.exp(-TIMES)
B_EXACT = (np.exp(-0.3 * TIMES) - np.exp(-TIMES)) / 0.7


def load(body):
    return engine().load(antimony_to_sbml(f"model m()\n{body}\nend\n", "m"))


def chain(volume=1.0, amount=1.0, per_time=1.0, *, substance_only=False):
    """The chain in other units; amounts are `amount` at the start."""
    only = "substanceOnly " if substance_only else ""
    start = f"A = {amount!r}" if substance_only else f"A = {amount / volume!r}"
    rate = "" if substance_only else " * c"
    return load(
        f"compartment c = {volume!r}; {only}species A in c, B in c\n{start}; B = 0\n"
        f"J1: A -> B; {per_time!r} * A{rate}\nJ2: B -> ; {0.3 * per_time!r} * B{rate}"
    )


@pytest.mark.parametrize("substance_only", [False, True])
@pytest.mark.parametrize(
    ("volume", "amount", "per_time"),
    [
        (1.0, 1.0, 1.0),
        (1e-12, 1e-12, 1.0),
        (1e-12, 1e-24, 1.0),
        (1.0, 1e-12, 1.0),
        (1e-15, 1e9, 1.0),
        (1e9, 1e-15, 1.0),
        (1e6, 1e15, 1.0),
        (1e-12, 1e-12, 1e-9),
        (1e-12, 1e-12, 1e9),
    ],
)
def test_a_chain_gives_the_same_numbers_in_any_units(volume, amount, per_time, substance_only):
    model = chain(volume, amount, per_time, substance_only=substance_only)
    unit = amount if substance_only else amount / volume
    table = run_to_scale(model, TIMES / per_time, ["A", "B"]) / unit
    np.testing.assert_allclose(table[:, 0], A_EXACT, rtol=1e-6)
    np.testing.assert_allclose(table[1:, 1], B_EXACT[1:], rtol=1e-6)


def test_the_tolerance_of_a_concentration_is_that_of_its_amount():
    """The solver integrates amounts: in a picolitre, a tolerance of 1e-9 was all of the amount."""
    table = chain(1e-12, 1e-12).run(TIMES, ["A"], rtol=1e-6, atol=1e-9)[:, 0]
    np.testing.assert_allclose(table, A_EXACT, atol=1e-5)


def test_a_quantity_that_appears_at_a_tiny_share_of_the_others_is_resolved():
    body = ["species P in c; P = 1; compartment c = 1"]
    # Each step of the cascade makes 1e-6 of the one before, per unit of time, and loses 1 per unit.
    names = ["P", "Q1", "Q2", "Q3", "Q4"]
    for before, one in itertools.pairwise(names):
        body.append(f"species {one} in c; {one} = 0; -> {one}; 1e-6 * {before} - {one}")
    end = run_to_scale(load("\n".join(body)), np.array([0.0, 60.0]), names)[-1]
    np.testing.assert_allclose(end, [1.0, 1e-6, 1e-12, 1e-18, 1e-24], rtol=1e-6)


def test_a_population_that_falls_by_21_decades_and_grows_again_is_followed():
    times = np.linspace(0.0, 20.0, 21)
    table = run_to_scale(load("x = 1; x' = (time - 10) * x"), times, ["x"])[:, 0]
    np.testing.assert_allclose(table, np.exp(times**2 / 2 - 10 * times), rtol=1e-5)


def test_binding_at_the_limit_of_diffusion_times_a_million_is_solved():
    """Ligand 500 and sites 10000 bind at 1e13: L + R <-> C, Kd 1, and C leaves at 0.1."""
    model = load(
        "compartment c = 1; species L in c, R in c, C in c; L = 500; R = 10000; C = 0\n"
        "kon = 1e13; koff = 1e13; ke = 0.1\n"
        "J1: L + R -> C; kon*L*R - koff*C\nJ2: C -> ; ke*C"
    )
    times = np.array([0.0, 1e-9, 10.0])
    ligand, sites, bound = run_to_scale(model, times, ["L", "R", "C"])[1]
    total, capacity = 500.0, 10000.0
    half = 0.5 * (total + capacity + 1.0)
    assert bound == pytest.approx(half - np.sqrt(half**2 - total * capacity), rel=1e-6)
    assert ligand * sites == pytest.approx(bound, rel=1e-6)


def test_a_state_that_is_only_the_rounding_error_of_others_does_not_stop_the_solver():
    model = load(
        "A = 0.1; B = 0.3; net = 0; A' = 0.1*B - 0.3*A; B' = 0.3*A - 0.1*B\n"
        "net' = 1e6 * (0.3*A - 0.1*B) - net"
    )
    started = time.perf_counter()
    table = run_to_scale(model, np.linspace(0.0, 100.0, 11), ["A", "B", "net"])
    assert time.perf_counter() - started < 20
    np.testing.assert_allclose(table[:, 0], 0.1, rtol=1e-6)
    assert np.abs(table[:, 2]).max() < 1e-8


def test_a_dose_that_comes_later_is_resolved_where_everything_starts_at_0():
    model = load(
        "compartment c = 1e-12; species D in c; D = 0; D -> ; 0.5*D*c\nat time > 2: D = D + 1e-9"
    )
    end = run_to_scale(model, np.array([0.0, 2.5, 12.0]), ["D"])[-1, 0]
    assert end == pytest.approx(1e-9 * np.exp(-5.0), rel=1e-6)


def test_a_looser_accuracy_is_tried_only_where_a_tighter_one_fails(monkeypatch):
    calls = []

    class Recorded:
        states = ("x",)

        def start(self, values):
            return np.array([2.0])

        def run(self, times, outputs, *, rtol, atol, sizes, max_steps, **others):
            calls.append((rtol, atol, max_steps))
            if len(calls) < 3:
                raise NumericsError("too many steps")
            return np.ones((1, 2))

    table = run_to_scale(Recorded(), np.zeros(1), ["x"])
    assert table.tolist() == [[1.0]]
    assert calls == [tuple(one) for one in own_scale.ACCURACIES[:3]]


def test_a_state_below_its_tolerance_is_run_again_at_its_own_scale():
    seen = []

    class Small:
        states = ("big", "small")

        def start(self, values):
            return np.array([1.0, 0.0])

        def run(self, times, outputs, *, sizes, **others):
            seen.append(sizes.tolist())
            return np.array([[1.0, 1.0, 1e-29]])

    run_to_scale(Small(), np.zeros(1), ["big"])
    assert seen == [[1.0, 1.0], [1.0, 1e-29]]


def test_a_model_that_diverges_is_an_error_with_its_time():
    with pytest.raises(NumericsError, match=r"^The solver stops at time (1|0\.9999\d*) of 2"):
        run_to_scale(load("x = 1; x' = x^2"), np.array([0.0, 2.0]), ["x"])


def test_an_event_that_waits_for_its_delay_does_not_fire_in_the_next_run():
    model = load("S = 0; S' = 0 * time; k = 1\nat 2 after (time > 1): S = S + k")
    assert model.run(np.array([0.0, 2.5]), ["S"])[-1, 0] == 0.0
    times = np.array([0.0, 2.5, 5.0])
    for _ in range(4):
        assert model.run(times, ["S"], values={"k": 3.0})[:, 0].tolist() == [0.0, 0.0, 3.0]
        model.run(np.array([0.0, 2.5]), ["S"])
