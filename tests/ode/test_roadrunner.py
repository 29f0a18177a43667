"""The known pitfalls of the solver, each as a test: repeated doses in a stiff model that starts at
its steady state.
"""

from __future__ import annotations

import pickle
import re

import numpy as np
import pytest
import roadrunner
from scipy.integrate import solve_ivp

from tricyclic.errors import InputError, NumericsError, UnknownNameError
from tricyclic.ode import roadrunner as engine_roadrunner
from tricyclic.ode import solver

# A drug that reaches the brain, blocks the clearance of a transmitter that turns over within
# seconds, and so drives feedback, slow adaptation, a cascade and a chain of days: 25 states, rates
# from 0.005 to 20,000 per hour.
RATES = """
depot' = -ka * depot
central' = ka * depot / V - (CL / V + k12) * central + k21 * side - k1m * central
side' = k12 * central - k21 * side
metabolite' = k1m * central - kem * metabolite
brain' = kb * (fu * central - brain)
brain_m' = kb * (fu * metabolite - brain_m)
vesicle' = kv * (1 - vesicle) - use * fire * vesicle
amine' = 20000 * release - 18000 * 30 * amine / (30 * (1 + load) + amine) - leak * amine
amine_soma' = 4000 * fire - 4000 * 20 * amine_soma / (20 * (1 + load) + amine_soma)
fire' = 9000 * (drive / (1 + gain_soma * soma_density * amine_soma / (amine_soma + 50)) - fire)
terminal_density' = 0.01 * (1 - terminal_density - 0.6 * amine / (amine + 60) * terminal_density)
soma_density' = 0.008 * (1 - soma_density - 0.5 * amine_soma / (amine_soma + 60) * soma_density)
beta_free' = 40 * beta_held - 60 * hit * beta_free + 0.006 * (1 - beta_free)
beta_held' = 60 * hit * beta_free - 40 * beta_held - 0.02 * beta_held
transporter' = 0.02 * (1 - transporter - 0.4 * load / (1 + load) * transporter)
camp' = 600 * (0.2 + beta_free * hit * 3 - camp)
kinase' = 300 * (camp * camp / (0.25 + camp * camp) - kinase)
creb' = 2 * (kinase * (1 - creb) - 0.7 * creb)
message' = 0.4 * (creb - message)
protein' = 0.05 * (message - protein)
chain1' = 0.1 * (protein - chain1)
chain2' = 0.1 * (chain1 - chain2)
chain3' = 0.1 * (chain2 - chain3)
calcium' = 20000 * (0.1 + 0.4 * hit - calcium)
growth' = 0.005 * (chain3 * (1 + calcium) - growth)
"""
RULES = """
load := (brain / Ki + brain_m / Ki_m)
release := fire * vesicle / (1 + gain * terminal_density * amine / (amine + 15))
hit := amine / (amine + 80)
"""
PARAMETERS = {
    "ka": 1.6,
    "V": 20.0,
    "CL": 4.0,
    "k12": 0.3,
    "k21": 0.2,
    "k1m": 0.25,
    "kem": 0.08,
    "kb": 3.0,
    "fu": 0.1,
    "kv": 5.0,
    "use": 2.0,
    "leak": 40.0,
    "gain": 2.0,
    "gain_soma": 1.5,
    "drive": 2.2,
    "Ki": 4.0,
    "Ki_m": 9.0,
}
SCHEDULE = {"first": 12.0, "every": 12.0, "n": 28.0, "given": 0.0, "dose": 30000.0, "dosing": 1.0}
OUTPUTS = ("depot", "central", "brain", "amine", "fire", "terminal_density", "camp", "growth")
TWO_WEEKS = np.linspace(0.0, 336.0, 505)


def text_of(parameters, *, depot=0.0, dosed=True):
    starts = dict.fromkeys(states_of_text(), 1.0) | {"depot": depot}
    starts |= dict.fromkeys(("central", "side", "metabolite", "brain", "brain_m"), 0.0)
    numbers = {**parameters, **SCHEDULE, **starts}
    event = (
        "at (time >= first + given * every && given < n && dosing > 0): "
        "given = given + 1, depot = depot + dose"
    )
    body = [
        *(f"{name} = {value!r}" for name, value in numbers.items()),
        RATES,
        RULES,
        event if dosed else "",
    ]
    return "model stiff()\n" + "\n".join(body) + "\nend\n"


