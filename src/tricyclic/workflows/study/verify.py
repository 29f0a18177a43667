"""Recomputes the results of a study and compares them with the files on disk, byte for byte.

The hashes of the log, the manifest and the raw files are verified first.
"""

from __future__ import annotations

from pathlib import Path

from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.io.files import existing_file
from tricyclic.io.library.library import Library
from tricyclic.results.study_run import VerifyResult
from tricyclic.study import results_folder
from tricyclic.study.folder import PreparedStudy, read_study
from tricyclic.study.log import read_log
from tricyclic.workflows.study.options import VerifyOptions
from tricyclic.workflows.study.outputs import compared_with, study_outputs
from tricyclic.workflows.study.workbook import is_workbook_study, verify_workbook_study


def run(options: VerifyOptions, on_progress: ProgressCallback | None = None) -> VerifyResult:
    """Verify a study; nothing in its folder is changed."""
    folder = Path(options.study)
    if is_workbook_study(folder):
        return verify_workbook_study(existing_file(folder), on_progress)
    library = Library()
    report_progress(on_progress, 0, 1, f"reading {folder}")
    prepared = read_study(folder, library)
    n_entries = len(read_log(folder))
    place = results_folder.latest(folder)
    return compared_with(
        place,
        folder,
        _changed_since_run(prepared, place),
        lambda: study_outputs(prepared, library, on_progress, compare=_is_compared(place))[1],
        log_lines=n_entries,
    )


def _is_compared(place: Path) -> bool:
    """Whether the results were written with the model beside them."""
    return any(place.rglob("*model.csv"))


def _changed_since_run(prepared: PreparedStudy, place: Path) -> str:
    """What changed since the results were written; empty where nothing did."""
    logged = results_folder.logged_manifest(prepared.folder, place)
    if not logged:
        return f"the log has no entry for {place.name}"
    if logged != results_folder.manifest_hash(place):
        return f"{results_folder.MANIFEST} differs from the one in the log"
    if damage := results_folder.find_damage(place):
        return damage
    if place.name.split(".")[0] != prepared.input_hash:
        return (
            f"study.toml, a layout, an exclusion or the version of tricyclic has changed since "
            f"{place.name} was written; run the study again"
        )
    return ""
