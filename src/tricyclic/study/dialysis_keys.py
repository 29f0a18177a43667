"""What each key of [[microdialysis]] in study.toml means, and how it is written; data only."""

from __future__ import annotations

from tricyclic.study.dialysis_schema import RecoveryField, ShareField, TimeField, WindowField

SECTIONS: dict[str, str] = {
    "[[microdialysis]]": (
        "One table for each analyte of a microdialysis experiment. It has a batch of chromatograms "
        "or a table of values, and the animals."
    ),
    "[microdialysis.chromatography]": (
        "The batch: a sample list, a method, and the folder of the chromatograms. Limits of "
        "integration that were set by hand stand in manual_limits.csv beside study.toml, each with "
        "its reason."
    ),
    "[microdialysis.table]": (
        "Instead of chromatograms: a table of values that were quantified elsewhere."
    ),
    "[microdialysis.collection]": (
        "How dialysate was collected. The dead volume is that from the membrane to the tip of the "
        "outlet; with the flow it gives when the fluid of each fraction passed the membrane."
    ),
    "[microdialysis.response]": (
        "How the response of an animal is computed; declare it before the data are seen."
    ),
    "[[microdialysis.group]]": (
        "What a group received, for `tricyclic run STUDY --compare`; none for the control."
    ),
    "[[microdialysis.animal]]": (
        "One table for each animal. All times of one animal, also those of its samples, are of one "
        "kind: minutes, times of day, or dates with times."
    ),
    "[[microdialysis.animal.flow]]": (
        "A change of the flow, in order of time; 0 while the pump stood still."
    ),
}

