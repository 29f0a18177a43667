"""A study in one workbook: made from a protocol with simulated readings, and analysed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np

from tricyclic._version import __version__
from tricyclic.assays.binding.simulate_plate import Design, simulate_plate
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.format import format_number
from tricyclic.core.plate import Role, Well
from tricyclic.core.plate_layout import PlateLayout, WellBlock
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.protocol import Protocol
from tricyclic.core.scattered_layout import scattered_layout
from tricyclic.errors import InputError
from tricyclic.io.atomic import write_file
from tricyclic.io.plate_layout import layout_from_toml
from tricyclic.io.study_workbook import ROWS, read_workbook_conditions, study_workbook
from tricyclic.reports.files.study import study_files
from tricyclic.results.study_run import StudyRunResult, VerifyResult
from tricyclic.study.results_folder import (
    MANIFEST,
    beside_workbook,
    find_damage,
    manifest_of,
    read_manifest,
    save_beside,
    sha256_of_file,
)
from tricyclic.units import convert
from tricyclic.workflows.commands import COMMANDS
from tricyclic.workflows.study.outputs import compared_with

NAME = "study.xlsx"
# True values of the simulated readings, which a user replaces by own ones.
KI_nM, BMAX_fmol_per_mg, CV = 2.0, 900.0, 0.04
# Conditions that protocols leave open.
ASSUMED: Mapping[str, float] = {
    "counting_efficiency": 0.45,
    "counting_time_min": 1.0,
    "background_cpm": 25.0,
}
_COMMANDS = {
    "competition": "affinity",
    "saturation": "saturation",
    "homologous": "saturation",
    "association": "kinetics",
    "dissociation": "kinetics",
    "association_then_dissociation": "kinetics",
}
# Rate of the simulated readings of an experiment over time: a half-life of 23 min.
KOFF_per_min = 0.03
# Times of the columns of its plate [min], and when dissociation starts.
TIMES_min: Mapping[str, tuple[float, ...]] = {
    "association": (0.5, 1, 2, 4, 7, 10, 15, 20, 30, 45, 60, 90),
    "dissociation": (0, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 150),
    "association_then_dissociation": (2, 5, 10, 20, 40, 60, 65, 75, 90, 110, 140, 180),
}
SWITCH_min = 60.0
_WORDS = {
    Role.TOTAL: "Total",
    Role.NON_SPECIFIC: "NSB",
    Role.BACKGROUND: "Blank",
    Role.ADDED: "Added",
    Role.EMPTY: "Empty",
}


def is_workbook_study(path: Path) -> bool:
    """Whether a study is a workbook and not a folder."""
    return path.suffix.lower() == ".xlsx" and not path.is_dir()


def write_workbook_study(
    target: Path,
    protocol: Protocol,
    rng: np.random.Generator | None,
    seed: int,
    *,
    experiment: str = "",
) -> Path:
    """Write the workbook of a protocol; its path.

    Parameters
    ----------
    target : Path
        The workbook, or a folder for it.
    protocol : Protocol
    rng : Generator or None
        Scatters the wells of the layout.
    seed : int
        Of the simulated readings.
    experiment : str
        An experiment over time, instead of that of the protocol.

    Raises
    ------
    InputError
        If the file exists, or the protocol has no layout.
    """
    path = target if is_workbook_study(target) else target / NAME
    if path.exists():
        raise InputError("exists", where=str(path), do="Name a new file or folder")
    conditions = _conditions(protocol)
    if experiment:
        conditions = _kinetic_conditions(conditions, experiment, protocol)
        hot = conditions.radioligand_nM
        layout = _kinetic_layout(experiment, hot.value if hot else 1.0, rng)
    else:
        layout = _layout(protocol, rng)
    truth, words = _truth(protocol, layout, conditions)
    if experiment:
        kon = KOFF_per_min / (truth.kd_nM * 1e-9)
        truth = replace(truth, kon_per_M_min=kon)
        words = words.replace("; clear", f", koff {KOFF_per_min:g} per min; clear", 1)
    design = experiment or "equilibrium"
    plate = simulate_plate(
        conditions,
        layout,
        truth,
        np.random.default_rng(seed),
        cv=CV,
        design=cast("Design", design),
        switch_min=conditions.dissociation_start_min,
    )
    values = _values(conditions) | {
        "kind": experiment or protocol.kind,
        "title": protocol.title,
        "unit": "cpm",
        "synthetic": words,
    }
    content = study_workbook(
        protocol.title,
        {well.name: float(round(well.value)) for well in plate.wells},
        {name: _word(well) for name, well in layout.planned_wells.items()},
        values,
        size=layout.size,
    )
    write_file(path, content)
    return path


def run_workbook_study(path: Path, on_progress: ProgressCallback | None = None) -> StudyRunResult:
    """Analyse a workbook; report, tables and figures are written into a folder beside it.

    Raises
    ------
    InputError
        If it has no sheet of conditions with the kind of the experiment, or cannot be read.
    """
    result, files = _analysed(path, on_progress)
    folder = beside_workbook(path)
    save_beside(folder, files)
    return replace(result, folder=str(folder))


def verify_workbook_study(path: Path, on_progress: ProgressCallback | None = None) -> VerifyResult:
    """Analyse a workbook again, and compare with the files beside it, byte for byte.

    Raises
    ------
    InputError
        If it was never run, or cannot be read.
    """
    folder = beside_workbook(path)
    if not (folder / MANIFEST).is_file():
        raise InputError(
            "has no results yet", where=str(path), do=f"Run it first: tricyclic study run {path}"
        )
    manifest = read_manifest(folder)
    difference = find_damage(folder)
    if not difference and manifest.get("inputs", {}).get(path.name) != sha256_of_file(path):
        difference = f"{path.name} has changed since the results were written; run it again"
    if not difference and manifest.get("version") != __version__:
        difference = f"the results are of version {manifest.get('version')}; run the workbook again"
    return compared_with(folder, path, difference, lambda: _analysed(path, on_progress)[1])


def _analysed(
    path: Path, on_progress: ProgressCallback | None
) -> tuple[StudyRunResult, dict[str, bytes]]:
    """The result of a workbook, and its files with their manifest."""
    given = read_workbook_conditions(path)
    if given is None or given.kind not in _COMMANDS:
        raise InputError(
            "has no sheet 'Conditions' with the row 'Experiment'"
            if given is None or not given.kind
            else f"the experiment is '{given.kind}'",
            where=path.name,
            allowed="An experiment is one of: " + ", ".join(_COMMANDS),
            do="Start from: tricyclic study new binding FOLDER --excel",
        )
    name = f"binding {_COMMANDS[given.kind]}"
    command = next(one for one in COMMANDS if one.full_name == name)
    kind = {} if given.kind == "competition" else {"kind": given.kind}
    options = command.load_options()(plates=(str(path),), **kind)
    result = command.load_run()(options, on_progress)
    assert isinstance(result, StudyRunResult)
    sha256 = sha256_of_file(path)
    return result, manifest_of(sha256, {path.name: sha256}, study_files(result))


def _kinetic_layout(
    experiment: str, radioligand_nM: float, rng: np.random.Generator | None
) -> PlateLayout:
    """A time for each column: totals in rows A to C, non-specific wells in D and E. Without a
    dissociation, kon and koff are only determined by several concentrations of the radioligand.
    """
    rows: tuple[tuple[str, Role, tuple[float, ...]], ...] = (
        ("AC", Role.TOTAL, ()),
        ("DE", Role.NON_SPECIFIC, ()),
    )
    if experiment == "association":
        levels = [(float(f"{radioligand_nM * factor:.3g}"),) for factor in (0.4, 1.0, 4.0)]
        rows = tuple(
            (letters, role, level)
            for level, pair in zip(levels, (("AB", "CC"), ("DE", "FF"), ("GG", "HH")), strict=True)
            for letters, role in zip(pair, (Role.TOTAL, Role.NON_SPECIFIC), strict=True)
        )
    blocks = tuple(
        WellBlock(
            f"{letters[0]}{column}:{letters[1]}{column}",
            role,
            times_min=(time,),
            radioligand_nM=level,
        )
        for column, time in enumerate(TIMES_min[experiment], 1)
        for letters, role, level in rows
    )
    layout = PlateLayout(96, blocks, name=f"layout of {experiment}")
    return layout if rng is None else scattered_layout(layout, rng)


def _kinetic_conditions(
    conditions: BindingConditions, experiment: str, protocol: Protocol
) -> BindingConditions:
    """Conditions of an experiment over time, whose wells are incubated for different times."""
    if conditions.radioligand_nM is None:
        raise InputError(
            f"the protocol {protocol.name} has no concentration of the radioligand",
            where="protocol",
            do="Choose one of a competition: tricyclic library protocols",
        )
    switch = SWITCH_min if experiment == "association_then_dissociation" else None
    before = (conditions.incubation_min or SWITCH_min) if experiment == "dissociation" else None
    return replace(conditions, incubation_min=before, dissociation_start_min=switch)


def _layout(protocol: Protocol, rng: np.random.Generator | None) -> PlateLayout:
    if not protocol.layout:
        raise InputError(
            f"the protocol {protocol.name} has no plate layout",
            where="protocol",
            do="Choose another: tricyclic library protocols",
        )
    layout = layout_from_toml(protocol.layout, name=f"layout of {protocol.name}")
    return layout if rng is None else scattered_layout(layout, rng)


def _conditions(protocol: Protocol) -> BindingConditions:
    conditions = protocol.conditions
    units = {"counting_efficiency": ""}
    for name, value in ASSUMED.items():
        if getattr(conditions, name) is None:
            own = MeasuredValue(value, units[name]) if name in units else value
            conditions = replace(conditions, **{name: own})  # type: ignore[arg-type]
    return conditions


def _truth(
    protocol: Protocol, layout: PlateLayout, conditions: BindingConditions
) -> tuple[TrueValues, str]:
    """True values of the simulated readings, and the sentence that states them."""
    kd = conditions.radioligand_kd_nM
    if kd is None:
        levels = sorted(
            {w.radioligand_nM for w in layout.planned_wells.values() if w.radioligand_nM}
        )
        kd_nM = math.sqrt(levels[0] * levels[-1]) if levels else 1.0
    else:
        kd_nM = kd.value
    names = {w.compound for w in layout.planned_wells.values() if w.role is Role.COMPETITION}
    ki = dict.fromkeys(sorted(names), KI_nM)
    truth = TrueValues(kd_nM, BMAX_fmol_per_mg, ki)
    listed = "".join(f", Ki of {name} {KI_nM:g} nM" for name in ki)
    return truth, (
        f"readings simulated with Kd {format_number(kd_nM)} nM, Bmax {BMAX_fmol_per_mg:g} "
        f"fmol/mg{listed}; clear this cell when you enter your own"
    )


def _values(conditions: BindingConditions) -> dict[str, str | float]:
    """Conditions as numbers in the units of their rows, or as text."""
    values: dict[str, str | float] = {}
    for row in ROWS:
        value = getattr(conditions, row.name, None)
        if isinstance(value, MeasuredValue):
            number = _in(value.value, value.unit, row.unit)
            se = _in(value.se, value.unit, row.unit)
            values[row.name] = f"{number:.6g} +/- {se:.3g}" if se else number
        elif isinstance(value, float):
            values[row.name] = _in(value, _UNIT.get(row.name, row.unit), row.unit)
        elif isinstance(value, str) and value:
            values[row.name] = value
    return values


_UNIT = {"nsb_drug_M": "M"}


def _in(value: float, unit: str, target: str) -> float:
    if target == "%":
        return float(f"{value * 100:.10g}")
    return float(f"{convert(value, unit, target):.10g}")


def _word(well: Well) -> str:
    """Content of a well as a cell of a layout."""
    if well.role is Role.COMPETITION:
        text = f"{well.compound} {_concentration(well.concentration_M)}"
    else:
        text = _WORDS.get(well.role, well.role.value)
    hot = well.radioligand_nM
    if well.time_min is not None:
        text = f"{text} {format_exact(well.time_min)} min"
    return text if hot is None else f"{text} @ {format_exact(hot)} nM"


def _concentration(molar: float) -> str:
    for unit, factor in (("mM", 1e-3), ("uM", 1e-6), ("nM", 1e-9)):
        if molar >= factor:
            return f"{format_exact(molar / factor)} {unit}"
    return f"{format_exact(molar / 1e-12)} pM"


def format_exact(value: float) -> str:
    """A number with the digits that matter to a pipette, six at most."""
    return f"{value:.6g}"
