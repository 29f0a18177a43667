"""Assembles the report of a study: its sections in order, as one Document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tricyclic.core.document import Block, Document, Figure, Heading
from tricyclic.core.format import pluralize
from tricyclic.core.plot_data import CurvePlot
from tricyclic.plotting.style import slug
from tricyclic.plotting.typst_pages import drawing_to_pdf
from tricyclic.reports.citations import cite
from tricyclic.reports.section import ReportData, rename_figure
from tricyclic.reports.sections import SECTIONS
from tricyclic.results.binding import StudyResult

MAX_NAME = 80


def assemble(
    study: StudyResult,
    plots: Sequence[CurvePlot] = (),
    *,
    study_folder: str = "DIR",
    files_at: str | None = None,
    figure_pdf: bool = False,
    sections: Sequence[str] | None = None,
) -> Document:
    """Write the report of a study.

    Parameters
    ----------
    study : StudyResult
    plots : sequence of CurvePlot
        Fitted curves; each is drawn with the assay and plate that it names.
    study_folder : str
        Folder in the commands that the report prints; empty for a report outside a study.
    files_at : str or None
        Prefix that leads from the report to the raw files ("../../"); None: no links.
    figure_pdf : bool
        Whether each figure also has a PDF, to be saved beside its SVG; the PDF of the report does
        not need it.
    sections : sequence of str or None
        Names of the sections; None: all that have data.

    Raises
    ------
    UnknownNameError
        If a section does not exist.
    """
    report = ReportData(study, tuple(plots), study_folder, files_at)
    names = SECTIONS if sections is None else sections
    chosen = sorted((SECTIONS[name] for name in names), key=lambda s: (s.appendix, s.order))
    blocks = [
        replace(block, appendix=section.appendix) if isinstance(block, Heading) else block
        for section in chosen
        if section.applies(report)
        for block in section.write(report)
    ]
    unique = _with_unique_figure_names(cite(blocks, study.sources))
    if figure_pdf:
        unique = tuple(
            replace(b, pdf=drawing_to_pdf(b.svg)) if isinstance(b, Figure) else b for b in unique
        )
    return Document(
        title=study.title,
        subtitle=_subtitle(study),
        blocks=unique,
        sources=study.sources,
        facts=_facts(study),
        synthetic=bool(study.synthetic),
    )


def _subtitle(study: StudyResult) -> str:
    targets = list(dict.fromkeys(assay.target for assay in study.assays if assay.target))
    parts = [f"Binding at {', '.join(targets)}"] if targets else []
    subjects: dict[str, dict[str, None]] = {}
    for one in study.experiments:
        subjects.setdefault(one.label, {})[one.subject] = None
    parts += [f"{label}: {', '.join(filter(None, names))}" for label, names in subjects.items()]
    return "; ".join(parts)


def _facts(study: StudyResult) -> tuple[tuple[str, str], ...]:
    """Who, where and when, then what the report is made of."""
    species = dict.fromkeys(assay.species for assay in study.assays if assay.species)
    species |= dict.fromkeys(one.species for one in study.experiments if one.species)
    facts = (
        ("Laboratory", study.laboratory),
        ("Author", study.author),
        ("People", ", ".join(study.people)),
        ("Date", study.date),
        ("Measured", _days(study)),
        ("Species", ", ".join(species)),
        ("Notes", study.notes),
        ("Data", f"synthetic: {study.synthetic}" if study.synthetic else ""),
        ("Material", _material(study)),
        ("Program", f"tricyclic {study.version}" if study.version else ""),
    )
    return tuple(fact for fact in facts if fact[1])


def _days(study: StudyResult) -> str:
    """The dates of the assays, where conditions state them."""
    days = {
        plate.conditions.assay_date.isoformat()
        for assay in study.assays
        for plate in assay.plates
        if plate.conditions.assay_date is not None
    }
    return " to ".join(dict.fromkeys((min(days), max(days)))) if days else ""


def _material(study: StudyResult) -> str:
    counts = []
    if study.assays or not study.experiments:
        n_plates = sum(len(assay.plates) for assay in study.assays)
        counts = [
            pluralize(len(study.assays), "assay"),
            pluralize(n_plates, "plate or table", "plates or tables"),
        ]
    counts += [count for one in study.experiments for count in one.material]
    counts += [pluralize(len(study.inputs), "raw file")] if study.inputs else []
    if study.exclusions:
        counts.append(pluralize(len(study.exclusions), "recorded exclusion"))
    return ", ".join(counts)


def _with_unique_figure_names(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Give every figure a unique name that is a valid file name."""
    used: set[str] = set()
    renamed: list[Block] = []
    for block in blocks:
        if not isinstance(block, Figure):
            renamed.append(block)
            continue
        base = name = slug(block.name)[:MAX_NAME]
        number = 2
        while name in used:
            name, number = f"{base}-{number}", number + 1
        used.add(name)
        renamed.append(replace(block, name=name) if name == base else rename_figure(block, name))
    return tuple(renamed)
