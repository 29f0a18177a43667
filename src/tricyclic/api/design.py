"""The design of a plate for a binding experiment."""

from __future__ import annotations

from pathlib import Path

from tricyclic.api._call import Measured, TableSource, call, path, quantity, table_source
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.design import DesignResult
from tricyclic.workflows.binding.design import run as run_design
from tricyclic.workflows.binding.options import DesignOptions


@checked_arguments
def design(
    *,
    protocol: str = "",
    kind: str = "",
    compound: str = "",
    expected_ki: str = "",
    expected_kd: str = "",
    expected_bmax: str = "",
    within: float = 3.0,
    target_width: float | None = None,
    between_run_sd: float = 0.1,
    cv: Measured = "5%",
    nonspecific: Measured | None = None,
    runs: int = 3,
    replicates: int = 3,
    plate_size: int = 96,
    layout: TableSource = "",
    scattered: bool = False,
    radioligand_nM: Measured | None = None,
    kd_nM: Measured | None = None,
    specific_activity: Measured | None = None,
    efficiency: Measured | None = None,
    counting_time_min: Measured | None = None,
    background_cpm: Measured | None = None,
    volume_uL: Measured | None = None,
    protein_ug: Measured | None = None,
    kon: Measured | None = None,
    koff: Measured | None = None,
    competitor_koff: Measured | None = None,
    incubation_min: Measured | None = None,
    temperature: Measured | None = None,
    target: str = "",
    isotope: str = "",
    library: str | Path = "",
    simulations: int = 2000,
    seed: int = 1,
    workers: int | None = None,
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> DesignResult:
    """Plan a binding experiment and simulate its whole analysis before it is done.

    The report has the expected depletion, counts and precision, a proposed dilution series, and
    what to change first. Conditions that neither the options nor the protocol provide are assumed
    and listed.

    Parameters
    ----------
    protocol
        Protocol that provides what is not given here; see: tca.protocols().
    kind
        What is varied; default: the kind of the protocol. One of "competition", "saturation".
    compound
        Name of the competitor.
    expected_ki
        Expected Ki with its unit, such as "1 nM".
    expected_kd
        Expected Kd of a saturation, such as "0.8 nM".
    expected_bmax
        Density of sites, such as "800 fmol/mg"; default: a published one for the target.
    within
        Fold by which the true Ki or Kd may differ from the expected one, either way.
    target_width
        Target width of the pooled 95 % CI, upper over lower limit.
    between_run_sd
        SD of log10 Ki (or Kd, Bmax) between runs.
    cv
        Scatter of wells by pipetting, such as 5%. A fraction, or text such as "45 %".
    nonspecific
        Non-specifically bound over free radioligand. A fraction, or text such as "45 %".
    runs
        Independent runs, one plate each.
    replicates
        Wells of each concentration.
    plate_size
        Wells of the plate.
    layout
        Plate map to evaluate as it is, instead of the proposed one: a file, or a DataFrame with
        rows A, B, ... and columns 1, 2, ...
    scattered
        Scatter the wells of the proposed layout at random, so that a drift over the plate is
        not taken for another curve.
    radioligand_nM
        Radioligand added. A number in nM, or text with its unit.
    kd_nM
        Kd of the radioligand. A number in nM, or text with its unit.
    specific_activity
        Specific activity. A number in Ci/mmol, or text with its unit.
    efficiency
        Counts per decay, 0 to 1. A fraction, or text such as "45 %".
    counting_time_min
        Counting time of a well. A number in min, or text with its unit.
    background_cpm
        Counter background. A number in cpm, or text with its unit.
    volume_uL
        Volume of a well. A number in uL, or text with its unit.
    protein_ug
        Membrane protein in a well. A number in ug, or text with its unit.
    kon
        On-rate of the radioligand at the temperature of the assay. A number in 1/(M min), or
        text with its unit.
    koff
        Off-rate of the radioligand at the temperature of the assay. A number in 1/min, or text
        with its unit.
    competitor_koff
        Off-rate of the competitor. A number in 1/min, or text with its unit.
    incubation_min
        Incubation time. A number in min, or text with its unit.
    temperature
        Temperature of the incubation. A number in degC, or text with its unit.
    target
        Target, such as NET; default: that of the protocol.
    isotope
        3H, 125I, …; default: that of the protocol.
    library
        Your own library folder; its entries take precedence.
    simulations
        Plates to simulate; 0: none.
    seed
        Seed of the simulations.
    workers
        Number of processes; default: one per processor core.
    out
        New or empty folder for the report, the plate map and a study template.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    DesignResult
        A planned experiment, what it is expected to show, and what to change.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = DesignOptions(
        protocol=protocol,
        kind=kind,
        compound=compound,
        expected_ki=expected_ki,
        expected_kd=expected_kd,
        expected_bmax=expected_bmax,
        within=within,
        target_width=target_width,
        between_run_sd=between_run_sd,
        cv=quantity(cv),
        nonspecific=quantity(nonspecific),
        runs=runs,
        replicates=replicates,
        plate_size=plate_size,
        layout=table_source(layout),
        scattered=scattered,
        radioligand_nM=quantity(radioligand_nM),
        kd_nM=quantity(kd_nM),
        specific_activity=quantity(specific_activity),
        efficiency=quantity(efficiency),
        counting_time_min=quantity(counting_time_min),
        background_cpm=quantity(background_cpm),
        volume_uL=quantity(volume_uL),
        protein_ug=quantity(protein_ug),
        kon=quantity(kon),
        koff=quantity(koff),
        competitor_koff=quantity(competitor_koff),
        incubation_min=quantity(incubation_min),
        temperature=quantity(temperature),
        target=target,
        isotope=isotope,
        library=path(library),
        simulations=simulations,
        seed=seed,
        workers=workers,
        out=path(out),
    )
    return call(run_design, options, on_progress)
