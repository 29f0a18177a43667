"""A quantity becomes another unit; counts become dpm, fmol and fmol/mg; an activity decays."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from tricyclic.errors import InputError
from tricyclic.jobs._job import Job, asked


@dataclass(frozen=True)
class Request:
    """Convert a quantity: `tricyclic convert "0.5 uM" nM`, `tricyclic convert "4000 cpm" fmol/mg --efficiency 0.45 …`."""

    quantity: str = asked("A number with its unit, such as '0.5 uM'", place=True)
    to: str = asked("The unit it becomes", place=True)
    molar_mass: float | None = asked("Molar mass in g/mol, for mg/mL and the like", default=None)
    efficiency: str = asked("Counts per decay, 0 to 1, for cpm", default="", unit="fraction")
    specific_activity: str = asked("Specific activity, for fmol", default="", unit="Ci/mmol")
    protein: str = asked("Protein, for fmol/mg", default="", unit="ug")
    isotope: str = asked("Isotope that decays, such as 125I", default="")
    start: str = asked("Day the quantity held, year-month-day", default="")
    end: str = asked("Day it is wanted for", default="")


@dataclass(frozen=True)
class Result:
    """A quantity in its new unit, and the steps that led there."""

    given: str
    value: float
    unit: str
    steps: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def run(request: Request) -> Result:
    """Convert, step by step, and say each step."""
    from tricyclic import units
    from tricyclic.study.conditions import measured

    read = units.quantity(request.quantity, where="quantity")
    to = units.known_unit(request.to, where="to")
    value, unit, steps = read.value, read.unit, []

    def stated(name: str, unit_of: str) -> float:
        text = getattr(request, name)
        if not text:
            raise InputError(
                f"{read.unit} becomes {to} only with {name.replace('_', ' ')}",
                do=f"Add --{name.replace('_', '-')}",
            )
        number = measured(text, unit_of, where=name).value
        if not number > 0:
            raise InputError(f"is {number:g}", where=name, allowed="It is above 0")
        return number

    if request.isotope:
        days = [_day(text, name) for name, text in (("start", request.start), ("end", request.end))]
        left = units.decay_factor(request.isotope, *days)
        value *= left
        steps.append(
            f"x {left:.6g} left of {request.isotope} after {(days[1] - days[0]).days} days"
        )
    elif request.start or request.end:
        raise InputError("dates were given without an isotope", do="Add --isotope")
    kinds = [units.dimension(unit), units.dimension(to)]
    if kinds[0] == "count rate" and kinds[1] in ("activity", "amount", "density"):
        efficiency = stated("efficiency", "")
        if efficiency > 1:
            raise InputError(
                f"is {efficiency:g}", where="efficiency", allowed="It is above 0 and at most 1"
            )
        value, unit = units.convert(value, unit, "cpm") / efficiency, "dpm"
        steps.append(f"/ {efficiency:g} counts per decay = {value:.6g} dpm")
        kinds[0] = "activity"
    if kinds[0] == "activity" and kinds[1] in ("amount", "density"):
        per_fmol = units.dpm_per_fmol(stated("specific_activity", "Ci/mmol"))
        value, unit = units.convert(value, unit, "dpm") / per_fmol, "fmol"
        steps.append(f"/ {per_fmol:.6g} dpm per fmol = {value:.6g} fmol")
        kinds[0] = "amount"
    if kinds == ["amount", "density"]:
        protein = stated("protein", "ug")
        value, unit = units.convert(value, unit, "fmol") / (protein * 1e-3), "fmol/mg"
        steps.append(f"/ {protein:g} ug of protein = {value:.6g} fmol/mg")
    value = units.convert(
        value, unit, to, molar_mass_g_per_mol=request.molar_mass, where="quantity"
    )
    return Result(request.quantity, value, to, tuple(steps))


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"is '{text}'",
            where=name,
            allowed="A day is written year-month-day, such as 2026-03-12",
        ) from None


JOB = Job("convert", "Convert units, counts and decay", Request, run)
