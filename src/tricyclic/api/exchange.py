"""Diagrams of scenarios, and files for other programs."""

from __future__ import annotations

from pathlib import Path

from tricyclic.api._call import Texts, Values, assignments, call, path, texts
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.model_exports import DiagramResult, ExportResult, PetabResult
from tricyclic.workflows.model.diagram import run as run_diagram
from tricyclic.workflows.model.export import run as run_export
from tricyclic.workflows.model.options import DiagramOptions, ExportOptions, PetabOptions
from tricyclic.workflows.model.petab import run as run_petab


@checked_arguments
def diagram(
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
    parameter_set: int | None = None,
    pathway: Texts = (),
    at: str = "",
    out: str | Path = ".",
    on_progress: ProgressCallback | None = None,
) -> DiagramResult:
    """Draw the pathways of a scenario as SVG and DOT files.

    With a drug, nodes are coloured by their change from baseline.

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
    parameter_set
        Parameter set of the calibrated ensemble, 0 the best; default: the library's values.
    pathway
        Diagram to draw; default: all of the scenario.
    at
        Time at which changes are shown; default: the end.
    out
        Folder for the files.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    DiagramResult
        Pathway diagrams of a scenario; with a drug, each node has its fold change from
        baseline.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = DiagramOptions(
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
        parameter_set=parameter_set,
        pathway=texts(pathway),
        at=at,
        out=path(out),
    )
    return call(run_diagram, options, on_progress)


@checked_arguments
def export(
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
    parameter_set: int | None = None,
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> ExportResult:
    """Write a dosed scenario for other programs: SBML, SED-ML and a COMBINE archive.

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
    parameter_set
        Parameter set of the calibrated ensemble, 0 the best; default: the library's values.
    out
        Folder for the files; new or empty.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    ExportResult
        A dosed scenario as SBML, Antimony, SED-ML, a table of values and a COMBINE archive.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = ExportOptions(
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
        parameter_set=parameter_set,
        out=path(out),
    )
    return call(run_export, options, on_progress)


@checked_arguments
def petab(
    scenario: str,
    *,
    out: str | Path = "",
    library: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> PetabResult:
    """Write the calibration problem of a scenario as PEtab v2.

    Scenarios that share its ensemble get a folder each: parameters of the same name are the same
    parameter. Limits, which PEtab cannot express, are listed in README.md.

    Parameters
    ----------
    scenario
        Name of a scenario; those that share its ensemble are written as well.
    out
        Folder for the problems; new or empty.
    library
        Your own library folder; its entries take precedence.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    PetabResult
        PEtab problems; `contents` maps "SCENARIO/FILE" to the bytes of each file.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = PetabOptions(scenario=scenario, out=path(out), library=path(library))
    return call(run_petab, options, on_progress)
