"""Publications in a text as authors and year: "Tejani-Butt, 1992" for tejani_butt_1992."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from tricyclic.core.document import Block, CheckList, Figure, Paragraph, Table
from tricyclic.core.evidence import Source

# A citation begins with its authors and the year in brackets.
_BEGINNING = re.compile(r"^([^()]{1,80}?)\s*\(([0-9]{4})\)")
# Authors named in full; of more, the first "et al.".
MAX_AUTHORS = 2


def short_citation(source: Source) -> str:
    """Authors and year: "Tatsumi et al., 1997"; the beginning of a citation that has none.

    Parameters
    ----------
    source
        A publication.
    """
    match = _BEGINNING.match(source.citation)
    if match is None:
        return source.citation.split(",")[0].split(";")[0].strip() or source.key
    authors = re.split(r",\s+| and ", match[1].strip().rstrip(","))
    named = match[1].strip().rstrip(",")
    if len(authors) > MAX_AUTHORS:
        named = f"{authors[0]} et al."
    return f"{named}, {match[2]}"


def citation_labels(sources: Sequence[Source]) -> dict[str, str]:
    """The label of each source by its key; equal labels get a letter ("Wong, 2000b").

    Parameters
    ----------
    sources
        Publications.
    """
    labels = {source.key: short_citation(source) for source in sources}
    for label in set(labels.values()):
        same = [key for key, one in labels.items() if one == label]
        if len(same) > 1:
            labels |= {key: f"{label}{chr(97 + n % 26)}" for n, key in enumerate(same)}
    return labels


def cite(blocks: Sequence[Block], sources: Sequence[Source]) -> list[Block]:
    """Replace the keys of sources in all texts of a report by authors and year.

    Parameters
    ----------
    blocks
        Of the report.
    sources
        Its publications.
    """
    labels = citation_labels(sources)
    if not labels:
        return list(blocks)
    keys = "|".join(re.escape(key) for key in sorted(labels, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w/-])(?:{keys})(?![\w/-])")

    def in_words(text: str) -> str:
        return pattern.sub(lambda match: labels[match[0]], text)

    return [_in_block(block, in_words, labels) for block in blocks]


def _in_block(block: Block, words: Callable[[str], str], labels: Mapping[str, str]) -> Block:
    if isinstance(block, Table):
        # A whole cell with a key is replaced too, whatever characters are in the key.
        rows = tuple(tuple(labels.get(cell) or words(cell) for cell in row) for row in block.rows)
        return replace(block, rows=rows, note=words(block.note), caption=words(block.caption))
    if isinstance(block, Paragraph):
        return block if block.kind == "code" else replace(block, text=words(block.text))
    if isinstance(block, CheckList):
        checks = (
            replace(c, message=words(c.message), advice=words(c.advice)) for c in block.checks
        )
        return replace(block, checks=tuple(checks))
    if isinstance(block, Figure):
        return replace(block, caption=words(block.caption))
    return block
