"""What each key of [[neurites]] in study.toml means, and how it is written; data only."""

from __future__ import annotations

SECTIONS: dict[str, str] = {
    "[[neurites]]": (
        "One table for each experiment of neurite outgrowth: the counts of fields or the lengths "
        "of cells of the cultures, and how they are analysed."
    ),
    "[neurites.table]": (
        "The table with one row per field or per cell, and the length of a neurite that counts."
    ),
    "[neurites.analysis]": "How the arms are compared; declare it before the data are seen.",
}

KEYS: dict[str, tuple[str, str]] = {
    "neurites.name": ("Name, unique in the study", 'name = "neurites"'),
    "neurites.title": ("Heading in the report", 'title = "NGF-induced neurites"'),
    "neurites.species": ("Species, for the report", 'species = "rat"'),
    "neurites.protocol": (
        (
            "Procedure in the laboratory, for the methods: that of tricyclic, or a .toml file of "
            "the study in the same form"
        ),
        'protocol = "ngf-neurites"',
    ),
    "neurites.table.file": ("CSV or XLSX file", 'file = "counts.csv"'),
    "neurites.table.design": (
        "Table with the treatment of each well, for a table without it",
        'design = "wells.csv"',
    ),
    "neurites.table.sheet": ("Sheet of a workbook", 'sheet = "Counts"'),
    "neurites.table.decimal": (
        "Decimal mark, where the file can be read in two ways",
        'decimal = ","',
    ),
    "neurites.table.unit": (
        "Unit of the concentrations, where the table states none",
        'unit = "uM"',
    ),
    "neurites.table.stimulus": ("Name of the stimulus", 'stimulus = "NGF"'),
    "neurites.table.antagonists": (
        "Names that are antagonists in treatments in words",
        'antagonists = ["NE-100"]',
    ),
    "neurites.table.threshold": (
        "Length of a neurite that counts, in soma diameters",
        "threshold = 1.0",
    ),
    "neurites.table.soma_diameter": (
        "Diameter of the soma of cells without their own, in the unit of the lengths",
        "soma_diameter = 13.0",
    ),
    "neurites.analysis.primary": ("Measure of the primary result", 'primary = "total"'),
    "neurites.analysis.primary_arm": (
        "Arm of the primary result, which is then not adjusted for the others",
        'primary_arm = "imipramine 3 uM"',
    ),
    "neurites.analysis.error": (
        (
            "Scatter of each comparison alone, or of all arms together, which assumes that all "
            "cultures respond alike"
        ),
        'error = "pooled"',
    ),
    "neurites.analysis.confidence": ("Confidence level of all limits", "confidence = 0.95"),
}

ALLOWED: dict[str, str] = {
    "neurites.table.threshold": "above 0, at most 100",
    "neurites.analysis.confidence": "0.5 or more, below 1",
}
DEFAULTS: dict[str, str] = {
    "neurites.title": "the name",
    "neurites.table.threshold": "1 for lengths, as the heading states for counts",
    "neurites.analysis.primary_arm": "all arms, adjusted together",
}
UNITS: dict[str, str] = {}
