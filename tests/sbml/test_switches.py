"""The shortest time between two switches of conditions on the time."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tricyclic.ode.solver import antimony_to_sbml, engine
from tricyclic.sbml.switches import shortest_interval, with_restarts
from tricyclic.sbml.tables import tables
from tricyclic.simulation.import_sbml import import_sbml
from tricyclic.simulation.run import Simulator


def interval(body, values=None, end=100.0):
    text = antimony_to_sbml(f"model m()\n{body}\nend\n", "m")
    return shortest_interval(text, values or {}, end)


@pytest.mark.parametrize(
    ("condition", "shortest"),
    [
        ("(time > 70) && (time < 70.02)", math.inf),
        ("x > 3", math.inf),
        ("time > x", math.inf),
        ("exp(time / 10) > 20", 10 * math.log(20)),
        ("time - 12 * floor(time / 12) < width", 0.5),
        ("sin(6.283185307179586 * time / 50) > 0", 25.0),
    ],
)
def test_only_conditions_that_are_not_linear_in_time_limit_the_step(condition, shortest):
    body = f"x = 0; x' = piecewise(1, {condition}, 0); width = 0.5"
    assert interval(body, {"width": 0.5}) == pytest.approx(shortest, abs=2e-3)


def test_an_infusion_that_repeats_is_given_each_time():
    on = "piecewise(3, time - 12 * floor(time / 12) < 0.5, 0)"
    text = antimony_to_sbml(f"model m()\n x = 0; x' = {on}\nend\n", "m")
    end = Simulator(import_sbml(text, "m")).run(np.array([0.0, 100.0]), ["x"])[-1, 0]
    assert end == pytest.approx(9 * 1.5, rel=1e-5)


def test_a_condition_inside_a_function_is_a_switch():
    text = (
        "function f(t, a)\n piecewise(1, t > a && t < a + 0.1, 0)\nend\n"
        "model m()\n x = 0; x' = f(time, 6)\nend\n"
    )
    simulator = Simulator(import_sbml(antimony_to_sbml(text, "m"), "m"))
    assert simulator.run(np.array([0.0, 10.0]), ["x"])[-1, 0] == pytest.approx(0.1, rel=1e-6)


@pytest.mark.parametrize("width", [1e-3, 0.02, 3.0])
@pytest.mark.parametrize("begin", [0.0, 0.3, 70.0])
def test_a_short_infusion_is_not_passed_over(width, begin):
    text = antimony_to_sbml(
        f"model m()\n A = 0; A' = piecewise(2 / width, (time >= {begin!r}) && "
        f"(time < {begin!r} + width), 0) - 0.01 * A; width = {width!r}\nend\n",
        "m",
    )
    end = Simulator(import_sbml(text, "m")).run(np.array([0.0, 100.0]), ["A"])[-1, 0]
    exact = (
        2 / width / 0.01 * (1 - math.exp(-0.01 * width)) * math.exp(-0.01 * (100 - begin - width))
    )
    assert end == pytest.approx(exact, rel=1e-5)


def test_a_model_starts_anew_at_each_switch_and_stays_the_same_otherwise():
    text = antimony_to_sbml(
        "model m()\n x = 1; x' = piecewise(-x, time > a, 0); a = 2; switch1 = 4\nend\n", "m"
    )
    changed = with_restarts(text)
    rows = tables(changed)
    assert [(one.id, one.trigger) for one in rows.events] == [
        ("added_switch0_to_1", "xor((time > a), (0 > a))"),
        ("added_switch0_to_0", "!xor((time > a), (0 > a))"),
    ]
    model = engine().load(changed)
    end = model.run(np.array([0.0, 5.0]), ["x"], values={"a": 3.0})[-1, 0]
    assert end == pytest.approx(math.exp(-2.0), rel=1e-4)
    # The condition is true at time 0 for this value, and never switches.
    end = model.run(np.array([0.0, 5.0]), ["x"], values={"a": -1.0})[-1, 0]
    assert end == pytest.approx(math.exp(-5.0), rel=1e-4)
    plain = antimony_to_sbml("model m()\n x = 1; x' = piecewise(-x, x > 0.5, 0)\nend\n", "m")
    assert with_restarts(plain) == plain


def test_an_event_in_a_short_window_fires():
    text = antimony_to_sbml(
        "model m()\n x = 0; y = 1; y' = -0.001 * y; x' = 0 * y\n"
        "at ((time > 70) && (time < 70.02)): x = 5\nend\n",
        "m",
    )
    simulator = Simulator(import_sbml(text, "m"))
    assert simulator.run(np.array([0.0, 100.0]), ["x"])[-1, 0] == 5.0
