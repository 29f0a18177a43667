"""KB of a functional antagonist from an IC50."""

from __future__ import annotations

from tricyclic.api._call import Measured, call, options_from
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.ki import KbResult
from tricyclic.workflows.curves.kb import run
from tricyclic.workflows.curves.options import KbOptions


@checked_arguments
def kb(
    *,
    ic50: Measured,
    agonist: Measured,
    ec50: Measured,
    agonist_hill: Measured = 1.0,
    n: int = 1,
    compound: str = "",
    confidence: float = 0.95,
    on_progress: ProgressCallback | None = None,
) -> KbResult:
    """KB of a functional antagonist from an IC50 (Leff-Dougall), with all stated errors.

    Parameters
    ----------
    ic50
        Antagonist that halves the response to the agonist. A number in nM, or text with its unit,
        its standard error ("120 +/- 15 nM") or its limits ("120 (95-150) nM").
    agonist
        Agonist beside it, its concentration, like `ic50`.
    ec50
        EC50 of the agonist alone, like `ic50`.
    agonist_hill
        Slope of the curve of the agonist alone, a number or text with its error.
    n
        Independent runs of the IC50, for its interval.
    compound
        Name of the antagonist.
    confidence
        Confidence level of the intervals, given and computed.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    KbResult
        `.kb`, and `.cheng_prusoff` (slope 1) with their intervals; `.inputs` with the
        share of each number in the error.

    Raises
    ------
    InputError
        If a number is not above 0.

    References
    ----------
    Leff & Dougall 1993, doi:10.1016/0165-6147(93)90080-4.

    Examples
    --------
    >>> import tricyclic as tca
    >>> tca.kb(ic50="120 nM", agonist="30 nM", ec50="10 nM").kb.value
    30.0
    """
    return call(run, options_from(KbOptions, locals()), on_progress)
