"""Turns the options of a design and its protocol into an ExperimentPlan; numbers that were not
provided are assumed and listed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tricyclic.assays.binding.design.plan import HALF_LOG, competition_layout, saturation_layout
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.evidence import Evidence
from tricyclic.core.experiment_plan import DesignKind, ExperimentPlan, TrueValues
from tricyclic.core.format import format_number
from tricyclic.core.plate import Role
from tricyclic.core.plate_layout import PlateLayout
from tricyclic.core.protocol import Protocol
from tricyclic.errors import InputError
from tricyclic.io.files import file_or_table, source_name
from tricyclic.io.library.library import Library
from tricyclic.io.plate_layout import layout_from_toml, read_layout
from tricyclic.numerals import parse_number
from tricyclic.results.design import Assumption
from tricyclic.study.conditions import read_measured_value, read_option_conditions
from tricyclic.units import concentration_M
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.binding.options import DesignOptions

# Option -> the condition of the assay that it sets.
OPTION_CONDITIONS = {
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
# Usual counting efficiency, counting time, background and non-specific binding, where none is
# provided.
EFFICIENCY = {"3H": 0.4, "125I": 0.75}
COUNTING_MIN, BACKGROUND_CPM, NONSPECIFIC = 1.0, 20.0, 0.005


@dataclass(frozen=True)
class ResolvedDesign:
    """A plan and its origin: protocol, conditions that the options provide, and assumptions."""

    plan: ExperimentPlan
    protocol: Protocol | None
    provided: Mapping[str, Any]
    assumptions: tuple[Assumption, ...]
    competitor_koff_per_min: float | None
    has_layout: bool


def resolve_design(options: DesignOptions, library: Library) -> ResolvedDesign:
    """Make an ExperimentPlan of the options.

    Raises
    ------
    InputError
        If a number is missing, has no unit or is out of range; if the protocol or the plate map
        does not exist.
    """
    protocol = library.protocol(options.protocol) if options.protocol else None
    kind = _kind(options, protocol)
    _check_unused(options, kind)
    provided = {
        condition: getattr(options, name)
        for name, condition in OPTION_CONDITIONS.items()
        if getattr(options, name) not in (None, "")
    }
    assay, assumptions = _conditions(options, protocol, kind, provided)
    compound = ""
    if kind == "competition":
        compound = _compound(options, protocol)
    truth = _true_values(options, library, assay, kind, compound, assumptions)
    koff = truth.competitor_koff_per_min.get(compound)
    # With a masking ligand only equilibrium can be simulated.
    timed = truth.kon_per_M_min is not None and assay.incubation_min is not None and not assay.mask
    plan = ExperimentPlan(
        kind,
        assay,
        truth,
        _layout(options, protocol, kind, compound, truth),
        compound,
        read_measured_value(options.cv, "", where="cv").value,
        options.runs,
        options.between_run_sd,
        as_incubated=timed and (kind == "saturation" or koff is not None),
    )
    return ResolvedDesign(plan, protocol, provided, tuple(assumptions), koff, bool(options.layout))


def _check_unused(options: DesignOptions, kind: DesignKind) -> None:
    """Refuse options of the other kind of experiment, and what a plate map states itself."""
    if kind == "saturation":
        refuse_without_effect(
            options, ("compound", "expected_ki", "competitor_koff"), "competition, not saturation"
        )
    else:
        refuse_without_effect(options, ("expected_kd",), "saturation; competition has --kd-nM")
    if options.layout:
        refuse_without_effect(options, ("plate_size",), "a proposed plate, not to --layout")


def _kind(options: DesignOptions, protocol: Protocol | None) -> DesignKind:
    if options.kind:
        return "saturation" if options.kind == "saturation" else "competition"
    if protocol is None:
        return "saturation" if options.expected_kd and not options.expected_ki else "competition"
    if protocol.kind not in ("competition", "saturation"):
        raise InputError(
            f"the protocol {protocol.name} is of the kind '{protocol.kind}'",
            where="protocol",
            allowed="Designs are made for competition and saturation",
            do="Add --kind competition or --kind saturation",
        )
    return "saturation" if protocol.kind == "saturation" else "competition"


def _conditions(
    options: DesignOptions,
    protocol: Protocol | None,
    kind: DesignKind,
    provided: Mapping[str, Any],
) -> tuple[BindingConditions, list[Assumption]]:
    """Conditions of the assay, with assumptions on counting where nothing is provided."""
    base = protocol.conditions if protocol else BindingConditions()
    base = replace(
        base, target=options.target or base.target, isotope=options.isotope or base.isotope
    )
    assay = read_option_conditions(base, provided, OPTION_CONDITIONS)
    if kind == "saturation" and options.expected_kd:
        kd = MeasuredValue(_nM(options.expected_kd, "expected_kd"), "nM")
        assay = replace(assay, radioligand_kd_nM=kd).with_origin("stated", "radioligand_kd_nM")
    assumptions: list[Assumption] = []

    def assume(name: str, value: str, source: str, condition: str) -> None:
        assumptions.append(Assumption(name, value, source, condition))

    if assay.counting_efficiency is None and assay.isotope in EFFICIENCY:
        value = EFFICIENCY[assay.isotope]
        assay = replace(assay, counting_efficiency=MeasuredValue(value, "", source="assumed"))
        source = f"assumed, as usual for {assay.isotope}"
        assume("counting efficiency", f"{value:g}", source, "counting_efficiency")
    if assay.counting_time_min is None:
        assay = replace(assay, counting_time_min=COUNTING_MIN)
        assume("counting time", f"{COUNTING_MIN:g} min", "assumed", "counting_time_min")
    if assay.background_cpm is None:
        assay = replace(assay, background_cpm=BACKGROUND_CPM)
        assume("counter background", f"{BACKGROUND_CPM:g} cpm", "assumed", "background_cpm")
    _check_complete(assay, kind)
    assay = assay.with_origin("assumed", *(one.condition for one in assumptions))
    return assay, assumptions


def _check_complete(assay: BindingConditions, kind: DesignKind) -> None:
    kd_option = "--expected-kd" if kind == "saturation" else "--kd-nM"
    needed: list[tuple[str, str, object]] = [
        ("the Kd of the radioligand", kd_option, assay.radioligand_kd_nM),
        ("the specific activity", "--specific-activity", assay.specific_activity_Ci_per_mmol),
        ("the counting efficiency", "--efficiency", assay.counting_efficiency),
        ("the volume of a well", "--volume-uL", assay.volume_uL),
        ("the protein in a well", "--protein-ug", assay.protein_ug),
    ]
    if kind == "competition":
        needed.append(("the radioligand added", "--radioligand-nM", assay.radioligand_nM))
    missing = [(name, option) for name, option, value in needed if value is None]
    if missing:
        names = " and ".join(name for name, _ in missing)
        raise InputError(
            f"{names} {'is' if len(missing) == 1 else 'are'} missing; a plate cannot be designed "
            "without",
            do=f"Add {', '.join(option for _, option in missing)}, "
            "or a --protocol that provides it",
        )


def _true_values(
    options: DesignOptions,
    library: Library,
    assay: BindingConditions,
    kind: DesignKind,
    compound: str,
    assumptions: list[Assumption],
) -> TrueValues:
    """The expected values; what was not provided is added to `assumptions`."""
    density = _density(options, library, assay, assumptions)
    assert assay.radioligand_kd_nM is not None
    kd = assay.radioligand_kd_nM.value
    if kind == "saturation" and not options.expected_kd:
        source = f"of the protocol ({assay.radioligand_kd_nM.source or 'no source'})"
        assumptions.append(Assumption("Kd", f"{format_number(kd)} nM", source))
    nonspecific = _nonspecific(options, assumptions)
    kon = assay.kon_per_M_min
    if not kon and assay.koff_per_min:
        kon = assay.koff_per_min / (kd * 1e-9)
    truth = TrueValues(kd, density, nonspecific=nonspecific, kon_per_M_min=kon)
    if kind == "saturation":
        return truth
    if not options.expected_ki:
        raise InputError(
            "the expected Ki is missing",
            where="expected_ki",
            do='Add it, such as --expected-ki "1 nM"',
        )
    ki = _nM(options.expected_ki, "expected_ki")
    # The fit, too, takes the Ki at the masked site to be the same where none is provided.
    stated = assay.competitor_ki_masked_nM
    masked = {compound: stated.value if stated else ki} if assay.mask else {}
    return replace(
        truth,
        ki_nM={compound: ki},
        ki_masked_nM=masked,
        competitor_koff_per_min=_competitor_koff(options, compound),
    )


def _nonspecific(options: DesignOptions, assumptions: list[Assumption]) -> float:
    if options.nonspecific is None:
        name = "non-specifically bound over free radioligand"
        assumptions.append(Assumption(name, f"{NONSPECIFIC:g}", "assumed"))
        return NONSPECIFIC
    share = read_measured_value(options.nonspecific, "", where="nonspecific").value
    if not 0 <= share < 1:
        raise InputError(
            f"is {share:g}",
            where="nonspecific",
            allowed="A share of the radioligand from 0 to below 1, such as 0.005",
        )
    return share


def _competitor_koff(options: DesignOptions, compound: str) -> dict[str, float]:
    if options.competitor_koff in (None, ""):
        return {}
    koff = read_measured_value(options.competitor_koff, "1/min", where="competitor_koff").value
    if not koff > 0:
        raise InputError(f"is {koff:g} per min", where="competitor_koff", allowed="It is above 0")
    return {compound: koff}


def _density(
    options: DesignOptions,
    library: Library,
    assay: BindingConditions,
    assumptions: list[Assumption],
) -> float:
    """Bmax [fmol/mg] of the options, else the first published one for the target."""
    if options.expected_bmax:
        text = _with_unit(options.expected_bmax, "expected_bmax", "800 fmol/mg")
        bmax = read_measured_value(text, "fmol/mg", where="expected_bmax").value
        if not bmax > 0:
            raise InputError(f"is {bmax:g} fmol/mg", where="expected_bmax", allowed="It is above 0")
        return bmax
    rows = library.evidence("", assay.target, "Bmax") if assay.target else ()
    known = [
        (row, value)
        for row in rows
        if row.unit == "fmol/mg" and row.subject in ("", "vehicle") and row.qualifier == "="
        if (value := _published_value(row)) > 0
    ]
    if not known:
        raise InputError(
            f"the density of {assay.target or 'the'} sites is missing, and the library has none",
            where="expected_bmax",
            do='Add it, such as --expected-bmax "800 fmol/mg"',
        )
    first, value = known[0]
    assumptions.append(
        Assumption("Bmax", f"{format_number(value)} fmol/mg", _evidence_source(first, len(known)))
    )
    return value


def _published_value(row: Evidence) -> float:
    """A published value, or the geometric mean of a published range; nan where there is neither."""
    if math.isfinite(row.value):
        return row.value
    has_range = row.low > 0 and math.isfinite(row.low) and math.isfinite(row.high)
    return math.sqrt(row.low * row.high) if has_range else math.nan


def _evidence_source(row: Evidence, values: int) -> str:
    where = " ".join(part for part in (row.species, row.preparation) if part)
    text = f"{row.source}, {where}"
    text += "" if math.isfinite(row.value) else "; geometric mean of a range"
    text += f"; the library has {values} values" if values > 1 else ""
    return f"{text}: measure your own"


def _layout(
    options: DesignOptions,
    protocol: Protocol | None,
    kind: DesignKind,
    compound: str,
    truth: TrueValues,
) -> PlateLayout:
    """The plate map that was provided, else that of the protocol where it fits the plate."""
    if options.layout:
        return _with_compound(read_layout(file_or_table(options.layout)), compound)
    if protocol is not None and protocol.layout and protocol.kind == kind:
        layout = layout_from_toml(protocol.layout, name=f"layout of {protocol.name}")
        if layout.size == options.plate_size:
            return _with_compound(layout, compound)
    return _starting_layout(options.plate_size, compound, truth)


def _compound(options: DesignOptions, protocol: Protocol | None) -> str:
    """Name of the competitor: that of the options, else of the plate map, else of the protocol."""
    own = options.compound or (protocol.compound if protocol else "") or "compound"
    if not options.layout:
        return own
    layout = read_layout(file_or_table(options.layout))
    names = {b.compound for b in layout.blocks if b.role is Role.COMPETITION} - {""}
    if len(names) > 1 or (options.compound and names - {options.compound}):
        listed = ", ".join(sorted(names))
        raise InputError(
            f"contains competition of {listed}",
            where=source_name(options.layout),
            allowed="A design is for one competitor, which has the expected Ki"
            + (f", and --compound is {options.compound}" if options.compound else ""),
            do="Give a plate map of one compound, under its name",
        )
    return next(iter(names), own)


def _with_compound(layout: PlateLayout, compound: str) -> PlateLayout:
    blocks = tuple(
        replace(block, compound=compound) if block.role is Role.COMPETITION else block
        for block in layout.blocks
    )
    return replace(layout, blocks=blocks)


def _starting_layout(size: int, compound: str, truth: TrueValues) -> PlateLayout:
    """A layout from which the search starts where none is provided; it is never proposed."""
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
            f"is {format_number(value)} nM",
            where=where,
            allowed="It lies between 1 fM and 100 mM",
        )
    return float(f"{value:.12g}")


def _with_unit(text: str, where: str, example: str) -> str:
    plain = str(text).strip()
    if parse_number(plain) is not None:
        raise InputError(f"'{plain}' has no unit", where=where, allowed=f"Write it like {example}")
    return plain
