"""Any curve on the shelf, fitted to columns of a table file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.jobs._job import Job, asked

if TYPE_CHECKING:
    from tricyclic.records.estimate import Fit
    from tricyclic.records.method import Variance


@dataclass(frozen=True)
class Request:
    """Fit a curve of the shelf, or one of your own folder, to columns of a table.

    `tricyclic fit data.csv --curve logistic_4pl --y response --x concentration_M=conc_nM:nM`
    """

    file: str = asked("The table (.csv, .xlsx, .pzfx, .prism)", place=True, path=True)
    curve: str = asked("Name of the curve; see: tricyclic curves")
    y: tuple[str, ...] = asked("Column of readings; give it again for replicates")
    x: tuple[str, ...] = asked("What the curve wants = column, with its unit: concentration_M=conc_nM:nM")
    table: str = asked("Table of the file, where it holds several", default="")
    y_unit: str = asked("Unit of the readings", default="unknown")
    given: tuple[str, ...] = asked("A value held fixed: log10_kd=-9.1", default=())
    free: tuple[str, ...] = asked("A given parameter to fit after all", default=())
    variance: str = asked("Variance model", default="constant", choices=("constant", "proportional"))
    confidence: float = asked("Coverage of the intervals", default=0.95)
    folder: str = asked("Your own folder of curves", default="", path=True)


@dataclass(frozen=True)
class Result:
    """How the curve came out."""

    curve: str
    says: str
    fit: Fit

    @property
    def stop(self) -> bool:
        """Whether the fit failed, or a check says stop."""
        return not self.fit.ok or any(check.level == "stop" for check in self.fit.checks)

    def as_json(self) -> dict[str, Any]:
        """As plain data, with readings, expected values and residuals."""
        from tricyclic.records.plain import as_plain

        plain: dict[str, Any] = as_plain(self.fit)
        return {"curve": self.curve, "says": self.says, "fit": plain}


def run(request: Request) -> Result:
    """Read the table and fit."""
    from tricyclic.curves import SHELF
    from tricyclic.fitting.fit import fit
    from tricyclic.readers.open import read_tables
    from tricyclic.shelf import Shelf
    from tricyclic.studies.plan import TablePlan
    from tricyclic.studies.tables import series_from

    shelf = Shelf(SHELF.kind, SHELF.package, SHELF.attribute)
    if request.folder:
        shelf.add_folder(request.folder)
    curve = shelf[request.curve]
    known = [column.name for column in curve.columns]
    x: dict[str, tuple[str, str]] = {}
    for text in request.x:
        name, column, unit = _setting(text)
        if name not in known:
            raise UnknownNameError.among(f"column of {curve.name}", name, known, where="x")
        x[name] = (column, unit)
    for column in curve.columns:
        if column.default is None and column.name not in x:
            raise InputError(
                f"{curve.name} also wants {column.name}, {column.says}",
                where="x",
                do=f"Add --x {column.name}=COLUMN",
            )
    plan = TablePlan(
        file=Path(request.file).name, run="1", unit=request.y_unit, table=request.table, response=request.y, x=x,
        where=Path(request.file).name,
    )  # fmt: skip
    series = series_from(read_tables(Path(request.file)), plan, name=curve.name)
    given = dict(_given(text, [p.name for p in curve.parameters]) for text in request.given)
    found = fit(
        series,
        curve,
        given=given,
        free=request.free,
        variance=cast("Variance", request.variance),
        confidence=request.confidence,
    )
    return Result(curve.name, curve.says, found)


def _setting(text: str) -> tuple[str, str, str]:
    name, equals, rest = text.partition("=")
    column, _, unit = rest.rpartition(":") if ":" in rest else (rest, "", "")
    if not equals or not column:
        raise InputError(
            f"'{text}' is not name=column:unit", where="x", allowed="Such as concentration_M=conc_nM:nM"
        )
    return name.strip(), column.strip(), unit.strip()


def _given(text: str, known: list[str]) -> tuple[str, float]:
    name, _, value = text.partition("=")
    if name.strip() not in known:
        raise UnknownNameError.among("parameter", name.strip(), known, where="given")
    try:
        return name.strip(), float(value)
    except ValueError:
        raise InputError(
            f"'{text}' is not name=number", where="given", allowed="Such as log10_kd=-9.1"
        ) from None


JOB = Job("fit", "Fit any curve of the shelf to a table", Request, run)
