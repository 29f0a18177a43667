"""A planned experiment as files: the report, the drawn plate, and a study folder that waits for its raw files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tricyclic.assays.binding.design.plan import expected_plate
from tricyclic.core.conditions import Measured
from tricyclic.core.protocol import Protocol
from tricyclic.study.plan import NAME, SCHEMA
from tricyclic.study.template import LAYOUT, template_of

if TYPE_CHECKING:
    from tricyclic.jobs._design_plan import Asked
    from tricyclic.jobs._designed import Designed

# what a study must know, in the order it is written; the unit stands in the name
_WRITTEN = (
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


def files_of(found: Designed, begun: Asked) -> dict[str, bytes | str]:
    """Path below the folder -> content."""
    from tricyclic.io.plate_layout import write_layout_toml
    from tricyclic.plotting.plate import plate_map

    plan = found.plan
    protocol = begun.protocol or Protocol(
        "", found.title, plan.kind, plan.conditions, (), compound=plan.compound
    )
    drawing = plate_map(expected_plate(plan), title=f"{found.title}: expected cpm")
    files: dict[str, bytes | str] = dict(template_of(protocol))
    files |= {
        NAME: _study(found, begun),
        LAYOUT: "# Planned by tricyclic design; what each well will hold.\n"
        + write_layout_toml(plan.layout),
        "design.txt": found.text + "\n",
        "design.json": json.dumps(found.as_json(), ensure_ascii=False, allow_nan=False, indent=1)
        + "\n",
        "plate.svg": drawing.svg,
        "plate.pdf": drawing.pdf,
    }
    return files


def _study(found: Designed, begun: Asked) -> str:
    plan = found.plan
    c = plan.conditions
    name = c.target or "assay"
    held: list[str] = []
    assumed = {taken.condition for taken in begun.taken} - {""}
    for key in _WRITTEN:
        value = getattr(c, key)
        # What a saturation is made for is not told to it; a saturation's wells state their own radioligand.
        if value is None or (
            plan.kind == "saturation" and key in ("radioligand_kd_nM", "radioligand_nM")
        ):
            continue
        line = f"{key} = {_number(value)}"
        if key in assumed:
            held.append(f"# {line}   # assumed in the design: state your own")
        elif key in begun.stated or begun.protocol is None:
            held.append(line)
    if begun.protocol is None:
        held += [
            f"{key} = {_text(getattr(c, key))}"
            for key in ("radioligand", "isotope")
            if getattr(c, key)
        ]
    lines = [
        "# Planned by tricyclic design. Put the counter's files into raw/, correct what was different, then: tricyclic run .",
        '# A number may be written 0.8, "0.8 nM", "0.8 +/- 0.1 nM", or { value = 0.8, unit = "nM", se = 0.1, source = "…" }.',
        "",
        f"schema_version = {SCHEMA}",
        f"title = {_text(found.title.removesuffix(', before the bench'))}",
        'author = ""',
        "",
        "[[assay]]",
        f"name = {_text(name)}",
        f"kind = {_text(plan.kind)}",
        *([f"protocol = {_text(begun.protocol.name)}"] if begun.protocol else []),
        *([f"compound = {_text(plan.compound)}"] if plan.compound else []),
        *([f"target = {_text(c.target)}"] if c.target and not begun.protocol else []),
        f"layout = {_text(LAYOUT)}",
        "",
        "# Stated in the design; the protocol fixes the rest.",
        "[assay.conditions]",
        *held,
        "# assay_date = 2026-03-12",
        "# reference_date = 2026-01-15           # day the specific activity was certified for",
    ]
    for run in range(1, plan.runs + 1):
        lines += ["", "[[assay.plate]]", f'file = "raw/run{run}.csv"', f'run = "run{run}"']
        if run == 1:
            lines += ['# unit = "cpm"            # where the file does not say']
    return "\n".join([*lines, "", "[report]", 'formats = ["html", "pdf"]', ""])


def _number(value: Any) -> str:
    if isinstance(value, Measured):
        unit = f", unit = {_text(value.unit)}" if value.unit else ""
        return (
            f"{{ value = {value.value!r}{unit}, se = {value.se!r} }}"
            if value.se
            else f"{{ value = {value.value!r}{unit} }}"
        )
    return repr(float(value))


def _text(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
