"""Every command has a function with the same parameters, documented one by one."""

from __future__ import annotations

import inspect
import re

import pytest

import tricyclic as tca
from tricyclic.fitting.curve_fits import CurveFitResult
from tricyclic.workflows.base import option_fields
from tricyclic.workflows.commands import COMMANDS

# Options that a function does not have, because another function does the same.
OMITTED = {"simulate": {"list"}}
by_function = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.function)


@by_function
def test_a_function_has_the_options_of_its_command_with_their_defaults(command):
    parameters = dict(inspect.signature(getattr(tca, command.function)).parameters)
    assert parameters.pop("on_progress").default is None
    fields = {
        field.name: (field, info)
        for field, info, _ in option_fields(command.load_options())
        if field.name not in OMITTED.get(command.function, ())
    }
    assert set(parameters) == set(fields)
    for name, (field, info) in fields.items():
        required = parameters[name].default is inspect.Parameter.empty
        assert required == (field.default.__class__.__name__ == "_MISSING_TYPE"), name
        assert required or parameters[name].default == field.default, name
        keyword_only = parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert keyword_only != info.positional, name


def functions() -> list[str]:
    """Public functions, those of commands and the others."""
    return [name for name in tca.__all__ if inspect.isfunction(getattr(tca, name))]


@pytest.mark.parametrize("name", functions())
def test_the_docstring_of_a_function_describes_every_parameter(name):
    function = getattr(tca, name)
    doc = inspect.getdoc(function) or ""
    assert doc.split("\n")[0].endswith("."), "the first line is a sentence"
    section = doc.partition("Parameters\n----------\n")[2].partition("\n\n")[0]
    described = {
        part.strip()
        for line in re.findall(r"^(\S.*)$", section, re.MULTILINE)
        for part in line.partition(" : ")[0].split(",")
    }
    missing = set(inspect.signature(function).parameters) - described
    assert not missing or "Parameters and errors are those of" in doc, missing


@pytest.mark.parametrize("name", functions())
def test_a_function_has_types_for_every_parameter_and_its_result(name):
    signature = inspect.signature(getattr(tca, name))
    assert signature.return_annotation is not inspect.Signature.empty
    for parameter in signature.parameters.values():
        assert parameter.annotation not in (inspect.Parameter.empty, "Any"), parameter.name
        assert parameter.kind not in (
            inspect.Parameter.VAR_KEYWORD,
            inspect.Parameter.VAR_POSITIONAL,
        )


def test_an_unknown_option_is_a_type_error_as_in_any_python_function():
    with pytest.raises(TypeError, match="no argument is called 'kd_nm'"):
        tca.affinity("x.csv", kd_nm=0.8)


def methods_of_fits():
    """Public methods of a fit of curves, those of all results included."""
    return [
        name
        for name, _ in inspect.getmembers(CurveFitResult, inspect.isfunction)
        if not name.startswith("_")
    ]


@pytest.mark.parametrize("name", methods_of_fits())
def test_a_method_of_a_fit_describes_every_parameter(name):
    method = getattr(CurveFitResult, name)
    doc = inspect.getdoc(method) or ""
    assert doc.split("\n\n")[0].endswith("."), "the first line is a sentence"
    section = doc.partition("Parameters\n----------\n")[2].partition("\n\n")[0]
    described = {
        part.strip().lstrip("*")
        for line in re.findall(r"^(\S.*)$", section, re.MULTILINE)
        for part in line.partition(" : ")[0].split(",")
    }
    missing = set(inspect.signature(method).parameters) - {"self"} - described
    assert not missing
