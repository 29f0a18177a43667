"""Ki from an IC50."""

from __future__ import annotations

from tricyclic.api._call import Measured, call, options_from, renamed
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.ki import KiResult
from tricyclic.workflows.binding.ki import run as run_ki
from tricyclic.workflows.binding.options import KiOptions


@renamed(radioligand="radioligand_nM")
@checked_arguments
def ki(
    *,
    ic50: Measured,
    kd: Measured,
    radioligand_nM: Measured,
    receptor: Measured | None = None,
    bmax: Measured | None = None,
    protein_ug: Measured | None = None,
    volume_uL: Measured | None = None,
    bound_free: Measured | None = None,
    n: int = 1,
    compound: str = "",
    confidence: float = 0.95,
    on_progress: ProgressCallback | None = None,
) -> KiResult:
    """Ki from an IC50, without depletion (Cheng-Prusoff) or with it, and with all stated errors.

    Parameters
    ----------
    ic50
        IC50 of the competitor, in terms of what was added. A number in nM, or text with its unit,
        its standard error ("12.3 +/- 1.1 nM") or its limits ("12.3 (10.1-15.0) nM").
    kd
        Kd of the radioligand, like `ic50`.
    radioligand_nM
        Radioligand added, its concentration, like `ic50`.
    receptor
        Concentration of sites in the well, like `ic50`; the Ki is then exact under depletion.
    bmax
        Density of sites, instead of their concentration. A number in fmol/mg, or text with its
        unit.
    protein_ug
        Membrane protein per well, with `bmax`. A number in ug, or text with its unit.
    volume_uL
        Volume of a well, with `bmax`. A number in uL, or text with its unit.
    bound_free
        Specifically bound over free radioligand without competitor, instead of the sites.
    n
        Independent runs of the IC50, for its interval.
    compound
        Name of the competitor.
    confidence
        Confidence level of the intervals, given and computed.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    KiResult
        `.ki` and `.cheng_prusoff` with their intervals; `.inputs` with the share of each number in
        the error.

    Raises
    ------
    InputError
        If a number is not positive, or no competitor can have such an IC50 with so many sites.

    References
    ----------
    Cheng & Prusoff 1973, doi:10.1016/0006-2952(73)90196-2; Nikolovska-Coleska 2004,
    doi:10.1016/j.ab.2004.05.055.

    Examples
    --------
    >>> import tricyclic as tca
    >>> tca.ki(ic50="12.3 nM", kd="1.5 nM", radioligand_nM="2 nM").ki.value.__round__(2)
    5.27
    """
    return call(run_ki, options_from(KiOptions, locals()), on_progress)
