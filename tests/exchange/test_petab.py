"""The PEtab problem is valid, and its tables give the numbers that the calibration predicts."""

from __future__ import annotations

import functools
import math
import re
from pathlib import Path

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.exchange.petab import PetabProblem, is_expressible, petab_problem
from tricyclic.io.library.drugs import drugs
from tricyclic.io.library.mechanisms import mechanisms
from tricyclic.io.library.observations import observations
from tricyclic.io.library.scenarios import scenario
from tricyclic.ode.base import CompiledModel
from tricyclic.ode.solver import engine
from tricyclic.sbml.checks import find_unit_problems, find_validity_problems
from tricyclic.simulation.calibration import predict
from tricyclic.simulation.calibration.parameters import collect_priors

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

    issues = list(lint_problem(write(name, tmp_path)))
    assert not issues, [str(issue) for issue in issues]


# petab still uses forms that newer pandas announces to drop.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_the_checks_of_the_petab_library_detect_an_unknown_target(tmp_path):
    from petab.v2 import lint_problem

    path = write("human_occupancy", tmp_path)
    table = tmp_path / "conditions.tsv"
    table.write_text(
        table.read_text(encoding="utf-8").replace(
            "imipramine_dose1__amount\t", "imipramine_dose9__amount\t"
        )
    )
    assert lint_problem(path).has_errors()


@pytest.mark.parametrize("name", NAMES)
def test_the_model_is_valid_sbml_with_balanced_units_and_without_doses(name):
    sbml = problem(name).files["model.xml"]
    assert not find_validity_problems(sbml) and not find_unit_problems(sbml)
    assert "<event" not in sbml


class TableEvaluator:
    """Evaluates the problem from its tables and a solver alone."""

    def __init__(self, name: str) -> None:
        self.model: CompiledModel = engine().load(problem(name).files["model.xml"])
        self.baseline = self.model.steady_state()
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
        unset = [name for name in names if name not in values]
        row = self.model.run(np.zeros(1), unset, values=values, start=state)[0] if unset else []
        known = {**FUNCTIONS, **values, **dict(zip(unset, map(float, row), strict=True))}
        return float(eval(formula, {}, known))

    def measured(self, observable: str, experiment: str, time: float) -> float:
        state, values = self.baseline.copy(), {}
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
def test_the_tables_give_the_numbers_that_the_calibration_predicts(name, monkeypatch):
    # The calibration takes means and areas by trapezoids: here so fine that they are integrals, as
    # in the problem.
    monkeypatch.setattr(predict, "AREA_POINTS", 4001)
    monkeypatch.setattr(predict, "RTOL", 1e-8)
    own = {item.id: item for item in observations(name) if item.id in problem(name).observations}
    means = [item for item in own.values() if item.measure == "mean"]
    others = [item for item in own.values() if item.measure != "mean"]
    predicted = {}
    for group, points in ((others, 61), (means, 4001)):
        monkeypatch.setattr(predict, "POINTS", points)
        if group:
            panel = predict.build_arms(group, {name: scenario(name)}, mechanisms(), drugs())
            predicted |= dict(zip([item.id for item in group], panel.predict({}), strict=True))
    evaluator = TableEvaluator(name)
    table = rows(name, "measurements.tsv")
    assert {row["datasetId"] for row in table} == set(own)
    for row in table:
        value = evaluator.measured(row["observableId"], row["experimentId"], float(row["time"]))
        assert value == pytest.approx(predicted[row["datasetId"]], rel=1e-4), row["datasetId"]
        assert float(row["measurement"]) == own[row["datasetId"]].value


@pytest.mark.parametrize("name", NAMES)
def test_priors_are_those_of_the_calibration(name):
    own = [item for item in observations(name) if is_expressible(item)]
    panel = predict.build_arms(own, {name: scenario(name)}, mechanisms(), drugs())
    known = {prior.name: prior for prior in collect_priors(panel.composed.values())}
    table = {row["parameterName"]: row for row in rows(name, "parameters.tsv")}
    readme = problem(name).files["README.md"]
    assert set(known) == set(table)
    for parameter, prior in known.items():
        row = table[parameter]
        assert (float(row["lowerBound"]), float(row["upperBound"])) == (prior.low, prior.high)
        assert float(row["nominalValue"]) == prior.start
        if row["priorDistribution"] == "log-normal":
            middle, sd = (float(x) for x in row["priorParameters"].split(";"))
            assert math.exp(middle) == pytest.approx(prior.start)
            assert math.exp(2 * 1.96 * sd) == pytest.approx(prior.high / prior.low)
        if prior.scale == "logit":
            middle, sd = (float(x) for x in row["priorParameters"].split(";"))
            assert row["priorDistribution"] == "normal"
            assert middle == prior.start
            assert sd == pytest.approx((prior.high - prior.low) / (2 * 1.96))
            assert f"{parameter}: its prior is normal on the logit scale" in readme


def test_what_petab_cannot_express_is_listed_with_its_reason():
    written = problem("noradrenergic_synapse")
    everything = {item.id for item in observations("noradrenergic_synapse")}
    assert set(written.observations) | {name for name, _ in written.left_out} == everything
    for name, reason in written.left_out:
        assert name in written.files["README.md"] and reason in written.files["README.md"]
    limits = {item.id for item in observations("noradrenergic_synapse") if item.qualifier != "is"}
    assert limits <= {name for name, _ in written.left_out}


def test_a_scenario_without_an_expressible_observation_is_refused_with_the_reasons():
    with pytest.raises(InputError, match="no inequalities"):
        petab_problem(scenario("ngf_neurites"), observations("ngf_neurites"), mechanisms(), drugs())
