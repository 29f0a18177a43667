"""The project's texts use the field's terms, none of the private words of its first versions.

Words are compared whole, in prose and as parts of identifiers (`told_by`, `WatchList`), in the
source with its templates and data, in the documentation and in the tests.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tricyclic.cli.main import main
from tricyclic.workflows.commands import COMMANDS

PRIVATE = frozenset(
    re.findall(
        r"\w+",
        "told tell tells telling untold say says said saying ask asks asked asking found sensed "
        "shelf shelves watch watches watched rest rests member members judge judges judged "
        "judgement hushed wary doubt doubts wished learnt house houses door doors room rooms wall "
        "walls "
        "nobody somebody",
    )
)
# Terms of the field, and names that other programs gave, which contain such a word.
ALLOWED = re.compile(
    r"room[ _-]temperature|wall[ _-]clock|ask_for_|not[ _]found|FileNotFound|ModuleNotFound|"
    r"PackageNotFound|ProcessLookup|blood vessel wall",
    re.IGNORECASE,
)
SUFFIXES = {".py", ".md", ".toml", ".csv", ".ant", ".j2", ".html", ".css", ".typ", ".txt", ".json"}
# Texts of others: a vendored library, instrument files, output of R; and the lists of renamed keys.
FOREIGN = ("plotting/vendor/", "/raw/", "tests/golden/", "tools/reference/changes/")
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def private_words(text: str) -> list[tuple[int, str]]:
    """Line and word of every private word of a text."""
    hits = []
    for number, line in enumerate(text.splitlines(), 1):
        plain = ALLOWED.sub(" ", line)
        hits += [(number, word) for word in WORD.findall(plain) if word.lower() in PRIVATE]
    return hits


def texts(root: Path) -> list[Path]:
    """Every text file that the rule covers."""
    folders = [root / name for name in ("src", "docs", "tests", "benchmarks", "tools")]
    files = [path for folder in folders for path in sorted(folder.rglob("*"))]
    files += [root / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "dev.py")]
    return [
        path
        for path in files
        if path.suffix in SUFFIXES
        and path != Path(__file__)
        and "_build" not in path.parts
        and not any(part in path.as_posix() for part in FOREIGN)
    ]


def test_no_text_contains_a_private_word(root):
    complaints = [
        f"{path.relative_to(root)}:{number} {word}"
        for path in texts(root)
        for number, word in private_words(path.read_text(encoding="utf-8"))
    ]
    assert not complaints, f"{len(complaints)} private words:\n" + "\n".join(complaints[:80])


@pytest.mark.parametrize(
    "text", ["def told_by(x):", "class WatchList:", "a member of the set", "SHELF = 1"]
)
def test_a_private_word_is_detected_in_prose_and_in_identifiers(text):
    assert private_words(text)


@pytest.mark.parametrize("text", ["foundation", "at room temperature", "restore", "stopwatch_s"])
def test_a_longer_word_or_a_term_of_the_field_is_allowed(text):
    assert not private_words(text)


def test_no_check_has_a_level_of_the_first_versions(source_files):
    complaints = [
        f"{file.location}:{number} {word}"
        for file in source_files
        for number, line in enumerate(file.text.splitlines(), 1)
        for word in re.findall(r"""["'](fine|look|stop)["']""", line)
    ]
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.full_name)
def test_the_help_of_a_command_contains_no_private_word(command, capsys):
    with pytest.raises(SystemExit):
        main([*command.full_name.split(), "--help"])
    assert not private_words(capsys.readouterr().out)
