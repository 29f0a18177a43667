"""The evidence for a scenario as text: size, sources, checks."""

from __future__ import annotations

from tricyclic.core.format import wrap_line
from tricyclic.reports.text.checks import with_advice
from tricyclic.results.credibility import CredibilityResult


def credibility_text(result: CredibilityResult) -> str:
    """A few key numbers, then every check."""
    counts = ", ".join(f"{count} {word}" for word, count in result.count_by_certainty().items())
    predictions = ", ".join(result.not_calibrated) or "none"
    size = f"{result.n_states} states   {result.n_parameters} parameters with these doses"
    lines = [
        f"{result.title}   {size}",
        wrap_line(f"  values: {counts}"),
        f"  annotated: {100 * result.annotated_share:.0f} % of states",
        wrap_line(f"  predictions, not used for calibration: {predictions}"),
    ]
    for check in result.checks:
        lines.append(wrap_line(f"  {check.level}   {with_advice(check.message, check.advice)}"))
    return "\n".join(lines)
