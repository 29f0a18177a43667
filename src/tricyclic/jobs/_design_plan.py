"""What was asked and what a protocol fixes become a Plan; what nobody stated is taken, and listed as assumed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tricyclic.assays.binding.design.plan import (
    HALF_LOG,
    DesignKind,
    Plan,
    competition_layout,
    saturation_layout,
)
from tricyclic.assays.binding.simulate_plate import Truth
from tricyclic.core.conditions import BindingConditions, Measured
from tricyclic.core.format import figures
from tricyclic.core.plate import Role
from tricyclic.errors import InputError
from tricyclic.study.conditions import conditions, measured
from tricyclic.units import concentration_M

if TYPE_CHECKING:
    from tricyclic.core.plate_layout import Layout
    from tricyclic.core.protocol import Protocol

# what is asked -> the condition it states
STATED = {
    "radioligand_nM": "radioligand_nM",
    "kd_nM": "radioligand_kd_nM",
    "specific_activity": "specific_activity_Ci_per_mmol",
    "efficiency": "counting_efficiency",
    "counting_time_min": "counting_time_min",
    "background_cpm": "background_cpm",
    "volume_uL": "volume_uL",
    "protein_ug": "protein_ug",
    "kon": "kon_per_M_min",
    "koff": "koff_per_min",
    "incubation_min": "incubation_min",
    "temperature": "temperature_C",
}
EFFICIENCY = {"3H": 0.4, "125I": 0.75}
COUNTING_MIN, BACKGROUND_CPM = 1.0, 20.0


@dataclass(frozen=True)
class Taken:
    """A number that the design rests on and that nobody stated: its value as text, and where it was taken from."""

    name: str
    value: str
    source: str
    condition: str = ""


@dataclass(frozen=True)
class Asked:
    """A Plan with what stands behind it: its protocol, what was stated in the request, and what was taken instead."""

    plan: Plan
    protocol: Protocol | None
    stated: Mapping[str, Any]
    taken: tuple[Taken, ...]
    competitor_koff_per_min: float | None
    has_layout: bool


def asked_plan(request: Any) -> Asked:
    """Make a Plan of a request.

    Raises
    ------
    InputError
        If a number is missing, has no unit, or cannot be; if the protocol or the plate does not exist.
    """
    from tricyclic.io.library.protocols import protocol as named
    from tricyclic.io.plate_layout import layout_from_toml, read_layout

    protocol = named(request.protocol) if request.protocol else None
    kind = _kind(request, protocol)
    stated = {
        condition: getattr(request, name)
        for name, condition in STATED.items()
        if getattr(request, name) not in (None, "")
    }
    base = (
        protocol.conditions
        if protocol
        else BindingConditions(target=request.target, isotope=request.isotope)
    )
    told = conditions(base, stated, where="the options")
    if kind == "saturation" and request.expected_kd:
        told = replace(
            told, radioligand_kd_nM=Measured(_nM(request.expected_kd, "expected-kd"), "nM")
        )
    told, taken = _counted(told)
    _need(told, kind)
    compound = (
        (request.compound or (protocol.compound if protocol else "") or "compound")
        if kind == "competition"
        else ""
    )
    truth, more = _truth(request, told, kind, compound)
    if request.layout:
        layout = read_layout(Path(request.layout))
    elif protocol is not None and protocol.layout and protocol.kind == kind:
        layout = _of_compound(
            layout_from_toml(protocol.layout, name=f"layout of {protocol.name}"), compound
        )
    else:
        layout = _habit(request.plate, compound, truth)
    if layout.size != request.plate and not request.layout:
        layout = _habit(request.plate, compound, truth)
    cv = measured(request.cv, "", where="cv").value
    koff = truth.competitor_koff_per_min.get(compound)
    # Under a mask the simulator knows equilibrium only.
    timed = truth.kon_per_M_min is not None and told.incubation_min is not None and not told.mask
    plan = Plan(
        kind,
        told,
        truth,
        layout,
        compound,
        cv,
        request.runs,
        request.between_run_sd,
        as_incubated=timed and (kind == "saturation" or koff is not None),
    )
    return Asked(plan, protocol, stated, (*taken, *more), koff, bool(request.layout))


def _kind(request: Any, protocol: Protocol | None) -> DesignKind:
    if request.kind:
        return "saturation" if request.kind == "saturation" else "competition"
    if protocol is None:
        return "saturation" if request.expected_kd and not request.expected_ki else "competition"
    if protocol.kind not in ("competition", "saturation"):
        raise InputError(
            f"the protocol {protocol.name} is a {protocol.kind}",
            where="protocol",
            allowed="Designs are made for competition and saturation",
            do="Add --kind competition or --kind saturation",
        )
    return "saturation" if protocol.kind == "saturation" else "competition"


def _counted(told: BindingConditions) -> tuple[BindingConditions, tuple[Taken, ...]]:
    """Fill in how wells are counted, where nobody said."""
    taken = []
    if told.counting_efficiency is None and told.isotope in EFFICIENCY:
        value = EFFICIENCY[told.isotope]
        told = replace(told, counting_efficiency=Measured(value, "", source="assumed"))
        taken.append(
            Taken(
                "counting efficiency",
                f"{value:g}",
                f"assumed, as usual for {told.isotope}",
                "counting_efficiency",
            )
        )
    if told.counting_time_min is None:
        told = replace(told, counting_time_min=COUNTING_MIN)
        taken.append(
            Taken("counting time", f"{COUNTING_MIN:g} min", "assumed", "counting_time_min")
        )
    if told.background_cpm is None:
        told = replace(told, background_cpm=BACKGROUND_CPM)
        taken.append(
            Taken("counter background", f"{BACKGROUND_CPM:g} cpm", "assumed", "background_cpm")
        )
    return told, tuple(taken)


def _need(told: BindingConditions, kind: DesignKind) -> None:
    wanted: list[tuple[str, str, object]] = [
        (
            "the Kd of the radioligand",
            "--expected-kd" if kind == "saturation" else "--kd-nM",
            told.radioligand_kd_nM,
        ),
        ("the specific activity", "--specific-activity", told.specific_activity_Ci_per_mmol),
        ("the counting efficiency", "--efficiency", told.counting_efficiency),
        ("the volume of a well", "--volume-uL", told.volume_uL),
        ("the protein in a well", "--protein-ug", told.protein_ug),
    ]
    if kind == "competition":
        wanted.append(("the radioligand added", "--radioligand-nM", told.radioligand_nM))
    missing = [(name, option) for name, option, value in wanted if value is None]
    if missing:
        raise InputError(
            f"{' and '.join(name for name, _ in missing)} {'is' if len(missing) == 1 else 'are'} not stated, and a plate cannot be designed without",
            do=f"Add {', '.join(option for _, option in missing)}, or a --protocol that states it",
        )


def _truth(
    request: Any, told: BindingConditions, kind: DesignKind, compound: str
) -> tuple[Truth, tuple[Taken, ...]]:
    taken: list[Taken] = []
    density = _density(request, told, taken)
    assert told.radioligand_kd_nM is not None
    kd = told.radioligand_kd_nM.value
    if kind == "saturation" and not request.expected_kd:
        taken.append(
            Taken(
                "Kd",
                f"{figures(kd)} nM",
                f"the protocol's ({told.radioligand_kd_nM.source or 'no source'})",
            )
        )
    if request.nonspecific is None:
        taken.append(Taken("non-specifically bound over free radioligand", "0.005", "assumed"))
    share = (
        0.005
        if request.nonspecific is None
        else measured(request.nonspecific, "", where="nonspecific").value
    )
    if not 0 <= share < 1:
        raise InputError(
            f"is {share:g}",
            where="nonspecific",
            allowed="A share of the radioligand from 0 to below 1, such as 0.005",
        )
    kon = told.kon_per_M_min or (told.koff_per_min / (kd * 1e-9) if told.koff_per_min else None)
    ki: dict[str, float] = {}
    masked: dict[str, float] = {}
    off: dict[str, float] = {}
    if kind == "competition":
        if not request.expected_ki:
            raise InputError(
                "the expected Ki is not stated",
                where="expected-ki",
                do='Add it, such as --expected-ki "1 nM"',
            )
        ki[compound] = _nM(request.expected_ki, "expected-ki")
        if told.mask:
            # The fit takes it so, too, where nobody stated it.
            masked[compound] = told.competitor_ki_masked_nM or ki[compound]
        if request.competitor_koff not in (None, ""):
            off[compound] = measured(
                request.competitor_koff, "1/min", where="competitor-koff"
            ).value
            if not off[compound] > 0:
                raise InputError(
                    f"is {off[compound]:g} per min",
                    where="competitor-koff",
                    allowed="It is above 0",
                )
    truth = Truth(
        kd, density, ki, share, ki_masked_nM=masked, kon_per_M_min=kon, competitor_koff_per_min=off
    )
    return truth, tuple(taken)


def _density(request: Any, told: BindingConditions, taken: list[Taken]) -> float:
    if request.expected_bmax:
        found = measured(
            _with_unit(request.expected_bmax, "expected-bmax", "800 fmol/mg"),
            "fmol/mg",
            where="expected-bmax",
        )
        if not found.value > 0:
            raise InputError(
                f"is {found.value:g} fmol/mg", where="expected-bmax", allowed="It is above 0"
            )
        return found.value
    from tricyclic.io.library.protocols import evidence

    rows = evidence("", told.target, "Bmax") if told.target else ()
    rows = tuple(
        r
        for r in rows
        if r.unit == "fmol/mg" and r.subject in ("", "vehicle") and r.relation == "="
    )
    known = [
        (r, middle)
        for r in rows
        if math.isfinite(middle := _middle(r.value, r.low, r.high)) and middle > 0
    ]
    if not known:
        raise InputError(
            f"the density of {told.target or 'the'} sites is not stated, and the library holds none",
            where="expected-bmax",
            do='Add it, such as --expected-bmax "800 fmol/mg"',
        )
    first, value = known[0]
    others = f"; the library holds {len(known)} values" if len(known) > 1 else ""
    of_range = "" if math.isfinite(first.value) else "; the middle of a range"
    where = " ".join(part for part in (first.species, first.preparation) if part)
    source = f"{first.source}, {where}{of_range}{others}: measure your own"
    taken.append(Taken("Bmax", f"{figures(value)} fmol/mg", source))
    return value


def _middle(value: float, low: float, high: float) -> float:
    """A published value, or the geometric middle of a published range; nan where there is neither."""
    if math.isfinite(value):
        return value
    return (
        math.sqrt(low * high)
        if low > 0 and math.isfinite(low) and math.isfinite(high)
        else math.nan
    )


def _of_compound(layout: Layout, compound: str) -> Layout:
    blocks = tuple(
        replace(b, compound=compound) if b.role is Role.COMPETITION else b for b in layout.blocks
    )
    return replace(layout, blocks=blocks)


def _habit(size: int, compound: str, truth: Truth) -> Layout:
    """A plan to start the search from where nobody gave one; it is never the one proposed."""
    if compound:
        for replicates, points in ((3, 10), (2, 10), (1, 10), (1, 6), (1, 3)):
            try:
                return competition_layout(
                    size, compound, 10e-6, points, replicates, 3, 3, dilution=HALF_LOG
                )
            except InputError as error:
                last = error
        raise last
    levels = tuple(truth.kd_nM * 10.0 / 2**k for k in range(3, -1, -1))
    return saturation_layout(size, levels, 1, 1)


def _nM(text: str, where: str) -> float:
    value = concentration_M(_with_unit(text, where, "1 nM"), where=where) * 1e9
    if not 1e-6 <= value <= 1e8:
        raise InputError(
            f"is {figures(value)} nM", where=where, allowed="It lies between 1 fM and 100 mM"
        )
    return float(f"{value:.12g}")


def _with_unit(text: str, where: str, example: str) -> str:
    plain = str(text).strip()
    if plain.replace(".", "", 1).replace("e", "", 1).replace("-", "").isdigit():
        raise InputError(f"'{plain}' has no unit", where=where, allowed=f"Write it like {example}")
    return plain
