"""Methods, as in a paper, written from the options and conditions of the analysis."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tricyclic.assays.binding.stated_conditions import assumed_values
from tricyclic.core.document import Block, Heading, Paragraph
from tricyclic.reports.section import ReportData, ReportSection
from tricyclic.reports.words import short_name
from tricyclic.results.binding import AssayResult

# Sentences that several assays share are printed once where they are longer than this together.
MIN_SHARED = 250
# A sentence ends at a full stop before a capital letter.
_SENTENCES = re.compile(r"(?<=[a-z0-9)\]'%][.]) (?=[A-Z])")


def write(report: ReportData) -> Sequence[Block]:
    """What is particular to each assay, then the sentences that several assays share."""
    assays = [assay for _, assay in report.assays if assay.methods]
    shared = _shared(assays)
    blocks: list[Block] = [Heading("Methods", 1, "methods")]
    titles_of: dict[str, list[str]] = {}
    for assay in assays:
        own = " ".join(part for part in _sentences(assay.methods) if part not in shared)
        own = " ".join(part for part in (own, _assumed(assay)) if part)
        if own:
            titles_of.setdefault(own, []).append(short_name(assay))
    groups: dict[tuple[str, ...], list[str]] = {}
    for sentence, names in shared.items():
        groups.setdefault(names, []).append(sentence)
    for text, titles in titles_of.items():
        # What the same assays share stands in their paragraph.
        common = groups.pop(tuple(titles), [])
        blocks += [Heading("; ".join(titles), 2), Paragraph(" ".join([*common, text]), "copy")]
    for names, sentences in groups.items():
        of_all = len(names) == len(assays) > 1
        heading = "All assays" if of_all else "; ".join(names)
        blocks += [Heading(heading, 2), Paragraph(" ".join(sentences), "copy")]
    for one in report.study.experiments:
        if len(report.study.experiments) > 1 or assays:
            blocks.append(Heading(one.title, 2))
        blocks += [Paragraph(part, "copy") for part in one.methods.split("\n\n")]
    return blocks


def _shared(assays: Sequence[AssayResult]) -> dict[str, tuple[str, ...]]:
    """Sentences that several assays have, with the names of these assays, in their order."""
    names: dict[str, list[str]] = {}
    for assay in assays:
        for sentence in dict.fromkeys(_sentences(assay.methods)):
            names.setdefault(sentence, []).append(short_name(assay))
    shared = {sentence: tuple(own) for sentence, own in names.items() if len(own) > 1}
    length = {
        own: sum(len(s) for s, other in shared.items() if other == own) for own in shared.values()
    }
    return {sentence: own for sentence, own in shared.items() if length[own] >= MIN_SHARED}


def _sentences(text: str) -> list[str]:
    return [
        sentence.strip()
        for part in text.split("\n\n")
        for sentence in _SENTENCES.split(part)
        if sentence.strip()
    ]


def _assumed(assay: AssayResult) -> str:
    assumed = dict.fromkeys(assumed_values(assay.plates, assay.protocol, assay.kind))
    return f"Assumed, without a source: {', '.join(assumed)}." if assumed else ""


SECTION = ReportSection(
    order=85,
    applies=lambda report: (
        any(a.methods for a in report.study.assays)
        or any(one.methods for one in report.study.experiments)
    ),
    write=write,
)