def states_of_text():
    return re.findall(r"^(\w+)' =", RATES, re.MULTILINE)


def python_rates(parameters):
    """Read the same equations as Python, for a second solver."""
    names = states_of_text()
    rules = [line.split(":=") for line in RULES.strip().splitlines()]
    known = {name: f"y[{i}]" for i, name in enumerate(names)} | {
        k: repr(v) for k, v in parameters.items()
    }
    for name, rule in rules:
        known[name.strip()] = f"({spell(rule, known)})"
    rates = [spell(line.split("=", 1)[1], known) for line in RATES.strip().splitlines()]
    return eval(f"lambda t, y: [{', '.join(rates)}]")


def spell(formula, known):
    return re.sub(r"[A-Za-z_]\w*", lambda match: known[match[0]], formula.strip())


@pytest.fixture(scope="module")
def sbml():
    return solver.antimony_to_sbml(text_of(PARAMETERS), "stiff")


@pytest.fixture(scope="module")
def model(sbml):
    return solver.engine().load(sbml)


def subjects(count):
    rng = np.random.default_rng(4)
    spread = rng.lognormal(0.0, 0.3, size=(count, len(PARAMETERS)))
    for row in spread:
        yield {
            name: value * factor
            for (name, value), factor in zip(PARAMETERS.items(), row, strict=True)
        }


@pytest.mark.slow
def test_sixty_subjects_are_solved_through_all_their_doses(model):
    times = np.linspace(0.0, 336.0, 57)
    for values in subjects(60):
        steady = model.steady_state({**values, "dosing": 0.0})
        # The residue that a long run leaves of a drug that was never given; a scalar tolerance
        # fails with it.
        residue = np.where(steady == 0.0, -1e-25, steady)
        course = model.run(times, OUTPUTS, values=values, start=residue)
        clean = model.run(times, OUTPUTS, values=values, start=steady)
        assert (np.abs(course - clean).max(axis=0) / np.abs(clean).max(axis=0)).max() < 1e-4
        assert course[-1, 0] > 0.0


def test_every_state_keeps_its_own_absolute_tolerance_from_run_to_run(model):
    steady = model.steady_state({"dosing": 0.0})
    for start in (steady, np.full(25, 1e-25), None):
        model.run(np.array([24.0]), ["amine"], start=start, atol=1e-9)
        assert model._solver.integrator.absolute_tolerance == [1e-9] * 25


def test_two_weeks_of_doses_agree_with_an_implicit_runge_kutta_method(model):
    rates, names = python_rates(PARAMETERS), states_of_text()
    state = model.steady_state({"dosing": 0.0})
    order = [model.states.index(name) for name in names]
    times = np.arange(0.0, 61.0, 3.0) + 1.0
    ours = model.run(times, names, start=state, rtol=1e-9, atol=1e-12)
    state = state[order]
    theirs = []
    for begin, end in (
        (0.0, 12.0),
        (12.0, 24.0),
        (24.0, 36.0),
        (36.0, 48.0),
        (48.0, 60.0),
        (60.0, 62.0),
    ):
        if begin:
            state[names.index("depot")] += SCHEDULE["dose"]
        within = times[(times >= begin) & (times < end)]
        leg = solve_ivp(
            rates, (begin, end), state, method="Radau", t_eval=[*within, end], rtol=1e-9, atol=1e-10
        )
        theirs.append(leg.y[:, :-1].T)
        state = leg.y[:, -1].copy()
    theirs = np.concatenate(theirs)
    assert np.abs(ours - theirs).max(axis=0) / np.abs(theirs).max(axis=0) == pytest.approx(
        0.0, abs=1e-6
    )


def test_default_tolerances_give_five_digits_over_two_weeks(model):
    steady = model.steady_state({"dosing": 0.0})
    away = np.abs((TWO_WEEKS % 12.0) - 0.0) > 1e-6
    coarse = model.run(TWO_WEEKS, model.states, start=steady)[away]
    fine = model.run(TWO_WEEKS, model.states, start=steady, rtol=1e-10, atol=1e-13)[away]
    assert (np.abs(coarse - fine).max(axis=0) / np.abs(fine).max(axis=0)).max() < 5e-5


