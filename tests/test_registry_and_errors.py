"""Registries load entries by name and suggest near names; errors are sentences."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.registry import RENDERERS, Registry


def test_an_error_has_four_parts() -> None:
    error = InputError(
        "counts are -3",
        where="net_07.csv, well D11",
        allowed="Counts are 0 or more",
        do="mark a failed well as excluded",
    )
    assert str(error) == (
        "net_07.csv, well D11: counts are -3. Counts are 0 or more. Mark a failed well as excluded."
    )
    assert str(error.at("study.toml")).startswith("study.toml, net_07.csv, well D11: ")
    assert error.exit_code == 3


def test_a_wrong_name_gets_the_nearest() -> None:
    error = UnknownNameError.among(
        "curve model", "one_site_competiton", ["one_site_competition", "hill"]
    )
    assert str(error) == (
        "No curve model is called 'one_site_competiton'. Did you mean 'one_site_competition'? "
        "There are: hill, one_site_competition."
    )


def test_a_user_folder_takes_precedence(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("MODEL = 42\n")
    registry = Registry("curve", "tricyclic.curves", "MODEL")
    registry.add_folder(tmp_path)
    assert "mine" in registry and registry["mine"] == 42


def test_a_broken_user_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def\n")
    (tmp_path / "empty.py").write_text("")
    (tmp_path / "ends.py").write_text("raise SystemExit(0)\n")
    registry = Registry("curve", "tricyclic.curves", "MODEL")
    registry.add_folder(tmp_path)
    for call, message in (
        (
            lambda: registry["broken"],
            (
                f"{tmp_path / 'broken.py'}: cannot be loaded "
                "(SyntaxError: invalid syntax (broken.py, line 1))."
            ),
        ),
        (
            lambda: registry["ends"],
            f"{tmp_path / 'ends.py'}: cannot be loaded (SystemExit: 0).",
        ),
        (
            lambda: registry["empty"],
            f"{tmp_path / 'empty.py'}: defines no MODEL. Define MODEL in it.",
        ),
        (
            lambda: registry.add_folder(tmp_path / "absent"),
            f"{tmp_path / 'absent'}: is not a folder. Name a folder with curve files.",
        ),
    ):
        with pytest.raises(InputError) as caught:
            call()
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        ("counts are -3", "Counts are -3."),
        ("cpm is not a unit of activity", "cpm is not a unit of activity."),
        ("nM cannot be converted to mg/kg", "nM cannot be converted to mg/kg."),
        ("log10_ic50 is missing", "log10_ic50 is missing."),
        ("net_07.csv is empty", "net_07.csv is empty."),
        ("--layout is missing", "--layout is missing."),
        ("well-known name", "Well-known name."),
        ("'totall' is not a role", "'totall' is not a role."),
        ("empty", "empty."),
        ("is it a layout?", "Is it a layout?"),
    ],
)
def test_a_sentence_begins_with_a_capital_except_where_the_spelling_counts(problem, sentence):
    assert str(InputError(problem)) == sentence


def test_an_error_keeps_its_parts_when_it_is_pickled():
    error = UnknownNameError.among("curve", "hil", ["hill"], where="x.csv")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is UnknownNameError and str(copy) == str(error)


def test_a_long_list_of_names_is_cut():
    error = UnknownNameError.among("key", "?", [f"k{number:02d}" for number in range(30)])
    listed = ", ".join(f"k{number:02d}" for number in range(24))
    assert str(error) == f"No key is called '?'. There are: {listed}, …"


def test_an_empty_list_of_names_is_stated():
    assert str(UnknownNameError.among("key", "x", [])) == "No key is called 'x'. There are none."


def test_a_type_without_a_renderer_is_named():
    with pytest.raises(
        LookupError, match=r"^int has no text renderer in tricyclic\.reports\.text$"
    ):
        RENDERERS.find("text", int)
    assert RENDERERS.find("text", int, missing_ok=True) is None


def test_a_renderer_of_a_base_class_serves_a_derived_one():
    class SimulationResult:
        pass

    class Derived(SimulationResult):
        pass

    assert RENDERERS.find("text", Derived) is RENDERERS.find("text", SimulationResult)


def test_a_copy_of_a_registry_has_no_folder_of_the_user(tmp_path):
    (tmp_path / "mine.py").write_text("MODEL = 42\n")
    registry = Registry("curve", "tricyclic.curves", "MODEL")
    registry.add_folder(tmp_path)
    assert "mine" in registry and "mine" not in registry.copy()


def test_the_last_folder_that_was_added_takes_precedence(tmp_path):
    registry = Registry("curve", "tricyclic.curves", "MODEL")
    for value in (1, 2):
        folder = tmp_path / str(value)
        folder.mkdir()
        (folder / "logistic_4pl.py").write_text(f"MODEL = {value}\n")
        registry.add_folder(folder)
    assert registry["logistic_4pl"] == 2


def test_part_of_a_name_suggests_the_shortest_names_that_contain_it() -> None:
    names = ["NET_occupancy", "NET.effect", "net_rat.occupancy", "D2.load", "NET.occupancy"]
    error = UnknownNameError.among("observable", "net", names)
    assert str(error).startswith(
        "No observable is called 'net'. "
        "Did you mean 'NET.effect' or 'NET.occupancy' or 'NET_occupancy'? There are: D2.load"
    )


def test_a_long_list_of_names_is_omitted_beside_the_nearest_names() -> None:
    names = [f"parameter_{number}" for number in range(40)]
    assert str(UnknownNameError.among("parameter", "parametr_7", names)).startswith(
        "No parameter is called 'parametr_7'. Did you mean 'parameter_7'"
    )
    assert "There are" not in str(UnknownNameError.among("parameter", "parametr_7", names))
    assert "There are: parameter_0" in str(UnknownNameError.among("parameter", "x", names))
