"""Plate files, a layout and what is stated about them become a ReadyAssay, without a study folder.

Affinity, saturation and kinetics ask for the same things; they differ in the kind of assay.
"""

from __future__ import annotations

import glob
from collections.abc import Generator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tricyclic.core.analysis_options import BindingMethod
from tricyclic.core.conditions import BindingConditions
from tricyclic.errors import InputError
from tricyclic.jobs._job import Progress, asked
from tricyclic.study.conditions import conditions

if TYPE_CHECKING:
    from tricyclic.jobs._found import Found
    from tricyclic.study.folder import ReadyAssay


@dataclass(frozen=True)
class PlatesRequest:
    """Plate files, which well holds what, and how the wells were incubated and counted."""

    plates: tuple[str, ...] = asked(
        "Raw files; every plate in them is one independent run", place=True, path=True
    )
    layout: str = asked(
        "Plate map (.toml, .csv or .xlsx); the protocol's own where left out", default="", path=True
    )
    protocol: str = asked(
        "Protocol that fixes what is not stated here; see: tricyclic protocols", default=""
    )
    compound: str = asked("What the compound is called where the layout does not say", default="")
    target: str = asked("What is bound to, such as NET", default="")
    radioligand: str = asked("What is hot, such as [3H]nisoxetine", default="")
    isotope: str = asked("3H, 125I, …", default="")
    radioligand_nM: float | str | None = asked("Radioligand added", default=None, unit="nM")
    kd_nM: float | str | None = asked(
        'Kd of the radioligand; "0.8 +/- 0.1 nM" carries its error', default=None, unit="nM"
    )
    specific_activity: float | str | None = asked("Specific activity", default=None, unit="Ci/mmol")
    reference_date: str = asked("Day of the specific activity, year-month-day", default="")
    assay_date: str = asked("Day of the assay, year-month-day", default="")
    efficiency: float | str | None = asked(
        "Counts per decay, 0 to 1", default=None, unit="fraction"
    )
    counting_time_min: float | str | None = asked(
        "Time each well was counted", default=None, unit="min"
    )
    background_cpm: float | str | None = asked("Counter background", default=None, unit="cpm")
    volume_uL: float | str | None = asked("Volume of a well", default=None, unit="uL")
    protein_ug: float | str | None = asked("Membrane protein in a well", default=None, unit="ug")
    unit: str = asked(
        "Unit of the readings where the file does not say: cpm, dpm, counts", default=""
    )
    plate_size: int | None = asked("Wells of the plate where the file does not say", default=None)
    decimal: str = asked(
        "Decimal mark where the file can be read in two ways", default="", choices=(".", ",")
    )
    reader: str = asked("Reader to use where none or several claim the file", default="")
    sheet: str = asked("Sheet of a workbook", default="")
    model: str = asked("Curve to fit; see: tricyclic curves", default="auto")
    variance: str = asked(
        "Variance model",
        default="auto",
        choices=("auto", "counting", "poisson", "proportional", "constant"),
    )
    confidence: float = asked("Coverage of the intervals", default=0.95)
    calibrate: int = asked("Simulations that calibrate the model tests; 0: none", default=0)
    outliers: str = asked(
        "Whether to suggest outliers; none is ever dropped",
        default="none",
        choices=("none", "suggest"),
    )
    out: str = asked("Report to write: .html, .pdf or .json", default="", path=True)


# what is asked -> the condition it states
_CONDITIONS = {
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
}


def analyse(request: PlatesRequest, kind: str) -> Generator[Progress, None, Found]:
    """Read, analyse and pool the plates of a request."""
    from tricyclic.jobs._binding import analyse_assay, curves_of, says_of, study_of_one
    from tricyclic.jobs._found import Found

    ending = Path(request.out).suffix.lower() if request.out else ""
    if ending not in ("", ".html", ".pdf", ".json"):
        raise InputError(
            f"a report ends in '{ending}'", where=request.out, allowed="It is .html, .pdf or .json"
        )
    ready = ready_assay(request, kind)
    curves = curves_of()
    assay = yield from analyse_assay(ready, curves)
    study = study_of_one(
        assay, ready, {file.name: file.stat().st_size for file in _files(request.plates)}
    )
    found = Found(study, {assay.name: ready.plan.method}, says=says_of(study, curves))
    if not request.out:
        return found
    from tricyclic.jobs._report import report_bytes

    return replace(found, to_write={request.out: report_bytes(found, ending)})


