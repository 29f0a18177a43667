"""The runner of the SBML semantic test suite, on a small folder in the layout of the suite."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from tricyclic.ode.solver import antimony_to_sbml

_FILE = Path(__file__).parents[3] / "benchmarks" / "sbml_suite.py"


@pytest.fixture(scope="module")
def suite():
    spec = importlib.util.spec_from_file_location("sbml_suite", _FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


# A and B of a chain at 1 and 0.3, in 2 litres, from an amount of 6.
CHAIN = (
    "compartment c = 2; species A in c, B in c; A = 3; B = 0\n"
    "J1: A -> B; A * c\nJ2: B -> ; 0.3 * B * c"
)
TIMES = np.linspace(0.0, 5.0, 11)
A_AMOUNT = 6 * np.exp(-TIMES)
B_AMOUNT = 6 * (np.exp(-0.3 * TIMES) - np.exp(-TIMES)) / 0.7
SETTINGS = """start: 0
duration: 5
steps: 10
variables: A, B
absolute: {absolute}
relative: 0.0001
amount: {amount}
concentration: {concentration}
"""


@pytest.fixture
def write(tmp_path):
    """Write one case of the suite."""

    def case(
        number,
        a,
        b,
        *,
        body=CHAIN,
        text="",
        amount="",
        concentration="",
        tags="Reaction",
        absolute="1e-7",
        older="",
    ):
        folder = tmp_path / "semantic" / number
        folder.mkdir(parents=True)
        model = text or antimony_to_sbml(f"model m()\n{body}\nend\n", "m")
        (folder / f"{number}-sbml-l3v2.xml").write_text(model, encoding="utf-8")
        if older:
            (folder / f"{number}-sbml-l2v4.xml").write_text(older, encoding="utf-8")
        (folder / f"{number}-settings.txt").write_text(
            SETTINGS.format(amount=amount, concentration=concentration, absolute=absolute),
            encoding="utf-8",
        )
        rows = [f"{t!r},{x!r},{y!r}" for t, x, y in zip(TIMES.tolist(), a, b, strict=True)]
        (folder / f"{number}-results.csv").write_text("\n".join(["time,A,B", *rows, ""]))
        (folder / f"{number}-model.m").write_text(
            f"(*\ncategory:      Test\ncomponentTags: {tags}\ntestTags:      Amount\n*)\n"
        )

    return case


def run_all(suite, folder, *words):
    return {
        one.case.name: one
        for one in (
            suite.run_case(case, "self", "--exports" in words)
            for case in suite.find_cases(folder, "", 10.0)
        )
    }


def test_amounts_and_concentrations_are_compared_as_the_settings_mean_them(suite, write, tmp_path):
    a, b = A_AMOUNT.tolist(), B_AMOUNT.tolist()
    write("00001", a, b, amount="A, B")
    write("00002", (A_AMOUNT / 2).tolist(), (B_AMOUNT / 2).tolist(), concentration="A, B")
    write("00003", a, (B_AMOUNT / 2).tolist(), amount="A", concentration="B")
    only = (
        "compartment c = 2; substanceOnly species A in c, B in c; A = 6; B = 0\n"
        "J1: A -> B; A\nJ2: B -> ; 0.3 * B"
    )
    write("00004", (A_AMOUNT / 2).tolist(), b, body=only, amount="B", concentration="A")
    statuses = {name: one.status for name, one in run_all(suite, tmp_path, "--exports").items()}
    assert statuses == dict.fromkeys(("00001", "00002", "00003", "00004"), "right")


def test_a_number_outside_the_tolerances_is_named(suite, write, tmp_path):
    off = A_AMOUNT.copy()
    off[4] += 1e-3
    write("00001", off.tolist(), B_AMOUNT.tolist(), amount="A, B")
    write("00002", off.tolist(), B_AMOUNT.tolist(), amount="A, B", absolute="2e-3")
    verdicts = run_all(suite, tmp_path)
    assert verdicts["00001"].status == "wrong"
    assert verdicts["00001"].reason == "A at 2 is 0.812012, expected 0.813012"
    assert verdicts["00002"].status == "right"


def test_what_is_not_supported_is_refused_with_its_reason_and_the_next_case_is_right(
    suite, write, tmp_path
):
    a, b = A_AMOUNT.tolist(), B_AMOUNT.tolist()
    write("00001", a, b, body=CHAIN + "\nz = 1; z' = -delay(z, 1)", tags="CSymbolDelay, Reaction")
    write("00002", a, b, body=CHAIN + "\nz = 1; z' = z^2", tags="RateRule")
    write("00003", a, b, amount="A, B")
    verdicts = run_all(suite, tmp_path)
    assert [one.status for one in verdicts.values()] == ["refused", "refused", "right"]
    assert "'z' is computed with a delayed value" in verdicts["00001"].reason
    assert "The solver stops at time" in verdicts["00002"].reason
    lines = suite.report(list(verdicts.values())).splitlines()
    assert ": 1 right, 2 refused" in lines[0]
    assert [line.split() for line in lines if line.startswith(("tag", "Reaction", "CSym"))] == [
        ["tag", "right", "refused"],
        ["CSymbolDelay", "1"],
        ["Reaction", "1", "1"],
    ]


def test_a_model_without_results_is_compared_with_a_tighter_run(suite, tmp_path):
    text = antimony_to_sbml(f"model m()\n{CHAIN}\nend\n", "m")
    (tmp_path / "chain.xml").write_text(text, encoding="utf-8")
    (case,) = suite.find_cases(tmp_path, "", 10.0)
    assert suite.run_case(case, "self", True).status == "right"


def test_a_model_without_results_is_compared_with_copasi(suite, tmp_path):
    pytest.importorskip("basico")
    text = antimony_to_sbml(f"model m()\n{CHAIN}\nend\n", "m")
    (tmp_path / "chain.xml").write_text(text, encoding="utf-8")
    (case,) = suite.find_cases(tmp_path, "", 10.0)
    assert suite.run_case(case, "copasi", False).status == "right"


def test_the_command_ends_with_an_error_where_a_case_is_wrong(suite, write, tmp_path, capsys):
    write("00001", A_AMOUNT.tolist(), B_AMOUNT.tolist(), amount="A, B")
    assert suite.main([str(tmp_path)]) == 0
    write("00002", B_AMOUNT.tolist(), A_AMOUNT.tolist(), amount="A, B")
    assert suite.main([str(tmp_path)]) == 1
    assert suite.main([str(tmp_path), "--only", "00001"]) == 0
    assert "00002  wrong: A at 0 is 6, expected 0" in capsys.readouterr().out


def test_the_level_of_the_model_is_chosen(suite, write, tmp_path):
    write("00001", A_AMOUNT.tolist(), B_AMOUNT.tolist(), amount="A, B", older="<sbml/>")
    (newest,) = suite.find_cases(tmp_path, "", 10.0)
    (older,) = suite.find_cases(tmp_path, "l2v4", 10.0)
    assert newest.file.name == "00001-sbml-l3v2.xml"
    assert suite.run_case(older, "self", False).status == "refused"
