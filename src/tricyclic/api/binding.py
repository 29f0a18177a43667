"""Radioligand binding: affinity from competition."""

from __future__ import annotations

from pathlib import Path

from tricyclic.api._call import Measured, TableSource, TableSources, Texts, call, options_from
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.study_run import StudyRunResult
from tricyclic.workflows.binding.affinity import run as run_affinity
from tricyclic.workflows.binding.options import AffinityOptions


@checked_arguments
def affinity(
    plates: TableSources,
    *,
    layout: TableSource = "",
    protocol: str = "",
    library: str | Path = "",
    compound: str = "",
    target: str = "",
    radioligand: str = "",
    isotope: str = "",
    radioligand_nM: Measured | None = None,
    kd_nM: Measured | None = None,
    specific_activity: Measured | None = None,
    reference_date: str = "",
    assay_date: str = "",
    efficiency: Measured | None = None,
    counting_time_min: Measured | None = None,
    background_cpm: Measured | None = None,
    volume_uL: Measured | None = None,
    protein_ug: Measured | None = None,
    decay_convention: str = "",
    kon: Measured | None = None,
    koff: Measured | None = None,
    tissue: str = "",
    buffer: str = "",
    nsb_drug: str = "",
    nsb_drug_M: Measured | None = None,
    incubation_min: Measured | None = None,
    temperature: Measured | None = None,
    filter: str = "",
    washing: str = "",
    x: Texts = (),
    response: Texts = (),
    total: Texts = (),
    non_specific: Texts = (),
    table: str = "",
    molar_mass: float | None = None,
    mask: str = "",
    masked_site: str = "",
    mask_M: Measured | None = None,
    mask_kd_masked_nM: Measured | None = None,
    mask_kd_wanted_nM: Measured | None = None,
    radioligand_kd_masked_nM: Measured | None = None,
    masked_bmax_ratio: Measured | None = None,
    competitor_ki_masked_nM: Measured | None = None,
    unit: str = "",
    plate: str = "",
    plate_size: int | None = None,
    decimal: str = "",
    reader: str = "",
    sheet: str = "",
    model: str = "auto",
    variance: str = "auto",
    confidence: float = 0.95,
    calibrate: int = 0,
    outliers: float | str | None = "suggest",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> StudyRunResult:
    """Ki of a compound from raw competition plates or tables, one per independent run.

    Parameters
    ----------
    plates
        Raw files, or DataFrames of pandas, Polars or Arrow; every plate or table in them is one
        independent run. A DataFrame with a column `well` is a plate; another one is a table.
    layout
        Plate layout (.toml, .csv or .xlsx), or a DataFrame with rows A, B, ... and columns 1,
        2, ...; default: that in the file, else that of the protocol.
    protocol
        Protocol whose conditions apply unless given here; see: tca.protocols().
    library
        Your own library folder; its entries take precedence.
    compound
        Name of the compound, where the layout does not contain it.
    target
        Binding site, such as NET.
    radioligand
        Radioligand, such as [3H]nisoxetine.
    isotope
        3H, 125I, …
    radioligand_nM
        Concentration of the radioligand added. A number in nM, or text with its unit.
    kd_nM
        Kd of the radioligand; with its error as "0.8 +/- 0.1 nM". A number in nM, or text with
        its unit.
    specific_activity
        Specific activity. A number in Ci/mmol, or text with its unit.
    reference_date
        Day of the specific activity, year-month-day.
    assay_date
        Day of the assay, year-month-day.
    efficiency
        Counting efficiency: counts per decay, 0 to 1. A fraction, or text such as "45 %".
    counting_time_min
        Counting time of a well. A number in min, or text with its unit.
    background_cpm
        Background of the counter. A number in cpm, or text with its unit.
    volume_uL
        Volume of a well. A number in uL, or text with its unit.
    protein_ug
        Membrane protein per well. A number in ug, or text with its unit.
    decay_convention
        What decay lowers: the specific activity (3H), or the concentration (carrier-free 125I). One
        of "specific_activity_falls", "concentration_falls".
    kon
        On-rate of the radioligand. A number in 1/(M min), or text with its unit.
    koff
        Off-rate of the radioligand. A number in 1/min, or text with its unit.
    tissue
        Tissue or cells, such as membranes of rat cortex.
    buffer
        Buffer of the incubation.
    nsb_drug
        Drug of the non-specific wells.
    nsb_drug_M
        Concentration of the drug of the non-specific wells, such as "10 uM". A number in M, or text
        with its unit.
    incubation_min
        Incubation time. A number in min, or text with its unit.
    temperature
        Temperature of the incubation. A number in degC, or text with its unit.
    filter
        Filter, such as GF/B.
    washing
        How the filters were washed, such as twice with ice-cold buffer.
    x
        Tables instead of plates: what was varied = its column, with its unit:
        "competitor=conc:nM"; also radioligand, time, agonist, antagonist, modulator,
        counting_time.
    response
        Column of readings; replicates are further columns.
    total
        Column of total binding.
    non_specific
        Column of non-specific binding.
    table
        Table of a file with several tables.
    molar_mass
        Molar mass [g/mol], where concentrations are masses per volume.
    mask
        Ligand that masks another site.
    masked_site
        Site that the mask covers, such as sigma-1.
    mask_M
        Concentration of the mask, such as "200 nM". A number in M, or text with its unit.
    mask_kd_masked_nM
        Kd of the mask at the masked site. A number in nM, or text with its unit.
    mask_kd_wanted_nM
        Kd of the mask at the target. A number in nM, or text with its unit.
    radioligand_kd_masked_nM
        Kd of the radioligand at the masked site. A number in nM, or text with its unit.
    masked_bmax_ratio
        Masked sites per target site. A ratio.
    competitor_ki_masked_nM
        Ki of the compound at the masked site. A number in nM, or text with its unit.
    unit
        Unit of the readings, where the file does not contain it: cpm, dpm, counts, fmol,
        fmol/mg.
    plate
        Plate of a file with several, by name or number, or a reading of all; default: all.
    plate_size
        Number of wells, where the file does not contain it.
    decimal
        Decimal mark, where the file can be read in two ways. One of ".", ",".
    reader
        File format, where none or several match the file.
    sheet
        Sheet of a workbook.
    model
        Curve model to fit; see: tca.curve_models().
    variance
        Variance model of the readings. One of "auto", "counting", "poisson", "proportional",
        "constant".
    confidence
        Confidence level of the intervals.
    calibrate
        Number of simulations that calibrate the model tests; 0: none.
    outliers
        Suggest outliers (ROUT), with the result without them beside: "suggest", at a false
        discovery rate of 1 %, or another rate: 0.05; None or "none". No well is ever left out.
    out
        Report (.html, .pdf, .json), table of results (.csv, .xlsx), or a folder for report, tables
        and figures.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    StudyRunResult
        An analysed study, or plates analysed without a study folder.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    return call(run_affinity, options_from(AffinityOptions, locals()), on_progress)
