"""Radioligand binding: affinity, density, kinetics."""

from __future__ import annotations

from pathlib import Path

from tricyclic.api._call import Measured, Paths, call, path, paths, quantity
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.study_run import StudyRunResult
from tricyclic.workflows.binding.affinity import run as run_affinity
from tricyclic.workflows.binding.kinetics import run as run_kinetics
from tricyclic.workflows.binding.options import AffinityOptions, KineticsOptions, SaturationOptions
from tricyclic.workflows.binding.saturation import run as run_saturation


def affinity(
    plates: Paths,
    *,
    layout: str | Path = "",
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
    unit: str = "",
    plate_size: int | None = None,
    decimal: str = "",
    reader: str = "",
    sheet: str = "",
    model: str = "auto",
    variance: str = "auto",
    confidence: float = 0.95,
    calibrate: int = 0,
    outliers: str = "none",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> StudyRunResult:
    """Ki of a compound from raw competition plates, one plate per independent run.

    Parameters
    ----------
    plates
        Raw files; every plate in them is one independent run.
    layout
        Plate layout (.toml, .csv or .xlsx); default: that of the protocol.
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
    unit
        Unit of the readings, where the file does not contain it: cpm, dpm, counts.
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
        Whether to suggest outliers; no well is ever removed. One of "none", "suggest".
    out
        Report (.html, .pdf or .json), or a folder for report, tables and figures.
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
    options = AffinityOptions(
        plates=paths(plates),
        layout=path(layout),
        protocol=protocol,
        library=path(library),
        compound=compound,
        target=target,
        radioligand=radioligand,
        isotope=isotope,
        radioligand_nM=quantity(radioligand_nM),
        kd_nM=quantity(kd_nM),
        specific_activity=quantity(specific_activity),
        reference_date=reference_date,
        assay_date=assay_date,
        efficiency=quantity(efficiency),
        counting_time_min=quantity(counting_time_min),
        background_cpm=quantity(background_cpm),
        volume_uL=quantity(volume_uL),
        protein_ug=quantity(protein_ug),
        unit=unit,
        plate_size=plate_size,
        decimal=decimal,
        reader=reader,
        sheet=sheet,
        model=model,
        variance=variance,
        confidence=confidence,
        calibrate=calibrate,
        outliers=outliers,
        out=path(out),
    )
    return call(run_affinity, options, on_progress)


def saturation(
    plates: Paths,
    *,
    layout: str | Path = "",
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
    unit: str = "",
    plate_size: int | None = None,
    decimal: str = "",
    reader: str = "",
    sheet: str = "",
    model: str = "auto",
    variance: str = "auto",
    confidence: float = 0.95,
    calibrate: int = 0,
    outliers: str = "none",
    out: str | Path = "",
    kind: str = "saturation",
    on_progress: ProgressCallback | None = None,
) -> StudyRunResult:
    """Kd and Bmax from raw plates of total and non-specific wells over a range of radioligand.

    Parameters
    ----------
    plates
        Raw files; every plate in them is one independent run.
    layout
        Plate layout (.toml, .csv or .xlsx); default: that of the protocol.
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
    unit
        Unit of the readings, where the file does not contain it: cpm, dpm, counts.
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
        Whether to suggest outliers; no well is ever removed. One of "none", "suggest".
    out
        Report (.html, .pdf or .json), or a folder for report, tables and figures.
    kind
        Saturation, or homologous competition. One of "saturation", "homologous".
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
    options = SaturationOptions(
        plates=paths(plates),
        layout=path(layout),
        protocol=protocol,
        library=path(library),
        compound=compound,
        target=target,
        radioligand=radioligand,
        isotope=isotope,
        radioligand_nM=quantity(radioligand_nM),
        kd_nM=quantity(kd_nM),
        specific_activity=quantity(specific_activity),
        reference_date=reference_date,
        assay_date=assay_date,
        efficiency=quantity(efficiency),
        counting_time_min=quantity(counting_time_min),
        background_cpm=quantity(background_cpm),
        volume_uL=quantity(volume_uL),
        protein_ug=quantity(protein_ug),
        unit=unit,
        plate_size=plate_size,
        decimal=decimal,
        reader=reader,
        sheet=sheet,
        model=model,
        variance=variance,
        confidence=confidence,
        calibrate=calibrate,
        outliers=outliers,
        out=path(out),
        kind=kind,
    )
    return call(run_saturation, options, on_progress)


def kinetics(
    plates: Paths,
    *,
    layout: str | Path = "",
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
    unit: str = "",
    plate_size: int | None = None,
    decimal: str = "",
    reader: str = "",
    sheet: str = "",
    model: str = "auto",
    variance: str = "auto",
    confidence: float = 0.95,
    calibrate: int = 0,
    outliers: str = "none",
    out: str | Path = "",
    kind: str = "association",
    on_progress: ProgressCallback | None = None,
) -> StudyRunResult:
    """kon, koff and residence time from raw plates read over time.

    Also Schild plates (antagonism) and plates with an allosteric modulator.

    Parameters
    ----------
    plates
        Raw files; every plate in them is one independent run.
    layout
        Plate layout (.toml, .csv or .xlsx); default: that of the protocol.
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
    unit
        Unit of the readings, where the file does not contain it: cpm, dpm, counts.
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
        Whether to suggest outliers; no well is ever removed. One of "none", "suggest".
    out
        Report (.html, .pdf or .json), or a folder for report, tables and figures.
    kind
        Kind of experiment. One of "association", "dissociation",
        "association_then_dissociation", "competitive_association", "schild", "allosteric".
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
    options = KineticsOptions(
        plates=paths(plates),
        layout=path(layout),
        protocol=protocol,
        library=path(library),
        compound=compound,
        target=target,
        radioligand=radioligand,
        isotope=isotope,
        radioligand_nM=quantity(radioligand_nM),
        kd_nM=quantity(kd_nM),
        specific_activity=quantity(specific_activity),
        reference_date=reference_date,
        assay_date=assay_date,
        efficiency=quantity(efficiency),
        counting_time_min=quantity(counting_time_min),
        background_cpm=quantity(background_cpm),
        volume_uL=quantity(volume_uL),
        protein_ug=quantity(protein_ug),
        unit=unit,
        plate_size=plate_size,
        decimal=decimal,
        reader=reader,
        sheet=sheet,
        model=model,
        variance=variance,
        confidence=confidence,
        calibrate=calibrate,
        outliers=outliers,
        out=path(out),
        kind=kind,
    )
    return call(run_kinetics, options, on_progress)
