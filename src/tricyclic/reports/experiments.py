"""What a study shows of its experiments that are no binding assays: rows of the table of results,
tables, figures, and further files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tricyclic.plotting.style import slug
from tricyclic.registry import RENDERERS as _RENDERERS
from tricyclic.reports.results_table import ResultRow
from tricyclic.results.binding import StudyResult
from tricyclic.results.experiment import StudyExperiment

Shown = TypeVar("Shown")
# Type of an experiment -> "module:name" of its ExperimentOutput.
RENDERERS: dict[str, str] = {
    "DialysisExperiment": "tricyclic.reports.dialysis_output:DIALYSIS",
    "NeuritesExperiment": "tricyclic.reports.neurites_output:NEURITES",
    "ReleaseExperiment": "tricyclic.reports.release_output:RELEASE",
}


def no_files(_: StudyExperiment) -> dict[str, bytes]:
    """No further files."""
    return {}


@dataclass(frozen=True)
class ExperimentOutput:
    """What one kind of experiment adds to the tables and files of its study.

    Parameters
    ----------
    results : callable
        Rows of the table of results, one for each treatment.
    units : callable
        Rows of the independent units (animals, cultures).
    columns : mapping of str to str
        What each column is, for the sheet "Read me" and docs/results.md.
    files : callable
        Files beside tables and figures, by name.
    """

    results: Callable[..., Iterator[ResultRow]]
    units: Callable[..., Iterator[ResultRow]]
    columns: Mapping[str, str]
    files: Callable[..., dict[str, bytes]] = no_files


def experiment_rows(study: StudyResult) -> list[ResultRow]:
    """One row for each treatment of each experiment."""
    return [row for one in study.experiments for row in _output(one).results(one)]


def unit_rows(study: StudyResult) -> list[ResultRow]:
    """One row for each independent unit of each experiment."""
    return [row for one in study.experiments for row in _output(one).units(one)]


def columns_of_experiments(study: StudyResult) -> dict[str, str]:
    """Columns of the rows of a study's experiments, with what they are."""
    columns: dict[str, str] = {}
    for one in study.experiments:
        columns |= _output(one).columns
    return columns


def further_files(study: StudyResult) -> dict[str, bytes]:
    """Files of the experiments beside tables and figures, by name."""
    return {
        name_in_study(one, study, name, "-"): content
        for one in study.experiments
        for name, content in _output(one).files(one).items()
    }


def of_each(study: StudyResult, kind: str, joint: str) -> dict[str, Shown]:
    """What a kind of renderer gives of each experiment, by name.

    Parameters
    ----------
    study : StudyResult
    kind : {"frames", "plots"}
    joint : str
        Between the names of experiment and table, where a study has several experiments.
    """
    shown: dict[str, Shown] = {}
    for one in study.experiments:
        render = _RENDERERS.find("frames" if kind == "frames" else "plots", type(one))
        shown |= {name_in_study(one, study, n, joint): each for n, each in render(one).items()}
    return shown


def name_in_study(one: StudyExperiment, study: StudyResult, name: str, joint: str) -> str:
    """Name of a table, figure or file; after that of its experiment where a study has several.

    Parameters
    ----------
    one : StudyExperiment
    study : StudyResult
    name : str
    joint : str
        Between both names.
    """
    return name if len(study.experiments) == 1 else f"{slug(one.name)}{joint}{name}"


def flags_of(one: StudyExperiment) -> str:
    """Names of the checks that fail or warn: "warn: baseline_unstable, window_coverage"."""
    parts = []
    for level in ("fail", "warn"):
        names = dict.fromkeys(check.name for check in one.all_checks() if check.level == level)
        parts += [f"{level}: {', '.join(names)}"] if names else []
    return "; ".join(parts)


def _output(one: StudyExperiment) -> ExperimentOutput:
    output: Any = _RENDERERS.find("experiment", type(one))
    checked: ExperimentOutput = output
    return checked
