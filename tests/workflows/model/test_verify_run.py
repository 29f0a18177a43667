"""A run of a user's own file is verified, and an impossible amount is named."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.ode.solver import antimony_to_sbml
from tricyclic.workflows.model import verify_run
from tricyclic.workflows.model.options import PopulationOptions, SimulateOptions
from tricyclic.workflows.model.population import run as simulate_population
from tricyclic.workflows.model.simulate import run

NEGATIVE = (
    "S falls to -8.00 at 10.0, and an amount or a concentration cannot be negative: a rate of the "
    "file does not stop when nothing is left."
)


@pytest.fixture
def remarks_of(tmp_path):
    def call(body, hours=10.0, **options):
        file = tmp_path / "own.xml"
        file.write_text(antimony_to_sbml(f"model m()\n{body}\nend\n", "m"), encoding="utf-8")
        return run(SimulateOptions(scenario=str(file), hours=hours, **options)).remarks[1:]

    return call


@pytest.mark.parametrize("scale", [1.0, 1e-15, 1e9])
def test_an_amount_that_becomes_negative_is_named_at_any_scale(remarks_of, scale):
    body = f"compartment c = 1; species S in c; S = {2 * scale!r}; S -> ; {scale!r} * c"
    (remark,) = remarks_of(body)
    number = {1.0: "-8.00", 1e-15: "-8.00e-15", 1e9: "-8.00e9"}[scale]
    assert remark == NEGATIVE.replace("-8.00", number)


def test_all_negative_amounts_are_listed(remarks_of):
    body = "compartment c = 1; species S in c, T in c; S = 2; T = 1; S + T -> ; 1 * c"
    (remark,) = remarks_of(body)
    assert remark == f"{NEGATIVE} Also negative: T."


@pytest.mark.parametrize(
    "body",
    [
        "V = 2; V' = -1",  # a voltage may be negative
        "compartment c = 1; species S in c; S = -1; S -> ; 1 * c",  # the file itself starts below 0
        "compartment c = 1; species S in c; S = 1e-10; S -> ; 50 * S * c",
    ],
)
def test_a_quantity_that_may_be_negative_and_one_that_is_not_get_no_remark(remarks_of, body):
    assert remarks_of(body) == ()


def test_a_result_that_depends_on_the_tolerances_is_named(remarks_of):
    lorenz = "x = 1; y = 1; z = 1; x' = 10*(y - x); y' = x*(28 - z) - y; z' = x*y - 8/3*z"
    (remark,) = remarks_of(lorenz, hours=60.0)
    assert remark.startswith("The result depends on the tolerances of the solver: at ")
    assert "at tolerances ten times tighter. Do not use it before the reason is known" in remark


def test_the_verifying_run_includes_the_doses_and_the_values_that_were_set(remarks_of):
    body = "compartment c = 1; species S in c; S = 0; k = 1; S -> ; k * S * c"
    assert all(
        one.startswith("Each dose adds")
        for one in remarks_of(body, drug="S", dose="5", every="3", set=("k=0.5",))
    )


def test_a_run_that_cannot_be_repeated_is_not_called_verified(remarks_of, monkeypatch):
    def fail(*arguments, **options):
        raise verify_run.NumericsError("too tight")

    monkeypatch.setattr("tricyclic.simulation.run.Simulator.run_again", fail)
    (remark,) = remarks_of("x = 1; x' = -x")
    assert remark == (
        "The run could not be repeated at tolerances ten times tighter, so that its accuracy is "
        "not verified."
    )


def test_a_formula_without_a_finite_value_is_named_and_the_other_quantities_are_reported(
    remarks_of, tmp_path
):
    body = "x = 1; x' = -x; y := log(x - 0.5); z := 1 / (x - 1)"
    (remark,) = remarks_of(body, hours=2.0, observable=("x", "y", "z"))
    assert remark.startswith("y is nan at 0.6")
    assert remark.endswith(
        ": its formula has no finite value there, and no number is reported for it where one is "
        "missing. The same is true of z."
    )
    result = run(
        SimulateOptions(scenario=str(tmp_path / "own.xml"), hours=2.0, observable=("x", "y"))
    )
    x, y = result.observable_courses
    np.testing.assert_allclose(x.y, np.exp(-x.time_h), rtol=1e-6)
    known = x.y > 0.5
    np.testing.assert_allclose(y.y[known], np.log(x.y[known] - 0.5), rtol=1e-4)
    assert np.isnan(y.y[~known]).all()


def test_a_population_leaves_out_subjects_without_a_finite_value(tmp_path):
    file = tmp_path / "own.xml"
    unit = "unit time_unit = 3600 second"
    body = f"model m()\n {unit}\n x = 1; x' = -x; y := log(x - 0.5)\nend\n"
    file.write_text(antimony_to_sbml(body, "m"), encoding="utf-8")
    result = simulate_population(
        PopulationOptions(scenario=str(file), hours=2.0, observable=("y",), subjects=2, workers=1)
    )
    assert [number for number, _ in result.population.failed] == [0, 1]
    assert result.population.failed[0][1].startswith("'y' has no finite value at time 0.6")


@pytest.mark.parametrize(
    ("body", "options"),
    [
        ("compartment c = -2; species S in c; S = 1; S -> ; 0.1 * S * c", {}),
        ("compartment c = 2; species S in c; S = 1; S -> ; 0.1 * S * c", {"set": ("c=-2",)}),
        ("compartment c = 1; c' = -0.3; x = 1; x' = -x", {}),
    ],
)
def test_a_compartment_of_negative_size_is_named(remarks_of, body, options):
    (remark,) = remarks_of(body, **options)
    assert remark == (
        "The size of c is -2.00, and a size cannot be negative: no concentration in it has a "
        "meaning."
    )


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("compartment c = 0; species S in c; S = 1; S -> ; S * c", "The start value of S is nan"),
        ("x = 1; x' = 1 / time", "At time 0 there is no finite rate of x"),
        ("x = 1; y = 0; x' = -x / y; y' = 1", "At time 0 there is no finite rate of x"),
        ("x = 1; x' = x^2", "The solver stops at time 0.99"),
    ],
)
def test_a_file_that_cannot_be_solved_is_refused_with_its_name_and_the_cause(
    remarks_of, body, sentence
):
    with pytest.raises(InputError, match=f"^own: {sentence}"):
        remarks_of(body)


@pytest.mark.parametrize("hours", [1e9, 1e300])
def test_a_run_of_ages_ends_at_once(remarks_of, hours):
    assert remarks_of("x = 1; x' = 0.1 * (3 - x)", hours=hours) == ()


@pytest.mark.parametrize("scale", [1e300, 1e-300])
def test_numbers_at_the_ends_of_the_range_are_solved(tmp_path, scale):
    file = tmp_path / "own.xml"
    body = f"x = {scale!r}; x' = -0.1 * x"
    file.write_text(antimony_to_sbml(f"model m()\n{body}\nend\n", "m"), encoding="utf-8")
    result = run(SimulateOptions(scenario=str(file), hours=10.0))
    assert result["x"].y[-1] / scale == pytest.approx(np.exp(-1), rel=1e-6)
