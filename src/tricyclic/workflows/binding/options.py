"""Options of the binding commands."""

from __future__ import annotations

from dataclasses import dataclass

from tricyclic.core.table_input import TableInput
from tricyclic.workflows.base import library_option, option, sheet_option, table_option

KINDS = (
    "association",
    "dissociation",
    "association_then_dissociation",
    "competitive_association",
    "schild",
    "allosteric",
)


# Panels of the help.
PLATES, CONDITIONS, READING, ANALYSIS = "Plates", "Conditions", "Reading the files", "Analysis"
MASK = "Mask of a second site"
OUTPUT, TABLES = "Output", "Tables"


@dataclass(frozen=True)
class PlateOptions:
    """Plate files, their layout, the conditions of the wells, and the analysis."""

    plates: tuple[str | TableInput, ...] = option(
        "Raw files; every plate or table in them is one independent run",
        positional=True,
        path=True,
    )
    layout: str | TableInput = option(
        "Plate layout (.toml, .csv or .xlsx); default: that in the file, else that of the protocol",
        default="",
        path=True,
        panel=PLATES,
    )
    protocol: str = option(
        "Protocol whose conditions apply unless given here; see: tricyclic library protocols",
        default="",
        panel=PLATES,
    )
    library: str = library_option(PLATES)
    compound: str = option(
        "Name of the compound, where the layout does not contain it", default="", panel=PLATES
    )
    target: str = option("Binding site, such as NET", default="", panel=CONDITIONS)
    radioligand: str = option("Radioligand, such as [3H]nisoxetine", default="", panel=CONDITIONS)
    isotope: str = option("3H, 125I, …", default="", panel=CONDITIONS)
    radioligand_nM: float | str | None = option(
        "Concentration of the radioligand added", default=None, unit="nM", panel=CONDITIONS
    )
    kd_nM: float | str | None = option(
        'Kd of the radioligand; with its error as "0.8 +/- 0.1 nM"',
        default=None,
        unit="nM",
        panel=CONDITIONS,
    )
    specific_activity: float | str | None = option(
        "Specific activity", default=None, unit="Ci/mmol", panel=CONDITIONS
    )
    reference_date: str = option(
        "Day of the specific activity, year-month-day", default="", panel=CONDITIONS
    )
    assay_date: str = option("Day of the assay, year-month-day", default="", panel=CONDITIONS)
    efficiency: float | str | None = option(
        "Counting efficiency: counts per decay, 0 to 1",
        default=None,
        unit="fraction",
        panel=CONDITIONS,
    )
    counting_time_min: float | str | None = option(
        "Counting time of a well", default=None, unit="min", panel=CONDITIONS
    )
    background_cpm: float | str | None = option(
        "Background of the counter", default=None, unit="cpm", panel=CONDITIONS
    )
    volume_uL: float | str | None = option(
        "Volume of a well", default=None, unit="uL", panel=CONDITIONS
    )
    protein_ug: float | str | None = option(
        "Membrane protein per well", default=None, unit="ug", panel=CONDITIONS
    )
    decay_convention: str = option(
        "What decay lowers: the specific activity (3H), or the concentration (carrier-free 125I)",
        default="",
        choices=("specific_activity_falls", "concentration_falls"),
        panel=CONDITIONS,
    )
    kon: float | str | None = option(
        "On-rate of the radioligand", default=None, unit="1/(M min)", panel=CONDITIONS
    )
    koff: float | str | None = option(
        "Off-rate of the radioligand", default=None, unit="1/min", panel=CONDITIONS
    )
    tissue: str = option(
        "Tissue or cells, such as membranes of rat cortex", default="", panel=CONDITIONS
    )
    buffer: str = option("Buffer of the incubation", default="", panel=CONDITIONS)
    nsb_drug: str = option("Drug of the non-specific wells", default="", panel=CONDITIONS)
    nsb_drug_M: float | str | None = option(
        'Concentration of the drug of the non-specific wells, such as "10 uM"',
        default=None,
        unit="M",
        panel=CONDITIONS,
    )
    incubation_min: float | str | None = option(
        "Incubation time", default=None, unit="min", panel=CONDITIONS
    )
    temperature: float | str | None = option(
        "Temperature of the incubation", default=None, unit="degC", panel=CONDITIONS
    )
    filter: str = option("Filter, such as GF/B", default="", panel=CONDITIONS)
    washing: str = option(
        "How the filters were washed, such as twice with ice-cold buffer",
        default="",
        panel=CONDITIONS,
    )
    x: tuple[str, ...] = option(
        "Tables instead of plates: what was varied = its column, with its unit: "
        "competitor=conc:nM; also radioligand, time, agonist, antagonist, modulator, counting_time",
        default=(),
        panel=TABLES,
    )
    response: tuple[str, ...] = option(
        "Column of readings; replicates are further columns", default=(), panel=TABLES
    )
    total: tuple[str, ...] = option("Column of total binding", default=(), panel=TABLES)
    non_specific: tuple[str, ...] = option(
        "Column of non-specific binding", default=(), panel=TABLES
    )
    table: str = table_option(TABLES)
    molar_mass: float | None = option(
        "Molar mass [g/mol], where concentrations are masses per volume",
        default=None,
        panel=TABLES,
    )
    unit: str = option(
        "Unit of the readings, where the file does not contain it: cpm, dpm, counts, fmol, fmol/mg",
        default="",
        panel=READING,
    )
    plate: str = option(
        "Plate of a file with several, by name or number, or a reading of all; default: all",
        default="",
        panel=READING,
    )
    plate_size: int | None = option(
        "Number of wells, where the file does not contain it", default=None, panel=READING
    )
    decimal: str = option(
        "Decimal mark, where the file can be read in two ways",
        default="",
        choices=(".", ","),
        panel=READING,
    )
    reader: str = option(
        "File format, where none or several match the file", default="", panel=READING
    )
    sheet: str = sheet_option(READING)
    model: str = option(
        "Curve model to fit; see: tricyclic curves models", default="auto", panel=ANALYSIS
    )
    variance: str = option(
        "Variance model of the readings",
        default="auto",
        choices=("auto", "counting", "poisson", "proportional", "constant"),
        panel=ANALYSIS,
    )
    confidence: float = option("Confidence level of the intervals", default=0.95, panel=ANALYSIS)
    calibrate: int = option(
        "Number of simulations that calibrate the model tests; 0: none",
        default=0,
        panel=ANALYSIS,
    )
    outliers: float | str | None = option(
        "Suggest outliers (ROUT), with the result without them beside: suggest, at a false "
        "discovery rate of 1 %, or another rate: 0.05; none; no well is ever left out",
        default="suggest",
        panel=ANALYSIS,
    )
    out: str = option(
        "Report (.html, .pdf, .json), table of results (.csv, .xlsx), or a folder for report, "
        "tables and figures",
        default="",
        path=True,
        panel=OUTPUT,
    )


