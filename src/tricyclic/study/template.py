"""The files of a new study: the defaults of its protocol to confirm, the other conditions to fill
in.
"""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from pathlib import Path

import numpy as np

from tricyclic.core.condition_text import measured_text
from tricyclic.core.conditions import MeasuredValue
from tricyclic.core.protocol import Protocol
from tricyclic.core.scattered_layout import scattered_layout
from tricyclic.errors import InputError
from tricyclic.io.atomic import write_file
from tricyclic.io.plate_layout import layout_from_toml, write_layout_toml
from tricyclic.study import exclusions
from tricyclic.study.plan import NAME, SCHEMA

LAYOUT = "layouts/plate.toml"
# Named by the protocol itself.
IDENTITY = ("target", "radioligand", "isotope", "mask", "masked_site", "decay_convention")
LAYOUT_HEAD = """\
# Contents of the wells. A list runs along a block in its direction; wells across are replicates.
"""
SCATTERED_HEAD = """\
# Contents of the wells, scattered over the plate so that a drift is not taken for another curve.
# Make another layout for each run: tricyclic study new binding DIR --scattered --seed 2
"""
ANY_LAYOUT = """\
plate = 96

[[block]]
wells = "A1:A6"
role = "total"

[[block]]
wells = "A7:A12"
role = "non_specific"
"""
RAW_README = """\
Copy the files of the counter here, as they were exported. Do not change them: the log keeps their
sha256.
"""
# Conditions to fill in, with an example and a remark; those that the protocol proposes are written
# with its values instead.
OPEN_CONDITIONS = {
    "radioligand_nM": (
        '"1.04 nM"',
        "counted from the dilution; for a saturation in the layout, for each well",
    ),
    "radioligand_kd_nM": ('"0.8 +/- 0.1 nM"', "measured in these membranes, if you have it"),
    "specific_activity_Ci_per_mmol": ("{ value = 80.0, se = 2.0 }", "from the vial"),
    "reference_date": ("2026-01-15", "date of that specific activity"),
    "assay_date": ("2026-03-12", ""),
    "counting_efficiency": ("0.45", "counts per decay; not for a counter that gives dpm"),
    "counting_time_min": ("1.0", ""),
    "background_cpm": ("25.0", ""),
    "volume_uL": ("250.0", ""),
    "protein_ug": ("{ value = 30.0, se = 1.5 }", ""),
    "tissue": ('"membranes of rat frontal cortex"', ""),
    "buffer": ('"50 mM Tris-HCl, 120 mM NaCl, 5 mM KCl, pH 7.4"', ""),
    "nsb_drug": ('"mazindol"', "drug of the non-specific wells"),
    "nsb_drug_M": ('"10 uM"', ""),
    "incubation_min": ("60.0", ""),
    "temperature_C": ("25.0", ""),
    "filter": ('"GF/B"', ""),
    "washing": ('"three times with ice-cold buffer"', ""),
}
CONDITIONS = """\
# Fill in the conditions that you have: remove the first #. Without a volume, an efficiency and a
# specific activity, results stay in counts, with a warning.
[assay.conditions]
{open}
# Defaults of the protocol, used and marked in the methods until they are stated: remove the first #
# where yours are the same, or write your own. Sources: tricyclic library protocols {protocol}
{defaults}
"""
METHOD = """\
[assay.method]
# model = "auto"          # or a curve model by name: tricyclic curves models
# confidence = 0.95
# calibrate = 0           # number of simulations that calibrate the tests between models, e.g. 499
# outliers = "suggest"    # possible outliers, and the result without them; "none": no suggestions

# One block for each independent run.
[[assay.plate]]
file = "raw/run1.csv"
run = "run1"
# unit = "cpm"            # where the file does not contain it
# plate = "1"             # where the file contains several plates
# group = "vehicle"       # where conditions are compared

# Or a table of readings, in counts or in amounts.
# [[assay.table]]
# file = "raw/table1.csv"
# run = "run1"
# unit = "fmol"           # counts, cpm, dpm, fmol, fmol/mg, nM, ...
# [assay.table.columns]   # competitor, radioligand, time, agonist, antagonist, modulator
# competitor = { column = "conc", unit = "nM" }
# response = "bound"      # or total and non_specific

# [assay.plate.conditions]
# radioligand_nM = "1.04 nM"              # conditions of this run only
"""
GROUPS = """\
# [[compare]]
# kind = "groups"
# assay = "{assay}"
# parameter = "Bmax"
# reference = "vehicle"
# other = "treated"
# paired = true           # runs of the same name were done side by side
"""
SELECTIVITY = """\
# [[compare]]
# kind = "selectivity"
# assay = "{assay}"
# against = ["SERT", "DAT"]
# paired = true           # runs of the same name were done side by side, from the same dilutions
"""
JOINT = """\
# A joint fit: assays of one target whose runs of the same name share Kd, Bmax and non-specific
# binding.
# [[joint]]
# name = "{assay} together"
# assays = ["saturation", "competition"]
"""


