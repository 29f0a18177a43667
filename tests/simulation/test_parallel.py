"""Many subjects give the same bits whoever computes them, and what each gives is right."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.constant import Constant
from tricyclic.core.dosing import Regimen
from tricyclic.core.drug import Drug
from tricyclic.core.scenario import Watch
from tricyclic.errors import UnknownNameError
from tricyclic.io.library.mechanisms import (
    drugs,
    mechanism_from_text,
    mechanisms,
    scenario_from_toml,
)
from tricyclic.simulation.compose import compose
from tricyclic.simulation.endpoints import endpoint_named, reduction_of
from tricyclic.simulation.parallel import (
    ATOL_OF_SIZE,
    ORDER_WHEN_DOSED,
    Question,
    _in_processes,
    respond,
)
from tricyclic.simulation.population import draw, spreads_of
from tricyclic.simulation.run import Bench
from tricyclic.simulation.sampling import times_of

SMALL = """
title = "Kinetics of one drug"
says = "A drug and one site."
species = "rat"
system = "animal"
routes = ["ip", "iv"]
[[place]]
name = "cortex_fluid"
says = "extracellular fluid"
[[fluid]]
name = "cortex"
holds = "brain"
[[site]]
name = "net"
target = "NET"
fluid = "cortex"
place = "cortex_fluid"
says = "norepinephrine transporter"
[[watch]]
name = "occupancy"
quantity = "net.occupancy"
unit = "dimensionless"
says = "NET occupancy"
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


def answered(work):
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def question(*regimens: Regimen, horizon: float = 72.0, more: str = "", own=None, kept: int = 50):
    scenario = scenario_from_toml(SMALL + more, name="small", where="small.toml")
    composed = compose(scenario, own or mechanisms(), {"simple": SIMPLE, **drugs()}, regimens)
    times = times_of(regimens, horizon)
    at = np.unique(np.linspace(0, times.size - 1, kept).astype(int))
    return Question(composed, times, reduction_of(composed, scenario.watches), at)


def subjects_of(asked: Question, count: int):
    return draw(spreads_of(asked.composed, mechanisms()), count, 1)


TWICE = Regimen("simple", "ip", 1000.0, 0.0, 12.0, 6)


def test_each_subject_has_the_exposure_that_its_own_constants_give():
    asked = question(Regimen("simple", "ip", 1000.0), horizon=300.0)
    drawn = subjects_of(asked, 12)
    found = answered(respond(asked, drawn.names, drawn.table))
    endpoints = asked.reduction.endpoints
    for k in range(len(drawn)):
        own = drawn.values(k)
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
        told = dict(zip([e.name for e in endpoints], found.endpoints[k], strict=True))
        assert told["simple.auc_inf"] == pytest.approx(1000.0 * f / clearance, rel=2e-3)
        # The times of a long run lie up to 1.5 h apart, so that a flat peak is read a little low.
        assert told["simple.cmax"] == pytest.approx(highest, rel=5e-3)
        assert told["simple.cmax"] <= highest * (1 + 1e-5)
        assert told["simple.half_life_h"] == pytest.approx(np.log(2) / min(rate, ka), rel=5e-3)
    assert not found.failed


def test_here_in_processes_and_on_a_cluster_give_the_same_bits():
    distributed = pytest.importorskip("distributed")
    asked = question(TWICE)
    drawn = subjects_of(asked, 45)
    here = answered(respond(asked, drawn.names, drawn.table))
    pooled = answered(respond(asked, drawn.names, drawn.table, workers=2))
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=2,
        processes=False,
        dashboard_address=None,
        protocol="tcp",
        host="127.0.0.1",
    ) as cluster:
        far = answered(
            respond(asked, drawn.names, drawn.table, scheduler=cluster.scheduler_address)
        )
    for other in (pooled, far):
        assert other.endpoints.tobytes() == here.endpoints.tobytes()
        assert other.courses.tobytes() == here.courses.tobytes()
    assert not here.failed and np.isfinite(here.courses).all()


