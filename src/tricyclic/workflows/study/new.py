"""Creates a study folder: a commented study.toml, a plate layout, exclusions, and raw/."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from tricyclic.core.progress import ProgressCallback
from tricyclic.io.library.library import Library
from tricyclic.results.study_run import NewStudyResult
from tricyclic.study.dialysis_template import empty_study
from tricyclic.study.template import is_written, study_template, write_study
from tricyclic.workflows.base import check_range, refuse_without_effect
from tricyclic.workflows.study.new_dialysis import synthetic_study
from tricyclic.workflows.study.new_neurites import (
    empty_neurite_study,
    synthetic_neurite_study,
)
from tricyclic.workflows.study.new_release import empty_release_study, synthetic_release_study
from tricyclic.workflows.study.options import NewStudyOptions
from tricyclic.workflows.study.workbook import write_workbook_study

# Kind of experiment -> the study to fill in, and the synthetic one of a seed.
EXPERIMENTS: dict[str, tuple[Callable[[], dict[str, bytes]], Callable[[int], dict[str, bytes]]]] = {
    "microdialysis": (empty_study, synthetic_study),
    "neurites": (empty_neurite_study, synthetic_neurite_study),
    "release": (empty_release_study, synthetic_release_study),
}


def run(options: NewStudyOptions, on_progress: ProgressCallback | None = None) -> NewStudyResult:
    """Write the template of a protocol, or the study of an experiment."""
    check_range("seed", options.seed, 0, 2**63)
    if options.kind in EXPERIMENTS:
        return _experiment(options)
    refuse_without_effect(options, ("template",), "a study of an experiment, not of binding")
    rng = np.random.default_rng(options.seed) if options.scattered else None
    protocol = Library(options.library).protocol(options.protocol)
    if options.excel:
        path = write_workbook_study(
            Path(options.folder), protocol, rng, options.seed, experiment=options.experiment
        )
        return NewStudyResult(str(path.parent), (path.name,))
    refuse_without_effect(options, ("experiment",), "a workbook; add --excel")
    files = study_template(protocol, rng)
    folder = Path(options.folder)
    write_study(folder, files)
    return NewStudyResult(str(folder), tuple(sorted(files)))


def _experiment(options: NewStudyOptions) -> NewStudyResult:
    of_binding = ("protocol", "library", "scattered", "excel", "experiment")
    refuse_without_effect(options, of_binding, "a binding study")
    empty, synthetic = EXPERIMENTS[options.kind]
    files = empty() if options.template else synthetic(options.seed)
    folder = Path(options.folder)
    # The same study again, as the demonstration writes it, is no error.
    if not is_written(folder, files):
        write_study(folder, files)
    return NewStudyResult(str(folder), tuple(sorted(files)), runs=not options.template)
