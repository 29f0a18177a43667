"""Options of the study commands."""

from __future__ import annotations

from dataclasses import dataclass

from tricyclic.workflows.base import library_option, option

# Experiments over time of which a workbook can be made with any protocol of a radioligand.
KINETIC_EXPERIMENTS = ("association", "dissociation", "association_then_dissociation")


@dataclass(frozen=True)
class DemoOptions:
    """Copy the example study of desipramine to a folder and run it there."""

    folder: str = option(
        "Folder for the study; created if it does not exist",
        default="tricyclic-demo",
        positional=True,
        path=True,
    )


@dataclass(frozen=True)
class NewStudyOptions:
    """Create a study folder: `tricyclic new binding DIR --protocol net-nisoxetine`.

    `tricyclic new microdialysis DIR` writes a synthetic study with chromatograms, and `tricyclic
    new release DIR` and `tricyclic new neurites DIR` ones of cultures, that run as they are; with
    --template, a study to fill in.
    """

    kind: str = option(
        "Kind of study",
        positional=True,
        choices=("binding", "microdialysis", "release", "neurites"),
    )
    folder: str = option(
        "Folder to create; it must be new or empty. With --excel, also the workbook (.xlsx)",
        positional=True,
        path=True,
    )
    protocol: str = option(
        "Protocol to start from, for binding; see: tricyclic library protocols",
        default="net-nisoxetine",
    )
    library: str = library_option()
    scattered: bool = option(
        "Scatter the wells of the layout at random, so that a drift over the plate is not taken "
        "for another curve",
        default=False,
    )
    seed: int = option(
        "Seed of the random order, another one for each run; that of the synthetic data",
        default=1,
    )
    template: bool = option(
        "With all kinds but binding, a study to fill in instead of the synthetic one",
        default=False,
    )
    excel: bool = option(
        "One workbook with plate, layout and conditions on three sheets, instead of a folder of "
        "text files; it contains simulated readings and runs as it is",
        default=False,
    )
    experiment: str = option(
        "With --excel, an experiment over time instead of that of the protocol",
        default="",
        choices=KINETIC_EXPERIMENTS,
    )


@dataclass(frozen=True)
class RunStudyOptions:
    """Analyse a study folder; tables, JSON, figures and the report are written to results/.

    `tricyclic study run study.xlsx` analyses a workbook of `study new --excel`; its results are
    written into a folder beside it.
    """

    study: str = option("The study folder, or a workbook", positional=True, path=True)
    compare: bool = option(
        "Lay the model's course beside each microdialysis experiment, for the doses of its groups",
        default=False,
    )


@dataclass(frozen=True)
class VerifyOptions:
    """Recompute the latest results of a study, or of a workbook, and compare them byte for byte."""

    study: str = option("The study folder, or a workbook", positional=True, path=True)
