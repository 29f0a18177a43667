"""Options of the model commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tricyclic.core.scenario import SPECIES
from tricyclic.core.table_input import TableInput
from tricyclic.workflows.base import folder_option, library_option, option

# Panels of the help.
DOSES, DESIGN, MODEL = "Doses", "Design", "Model"
ENSEMBLE, OUTPUT, COMPUTATION = "Ensemble", "Output", "Computation"
SECOND_ENGINES = ("copasi", "scipy")
ASSAYS = ("glutamate", "neurites", "microdialysis")


def _parameter_set() -> Any:
    return option(
        "Parameter set of the calibrated ensemble, 0 the best; default: the library's values",
        default=None,
        panel=ENSEMBLE,
    )


def _workers() -> Any:
    return option(
        "Number of processes; default: one per processor core", default=None, panel=COMPUTATION
    )


def _scheduler() -> Any:
    return option(
        "Address of a Dask scheduler, such as tcp://host:8786", default="", panel=COMPUTATION
    )


def _observables() -> Any:
    return option(
        "Observable or quantity (COMPONENT.symbol) to report; default: all observables",
        default=(),
        panel=OUTPUT,
    )


@dataclass(frozen=True)
class DosingOptions:
    """A scenario and its doses: a drug with a dosing schedule, further doses, changed values."""

    scenario: str = option(
        "Scenario, or a .toml or SBML (.xml) file of your own; see: tricyclic library scenarios",
        positional=True,
    )
    drug: str = option("Drug; see: tricyclic library drugs", default="", panel=DOSES)
    dose: str = option(
        'One dose with its unit: "10 mg/kg", "37 umol/kg", "1 uM" for a bath or probe',
        default="",
        panel=DOSES,
    )
    rate: str = option('Rate of a pump: "15 mg/kg/d"', default="", panel=DOSES)
    route: str = option(
        "Route: ip, sc, po, iv, pump, probe_cortex, bath, … as the scenario has them",
        default="",
        panel=DOSES,
    )
    every: str = option('Interval between doses: "12h"', default="", panel=DOSES)
    doses: int | None = option(
        "Number of doses; default: until the end of the treatment", default=None, panel=DOSES
    )
    start: str = option("Time of the first dose", default="0 h", panel=DOSES)
    duration: str = option(
        "Duration of a pump, probe or bath; default: until the end", default="", panel=DOSES
    )
    days: float | None = option("Days of treatment to simulate", default=None, panel=DOSES)
    hours: float | None = option("The same in hours", default=None, panel=DOSES)
    washout: str = option('Time to simulate after the treatment: "2 d"', default="", panel=DOSES)
    antagonist: tuple[str, ...] = option(
        'A second ligand at its default dose, or as "idazoxan 1 mg/kg sc at 24 h"',
        default=(),
        panel=DOSES,
    )
    dose_event: tuple[str, ...] = option(
        'A further dosing schedule: "BDNF 50 ng/mL bath from 48 h for 0.25 h", '
        '"NAME DOSE ROUTE every 12 h for 14 d"',
        default=(),
        panel=DOSES,
    )
    set: tuple[str, ...] = option(
        "A changed value: COMPONENT.symbol=number; see: tricyclic model simulate SCENARIO --list",
        default=(),
        panel=MODEL,
    )
    phenotype: tuple[str, ...] = option(
        "CYP2C19 or CYP2D6 = poor, intermediate, extensive, ultrarapid, or a number",
        default=(),
        panel=MODEL,
    )
    species: str = option(
        "rat or human; default: that of the scenario", default="", choices=SPECIES, panel=MODEL
    )
    weight: str = option(
        'Body weight, for doses that are not per kg: "80 kg"', default="", panel=MODEL
    )
    library: str = library_option(MODEL)


@dataclass(frozen=True)
class SimulateOptions(DosingOptions):
    """Simulate a scenario: plasma and brain concentrations, occupancy and effects.

    `tricyclic model simulate noradrenergic_synapse --drug desipramine --dose "10 mg/kg" --route ip
    --every 12h --days 14`

    Each run starts at its own drug-free steady state. Bands are those of the scenario's calibrated
    ensemble.
    """

    observable: tuple[str, ...] = _observables()
    ensemble_size: int | None = option(
        "Number of parameter sets of the ensemble; default: up to 100", default=None, panel=ENSEMBLE
    )
    point_estimate: bool = option(
        "One run with the library's values instead of the ensemble", default=False, panel=ENSEMBLE
    )
    compare: str | TableInput = option(
        "Measured table to compare with: columns time_h, observable, value, unit, error",
        default="",
        path=True,
        panel=OUTPUT,
    )
    out: str = folder_option("tables (CSV, Parquet, JSON) and figures")
    list: bool = option(
        "List observables and parameters and simulate nothing", default=False, panel=OUTPUT
    )


@dataclass(frozen=True)
class PopulationOptions(DosingOptions):
    """Simulate many subjects and report how they differ.

    `tricyclic model population noradrenergic_synapse --drug desipramine --dose "10 mg/kg" --route
    ip --every 12h --days 14 --subjects 1000`

    The tables of mechanisms and drugs state what differs between subjects, and how much (cv).
    Subject 7 of seed 1 is always the same animal, whatever it receives and on whatever computer.
    """

    subjects: int = option("Number of subjects", default=100)
    seed: int = option("Seed of the random numbers", default=1)
    population: str = option(
        "Frequencies of CYP2C19 and CYP2D6 phenotypes, for humans: european, japanese, one of your "
        "library, or none",
        default="",
        panel=MODEL,
    )
    fixed: tuple[str, ...] = option(
        "A parameter that is the same in all subjects: COMPONENT.symbol", default=(), panel=MODEL
    )
    ensemble_size: int | None = option(
        "Number of parameter sets of the calibrated ensemble behind the subjects; default: all",
        default=None,
        panel=ENSEMBLE,
    )
    point_estimate: bool = option(
        "Subjects vary around the library's values instead of the ensemble",
        default=False,
        panel=ENSEMBLE,
    )
    observable: tuple[str, ...] = _observables()
    responder: tuple[str, ...] = option(
        'Rule for a responder: "cortex_NE.last_day_percent >= 200"', default=(), panel=OUTPUT
    )
    n_examples: int = option("Single subjects drawn beside the bands", default=5, panel=OUTPUT)
    workers: int | None = _workers()
    scheduler: str = _scheduler()
    out: str = folder_option("tables (CSV, Parquet, JSON) and figures")


@dataclass(frozen=True)
class SensitivityOptions(DosingOptions):
    """Sensitivity of the endpoints of a dosed scenario to its parameters.

    `tricyclic model sensitivity noradrenergic_synapse --drug desipramine --dose "10 mg/kg" --route
    ip --every 12h --days 14`

    Elasticities: change of an endpoint [%] per change of a parameter by 1 %, each from its own
    steady state. With `--sobol 128` all parameters vary at once over their ranges, and each gets
    its share of the variance.
    """

    parameter: tuple[str, ...] = option(
        "A parameter to vary: COMPONENT.symbol; default: the free ones, or all with a range where "
        "those are few",
        default=(),
    )
    all: bool = option(
        "Vary every parameter that is not 0 (elasticities) or has a range (Sobol)", default=False
    )
    observable: tuple[str, ...] = _observables()
    endpoint: tuple[str, ...] = option(
        "An endpoint to plot, such as cortex_NE.last_day_percent; default: the last day of each "
        "observable",
        default=(),
        panel=OUTPUT,
    )
    parameter_set: int | None = _parameter_set()
    sobol: int | None = option(
        "Base points of Sobol's design, a power of 2; runs are that many times the parameters + 2",
        default=None,
    )
    seed: int = option("Seed of Sobol's design and its bootstrap", default=1)
    confidence: float = option("Confidence level of the Sobol indices", default=0.95)
    workers: int | None = _workers()
    scheduler: str = _scheduler()
    out: str = folder_option("tables (CSV, JSON) and figures")


@dataclass(frozen=True)
class CalibrateOptions:
    """Calibrate a scenario against the observations of the library.

    `tricyclic model calibrate noradrenergic_synapse --out my-library/ensembles`

    Varies the parameters that are marked as free in the tables, within their limits. The result is
    an ensemble of all parameter sets that agree with the observations, not the one that fits best.
    It takes a quarter of an hour on two cores; --quick takes two minutes and is a trial.
    """

    scenario: str = option(
        "Name of a scenario; those that share its ensemble are calibrated together", positional=True
    )
    quick: bool = option("A quick calibration for a trial, not for use", default=False)
    ensemble_size: int | None = option(
        "Parameter sets in the ensemble; default: 100, or 50 with --quick",
        default=None,
        panel=ENSEMBLE,
    )
    seed: int = option("Seed of the random numbers", default=1)
    workers: int | None = _workers()
    library: str = library_option(MODEL)
    out: str = option(
        "Folder for the ensemble, the tables and the figures", default="", path=True, panel=OUTPUT
    )


@dataclass(frozen=True)
class ValidateOptions:
    """Compare predictions of a scenario with experiments that no calibration used.

    `tricyclic model validate noradrenergic_synapse`

    The experiments are in evidence/predictions.csv of the library, and of your own library folder.
    """

    scenario: str = option(
        "Name of a scenario; default: all that have such experiments", default="", positional=True
    )
    ensemble_size: int | None = option(
        "Number of parameter sets of the calibrated ensemble; default: 20",
        default=None,
        panel=ENSEMBLE,
    )
    point_estimate: bool = option(
        "Predict with the library's values instead of the ensemble", default=False, panel=ENSEMBLE
    )
    workers: int | None = _workers()
    library: str = library_option(MODEL)
    out: str = folder_option("the table (CSV, JSON) and the figure")


@dataclass(frozen=True)
class CredibilityOptions:
    """Check how far a scenario can be trusted, and write the credibility report.

    `tricyclic model credibility noradrenergic_synapse --out noradrenergic.html`

    The report has the units, the source of every value, a comparison with a second engine, the
    calibration, the sensitivity of predictions, and the limitations.
    """

    scenario: str = option("Scenario; see: tricyclic library scenarios", positional=True)
    out: str = option(
        "File of the report: .html, .pdf, .md or .json", default="", path=True, panel=OUTPUT
    )
    engine: str = option(
        "Second engine that verifies the runs; default: COPASI where it is installed",
        default="",
        choices=SECOND_ENGINES,
        panel=COMPUTATION,
    )
    library: str = library_option(MODEL)


@dataclass(frozen=True)
class DiagramOptions(DosingOptions):
    """Draw the pathways of a scenario as SVG and DOT files.

    With a drug, nodes are coloured by their change from baseline.

    `tricyclic model diagram noradrenergic_synapse --pathway gs --drug desipramine --dose "10 mg/kg"
    --route ip --at 1h`
    """

    parameter_set: int | None = _parameter_set()
    pathway: tuple[str, ...] = option(
        "Diagram to draw; default: all of the scenario", default=(), panel=OUTPUT
    )
    at: str = option("Time at which changes are shown; default: the end", default="", panel=OUTPUT)
    out: str = option("Folder for the files", default=".", path=True, panel=OUTPUT)


@dataclass(frozen=True)
class ExportOptions(DosingOptions):
    """Write a dosed scenario for other programs: SBML, SED-ML and a COMBINE archive.

    `tricyclic model export noradrenergic_synapse --drug desipramine --dose "10 mg/kg" --route ip
    --every 12h --days 14 --out exported`
    """

    parameter_set: int | None = _parameter_set()
    out: str = option("Folder for the files; new or empty", default="", path=True, panel=OUTPUT)


@dataclass(frozen=True)
class PetabOptions:
    """Write the calibration problem of a scenario as PEtab v2.

    `tricyclic model petab noradrenergic_synapse --out petab`

    Scenarios that share its ensemble get a folder each: parameters of the same name are the same
    parameter. Limits, which PEtab cannot express, are listed in README.md.
    """

    scenario: str = option(
        "Name of a scenario; those that share its ensemble are written as well", positional=True
    )
    out: str = option("Folder for the problems; new or empty", default="", path=True, panel=OUTPUT)
    library: str = library_option(MODEL)


@dataclass(frozen=True)
class VirtualAssayOptions:
    """Simulate an experiment with its wells or animals, analyse it, and estimate its power.

    `tricyclic model virtual-assay glutamate --drug imipramine --concentrations "0.1, 0.3, 1, 3, 10
    uM" --antagonist BD1047 --cultures 4`

    glutamate: cortical neurons, drug for 48 h, BDNF. neurites: PC12 cells, NGF and drug for days.
    microdialysis: rats, fractions before and after a dose. Cultures and rats vary as the tables
    state. All readings are synthetic.
    """

    assay: str = option("Experiment to simulate", positional=True, choices=ASSAYS)
    drug: str = option(
        "Drug; default: that of the guide; see: tricyclic library drugs", default="", panel=DOSES
    )
    concentrations: str = option(
        'Series of concentrations or doses: "0.1, 0.3, 1, 3, 10 uM"; "1, 3, 10 mg/kg" for rats',
        default="",
        panel=DOSES,
    )
    antagonist: str = option(
        'Antagonist in half of the wells: "BD1047", "NE-100 1 uM", or none', default="", panel=DOSES
    )
    factor: str = option(
        'BDNF or NGF: "50 ng/mL"; for neurites a series, "0, 2.5, 50 ng/mL"',
        default="",
        panel=DOSES,
    )
    at: str = option("Concentration at which the antagonist is tested", default="", panel=DOSES)
    route: str = option(
        "Route of the dose to rats: ip, sc, po, iv, pump, or probe for reverse dialysis",
        default="",
        panel=DOSES,
    )
    region: str = option("Region of the probe: cortex or lc", default="", panel=DOSES)
    cultures: int = option("Independent cultures", default=4, panel=DESIGN)
    replicates: int = option("Wells of each condition in a culture", default=3, panel=DESIGN)
    animals: int = option("Rats in each group", default=8, panel=DESIGN)
    curve: str = option(
        "Curve model fitted to each culture",
        default="logistic_3pl",
        choices=("logistic_3pl", "logistic_4pl"),
        panel=DESIGN,
    )
    assume: tuple[str, ...] = option(
        "A setting of the assay: well_cv=10%, stimulus_min=15; the result lists all of them",
        default=(),
        panel=DESIGN,
    )
    experiments: int = option(
        "Experiments simulated for each size, to estimate the power; 0 for none",
        default=200,
        panel=DESIGN,
    )
    set: tuple[str, ...] = option(
        "A changed value of the model, for every subject: sigma1.expression=3",
        default=(),
        panel=MODEL,
    )
    parameter_set: int | None = option(
        "Parameter set of the calibrated ensemble taken as true, 0 the best; default: the "
        "library's values",
        default=None,
        panel=ENSEMBLE,
    )
    seed: int = option("Seed of the random numbers", default=1)
    library: str = library_option(MODEL)
    out: str = folder_option("tables (CSV), JSON and figures")
