"""Many subjects give the same bits wherever they are computed, and their endpoints are right."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.constant import Constant
from tricyclic.core.dosing import Dosing
from tricyclic.core.drug import Drug
from tricyclic.core.scenario import Observable
from tricyclic.errors import UnknownNameError
from tricyclic.io.library.drugs import drugs
from tricyclic.io.library.mechanisms import mechanism_from_text, mechanisms
from tricyclic.io.library.scenarios import scenario_from_toml
from tricyclic.ode.solver import antimony_to_sbml
from tricyclic.simulation.compose import compose
from tricyclic.simulation.endpoints import build_reduction
from tricyclic.simulation.import_sbml import import_sbml
from tricyclic.simulation.parallel import (
    ATOL_OF_SIZE,
    ORDER_WHEN_DOSED,
    PopulationTask,
    _in_processes,
    simulate_subjects,
)
from tricyclic.simulation.population import draw_subjects, parameter_spreads
from tricyclic.simulation.run import Simulator
from tricyclic.simulation.sampling import output_times

SMALL = """
title = "Kinetics of one drug"
description = "A drug and one site."
species = "rat"
system = "animal"
routes = ["ip", "iv"]
[[compartment]]
name = "cortex_fluid"
description = "extracellular fluid"
[[fluid]]
name = "cortex"
drug_source = "brain"
[[binding_site]]
name = "net"
target = "NET"
fluid = "cortex"
compartment = "cortex_fluid"
description = "norepinephrine transporter"
[[observable]]
name = "occupancy"
quantity = "net.occupancy"
unit = "dimensionless"
description = "NET occupancy"
"""
SIMPLE = Drug(
    "simple",
    "one compartment",
    tuple(
        Constant(name, value, unit, cv=cv)
        for name, value, unit, cv in (
            ("molar_mass", 266.4, "g_per_mol", 0.0),
            ("V", 20.0, "L_per_kg", 0.2),
            ("CL", 2.0, "L_per_h_per_kg", 0.4),
            ("fu", 0.2, "dimensionless", 0.2),
            ("Kpuu", 1.0, "dimensionless", 0.0),
            ("k_brain", 4.0, "per_h", 0.0),
            ("ka_ip", 1.5, "per_h", 0.3),
            ("F_ip", 0.6, "dimensionless", 0.2),
            ("Ki_NET", 1.0, "nM", 0.0),
        )
    ),
)


def make_task(*dosing: Dosing, horizon: float = 72.0, more: str = "", own=None, kept: int = 50):
    scenario = scenario_from_toml(SMALL + more, name="small", where="small.toml")
    composed = compose(scenario, own or mechanisms(), {"simple": SIMPLE, **drugs()}, dosing)
    times = output_times(dosing, horizon)
    at = np.unique(np.linspace(0, times.size - 1, kept).astype(int))
    return PopulationTask(composed, times, build_reduction(composed, scenario.observables), at)


def draw(task: PopulationTask, count: int):
    return draw_subjects(parameter_spreads(task.composed, mechanisms()), count, 1)


TWICE = Dosing("simple", "ip", 1000.0, 0.0, 12.0, 6)


def test_each_subject_has_the_exposure_that_its_own_constants_predict():
    task = make_task(Dosing("simple", "ip", 1000.0), horizon=300.0)
    draws = draw(task, 12)
    responses = simulate_subjects(task, draws.names, draws.table)
    endpoints = task.reduction.endpoints
    for k in range(len(draws)):
        own = draws.values(k)
        ka, f = own["simple_dose1.ka"], own["simple_dose1.F"]
        volume, clearance = own["simple.V"], own["simple.CL"]
        rate = clearance / volume
        at_peak = np.log(ka / rate) / (ka - rate)
        highest = (
            1000.0
            * f
            / volume
            * ka
            / (ka - rate)
            * (np.exp(-rate * at_peak) - np.exp(-ka * at_peak))
        )
        values = dict(zip([e.name for e in endpoints], responses.endpoints[k], strict=True))
        assert values["simple.auc_inf"] == pytest.approx(1000.0 * f / clearance, rel=2e-3)
        # The times of a long run lie up to 1.5 h apart, so that a flat peak is read a little low.
        assert values["simple.cmax"] == pytest.approx(highest, rel=5e-3)
        assert values["simple.cmax"] <= highest * (1 + 1e-5)
        assert values["simple.half_life_h"] == pytest.approx(np.log(2) / min(rate, ka), rel=5e-3)
    assert not responses.failed


def test_this_process_other_processes_and_a_cluster_give_the_same_bits():
    distributed = pytest.importorskip("distributed")
    task = make_task(TWICE)
    draws = draw(task, 45)
    here = simulate_subjects(task, draws.names, draws.table)
    pooled = simulate_subjects(task, draws.names, draws.table, workers=2)
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=2,
        processes=False,
        dashboard_address=None,
        protocol="tcp",
        host="127.0.0.1",
    ) as cluster:
        far = simulate_subjects(task, draws.names, draws.table, scheduler=cluster.scheduler_address)
    for other in (pooled, far):
        assert other.endpoints.tobytes() == here.endpoints.tobytes()
        assert other.courses.tobytes() == here.courses.tobytes()
    assert not here.failed and np.isfinite(here.courses).all()


def test_a_subject_alone_gives_the_same_bits_as_among_others():
    task = make_task(TWICE)
    draws = draw(task, 9)
    together = simulate_subjects(task, draws.names, draws.table, chunk_size=4)
    for k in (0, 3, 8):
        alone = simulate_subjects(task, draws.names, draws.table[k : k + 1])
        assert alone.endpoints.tobytes() == together.endpoints[k : k + 1].tobytes()


def test_the_order_of_subjects_changes_no_subject():
    task = make_task(TWICE)
    draws = draw(task, 6)
    forth = simulate_subjects(task, draws.names, draws.table)
    back = simulate_subjects(task, draws.names, draws.table[::-1])
    assert np.array_equal(forth.endpoints, back.endpoints[::-1], equal_nan=True)


def test_progress_counts_every_subject_once():
    task = make_task(TWICE)
    draws = draw(task, 10)
    counts: list[int] = []
    simulate_subjects(task, draws.names, draws.table, chunk_size=4, on_count=counts.append)
    assert counts == [0, 4, 8, 10]


def test_a_tolerance_relative_to_the_size_of_a_state_gives_small_errors():
    task = make_task(TWICE)
    draws = draw(task, 5)
    exact = simulate_subjects(_with(task, rtol=1e-10), draws.names, draws.table)
    sized = simulate_subjects(
        _with(
            task,
            sizes=Simulator(task.composed).sizes(task.time_h),
            atol=ATOL_OF_SIZE,
            order=ORDER_WHEN_DOSED,
        ),
        draws.names,
        draws.table,
    )
    peak = [one.name for one in task.reduction.endpoints].index("simple.cmax")
    assert sized.endpoints[:, peak] == pytest.approx(exact.endpoints[:, peak], rel=2e-5)


def test_a_parameter_that_does_not_exist_is_refused_before_anything_runs():
    task = make_task(TWICE)
    with pytest.raises(UnknownNameError, match=r"simple\.CL"):
        simulate_subjects(task, ["simple.CLL"], np.ones((3, 1)))


RUNAWAY = """// A state that grows without limit once it is driven.
// in     drive   dimensionless  what starts the growth
// state  x       dimensionless  the state
// out    output  dimensionless  the same
model runaway()
  output := x
  x' = rate * drive * (1 + x * x) - leak * x
  x = 0
