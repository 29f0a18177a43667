"""The files of a PEtab problem as text: tables of tab-separated values, problem.yaml, and what a reader should know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tricyclic.core.scenario import Scenario


def table(columns: str, rows: Iterable[Sequence[object]]) -> str:
    """Write rows under their columns, which are parted by blanks in `columns`; numbers to the last digit."""
    lines = [columns.split(), *rows]
    return "".join("\t".join(_cell(cell) for cell in line) + "\n" for line in lines)


def problem_yaml(name: str) -> str:
    """The file that names all others."""
    kinds = ("parameter", "observable", "condition", "experiment", "measurement")
    files = "".join(f"{kind}_files:\n  - {kind}s.tsv\n" for kind in kinds)
    return f"format_version: 2.0.0\nid: {name}\nmodel_files:\n  {name}:\n    location: model.xml\n    language: sbml\n{files}"


def readme(
    scenario: Scenario,
    held: Sequence[object],
    left_out: Sequence[tuple[str, str]],
    remarks: Sequence[str],
) -> str:
    """What the problem holds, how, and what it cannot hold."""
    lines = [
        f"# {scenario.title}: the calibration as a PEtab v2 problem",
        "",
        "Open `problem.yaml`. Time is in hours. Noise is log-normal: the noise parameter of a measurement is the standard",
        "deviation of its natural logarithm. Priors are cut at the bounds. Nominal values are those of the library.",
        "",
        "Every experiment begins with a pre-equilibration without drug. Doses are conditions: a bolus adds to a depot, a pump, bath",
        "or probe sets a rate. `rest_of_…`, `start_of_…` and `reference_of_…` are parameters that a condition sets to what a",
        "quantity is at rest, at the start of a window, or in the arm that a measurement is relative to; such an arm comes first, and",
        "the animal or the culture is left alone for months before its own arm begins. `mean_of_…` is a state that averages",
        "a quantity from the time at which a condition opens its window.",
        "",
        "## Observations it holds",
        "",
        ", ".join(str(name) for name in held),
        "",
    ]
    if remarks:
        lines += [
            "## What is said a little differently",
            "",
            *(f"- {remark}" for remark in remarks),
            "",
        ]
    if left_out:
        by_reason: dict[str, list[str]] = {}
        for name, reason in left_out:
            by_reason.setdefault(reason, []).append(name)
        lines += ["## Observations it cannot hold", ""]
        lines += [f"- {reason}: {', '.join(names)}" for reason, names in by_reason.items()]
        lines.append("")
    return "\n".join(lines)


def _cell(value: object) -> str:
    return repr(float(value)) if isinstance(value, float) else str(value)
