"""The documentation builds without a warning and asks no other machine for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("docs")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-b",
        "html",
        "-d",
        str(out / "trees"),
        str(DOCS),
        str(out),
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONWARNINGS": ""}
    )
    assert done.returncode == 0, done.stderr
    return out


def test_every_page_loads_only_what_lies_beside_it(built):
    loads = re.compile(
        r"<(?:script|img|iframe)[^>]*\bsrc=\"(https?:)?//|<link[^>]*\brel=\"(?:stylesheet|preload)\"[^>]*\bhref=\"(https?:)?//"
    )
    foreign = [
        page.name for page in built.glob("*.html") if loads.search(page.read_text(encoding="utf-8"))
    ]
    assert not foreign, f"these pages load from elsewhere: {foreign}"


def test_every_curve_on_the_shelf_is_told(built):
    from tricyclic.curves import SHELF

    page = (built / "choose_a_curve.html").read_text(encoding="utf-8")
    untold = [name for name in SHELF if name not in page]
    assert not untold
    assert "one_site_competition" in page


def test_every_verb_is_told(built):
    from tricyclic.jobs import SHELF

    page = (built / "start.html").read_text(encoding="utf-8")
    assert not [SHELF[name].verb for name in SHELF if f"tricyclic {SHELF[name].verb}<" not in page]


def test_every_mechanism_scenario_and_drug_has_its_page(built):
    from tricyclic.io.library import mechanisms as library

    shelves = {
        "mechanisms": library.mechanisms(),
        "scenarios": library.scenario_names(),
        "drugs": library.drug_names(),
    }
    missing = [
        f"{shelf}/{name}"
        for shelf, names in shelves.items()
        for name in names
        if not (built / "library" / shelf / f"{name}.html").is_file()
    ]
    assert not missing


def test_a_page_of_a_mechanism_shows_its_equations_values_sources_and_what_it_leaves_out(built):
    page = (built / "library" / "mechanisms" / "terminal_alpha2.html").read_text(encoding="utf-8")
    for needed in ("dGi/dt", "Imax", "Feuerstein", "What it does not do", "noradrenergic_synapse"):
        assert needed in page


def test_every_pathway_is_drawn_on_the_page_of_its_scenario(built):
    from tricyclic.io.library import mechanisms as library

    for name in library.scenario_names():
        page = (built / "library" / "scenarios" / f"{name}.html").read_text(encoding="utf-8")
        for pathway in library.scenario(name).pathways:
            assert f"{name}_{pathway.name}.svg" in page


def test_every_observation_and_every_caution_is_told(built):
    from tricyclic.io.library.observations import observations
    from tricyclic.io.library.protocols import sources

    calibration = (built / "calibration.html").read_text(encoding="utf-8")
    assert not [row.id for row in observations() if row.id not in calibration]
    credibility = (built / "credibility.html").read_text(encoding="utf-8")
    assert not [
        key for key, source in sources().items() if source.caution and key not in credibility
    ]


def test_every_term_of_the_records_is_in_the_vocabulary():
    import tricyclic.core.check
    from tricyclic.core.plate import Role

    vocabulary = (DOCS / "vocabulary.md").read_text(encoding="utf-8")
    missing = [
        word
        for word in [*(role.value for role in Role), *tricyclic.core.check.LEVELS]
        if f"`{word}`" not in vocabulary
    ]
    assert not missing, f"the vocabulary does not explain {missing}"
