"""What fills the examples of a page puts output below its command only."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def fill_examples():
    spec = importlib.util.spec_from_file_location(
        "fill_examples", ROOT / "docs" / "fill_examples.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_output_is_placed_below_a_command_that_repeats_its_words(tmp_path):
    page = tmp_path / "page.md"
    commands = ["tricyclic --version  # version 0", "tricyclic --version", "tricyclic --version"]
    shown = ["version", "tricyclic", "--version\n"]
    page.write_text(block(commands, shown), encoding="utf-8")
    module = fill_examples()
    right = module.examples().run("tricyclic --version").strip("\n")
    assert right and "[exit" not in right
    assert module.filled(page) == block(commands, [right, right, f"{right}\n"])


def block(commands, shown) -> str:
    lines = [f"$ {c}\n{out}\n" for c, out in zip(commands, shown, strict=True)]
    return f"```console\n{''.join(lines)}```\n"
