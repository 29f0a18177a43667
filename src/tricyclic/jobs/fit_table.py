"""Any curve on the shelf, fitted to columns of a table file; or one logistic to each of many curves in one file."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.jobs._job import Job, Progress, asked

if TYPE_CHECKING:
    from tricyclic.core.analysis_options import Variance
    from tricyclic.core.estimate import Fit
    from tricyclic.fitting.many import Asked
    from tricyclic.jobs._fit_many import Many


_MANY = {"logistic_4pl": "4pl", "logistic_3pl": "3pl"}


@dataclass(frozen=True)
class Request:
    """Fit a curve of the shelf, or one of your own folder, to columns of a table; or a logistic to every curve of a large file.

    `tricyclic fit data.csv --curve logistic_4pl --y response --x concentration_M=conc_nM:nM`

    `tricyclic fit curves.parquet --out fits.parquet`
    """

    file: str = asked(
        "The table (.csv, .xlsx, .pzfx, .prism), or a file of many curves (.parquet, .csv, .csv.gz)",
        place=True,
        path=True,
    )
    curve: str = asked("Name of the curve; see: tricyclic curves", default="")
    y: tuple[str, ...] = asked("Column of readings; give it again for replicates", default=())
    x: tuple[str, ...] = asked(
        "What the curve wants = column, with its unit: concentration_M=conc_nM:nM", default=()
    )
    table: str = asked("Table of the file, where it holds several", default="")
    y_unit: str = asked("Unit of the readings", default="unknown")
    given: tuple[str, ...] = asked("A value held fixed: log10_kd=-9.1", default=())
    free: tuple[str, ...] = asked("A given parameter to fit after all", default=())
    variance: str = asked(
        "Variance model", default="constant", choices=("constant", "proportional")
    )
    confidence: float = asked("Coverage of the intervals", default=0.95)
    folder: str = asked("Your own folder of curves", default="", path=True)
    out: str = asked(
        "Many curves: where one row per curve is written (.parquet, .csv)", default="", path=True
    )
    model: str = asked(
        "Many curves: 4pl, or 3pl, which holds hill at 1", default="", choices=("4pl", "3pl")
    )
    hill: float | None = asked("Many curves: value at which hill is held", default=None)
    limits: str = asked(
        "Many curves: coverage of the limits of log10 IC50, or none", default="0.95"
    )
    workers: int | None = asked(
        "Many curves: threads; as many as there are cores where left out", default=None
    )
    scheduler: str = asked(
        "Many curves: address of a Dask scheduler, such as tcp://host:8786", default=""
    )
    chunk: int | None = asked(
        "Many curves: readings that are read together, at least", default=None
    )


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
        from tricyclic.core.serialize import as_plain

        plain: dict[str, Any] = as_plain(self.fit)
        return {"curve": self.curve, "says": self.says, "fit": plain}


def run(request: Request) -> Result | Generator[Progress, None, Many]:
    """Read the table and fit; many curves on their way tell how far they are."""
    return _many(request) if _is_many(request) else _one(request)


def _is_many(request: Request) -> bool:
    if request.y or request.x:
        return False
    return (
        bool(request.out)
        or request.curve in ("", *_MANY)
        or _suffix(request) in (".parquet", ".pq")
    )


def _many(request: Request) -> Generator[Progress, None, Many]:
    from tricyclic.jobs._fit_many import fit_many

    if request.curve and request.curve not in _MANY:
        raise InputError(
            f"'{request.curve}' is not fitted to a file of many curves",
            where="curve",
            allowed=" or ".join(_MANY),
            do="To fit it to one table, say --y and --x",
        )
    if (
        request.out == ""
        and _suffix(request) not in (".parquet", ".pq", ".gz")
        and not request.curve
    ):
        raise InputError(
            "neither a curve nor a place for the results of many curves is named",
            where=Path(request.file).name,
            do="Add --curve, --y and --x to fit one table, or --out fits.parquet to fit every curve in it",
        )
    return fit_many(
        request.file,
        request.out,
        _asked(request),
        workers=request.workers,
        scheduler=request.scheduler,
        rows_a_block=request.chunk,
    )


def _asked(request: Request) -> Asked:
    from tricyclic.fitting.many import Asked

    model = request.model or _MANY.get(request.curve, "4pl")
    if request.model and request.curve and _MANY[request.curve] != request.model:
        raise InputError(
            f"'{request.curve}' is not the {request.model} model",
            where="model",
            do="Say one of the two",
        )
    given = dict(_given(text, ["hill", "top", "bottom"]) for text in request.given)
    if request.hill is not None:
        given["hill"] = request.hill
    try:
        limits = None if request.limits.strip().lower() == "none" else float(request.limits)
    except ValueError:
        raise InputError(
            f"is '{request.limits}'",
            where="limits",
            allowed="Between 0 and 1, such as 0.95, or none",
        ) from None
    return Asked(
        cast("Any", model), given.get("hill"), given.get("top"), given.get("bottom"), limits
    )


def _suffix(request: Request) -> str:
    return Path(request.file).suffix.lower()


def _one(request: Request) -> Result:
    from tricyclic.curves import SHELF
    from tricyclic.fitting.fit import fit
    from tricyclic.io.open import read_tables
    from tricyclic.registry import Shelf
    from tricyclic.study.plan import TablePlan
    from tricyclic.study.tables import series_from

    shelf = Shelf(SHELF.kind, SHELF.package, SHELF.attribute)
    if request.folder:
        shelf.add_folder(request.folder)
    curve = shelf[request.curve]
    known = [column.name for column in curve.columns]
    if not request.y:
        raise InputError("no column of readings is named", where="y", do="Add --y COLUMN")
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
        file=Path(request.file).name,
        run="1",
        unit=request.y_unit,
        table=request.table,
        response=request.y,
        x=x,
        where=Path(request.file).name,
    )
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
            f"'{text}' is not name=column:unit",
            where="x",
            allowed="Such as concentration_M=conc_nM:nM",
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
