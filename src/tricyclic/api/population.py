"""Many subjects, and the sensitivity of endpoints to parameters."""

from __future__ import annotations

from pathlib import Path

from tricyclic.api._call import Texts, Values, assignments, call, path, texts
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.population import PopulationResult
from tricyclic.results.sensitivity import SensitivityResult
from tricyclic.workflows.model.options import PopulationOptions, SensitivityOptions
from tricyclic.workflows.model.population import run as run_population
from tricyclic.workflows.model.sensitivity import run as run_sensitivity


@checked_arguments
def population(
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
    subjects: int = 100,
    seed: int = 1,
    population: str = "",
    fixed: Texts = (),
    ensemble_size: int | None = None,
    point_estimate: bool = False,
    observable: Texts = (),
    responder: Texts = (),
    n_examples: int = 5,
    workers: int | None = None,
    scheduler: str = "",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> PopulationResult:
    """Simulate many subjects and report how they differ.

    The tables of mechanisms and drugs state what differs between subjects, and how much (cv).
    Subject 7 of seed 1 is always the same animal, whatever it receives and on whatever computer.

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
    subjects
        Number of subjects.
    seed
        Seed of the random numbers.
    population
        Frequencies of CYP2C19 and CYP2D6 phenotypes, for humans: european, japanese, one of
        your library, or none.
    fixed
        A parameter that is the same in all subjects: COMPONENT.symbol.
    ensemble_size
        Number of parameter sets of the calibrated ensemble behind the subjects; default: all.
    point_estimate
        Subjects vary around the library's values instead of the ensemble.
    observable
        Observable or quantity (COMPONENT.symbol) to report; default: all observables.
    responder
        Rule for a responder: "cortex_NE.last_day_percent >= 200".
    n_examples
        Single subjects drawn beside the bands.
    workers
        Number of processes; default: one per processor core.
    scheduler
        Address of a Dask scheduler, such as tcp://host:8786.
    out
        Folder for tables (CSV, Parquet, JSON) and figures.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    PopulationResult
        A simulated population.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = PopulationOptions(
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
        subjects=subjects,
        seed=seed,
        population=population,
        fixed=texts(fixed),
        ensemble_size=ensemble_size,
        point_estimate=point_estimate,
        observable=texts(observable),
        responder=texts(responder),
        n_examples=n_examples,
        workers=workers,
        scheduler=scheduler,
        out=path(out),
    )
    return call(run_population, options, on_progress)


@checked_arguments
def sensitivity(
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
    parameter: Texts = (),
    all: bool = False,
    observable: Texts = (),
    endpoint: Texts = (),
    parameter_set: int | None = None,
    sobol: int | None = None,
    seed: int = 1,
    confidence: float = 0.95,
    workers: int | None = None,
    scheduler: str = "",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> SensitivityResult:
    """Sensitivity of the endpoints of a dosed scenario to its parameters.

    Elasticities: change of an endpoint [%] per change of a parameter by 1 %, each from its own
    steady state. With ``sobol=128`` all parameters vary at once over their ranges, and each gets
    its share of the variance.

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
    parameter
        A parameter to vary: COMPONENT.symbol; default: the free ones, or all with a range where
        those are few.
    all
        Vary every parameter that is not 0 (elasticities) or has a range (Sobol).
    observable
        Observable or quantity (COMPONENT.symbol) to report; default: all observables.
    endpoint
        An endpoint to plot, such as cortex_NE.last_day_percent; default: the last day of each
        observable.
    parameter_set
        Parameter set of the calibrated ensemble, 0 the best; default: the library's values.
    sobol
        Base points of Sobol's design, a power of 2; runs are that many times the parameters +
        2.
    seed
        Seed of Sobol's design and its bootstrap.
    confidence
        Confidence level of the Sobol indices.
    workers
        Number of processes; default: one per processor core.
    scheduler
        Address of a Dask scheduler, such as tcp://host:8786.
    out
        Folder for tables (CSV, JSON) and figures.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    SensitivityResult
        A sensitivity analysis.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = SensitivityOptions(
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
        parameter=texts(parameter),
        all=all,
        observable=texts(observable),
        endpoint=texts(endpoint),
        parameter_set=parameter_set,
        sobol=sobol,
        seed=seed,
        confidence=confidence,
        workers=workers,
        scheduler=scheduler,
        out=path(out),
    )
    return call(run_sensitivity, options, on_progress)
