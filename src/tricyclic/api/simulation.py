"""Simulations of dosed scenarios."""

from __future__ import annotations

from pathlib import Path

from tricyclic.api._call import (
    TableSource,
    Texts,
    Values,
    assignments,
    call,
    path,
    table_source,
    texts,
)
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.model_quantities import QuantitiesResult
from tricyclic.results.simulation import SimulationResult
from tricyclic.workflows.model.options import SimulateOptions
from tricyclic.workflows.model.simulate import run as run_quantities
from tricyclic.workflows.model.simulate import run as run_simulate


@checked_arguments
def simulate(
    scenario: str,
    *,
    drug: str = "",
    dose: str = "",
    rate: str = "",
    route: str = "",
    every: str = "",
    doses: int | None = None,
    start: str = "0 h",
    duration: str = "",
    days: float | None = None,
    hours: float | None = None,
    washout: str = "",
    antagonist: Texts = (),
    dose_event: Texts = (),
    set: Values = (),
    phenotype: Texts = (),
    species: str = "",
    weight: str = "",
    library: str | Path = "",
    observable: Texts = (),
    ensemble_size: int | None = None,
    point_estimate: bool = False,
    compare: TableSource = "",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> SimulationResult:
    """Simulate a scenario: plasma and brain concentrations, occupancy and effects.

    Each run starts at its own drug-free steady state. Bands are those of the scenario's calibrated
    ensemble.

    Parameters
    ----------
    scenario
        Scenario, or a .toml or SBML (.xml) file of your own; see: tca.scenarios().
    drug
        Drug; see: tca.drugs().
    dose
        One dose with its unit: "10 mg/kg", "37 umol/kg", "1 uM" for a bath or probe.
    rate
        Rate of a pump: "15 mg/kg/d".
    route
        Route: ip, sc, po, iv, pump, probe_cortex, bath, … as the scenario has them.
    every
        Interval between doses: "12h".
    doses
        Number of doses; default: until the end of the treatment.
    start
        Time of the first dose.
    duration
        Duration of a pump, probe or bath; default: until the end.
    days
        Days of treatment to simulate.
    hours
        The same in hours.
    washout
        Time to simulate after the treatment: "2 d".
    antagonist
        A second ligand at its default dose, or as "idazoxan 1 mg/kg sc at 24 h".
    dose_event
        A further dosing schedule: "BDNF 50 ng/mL bath from 48 h for 0.25 h", "NAME DOSE ROUTE
        every 12 h for 14 d".
    set
        A changed value: COMPONENT.symbol=number; see tca.quantities().
    phenotype
        CYP2C19 or CYP2D6 = poor, intermediate, extensive, ultrarapid, or a number.
    species
        Rat or human; default: that of the scenario. One of "rat", "human".
    weight
        Body weight, for doses that are not per kg: "80 kg".
    library
        Your own library folder; its entries take precedence.
    observable
        Observable or quantity (COMPONENT.symbol) to report; default: all observables.
    ensemble_size
        Number of parameter sets of the ensemble; default: up to 100.
    point_estimate
        One run with the library's values instead of the ensemble.
    compare
        Measured table (a file or a DataFrame) to compare with: columns time_h, observable, value,
        unit, error.
    out
        Folder for tables (CSV, Parquet, JSON) and figures.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    SimulationResult
        A simulation.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = SimulateOptions(
        scenario=scenario,
        drug=drug,
        dose=dose,
        rate=rate,
        route=route,
        every=every,
        doses=doses,
        start=start,
        duration=duration,
        days=days,
        hours=hours,
        washout=washout,
        antagonist=texts(antagonist),
        dose_event=texts(dose_event),
        set=assignments(set),
        phenotype=texts(phenotype),
        species=species,
        weight=weight,
        library=path(library),
        observable=texts(observable),
        ensemble_size=ensemble_size,
        point_estimate=point_estimate,
        compare=table_source(compare),
        out=path(out),
    )
    result = call(run_simulate, options, on_progress)
    assert isinstance(result, SimulationResult)
    return result


@checked_arguments
def quantities(
    scenario: str,
    *,
    drug: str = "",
    dose: str = "",
    rate: str = "",
    route: str = "",
    every: str = "",
    doses: int | None = None,
    start: str = "0 h",
    duration: str = "",
    days: float | None = None,
    hours: float | None = None,
    washout: str = "",
    antagonist: Texts = (),
    dose_event: Texts = (),
    set: Values = (),
    phenotype: Texts = (),
    species: str = "",
    weight: str = "",
    library: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> QuantitiesResult:
    """Simulate a scenario: plasma and brain concentrations, occupancy and effects.

    Each run starts at its own drug-free steady state. Bands are those of the scenario's calibrated
    ensemble.

    Parameters
    ----------
    scenario
        Scenario, or a .toml or SBML (.xml) file of your own; see: tca.scenarios().
    drug
        Drug; see: tca.drugs().
    dose
        One dose with its unit: "10 mg/kg", "37 umol/kg", "1 uM" for a bath or probe.
    rate
        Rate of a pump: "15 mg/kg/d".
    route
        Route: ip, sc, po, iv, pump, probe_cortex, bath, … as the scenario has them.
    every
        Interval between doses: "12h".
    doses
        Number of doses; default: until the end of the treatment.
    start
        Time of the first dose.
    duration
        Duration of a pump, probe or bath; default: until the end.
    days
        Days of treatment to simulate.
    hours
        The same in hours.
    washout
        Time to simulate after the treatment: "2 d".
    antagonist
        A second ligand at its default dose, or as "idazoxan 1 mg/kg sc at 24 h".
    dose_event
        A further dosing schedule: "BDNF 50 ng/mL bath from 48 h for 0.25 h", "NAME DOSE ROUTE
        every 12 h for 14 d".
    set
        A changed value: COMPONENT.symbol=number; see tca.quantities().
    phenotype
        CYP2C19 or CYP2D6 = poor, intermediate, extensive, ultrarapid, or a number.
    species
        Rat or human; default: that of the scenario. One of "rat", "human".
    weight
        Body weight, for doses that are not per kg: "80 kg".
    library
        Your own library folder; its entries take precedence.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    QuantitiesResult
        The names that `--observable` and `--set` accept for a scenario with its drugs.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = SimulateOptions(
        scenario=scenario,
        drug=drug,
        dose=dose,
        rate=rate,
        route=route,
        every=every,
        doses=doses,
        start=start,
        duration=duration,
        days=days,
        hours=hours,
        washout=washout,
        antagonist=texts(antagonist),
        dose_event=texts(dose_event),
        set=assignments(set),
        phenotype=texts(phenotype),
        species=species,
        weight=weight,
        library=path(library),
        list=True,
    )
    result = call(run_quantities, options, on_progress)
    assert isinstance(result, QuantitiesResult)
    return result
