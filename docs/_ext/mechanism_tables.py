"""Tables of models, made from the files of the library when the pages are built.

`{certainty-table}` counts values by their certainty, `{free-table}` lists the free parameters of
calibrations, `{observation-table}` the observations, `{conflict-table}` conflicts in the
literature, `{ensemble-table}` the shipped ensembles, `{caution-table}` notes on sources, and
`{lacks-list}` the limitations of mechanisms.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

from registry_tables import MarkdownDirective, cell, plain
from sphinx.application import Sphinx

from tricyclic.core.certainty import CERTAINTIES
from tricyclic.core.format import format_number
from tricyclic.core.model_unit import MODEL_UNITS
from tricyclic.core.observation import Observation
from tricyclic.io.library.ensembles import ensemble, ensemble_names
from tricyclic.io.library.library import Library
from tricyclic.io.library.observations import observations
from tricyclic.workflows.library.drugs import run as list_drugs
from tricyclic.workflows.library.options import DrugsOptions

library = Library()


class CertaintyTable(MarkdownDirective):
    """Number of values of mechanisms, drugs and observations by certainty."""

    def lines(self) -> Iterable[str]:
        """One row per kind of file."""
        counts = {
            "mechanisms": Counter(
                row.certainty for one in library.mechanisms.values() for row in one.constants
            ),
            "drugs": Counter(
                row.certainty
                for one in library.drugs.values()
                for row in one.constants
                if row.unit != "identifier"
            ),
            "observations": Counter(row.certainty for row in observations()),
        }
        yield f"| values of | all | {' | '.join(CERTAINTIES)} |"
        yield "| --- |" + " --- |" * (len(CERTAINTIES) + 1)
        for kind, count in counts.items():
            numbers = " | ".join(str(count[key]) for key in CERTAINTIES)
            yield f"| {kind} | {count.total()} | {numbers} |"


class FreeTable(MarkdownDirective):
    """Every free parameter."""

    def lines(self) -> Iterable[str]:
        """One row per parameter."""
        yield "| parameter | species | initial value | range | unit | description |"
        yield "| --- " * 6 + "|"
        for name, one in sorted({**library.mechanisms, **library.drugs}.items()):
            for row in one.constants:
                if row.free:
                    yield (
                        f"| {name}: `{row.name}` | {row.applies_to} | {row.value:g} "
                        f"| {row.low:g} to {row.high:g} | {MODEL_UNITS[row.unit].label} "
                        f"| {cell(row.description)} |"
                    )


class ObservationTable(MarkdownDirective):
    """Every observation, fitted or only shown."""

    def lines(self) -> Iterable[str]:
        """One row per observation, those of one topic together."""
        yield from ("| row | observation | published | used | source |", "| --- " * 5 + "|")
        for row in observations():
            used = "fitted" if row.fitted else "shown only"
            source = f"`{row.source}`, {row.certainty}" if row.source else row.certainty
            description = f"{cell(row.description)} ({row.topic})"
            yield f"| {row.id} | {description} | {published(row)} | {used} | {source} |"


class ConflictTable(MarkdownDirective):
    """Published values that disagree."""

    def lines(self) -> Iterable[str]:
        """Observations that exclude each other; values of drugs that differ more than twofold."""
        rows = observations()
        yield from ("| of | conflict |", "| --- | --- |")
        listed = set()
        for row in rows:
            for other in row.conflicts_with:
                against = next(item for item in rows if other in (item.id, item.row))
                pair = frozenset((row.row, against.row))
                if pair not in listed:
                    listed.add(pair)
                    notes = "; ".join(note for note in (row.note, against.note) if note)
                    yield (
                        f"| {row.id} and {against.id} | {cell(row.description)} ({published(row)}),"
                        f" but {cell(against.description)} ({published(against)}). {cell(notes)} |"
                    )
        for name in library.drugs:
            for conflict in list_drugs(DrugsOptions(name)).drugs[0].conflicts:
                yield f"| [{name}](library/drugs/{name}.md) | {cell(conflict)} |"


class EnsembleTable(MarkdownDirective):
    """Parameters of the shipped ensembles."""

    def lines(self) -> Iterable[str]:
        """One table per ensemble; one sentence where none is shipped."""
        names = ensemble_names()
        if not names:
            yield "The library contains no calibrated ensemble: runs use the library's values."
            return
        for name in names:
            yield from ensemble_section(name)


class CautionTable(MarkdownDirective):
    """Notes on sources."""

    def lines(self) -> Iterable[str]:
        """One row per source with a note."""
        yield from ("| source | note |", "| --- | --- |")
        for key, source in sorted(library.sources.items()):
            if source.caution:
                yield f"| `{key}` | {cell(source.caution)} |"


class LacksList(MarkdownDirective):
    """Limitations of each mechanism."""

    def lines(self) -> Iterable[str]:
        """One line per mechanism."""
        for name, one in library.mechanisms.items():
            if one.limitations:
                text = plain(" ".join(one.limitations))
                yield f"- [{name}](library/mechanisms/{name}.md): {text}"


def ensemble_section(name: str) -> Iterable[str]:
    """Describe one ensemble: its size, missed observations, and a row per parameter."""
    one = ensemble(name)
    missed = [row.id for row in one.misfit if row.share < 0.5]
    yield (
        f"`{name}`, version {one.version}: {len(one)} parameter sets, {len(one.priors)} "
        f"parameters, {len(one.misfit)} observations."
    )
    yield ""
    if missed:
        yield from (f"Missed by most of the ensemble: {', '.join(missed)}.", "")
    yield from (f"- {plain(note)}" for note in one.notes)
    yield ""
    yield "| parameter | initial value | median | 5 to 95 % | width | most information from |"
    yield "| --- " * 6 + "|"
    for prior, item in zip(one.priors, one.identifiability, strict=True):
        informed = ", ".join(f"{row} {100 * share:.0f} %" for row, share in item.rows[:3])
        yield (
            f"| `{prior.name}` | {format_number(prior.start)} | {format_number(item.median)} "
            f"| {format_number(item.low)} to {format_number(item.high)} | {item.width:.2f} "
            f"| {informed or 'none: the prior'} |"
        )
    yield ""


def published(row: Observation) -> str:
    """The number or the limit of an observation, with its unit."""
    unit = f" {row.unit}" if row.unit not in ("fraction",) else ""
    if row.qualifier == "is":
        error = f" ± {row.error:g}" if math.isfinite(row.error) else ""
        return f"{row.value:g}{error}{unit}"
    if row.qualifier == "between":
        return f"{row.low:g} to {row.high:g}{unit}"
    return f"above {row.low:g}{unit}" if row.qualifier == "above" else f"below {row.high:g}{unit}"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("certainty-table", CertaintyTable),
        ("free-table", FreeTable),
        ("observation-table", ObservationTable),
        ("conflict-table", ConflictTable),
        ("ensemble-table", EnsembleTable),
        ("caution-table", CautionTable),
        ("lacks-list", LacksList),
    ):
        app.add_directive(name, directive)
    return {"parallel_read_safe": True}