@dataclass(frozen=True)
class AffinityOptions(PlateOptions):
    """Ki of a compound from raw competition plates or tables, one per independent run.

    `tricyclic binding affinity run1.csv run2.csv run3.csv --protocol net-nisoxetine`
    """

    mask: str = option("Ligand that masks another site", default="", panel=MASK)
    masked_site: str = option("Site that the mask covers, such as sigma-1", default="", panel=MASK)
    mask_M: float | str | None = option(
        'Concentration of the mask, such as "200 nM"', default=None, unit="M", panel=MASK
    )
    mask_kd_masked_nM: float | str | None = option(
        "Kd of the mask at the masked site", default=None, unit="nM", panel=MASK
    )
    mask_kd_wanted_nM: float | str | None = option(
        "Kd of the mask at the target", default=None, unit="nM", panel=MASK
    )
    radioligand_kd_masked_nM: float | str | None = option(
        "Kd of the radioligand at the masked site", default=None, unit="nM", panel=MASK
    )
    masked_bmax_ratio: float | str | None = option(
        "Masked sites per target site", default=None, unit="ratio", panel=MASK
    )
    competitor_ki_masked_nM: float | str | None = option(
        "Ki of the compound at the masked site", default=None, unit="nM", panel=MASK
    )


@dataclass(frozen=True)
class SaturationOptions(PlateOptions):
    """Kd and Bmax from raw plates or tables of total and non-specific binding."""

    kind: str = option(
        "saturation, or homologous competition",
        default="saturation",
        choices=("saturation", "homologous"),
        panel=ANALYSIS,
    )