def test_a_dose_in_the_start_equals_a_dose_just_after_it(model):
    steady = model.steady_state({"dosing": 0.0})
    dosed = steady.copy()
    dosed[model.states.index("depot")] += 30000.0
    times = np.arange(0.5, 24.0, 0.75)  # never the time of a dose
    schedule = {"every": 12.0, "n": 1.0}
    at_zero = model.run(
        times, OUTPUTS, values={**schedule, "first": 12.0}, start=dosed, rtol=1e-9, atol=1e-12
    )
    a_moment_later = model.run(
        times,
        OUTPUTS,
        values={"every": 12.0, "n": 2.0, "first": 1e-9},
        start=steady,
        rtol=1e-9,
        atol=1e-12,
    )
    scale = np.abs(at_zero).max(axis=0)
    assert np.abs(at_zero - a_moment_later).max(axis=0) / scale == pytest.approx(0.0, abs=1e-7)
    assert at_zero[0, 0] > 10000.0


def test_the_first_and_the_last_dose_are_given(model):
    steady = model.steady_state({"dosing": 0.0})
    times = np.array([11.9, 12.0, 36.0, 200.0])
    depot = model.run(times, ["depot", "given"], values={"n": 3.0}, start=steady, atol=1e-12)
    assert depot[0] == pytest.approx([0.0, 0.0], abs=1e-12)
    assert depot[1] == pytest.approx([30000.0, 1.0])
    assert depot[2, 1] == 3.0 and depot[3, 1] == 3.0
    assert depot[3, 0] == pytest.approx(0.0, abs=1e-9)


def test_a_subject_run_alone_gives_the_same_bits_as_among_others(sbml, model):
    def course(compiled, values):
        steady = compiled.steady_state({**values, "dosing": 0.0})
        return compiled.run(TWO_WEEKS, OUTPUTS, values=values, start=steady)

    group = list(subjects(6))
    together = [course(model, values) for values in group]
    for position in (5, 2, 0):
        alone = course(solver.engine().load(sbml), group[position])
        assert np.array_equal(alone, together[position])


def test_a_run_does_not_affect_the_next(model):
    times = np.linspace(0.0, 48.0, 25)
    before = model.run(times, OUTPUTS)
    model.run(
        times,
        ["load"],
        values={"Ki": 0.1, "dose": 1.0},
        start=np.full(25, 0.3),
        rtol=1e-3,
        atol=1e-3,
    )
    with pytest.raises(UnknownNameError):
        model.run(times, OUTPUTS, values={"Ki": 0.2, "kI": 1.0})
    assert np.array_equal(model.run(times, OUTPUTS), before)
    assert model.values()["Ki"] == PARAMETERS["Ki"]


def test_a_failed_run_names_its_time_and_does_not_affect_the_next():
    runaway = solver.engine().load(
        solver.antimony_to_sbml(
            "model m()\n x' = a * x * x; x = 1; a = 0.1; y' = -y; y = 1\nend", "m"
        )
    )
    times = np.array([0.5, 2.0])
    before = runaway.run(times, ["x", "y"])
    with pytest.raises(NumericsError, match=r"stops at time 0\.99\d* of 2"):
        runaway.run(times, ["x", "y"], values={"a": 1.0})
    assert np.array_equal(runaway.run(times, ["x", "y"]), before)
    assert before[:, 0] == pytest.approx(1.0 / (1.0 - 0.1 * times), rel=1e-5)


def test_each_method_solves_what_the_one_before_could_not(sbml, model, monkeypatch):
    times = np.linspace(1.0, 30.0, 30)
    steady = model.steady_state({"dosing": 0.0})
    normal = model.run(times, OUTPUTS, start=steady)
    hopeless = engine_roadrunner.SolverSettings(stricter=1e-30)  # more digits than a number has
    for fall_back in engine_roadrunner.ATTEMPTS[:3]:
        monkeypatch.setattr(engine_roadrunner, "ATTEMPTS", (hopeless, fall_back))
        table = solver.engine().load(sbml).run(times, OUTPUTS, start=steady)
        assert np.abs(table - normal).max(axis=0) / normal.max(axis=0) == pytest.approx(
            0.0, abs=5e-5
        )
    monkeypatch.setattr(
        engine_roadrunner, "ATTEMPTS", (hopeless, engine_roadrunner.SolverSettings())
    )
    assert np.array_equal(solver.engine().load(sbml).run(times, OUTPUTS, start=steady), normal)
    monkeypatch.setattr(engine_roadrunner, "ATTEMPTS", (hopeless, hopeless))
    with pytest.raises(NumericsError, match="2 methods did not get beyond"):
        solver.engine().load(sbml).run(times, OUTPUTS, start=steady)


