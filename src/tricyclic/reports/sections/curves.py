"""The curves: one figure for each assay, with the symbols explained once."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.document import Block, Heading, Paragraph
from tricyclic.core.plot_data import CurvePlot
from tricyclic.plotting.curve import curve
from tricyclic.plotting.curve_words import curve_legend
from tricyclic.plotting.style import Width
from tricyclic.reports.assay_blocks import HEIGHT_MM
from tricyclic.reports.section import ReportData, ReportSection

# More curves stand three beside each other, and so high.
MAX_WIDE, THIRD_MM = 4, 46.0


def key_plots(report: ReportData) -> list[CurvePlot]:
    """One plot for each assay: that of all its runs, or that of its single run."""
    plots = []
    for _, assay in report.assays:
        of_runs = [plot for plate in assay.plates for plot in report.plots_of(assay, plate)]
        plots += [*report.plots_of(assay), *of_runs][:1]
    return plots


def write(report: ReportData) -> Sequence[Block]:
    """The explanation of the symbols, then the figures, two or three beside each other."""
    plots = key_plots(report)
    width: Width
    width, height_mm = ("third", THIRD_MM) if len(plots) > MAX_WIDE else ("column", HEIGHT_MM)
    return [
        Heading("Curves", 1, "curves"),
        Paragraph(curve_legend(plots), "note"),
        *(
            curve(
                plot, width=width, height_mm=height_mm, pdf=False, show_title=False, explain=False
            )
            for plot in plots
        ),
    ]


SECTION = ReportSection(order=20, applies=lambda report: bool(key_plots(report)), write=write)
