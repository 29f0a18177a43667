"""The documentation builds without a warning and loads nothing from another computer."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tricyclic.core.check import LEVELS
from tricyclic.core.plate import Role
from tricyclic.curves import CURVES
from tricyclic.io.library.library import Library
from tricyclic.io.library.observations import observations
from tricyclic.workflows.commands import COMMANDS

LIBRARY = Library()
DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """The documentation as HTML, without its pictures, which `dev.py docs` draws; the commands that
    draw them run in `test_examples`.
    """
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
        "-D",
        "draw_pictures=0",
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


def test_every_page_loads_its_own_files_only(built):
    loads = re.compile(
        r"<(?:script|img|iframe)[^>]*\bsrc=\"(https?:)?//|"
        r"<link[^>]*\brel=\"(?:stylesheet|preload)\"[^>]*\bhref=\"(https?:)?//"
    )
    foreign = [
        page.name for page in built.glob("*.html") if loads.search(page.read_text(encoding="utf-8"))
    ]
    assert not foreign, f"these pages load from elsewhere: {foreign}"


def test_every_curve_model_is_documented(built):
    page = (built / "choose_a_curve.html").read_text(encoding="utf-8")
    assert not [name for name in CURVES if name not in page]
    assert "one_site_competition" in page


def test_every_command_is_listed(built):
    page = (built / "getting_started.html").read_text(encoding="utf-8")
    assert not [c.full_name for c in COMMANDS if f"tricyclic {c.full_name}<" not in page]


def test_every_mechanism_scenario_and_drug_has_its_page(built):
    names = {
        "mechanisms": LIBRARY.mechanisms,
        "scenarios": LIBRARY.scenario_names,
        "drugs": LIBRARY.drugs,
    }
    missing = [
        f"{kind}/{name}"
        for kind, listed in names.items()
        for name in listed
        if not (built / "library" / kind / f"{name}.html").is_file()
    ]
    assert not missing


def test_a_page_of_a_mechanism_shows_equations_values_sources_and_limitations(built):
    page = (built / "library" / "mechanisms" / "terminal_alpha2.html").read_text(encoding="utf-8")
    for needed in ("dGi/dt", "Imax", "Feuerstein", "Limitations", "noradrenergic_synapse"):
        assert needed in page


def test_every_pathway_is_drawn_on_the_page_of_its_scenario(built):
    for name in LIBRARY.scenario_names:
        page = (built / "library" / "scenarios" / f"{name}.html").read_text(encoding="utf-8")
        for pathway in LIBRARY.scenario(name).pathways:
            assert f"{name}_{pathway.name}.svg" in page


def test_every_observation_and_every_note_on_a_source_is_shown(built):
    calibration = (built / "calibration.html").read_text(encoding="utf-8")
    assert not [row.id for row in observations() if row.id not in calibration]
    credibility = (built / "credibility.html").read_text(encoding="utf-8")
    assert not [
        key for key, source in LIBRARY.sources.items() if source.caution and key not in credibility
    ]


def test_every_role_and_level_is_in_the_glossary():
    glossary = (DOCS / "glossary.md").read_text(encoding="utf-8")
    terms = [*(role.value for role in Role), *LEVELS]
    missing = [term for term in terms if f"`{term}`" not in glossary]
    assert not missing, f"the glossary does not explain {missing}"
