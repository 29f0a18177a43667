"""One reader and no other claims a file, whatever facts of other formats the file states."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tricyclic.errors import InputError
from tricyclic.io.base import RawFile
from tricyclic.io.open import READERS, claims, sniff

GOLDEN = Path(__file__).parents[2] / "golden"
SHARED = Path(
    os.environ.get("TRICYCLIC_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data"
)
FILES = [
    path
    for folder in ("instruments", "chromatograms")
    for path in sorted((GOLDEN / folder).glob("*__*"))
    if path.suffix != ".json"
] + [GOLDEN / "chromatograms" / "chemstation.D" / "Report00.CSV"]
REAL = (
    [
        path
        for folder in ("plates", "counters", "chromatograms", "published")
        for path in sorted((SHARED / folder).rglob("*.*"))
        if path.is_file()
    ]
    if SHARED.is_dir()
    else []
)
TEXTS = {path.name: text for path in FILES if (text := RawFile("", path.read_bytes()).text)}


def readers_of(name: str, text: str) -> list[str]:
    """The readers that claim a text; none where it is refused, as for a mixture of delimiters."""
    try:
        return [reader for reader, _ in claims(RawFile(name, text.encode()))]
    except InputError:
        return []


# Formats of one instrument: a general reader steps back for them.
NAMED = [
    name
    for name, text in TEXTS.items()
    if (own := readers_of(name, text)) and not READERS[own[0]].generic
]


def format_of(name: str) -> str:
    return "chemstation_csv" if name == "Report00.CSV" else name.split("__")[0]


def facts() -> dict[str, str]:
    """Lines of the samples that state a fact or name a section, and the format of each.

    The headings of a table, which are four cells or more, do identify a format.
    """
    lines: dict[str, tuple[str, str]] = {}
    for name in NAMED:
        for line in TEXTS[name].splitlines():
            cells = [cell for cell in re.split(r"[,;\t]", line) if cell.strip('" ')]
            if len(cells) < 4 and re.search("[A-Za-z]{4}", line):
                lines.setdefault(re.sub("[0-9]+", "0", line), (line, format_of(name)))
    return dict(lines.values())


FACTS = facts()


def test_the_facts_are_those_of_most_formats_and_have_the_shape_of_a_plate():
    assert len(set(FACTS.values())) > 12
    assert {"Number of Rows,,16", "Number of Columns,,24", "Raw Data:"} <= set(FACTS)


@pytest.mark.parametrize("name", NAMED)
def test_a_line_of_another_format_gives_a_file_no_second_reader(name):
    own = readers_of(name, TEXTS[name])
    assert own == [format_of(name)]
    body = TEXTS[name].rstrip("\n") + "\n"
    second = {
        line: others
        for line, origin in FACTS.items()
        if origin != own[0] and (others := set(readers_of(name, f"{body}{line}\n")) - set(own))
    }
    assert second == {}


@pytest.mark.skipif(not REAL, reason="the folder of shared data is not here")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_one_reader_and_no_other_claims_a_real_file(path):
    assert len(sniff(path)) == 1
