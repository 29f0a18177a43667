"""Every option of the model commands changes the result or is refused: none is ignored."""

from __future__ import annotations

import pytest

from tricyclic.errors import InputError
from tricyclic.workflows.base import option_fields
from tricyclic.workflows.commands import COMMANDS
from tricyclic.workflows.model.options import VirtualAssayOptions
from tricyclic.workflows.model.virtual_assay import run as run_assay

NEUTRAL = {"workers", "scheduler", "out", "library"}
# Shown in figures only.
DRAWN = {"n_examples"}
DOSED = {
    "scenario": "small",
    "drug": "testamine",
    "dose": "1 mg/kg",
    "route": "ip",
    "hours": 3.0,
}
DOSING = {
    "scenario": "kinetics_and_occupancy",
    "drug": "desipramine",
    "dose": "2 mg/kg",
    "rate": "1 mg/kg/d",
    "route": "iv",
    "every": "1h",
    "doses": 2,
    "start": "1 h",
    "duration": "2 h",
    "days": 1.0,
    "hours": 4.0,
    "washout": "1 h",
    "antagonist": ("testamine 1 mg/kg iv",),
    "dose_event": ("testamine 1 mg/kg iv",),
    "set": ("amine.k=6",),
    "phenotype": ("CYP2D6=poor",),
    "species": "human",
    "weight": "0.3 kg",
}
LIST = {"observable": ("amine",), "ensemble_size": 3, "point_estimate": True, "compare": "x.csv"}
CASES = [
    (
        "model simulate",
        DOSED,
        DOSING | {"observable": ("amine",), "ensemble_size": 3, "list": True},
    ),
    ("model simulate", DOSED | {"point_estimate": True}, {"ensemble_size": 3}),
    ("model simulate", DOSED | {"list": True}, LIST),
    (
        "model simulate",
        {"scenario": "small", "hours": 3.0},
        {"start": "1 h", "washout": "1 h", "every": "1h", "dose": "1 mg/kg", "duration": "1 h"},
    ),
    (
        "model population",
        DOSED | {"subjects": 3, "workers": 1, "point_estimate": True},
        {
            "subjects": 4,
            "seed": 5,
            "population": "european",
            "fixed": ("testamine.CL",),
            "ensemble_size": 3,
            "observable": ("amine",),
            "responder": ("amine.last_day_percent >= 100",),
        },
    ),
    (
        "model sensitivity",
        DOSED | {"workers": 1},
        {
            "parameter": ("amine.k",),
            "all": True,
            "observable": ("amine",),
            "endpoint": ("amine.peak",),
            "parameter_set": 0,
            "sobol": 8,
            "seed": 3,
            "confidence": 0.9,
        },
    ),
    (
        "model sensitivity",
        DOSED | {"workers": 1, "sobol": 8},
        {"seed": 3, "confidence": 0.9},
    ),
    (
        "model diagram",
        DOSED,
        {"at": "1h", "pathway": ("none",), "parameter_set": 0},
    ),
    (
        "model diagram",
        {"scenario": "small"},
        {
            "at": "1h",
            "hours": 4.0,
            "days": 1.0,
            "start": "1 h",
            "washout": "1 h",
            "set": ("amine.k=6",),
            "weight": "0.3 kg",
        },
    ),
]
ONLY = {
    "glutamate": {"route": "sc", "region": "lc", "animals": 3},
    "neurites": {"route": "sc", "region": "lc", "animals": 3},
    "microdialysis": {
        "antagonist": "BD1047",
        "factor": "50 ng/mL",
        "at": "1 uM",
        "cultures": 5,
        "replicates": 4,
        "curve": "logistic_4pl",
    },
}


@pytest.mark.parametrize(("command", "base", "others"), CASES)
def test_no_option_is_ignored(command, base, others, ignored_options, small_library):
    assert ignored_options(command, {"library": str(small_library)} | base, others) == []


def test_the_options_of_simulate_population_and_sensitivity_have_a_case():
    for command in COMMANDS:
        if command.full_name in ("model simulate", "model population", "model sensitivity"):
            names = {field.name for field, _, _ in option_fields(command.load_options())}
            cases = [others for name, _, others in CASES if name == command.full_name]
            known = set(DOSING).union(*cases, *(base for name, base, _ in CASES))
            assert names - NEUTRAL - DRAWN <= known, command.full_name


@pytest.mark.parametrize("assay", ONLY)
def test_options_of_another_virtual_assay_are_refused(assay):
    for name, value in ONLY[assay].items():
        with pytest.raises(InputError, match=f"is not an option of the {assay} assay"):
            run_assay(VirtualAssayOptions(assay, **{name: value}))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"at": "3 uM", "concentrations": "1, 10 uM"},
            (
                "at: is 3 uM, which is not in the series. The series is 1 uM, 10 uM. Give one of "
                "them, or add it to --concentrations."
            ),
        ),
        (
            {"at": "10 uM", "concentrations": "1, 10 uM", "antagonist": "none"},
            (
                "at: has no effect here. It applies to the test of an antagonist, and there is "
                "none. Omit --at."
            ),
        ),
    ],
)
def test_the_tested_concentration_is_one_of_the_series(options, sentence):
    with pytest.raises(InputError) as caught:
        run_assay(VirtualAssayOptions("glutamate", **options))
    assert str(caught.value) == sentence
