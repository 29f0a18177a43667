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
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONWARNINGS": ""})
    assert done.returncode == 0, done.stderr
    return out


def test_every_page_loads_only_what_lies_beside_it(built):
    loads = re.compile(
        r"<(?:script|img|iframe)[^>]*\bsrc=\"(https?:)?//|<link[^>]*\brel=\"(?:stylesheet|preload)\"[^>]*\bhref=\"(https?:)?//"
    )
    foreign = [page.name for page in built.glob("*.html") if loads.search(page.read_text(encoding="utf-8"))]
    assert not foreign, f"these pages load from elsewhere: {foreign}"


def test_every_curve_on_the_shelf_is_told(built):
    from tricyclic.curves import SHELF

    page = (built / "choose_a_curve.html").read_text(encoding="utf-8")
    untold = [name for name in SHELF if name not in page]
    assert not untold
    assert "one_site_competition" in page


def test_every_term_of_the_records_is_in_the_vocabulary():
    import tricyclic.records.check
    from tricyclic.records.plate import Role

    vocabulary = (DOCS / "vocabulary.md").read_text(encoding="utf-8")
    missing = [
        word
        for word in [*(role.value for role in Role), *tricyclic.records.check.LEVELS]
        if f"`{word}`" not in vocabulary
    ]
    assert not missing, f"the vocabulary does not explain {missing}"
