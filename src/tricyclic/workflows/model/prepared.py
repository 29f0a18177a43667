"""A run that is ready to be solved: scenario, composed model, doses, horizon and changed values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tricyclic.core.dosing import Dosing
from tricyclic.core.mechanism import Mechanism
from tricyclic.core.scenario import Observable, Scenario
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.simulation.model import ComposedModel


@dataclass(frozen=True)
class PreparedRun:
    """A run that is ready to be solved.

    Parameters
    ----------
    scenario : Scenario
    mechanisms : mapping of str to Mechanism
    composed : ComposedModel
    dosing : tuple of Dosing
    horizon_h : float
        End of the run; like the doses in the model's unit of time.
    values : dict of str to float
        Parameters that the options change.
    remarks : tuple of str
        What a reader should know, one line each.
    native_species : str
        Species for which the scenario was written and calibrated.
    hours_per_time : float
        Hours in one unit of the model's time; nan where a user's own file declares none.
    """

    scenario: Scenario
    mechanisms: Mapping[str, Mechanism]
    composed: ComposedModel
    dosing: tuple[Dosing, ...]
    horizon_h: float
    values: dict[str, float]
    remarks: tuple[str, ...]
    native_species: str = ""
    hours_per_time: float = 1.0

    @property
    def treatment(self) -> str:
        """The doses in words, on one line; empty without a drug."""
        return "; ".join(one.description or one.drug for one in self.dosing)

    @property
    def time_factor(self) -> float:
        """Factor from the model's unit of time to hours; 1 where the unit is not declared."""
        return 1.0 if math.isnan(self.hours_per_time) else self.hours_per_time


def require_hours(prepared: PreparedRun, command: str) -> PreparedRun:
    """The same run where its times are hours: endpoints such as the mean of the last day need them.

    Raises
    ------
    InputError
        If a user's own file declares another unit of time, or none.
    """
    if math.isclose(prepared.hours_per_time, 1.0, rel_tol=1e-9):
        return prepared
    undeclared = math.isnan(prepared.hours_per_time)
    unit = "not declared" if undeclared else f"{3600 * prepared.hours_per_time:.6g} s"
    raise InputError(
        f"its unit of time is {unit}",
        where=prepared.scenario.name,
        allowed=f"'{command}' takes models of your own in hours only",
        do="Write the file in hours, or use 'model simulate'",
    )


def select_observables(prepared: PreparedRun, names: Sequence[str]) -> tuple[Observable, ...]:
    """The observables of these names, or all of the model; any quantity of the model can be one.

    Raises
    ------
    UnknownNameError
        If a name is neither an observable nor a quantity.
    """
    composed = prepared.composed
    listed = {one.name: one for one in prepared.scenario.observables}
    if not names:
        return tuple(one for one in listed.values() if _is_in_model(one, composed))
    selected = []
    for name in split_list(names):
        if name in listed:
            composed.quantity(listed[name].quantity)
            selected.append(listed[name])
        elif name in composed.quantities:
            item = composed.quantities[name]
            relative = item.kind in ("state", "species", "computed")
            description = _describe(name, item.description, composed)
            selected.append(Observable(name, name, item.unit, description, relative))
        else:
            known = dict.fromkeys([*listed, *composed.quantities])
            raise UnknownNameError.among("observable", name, known, where=composed.name)
    return tuple(dict.fromkeys(selected))


def split_list(texts: Iterable[str] | str) -> list[str]:
    """Items of texts that may list several, separated by commas."""
    listed = [texts] if isinstance(texts, str) else texts
    return [item.strip() for text in listed for item in text.split(",") if item.strip()]


def _describe(name: str, description: str, composed: ComposedModel) -> str:
    """The description of a quantity, "drug in plasma" with the name of the drug."""
    component = name.partition(".")[0]
    drug = next((d for d in composed.drugs if component == d or component.startswith(f"{d}_")), "")
    if not drug:
        return description
    if "drug" in description.split():
        return description.replace("drug", drug, 1)
    return f"{drug}, {description}"


def _is_in_model(observable: Observable, composed: ComposedModel) -> bool:
    """Whether the model has an observable; one of a drug that is not given is left out, an unknown
    name is an error.
    """
    if observable.quantity in composed.quantities:
        return True
    component = observable.quantity.partition(".")[0]
    own = {one.name for one in composed.scenario.components}
    own |= {site.name for site in composed.scenario.binding_sites}
    if component in own:
        composed.quantity(observable.quantity)
    return False