KEYS: dict[str, tuple[str, str]] = {
    "microdialysis.name": ("Name, unique in the study", 'name = "NE"'),
    "microdialysis.title": ("Heading in the report", 'title = "Norepinephrine in cortex"'),
    "microdialysis.analyte": (
        "Compound of the method, or column of the table, that is analysed",
        'analyte = "NE"',
    ),
    "microdialysis.control": (
        ("Group that the others are compared with; else the one called vehicle, saline or control"),
        'control = "vehicle"',
    ),
    "microdialysis.drug": (
        "Drug of the library that was given, where the groups do not name it",
        'drug = "desipramine"',
    ),
    "microdialysis.region": (
        "Region of the probe that is simulated, with `--compare`",
        'region = "cortex"',
    ),
    "microdialysis.group.name": ("Name, as the animals state it", 'name = "desipramine"'),
    "microdialysis.group.drug": ("Drug of the library", 'drug = "desipramine"'),
    "microdialysis.group.dose_mg_per_kg": ("Dose at the treatment", "dose_mg_per_kg = 10.0"),
    "microdialysis.group.route": ("Route of the dose", 'route = "ip"'),
    "microdialysis.species": ("Species, for the report", 'species = "rat"'),
    "microdialysis.unit": (
        "Unit of the courses: concentration in the dialysate, amount of a fraction, or per time",
        'unit = "nM"',
    ),
    "microdialysis.chromatography.samples": (
        "Sample list: order, name, file, role, amount, animal, start, end",
        'samples = "samples.csv"',
    ),
    "microdialysis.chromatography.method": (
        "Method: compounds with retention times and roles",
        'method = "method.toml"',
    ),
    "microdialysis.chromatography.folder": ("Folder of the chromatograms", 'folder = "raw"'),
    "microdialysis.chromatography.unit": (
        "Unit of the amounts of standards, where their column does not state it",
        'unit = "fmol"',
    ),
    "microdialysis.chromatography.channel": (
        "Trace of files with several",
        'channel = "ECD1A"',
    ),
    "microdialysis.chromatography.reader": (
        "Reader of the chromatograms, where it is not recognised",
        'reader = "chromeleon_text"',
    ),
    "microdialysis.chromatography.decimal": (
        "Decimal mark, where a file can be read in two ways",
        'decimal = ","',
    ),
    "microdialysis.chromatography.time_unit": (
        "Unit of the times, where a file states none",
        'time_unit = "min"',
    ),
    "microdialysis.chromatography.weighting": (
        "Weights of the calibration line; auto: that with the smallest back-calculated error",
        'weighting = "1/x2"',
    ),
    "microdialysis.chromatography.correct_drift": (
        "Whether amounts are corrected by the bracketing standards",
        "correct_drift = true",
    ),
    "microdialysis.chromatography.molar_mass_g_per_mol": (
        "Molar mass of the analyte, for standards in pg",
        "molar_mass_g_per_mol = 169.18",
    ),
    "microdialysis.table.file": ("CSV or XLSX file", 'file = "values.xlsx"'),
    "microdialysis.table.unit": (
        "Unit of the values, where the table does not state it",
        'unit = "nM"',
    ),
    "microdialysis.table.sheet": ("Sheet of a workbook", 'sheet = "Sheet1"'),
    "microdialysis.table.decimal": (
        "Decimal mark, where the file can be read in two ways",
        'decimal = ","',
    ),
    "microdialysis.table.value": ("Column of the values", 'value = "NE (nM)"'),
    "microdialysis.table.time_is": ("What a single time of a fraction is", 'time_is = "end"'),
    "microdialysis.table.fraction_min": (
        "Length of the fractions, where the table does not state it",
        "fraction_min = 20.0",
    ),
    "microdialysis.table.lod": ("Limit of detection, in the unit of the values", "lod = 0.05"),
    "microdialysis.table.loq": ("Limit of quantification, in that unit", "loq = 0.15"),
    "microdialysis.table.molar_mass_g_per_mol": (
        "Molar mass of the analyte, for values in pg",
        "molar_mass_g_per_mol = 169.18",
    ),
    "microdialysis.collection.flow_uL_per_min": (
        "Flow of the perfusate",
        "flow_uL_per_min = 1.2",
    ),
    "microdialysis.collection.dead_volume_uL": (
        "Volume from the membrane to the tip of the outlet",
        "dead_volume_uL = 17.6",
    ),
    "microdialysis.collection.injected_uL": (
        "Dialysate in one injection; not stated: the whole fraction is injected",
        "injected_uL = 20.0",
    ),
    "microdialysis.collection.recovery_in_vitro": (
        (
            "Recovery of the probe in a bath, from 0 to 1; or the file of its readings, as "
            '`tricyclic microdialysis recovery` reads it: { file = "recovery.csv" }'
        ),
        "recovery_in_vitro = { value = 0.12, se = 0.01 }",
    ),
    "microdialysis.collection.treated": (
        "Time of the treatment of animals that state none",
        "treated = 80.0",
    ),
    "microdialysis.response.baseline_fractions": (
        "Number of the last fractions before the treatment that make the baseline",
        "baseline_fractions = 4",
    ),
    "microdialysis.response.window_min": (
        "Window of the primary result, after the treatment",
        "window_min = [0.0, 120.0]",
    ),
    "microdialysis.response.cv_max_percent": (
        "A baseline that scatters more is flagged, and used",
        "cv_max_percent = 20.0",
    ),
    "microdialysis.response.primary": (
        "Primary result: logarithm of window over baseline, or analysis of covariance",
        'primary = "ancova"',
    ),
    "microdialysis.response.below": (
        "How values below the limit of quantification are used; the other ways are reported beside",
        'below = "half of LOD"',
    ),
    "microdialysis.response.confidence": (
        "Confidence level of all limits",
        "confidence = 0.95",
    ),
    "microdialysis.animal.name": ("Name, as in the sample list or the table", 'name = "r01"'),
    "microdialysis.animal.group": ("Treatment", 'group = "vehicle"'),
    "microdialysis.animal.treated": (
        "Time of the treatment, on the clock of the samples of this animal",
        'treated = "2026-03-02T10:20"',
    ),
    "microdialysis.animal.dead_volume_uL": (
        "Dead volume of this animal",
        "dead_volume_uL = 19.2",
    ),
    "microdialysis.animal.flow_uL_per_min": (
        "Flow of this animal before the first change",
        "flow_uL_per_min = 1.0",
    ),
    "microdialysis.animal.recovery_in_vitro": (
        "Recovery of the probe of this animal in a bath, from 0 to 1",
        "recovery_in_vitro = { value = 0.12, se = 0.01 }",
    ),
    "microdialysis.animal.note": ("Remark, printed in the report", 'note = "new probe"'),
    "microdialysis.animal.flow.from": (
        "Time from which the flow holds",
        'from = "2026-03-02T14:04"',
    ),
    "microdialysis.animal.flow.uL_per_min": ("The flow", "uL_per_min = 0.0"),
}

# Units of keys whose names do not contain them.
UNITS: dict[str, str] = {
    "microdialysis.response.window_min": "min",
    "microdialysis.response.cv_max_percent": "%",
    "microdialysis.animal.flow.uL_per_min": "uL/min",
}
# Allowed values that the code after the schema checks.
ALLOWED: dict[str, str] = {
    "microdialysis.collection.recovery_in_vitro": "above 0, at most 1",
    "microdialysis.animal.recovery_in_vitro": "above 0, at most 1",
    "microdialysis.response.window_min": "begin and end, 0 or more",
    "microdialysis.response.confidence": "0.5 or more, below 1",
}
# Defaults in words.
DEFAULTS: dict[str, str] = {
    "microdialysis.title": "the name",
    "microdialysis.analyte": "the only one of the method or of the table",
    "microdialysis.unit": "that of the values; nM for a batch with a flow",
    "microdialysis.response.window_min": "0 to 120",
}
# Kind of field -> the type of its value in words.
TYPES: dict[type, str] = {
    TimeField: "time: minutes, or text",
    RecoveryField: "number with error, or file",
    ShareField: "number with error",
    WindowField: "two numbers",
}
