"""The part of a composed model that gives the doses: parameters that the options set, and events
that read them.
"""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.dosing import Dosing, is_sustained
from tricyclic.simulation.antimony import to_identifier
from tricyclic.simulation.model import DoseInput
from tricyclic.simulation.model_text import ModelText

# 1 gives the doses, 0 none; the drug-free steady state is computed with 0.
SWITCH = "subject.dosing"


def dose_inputs(dosing: Sequence[Dosing]) -> tuple[DoseInput, ...]:
    """How each dosing schedule enters the model."""
    inputs = []
    for k, one in enumerate(dosing, start=1):
        name = f"{one.drug}_dose{k}"
        sustained = is_sustained(one.route)
        if sustained:
            feeds = f"{name}.rate"
        else:
            feeds = f"{one.drug}.central" if one.route == "iv" else f"{name}.amount"
        inputs.append(DoseInput(one, name, f"{name}.dose", feeds, sustained))
    return tuple(inputs)


def write_doses(text: ModelText, dosing: Sequence[Dosing]) -> None:
    """Write the parameters of each dosing schedule, and its events."""
    text.comment("doses: events read these; dosing = 0 keeps the subject drug-free")
    text.add_dosing(SWITCH, 1, "dimensionless", "1 gives the doses, 0 gives none")
    for dose in dose_inputs(dosing):
        text.comment(dose.dosing.description or f"{dose.dosing.drug}, {dose.dosing.route}")
        _write_parameters(text, dose)
        _write_events(text, dose)


def _write_parameters(text: ModelText, dose: DoseInput) -> None:
    one = dose.dosing
    unit = _amount_unit(one.route)
    rows: tuple[tuple[str, float, str, str], ...] = (
        ("dose", one.amount, unit, "amount of one dose"),
        ("first", one.start_h, "hour", "time of the first dose"),
        ("every", one.every_h, "hour", "interval between doses"),
        ("n", float(one.n_doses), "dimensionless", "number of doses"),
        ("given", 1.0 if one.at_start else 0.0, "dimensionless", "doses given so far"),
    )
    if dose.sustained:
        rate = one.amount if one.at_start else 0.0
        rows += (
            ("lasts", one.duration_h, "hour", "duration of a dose"),
            ("rate", rate, unit, "rate or concentration now"),
        )
    for symbol, value, unit_of_row, description in rows:
        name = f"{dose.name}.{symbol}"
        text.add_dosing(name, value, unit_of_row, f"{one.drug}: {description}")


def _write_events(text: ModelText, dose: DoseInput) -> None:
    own = to_identifier(dose.name)
    due = (
        f"time >= {own}__first + {own}__given*{own}__every && {own}__given < {own}__n "
        "&& subject__dosing > (0 dimensionless)"
    )
    count = f"{own}__given = {own}__given + (1 dimensionless)"
    if dose.sustained:
        text.lines.append(f"  {own}_on: at ({due}): {count}, {own}__rate = {own}__dose")
        over = (
            f"time >= {own}__first + ({own}__given - (1 dimensionless))*{own}__every "
            f"+ {own}__lasts && {own}__given > (0 dimensionless) "
            "&& subject__dosing > (0 dimensionless)"
        )
        zero = f"(0 dimensionless)*{own}__dose"
        text.lines.append(f"  {own}_off: at ({over}): {own}__rate = {zero}")
    elif dose.dosing.n_doses > 1 or not dose.dosing.at_start:
        fed = to_identifier(dose.feeds)
        text.lines.append(f"  {own}_on: at ({due}): {count}, {fed} = {fed} + {own}__dose")


def _amount_unit(route: str) -> str:
    if route in ("pump", "infusion"):
        return "nmol_per_kg_per_h"
    return "nM" if is_sustained(route) else "nmol_per_kg"