def study_template(protocol: Protocol, rng: np.random.Generator | None = None) -> dict[str, str]:
    """The files of a new study by protocol, as path -> text; with `rng`, the wells of its layout
    are scattered.
    """
    layout = LAYOUT_HEAD + (protocol.layout or ANY_LAYOUT)
    if rng is not None:
        planned = layout_from_toml(protocol.layout or ANY_LAYOUT)
        layout = SCATTERED_HEAD + write_layout_toml(scattered_layout(planned, rng))
    return {
        NAME: _study(protocol),
        LAYOUT: layout,
        exclusions.NAME: _exclusions(protocol),
        "raw/README.txt": RAW_README,
        "README.txt": _readme(protocol),
    }


def is_written(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Whether a folder has all these files with these contents."""
    return all(
        (folder / name).is_file() and (folder / name).read_bytes() == data
        for name, data in files.items()
    )


def write_study(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write the files of a new study.

    Raises
    ------
    InputError
        If the folder exists and is not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        problem = "is not empty" if folder.is_dir() else "is a file"
        raise InputError(problem, where=str(folder), do="Name a folder that is new or empty")
    # study.toml is written last, so that an interrupted run leaves no incomplete study.
    for name in sorted(files, key=lambda name: name == NAME):
        write_file(folder / name, files[name])


def _study(protocol: Protocol) -> str:
    assay = protocol.conditions.target or "assay"
    compound = f'compound = "{protocol.compound}"\n' if protocol.compound else ""
    compare = GROUPS if protocol.kind == "saturation" else SELECTIVITY
    return f"""\
# The study: assays, plates, conditions and analysis. An unknown key is an error. A number may be
# written 0.8, "0.8 nM", "0.8 +/- 0.1 nM", or
# {{ value = 0.8, unit = "nM", se = 0.1, source = "own saturation, 2026" }}.

schema_version = {SCHEMA}
title = "{protocol.title}"
author = ""
laboratory = ""
# date = 2026-03-20        # of the study; the dates of the assays are conditions
# notes = "…"             # printed on the first page of the report
# synthetic = "made by …"  # only for simulated data; every page of the report then shows it

[[people]]
name = "A. Person"
role = "experiments"

[[assay]]
name = "{assay}"
protocol = "{protocol.name}"
{compound}layout = "{LAYOUT}"

{conditions_table(protocol)}
{METHOD}
{compare.format(assay=assay)}
{JOINT.format(assay=assay)}
[report]
formats = ["html", "pdf"]
"""


def conditions_table(protocol: Protocol) -> str:
    """[assay.conditions] of a new study."""
    defaults = default_conditions(protocol)
    return CONDITIONS.format(
        open=open_conditions(defaults),
        protocol=protocol.name,
        defaults="\n".join(defaults.values()) or "# none",
    )


def open_conditions(skipped: Container[str]) -> str:
    """The conditions to fill in, as comments with examples, without those that are stated."""
    lines = []
    for name, (example, remark) in OPEN_CONDITIONS.items():
        if name not in skipped:
            line = f"# {name} = {example}"
            lines.append(f"{line:<45} # {remark}" if remark else line)
    return "\n".join(lines)


def default_conditions(protocol: Protocol, skipped: Container[str] = ()) -> dict[str, str]:
    """The defaults of a protocol by condition, each as a line of [assay.conditions] in a comment.

    Parameters
    ----------
    protocol : Protocol
    skipped : container of str
        Conditions that are stated elsewhere.
    """
    c = protocol.conditions
    return {
        name: f"# {name} = {toml_value(getattr(c, name))}"
        for name in c.provided()
        if name not in IDENTITY and name not in skipped and c.is_default(name)
    }


def toml_value(value: object) -> str:
    """A condition as it is written into study.toml."""
    if isinstance(value, MeasuredValue):
        return (
            json.dumps(f"{measured_text(value)} {value.unit}") if value.unit else repr(value.value)
        )
    return repr(value) if isinstance(value, float) else json.dumps(str(value), ensure_ascii=False)


def _exclusions(protocol: Protocol) -> str:
    assay = protocol.conditions.target or "assay"
    return (
        f'{exclusions.HEADER}# raw/run1.csv:D11,"bubble seen in the well",A. Person,2026-03-12\n'
        f"# {assay}/run1/D11 is the same well; {assay}/run1 excludes the whole run\n"
    )


def _readme(protocol: Protocol) -> str:
    return f"""A tricyclic study: {protocol.title}

study.toml       assays, plates, conditions and analysis
raw/             files of the counter, never changed
{LAYOUT}     contents of the wells
exclusions.csv   excluded wells or runs, each with reason, person and date
results/         written by: tricyclic study run .     (results/latest names the newest)
log.jsonl        written by each run: what was run and when, each line with the hash of the line
                 before

tricyclic study verify .    recomputes the results and compares them byte for byte
"""
