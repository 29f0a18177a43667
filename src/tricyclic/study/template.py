"""A protocol becomes the files of a new study: what is fixed is shown, what must be stated is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tricyclic.core.protocol import Protocol
from tricyclic.errors import InputError
from tricyclic.io.atomic import write_file
from tricyclic.study import exclusions
from tricyclic.study.plan import NAME, SCHEMA

LAYOUT = "layouts/plate.toml"


def template_of(protocol: Protocol) -> dict[str, str]:
    """The files of a new study by protocol, as path -> text."""
    return {
        NAME: _study(protocol),
        LAYOUT: "# Which well holds what. Lists run along a block in its direction; the wells beside are replicates.\n"
        + (protocol.layout or _any_layout()),
        exclusions.NAME: exclusions.HEADER
        + '# raw/run1.csv:D11,"bubble seen in the well",A. Person,2026-03-12\n'
        + f"# {protocol.conditions.target or 'assay'}/run1/D11 means the same; {protocol.conditions.target or 'assay'}/run1 leaves out the whole run\n",
        "raw/README.txt": "Put the files of the counter here, as they were exported. They are never changed; the log keeps their sha256.\n",
        "README.txt": _readme(protocol),
    }


def write_new(folder: Path, files: Mapping[str, str]) -> None:
    """Write a new study folder.

    Raises
    ------
    InputError
        If the folder is there and holds anything.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError("is not empty", where=str(folder), do="Name a folder that is new or empty")
    for name in sorted(files, key=lambda name: name == NAME):
        write_file(folder / name, files[name])


def _study(protocol: Protocol) -> str:
    c = protocol.conditions
    saturation = protocol.kind == "saturation"
    fixed = []
    for name, unit in (
        ("radioligand_nM", "nM"),
        ("radioligand_kd_nM", "nM"),
        ("nsb_drug_M", "M"),
        ("volume_uL", "uL"),
    ):
        value = getattr(c, name)
        if value is not None:
            number = getattr(value, "value", value)
            fixed.append(f"#   {name:<18} {number:g} {unit}")
    known = "\n".join(fixed) or "#   nothing"
    compound = f'compound = "{protocol.compound}"\n' if protocol.compound else ""
    asked = "\n".join(f"# {line}" for line in _asked_for())
    return f'''# What was measured, how, in which wells, and how it is analysed.
# Keys that tricyclic does not know are refused. A number may be written 0.8, "0.8 nM", "0.8 +/- 0.1 nM", or
# {{ value = 0.8, unit = "nM", se = 0.1, source = "own saturation, 2026" }}.

schema_version = {SCHEMA}
title = "{protocol.title}"
author = ""
# synthetic = "made by …"                     # only for data that nobody measured; every page then says so

[[people]]
name = "A. Person"
role = "did the experiments"

[[assay]]
name = "{c.target or "assay"}"
protocol = "{protocol.name}"
{compound}layout = "{LAYOUT}"

# The protocol fixes these; state them below where yours differ (tricyclic protocols {protocol.name} shows all):
{known}
# State what you know of these. Without them results stay in counts, and a check says so.
[assay.conditions]
{asked}

[assay.method]
# model = "auto"          # or a curve by name: tricyclic curves
# confidence = 0.95
# calibrate = 0           # simulations that calibrate the tests between models, such as 499
# outliers = "none"       # "suggest" names doubtful wells; none is ever dropped without you

# One for each independent run.
[[assay.plate]]
file = "raw/run1.csv"
run = "run1"
# unit = "cpm"            # where the file does not say
# plate = "1"             # where the file holds several plates
# group = "vehicle"       # where conditions are compared

# [assay.plate.conditions]
# radioligand_nM = "1.04 nM"                  # what was different in this run

# [[compare]]
# kind = "{"groups" if saturation else "selectivity"}"
# assay = "{c.target or "assay"}"
# {'parameter = "Bmax"' if saturation else 'against = ["SERT", "DAT"]'}
{"# reference = " + chr(34) + "vehicle" + chr(34) + chr(10) + "# other = " + chr(34) + "treated" + chr(34) + chr(10) + "# paired = true                               # runs of one name went through the assay together" if saturation else ""}

# Assays of one target whose runs of the same name are to share Kd, Bmax and non-specific binding in one fit:
# [[joint]]
# name = "{c.target or "target"} together"
# assays = ["saturation", "competition"]

[report]
formats = ["html", "pdf"]
'''


def _asked_for() -> list[str]:
    """The conditions that a person must state, as lines of study.toml; nothing is stated in their stead."""
    hot = "concentration as counted from the hot mix; the layout states it for each well of a saturation"
    return [
        f'radioligand_nM = "1.04 nM"            # {hot}',
        'radioligand_kd_nM = "0.8 +/- 0.1 nM"  # your own, in these membranes, if you have it',
        "specific_activity_Ci_per_mmol = { value = 80.0, se = 2.0 }   # from the vial",
        "reference_date = 2026-01-15           # day the specific activity was certified for",
        "assay_date = 2026-03-12",
        "counting_efficiency = 0.45            # counts per decay; leave out where the counter gives dpm",
        "counting_time_min = 1.0",
        "background_cpm = 25.0",
        "protein_ug = { value = 30.0, se = 1.5 }",
    ]


def _any_layout() -> str:
    return 'plate = 96\n\n[[block]]\nwells = "A1:A6"\nrole = "total"\n\n[[block]]\nwells = "A7:A12"\nrole = "non_specific"\n'


def _readme(protocol: Protocol) -> str:
    return f"""A tricyclic study: {protocol.title}

study.toml       what was measured, how, in which wells, by which method
raw/             files of the counter, never changed
{LAYOUT}     which well holds what
exclusions.csv   wells or runs left out, each with its reason, person and date
results/         made by: tricyclic run .     (results/latest names the newest)
log.jsonl        what was run when, sealed line by line

tricyclic verify .    proves that the results can be had again, byte for byte
"""