def test_a_subject_alone_is_the_subject_among_others():
    asked = question(TWICE)
    drawn = subjects_of(asked, 9)
    together = answered(respond(asked, drawn.names, drawn.table, a_piece=4))
    for k in (0, 3, 8):
        alone = answered(respond(asked, drawn.names, drawn.table[k : k + 1]))
        assert alone.endpoints.tobytes() == together.endpoints[k : k + 1].tobytes()


def test_the_order_of_subjects_changes_no_subject():
    asked = question(TWICE)
    drawn = subjects_of(asked, 6)
    forth = answered(respond(asked, drawn.names, drawn.table))
    back = answered(respond(asked, drawn.names, drawn.table[::-1]))
    assert np.array_equal(forth.endpoints, back.endpoints[::-1], equal_nan=True)


def test_progress_counts_every_subject_once():
    asked = question(TWICE)
    drawn = subjects_of(asked, 10)
    assert list(respond(asked, drawn.names, drawn.table, a_piece=4)) == [0, 4, 8, 10]


def test_an_error_in_units_of_the_size_of_a_state_is_as_small_as_the_solvers_own():
    asked = question(TWICE)
    drawn = subjects_of(asked, 5)
    exact = answered(respond(_with(asked, rtol=1e-10), drawn.names, drawn.table))
    sized = answered(
        respond(
            _with(
                asked,
                sizes=Bench(asked.composed).sizes(asked.time_h),
                atol=ATOL_OF_SIZE,
                order=ORDER_WHEN_DOSED,
            ),
            drawn.names,
            drawn.table,
        )
    )
    peak = endpoint_named(asked.reduction.endpoints, "simple.cmax")
    assert sized.endpoints[:, peak] == pytest.approx(exact.endpoints[:, peak], rel=2e-5)


def test_a_parameter_that_does_not_exist_is_refused_before_anything_runs():
    asked = question(TWICE)
    with pytest.raises(UnknownNameError, match=r"simple\.CL"):
        answered(respond(asked, ["simple.CLL"], np.ones((3, 1))))


RUNAWAY = """// Something grows without limit once it is driven.
// in     drive  dimensionless  what starts it
// state  x      dimensionless  it
// out    told   dimensionless  the same
model runaway()
  told := x
  x' = rate * drive * (1 + x * x) - leak * x
  x = 0
end
"""


def test_a_subject_that_cannot_be_computed_is_counted_and_the_others_stand():
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
[[part]]
name = "fire"
mechanism = "runaway"
place = "cortex_fluid"
wires = { drive = "net.load" }
"""
    asked = question(Regimen("simple", "ip", 1000.0), more=more, own=own)
    table = np.array([[1e-3], [1e3], [1e-3]])
    found = answered(respond(asked, ["fire.rate"], table))
    assert [k for k, _ in found.failed] == [1]
    assert "time" in found.failed[0][1]
    assert np.isnan(found.endpoints[1]).all() and np.isfinite(found.endpoints[[0, 2], :8]).all()
    alone = answered(respond(asked, ["fire.rate"], table[2:]))
    assert np.array_equal(alone.endpoints[0], found.endpoints[2], equal_nan=True)


def test_percent_of_rest_is_told_only_where_there_is_a_rest():
    asked = question(TWICE)
    relative = Watch("occupancy", "net.occupancy", "dimensionless", "NET occupancy", relative=True)
    reduction = reduction_of(asked.composed, [relative])
    found = answered(respond(_with(asked, reduction=reduction), [], np.empty((1, 0))))
    names = [endpoint.name for endpoint in reduction.endpoints]
    assert np.isnan(found.endpoints[0, names.index("occupancy.peak_percent")])
    assert found.endpoints[0, names.index("occupancy.rest")] == 0.0


def _with(asked: Question, **changes):
    from dataclasses import replace

    return replace(asked, **changes)


def test_processes_do_their_linear_algebra_in_one_thread_and_ours_is_left_alone(monkeypatch):
    import os

    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    before = dict(os.environ)
    told = dict(_in_processes(os.getenv, ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"], 2))
    assert told == {0: "1", 1: "1"}
    assert dict(os.environ) == before
