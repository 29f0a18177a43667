"""What each key of study.toml means, and how it is written; data only.

`plan_keys` joins these texts with the schema.
"""

from __future__ import annotations

from tricyclic.study import dialysis_keys, neurites_keys, release_keys

# Table as it is written -> what it is for.
SECTIONS: dict[str, str] = {
    "": "Keys at the top of the file, before the first table.",
    "[[people]]": "One table for each person who took part; the report lists them.",
    "[[assay]]": (
        "One table for each assay: what was measured, by which protocol, in which wells. It needs "
        "a protocol or a kind, and at least one plate or table."
    ),
    "[assay.conditions]": (
        'How the wells were incubated and counted. A number may be written 0.8, "0.8 nM", '
        '"0.8 +/- 0.1 nM", or { value = 0.8, unit = "nM", se = 0.1, source = "own saturation" }; a '
        "bare number is in the unit of its key. The same keys in [assay.plate.conditions] or "
        "[assay.table.conditions] apply to that run only."
    ),
    "[assay.method]": "How the assay is analysed; the report prints these choices in its methods.",
    "[[assay.plate]]": "One table for each independent run that is a plate of raw counts.",
    "[[assay.table]]": (
        "One table for each independent run whose readings stand in columns, in counts or amounts."
    ),
    "[assay.table.columns]": (
        'Meaning of the columns: one or more that were varied, each with its unit ("log10 M" for '
        "a logarithm), and the readings."
    ),
    "[[compare]]": (
        'A comparison: two groups of one assay (kind = "groups", such as vehicle and treated), or '
        'the affinity of one compound in several assays (kind = "selectivity").'
    ),
    "[[joint]]": (
        "Assays of one target that are also fitted together: runs of the same name share Kd, Bmax "
        "and non-specific binding. It takes a [joint.method] with the keys of [assay.method]."
    ),
    **dialysis_keys.SECTIONS,
    **neurites_keys.SECTIONS,
    **release_keys.SECTIONS,
    "[report]": "Formats of the report.",
}

