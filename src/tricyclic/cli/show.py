"""What a job found, as plain text: the number, its interval and n first, then what to doubt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tricyclic.core.estimate import told
from tricyclic.core.format import figures


def as_text(verb: str, found: Any) -> str:
    """Write a result for a person; a result that tells itself does, one without a way is told field by field."""
    if hasattr(found, "as_text"):
        return str(found.as_text())
    return _WAYS.get(verb, _fields)(found)


def study_text(study: Any, says: Mapping[str, str] | None = None) -> str:
    """The numbers of a study, assay by assay, each with its model, and the checks below them.

    `says` gives each curve in a few words, by its name.
    """
    lines = ["Synthetic data: " + study.synthetic] if study.synthetic else []
    for assay in study.assays:
        if len(study.assays) > 1:
            lines += ["", assay.title] if not _told_by_numbers(assay) else [""]
        names = dict.fromkeys(plate.model for plate in assay.plates if plate.model)
        model = "; ".join((says or {}).get(name, name) for name in names)
        groups = {plate.group for plate in assay.plates} - {""}
        for estimate in assay.pooled:
            of_group = f"{estimate.where}   " if estimate.where in groups else ""
            lines.append(f"{of_group}{told(estimate)}   {model}".rstrip())
        lines += [f"  {comparison.says}" for comparison in assay.comparisons]
        lines += _checks(assay.all_checks())
    if study.comparisons or study.selectivity:
        lines += ["", "Compared"]
        lines += [f"  {comparison.says}" for comparison in study.comparisons]
        lines += [f"  {told(estimate)}" for estimate in study.selectivity]
    lines += _checks(study.checks)
    if study.exclusions:
        lines += ["", "Left out"]
        lines += [f"  {e.target}   {e.reason} ({e.who}, {e.when})" for e in study.exclusions]
    return "\n".join(lines).strip("\n")


def _told_by_numbers(assay: Any) -> bool:
    return any(told(estimate).startswith(assay.title + "  ") for estimate in assay.pooled)


def _checks(checks: Sequence[Any]) -> list[str]:
    """Doubts, gravest first, each once with all the places it holds for; then how many checks are fine."""
    doubts: dict[tuple[str, str, str], list[str]] = {}
    for check in sorted((c for c in checks if c.level != "fine"), key=lambda c: c.level != "stop"):
        doubts.setdefault((check.level, check.says, check.advice), []).append(check.where)
    lines = []
    for (level, says, advice), places in doubts.items():
        where = ", ".join(dict.fromkeys(place for place in places if place))
        lines.append(f"  {level}   {where + ': ' if where else ''}{_sentences(says, advice)}")
    fine = sum(1 for check in checks if check.level == "fine")
    return (
        [*lines, f"  fine   {fine} check{'s' if fine > 1 else ''} within limits"] if fine else lines
    )


def _sentences(says: str, advice: str) -> str:
    return f"{says.rstrip('.')}. {advice}" if advice else says


def _found(found: Any) -> str:
    text = study_text(found.study, found.says)
    return text + (f"\n\nresults  {found.place}" if found.place else "")


def _demo(found: Any) -> str:
    reports = "\n".join(f"report   {path}" for path in found.reports)
    return f"{study_text(found.study, found.found.says)}\n\n{reports}"


def _new(found: Any) -> str:
    lines = [f"{found.folder}"] + [f"  {name}" for name in found.written]
    return "\n".join(
        [
            *lines,
            "",
            f"Put raw files into {found.folder}/raw, fill in study.toml, then: tricyclic run {found.folder}",
        ]
    )


def _verify(found: Any) -> str:
    if found.proven:
        return f"proven   {found.compared} files of {found.results} are the same, byte for byte; {found.log_lines} lines of the log hold"
    return f"not proven   {found.difference}"


def _read(found: Any) -> str:
    lines = [f"{found.file}   read by {found.reader}   sha256 {found.sha256[:12]}…"]
    for item in found.held:
        lines.append(
            f"{item.what} {item.name}   {item.size} {'wells' if item.what == 'plate' else 'rows'}   {item.unit}".rstrip()
        )
        lines += [f"  {note}" for note in item.notes[1:]]
        lines += [f"  flag {flag}" for flag in item.flags]
        lines += [f"  column {column}" for column in item.columns]
        for number, row in enumerate(item.values):
            cells = "".join(f"{'-' if value is None else f'{value:g}':>9}" for value in row)
            lines.append(f"  {chr(65 + number)}{cells}")
    return "\n".join(lines)


def _curves(found: Any) -> str:
    if not found.full:
        width = max(len(curve.name) for curve in found.curves)
        return "\n".join(f"{curve.name:<{width}}  {curve.says}" for curve in found.curves)
    (curve,) = found.curves
    lines = [
        curve.name,
        f"  {curve.says}",
        f"  {curve.equation}",
        f"  {curve.when}",
        "",
        "what is varied",
    ]
    lines += [f"  {name}   {says}" for name, says in curve.columns]
    lines += ["", "parameters"]
    lines += [
        f"  {name} [{unit}]   {says}{'   given' if given else ''}"
        for name, unit, says, given in curve.parameters
    ]
    return "\n".join([*lines, "", "sources", *(f"  {source}" for source in curve.sources)])


def _protocols(found: Any) -> str:
    if not found.full:
        width = max(len(protocol.name) for protocol in found.protocols)
        return "\n".join(
            f"{protocol.name:<{width}}  {protocol.title}" for protocol in found.protocols
        )
    (protocol,) = found.protocols
    lines = [protocol.title, f"  {protocol.says}", "", "conditions"]
    lines += [
        f"  {name:<30} {value}{f'   [{source}]' if source else ''}"
        for name, value, source in protocol.conditions
    ]
    lines += ["", "steps"] + [f"  {name}: {does}" for name, does in protocol.steps]
    lines += ["", f"assumed, no source: {', '.join(protocol.assumed) or 'nothing'}"]
    return "\n".join(lines)


def _convert(found: Any) -> str:
    steps = "".join(f"\n  {step}" for step in found.steps)
    return f"{found.given} = {found.value:.10g} {found.unit}{steps}"


def _fit(found: Any) -> str:
    fit = found.fit
    lines = [f"{found.curve}   {found.says}   {fit.n} readings   {fit.says}"]
    for p in fit.parameters:
        limits = (
            ""
            if p.low != p.low
            else f"   {fit.confidence * 100:g} %: {figures(p.low)} to {figures(p.high)}"
        )
        lines.append(
            f"  {p.name:<14} {figures(p.value, 4)} {p.unit}{'   given' if p.fixed else limits}".rstrip()
        )
    return "\n".join(lines + _checks(fit.checks))


def _design(found: Any) -> str:
    return str(found.text)


def _fields(found: Any) -> str:
    return "\n".join(f"{name}   {value}" for name, value in found.as_json().items())


_WAYS: dict[str, Callable[[Any], str]] = {
    "affinity": _found,
    "saturation": _found,
    "kinetics": _found,
    "run": _found,
    "demo": _demo,
    "new": _new,
    "verify": _verify,
    "read": _read,
    "curves": _curves,
    "protocols": _protocols,
    "convert": _convert,
    "fit": _fit,
    "design": _design,
}