def ready_assay(request: PlatesRequest, kind: str) -> ReadyAssay:
    """Read all plates of a request, with roles and conditions.

    Raises
    ------
    InputError
        If a file is missing or cannot be understood, or what is stated is not possible.
    """
    from tricyclic.io.library.protocols import protocol as named
    from tricyclic.study.folder import ReadyAssay, ReadyPlate, named_competitors
    from tricyclic.study.plan import AssayPlan

    protocol = named(request.protocol) if request.protocol else None
    if protocol and (protocol.kind == "competition") != (kind == "competition"):
        verb = {"competition": "affinity", "saturation": "saturation", "homologous": "saturation"}
        raise InputError(
            f"the protocol {protocol.name} is a {protocol.kind}",
            where="protocol",
            do=f"Ask for it with: tricyclic {verb.get(protocol.kind, 'kinetics')}",
        )
    stated = {
        condition: getattr(request, name)
        for name, condition in _CONDITIONS.items()
        if getattr(request, name) not in (None, "")
    }
    incubated = conditions(
        protocol.conditions if protocol else BindingConditions(), stated, where="the options"
    )
    compound = request.compound or (protocol.compound if protocol else "")
    chosen: dict[str, Any] = {
        field.name: getattr(request, field.name)
        for field in fields(BindingMethod)
        if hasattr(request, field.name)
    }
    method = BindingMethod(**chosen)
    layout = _layout(request, protocol)
    runs = []
    for file in _files(request.plates):
        plates = _read(file, request)
        for plate in plates:
            applied = layout.apply(plate)
            wells = named_competitors(applied.wells, compound)
            run = file.stem if len(plates) == 1 else f"{file.stem} {plate.name}"
            runs.append(ReadyPlate(run, "", replace(applied, name=run, wells=wells), incubated))
    names = [run.run for run in runs]
    runs = [
        replace(r, run=f"{r.run} ({n})") if names.count(r.run) > 1 else r
        for n, r in enumerate(runs, 1)
    ]
    plan = AssayPlan(
        name=incubated.target or "assay",
        title="",
        kind=kind,
        protocol=request.protocol,
        compound=compound,
        species="",
        plates=(),
        tables=(),
        conditions={},
        method=method,
    )
    return ReadyAssay(plan, kind, protocol, tuple(runs))


def _layout(request: PlatesRequest, protocol: Any) -> Any:
    from tricyclic.io.plate_layout import layout_from_toml, read_layout

    if request.layout:
        return read_layout(Path(request.layout))
    if protocol is not None and protocol.layout:
        return layout_from_toml(protocol.layout, name=f"layout of {protocol.name}")
    raise InputError(
        "no layout was given",
        where="layout",
        allowed="It says which well holds what",
        do="Add --layout FILE",
    )


def _files(asked_for: tuple[str, ...] | str) -> list[Path]:
    names = (asked_for,) if isinstance(asked_for, str) else asked_for
    if not names:
        raise InputError("no plate file was named", where="plates")
    found: list[Path] = []
    for name in names:
        matches = (
            sorted(glob.glob(name)) if glob.has_magic(name) and not Path(name).exists() else [name]
        )
        if not matches:
            raise InputError("no file fits this pattern", where=name)
        found += [Path(match) for match in matches]
    return found


def _read(file: Path, request: PlatesRequest) -> tuple[Any, ...]:
    from tricyclic.io.open import read_plates

    stated: dict[str, Any] = {
        "unit": request.unit or None,
        "plate_size": request.plate_size,
        "decimal": request.decimal or None,
        "reader": request.reader or None,
        "sheet": request.sheet or None,
    }
    return read_plates(
        file,
        keep_negative=True,
        **{name: value for name, value in stated.items() if value is not None},
    )
