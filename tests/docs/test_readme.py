"""What a newcomer sees first; `test_demo` compares the result with that of the demo."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_first_screen_names_both_commands_and_the_result():
    first_screen = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:60])
    for needed in ("python3 dev.py demo", "python3 dev.py test", "<!-- result:begin -->", "Ki "):
        assert needed in first_screen
