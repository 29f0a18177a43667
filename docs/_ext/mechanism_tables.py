"""Tables about the mechanism half, made from the library's own files when the pages are built.

`{certainty-table}` counts how sure its values are, `{free-table}` lists what a calibration may move,
`{observation-table}` what it is held against, `{conflict-table}` what is published and cannot all be so,
`{ensemble-table}` what the shipped ensembles learnt, `{caution-table}` what to know of a source, and
`{lacks-list}` what each mechanism leaves out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

from shelf_tables import Told, cell, plain
from sphinx.application import Sphinx

from tricyclic.core.format import figures
from tricyclic.core.model_unit import MODEL_UNITS
from tricyclic.core.observation import Observation
from tricyclic.io.library import mechanisms as library
from tricyclic.io.library.ensembles import ensemble, ensemble_names
from tricyclic.io.library.observations import observations
from tricyclic.io.library.protocols import sources
from tricyclic.jobs import list_drugs

SURE = ("read", "guide", "derived", "recalled", "assumed", "start")


class CertaintyTable(Told):
    """How many values of mechanisms, drugs and observations were read, recalled, assumed."""

    def lines(self) -> Iterable[str]:
        """One row per shelf."""
        counts = {
            "mechanisms": Counter(
                row.certainty for one in library.mechanisms().values() for row in one.constants
            ),
            "drugs": Counter(
                row.certainty
                for one in library.drugs().values()
                for row in one.constants
                if row.unit != "identifier"
            ),
            "observations": Counter(row.certainty for row in observations()),
        }
        yield f"| values of | all | {' | '.join(SURE)} |"
        yield "| --- |" + " --- |" * (len(SURE) + 1)
        for shelf, found in counts.items():
            yield f"| {shelf} | {found.total()} | {' | '.join(str(found[key]) for key in SURE)} |"


class FreeTable(Told):
    """Every value that a calibration may move."""

    def lines(self) -> Iterable[str]:
        """One row per parameter."""
        yield from (
            "| parameter | holds for | start | range | unit | what it is |",
            "| --- " * 6 + "|",
        )
        shelves = {**library.mechanisms(), **library.drugs()}
        for name, one in sorted(shelves.items()):
            for row in one.constants:
                if row.free:
                    unit = MODEL_UNITS[row.unit].says
                    yield (
                        f"| {name}: `{row.name}` | {row.holds_for} | {row.value:g} | {row.low:g} to {row.high:g} "
                        f"| {unit} | {cell(row.says)} |"
                    )


class ObservationTable(Told):
    """Every observation that a calibration is held against, or that is only shown."""

    def lines(self) -> Iterable[str]:
        """One row per observation, those of one topic together."""
        yield from ("| row | what was seen | published | used | source |", "| --- " * 5 + "|")
        for row in observations():
            used = "fitted" if row.fitted else "shown only"
            source = f"`{row.source}`, {row.certainty}" if row.source else row.certainty
            yield f"| {row.id} | {cell(row.says)} ({row.topic}) | {said(row)} | {used} | {source} |"


class ConflictTable(Told):
    """Where what is published cannot all be so."""

    def lines(self) -> Iterable[str]:
        """Observations that exclude each other; constants of drugs that differ more than twofold."""
        rows = observations()
        yield from ("| of | what does not agree |", "| --- | --- |")
        told = set()
        for row in rows:
            for other in row.conflicts_with:
                against = next(item for item in rows if other in (item.id, item.row))
                pair = frozenset((row.row, against.row))
                if pair not in told:
                    told.add(pair)
                    notes = "; ".join(note for note in (row.note, against.note) if note)
                    yield (
                        f"| {row.id} and {against.id} | {cell(row.says)} ({said(row)}), but {cell(against.says)} "
                        f"({said(against)}). {cell(notes)} |"
                    )
        for name in library.drug_names():
            for conflict in list_drugs.run(list_drugs.Request(name)).drugs[0].conflicts:
                yield f"| [{name}](library/drugs/{name}.md) | {cell(conflict)} |"


class EnsembleTable(Told):
    """What the shipped ensembles learnt of each parameter."""

    def lines(self) -> Iterable[str]:
        """One table per ensemble; one sentence where none is shipped."""
        names = ensemble_names()
        if not names:
            yield "No calibrated ensemble is in the library yet: runs are of the library's values alone, and say so."
            return
        for name in names:
            found = ensemble(name)
            missed = [row.id for row in found.misfit if row.share < 0.5]
            size = f"{len(found)} members, {len(found.priors)} parameters, {len(found.misfit)} observations"
            yield from (f"`{name}`, version {found.version}: {size}.", "")
            if missed:
                yield from (f"Missed by most members: {', '.join(missed)}.", "")
            yield from (f"- {plain(note)}" for note in found.notes)
            yield from ("", "| parameter | start | median | 5 to 95 % | width | learnt most from |")
            yield "| --- " * 6 + "|"
            for prior, item in zip(found.priors, found.identified, strict=True):
                learnt = ", ".join(f"{row} {100 * share:.0f} %" for row, share in item.rows[:3])
                yield (
                    f"| `{prior.name}` | {figures(prior.start)} | {figures(item.middle)} "
                    f"| {figures(item.low)} to {figures(item.high)} | {item.width:.2f} "
                    f"| {learnt or 'nothing: the prior'} |"
                )
            yield ""


class CautionTable(Told):
    """What to know of a source before leaning on it."""

    def lines(self) -> Iterable[str]:
        """One row per source that carries a caution."""
        yield from ("| source | caution |", "| --- | --- |")
        for key, source in sorted(sources().items()):
            if source.caution:
                yield f"| `{key}` | {cell(source.caution)} |"


class LacksList(Told):
    """What each mechanism leaves out."""

    def lines(self) -> Iterable[str]:
        """One line per mechanism."""
        for name, one in library.mechanisms().items():
            if one.lacks:
                yield f"- [{name}](library/mechanisms/{name}.md): {plain(' '.join(one.lacks))}"


def said(row: Observation) -> str:
    """The number or the limit of an observation, with its unit."""
    unit = f" {row.unit}" if row.unit not in ("fraction",) else ""
    if row.relation == "is":
        error = f" ± {row.error:g}" if math.isfinite(row.error) else ""
        return f"{row.value:g}{error}{unit}"
    if row.relation == "between":
        return f"{row.low:g} to {row.high:g}{unit}"
    return f"above {row.low:g}{unit}" if row.relation == "above" else f"below {row.high:g}{unit}"


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directives."""
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
