"""Steady states: known ones, conserved sums, and models without one."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.errors import NumericsError
from tricyclic.ode import solver
from tricyclic.ode.steady_state import is_stable, polish


def load(text):
    return solver.engine().load(solver.antimony_to_sbml(text, "model"))


def steady_values(text, **values):
    model = load(text)
    return dict(zip(model.states, model.steady_state(values), strict=True))


def test_a_turnover_is_steady_where_production_equals_loss():
    steady = steady_values("model m()\n x' = made - lost * x; x = 0; made = 3; lost = 0.02\nend")
    assert steady["x"] == pytest.approx(150.0, rel=1e-12)


def test_the_steady_state_depends_on_the_parameters_of_the_call():
    text = "model m()\n x' = made - lost * x; x = 0; made = 3; lost = 0.02\nend"
    assert steady_values(text, made=5.0)["x"] == pytest.approx(250.0, rel=1e-12)


def test_the_steady_state_is_exact_where_rates_differ_by_a_million():
    text = """
    model m()
      fast' = 20000 * (1 / (1 + slow) - fast); fast = 0
      slow' = 0.005 * (fast - slow); slow = 0
    end
    """
    golden = (np.sqrt(5.0) - 1.0) / 2.0  # s = 1 / (1 + s)
    assert list(steady_values(text).values()) == pytest.approx([golden, golden], rel=1e-11)


def test_conserved_sums_keep_their_value():
    text = """
    model m()
      species A, B
      A = 5; B = 2
      J: A -> B; 2 * A - 0.1 * B
      drug' = -drug; drug = 0
    end
    """
    steady = steady_values(text)
    assert steady["A"] + steady["B"] == pytest.approx(7.0, rel=1e-9)
    assert steady["B"] == pytest.approx(20.0 * steady["A"], rel=1e-9)
    assert steady["drug"] == 0.0


def test_a_start_at_steady_state_is_kept():
    model = load("model m()\n x' = 3 - 0.02 * x; x = 150; y' = x - 150; y = 8\nend")
    assert model.steady_state().tolist() == [150.0, 8.0]


def test_an_unstable_steady_state_is_left():
    # x = 1 is unstable: the smallest perturbation leads away, to 0 or to 2.
    steady = steady_values("model m()\n x' = -x * (x - 1) * (x - 2); x = 1.0001\nend")
    assert steady["x"] == pytest.approx(2.0, rel=1e-9)

    def rates(x):
        return -x * (x - 1.0) * (x - 2.0)

    assert not is_stable(rates, np.array([1.0]))
    assert is_stable(rates, np.array([2.0]))


def test_of_two_steady_states_the_one_that_a_run_reaches_is_returned():
    text = "model m()\n x' = -(x - 1) * (x - 3) * (x - 4); x = 3.1\nend"
    assert steady_values(text)["x"] == pytest.approx(4.0, rel=1e-9)


def test_the_steady_state_is_unchanged_after_sixty_days():
    model = load(
        "model m()\n x' = 2 * y - x * z; y' = 0.3 * (1 - y * x); "
        "z' = 50 * (x / (x + y) - z)\n x=1; y=1; z=1\nend"
    )
    steady = model.steady_state()
    later = model.run(np.array([1440.0]), model.states, start=steady, rtol=1e-9, atol=1e-12)[0]
    assert later == pytest.approx(steady, rel=1e-8)


def test_an_oscillator_has_no_steady_state_and_the_error_names_a_state():
    text = "model m()\n x' = y; y' = -x; x = 1; y = 0\nend"
    with pytest.raises(NumericsError, match=r"does not reach a steady state.*'[xy]' still changed"):
        load(text).steady_state(horizon=30.0)


def test_a_sum_that_grows_for_ever_has_no_steady_state():
    with pytest.raises(NumericsError, match="'heap' still changed"):
        load("model m()\n x' = 1 - x; x = 0; heap' = x; heap = 0\nend").steady_state(horizon=100.0)


def test_newton_does_not_move_to_a_distant_steady_state():
    def rates(x):
        return np.cos(x)

    assert polish(rates, np.array([1.57])) == pytest.approx([np.pi / 2])
    assert polish(rates, np.array([0.3])) is None


def test_an_amount_that_leaves_a_pool_enters_the_sum_of_eliminated_drug():
    # A drug that leaves through a tissue: drug + tissue + eliminated is conserved, and all of it
    # ends up eliminated.
    def rates(x):
        return np.array([-2.0 * x[0] + 0.5 * x[1], 1.5 * x[0] - 0.5 * x[1], 0.5 * x[0]])

    start = np.array([3e-3, 1e-3, 10.0])
    polished = polish(rates, start, reach=1e9)
    assert polished == pytest.approx([0.0, 0.0, start.sum()], rel=1e-12, abs=1e-15)


def test_a_growing_sum_is_not_a_steady_state():
    assert polish(lambda x: np.array([1.0 - x[0], x[0]]), np.array([1.0, 0.0]), reach=1e9) is None