@dataclass(frozen=True)
class KineticsOptions(PlateOptions):
    """kon, koff and residence time from raw plates or tables read over time.

    Also Schild plates (antagonism) and plates with an allosteric modulator.
    """

    kind: str = option("Kind of experiment", default="association", choices=KINDS, panel=ANALYSIS)
    dissociation_start_min: float | str | None = option(
        "When dissociation was started, in an association that is followed by one",
        default=None,
        unit="min",
        panel=CONDITIONS,
    )


# Panel of the help of the conversion of an IC50.
DEPLETION = "Sites, for depletion"
# Panels of the help of the design.
EXPECTED, PLATE, CONDITIONS, OUTPUT = (
    "Expected values",
    "Plate",
    "Conditions of the assay",
    "Output",
)


@dataclass(frozen=True)
class DesignOptions:
    """Plan a binding experiment and simulate its whole analysis before it is done.

    `tricyclic binding design --protocol net-nisoxetine --expected-ki "1 nM"`

    The report has the expected depletion, counts and precision, a proposed dilution series, and
    what to change first. Conditions that neither the options nor the protocol provide are assumed
    and listed.
    """

    protocol: str = option(
        "Protocol that provides what is not given here; see: tricyclic library protocols",
        default="",
        panel=CONDITIONS,
    )
    kind: str = option(
        "What is varied; default: the kind of the protocol",
        default="",
        choices=("competition", "saturation"),
        panel=PLATE,
    )
    compound: str = option("Name of the competitor", default="", panel=EXPECTED)
    expected_ki: str = option(
        'Expected Ki with its unit, such as "1 nM"', default="", panel=EXPECTED
    )
    expected_kd: str = option(
        'Expected Kd of a saturation, such as "0.8 nM"', default="", panel=EXPECTED
    )
    expected_bmax: str = option(
        'Density of sites, such as "800 fmol/mg"; default: a published one for the target',
        default="",
        panel=EXPECTED,
    )
    within: float = option(
        "Fold by which the true Ki or Kd may differ from the expected one, either way",
        default=3.0,
        panel=EXPECTED,
    )
    target_width: float | None = option(
        "Target width of the pooled 95 % CI, upper over lower limit", default=None, panel=EXPECTED
    )
    between_run_sd: float = option(
        "SD of log10 Ki (or Kd, Bmax) between runs", default=0.1, panel=EXPECTED
    )
    cv: str | float = option(
        "Scatter of wells by pipetting, such as 5%", default="5%", unit="fraction", panel=EXPECTED
    )
    nonspecific: str | float | None = option(
        "Non-specifically bound over free radioligand",
        default=None,
        unit="fraction",
        panel=EXPECTED,
    )
    runs: int = option("Independent runs, one plate each", default=3, panel=PLATE)
    replicates: int = option("Wells of each concentration", default=3, panel=PLATE)
    plate_size: int = option("Wells of the plate", default=96, panel=PLATE)
    layout: str | TableInput = option(
        "Plate map to evaluate as it is, instead of the proposed one",
        default="",
        path=True,
        panel=PLATE,
    )
    scattered: bool = option(
        "Scatter the wells of the proposed layout at random, so that a drift over the plate is not "
        "taken for another curve",
        default=False,
        panel=PLATE,
    )
    radioligand_nM: float | str | None = option(
        "Radioligand added", default=None, unit="nM", panel=CONDITIONS
    )
    kd_nM: float | str | None = option(
        "Kd of the radioligand", default=None, unit="nM", panel=CONDITIONS
    )
    specific_activity: float | str | None = option(
        "Specific activity", default=None, unit="Ci/mmol", panel=CONDITIONS
    )
    efficiency: float | str | None = option(
        "Counts per decay, 0 to 1", default=None, unit="fraction", panel=CONDITIONS
    )
    counting_time_min: float | str | None = option(
        "Counting time of a well", default=None, unit="min", panel=CONDITIONS
    )
    background_cpm: float | str | None = option(
        "Counter background", default=None, unit="cpm", panel=CONDITIONS
    )
    volume_uL: float | str | None = option(
        "Volume of a well", default=None, unit="uL", panel=CONDITIONS
    )
    protein_ug: float | str | None = option(
        "Membrane protein in a well", default=None, unit="ug", panel=CONDITIONS
    )
    kon: float | str | None = option(
        "On-rate of the radioligand at the temperature of the assay",
        default=None,
        unit="1/(M min)",
        panel=CONDITIONS,
    )
    koff: float | str | None = option(
        "Off-rate of the radioligand at the temperature of the assay",
        default=None,
        unit="1/min",
        panel=CONDITIONS,
    )
    competitor_koff: float | str | None = option(
        "Off-rate of the competitor", default=None, unit="1/min", panel=CONDITIONS
    )
    incubation_min: float | str | None = option(
        "Incubation time", default=None, unit="min", panel=CONDITIONS
    )
    temperature: float | str | None = option(
        "Temperature of the incubation", default=None, unit="degC", panel=CONDITIONS
    )
    target: str = option(
        "Target, such as NET; default: that of the protocol", default="", panel=CONDITIONS
    )
    isotope: str = option(
        "3H, 125I, …; default: that of the protocol", default="", panel=CONDITIONS
    )
    library: str = library_option(CONDITIONS)
    simulations: int = option("Plates to simulate; 0: none", default=2000)
    seed: int = option("Seed of the simulations", default=1)
    workers: int | None = option(
        "Number of processes; default: one per processor core", default=None
    )
    out: str = option(
        "New or empty folder for the report, the plate map and a study template",
        default="",
        path=True,
        panel=OUTPUT,
    )


