"""Status and checks that follow from what is known of a fitted sigmoid, one rule for one curve and
for a million.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.layout import (
    AT_BOUND,
    CONSTANT,
    FITTED,
    FLAT,
    INFINITE,
    NONE_FINITE,
    NOT_CONVERGED,
    NOT_DISTINGUISHABLE,
    NOT_MONOTONE,
    OPEN_ABOVE,
    OPEN_BELOW,
    OPEN_BOTH,
    TOO_FEW,
    TOP_BELOW_BOTTOM,
)

# Check -> bit in the checks of a curve, in the order in which they are listed.
CHECKS: tuple[str, ...] = (
    "fit_failed",
    "converged",
    "flat",
    "not_monotone",
    "ic50_outside_range",
    "ci_unbounded",
    "plateau_missing",
    "parameter_at_bound",
    "top_below_bottom",
    "few_doses",
    "lack_of_fit",
    "residual_runs",
)
# Values of the bits.
(
    FIT_FAILED,
    _CONVERGED,
    _FLAT,
    _NOT_MONOTONE,
    _OUTSIDE,
    _UNBOUNDED,
    _PLATEAU,
    _PARAMETER_AT_BOUND,
    _REVERSED,
    _FEW_DOSES,
    _LACK,
    _RUNS,
) = (1 << bit for bit in range(len(CHECKS)))


# Of a test of `quick_checks` that only `verdict.assess` can decide.
UNDECIDED = -1
# Rows of the marks of `conclude_all`.
MARKS = 12
(
    TURNS,
    IS_FLAT,
    LOW_POWER,
    IS_OUTSIDE,
    BELOW,
    ABOVE,
    HILL_AT_BOUND,
    IS_REVERSED,
    MISSES_PLATEAU,
    IS_FEW_DOSES,
    LACKS_FIT,
    HAS_FEW_RUNS,
) = range(MARKS)


@compiled(allocates=False)
def conclude(status, turns, flat, power_is_low, position, limits, shape, residuals):
    """Status and checks (bits of `CHECKS`) of one curve.

    Parameters
    ----------
    status : int
        Where there is no fit, or where the search did not converge; any other is derived again.
    turns, flat, power_is_low : bool
        Whether the curve rises and falls significantly; whether F is that of a flat line; whether
        the design would not show a complete curve either.
    position : tuple
        Bound of the search that log10 IC50 is, -1 or 1, else 0; whether it lies outside the doses.
    limits : tuple of bool
        Whether the lower and the upper limit do not exist.
    shape : tuple of bool
        Whether hill is at its bound, whether the plateaus contradict their names, whether a plateau
        is neither reached nor known.
    residuals : tuple of bool
        Whether there are no more doses than parameters; whether the curve misses the means of
        replicates; whether its residuals have too few runs.
    """
    if status in (TOO_FEW, NONE_FINITE, CONSTANT, INFINITE):
        return status, FIT_FAILED
    at_bound, is_outside = position
    below, above = limits
    hill_at_bound, is_reversed, misses_plateau = shape
    few_doses, lacks_fit, few_runs = residuals
    derived = FITTED
    if turns:
        derived = NOT_MONOTONE
    # A search that ends at the bound of the IC50 is no less certain of it.
    elif status == NOT_CONVERGED and at_bound == 0:
        derived = NOT_CONVERGED
    elif is_reversed and not flat:
        derived = TOP_BELOW_BOTTOM
    elif flat:
        derived = NOT_DISTINGUISHABLE if power_is_low else FLAT
    elif below or above:
        derived = OPEN_BOTH if below and above else (OPEN_BELOW if below else OPEN_ABOVE)
    elif hill_at_bound or at_bound != 0:
        derived = AT_BOUND
    bits = _REVERSED if is_reversed else 0
    bits |= _FEW_DOSES if few_doses else 0
    bits |= _CONVERGED if derived == NOT_CONVERGED else 0
    if derived == NOT_MONOTONE:
        return derived, bits | _NOT_MONOTONE
    if derived in (FLAT, NOT_DISTINGUISHABLE):
        return derived, bits | _FLAT
    bits |= _OUTSIDE if is_outside else 0
    bits |= _UNBOUNDED if below or above else 0
    bits |= _PLATEAU if misses_plateau and not is_outside else 0
    bits |= _PARAMETER_AT_BOUND if hill_at_bound else 0
    bits |= _LACK if lacks_fit else 0
    bits |= _RUNS if few_runs else 0
    return derived, bits


@compiled(entry=True)
def conclude_all(status, marks, at_bound, derived, bits):
    """`conclude` for many curves: fill `derived` and `bits`, shape (curves,), from `status` and
    `at_bound` of that shape and `marks`, shape (MARKS, curves), of bool.
    """
    for k in range(status.size):
        derived[k], bits[k] = conclude(
            status[k],
            marks[TURNS, k],
            marks[IS_FLAT, k],
            marks[LOW_POWER, k],
            (at_bound[k], marks[IS_OUTSIDE, k]),
            (marks[BELOW, k], marks[ABOVE, k]),
            (marks[HILL_AT_BOUND, k], marks[IS_REVERSED, k], marks[MISSES_PLATEAU, k]),
            (marks[IS_FEW_DOSES, k], marks[LACKS_FIT, k], marks[HAS_FEW_RUNS, k]),
        )


@compiled(allocates=False, inline=True)
def compare(value, threshold, margin):
    """1 above a threshold, 0 below it or where nan, `UNDECIDED` within the margin."""
    if value > threshold + margin:
        return 1
    return UNDECIDED if value >= threshold - margin else 0
