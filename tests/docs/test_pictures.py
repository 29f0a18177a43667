"""Every picture of a page is made by a command of the page, or lies beside it."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# Figures that Python code of the documentation draws.
EXAMPLES = (ROOT / "docs" / "_ext" / "example_figures.py").read_text(encoding="utf-8")
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")


@pytest.fixture(scope="module")
def page_figures():
    pytest.importorskip("sphinx")
    folder = str(ROOT / "docs" / "_ext")
    sys.path.insert(0, folder)
    try:
        spec = importlib.util.find_spec("page_figures")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(folder)
    return module


def pictures():
    return [
        (page, text, target)
        for page in PAGES
        for text, target in PICTURE.findall(page.read_text(encoding="utf-8"))
    ]


def test_pages_have_pictures_and_each_is_described():
    assert {page.name for page, _, _ in pictures()} >= {
        "README.md",
        "figures.md",
        "getting_started.md",
    }
    assert not [target for _, text, target in pictures() if len(text) < 10]


def test_a_picture_is_made_by_a_command_of_its_page_or_is_committed():
    for page, _, target in pictures():
        text = page.read_text(encoding="utf-8")
        if target.startswith("figures/"):
            name = Path(target).name
            by_command = re.search(rf"^\$ tricyclic .*{re.escape(name)}", text, re.M)
            assert by_command or f'"{Path(target).stem}"' in EXAMPLES, target
        elif not target.startswith("library/"):
            assert (page.parent / target).is_file(), f"{page.name}: {target}"


def test_the_commands_of_a_page_draw_its_pictures(page_figures, tmp_path):
    page = ROOT / "docs" / "getting_started.md"
    page_figures.draw(page, tmp_path)
    (picture,) = tmp_path.iterdir()
    assert "Ki 0.825 nM" in picture.read_text(encoding="utf-8")
