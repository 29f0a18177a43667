"""KB of a functional antagonist from an IC50 (Leff and Dougall)."""

from __future__ import annotations

from tricyclic.assays.potency.kb import kb_of_ic50
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.ki import KbResult
from tricyclic.workflows.curves.options import KbOptions
from tricyclic.workflows.stated_numbers import check_confidence_and_n, stated_number


def run(options: KbOptions, on_progress: ProgressCallback | None = None) -> KbResult:
    """Convert, with the errors of all numbers that have one.

    Raises
    ------
    InputError
        If a number is not above 0.
    """
    df = check_confidence_and_n(options.confidence, options.n)
    level = options.confidence
    return kb_of_ic50(
        stated_number(options.ic50, "nM", "ic50", level, df),
        stated_number(options.agonist, "nM", "agonist", level),
        stated_number(options.ec50, "nM", "ec50", level),
        stated_number(options.agonist_hill, "", "agonist_hill", level),
        confidence=level,
        n=options.n,
        compound=options.compound,
    )
