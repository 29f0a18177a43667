"""The state of an installation as text: one line each, by topic, then what to do."""

from __future__ import annotations

from tricyclic.core.format import align_columns, pluralize, wrap_line
from tricyclic.results.doctor import Diagnostic, DoctorResult

# Topic -> its heading; others as they are.
HEADINGS = {
    "library": "libraries",
    "cache": "caches",
    "font": "fonts",
    "folder": "folders",
}


def doctor_text(result: DoctorResult) -> str:
    """A verdict, the diagnostics by topic, and advice."""
    topics: dict[str, list[Diagnostic]] = {}
    for one in result.diagnostics:
        topics.setdefault(one.topic, []).append(one)
    lines = [_verdict(result)]
    for topic, diagnostics in topics.items():
        rows = [(one.level, one.name, one.value, one.purpose) for one in diagnostics]
        lines += ["", HEADINGS.get(topic, topic), *align_columns(rows)]
    advised = [one for one in result.diagnostics if one.advice]
    if advised:
        lines += ["", "advice"]
        lines += [wrap_line(f"  {one.name}: {one.advice}") for one in advised]
    return "\n".join(lines)


def _verdict(result: DoctorResult) -> str:
    count = {
        level: sum(one.level == level for one in result.diagnostics) for level in ("fail", "warn")
    }
    if count["fail"]:
        return f"{pluralize(count['fail'], 'problem')} that must be mended; see advice"
    if count["warn"]:
        return f"Everything needed is there; {pluralize(count['warn'], 'warning')}, see advice"
    return "Everything needed is there."
