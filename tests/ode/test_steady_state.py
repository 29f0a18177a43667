"""Rest: where it can be written down, where it is conserved, where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.errors import NumericsError
from tricyclic.ode import solver as integrator
from tricyclic.ode.steady_state import is_stable, polish


def load(text):
    return integrator.engine().load(integrator.sbml_of(text, "model"))


def at_rest(text, **values):
    model = load(text)
    return dict(zip(model.states, model.rest(values), strict=True))


def test_a_turnover_rests_where_it_is_made_as_fast_as_it_is_lost():
    rest = at_rest("model m()\n x' = made - lost * x; x = 0; made = 3; lost = 0.02\nend")
    assert rest["x"] == pytest.approx(150.0, rel=1e-12)


def test_rest_follows_the_parameters_of_the_call():
    text = "model m()\n x' = made - lost * x; x = 0; made = 3; lost = 0.02\nend"
    assert at_rest(text, made=5.0)["x"] == pytest.approx(250.0, rel=1e-12)


def test_rest_is_exact_where_speeds_differ_by_a_million():
    text = """
    model m()
      fast' = 20000 * (1 / (1 + slow) - fast); fast = 0
      slow' = 0.005 * (fast - slow); slow = 0
    end
    """
    golden = (np.sqrt(5.0) - 1.0) / 2.0  # s = 1 / (1 + s)
    assert list(at_rest(text).values()) == pytest.approx([golden, golden], rel=1e-11)


def test_what_is_conserved_stays_as_it_was():
    text = """
    model m()
      species A, B
      A = 5; B = 2
      J: A -> B; 2 * A - 0.1 * B
      drug' = -drug; drug = 0
    end
    """
    rest = at_rest(text)
    assert rest["A"] + rest["B"] == pytest.approx(7.0, rel=1e-9)
    assert rest["B"] == pytest.approx(20.0 * rest["A"], rel=1e-9)
    assert rest["drug"] == 0.0


def test_a_start_that_rests_is_kept():
    model = load("model m()\n x' = 3 - 0.02 * x; x = 150; y' = x - 150; y = 8\nend")
    assert model.rest().tolist() == [150.0, 8.0]


def test_a_start_that_balances_on_a_peak_is_left():
    # x = 1 is a rest from which the smallest push leads away, to 0 or to 2; the run falls off it.
    rest = at_rest("model m()\n x' = -x * (x - 1) * (x - 2); x = 1.0001\nend")
    assert rest["x"] == pytest.approx(2.0, rel=1e-9)

    def rates(x):
        return -x * (x - 1.0) * (x - 2.0)

    assert not is_stable(rates, np.array([1.0]))
    assert is_stable(rates, np.array([2.0]))


def test_of_two_rests_the_one_that_a_run_reaches_is_found():
    text = "model m()\n x' = -(x - 1) * (x - 3) * (x - 4); x = 3.1\nend"
    assert at_rest(text)["x"] == pytest.approx(4.0, rel=1e-9)


def test_rest_rests_for_sixty_days():
    model = load(
        "model m()\n x' = 2 * y - x * z; y' = 0.3 * (1 - y * x); z' = 50 * (x / (x + y) - z)\n x=1; y=1; z=1\nend"
    )
    rest = model.rest()
    later = model.run(np.array([1440.0]), model.states, start=rest, rtol=1e-9, atol=1e-12)[0]
    assert later == pytest.approx(rest, rel=1e-8)


def test_an_oscillator_has_no_rest_and_is_told_by_name():
    text = "model m()\n x' = y; y' = -x; x = 1; y = 0\nend"
    with pytest.raises(NumericsError, match=r"does not come to rest.*'[xy]' still went from"):
        load(text).rest(horizon=30.0)


def test_what_grows_for_ever_has_no_rest():
    with pytest.raises(NumericsError, match="'heap' still went"):
        load("model m()\n x' = 1 - x; x = 0; heap' = x; heap = 0\nend").rest(horizon=100.0)


def test_newton_does_not_wander_to_a_rest_far_away():
    def rates(x):
        return np.cos(x)

    assert polish(rates, np.array([1.57])) == pytest.approx([np.pi / 2])
    assert polish(rates, np.array([0.3])) is None


def test_what_a_newton_step_moves_out_of_a_pool_arrives_in_the_sum_that_nothing_looks_at():
    # A drug that leaves through a tissue: drug + tissue + eliminated is conserved, and all of it ends up eliminated.
    def rates(x):
        return np.array([-2.0 * x[0] + 0.5 * x[1], 1.5 * x[0] - 0.5 * x[1], 0.5 * x[0]])

    start = np.array([3e-3, 1e-3, 10.0])
    found = polish(rates, start, reach=1e9)
    assert found == pytest.approx([0.0, 0.0, start.sum()], rel=1e-12, abs=1e-15)


def test_a_sum_that_goes_on_growing_is_no_rest():
    assert polish(lambda x: np.array([1.0 - x[0], x[0]]), np.array([1.0, 0.0]), reach=1e9) is None
