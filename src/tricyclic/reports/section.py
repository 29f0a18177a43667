"""What a section of a report is, and the data from which sections are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from tricyclic.core.document import Block, Figure, Heading
from tricyclic.core.estimate import Estimate
from tricyclic.core.evidence import Evidence
from tricyclic.core.plot_data import CurvePlot
from tricyclic.plotting.style import slug
from tricyclic.reports.citations import citation_labels
from tricyclic.reports.experiments import name_in_study
from tricyclic.results.binding import AssayResult, PlateResult, StudyResult
from tricyclic.results.experiment import StudyExperiment

OneKind = TypeVar("OneKind", bound=StudyExperiment)
PRIMARY = ("Ki", "Kd", "Bmax", "kon", "koff", "residence time", "KB", "pA2", "EC50")
# A competition assay measures the compound; the Bmax of its controls is a by-product, listed later.
PRIMARY_OF_KIND = {"competition": ("Ki",), "homologous": ("Kd", "Bmax")}
# Part of the name of a number where the suggested outliers are left out.
WITHOUT_SUSPECTS = "without the suggested outliers"


@dataclass(frozen=True)
class ReportData:
    """The data of a report.

    Parameters
    ----------
    study : StudyResult
    plots : tuple of CurvePlot
        Fitted curves; empty for a report without them.
    study_folder : str
        Folder in the commands that the report prints; empty for a report outside a study.
    files_at : str or None
        Prefix that leads from the report to the raw files ("../../"); None: no links to files.
    """

    study: StudyResult
    plots: tuple[CurvePlot, ...] = ()
    study_folder: str = "DIR"
    files_at: str | None = None

    @property
    def assays(self) -> Iterator[tuple[int, AssayResult]]:
        """Assays with their number in the report, from 1."""
        return enumerate(self.study.assays, 1)

    @property
    def plates(self) -> Iterator[tuple[int, int, AssayResult, PlateResult]]:
        """All plates: number of the assay, number of the plate, assay, plate."""
        return (
            (i, j, assay, plate)
            for i, assay in self.assays
            for j, plate in enumerate(assay.plates, 1)
        )

    def plots_of(
        self, assay: AssayResult, plate: PlateResult | None = None
    ) -> tuple[CurvePlot, ...]:
        """Curves of one plate, or those of the assay over all its runs."""
        key = (assay.name, "" if plate is None else plate.name)
        return tuple(plot for plot in self.plots if (plot.assay, plot.plate) == key)

    def file_anchor(self, file: str) -> str:
        """Anchor of a raw file in the list of input files; empty where it is not listed."""
        for number, entry in enumerate(self.study.inputs, 1):
            if file and (entry.path == file or entry.path.rsplit("/", 1)[-1] == file):
                return f"file-{number}"
        return ""

    def source_anchor(self, key: str) -> str:
        """Anchor of a publication in the list of sources; empty where it is not listed."""
        for number, source in enumerate(self.study.sources, 1):
            if source.key == key:
                return f"source-{number}"
        return ""

    def cited(self, evidence: Evidence) -> Evidence:
        """A published value whose source is written as authors and year."""
        return replace(evidence, source=self._labels.get(evidence.source, evidence.source))

    @cached_property
    def _labels(self) -> dict[str, str]:
        return citation_labels(self.study.sources)

    def place_anchor(self, where: str) -> str:
        """Anchor of the assay or plate of a check; empty where it is unknown."""
        for i, assay in self.assays:
            if where == assay.name:
                return assay_anchor(i)
        for i, j, _, plate in self.plates:
            if where and (
                where == plate.name or where.startswith((f"{plate.name} ", f"{plate.name},"))
            ):
                return rows_anchor(i, j)
        for number, one in enumerate(self.study.experiments, 1):
            if where and any(where == check.where for check in one.all_checks()):
                return experiment_anchor(one, number)
        return ""

    def experiments_of(self, kind: type[OneKind]) -> list[tuple[int, OneKind]]:
        """Experiments of one kind, each with its number among all of the study, from 1."""
        every = enumerate(self.study.experiments, 1)
        return [(number, one) for number, one in every if isinstance(one, kind)]


@dataclass(frozen=True)
class ReportSection:
    """One section of a report; a file of its own in `reports/sections/`.

    Parameters
    ----------
    order : int
        Position in the report or in its appendix: low numbers first.
    applies : callable
        Whether the report has data for the section.
    write : callable
        The blocks of the section; the first is a Heading of level 1.
    appendix : bool
        Whether it belongs into the appendix, after the results, curves, warnings and methods.
    name : str
        Name of the file; set by the registry.
    """

    order: int
    applies: Callable[[ReportData], bool]
    write: Callable[[ReportData], Sequence[Block]]
    appendix: bool = False
    name: str = ""

    def named(self, name: str) -> ReportSection:
        """The section with its name."""
        return replace(self, name=name)


def assay_anchor(assay: int) -> str:
    """Anchor of the section about an assay."""
    return f"assay-{assay}"


def experiment_anchor(one: StudyExperiment, number: int) -> str:
    """Anchor of the section about an experiment, by its number from 1."""
    return f"{one.kind}-{number}"


def experiment_blocks(
    report: ReportData,
    kind: type[OneKind],
    write: Callable[[OneKind, StudyResult], Iterable[Block]],
) -> list[Block]:
    """The experiments of one kind, each with its heading: "Results" where it is alone.

    Parameters
    ----------
    report : ReportData
    kind : type
        Of the experiments.
    write : callable
        The blocks of one experiment, after its heading.
    """
    blocks: list[Block] = []
    for number, one in report.experiments_of(kind):
        several = len(report.study.experiments) > 1 or report.study.assays
        head = f"{one.label}: {one.title}" if several else "Results"
        blocks.append(Heading(head, 1, experiment_anchor(one, number)))
        blocks += write(one, report.study)
    return blocks


def rename_figure(figure: Figure, name: str) -> Figure:
    """A figure under another name.

    The ids in the drawing begin with its name; two drawings of one page must not share ids.
    """
    old = slug(figure.name)
    svg = figure.svg.replace(f'id="{old}-', f'id="{name}-').replace(f"#{old}-", f"#{name}-")
    return replace(figure, name=name, svg=svg)


def figure_of(one: StudyExperiment, study: StudyResult, figure: Figure) -> Figure:
    """A figure of an experiment; with its name before, where a study has several."""
    name = name_in_study(one, study, slug(figure.name), "-")
    return figure if len(study.experiments) == 1 else rename_figure(figure, name)


def rows_anchor(assay: int, plate: int) -> str:
    """Anchor of the readings of a plate."""
    return f"rows-{assay}-{plate}"


def primary_estimates(assay: AssayResult) -> tuple[Estimate, ...]:
    """The pooled estimates for which an assay is done; all where none has a usual name."""
    for names in (PRIMARY_OF_KIND.get(assay.kind, PRIMARY), PRIMARY):
        shown = {*names, *(f"{name}, {WITHOUT_SUSPECTS}" for name in names)}
        chosen = tuple(estimate for estimate in assay.pooled if estimate.name in shown)
        if chosen:
            return chosen
    return assay.pooled