end
"""


def test_a_subject_that_cannot_be_computed_is_reported_and_the_others_are_unchanged():
    constants = (
        Constant("rate", 0.001, "per_h"),
        Constant("leak", 1.0, "per_h"),
        Constant("drive", 0.0, "dimensionless"),
    )
    own = {
        **mechanisms(),
        "runaway": mechanism_from_text(RUNAWAY, constants, name="runaway", where="runaway.ant"),
    }
    more = """
[[component]]
name = "fire"
mechanism = "runaway"
compartment = "cortex_fluid"
wires = { drive = "net.load" }
"""
    task = make_task(Dosing("simple", "ip", 1000.0), more=more, own=own)
    table = np.array([[1e-3], [1e3], [1e-3]])
    responses = simulate_subjects(task, ["fire.rate"], table)
    assert [k for k, _ in responses.failed] == [1]
    assert "time" in responses.failed[0][1]
    assert (
        np.isnan(responses.endpoints[1]).all()
        and np.isfinite(responses.endpoints[[0, 2], :8]).all()
    )
    alone = simulate_subjects(task, ["fire.rate"], table[2:])
    assert np.array_equal(alone.endpoints[0], responses.endpoints[2], equal_nan=True)


def test_percent_of_baseline_is_nan_where_the_baseline_is_0():
    task = make_task(TWICE)
    relative = Observable(
        "occupancy", "net.occupancy", "dimensionless", "NET occupancy", relative_to_baseline=True
    )
    reduction = build_reduction(task.composed, [relative])
    responses = simulate_subjects(_with(task, reduction=reduction), [], np.empty((1, 0)))
    names = [endpoint.name for endpoint in reduction.endpoints]
    assert np.isnan(responses.endpoints[0, names.index("occupancy.peak_percent")])
    assert responses.endpoints[0, names.index("occupancy.baseline")] == 0.0


def _with(task: PopulationTask, **changes):
    from dataclasses import replace

    return replace(task, **changes)


def test_worker_processes_use_one_thread_and_the_own_environment_is_unchanged(monkeypatch):
    import os

    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    before = dict(os.environ)
    values = dict(_in_processes(os.getenv, ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"], 2))
    assert values == {0: "1", 1: "1"}
    assert dict(os.environ) == before


def test_two_models_of_a_user_are_never_taken_for_each_other():
    def level(rate: float, into: str) -> float:
        text = "model m()\n compartment c = 1\n species A in c, B in c\n A -> B; k*A\n"
        text += f" A = 1; B = 1; k = {rate}\nend"
        doses = [Dosing(into, "into", 4.0)] if into else []
        composed = import_sbml(antimony_to_sbml(text, "m"), "m", doses)
        reduction = build_reduction(composed, composed.scenario.observables)
        task = PopulationTask(composed, np.linspace(0, 2, 41), reduction, np.array([40]))
        return float(simulate_subjects(task, ("c",), np.ones((1, 1))).courses[0, 0, 0])

    assert level(1.0, "") == pytest.approx(np.exp(-2.0), rel=1e-4)
    assert level(0.5, "") == pytest.approx(np.exp(-1.0), rel=1e-4)
    # Doses at time 0 that differ in nothing but the quantity that they are added to.
    assert level(0.5, "A") == pytest.approx(5 * np.exp(-1.0), rel=1e-4)
    assert level(0.5, "B") == pytest.approx(np.exp(-1.0), rel=1e-4)
