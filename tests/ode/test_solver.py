"""The solver gives the analytical solutions of small models."""

from __future__ import annotations

import concurrent.futures
import multiprocessing

import numpy as np
import pytest

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.ode import solver

KA, KE, VOLUME, DOSE = 1.3, 0.21, 40.0, 10_000.0
ORAL = f"""
model oral()
  depot' = -ka * depot; depot = 0
  plasma' = ka * depot / V - ke * plasma; plasma = 0
  ka = {KA}; ke = {KE}; V = {VOLUME}
  first = 12; every = 12; n = 0; given = 0; dose = {DOSE}; dosing = 1
  at (time >= first + given * every && given < n && dosing > 0):
    given = given + 1, depot = depot + dose
end
"""
INFUSED = f"""
model infused()
  plasma' = inflow / V - ke * plasma; plasma = 0
  ke = {KE}; V = {VOLUME}; inflow = 0; rate = 500
  begin = 2; long = 5; every = 24; n = 4; begun = 0; ended = 0
  at (time >= begin + begun * every && begun < n): begun = begun + 1, inflow = inflow + rate
  at (time >= begin + ended * every + long && ended < n): ended = ended + 1, inflow = inflow - rate
end
"""
TIGHT = {"rtol": 1e-10, "atol": 1e-12}


def bateman(times, ka=KA, ke=KE):
    """The concentration after one dose at time 0."""
    later = np.clip(times, 0.0, None)
    return (
        DOSE
        / VOLUME
        * ka
        / (ka - ke)
        * (np.exp(-ke * later) - np.exp(-ka * later))
        * (times >= 0.0)
    )


def one_infusion(times, long=5.0, rate=500.0):
    """The concentration of one infusion that begins at time 0."""
    level = rate / VOLUME / KE
    during = level * (1.0 - np.exp(-KE * np.clip(times, 0.0, long)))
    return during * np.exp(-KE * np.clip(times - long, 0.0, None))


def load(text):
    return solver.engine().load(solver.antimony_to_sbml(text, "model"))


def test_repeated_oral_doses_are_the_sum_of_their_courses():
    model = load(ORAL)
    times = np.linspace(0.25, 335.25, 672)
    start = np.array([DOSE, 0.0])  # the first dose, at time 0
    plasma = model.run(times, ["plasma"], values={"n": 27.0}, start=start, **TIGHT)[:, 0]
    expected = sum(bateman(times - 12.0 * dose) for dose in range(28))
    assert np.abs(plasma - expected).max() / expected.max() < 1e-6
    coarse = model.run(times, ["plasma"], values={"n": 27.0}, start=start)[:, 0]
    assert np.abs(coarse - expected).max() / expected.max() < 2e-5


def test_infusions_that_start_and_stop_are_the_sum_of_their_courses():
    times = np.linspace(0.0, 120.0, 241)
    plasma = load(INFUSED).run(times, ["plasma"], **TIGHT)[:, 0]
    expected = sum(
        one_infusion(times - 2.0 - 24.0 * n) * (times >= 2.0 + 24.0 * n) for n in range(4)
    )
    assert np.abs(plasma - expected).max() / expected.max() < 1e-6


def test_absorbed_and_eliminated_amounts_sum_to_the_dose():
    text = ORAL.replace("end\n", "  gone' = ke * plasma * V; gone = 0\nend\n")
    model = load(text)
    times = np.linspace(0.0, 200.0, 41)
    course = model.run(times, model.states, values={"n": 3.0}, rtol=1e-10, atol=1e-10)
    amounts = dict(zip(model.states, course.T, strict=True))
    given = DOSE * ((times >= 12).astype(float) + (times >= 24) + (times >= 36))
    assert amounts["depot"] + VOLUME * amounts["plasma"] + amounts["gone"] == pytest.approx(
        given, abs=1e-5 * DOSE
    )


def test_an_output_at_the_time_of_a_dose_includes_the_dose():
    depot = load(ORAL).run(np.array([11.999, 12.0]), ["depot"], values={"n": 1.0})[:, 0]
    assert depot == pytest.approx([0.0, DOSE])


def test_a_single_late_output_time_is_possible():
    model = load(ORAL)
    whole = model.run(np.array([0.0, 14.0, 20.0]), ["plasma", "time"], values={"n": 1.0}, **TIGHT)
    late = model.run(np.array([20.0]), ["plasma", "time"], values={"n": 1.0}, **TIGHT)
    assert late[0] == pytest.approx(whole[-1], rel=1e-8)
    assert late[0, 0] == pytest.approx(bateman(np.array(8.0)), rel=1e-6)


def test_a_run_to_time_0_gives_the_start():
    start = np.array([3.0, 4.0])
    assert load(ORAL).run(np.array([0.0]), ["plasma", "depot"], start=start) == pytest.approx(
        np.array([[4.0, 3.0]])
    )


def test_a_switch_set_to_zero_stops_every_dose():
    assert load(ORAL).run(
        np.array([500.0]), ["depot", "given"], values={"n": 9.0, "dosing": 0.0}
    ) == (pytest.approx(np.zeros((1, 2))))


def test_values_are_the_settable_parameters():
    values = load(ORAL).values()
    assert values["ka"] == KA and values["given"] == 0.0
    assert "plasma" not in values and "depot" not in values


def test_another_process_gives_the_same_bits():
    model = load(ORAL)
    times = np.linspace(0.0, 48.0, 97)
    here = [model.run(times, ["plasma"], values={"n": 4.0, "ke": ke}) for ke in (0.1, 0.3)]
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawn) as pool:
        for ke, mine in zip((0.1, 0.3), here, strict=True):
            there = pool.submit(model.run, times, ["plasma"], values={"n": 4.0, "ke": ke}).result()
            assert np.array_equal(there, mine)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("model m()\n y = 3\n z := foo(\nend", "model.ant: the model text cannot be read.*line 3"),
        ("model m()\n J: -> A; k1 *\nend", "line 2"),
        ("model m()\n time' = 3\nend", "'time' is a reserved word"),
    ],
)
def test_text_that_does_not_parse_is_refused_with_its_line(text, sentence):
    with pytest.raises(InputError, match=sentence) as refused:
        solver.antimony_to_sbml(text, "model.ant")
    assert "\n" not in str(refused.value)


def test_a_text_that_failed_does_not_affect_the_next():
    with pytest.raises(InputError):
        solver.antimony_to_sbml("model oops()\n left = (\nend", "first")
    assert "left" not in solver.antimony_to_sbml("model m()\n right = 1\nend", "second")


def test_an_unknown_engine_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownNameError, match="Did you mean 'roadrunner'"):
        solver.engine("roadruner")
