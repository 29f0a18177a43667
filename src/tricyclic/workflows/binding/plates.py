"""Reads plate files, their layout and the conditions given as options, and analyses them.

Affinity, saturation and kinetics have the same options; they differ in the kind of assay.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, cast

from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.plate import Plate, Role
from tricyclic.core.plate_layout import PlateLayout, negative_counts
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.protocol import AssayKind, Protocol
from tricyclic.core.table import DataTable
from tricyclic.core.table_input import TableInput
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.fitting.outlier_checks import outlier_rate
from tricyclic.io.files import file_or_table, source_name
from tricyclic.io.library.library import Library
from tricyclic.io.open import one_reading_each, read_plates, with_reading
from tricyclic.io.plate_layout import layout_from_toml, read_layout
from tricyclic.io.sheet_layout import layout_in_file
from tricyclic.io.study_workbook import WorkbookConditions, read_workbook_conditions
from tricyclic.io.table_labels import UNIT_FROM_TEXT
from tricyclic.reports.documents import STUDY_FORMATS
from tricyclic.results.study_run import StudyRunResult
from tricyclic.study.conditions import read_conditions, read_option_conditions
from tricyclic.study.folder import (
    PreparedAssay,
    PreparedPlate,
    PreparedTable,
    choose_plate,
    named_competitors,
)
from tricyclic.study.plan import AssayPlan
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.binding.options import PlateOptions
from tricyclic.workflows.binding.table_runs import TableRequest, has_groups, runs_of_tables
from tricyclic.workflows.binding.tables import (
    names_all_columns,
    read_binding_tables,
    reads_tables,
)
from tricyclic.workflows.output import check_report_file
from tricyclic.workflows.study_analysis import analyse_single_assay

# Option -> the condition of the assay that it sets.
CONDITIONS = {
    "target": "target",
    "radioligand": "radioligand",
    "isotope": "isotope",
    "radioligand_nM": "radioligand_nM",
    "kd_nM": "radioligand_kd_nM",
    "specific_activity": "specific_activity_Ci_per_mmol",
    "reference_date": "reference_date",
    "assay_date": "assay_date",
    "efficiency": "counting_efficiency",
    "counting_time_min": "counting_time_min",
    "background_cpm": "background_cpm",
    "volume_uL": "volume_uL",
    "protein_ug": "protein_ug",
    "decay_convention": "decay_convention",
    "kon": "kon_per_M_min",
    "koff": "koff_per_min",
    "tissue": "tissue",
    "buffer": "buffer",
    "nsb_drug": "nsb_drug",
    "nsb_drug_M": "nsb_drug_M",
    "incubation_min": "incubation_min",
    "temperature": "temperature_C",
    "filter": "filter",
    "washing": "washing",
    "dissociation_start_min": "dissociation_start_min",
    "mask": "mask",
    "masked_site": "masked_site",
    "mask_M": "mask_M",
    "mask_kd_masked_nM": "mask_kd_masked_nM",
    "mask_kd_wanted_nM": "mask_kd_wanted_nM",
    "radioligand_kd_masked_nM": "radioligand_kd_masked_nM",
    "masked_bmax_ratio": "masked_bmax_ratio",
    "competitor_ki_masked_nM": "competitor_ki_masked_nM",
}


def analyse_plates(
    options: PlateOptions, kind: str, on_progress: ProgressCallback | None = None
) -> StudyRunResult:
    """Read, analyse and pool the plates of a binding command."""
    if Path(options.out).suffix:
        check_report_file(options.out, STUDY_FORMATS)
    library = Library(options.library)
    files = expand_patterns(options.plates)
    assay = prepare_assay(options, cast("AssayKind", kind), files, library)
    sizes = {file.name: file.stat().st_size for file in files if isinstance(file, Path)}
    book = _workbook(files, kind)
    try:
        result = analyse_single_assay(assay, sizes, library, on_progress)
    except InputError as error:
        # A run may be called as an option is ("table"), and is no option.
        where = f"run '{error.where}'" if hasattr(options, error.where) else error.where
        raise error.reworded(where, _as_options) from error
    if book is None:
        return result
    study = replace(
        result.study,
        title=book.title or result.study.title,
        author=book.author,
        synthetic=book.synthetic,
    )
    return replace(result, study=study)


def _as_options(advice: str) -> str:
    """Advice that names keys of study.toml, with the options of this command instead."""
    for option, condition in CONDITIONS.items():
        if "_" in condition:
            advice = re.sub(rf"\b{condition}\b", f"--{option.replace('_', '-')}", advice)
    return re.sub(r'the model ("\w+")', r"--model \1", advice)


def prepare_assay(
    options: PlateOptions, kind: AssayKind, files: Sequence[Path | DataTable], library: Library
) -> PreparedAssay:
    """Read all plates, with the roles of their wells, or all tables, and their conditions.

    Raises
    ------
    InputError
        If a file is missing or cannot be read, or an option has an impossible value.
    """
    protocol = library.protocol(options.protocol) if options.protocol else None
    given = {
        condition: getattr(options, name)
        for name, condition in CONDITIONS.items()
        if getattr(options, name, None) not in (None, "")
    }
    base = _conditions_of(protocol, kind)
    book = _workbook(files, kind)
    if book is not None:
        base = read_conditions(base, book.conditions, where="sheet 'Conditions'")
        options = replace(options, unit=options.unit or book.unit)
    conditions = read_option_conditions(base, given, CONDITIONS)
    other_kind = _of_other_kind(protocol, kind)
    compound = options.compound or (protocol.compound if protocol and not other_kind else "")
    plan = AssayPlan(
        name=conditions.target or "assay",
        title=conditions.target or kind.capitalize(),
        kind=kind,
        protocol=options.protocol,
        compound=compound,
        method=_method(options),
    )
    runs: tuple[PreparedPlate | PreparedTable, ...]
    if reads_tables(files, options):
        if names_all_columns(options) and not has_groups(files, options):
            runs = read_binding_tables(files, options, conditions, compound)
        else:
            runs = runs_of_tables(files, _table_request(options, kind, compound), conditions)
    else:
        plates, decisions = _read_all(files, options, None if other_kind else protocol, compound)
        _check_compound(options, plates)
        runs = tuple(
            PreparedPlate(plate.name, "", plate, conditions, read_as)
            for plate, read_as in zip(plates, decisions, strict=True)
        )
    if book is not None:
        note = "conditions from the sheet 'Conditions'"
        runs = tuple(replace(run, read_as=(*run.read_as, note)) for run in runs)
    if protocol is not None and other_kind:
        note = (
            f"conditions from the protocol {protocol.name}, which is of the kind {protocol.kind}: "
            "its plate layout and what it varies are not used"
        )
        runs = tuple(replace(run, read_as=(*run.read_as, note)) for run in runs)
    return PreparedAssay(plan, kind, protocol, runs)


def expand_patterns(plates: Sequence[str | TableInput] | str) -> list[Path | DataTable]:
    """The plate files; a pattern such as "run*.csv" means all files that match it. A table in
    memory stays as it is.

    Raises
    ------
    InputError
        If there is no file, or none matches a pattern.
    """
    names = (plates,) if isinstance(plates, str) else plates
    if not names:
        raise InputError("no plate file is given", where="plates", do="Add the name of a file")
    files: list[Path | DataTable] = []
    for name in names:
        if not isinstance(name, str):
            assert isinstance(name, DataTable)
            files.append(name)
            continue
        is_pattern = glob.has_magic(name) and not Path(name).exists()
        matches = sorted(glob.glob(name)) if is_pattern else [name]
        if not matches:
            raise InputError("no file matches this pattern", where=name)
        files += [Path(match) for match in matches]
    return files


def _workbook(files: Sequence[Path | DataTable], kind: str) -> WorkbookConditions | None:
    """The sheet of conditions of the files, which is the same in all of them, if there is one.

    Raises
    ------
    InputError
        If the sheets differ, or state another kind of experiment.
    """
    books = {file: read_workbook_conditions(file) for file in files if isinstance(file, Path)}
    stated = {file: book for file, book in books.items() if book is not None}
    if not stated:
        return None
    (first, book), *others = stated.items()
    if any(other.conditions != book.conditions for _, other in others) or len(stated) < len(files):
        raise InputError(
            "the files do not have the same sheet of conditions",
            where=first.name,
            do="Analyse each workbook by itself, or state the same conditions in all",
        )
    if book.kind and book.kind != kind:
        raise InputError(
            f"the experiment is a {book.kind}",
            where=f"{first.name}, sheet 'Conditions'",
            do="Analyse it with: tricyclic study run WORKBOOK",
        )
    return book


def _table_request(options: PlateOptions, kind: str, compound: str) -> TableRequest:
    return TableRequest(
        kind,
        options.x,
        options.response,
        options.total,
        options.non_specific,
        options.table,
        options.unit,
        options.compound,
        compound,
        options.molar_mass,
        options.reader,
        options.sheet,
        options.decimal,
    )


def _of_other_kind(protocol: Protocol | None, kind: AssayKind) -> bool:
    return protocol is not None and (protocol.kind == "competition") != (kind == "competition")


def _conditions_of(protocol: Protocol | None, kind: AssayKind) -> BindingConditions:
    """Conditions of a protocol that apply to an assay of a kind: those of the radioligand, the
    tissue and the incubation, not what the other kind of assay varies.
    """
    if protocol is None:
        return BindingConditions()
    base = protocol.conditions
    if not _of_other_kind(protocol, kind):
        return base
    if kind in ("saturation", "homologous"):
        return replace(base, radioligand_nM=None)
    return base if kind == "competition" else replace(base, incubation_min=None)


def _check_compound(options: PlateOptions, plates: Sequence[Plate]) -> None:
    """Refuse a compound that no well is named after."""
    competing = [w.compound for plate in plates for w in plate.wells if w.role is Role.COMPETITION]
    if options.compound and options.compound not in competing:
        listed = ", ".join(dict.fromkeys(competing))
        refuse_without_effect(
            options,
            ("compound",),
            "competition wells without a compound in their layout, and this layout has "
            + (listed or "no competition wells"),
        )


def _method(options: PlateOptions) -> AnalysisOptions:
    chosen: dict[str, Any] = {
        field.name: getattr(options, field.name)
        for field in fields(AnalysisOptions)
        if hasattr(options, field.name)
    }
    rate = outlier_rate(options.outliers)
    chosen["outliers"] = "none" if rate is None else "suggest"
    if rate is not None:
        chosen["outlier_q"] = rate
    return AnalysisOptions(**chosen)


def _read_all(
    files: Sequence[Path | DataTable],
    options: PlateOptions,
    protocol: Protocol | None,
    compound: str,
) -> tuple[list[Plate], list[tuple[str, ...]]]:
    """Every plate of the files, named after its run, and the decisions about it; two runs never
    have one name.
    """
    plates: list[Plate] = []
    decisions: list[tuple[str, ...]] = []
    for file in files:
        of_file = chosen_plates(_read(file, options), options.plate, source_name(file))
        for plate in of_file:
            if not options.layout and any(well.role is not Role.EMPTY for well in plate.wells):
                negative_counts(plate)
                applied, notes = plate, plate.notes[-1:]
            else:
                layout = _layout(options, protocol, file, plate)
                applied, notes = layout.apply(plate), (*layout.notes, *layout.replaced)
            wells = named_competitors(applied.wells, compound)
            stem = Path(source_name(file)).stem
            name = stem if len(of_file) == 1 else f"{stem} {plate.name}"
            # What the layout is made of was used.
            unused = tuple(
                part
                for part in plate.unused
                if not any(note.endswith(f" {part}") for note in notes)
            )
            plates.append(replace(applied, name=name, wells=wells, unused=unused))
            units = tuple(note for note in plate.notes if note.startswith(UNIT_FROM_TEXT))
            decisions.append((*notes, *units))
    names = [plate.name for plate in plates]
    return [
        replace(plate, name=f"{plate.name} ({number})") if names.count(plate.name) > 1 else plate
        for number, plate in enumerate(plates, 1)
    ], decisions


def chosen_plates(plates: tuple[Plate, ...], name: str, file: str) -> tuple[Plate, ...]:
    """The plate of a name or number, the plates of a reading, or all plates of a file.

    Raises
    ------
    InputError
        If there is no such plate, or two plates are readings of the same wells: a run counts
        each well once.
    """
    if name and (of_reading := with_reading(plates, name)):
        return of_reading
    if name:
        chosen = choose_plate(plates, name, where=file)
        others = [plate.name for plate in plates if plate is not chosen]
        return (replace(chosen, unused=chosen.unused + quoted("plate", others)),)
    one_reading_each(plates, file, do="Add --plate with the number or the name of one of them")
    return plates


def _layout(
    options: PlateOptions, protocol: Protocol | None, file: Path | DataTable, plate: Plate
) -> PlateLayout:
    """The layout that is given, else that in the file of the plate, else that of the protocol."""
    if options.layout:
        return read_layout(file_or_table(options.layout), beside=plate.headings.lists)
    if own := layout_in_file(file, plate):
        return own
    if protocol is not None and protocol.layout:
        return layout_from_toml(protocol.layout, name=f"layout of {protocol.name}")
    raise InputError(
        "no layout is given",
        where="layout",
        allowed="It is a file with the role and contents of each well; a sheet may also have it "
        "itself: headings such as Total, NSB and DMI above the columns, and the concentrations "
        "beside the plate",
        do="Add --layout FILE",
    )


def _read(file: Path | DataTable, options: PlateOptions) -> tuple[Plate, ...]:
    given: dict[str, Any] = {
        "unit": options.unit or None,
        "plate_size": options.plate_size,
        "decimal": options.decimal or None,
        "reader": options.reader or None,
        "sheet": options.sheet or None,
    }
    return read_plates(
        file,
        keep_negative=True,
        **{name: value for name, value in given.items() if value is not None},
    )