def test_the_method_without_an_implicit_step_solves_a_model_that_is_not_stiff(monkeypatch):
    monkeypatch.setattr(engine_roadrunner, "ATTEMPTS", engine_roadrunner.ATTEMPTS[3:])
    model = solver.engine().load(
        solver.antimony_to_sbml("model m()\n x' = -k * x; x = 2; k = 0.3\nend", "m")
    )
    times = np.linspace(0.5, 10.0, 20)
    assert model.run(times, ["x"])[:, 0] == pytest.approx(2.0 * np.exp(-0.3 * times), rel=1e-5)


def test_a_quantity_that_becomes_nan_is_an_error():
    model = solver.engine().load(
        solver.antimony_to_sbml(
            "model m()\n x' = -1; x = 1; y := log(x)\n z' = log(x); z = 0\nend", "m"
        )
    )
    with pytest.raises(NumericsError, match="stops at time"):
        model.run(np.array([0.5, 3.0]), ["y", "z"])


def test_no_amount_is_below_0_by_more_than_its_tolerance(model):
    steady = model.steady_state({"dosing": 0.0})
    for values in subjects(5):
        course = model.run(
            TWO_WEEKS, model.states, values={**values, "every": 24.0, "n": 7.0}, start=steady
        )
        assert course.min() > -1e-7


def test_a_tolerance_relative_to_the_size_of_a_state_is_independent_of_units():
    course = {}
    for unit in (1.0, 1e-6):
        text = f"model m()\n x' = -k * x + {unit!r}; x = {unit!r} * 5; k = 0.7\nend"
        model = solver.engine().load(solver.antimony_to_sbml(text, "m"))
        times = np.linspace(0.0, 20.0, 30)
        course[unit] = model.run(times, ["x"], sizes=np.array([unit]))[:, 0] / unit
    assert course[1e-6] == pytest.approx(course[1.0], rel=1e-9)


def test_a_model_is_pickled_as_its_sbml(model):
    again = pickle.loads(pickle.dumps(model))
    times = np.linspace(0.0, 48.0, 25)
    assert again.states == model.states
    assert np.array_equal(again.run(times, OUTPUTS), model.run(times, OUTPUTS))


def test_start_values_derived_from_parameters_follow_the_parameters():
    text = "model m()\n x0 = 3; twice = 2 * x0\n x' = -x; x = twice\nend"
    model = solver.engine().load(solver.antimony_to_sbml(text, "m"))
    now = np.array([0.0])
    assert model.run(now, ["x", "twice"]) == pytest.approx(np.array([[6.0, 6.0]]))
    assert model.run(now, ["x", "twice"], values={"x0": 5.0}) == pytest.approx(
        np.array([[10.0, 10.0]])
    )
    assert model.start({"x0": 7.0}) == pytest.approx([14.0])
    assert model.run(now, ["x", "twice"]) == pytest.approx(np.array([[6.0, 6.0]]))


def test_a_model_whose_event_may_fire_at_time_zero_runs_only_from_its_own_start():
    # The event fires while the solver resets, before other values or states could be set: its
    # effect would be lost.
    text = "model m()\n x' = 0; x = 1; d = 7\n E: at time >= 0, t0 = false: x = x + d\nend"
    model = solver.engine().load(solver.antimony_to_sbml(text, "m"))
    assert model.run(np.array([1.0]), ["x"]) == pytest.approx(np.array([[8.0]]))
    assert model.run(np.array([1.0]), ["x"], values={"d": 7.0}, start=model.start())[0, 0] == 8.0
    for d in (5.0, 3.0, 5.0):
        own = model.start({"d": d})
        for start in (None, own):
            end = model.run(np.array([0.0, 1.0]), ["x"], values={"d": d}, start=start)
            assert end[-1, 0] == pytest.approx(1.0 + d)
    with pytest.raises(InputError, match="may fire at time 0"):
        model.run(np.array([1.0]), ["x"], start=np.array([2.0]))