@dataclass(frozen=True)
class KiOptions:
    """Ki from an IC50, without depletion (Cheng-Prusoff) or with it, and with all stated errors.

    `tricyclic binding ki --ic50 "12.3 +/- 1.1 nM" --kd 1.5nM --radioligand-nM 2`

    `tricyclic binding ki --ic50 "12.3 (10.1-15.0) nM" --kd "1.5 +/- 0.2 nM" --radioligand-nM 2
    --receptor 0.5nM`

    A number may have a standard error ("12.3 +/- 1.1 nM") or the limits of its confidence interval
    ("12.3 (10.1-15.0) nM"). With the concentration of sites the Ki is exact also where much of the
    radioligand is bound.
    """

    ic50: float | str = option("IC50 of the competitor, in terms of what was added", unit="nM")
    kd: float | str = option("Kd of the radioligand", unit="nM")
    radioligand_nM: float | str = option("Radioligand added, its concentration", unit="nM")
    receptor: float | str | None = option(
        "Concentration of sites in the well", default=None, unit="nM", panel=DEPLETION
    )
    bmax: float | str | None = option(
        "Density of sites, instead of their concentration",
        default=None,
        unit="fmol/mg",
        panel=DEPLETION,
    )
    protein_ug: float | str | None = option(
        "Membrane protein per well, with --bmax", default=None, unit="ug", panel=DEPLETION
    )
    volume_uL: float | str | None = option(
        "Volume of a well, with --bmax", default=None, unit="uL", panel=DEPLETION
    )
    bound_free: float | str | None = option(
        "Specifically bound over free radioligand without competitor, instead of the sites",
        default=None,
        unit="ratio",
        panel=DEPLETION,
    )
    n: int = option("Independent runs of the IC50, for its interval", default=1)
    compound: str = option("Name of the competitor", default="")
    confidence: float = option(
        "Confidence level of the intervals, given and computed", default=0.95
    )
