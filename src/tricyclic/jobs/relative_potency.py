"""Two dose-response curves of a table become a relative potency, and the answer to whether they are parallel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.jobs._job import Job, asked

if TYPE_CHECKING:
    from tricyclic.core.analysis_options import Variance
    from tricyclic.core.series import Series
    from tricyclic.results.reproducibility import RelativePotency


@dataclass(frozen=True)
class Request:
    """Find how many times as potent samples are as a reference.

    A long table with columns sample, concentration_nM (any unit in the name) and response; a row per well.
    """

    file: str = asked("Table (.csv, .xlsx)", place=True, path=True)
    reference: str = asked("Which sample is the reference")
    sample: str = asked("Column that names the samples", default="sample")
    dose: str = asked(
        "Column of concentrations; the one that begins with conc or dose where left out", default=""
    )
    response: str = asked("Column of readings", default="response")
    variance: str = asked(
        "Variance model", default="constant", choices=("constant", "proportional")
    )
    confidence: float = asked("Coverage of the interval", default=0.95)
    decimal: str = asked(
        "Decimal mark where the file can be read in two ways", default="", choices=(".", ",")
    )
    sheet: str = asked("Sheet of a workbook", default="")


@dataclass(frozen=True)
class Result:
    """One relative potency per sample."""

    found: tuple[RelativePotency, ...]

    @property
    def stop(self) -> bool:
        """Whether a pair of curves was found not to be parallel."""
        return any(check.level == "stop" for one in self.found for check in one.checks)

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        from tricyclic.core.serialize import as_plain

        return {
            "potencies": [dict(as_plain(one)) | {"parallel": one.parallel} for one in self.found]
        }

    def as_text(self) -> str:
        """Potency with its interval, then what to doubt."""
        from tricyclic.core.format import figures

        lines = []
        for one in self.found:
            number = f"{figures(one.potency)}   {100 * one.confidence:g} %: {figures(one.low)} to {figures(one.high)}"
            told = f"potency {number}   with shapes of their own {figures(one.ratio_at_own_shape)}"
            if any(check.level == "stop" for check in one.checks):
                told = f"no potency to report (the number would be {number})"
            lines.append(f"{one.sample} over {one.reference}   {told}")
            lines += [
                f"  {c.level}   {c.says}{'. ' + c.advice if c.advice else ''}" for c in one.checks
            ]
        return "\n".join(lines)


def run(request: Request) -> Result:
    """Read the table and compare every sample with the reference."""
    from tricyclic.assays.potency.relative_potency import relative_potency
    from tricyclic.curves import SHELF

    series = _series(request)
    if request.reference not in series:
        raise UnknownNameError.among("sample", request.reference, series, where="reference")
    others = [name for name in series if name != request.reference]
    if not others:
        raise InputError(
            "there is only the reference",
            where=request.file,
            allowed="At least one other sample is compared with it",
        )
    variance = cast("Variance", request.variance)
    return Result(
        tuple(
            relative_potency(
                series[request.reference],
                series[name],
                SHELF["logistic_4pl"],
                variance=variance,
                confidence=request.confidence,
            )
            for name in others
        )
    )


def _series(request: Request) -> dict[str, Series]:
    import numpy as np

    from tricyclic.core.series import Series
    from tricyclic.jobs._potencies import potency_table, text_column
    from tricyclic.units import is_concentration, to_molar

    table = potency_table(request.file, decimal=request.decimal, sheet=request.sheet)
    dose = request.dose or next(
        (c for c in table.columns if c.lower().startswith(("conc", "dose"))), ""
    )
    if not dose:
        raise InputError(
            "no column of concentrations",
            where=table.file,
            allowed=f"There are: {', '.join(table.columns)}",
            do="Name it with --dose",
        )
    names = np.array(text_column(table, request.sample))
    x, y = table.numbers(dose), table.numbers(request.response)
    unit = table.units.get(dose, "unknown")
    if not is_concentration(unit):
        raise InputError(
            f"the unit of column '{dose}' is {unit}",
            where=table.file,
            allowed="A concentration such as concentration_nM",
            do="Put the unit into the column's name",
        )
    if (x < 0).any():
        raise InputError(
            f"a concentration is {x[x < 0][0]:g} {unit}",
            where=table.file,
            allowed="It is 0 or more",
        )
    keep = np.isfinite(x) & np.isfinite(y)
    molar = np.array([to_molar(v, unit) for v in x[keep].tolist()])
    out = {}
    for name in dict.fromkeys(names[keep].tolist()):
        mine = names[keep] == name
        out[name] = Series(
            name,
            y[keep][mine],
            table.units.get(request.response, "unknown"),
            {"concentration_M": molar[mine]},
        )
    return out


JOB = Job("relative-potency", "Potency of samples over a reference", Request, run)