def test_a_constant_derived_from_a_state_follows_other_values():
    text = "model m()\n x = a; x' = -k * x; a = 2; k = 3 * x; b = 1; b' = k\nend"
    model = solver.engine().load(solver.antimony_to_sbml(text, "m"))
    for a in (2.0, 4.0, 1.0):
        states = dict(zip(model.states, model.start({"a": a}), strict=True))
        assert states == {"x": a, "b": 1.0}
        end = model.run(np.array([0.0, 0.1]), ["x", "k", "b"], values={"a": a}, rtol=1e-9)[-1]
        assert end == pytest.approx([a * np.exp(-0.3 * a), 3 * a, 1 + 0.3 * a], rel=1e-6)
    end = model.run(np.array([0.0, 0.1]), ["k", "b"], values={"k": 5.0})[-1]
    assert end == pytest.approx([5.0, 1.5], rel=1e-6)
    with pytest.raises(UnknownNameError):
        model.run(np.array([1.0]), ["x"], values={"aa": 1.0})
    with pytest.raises(InputError, match="finite"):
        model.run(np.array([1.0]), ["x"], values={"a": np.nan})


def test_a_constant_derived_from_a_state_forbids_other_starts():
    model = solver.engine().load(
        solver.antimony_to_sbml("model m()\n x' = -x; x = 2; seen = x + 1\nend", "m")
    )
    assert model.run(np.array([0.0]), ["seen"]) == pytest.approx(np.array([[3.0]]))
    with pytest.raises(InputError, match="'seen' is derived once"):
        model.run(np.array([0.0]), ["seen"], start=np.array([5.0]))


def test_species_with_a_rate_rule_count_once_and_volumes_are_taken_into_account():
    text = """
    model m()
      compartment c = 4
      species A in c, Q in c
      substanceOnly species D in c
      A = 3; D = 8; Q = 2
      Q' = -0.5 * Q
      J: A -> ; c * k * A
      L: D -> ; k * D
      depot' = -depot; depot = 1; k = 0.25
    end
    """
    model = solver.engine().load(solver.antimony_to_sbml(text, "m"))
    assert sorted(model.states) == ["A", "D", "Q", "depot"]
    values = model.run(np.array([2.0]), ["A", "D", "Q", "depot", "J"], rtol=1e-9, atol=1e-12)[0]
    decay = np.exp(-0.5)
    expected = [3 * decay, 8 * decay, 2 * np.exp(-1.0), np.exp(-2.0), 4 * 0.25 * 3 * decay]
    assert values == pytest.approx(expected, rel=1e-7)
    start = dict(zip(model.states, model.start(), strict=True))
    assert start == {"A": 3.0, "D": 8.0, "Q": 2.0, "depot": 1.0}
    doubled = model.run(
        np.array([2.0]), ["A", "D", "Q", "depot"], start=2.0 * model.start(), rtol=1e-9, atol=1e-12
    )
    assert doubled[0] == pytest.approx(2.0 * np.array(expected[:4]), rel=1e-7)


def test_an_initial_concentration_is_kept_in_a_compartment_of_any_size():
    # SBML level 3: initialConcentration applies at any size; initialAmount is divided by it.
    text = """
    model m()
      compartment c = 2, e = 3
      species S in c, T in c, U in c, B in c, $X in c, A in e
      S = 10; T = 3 * k; U = 5 * c; X = 5; k = 2; A = 2; B = 4
      J: S -> T; c * S * k
      M: A -> ; e * A * k
      N: U -> ; c * U
      B' = -k * B
    end
    """
    sbml = solver.antimony_to_sbml(text, "m")
    by_amount = sbml.replace(
        'id="A" compartment="e" initialConcentration="2"',
        'id="A" compartment="e" initialAmount="6"',
    )
    assert by_amount != sbml
    model = solver.engine().load(by_amount)
    names, now = ["S", "T", "U", "X", "A", "B"], np.array([0.0])

    def starts(**values):
        return model.run(now, names, values=values)[0]

    as_filed = [10.0, 6.0, 10.0, 5.0, 2.0, 4.0]
    assert starts() == pytest.approx(as_filed)
    assert starts(c=10.0) == pytest.approx([10.0, 6.0, 50.0, 5.0, 2.0, 4.0])
    assert starts(c=10.0, k=7.0) == pytest.approx([10.0, 21.0, 50.0, 5.0, 2.0, 4.0])
    assert starts(e=30.0) == pytest.approx([10.0, 6.0, 10.0, 5.0, 0.2, 4.0])
    assert starts() == pytest.approx(as_filed)
    assert model.start({"c": 10.0}).max() == pytest.approx(50.0)
    # A first-order loss is independent of the volume.
    late = np.array([0.5])
    for size in (2.0, 10.0):
        assert model.run(late, ["S"], values={"c": size})[0, 0] == pytest.approx(
            10 * np.exp(-1.0), rel=1e-4
        )


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        ([2.0, 1.0], "Time 1 follows time 2"),
        ([1.0, 1.0], "Times increase"),
        ([-1.0, 1.0], "0 or more"),
        ([0.0, np.nan], "finite"),
        ([], "One time or more"),
    ],
)
def test_impossible_times_are_refused(model, times, sentence):
    with pytest.raises(InputError, match=sentence):
        model.run(np.array(times), ["amine"])


