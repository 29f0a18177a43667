"""Study folders: create, run, verify."""

from __future__ import annotations

from pathlib import Path

from tricyclic.api._call import call, check_path, path, python_wording
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.errors import InputError
from tricyclic.results.study_run import DemoResult, NewStudyResult, StudyRunResult, VerifyResult
from tricyclic.study.plan import read_plan
from tricyclic.workflows.study.demo import run as run_demo
from tricyclic.workflows.study.new import run as run_new_study
from tricyclic.workflows.study.options import (
    DemoOptions,
    NewStudyOptions,
    RunStudyOptions,
    VerifyOptions,
)
from tricyclic.workflows.study.run import run as run_command
from tricyclic.workflows.study.verify import run as run_verify_study


@checked_arguments
def demo(
    folder: str | Path = "tricyclic-demo", *, on_progress: ProgressCallback | None = None
) -> DemoResult:
    """Copy the example study of desipramine to a folder and run it there.

    Parameters
    ----------
    folder
        Folder for the study; created if it does not exist.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    DemoResult
        The analysed example study, and the paths of its reports.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = DemoOptions(folder=path(folder))
    return call(run_demo, options, on_progress)


@checked_arguments
def new_study(
    kind: str,
    folder: str | Path,
    *,
    protocol: str = "net-nisoxetine",
    library: str | Path = "",
    scattered: bool = False,
    seed: int = 1,
    template: bool = False,
    excel: bool = False,
    experiment: str = "",
    on_progress: ProgressCallback | None = None,
) -> NewStudyResult:
    """Create a study folder: of binding from a protocol, or a synthetic experiment.

    Parameters
    ----------
    kind
        Kind of study. One of "binding", "microdialysis" and "neurites".
    folder
        Folder to create; it must be new or empty. With `excel`, also the workbook (.xlsx).
    protocol
        Protocol to start from, for binding; see: tca.protocols().
    library
        Your own library folder; its entries take precedence.
    scattered
        Scatter the wells of the layout at random, so that a drift over the plate is not taken
        for another curve.
    seed
        Seed of the random order, another one for each run; that of the synthetic chromatograms.
    template
        With microdialysis and neurites, a study to fill in instead of the synthetic one.
    excel
        One workbook with plate, layout and conditions on three sheets, instead of a folder of
        text files; it contains simulated readings and runs as it is.
    experiment
        With `excel`, an experiment over time instead of that of the protocol. One of
        "association", "dissociation" and "association_then_dissociation".
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    NewStudyResult
        A new study folder and the files that were written into it.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = NewStudyOptions(
        kind=kind,
        folder=path(folder),
        protocol=protocol,
        library=path(library),
        scattered=scattered,
        seed=seed,
        template=template,
        excel=excel,
        experiment=experiment,
    )
    return call(run_new_study, options, on_progress)


@checked_arguments
def run_study(
    study: str | Path, *, compare: bool = False, on_progress: ProgressCallback | None = None
) -> StudyRunResult:
    """Analyse a study folder; tables, JSON, figures and the report are written to results/.

    Parameters
    ----------
    study
        The study folder, or a workbook of `new_study(..., excel=True)`.
    compare
        Lay the model's course beside each microdialysis experiment, for the doses of its groups.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    StudyRunResult
        An analysed study, or plates analysed without a study folder.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = RunStudyOptions(study=path(study), compare=compare)
    return call(run_command, options, on_progress)


@checked_arguments
def verify_study(study: str | Path, *, on_progress: ProgressCallback | None = None) -> VerifyResult:
    """Recompute the latest results of a study, or of a workbook, and compare them byte for byte.

    Parameters
    ----------
    study
        The study folder, or a workbook.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    VerifyResult
        Whether the results of a study were reproduced; `difference` describes the first
        mismatch.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = VerifyOptions(study=path(study))
    return call(run_verify_study, options, on_progress)


class Study:
    """A study folder that can be run and verified.

    Parameters
    ----------
    folder
        Folder with study.toml.

    Raises
    ------
    InputError
        If study.toml is missing or wrong.
    """

    def __init__(self, folder: str | Path) -> None:
        with python_wording():
            check_path(folder, "folder")
            self.folder = Path(folder)
            if self.folder.suffix.lower() == ".xlsx" and self.folder.is_file():
                raise InputError(
                    "is a workbook, not a study folder",
                    where=str(folder),
                    do="Analyse it with: tricyclic study run WORKBOOK",
                )
            self.plan = read_plan(self.folder)

    def run(
        self, on_progress: ProgressCallback | None = None, *, compare: bool = False
    ) -> StudyRunResult:
        """Analyse the study and write its results folder."""
        return run_study(self.folder, compare=compare, on_progress=on_progress)

    def verify(self, on_progress: ProgressCallback | None = None) -> VerifyResult:
        """Recompute the latest results and compare them byte for byte."""
        return verify_study(self.folder, on_progress=on_progress)

    def __repr__(self) -> str:
        names = ", ".join(
            [assay.name for assay in self.plan.assays] + [one.name for one in self.plan.experiments]
        )
        return f"Study '{self.plan.title}' in {self.folder}: {names}"


@checked_arguments
def open_study(folder: str | Path) -> Study:
    """Open a study folder.

    Parameters
    ----------
    folder
        Folder with study.toml.

    Returns
    -------
    Study
        The study; `.run()` analyses it, `.verify()` recomputes the latest results.

    Raises
    ------
    InputError
        If study.toml is missing or wrong.
    """
    return Study(folder)
