"""From a study's result and its curves to the Document that every way of writing tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tricyclic.core.document import Block, Document, Figure
from tricyclic.core.plot_data import CurvePicture
from tricyclic.plotting.style import slug
from tricyclic.reports.pdf import drawing_to_pdf
from tricyclic.reports.section import Material
from tricyclic.reports.sections import SHELF
from tricyclic.results.binding import StudyResult


def assemble(
    result: StudyResult,
    pictures: Sequence[CurvePicture] = (),
    *,
    study_folder: str = "DIR",
    files_at: str | None = None,
    figure_pdf: bool = False,
    sections: Sequence[str] | None = None,
) -> Document:
    """Write the report of a study.

    Parameters
    ----------
    result : StudyResult
        What was found.
    pictures : sequence of CurvePicture
        Curves to be drawn; each stands with the assay and plate that it names.
    study_folder : str
        What the report's commands are called with.
    files_at : str or None
        What goes before a raw file's path to reach it from where the report will lie ("../../"); None: no links.
    figure_pdf : bool
        Whether each figure also carries its PDF, to be saved beside its SVG; printing the report does not need it.
    sections : sequence of str or None
        Names of the sections wanted; None: all that have something to tell.

    Raises
    ------
    UnknownNameError
        If a section is not on the shelf.
    """
    material = Material(result, tuple(pictures), study_folder, files_at)
    chosen = sorted(
        (SHELF[name] for name in (SHELF if sections is None else sections)), key=lambda s: s.order
    )
    blocks = [
        block for section in chosen if section.wants(material) for block in section.write(material)
    ]
    named = _with_names_of_their_own(blocks)
    if figure_pdf:
        named = tuple(
            replace(b, pdf=drawing_to_pdf(b.svg)) if isinstance(b, Figure) else b for b in named
        )
    return Document(
        title=result.title,
        subtitle=_subtitle(result),
        blocks=named,
        sources=result.sources,
        facts=_facts(result),
        synthetic=bool(result.synthetic),
    )


def _subtitle(result: StudyResult) -> str:
    targets = list(dict.fromkeys(assay.target for assay in result.assays if assay.target))
    return f"Binding at {', '.join(targets)}" if targets else ""


def _facts(result: StudyResult) -> tuple[tuple[str, str], ...]:
    plates = [plate for assay in result.assays for plate in assay.plates]
    facts = (
        ("Author", result.author),
        ("Assays", str(len(result.assays))),
        ("Plates", str(len(plates))),
        ("Raw files", str(len(result.inputs)) if result.inputs else ""),
        (
            "Left out",
            f"{len(result.exclusions)} recorded exclusion{'s' * (len(result.exclusions) > 1)}"
            if result.exclusions
            else "",
        ),
        ("Program", f"tricyclic {result.version}" if result.version else ""),
        ("Data", f"synthetic: {result.synthetic}" if result.synthetic else ""),
    )
    return tuple(fact for fact in facts if fact[1])


def _with_names_of_their_own(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Give every figure a name that is a good file name and that no other figure has."""
    taken: set[str] = set()
    named: list[Block] = []
    for block in blocks:
        if isinstance(block, Figure):
            base = name = slug(block.name)[:80]
            number = 2
            while name in taken:
                name, number = f"{base}-{number}", number + 1
            taken.add(name)
            if name != base:
                # the ids in the drawing begin with its name, so they must move along
                mine = slug(block.name)
                svg = block.svg.replace(f'id="{mine}-', f'id="{name}-').replace(
                    f"#{mine}-", f"#{name}-"
                )
                block = replace(block, svg=svg)
            block = replace(block, name=name)
        named.append(block)
    return tuple(named)
