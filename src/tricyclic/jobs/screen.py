"""Many plates become one judgement: what each plate is worth, which compounds are hits, how potent they are."""

from __future__ import annotations

import glob
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tricyclic.errors import InputError
from tricyclic.jobs._folder import folder_for
from tricyclic.jobs._job import Job, Progress, asked

if TYPE_CHECKING:
    from tricyclic.core.plate import Plate
    from tricyclic.results.screening import Screen


@dataclass(frozen=True)
class Request:
    """Judge the plates of a screen: controls, patterns, drift, hits, curves and potencies.

    Plates come as files of readings with one layout for all (high controls: total, low controls: non_specific, compounds: competition
    or response), or as long tables with columns plate, well, role, value, compound and concentration_uM.
    """

    plates: tuple[str, ...] = asked(
        "Files of plates, in the order in which they were run", place=True, path=True
    )
    layout: str = asked(
        "Plate map (.toml, .csv or .xlsx) of all plates; long tables hold their own roles",
        default="",
        path=True,
    )
    compounds: str = asked(
        "Table that says which compound is in which well: plate, well, compound, concentration_uM",
        default="",
        path=True,
    )
    name: str = asked("What the screen is called in the report", default="Screen")
    fdr: float = asked("False discovery rate of the calls", default=0.05)
    min_effect: float = asked(
        "Least effect of a hit, in percent of the control window", default=30.0
    )
    confidence: float = asked("Coverage of the intervals of IC50", default=0.95)
    seed: int = asked("Seed of the simulations that calibrate F", default=20240501)
    unit: str = asked("Unit of the readings where the file does not say", default="")
    plate_size: int | None = asked("Wells of the plate where the file does not say", default=None)
    decimal: str = asked(
        "Decimal mark where the file can be read in two ways", default="", choices=(".", ",")
    )
    reader: str = asked("Reader to use where none or several claim a file", default="")
    sheet: str = asked("Sheet of a workbook", default="")
    out: str = asked("Folder for screen.html, screen.json and tables", default="", path=True)


@dataclass(frozen=True)
class Result:
    """The screen, and the files that the door is to write."""

    screen: Screen
    to_write: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def stop(self) -> bool:
        """Whether every plate failed; single failed plates are told, and take no part in the calls."""
        return all(plate.level == "stop" for plate in self.screen.plates)

    def as_json(self) -> dict[str, Any]:
        """As plain data: each plate with its doubts, each hit, each curve; single wells stand in effects.csv."""
        from tricyclic.core.serialize import as_plain

        screen = self.screen
        plain: dict[str, Any] = {
            "name": screen.name,
            "synthetic": screen.synthetic,
            "fdr": screen.fdr,
            "effect_at_least_percent": screen.effect_at_least,
            "settings": dict(screen.settings),
            "checks": as_plain(screen.checks),
        }
        plates = []
        for plate in screen.plates:
            row = {
                field.name: getattr(plate, field.name)
                for field in fields(plate)
                if field.name not in ("activity", "left")
            }
            row["checks"] = [check for check in plate.checks if check.level != "fine"]
            plates.append(as_plain(row) | {"level": plate.level})
        plain["plates"] = plates
        plain["well_hits"] = [as_plain(hit) for hit in screen.wells if hit.hit]
        plain["wells_tested"] = len(screen.wells)
        plain["curves"] = [as_plain(curve) for curve in screen.curves]
        plain["potencies"] = [as_plain(potency) for potency in screen.potencies]
        plain["classes"] = dict(screen.classes)
        return plain

    def as_text(self) -> str:
        """The screen on a terminal: what to doubt, which plates, which hits."""
        from collections import Counter

        from tricyclic.core.estimate import interval
        from tricyclic.core.format import figures

        s = self.screen
        levels = Counter(plate.level for plate in s.plates)
        lines = ["Synthetic data"] if s.synthetic else []
        lines.append(
            f"{s.name}   {len(s.plates)} plates: {levels['fine']} fine, {levels['look']} look, {levels['stop']} stop"
        )
        for check in s.checks:
            if check.level != "fine":
                lines.append(
                    f"  {check.level}   {check.where + ': ' if check.where else ''}{check.says}. {check.advice}".rstrip()
                )
        doubts = Counter(
            (c.level, c.name) for plate in s.plates for c in plate.checks if c.level != "fine"
        )
        for (level, what), count in sorted(
            doubts.items(), key=lambda item: (item[0][0] != "stop", -item[1])
        ):
            lines.append(
                f"  {level}   {what.replace('_', ' ')} on {count} plate{'s' if count > 1 else ''}"
            )
        rule = f"false discovery rate {s.fdr:g}, effect of {s.effect_at_least:g} % or more"
        if s.wells:
            hits = [hit for hit in s.wells if hit.hit]
            lines += [
                "",
                f"{len(hits)} hits among {len(s.wells)} compounds at one concentration ({rule})",
            ]
            lines += [
                f"  {h.compound}   {figures(h.effect_percent, 2)} %   z {figures(h.z, 2)}   q {h.q:.2g}"
                for h in hits[:10]
            ]
            lines += [f"  and {len(hits) - 10} more"] if len(hits) > 10 else []
        if s.curves:
            called = sorted(
                (c for c in s.curves if c.hit), key=lambda c: (c.ic50.relation == ">", c.ic50.value)
            )
            lines += ["", f"{len(called)} hits among {len(s.curves)} curves ({rule})"]
            for c in called[:10]:
                sign = "" if c.ic50.relation == "=" else f"{c.ic50.relation} "
                lines.append(
                    f"  {c.compound}   IC50 {sign}{figures(c.ic50.value)} nM   95 %: {interval(c.ic50)}   {c.says}".replace(
                        "95 %", f"{100 * c.ic50.confidence:g} %"
                    )
                )
            lines += [f"  and {len(called) - 10} more"] if len(called) > 10 else []
            kinds = Counter(c.kind for c in s.curves)
            lines.append(
                "  classes: " + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
            )
        return "\n".join(lines)