def test_unknown_names_and_impossible_numbers_are_refused(model):
    times = np.array([1.0])
    with pytest.raises(UnknownNameError, match=r"Did you mean 'amine'"):
        model.run(times, ["amin"])
    with pytest.raises(InputError, match="'load' cannot be set: the model computes it"):
        model.run(times, ["amine"], values={"load": 1.0})
    with pytest.raises(InputError, match="'Ki' is nan"):
        model.run(times, ["amine"], values={"Ki": np.nan})
    with pytest.raises(InputError, match="25 states"):
        model.run(times, ["amine"], start=np.zeros(3))
    with pytest.raises(InputError, match="tolerance"):
        model.run(times, ["amine"], atol=0.0)


@pytest.mark.parametrize("text", ["", "hello", "<a/>", "<sbml>", "/etc/hosts"])
def test_text_that_is_not_sbml_is_refused_and_never_opened_as_a_file(text):
    with pytest.raises(InputError):
        solver.engine().load(text)


def test_balanced_rates_are_0_to_the_last_bit():
    # With a fused multiply-add 3 - 0.02 * 150 is -6e-17: the steady state would change, by an
    # amount that depends on the processor.
    model = solver.engine().load(
        solver.antimony_to_sbml("model m()\n x' = 3 - 0.02 * x; x = 150\nend", "m")
    )
    assert model.run(np.array([1e5]), ["x"]).tolist() == [[150.0]]


@pytest.mark.parametrize(
    "name",
    [
        "reset",
        "model",
        "simulate",
        "integrator",
        "getValue",
        "resetAll",
        "setValue",
        "timeCourseSelections",
        "getSelectedValues",
        "getRatesOfChange",
        "thisown",
    ],
)
def test_a_parameter_may_have_the_name_of_a_method_of_the_solver(name):
    # Some of the names are words of Antimony, so the id is replaced in the SBML.
    sbml = solver.antimony_to_sbml("model m()\n x' = -id_0*x; x = 8; id_0 = 0.3\nend", "m")
    times = np.array([0.0, 2.0])
    named = solver.engine().load(sbml.replace("id_0", name))
    course = named.run(times, ["x", name], values={name: 0.5})
    np.testing.assert_allclose(course[:, 0], 8 * np.exp(-0.5 * times), rtol=1e-5)
    np.testing.assert_array_equal(course[:, 1], 0.5)
    # No model of the process is changed by another one: not those that follow, not those before.
    plain = solver.engine().load(
        solver.antimony_to_sbml("model m()\n y' = -k*y; y = 3; k = 1\nend", "m")
    )
    np.testing.assert_allclose(plain.run(times, ["y"])[:, 0], 3 * np.exp(-times), rtol=1e-5)
    np.testing.assert_allclose(named.run(times, ["x"])[:, 0], 8 * np.exp(-0.3 * times), rtol=1e-5)


def test_a_species_or_a_compartment_may_have_the_name_of_a_method_of_the_solver():
    text = "model m()\n compartment load = 2\n species simulate in load\n"
    text += " simulate -> ; load*reset*simulate\n simulate = 4; reset = 0.25\nend"
    named = solver.engine().load(solver.antimony_to_sbml(text, "m"))
    course = named.run(np.array([0.0, 4.0]), ["simulate"])[:, 0]
    np.testing.assert_allclose(course, [4.0, 4.0 * np.exp(-1.0)], rtol=1e-5)


def test_compiling_leaves_the_configuration_of_the_library_as_it_was():
    solver.engine().load(solver.antimony_to_sbml("model m()\n x' = -x; x = 1\nend", "m"))
    key = roadrunner.Config.ROADRUNNER_DISABLE_PYTHON_DYNAMIC_PROPERTIES
    assert roadrunner.Config.getValue(key) is False
