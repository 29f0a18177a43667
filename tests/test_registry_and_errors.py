"""Names are found, near misses suggested, and errors read as sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.registry import Shelf


def test_an_error_says_where_what_allowed_and_do() -> None:
    error = InputError(
        "counts are -3",
        where="net_07.csv, well D11",
        allowed="Counts are 0 or more",
        do="mark a failed well as excluded",
    )
    assert (
        str(error)
        == "net_07.csv, well D11: counts are -3. Counts are 0 or more. Mark a failed well as excluded."
    )
    assert str(error.at("study.toml")).startswith("study.toml, net_07.csv, well D11: ")
    assert error.exit_code == 3


def test_a_wrong_name_gets_the_nearest() -> None:
    error = UnknownNameError.among("curve", "one_site_competiton", ["one_site_competition", "hill"])
    assert str(error) == (
        "No curve is called 'one_site_competiton'. Did you mean 'one_site_competition'? There are: hill, one_site_competition."
    )


def test_a_users_folder_is_looked_at_first(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("MODEL = 42\n")
    shelf = Shelf("curve", "tricyclic.curves", "MODEL")
    shelf.add_folder(tmp_path)
    assert "mine" in shelf and shelf["mine"] == 42


def test_a_broken_file_of_the_users_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def\n")
    (tmp_path / "empty.py").write_text("")
    shelf = Shelf("curve", "tricyclic.curves", "MODEL")
    shelf.add_folder(tmp_path)
    with pytest.raises(InputError, match=r"broken\.py: cannot be loaded \(SyntaxError"):
        shelf["broken"]
    with pytest.raises(InputError, match="holds no MODEL"):
        shelf["empty"]
    with pytest.raises(InputError, match="is not a folder"):
        shelf.add_folder(tmp_path / "absent")