def run(request: Request) -> Generator[Progress, None, Result]:
    """Read all plates, judge them together, and write what was asked for."""
    import numpy as np

    from tricyclic.assays.screening.analysis import judge_screen

    files = _files(request.plates)
    folder_for(request.out, "out")
    layout = _layout(request)
    compounds = _compounds(request)
    plates: list[Plate] = []
    total = len(files) + 2
    for done, file in enumerate(files):
        yield Progress(done, total, f"reading {file.name}")
        plates += _read(file, request, layout)
    if compounds is not None:
        from tricyclic.io.screen_table import with_compounds

        plates = [with_compounds(plate, compounds) for plate in plates]
    yield Progress(total - 2, total, f"judging {len(plates)} plates")
    screen = judge_screen(
        plates,
        rng=np.random.default_rng(request.seed),
        name=request.name,
        fdr=request.fdr,
        effect_at_least=request.min_effect,
        confidence=request.confidence,
    )
    screen = replace(screen, settings=_settings(request, files))
    found = Result(screen)
    if not request.out:
        return found
    yield Progress(total - 1, total, "drawing and writing")
    return replace(found, to_write=_written(found, Path(request.out)))


def _written(found: Result, out: Path) -> dict[str, bytes]:
    from tricyclic._version import __version__
    from tricyclic.assays.screening.plate_quality import Z_PRIME_AT_LEAST
    from tricyclic.jobs._json import as_json_bytes
    from tricyclic.plotting.screen_map import median_map, over_plates
    from tricyclic.reports.screen import screen_html, screen_tables

    screen = found.screen
    drawings = [over_plates(screen.plates, limit=Z_PRIME_AT_LEAST, pdf=False)]
    for size, left in screen.by_place.items():
        count = sum(plate.size == size for plate in screen.plates)
        drawings.append(median_map(left, plates=count, name=f"median-{size}", pdf=False))
    page = screen_html(screen, drawings, version=__version__, z_limit=Z_PRIME_AT_LEAST)
    files = {
        "screen.html": page.encode(),
        "screen.json": as_json_bytes(
            {"schema": "tricyclic-screen/1", "version": __version__} | found.as_json()
        ),
    }
    files |= {name: text.encode() for name, text in screen_tables(screen).items()}
    return {str(out / name): data for name, data in files.items()}


def _settings(request: Request, files: list[Path]) -> tuple[tuple[str, str], ...]:
    listed = ", ".join(file.name for file in files[:3]) + (
        f" and {len(files) - 3} more" if len(files) > 3 else ""
    )
    told = [
        ("Files", listed),
        ("Layout", Path(request.layout).name if request.layout else "roles stand in the tables"),
    ]
    if request.compounds:
        told.append(("Compounds", Path(request.compounds).name))
    return (
        *told,
        ("Intervals", f"{100 * request.confidence:g} %"),
        ("Seed of the calibration", str(request.seed)),
    )


def _layout(request: Request) -> Any:
    if not request.layout:
        return None
    from tricyclic.io.plate_layout import read_layout

    return read_layout(Path(request.layout))


def _compounds(request: Request) -> Any:
    if not request.compounds:
        return None
    from tricyclic.io.screen_table import read_compounds

    return read_compounds(request.compounds, decimal=request.decimal or None)


def _read(file: Path, request: Request, layout: Any) -> list[Plate]:
    from tricyclic.io.open import read_plates
    from tricyclic.io.screen_table import read_screen_table

    decimal, sheet = request.decimal or None, request.sheet or None
    if layout is None:
        found = read_screen_table(
            file, sheet=sheet, decimal=decimal, unit=request.unit, plate_size=request.plate_size
        )
        if not found:
            # Says first what is wrong with the file itself, where something is.
            read_plates(file, keep_negative=True, **_stated(request))
            raise InputError(
                "the file does not say what its wells hold",
                where=file.name,
                do="Add --layout FILE, or a column 'role' (total, non_specific, competition)",
            )
        return list(found)
    found = read_plates(file, keep_negative=True, **_stated(request))
    # A file that holds one plate names it by the file; a list names each.
    return [layout.apply(plate) for plate in found]


def _stated(request: Request) -> dict[str, Any]:
    stated = {
        "unit": request.unit,
        "plate_size": request.plate_size,
        "decimal": request.decimal,
        "reader": request.reader,
        "sheet": request.sheet,
    }
    return {name: value for name, value in stated.items() if value not in (None, "")}


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


JOB = Job("screen", "Judge the plates of a screen and call its hits", Request, run)
