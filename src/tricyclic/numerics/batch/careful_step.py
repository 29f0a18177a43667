"""A step of the search for an optimum with all precautions: near a bound of the parameters, where
the sum is not convex, or where the step is a long one.

search.py makes all other steps, 32 curves at once.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.layout import GC, GL, HCC, HCL, HLL, MCC, MCL, MLL

# ln hill from which a curve counts as steep: it is then determined by what it does at one dose.
STEEP = math.log(1.5)


@compiled(allocates=False, inline=True)
def _clip(value, low, high):
    """A value within limits."""
    return low if value < low else (high if value > high else value)


@compiled(allocates=False)
def _anchor(at, c, ln_hill):
    """Dose about which the valley of a steep curve turns; nan for a curve that is not steep."""
    if ln_hill < STEEP or not at[MCC] > 0.0:
        return math.nan
    return c + _clip(-at[MCL] / at[MCC], -1.0, 1.0)


@compiled(allocates=False)
def _step_in_one(at, damping, point, bounds, fixed_c):
    """Step in the only parameter that can move: ln hill where log10 IC50 is `fixed_c`, else log10
    IC50.

    Gives both steps, the promised fall of the residual sum, and whether it is a pure Newton step.
    """
    c, ln_hill = point
    c_low, c_high, l_low, l_high = bounds
    gc, gl = at[GC], at[GL]
    exact = damping == 0.0
    own = at[HLL] + damping * at[MLL] if fixed_c else at[HCC] + damping * at[MCC]
    if not own > 0.0:
        own = (at[MLL] if fixed_c else at[MCC]) * (1.0 + damping) + 1e-300
        exact = False
    only = -(gl if fixed_c else gc) / own
    if abs(only) > 1.0:
        only = math.copysign(1.0, only)
        exact = False
    dc = 0.0 if fixed_c else _clip(c + only, c_low, c_high) - c
    dl = _clip(ln_hill + only, l_low, l_high) - ln_hill if fixed_c else 0.0
    return dc, dl, -(gc * dc + gl * dl), exact


@compiled(allocates=False)
def _direction(at, damping, point, anchor):
    """Step in two unknowns, the terms that clipping it needs, and whether it is a pure Newton step.

    The first unknown is log10 IC50, or for a steep curve the exponent at the anchor, hill * (anchor
    - log10 IC50): the valley of a steep curve is bent in log10 IC50 and straight in that exponent.
    """
    c, ln_hill = point
    gc, gl = at[GC], at[GL]
    bent = not math.isnan(anchor)
    per_hill = math.exp(-ln_hill) if bent else 0.0
    c_1, c_l = (-per_hill, anchor - c) if bent else (1.0, 0.0)
    g1, g2 = gc * c_1, gl + gc * c_l
    m11, m12 = at[MCC] * c_1 * c_1, (at[MCC] * c_l + at[MCL]) * c_1
    m22 = at[MLL] + (2.0 * at[MCL] + at[MCC] * c_l) * c_l
    h11, h12 = at[HCC] * c_1 * c_1, (at[HCC] * c_l + at[HCL]) * c_1 + gc * per_hill
    h22 = at[HLL] + (2.0 * at[HCL] + at[HCC] * c_l) * c_l - gc * c_l
    p, q, r = h11 + damping * m11, h12, h22 + damping * m22
    det = p * r - q * q
    exact = damping == 0.0
    if not (p > 0.0 and r > 0.0 and det > 1e-9 * p * r):
        exact = False
        grow = 1.0 + max(damping, 1e-3)
        p, q, r = m11 * grow + 1e-300, m12, max(m22, 0.0) * grow + 1e-300
        det = p * r - q * q
        if not det > 0.0:
            q, det = 0.0, p * r
    d1 = -(r * g1 - q * g2) / det if det > 0.0 else -g1 / p
    d2 = -(p * g2 - q * g1) / det if det > 0.0 else -g2 / r
    far = abs(d2) if bent else max(abs(d1), abs(d2))
    if far > 1.0:
        d1, d2 = d1 / far, d2 / far
        exact = False
    return d1, d2, g1, g2, p, q, r, exact


@compiled(allocates=False)
def careful_step(at, damping, point, bounds, free_hill):
    """Step in both parameters that stays in the box, the fall of the residual sum it promises, and
    whether it is pure Newton.
    """
    c, ln_hill = point
    c_low, c_high, l_low, l_high = bounds
    gc, gl = at[GC], at[GL]
    fixed_c = (c <= c_low and gc >= 0.0) or (c >= c_high and gc <= 0.0)
    fixed_l = not free_hill or (ln_hill <= l_low and gl >= 0.0) or (ln_hill >= l_high and gl <= 0.0)
    if fixed_c and fixed_l:
        return 0.0, 0.0, 0.0, True
    if fixed_l or fixed_c:
        return _step_in_one(at, damping, point, bounds, not fixed_l)
    anchor = _anchor(at, c, ln_hill)
    bent = not math.isnan(anchor)
    d1, d2, g1, g2, p, q, r, exact = _direction(at, damping, point, anchor)
    new_l = _clip(ln_hill + d2, l_low, l_high)
    if new_l != ln_hill + d2:
        d2 = new_l - ln_hill
        d1 = -(g1 + q * d2) / p
        if not bent:
            d1 = _clip(d1, -1.0, 1.0)
    new_c = anchor - (math.exp(ln_hill) * (anchor - c) + d1) * math.exp(-new_l) if bent else c + d1
    if abs(new_c - c) > 1.0:
        new_c = c + math.copysign(1.0, new_c - c)
        exact = False
    if new_c < c_low or new_c > c_high:
        new_c = _clip(new_c, c_low, c_high)
        if not bent and r > 0.0:
            new_l = _clip(ln_hill + _clip(-(gl + q * (new_c - c)) / r, -1.0, 1.0), l_low, l_high)
    dc, dl = new_c - c, new_l - ln_hill
    return dc, dl, -(g1 * d1 + g2 * d2) if bent else -(gc * dc + gl * dl), exact
