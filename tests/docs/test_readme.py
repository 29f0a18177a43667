"""The result that the README shows is the result that the demo gives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_result_in_the_readme_is_what_the_demo_prints():
    command = [sys.executable, str(ROOT / "docs" / "fill_readme.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_first_screen_names_both_commands_and_the_result():
    first_screen = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:60])
    for needed in ("python3 dev.py demo", "python3 dev.py test", "<!-- result:begin -->", "Ki "):
        assert needed in first_screen