# Path -> meaning, and a line as it is written.
KEYS: dict[str, tuple[str, str]] = {
    "schema_version": ("Version of this file format", "schema_version = 1"),
    "title": ("Title of the report", 'title = "Desipramine at NET"'),
    "author": ("Who is responsible for the study", 'author = "A. Person"'),
    "laboratory": ("Laboratory or company, on the first page", 'laboratory = "Lab 12, Example"'),
    "date": ("Date of the study or of the report, on the first page", "date = 2026-03-20"),
    "notes": ("Remarks, printed on the first page", 'notes = "Second batch of membranes"'),
    "synthetic": (
        "How simulated data were made; every page of the report then shows it",
        'synthetic = "made by the plate simulator"',
    ),
    "people.name": ("Name of a person", 'name = "B. Person"'),
    "people.role": ("What the person did", 'role = "experiments"'),
    "assay.name": ("Name of the assay, unique in the study", 'name = "NET"'),
    "assay.title": ("Heading of the assay in the report", 'title = "[3H]nisoxetine at NET"'),
    "assay.kind": ("Kind of experiment", 'kind = "competition"'),
    "assay.protocol": (
        "Protocol whose defaults fill what is not stated; tricyclic library protocols lists them",
        'protocol = "net-nisoxetine"',
    ),
    "assay.layout": ("Layout of the plates, a file in the study", 'layout = "layouts/plate.toml"'),
    "assay.compound": ("Compound of the competition", 'compound = "desipramine"'),
    "assay.species": ("Species of the tissue, for the report", 'species = "rat"'),
    "assay.target": ("Binding site, where the protocol does not name it", 'target = "NET"'),
    "assay.method.model": (
        "Curve model; auto: with the mass balance where counts can be converted to moles",
        'model = "one_site_competition"',
    ),
    "assay.method.variance": (
        "Variance of the readings; auto: counting where they are counts, else constant",
        'variance = "proportional"',
    ),
    "assay.method.confidence": ("Confidence level of all intervals", "confidence = 0.95"),
    "assay.method.calibrate": (
        "Simulations that calibrate the tests between models for the design; 0: none",
        "calibrate = 499",
    ),
    "assay.method.outliers": (
        "Whether possible outliers are suggested; wells are never excluded automatically",
        'outliers = "none"',
    ),
    "assay.method.outlier_q": ("False discovery rate of the suggestions", "outlier_q = 0.01"),
    "assay.method.classical": (
        "Whether the two classical analyses are computed for comparison",
        "classical = false",
    ),
    "assay.method.seed": ("Seed of every simulation in the analysis", "seed = 1"),
    "assay.plate.file": ("Raw file in the study, as the counter wrote it", 'file = "raw/run1.csv"'),
    "assay.plate.run": ("Name of the independent run", 'run = "run1"'),
    "assay.plate.plate": ("Which plate, in a file with several", 'plate = "Plate 2"'),
    "assay.plate.group": ("Condition that is compared with others", 'group = "vehicle"'),
    "assay.plate.layout": ("Layout of this plate only", 'layout = "layouts/other.toml"'),
    "assay.plate.unit": ("Unit of the readings where the file has none", 'unit = "cpm"'),
    "assay.plate.plate_size": ("Wells of the plate where the file has none", "plate_size = 384"),
    "assay.plate.counting_time_min": (
        "Counting time of each well of this plate",
        "counting_time_min = 5.0",
    ),
    "assay.plate.reader": (
        "Reader of the file, where none or several accept it",
        'reader = "plate_grid"',
    ),
    "assay.plate.sheet": ("Sheet of a workbook", 'sheet = "Plate 1"'),
    "assay.plate.decimal": (
        "Decimal mark, where the file can be read in two ways",
        'decimal = ","',
    ),
    "assay.table.file": ("Raw file in the study", 'file = "raw/saturation.csv"'),
    "assay.table.run": ("Name of the independent run", 'run = "run1"'),
    "assay.table.unit": (
        "Unit of the readings: counts, cpm, dpm, fmol, fmol/mg, nM, ...",
        'unit = "fmol/mg"',
    ),
    "assay.table.table": ("Which table, in a file with several", 'table = "Data 2"'),
    "assay.table.reader": (
        "Reader of the file, where none or several accept it",
        'reader = "plain_table"',
    ),
    "assay.table.sheet": ("Sheet of a workbook", 'sheet = "Saturation"'),
    "assay.table.decimal": (
        "Decimal mark, where the file can be read in two ways",
        'decimal = ","',
    ),
    "assay.table.group": ("Condition that is compared with others", 'group = "vehicle"'),
    "assay.table.compound": ("Compound of this table", 'compound = "imipramine"'),
    "assay.table.molar_mass_g_per_mol": (
        "Molar mass of the compound, where its concentrations are masses per volume",
        "molar_mass_g_per_mol = 266.4",
    ),
    "assay.table.columns.competitor": (
        "Concentration of the competitor",
        'competitor = { column = "conc", unit = "nM" }',
    ),
    "assay.table.columns.radioligand": (
        "Concentration of the radioligand",
        'radioligand = { column = "conc", unit = "nM" }',
    ),
    "assay.table.columns.agonist": (
        "Concentration of the agonist",
        'agonist = { column = "log_conc", unit = "log10 M" }',
    ),
    "assay.table.columns.antagonist": (
        "Concentration of the antagonist",
        'antagonist = { column = "antagonist", unit = "nM" }',
    ),
    "assay.table.columns.modulator": (
        "Concentration of the allosteric modulator",
        'modulator = { column = "modulator", unit = "uM" }',
    ),
    "assay.table.columns.time": (
        "Time of incubation",
        'time = { column = "minutes", unit = "min" }',
    ),
    "assay.table.columns.counting_time": (
        "Counting time of each sample, where it differs",
        'counting_time = { column = "count_min", unit = "min" }',
    ),
    "assay.table.columns.response": (
        "Columns of readings, one for each replicate",
        'response = ["y1", "y2", "y3"]',
    ),
    "assay.table.columns.total": ("Columns of total binding", 'total = ["total1", "total2"]'),
    "assay.table.columns.non_specific": (
        "Columns of non-specific binding",
        'non_specific = ["nsb1", "nsb2"]',
    ),
    "compare.kind": ("What is compared", 'kind = "groups"'),
    "compare.assay": ("Name of the assay", 'assay = "beta1"'),
    "compare.parameter": ("Quantity that is compared", 'parameter = "Kd"'),
    "compare.reference": ("Group in the denominator of the ratio", 'reference = "vehicle"'),
    "compare.other": ("Group in the numerator of the ratio", 'other = "treated"'),
    "compare.against": ("Assays of the other targets", 'against = ["SERT", "DAT"]'),
    "compare.compound": ("Compound, where the assays have several", 'compound = "desipramine"'),
    "compare.paired": (
        "Whether runs of the same name were done side by side",
        "paired = true",
    ),
    "joint.name": ("Name of the joint fit, unlike that of any assay", 'name = "NET together"'),
    "joint.title": ("Heading in the report", 'title = "NET, saturation and competition"'),
    "joint.assays": ("Names of two or more assays", 'assays = ["saturation", "competition"]'),
    "report.formats": ("Files of the report", 'formats = ["html", "pdf"]'),
    **dialysis_keys.KEYS,
    **neurites_keys.KEYS,
    **release_keys.KEYS,
}

