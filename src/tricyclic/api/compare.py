"""Comparison of two compounds, conditions, assays, studies, tables or results."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from tricyclic.api._call import call, path
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.table_input import TableInput
from tricyclic.io.frames import is_frame, pandas_frame, table_from_frame
from tricyclic.results.base import Renderable
from tricyclic.results.binding import AssayResult, StudyResult
from tricyclic.results.comparison import CompareResult
from tricyclic.results.study_run import StudyRunResult
from tricyclic.workflows.general.compare import run as run_compare
from tricyclic.workflows.general.compare_sources import source_of_result
from tricyclic.workflows.general.options import CompareOptions

if TYPE_CHECKING:
    from tricyclic.api._call import Frame

# A name, a file or folder, a DataFrame, or a result of affinity, a study, many fits, ...
Compared: TypeAlias = "str | Path | Renderable | AssayResult | Frame | Mapping[str, Any]"


@checked_arguments
def compare(
    a: Compared,
    b: Compared,
    *,
    results: Compared = "",
    endpoint: str = "",
    target: str = "",
    paired: str = "auto",
    confidence: float = 0.95,
    on_progress: ProgressCallback | None = None,
) -> CompareResult:
    """Compare two compounds, conditions, assays, studies or tables: ratio, interval and test.

    Parameters
    ----------
    a
        The reference: a name, a file or folder, or "FILE:NAME"; a result, one of its assays
        (`result["NET"]`), or a DataFrame.
    b
        What is compared with it; the ratio is b over a.
    results
        Study folder, folder of results or table that has A and B; default: the current folder. Or
        a DataFrame, or the result of `affinity`, of a study, or of `fit` and `fit_file` for many
        curves.
    endpoint
        Quantity to compare, such as Ki, IC50, Bmax or nH; default: Ki, or what both sides have.
    target
        Only this target or assay.
    paired
        Whether runs of the same name are paired; auto: where both sides are of one source and have
        the same runs. One of "auto", "yes", "no".
    confidence
        Confidence level of the intervals.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    CompareResult
        `.comparisons` has one entry for each compound, target and quantity that both sides have:
        `ratio`, `difference` (of pKi), `test`, `p`, `statement`; `.to_frame()` is a table of them.

    Raises
    ------
    InputError
        If a side is not outcome, or both have nothing in common.

    Notes
    -----
    Logarithms are compared: paired t where runs pair, Welch's t otherwise; two single runs by one
    fit of their wells (F test, limits by profile likelihood), where the wells are known. A bound
    ("> 10 uM") makes the ratio a bound. See docs/compare.md.

    Examples
    --------
    >>> tca.compare("desipramine", "imipramine", results=result)  # doctest: +SKIP
    """
    options = CompareOptions(
        _source(a, "a"),
        _source(b, "b"),
        _source(results, "results"),
        endpoint,
        target,
        paired,
        confidence,
    )
    return call(run_compare, options, on_progress)


def _source(given: Compared, name: str) -> str | TableInput:
    """What a workflow accepts: a path or name, a table, or a source of measurements."""
    if isinstance(given, AssayResult):
        given = StudyRunResult(StudyResult(given.title or given.name, (given,)))
    if isinstance(given, StudyRunResult):
        return source_of_result(given, given.study.title or name)
    if isinstance(given, Renderable):
        # The main table of a result, such as the fits of many curves.
        return table_from_frame(given.to_frame(), name)
    if isinstance(given, Mapping):
        return table_from_frame(pandas_frame(given), name)
    if is_frame(given):
        return table_from_frame(given, name)  # type: ignore[arg-type]
    return path(given)  # type: ignore[arg-type]
