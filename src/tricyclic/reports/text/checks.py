"""Quality checks as lines of text: what did not pass, and how many checks did."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.check import Check
from tricyclic.core.format import list_names, pluralize, wrap_line
from tricyclic.reports.words import group_warnings

# Places that a line lists; tables and JSON have a row for each.
MAX_PLACES = 8


def check_lines(checks: Sequence[Check]) -> list[str]:
    """Failures, then warnings, each once with all its places; then the number of passed checks."""
    lines = []
    for check, places in group_warnings(checks):
        named = f"{list_names(places, MAX_PLACES)}: " if places else ""
        lines.append(f"  {check.level}   {named}{with_advice(check.message, check.advice)}")
    passed = sum(check.level == "pass" for check in checks)
    if passed:
        lines.append(f"  pass   {pluralize(passed, 'check')} within limits")
    return [wrap_line(line) for line in lines]


def with_advice(message: str, advice: str) -> str:
    """A message, and its advice as a second sentence."""
    return f"{message.rstrip('.')}. {advice}" if advice else message