# Condition -> meaning, and a line as it is written.
CONDITIONS: dict[str, tuple[str, str]] = {
    "target": ("Binding site", 'target = "NET"'),
    "radioligand": ("Radioligand", 'radioligand = "[3H]nisoxetine"'),
    "isotope": ("Isotope of the radioligand", 'isotope = "3H"'),
    "radioligand_nM": (
        "Radioligand added to each well, on the day of the assay",
        'radioligand_nM = "1.04 nM"',
    ),
    "radioligand_kd_nM": (
        "Kd of the radioligand at this target, in this buffer and at this temperature",
        'radioligand_kd_nM = "0.8 +/- 0.1 nM"',
    ),
    "specific_activity_Ci_per_mmol": (
        "Specific activity on the reference date",
        "specific_activity_Ci_per_mmol = { value = 80.0, se = 2.0 }",
    ),
    "reference_date": ("Date of the specific activity", "reference_date = 2026-01-15"),
    "assay_date": (
        "Date of the assay; without both dates no decay is applied",
        "assay_date = 2026-03-12",
    ),
    "decay_convention": (
        "What decay lowers: specific activity (carrier, as with 3H) or concentration (125I)",
        'decay_convention = "concentration_falls"',
    ),
    "counting_efficiency": ("Counts per decay", "counting_efficiency = 0.45"),
    "counting_time_min": ("Counting time of each well", "counting_time_min = 5.0"),
    "background_cpm": ("Background of the counter", "background_cpm = 25.0"),
    "volume_uL": ("Volume of the incubation", 'volume_uL = "250 uL"'),
    "protein_ug": ("Membrane protein in each well", 'protein_ug = "30 +/- 1.5 ug"'),
    "nsb_drug": ("Drug of the non-specific wells", 'nsb_drug = "mazindol"'),
    "nsb_drug_M": ("Its concentration", 'nsb_drug_M = "10 uM"'),
    "mask": ("Drug that covers a second site of the radioligand", 'mask = "(+)-pentazocine"'),
    "masked_site": ("The site that it covers", 'masked_site = "sigma-1"'),
    "mask_M": ("Its concentration", 'mask_M = "100 nM"'),
    "mask_kd_masked_nM": ("Its Kd at the covered site", "mask_kd_masked_nM = 3.0"),
    "mask_kd_wanted_nM": ("Its Kd at the site that is measured", "mask_kd_wanted_nM = 2000.0"),
    "radioligand_kd_masked_nM": (
        "Kd of the radioligand at the covered site",
        "radioligand_kd_masked_nM = 5.0",
    ),
    "masked_bmax_ratio": (
        "Density of the covered site, relative to the site that is measured",
        "masked_bmax_ratio = 0.5",
    ),
    "competitor_ki_masked_nM": (
        "Ki of the competitor at the covered site; where missing, as at the other site",
        "competitor_ki_masked_nM = 500.0",
    ),
    "kon_per_M_min": ("Association rate of the radioligand", "kon_per_M_min = 1.0e8"),
    "koff_per_min": ("Dissociation rate of the radioligand", "koff_per_min = 0.08"),
    "incubation_min": ("Time of incubation", "incubation_min = 60.0"),
    "dissociation_start_min": (
        "When dissociation was started, in an association that is followed by one",
        "dissociation_start_min = 60.0",
    ),
    "temperature_C": ("Temperature of incubation", "temperature_C = 25.0"),
    "buffer": ("Buffer, for the methods", 'buffer = "50 mM Tris-HCl, pH 7.4"'),
    "tissue": ("Tissue or cells, for the methods", 'tissue = "membranes of rat frontal cortex"'),
    "filter": ("Filter, for the methods", 'filter = "GF/B"'),
    "washing": ("Washing, for the methods", 'washing = "three times with ice-cold buffer"'),
}
