"""What each key of [[release]] in study.toml means, and how it is written; data only."""

from __future__ import annotations

SECTIONS: dict[str, str] = {
    "[[release]]": (
        "One table for each experiment of evoked release: the samples of the cultures, how they "
        "were taken, and how they are analysed."
    ),
    "[release.samples]": (
        "The table of samples with one row per sample or per well, or with plates their design."
    ),
    "[release.sampling]": (
        "Volumes of a well, by which net release is corrected for what the basal sample removed."
    ),
    "[release.standards]": "Curve of the standards, where the values are readings.",
    "[release.analysis]": "How the arms are compared; declare it before the data are seen.",
}

KEYS: dict[str, tuple[str, str]] = {
    "release.name": ("Name, unique in the study", 'name = "glutamate"'),
    "release.title": ("Heading in the report", 'title = "BDNF-evoked glutamate release"'),
    "release.transmitter": ("What is measured", 'transmitter = "glutamate"'),
    "release.species": ("Species, for the report", 'species = "rat"'),
    "release.protocol": (
        (
            "Procedure in the laboratory, for the methods: that of tricyclic, or a .toml file of "
            "the study in the same form"
        ),
        'protocol = "bdnf-glutamate"',
    ),
    "release.samples.file": ("CSV or XLSX file", 'file = "design.csv"'),
    "release.samples.plates": (
        "Files of plate readers; the table is then their design",
        'plates = ["raw/plate1.csv", "raw/plate2.csv"]',
    ),
    "release.samples.amounts": (
        (
            "Amounts of the injections, as `tricyclic microdialysis quantify` writes them; the "
            "table is then their design, with a column of injections"
        ),
        'amounts = "raw/amounts.csv"',
    ),
    "release.samples.injected_uL": (
        "Volume of an injection, by which amounts are concentrations",
        "injected_uL = 20.0",
    ),
    "release.samples.sheet": ("Sheet of a workbook", 'sheet = "Samples"'),
    "release.samples.decimal": (
        "Decimal mark, where the file can be read in two ways",
        'decimal = ","',
    ),
    "release.samples.unit": (
        "Unit of the values, or with standards that of their concentrations, where not stated",
        'unit = "uM"',
    ),
    "release.samples.concentration_unit": (
        "Unit of the concentrations of the drug, where the table states none",
        'concentration_unit = "uM"',
    ),
    "release.samples.antagonists": (
        "Names that are antagonists in treatments in words",
        'antagonists = ["NE-100"]',
    ),
    "release.samples.per": ("What release is divided by", 'per = "protein"'),
    "release.samples.plate_size": (
        "Wells of a culture plate, for the check of edge wells",
        "plate_size = 24",
    ),
    "release.sampling.well_uL": (
        "Medium in a well when the basal sample is taken; results are then amounts",
        "well_uL = 500.0",
    ),
    "release.sampling.sample_uL": ("Volume of the basal sample", "sample_uL = 100.0"),
    "release.sampling.added_uL": ("Volume added with the stimulus", "added_uL = 10.0"),
    "release.sampling.medium": (
        "Whether the medium stays between the samples, or all of it is replaced",
        'medium = "replaced"',
    ),
    "release.sampling.basal_min": (
        "Duration of the basal collection, for replaced medium",
        "basal_min = 10.0",
    ),
    "release.sampling.stimulus_min": (
        "Duration of the stimulated collection, for replaced medium",
        "stimulus_min = 10.0",
    ),
    "release.standards.curve": ("Curve of the standards", 'curve = "logistic_4pl"'),
    "release.standards.variance": ("Scatter of the standards", 'variance = "constant"'),
    "release.standards.accept_percent": (
        "Largest deviation of a standard; others end the range",
        "accept_percent = 15.0",
    ),
    "release.analysis.stimulus": ("Stimulus whose release is compared", 'stimulus = "BDNF"'),
    "release.analysis.positive": ("Depolarisation control", 'positive = "KCl"'),
    "release.analysis.primary": ("Scale of the primary result", 'primary = "difference"'),
    "release.analysis.primary_arm": (
        "Arm of the primary result, which is then not adjusted for the others",
        'primary_arm = "imipramine 3 uM"',
    ),
    "release.analysis.error": (
        (
            "Scatter of each comparison alone, or of all arms together, which assumes that all "
            "cultures respond alike"
        ),
        'error = "pooled"',
    ),
    "release.analysis.hill": ("Slope of the potentiation curve", "hill = 1.0"),
    "release.analysis.confidence": ("Confidence level of all limits", "confidence = 0.95"),
}

UNITS: dict[str, str] = {
    "release.samples.plate_size": "wells",
    "release.standards.accept_percent": "%",
}
ALLOWED: dict[str, str] = {
    "release.analysis.confidence": "0.5 or more, below 1",
    "release.analysis.hill": "above 0, at most 9",
    "release.sampling.sample_uL": "0 or more",
    "release.sampling.added_uL": "0 or more",
    "release.standards.accept_percent": "above 0, at most 99",
}
DEFAULTS: dict[str, str] = {
    "release.title": "the name",
    "release.samples.plate_size": "the smallest plate that fits",
    "release.sampling.sample_uL": "0",
    "release.sampling.added_uL": "0",
    "release.analysis.stimulus": "the most frequent that does not depolarise",
    "release.analysis.positive": "a stimulus called KCl, veratridine or the like",
    "release.analysis.primary_arm": "all arms, adjusted together",
}
