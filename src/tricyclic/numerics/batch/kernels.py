"""Misfit, gradient and exact Hessian of 32 curves at trial parameters of their own, in one sweep.

The curve is y = intercept + slope * s(x), s = 1 / (1 + exp(tau)), tau = side * hill * ln 10 * (x -
log10 IC50). The two linear parameters are solved for exactly at every trial and eliminated from the
Hessian by its Schur complement, so the search has two unknowns left: log10 IC50 and ln hill [Golub
& Pereyra 2003, Inverse Problems 19 R1]. Lanes lie side by side in memory and no loop over lanes
branches, so that the compiler turns them into vector instructions.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import numpy as np
from numba import types
from numba.extending import intrinsic, overload

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.layout import (
    BOTH_FREE,
    DA_C,
    DA_L,
    DB_C,
    DB_L,
    FARTHEST,
    FIELDS,
    GC,
    GL,
    HCC,
    HCL,
    HLL,
    INTERCEPT,
    LANES,
    MCC,
    MCL,
    MLL,
    NONE_FREE,
    ONE_FREE,
    RESULT_SUMS,
    ROW_M,
    ROW_S,
    ROW_TAU,
    ROW_W,
    ROW_X,
    SLOPE,
    TRIAL_C,
    TRIAL_KAPPA,
    TRIAL_SLOPE,
    F,
)

# Sums of a sweep, in the rows of the result after its derivatives.
_S0, _SS, _SM, _G, _GT, _SG, _SGT, _GG, _GGT, _GGTT, _RG, _RGT, _RK, _RKT, _RKTT, _RR = range(
    RESULT_SUMS, RESULT_SUMS + 16
)

_FUSED = {"contract"}
# 1.5 * 2^52: adding it rounds to an integer, which is then in the low bits.
_MAGIC = 6755399441055744.0
_LOG2_E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 0.69314718036912382, 1.9082149292705877e-10


@intrinsic
def _as_integer(typing_context, x):
    def build(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], context.get_value_type(types.int64))

    return types.int64(types.float64), build


@intrinsic
def _as_float(typing_context, i):
    def build(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], context.get_value_type(types.float64))

    return types.float64(types.int64), build


def _bits(x: float) -> np.int64:
    return np.float64(x).view(np.int64)


def _from_bits(i: np.int64) -> np.float64:
    return np.int64(i).view(np.float64)


# In Python the functions above run, in compiled code these.
@overload(_bits, jit_options={"forceinline": True})
def _compiled_bits(x):
    return lambda x: _as_integer(x)  # type: ignore[call-arg]


@overload(_from_bits, jit_options={"forceinline": True})
def _compiled_from_bits(i):
    return lambda i: _as_float(i)  # type: ignore[call-arg]


@compiled(fastmath=_FUSED)
def exponential(x: float) -> float:
    """Exponential of x between -700 and 0, within 1e-14 of itself; a polynomial, so that loops over
    it vectorise.
    """
    t = x * _LOG2_E + _MAGIC
    n = t - _MAGIC
    r = (x - n * _LN2_HIGH) - n * _LN2_LOW
    p = 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    return _from_bits(_bits(p) + (_bits(t) << np.int64(52)))


@compiled(fastmath=_FUSED)
def _shapes(points, count, trial, out):
    # Never true; it lets the compiler assume that no index below can be negative.
    if count > 1048576:
        return
    for lane in range(LANES):
        out[_S0 * LANES + lane] = 0.0
        out[_SS * LANES + lane] = 0.0
        out[_SM * LANES + lane] = 0.0
    for i in range(count):
        o = i * (FIELDS * LANES)
        for lane in range(LANES):
            tau = (points[o + ROW_X * LANES + lane] - trial[TRIAL_C * LANES + lane]) * trial[
                TRIAL_KAPPA * LANES + lane
            ]
            tau = tau if tau < FARTHEST else FARTHEST
            tau = tau if tau > -FARTHEST else -FARTHEST
            z = exponential(-abs(tau))
            most = 1.0 / (1.0 + z)
            s = z * most if tau > 0.0 else most
            w = points[o + ROW_W * LANES + lane]
            points[o + ROW_TAU * LANES + lane] = tau
            points[o + ROW_S * LANES + lane] = s
            ws = w * s
            out[_S0 * LANES + lane] += ws
            out[_SS * LANES + lane] += ws * s
            out[_SM * LANES + lane] += ws * points[o + ROW_M * LANES + lane]


@compiled(fastmath=_FUSED)
def _linear(mode, trial, out):
    if mode == BOTH_FREE:
        for lane in range(LANES):
            s0 = out[_S0 * LANES + lane]
            spread = out[_SS * LANES + lane] - s0 * s0
            spread = spread if spread > 1e-290 else 1e-290
            slope = out[_SM * LANES + lane] / spread
            out[SLOPE * LANES + lane] = slope
            out[INTERCEPT * LANES + lane] = -slope * s0
    elif mode == ONE_FREE:
        for lane in range(LANES):
            spread = out[_SS * LANES + lane]
            spread = spread if spread > 1e-290 else 1e-290
            out[SLOPE * LANES + lane] = out[_SM * LANES + lane] / spread
            out[INTERCEPT * LANES + lane] = 0.0
    else:
        for lane in range(LANES):
            out[SLOPE * LANES + lane] = trial[TRIAL_SLOPE * LANES + lane]
            out[INTERCEPT * LANES + lane] = 0.0


@compiled(fastmath=_FUSED)
def _moments(points, count, out):
    if count > 1048576:
        return
    for row in range(_G, _RR + 1):
        for lane in range(LANES):
            out[row * LANES + lane] = 0.0
    for i in range(count):
        o = i * (FIELDS * LANES)
        for lane in range(LANES):
            w = points[o + ROW_W * LANES + lane]
            tau = points[o + ROW_TAU * LANES + lane]
            s = points[o + ROW_S * LANES + lane]
            r = (
                points[o + ROW_M * LANES + lane]
                - out[INTERCEPT * LANES + lane]
                - out[SLOPE * LANES + lane] * s
            )
            g = s * (1.0 - s)
            k = g * (1.0 - 2.0 * s)
            wr = w * r
            wg = w * g
            wgt = wg * tau
            wgg = wg * g
            gt = g * tau
            kt = k * tau
            out[_G * LANES + lane] += wg
            out[_GT * LANES + lane] += wgt
            out[_SG * LANES + lane] += wg * s
            out[_SGT * LANES + lane] += wgt * s
            out[_GG * LANES + lane] += wgg
            out[_GGT * LANES + lane] += wgg * tau
            out[_GGTT * LANES + lane] += wgt * gt
            out[_RG * LANES + lane] += wr * g
            out[_RGT * LANES + lane] += wr * gt
            out[_RK * LANES + lane] += wr * k
            out[_RKT * LANES + lane] += wr * kt
            out[_RKTT * LANES + lane] += wr * kt * tau
            out[_RR * LANES + lane] += wr * r


@compiled(fastmath=_FUSED)
def _derivatives(mode, trial, out):
    centred = 1.0 if mode == BOTH_FREE else 0.0
    solved = 0.0 if mode == NONE_FREE else 1.0
    for lane in range(LANES):
        kappa = trial[TRIAL_KAPPA * LANES + lane]
        a = out[SLOPE * LANES + lane]
        s0 = out[_S0 * LANES + lane]
        g, gt = out[_G * LANES + lane], out[_GT * LANES + lane]
        rg, rgt = out[_RG * LANES + lane], out[_RGT * LANES + lane]
        spread = out[_SS * LANES + lane] - centred * s0 * s0
        per_spread = 1.0 / (spread if spread > 1e-290 else 1e-290)
        sg = out[_SG * LANES + lane] - centred * s0 * g
        sgt = out[_SGT * LANES + lane] - centred * s0 * gt
        gg = out[_GG * LANES + lane] - centred * g * g
        ggt = out[_GGT * LANES + lane] - centred * g * gt
        ggtt = out[_GGTT * LANES + lane] - centred * gt * gt
        a_c = kappa * (a * sg - rg)
        a_l = rgt - a * sgt
        out[F * LANES + lane] = out[_RR * LANES + lane]
        out[GC * LANES + lane] = -a * kappa * rg
        out[GL * LANES + lane] = a * rgt
        out[HCC * LANES + lane] = (
            a * gg - out[_RK * LANES + lane]
        ) * a * kappa * kappa - solved * a_c * a_c * per_spread
        out[HCL * LANES + lane] = (
            out[_RKT * LANES + lane] - rg - a * ggt
        ) * a * kappa - solved * a_c * a_l * per_spread
        out[HLL * LANES + lane] = (
            a * ggtt - out[_RKTT * LANES + lane] + rgt
        ) * a - solved * a_l * a_l * per_spread
        out[MCC * LANES + lane] = (gg - solved * sg * sg * per_spread) * a * a * kappa * kappa
        out[MCL * LANES + lane] = -(ggt - solved * sg * sgt * per_spread) * a * a * kappa
        out[MLL * LANES + lane] = (ggtt - solved * sgt * sgt * per_spread) * a * a
        slope_c, slope_l = -solved * a_c * per_spread, -solved * a_l * per_spread
        out[DA_C * LANES + lane] = slope_c
        out[DA_L * LANES + lane] = slope_l
        out[DB_C * LANES + lane] = -centred * (slope_c * s0 + a * kappa * g)
        out[DB_L * LANES + lane] = -centred * (slope_l * s0 - a * gt)


@compiled()
def sweep(points, count, trial, mode, out):
    """Evaluate all lanes at their trial parameters.

    Parameters
    ----------
    points : array, shape (count * FIELDS * LANES,)
        Dose, weight (summing to 1 over the points) and reading of every point of every lane, and
        scratch space.
    count : int
        Points.
    trial : array, shape (TRIAL_ROWS * LANES,)
    mode : int
        BOTH_FREE (readings centred on their weighted mean), ONE_FREE (on the fixed plateau) or
        NONE_FREE (on bottom).
    out : array, shape (RESULT_ROWS * LANES,)
        Filled; see the row names above.
    """
    _shapes(points, count, trial, out)
    _linear(mode, trial, out)
    _moments(points, count, out)
    _derivatives(mode, trial, out)
