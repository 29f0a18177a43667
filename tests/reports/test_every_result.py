"""Every kind of result has text, JSON, tables, and HTML; the commands with a figure have --plot."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import get_args, get_type_hints

import pytest

import tricyclic.fitting
import tricyclic.results
from tricyclic.registry import RENDERERS
from tricyclic.results.base import Renderable
from tricyclic.workflows.commands import COMMANDS


def kinds():
    """All result types, of every module of results."""
    for package in (tricyclic.results, tricyclic.fitting):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    types, waiting = set(), [Renderable]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            if kind.__module__.startswith("tricyclic.") and kind not in types:
                types.add(kind)
                waiting.append(kind)
    types = {kind for kind in types if not inspect.isabstract(kind)}
    return sorted(types, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("output", ["text", "json", "html", "frames", "plot", "save"])
def test_every_kind_of_result_can_be_shown(output):
    missing = [
        kind.__name__ for kind in kinds() if RENDERERS.find(output, kind, missing_ok=True) is None
    ]
    assert not missing, f"without {output}: {', '.join(missing)}"


@pytest.mark.parametrize("kind", ["frames", "plots", "text", "files"])
def test_no_renderer_is_of_a_type_that_does_not_exist(kind):
    known = {one.__name__ for one in kinds()} | {"Renderable"}
    assert set(RENDERERS.types(kind)) <= known


def results_of(command):
    """The result types that the function of a command gives."""
    by_name = {kind.__name__: kind for kind in kinds()}
    given = get_type_hints(command.load_run(), localns=by_name)["return"]
    return get_args(given) or (given,)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.full_name)
def test_a_command_has_plot_where_its_result_has_a_figure(command):
    has_figure = any(
        RENDERERS.find("plots", kind, missing_ok=True) is not None for kind in results_of(command)
    )
    assert command.figure == has_figure
