"""The PEtab problem is valid, and whoever follows its tables comes to the numbers that the calibration predicts."""

from __future__ import annotations

import functools
import math
import re
from pathlib import Path

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.exchange.petab import PetabProblem, is_said, petab_problem
from tricyclic.io.library.mechanisms import drugs, mechanisms, scenario
from tricyclic.io.library.observations import observations
from tricyclic.ode.base import CompiledModel
from tricyclic.ode.solver import engine
from tricyclic.sbml.document import unit_complaints, validation_complaints
from tricyclic.simulation.calibration import predict as observe

NAMES = ("bdnf_glutamate", "human_occupancy", "noradrenergic_synapse")
FUNCTIONS = {"ln": math.log}


@functools.cache
def problem(name: str) -> PetabProblem:
    return petab_problem(scenario(name), observations(name), mechanisms(), drugs())


def rows(name: str, file: str) -> list[dict[str, str]]:
    head, *lines = [line.split("\t") for line in problem(name).files[file].splitlines()]
    assert all(len(line) == len(head) for line in lines)
    return [dict(zip(head, line, strict=True)) for line in lines]


def write(name: str, place: Path) -> Path:
    for file, content in problem(name).files.items():
        (place / file).write_text(content, encoding="utf-8")
    return place / "problem.yaml"


# petab still uses forms that newer pandas announces to drop.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("name", NAMES)
def test_the_problem_passes_the_checks_of_the_petab_library(name, tmp_path):
    from petab.v2 import lint_problem

    found = lint_problem(write(name, tmp_path))
    assert not list(found), [str(issue) for issue in found]


# petab still uses forms that newer pandas announces to drop.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_the_checks_of_the_petab_library_find_a_fault(tmp_path):
    from petab.v2 import lint_problem

    path = write("human_occupancy", tmp_path)
    table = tmp_path / "conditions.tsv"
    table.write_text(
        table.read_text().replace("imipramine_dose1__amount\t", "imipramine_dose9__amount\t")
    )
    assert lint_problem(path).has_errors()


@pytest.mark.parametrize("name", NAMES)
def test_the_model_is_valid_sbml_with_balanced_units_and_holds_no_dose(name):
    sbml = problem(name).files["model.xml"]
    assert not validation_complaints(sbml) and not unit_complaints(sbml)
    assert "<event" not in sbml


class Follower:
    """One who has the tables and a solver, and nothing else."""

    def __init__(self, name: str) -> None:
        self.model: CompiledModel = engine().load(problem(name).files["model.xml"])
        self.rest = self.model.rest()
        self.changes: dict[str, list[tuple[str, str]]] = {}
        for row in rows(name, "conditions.tsv"):
            self.changes.setdefault(row["conditionId"], []).append(
                (row["targetId"], row["targetValue"])
            )
        self.periods: dict[str, list[tuple[float, str]]] = {}
        for row in rows(name, "experiments.tsv"):
            self.periods.setdefault(row["experimentId"], []).append(
                (float(row["time"]), row["conditionId"])
            )
        self.formulas = {
            row["observableId"]: row["observableFormula"] for row in rows(name, "observables.tsv")
        }

    def value(self, formula: str, values: dict[str, float], state: np.ndarray) -> float:
        names = [
            name
            for name in dict.fromkeys(re.findall(r"[A-Za-z]\w*", formula))
            if name not in FUNCTIONS
        ]
        names = [name for name in names if not re.fullmatch(r"e\d+", name)]
        asked = [name for name in names if name not in values]
        told = self.model.run(np.zeros(1), asked, values=values, start=state)[0] if asked else []
        known = {**FUNCTIONS, **values, **dict(zip(asked, map(float, told), strict=True))}
        return float(eval(formula, {}, known))

    def measured(self, observable: str, experiment: str, time: float) -> float:
        state, values = self.rest.copy(), {}
        before, *periods = self.periods[experiment]
        assert before == (-math.inf, "")
        for k, (start, condition) in enumerate(periods):
            new = {
                target: self.value(formula, values, state)
                for target, formula in self.changes.get(condition, [])
            }
            for target, value in new.items():
                if target in self.model.states:
                    state[self.model.states.index(target)] = value
                else:
                    values[target] = value
            end = periods[k + 1][0] if k + 1 < len(periods) and periods[k + 1][0] <= time else time
            if end > start:
                state = self.model.run(
                    np.array([0.0, end - start]),
                    self.model.states,
                    values=values,
                    start=state,
                    rtol=1e-8,
                )[-1].copy()
            if end == time:
                break
        return self.value(self.formulas[observable], values, state)


@pytest.mark.parametrize("name", NAMES)
def test_following_the_tables_gives_the_numbers_that_the_calibration_predicts(name, monkeypatch):
    # The calibration takes means and areas by trapezoids: here so fine that they are integrals, as in the problem.
    monkeypatch.setattr(observe, "POINTS_OF_AN_AREA", 4001)
    monkeypatch.setattr(observe, "RTOL", 1e-8)
    own = {item.id: item for item in observations(name) if item.id in problem(name).held}
    means = [item for item in own.values() if item.measure == "mean"]
    others = [item for item in own.values() if item.measure != "mean"]
    predicted = {}
    for group, points in ((others, 61), (means, 4001)):
        monkeypatch.setattr(observe, "POINTS", points)
        if group:
            panel = observe.panel_of(group, {name: scenario(name)}, mechanisms(), drugs())
            predicted |= dict(zip([item.id for item in group], panel.predict({}), strict=True))
    follower = Follower(name)
    table = rows(name, "measurements.tsv")
    assert {row["datasetId"] for row in table} == set(own)
    for row in table:
        found = follower.measured(row["observableId"], row["experimentId"], float(row["time"]))
        assert found == pytest.approx(predicted[row["datasetId"]], rel=1e-4), row["datasetId"]
        assert float(row["measurement"]) == own[row["datasetId"]].value


@pytest.mark.parametrize("name", NAMES)
def test_priors_are_those_of_the_calibration(name):
    from tricyclic.simulation.calibration.parameters import priors_of

    own = [item for item in observations(name) if is_said(item)]
    panel = observe.panel_of(own, {name: scenario(name)}, mechanisms(), drugs())
    known = {prior.name: prior for prior in priors_of(panel.composed.values())}
    table = {row["parameterName"]: row for row in rows(name, "parameters.tsv")}
    assert set(known) == set(table)
    for parameter, prior in known.items():
        row = table[parameter]
        assert (float(row["lowerBound"]), float(row["upperBound"])) == (prior.low, prior.high)
        assert float(row["nominalValue"]) == prior.start
        if row["priorDistribution"] == "log-normal":
            middle, sd = (float(x) for x in row["priorParameters"].split(";"))
            assert math.exp(middle) == pytest.approx(prior.start)
            assert math.exp(2 * 1.96 * sd) == pytest.approx(prior.high / prior.low)


def test_what_petab_cannot_hold_is_named_with_its_reason():
    found = problem("noradrenergic_synapse")
    everything = {item.id for item in observations("noradrenergic_synapse")}
    assert set(found.held) | {name for name, _ in found.left_out} == everything
    for name, reason in found.left_out:
        assert name in found.files["README.md"] and reason in found.files["README.md"]
    limits = {item.id for item in observations("noradrenergic_synapse") if item.relation != "is"}
    assert limits <= {name for name, _ in found.left_out}


def test_a_scenario_without_such_an_observation_is_refused_in_words():
    with pytest.raises(InputError, match="no inequalities"):
        petab_problem(scenario("ngf_neurites"), observations("ngf_neurites"), mechanisms(), drugs())
