"""Analyses the plates of a screen: quality of plates, hits, curves and potencies."""

from __future__ import annotations

import glob
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tricyclic.assays.screening.analysis import analyse_screen
from tricyclic.assays.screening.criteria import HitCriteria
from tricyclic.core.plate import Plate
from tricyclic.core.plate_layout import PlateLayout
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.table import DataTable
from tricyclic.core.table_input import TableInput
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.files import file_or_table, source_name
from tricyclic.io.open import one_reading_each, read_plates, with_reading
from tricyclic.io.plate_layout import read_layout
from tricyclic.io.screen_table import (
    read_compounds,
    read_screen_table,
    unused_compounds,
    with_compounds,
)
from tricyclic.results.screening import ScreeningResult
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.output import check_output_folder
from tricyclic.workflows.screen.options import ScreenOptions

MAX_FILES_LISTED = 3


def run(options: ScreenOptions, on_progress: ProgressCallback | None = None) -> ScreeningResult:
    """Read all plates and analyse them together."""
    files = _files(options.plates)
    check_output_folder(options.out)
    criteria = HitCriteria(options.fdr, options.min_effect, options.confidence)
    plates = _read_plates(options, files, on_progress)
    report_progress(on_progress, len(files), len(files) + 1, f"analysing {len(plates)} plates")
    result = analyse_screen(
        plates,
        rng=np.random.default_rng(options.seed),
        name=options.name,
        criteria=criteria,
        settings=_settings(options, files),
    )
    return replace(result, unused=_unused(options, plates))


def _unused(options: ScreenOptions, plates: Sequence[Plate]) -> tuple[str, ...]:
    """Parts of the files that the analysis did not use."""
    parts = [f"{plate.file}: {part}" for plate in plates for part in plate.unused]
    if options.compounds:
        decimal = options.decimal or None
        compounds = read_compounds(_source(options.compounds), decimal=decimal)
        parts += unused_compounds(_source(options.compounds), compounds, plates, decimal=decimal)
    return tuple(dict.fromkeys(parts))


def _files(names: Sequence[str | TableInput]) -> list[Path | DataTable]:
    """The named files; a pattern is replaced by the files that match it, in alphabetical order. A
    table in memory stays as it is.
    """
    if not names:
        raise InputError("no plate file was named", where="plates")
    files: list[Path | DataTable] = []
    for name in names:
        if isinstance(name, DataTable):
            files.append(name)
            continue
        assert isinstance(name, str)
        is_pattern = glob.has_magic(name) and not Path(name).exists()
        matches = sorted(glob.glob(name)) if is_pattern else [name]
        if not matches:
            raise InputError("no file matches this pattern", where=name)
        files += [Path(match) for match in matches]
    return files


def _read_plates(
    options: ScreenOptions, files: Sequence[Path | DataTable], on_progress: ProgressCallback | None
) -> list[Plate]:
    """All plates with their roles and compounds."""
    layout = read_layout(file_or_table(options.layout)) if options.layout else None
    compounds: Mapping[tuple[str, str], tuple[str, float]] = {}
    if options.compounds:
        compounds = read_compounds(_source(options.compounds), decimal=options.decimal or None)
    plates: list[Plate] = []
    for done, file in enumerate(files):
        report_progress(on_progress, done, len(files) + 1, f"reading {source_name(file)}")
        plates += _with_layout(file, options, layout) if layout else _long_table(file, options)
    return [with_compounds(plate, compounds) for plate in plates] if compounds else plates


def _with_layout(
    file: Path | DataTable, options: ScreenOptions, layout: PlateLayout
) -> list[Plate]:
    plates = read_plates(file, keep_negative=True, **_reading_options(options))
    name = source_name(file)
    if options.plate:
        chosen = with_reading(plates, options.plate)
        if not chosen:
            known = list(dict.fromkeys(plate.reading for plate in plates if plate.reading))
            raise UnknownNameError.among("reading", options.plate, known, where=name)
        plates = chosen
    one_reading_each(plates, name, do="Choose one: --plate with the name of the reading")
    return [layout.apply(plate) for plate in plates]


def _long_table(file: Path | DataTable, options: ScreenOptions) -> list[Plate]:
    """The plates of a long table that contains the roles."""
    plates = read_screen_table(
        file,
        sheet=options.sheet or None,
        decimal=options.decimal or None,
        unit=options.unit,
        plate_size=options.plate_size,
    )
    if not plates:
        # If the file itself is wrong, this gives the error.
        read_plates(file, keep_negative=True, **_reading_options(options))
        raise InputError(
            "the file does not state the roles of its wells",
            where=source_name(file),
            do="Add --layout FILE, or a column 'role' (total, non_specific, competition)",
        )
    refuse_without_effect(options, ("reader", "plate"), "plates with --layout, and this is a table")
    return list(plates)


def _source(given: str | TableInput) -> str | DataTable:
    """A file by its name, or a table in memory."""
    assert isinstance(given, str | DataTable)
    return given


def _reading_options(options: ScreenOptions) -> dict[str, Any]:
    given = {
        "unit": options.unit,
        "plate_size": options.plate_size,
        "decimal": options.decimal,
        "reader": options.reader,
        "sheet": options.sheet,
    }
    return {name: value for name, value in given.items() if value not in (None, "")}


def _settings(options: ScreenOptions, files: Sequence[Path | DataTable]) -> list[tuple[str, str]]:
    """Options to list in the report."""
    listed = ", ".join(source_name(file) for file in files[:MAX_FILES_LISTED])
    if len(files) > MAX_FILES_LISTED:
        listed += f" and {len(files) - MAX_FILES_LISTED} more"
    layout = source_name(options.layout) if options.layout else "roles are in the tables"
    settings = [("Files", listed), ("Layout", layout)]
    if options.compounds:
        settings.append(("Compounds", source_name(_source(options.compounds))))
    return [
        *settings,
        ("Intervals", f"{100 * options.confidence:g} %"),
        ("Seed of the calibration", str(options.seed)),
    ]
