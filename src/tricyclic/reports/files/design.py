"""A planned binding experiment as files: the report, the plate map, and a study folder without its
raw files.
"""

from __future__ import annotations

import json
from typing import Any

from tricyclic.assays.binding.design.plan import expected_plate
from tricyclic.core.conditions import MeasuredValue
from tricyclic.core.protocol import Protocol
from tricyclic.io.plate_layout import write_layout_toml
from tricyclic.plotting.plate import plate_map
from tricyclic.reports.json import document, encode
from tricyclic.reports.json.design import design_json
from tricyclic.reports.text.design import design_text
from tricyclic.results.design import DesignResult
from tricyclic.study.plan import NAME, SCHEMA
from tricyclic.study.template import LAYOUT, default_conditions, study_template

# Conditions of a study file, in the order in which they are written; the unit is in the name.
CONDITIONS = (
    "radioligand_nM",
    "radioligand_kd_nM",
    "specific_activity_Ci_per_mmol",
    "counting_efficiency",
    "counting_time_min",
    "background_cpm",
    "volume_uL",
    "protein_ug",
    "kon_per_M_min",
    "koff_per_min",
    "incubation_min",
    "temperature_C",
)
# A saturation determines the Kd, and its wells have their own amount of radioligand.
NOT_IN_SATURATION = ("radioligand_kd_nM", "radioligand_nM")


def design_files(result: DesignResult) -> dict[str, bytes]:
    """Name of each file below the folder and its bytes; the same design gives the same bytes."""
    plan = result.plan
    protocol = result.protocol or Protocol(
        "", result.title, plan.kind, plan.conditions, (), compound=plan.compound
    )
    drawing = plate_map(expected_plate(plan), title=f"{result.title}: expected cpm")
    texts = dict(study_template(protocol)) | {
        NAME: _study(result),
        LAYOUT: "# Planned by: tricyclic binding design. What each well will contain.\n"
        + write_layout_toml(plan.layout),
        "design.txt": design_text(result) + "\n",
        "plate.svg": drawing.svg,
    }
    files = {name: text.encode("utf-8") for name, text in texts.items()}
    return files | {
        "design.json": encode(document("binding-design", {"result": design_json(result)})),
        "plate.pdf": drawing.pdf,
    }


def _study(result: DesignResult) -> str:
    plan, protocol = result.plan, result.protocol
    c = plan.conditions
    lines = [
        "# Planned by: tricyclic binding design. Put the files of the counter into raw/, correct",
        "# what was done differently, then: tricyclic run .",
        '# A number may be written 0.8, "0.8 nM", "0.8 +/- 0.1 nM", or',
        '# { value = 0.8, unit = "nM", se = 0.1, source = "…" }.',
        "",
        f"schema_version = {SCHEMA}",
        f"title = {_text(result.title)}",
        'author = ""',
        "",
        "[[assay]]",
        f"name = {_text(c.target or 'assay')}",
        f"kind = {_text(plan.kind)}",
        *([f"protocol = {_text(protocol.name)}"] if protocol else []),
        *([f"compound = {_text(plan.compound)}"] if plan.compound else []),
        *([f"target = {_text(c.target)}"] if c.target and not protocol else []),
        f"layout = {_text(LAYOUT)}",
        "",
        "# Provided for the design.",
        "[assay.conditions]",
        *_conditions(result),
        *_defaults(result),
        "# assay_date = 2026-03-12",
        "# reference_date = 2026-01-15           # day of the stated specific activity",
    ]
    for run in range(1, plan.runs + 1):
        lines += ["", "[[assay.plate]]", f'file = "raw/run{run}.csv"', f'run = "run{run}"']
        if run == 1:
            lines += ['# unit = "cpm"            # where the file does not state it']
    return "\n".join([*lines, "", "[report]", 'formats = ["html", "pdf"]', ""])


def _conditions(result: DesignResult) -> list[str]:
    plan, protocol = result.plan, result.protocol
    lines: list[str] = []
    assumed = {one.condition for one in result.assumptions} - {""}
    for key in CONDITIONS:
        value = getattr(plan.conditions, key)
        if value is None or (plan.kind == "saturation" and key in NOT_IN_SATURATION):
            continue
        line = f"{key} = {_number(value)}"
        if key in assumed:
            lines.append(f"# {line}   # assumed in the design: provide your own")
        elif key in result.provided or protocol is None:
            lines.append(line)
    if protocol is None:
        lines += [
            f"{key} = {_text(getattr(plan.conditions, key))}"
            for key in ("radioligand", "isotope")
            if getattr(plan.conditions, key)
        ]
    return lines


def _defaults(result: DesignResult) -> list[str]:
    """Defaults of the protocol, as comments to confirm."""
    if result.protocol is None:
        return []
    skipped = (*result.provided, *(NOT_IN_SATURATION if result.plan.kind == "saturation" else ()))
    defaults = default_conditions(result.protocol, skipped)
    head = (
        "# Defaults of the protocol, marked in the methods until they are stated: remove the",
        "# first # where yours are the same, or write your own.",
    )
    return [*head, *defaults.values()] if defaults else []


def _number(value: Any) -> str:
    if not isinstance(value, MeasuredValue):
        return repr(float(value))
    parts = [f"value = {value.value!r}"]
    parts += [f"unit = {_text(value.unit)}"] if value.unit else []
    parts += [f"se = {value.se!r}"] if value.se else []
    return f"{{ {', '.join(parts)} }}"


def _text(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
