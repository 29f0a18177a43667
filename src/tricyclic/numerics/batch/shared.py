"""From curves that share hill, top or bottom within a group to one joint fit per group, all groups at once.

The shared values are stepped by Newton; at every step each curve is fitted on its own with them held, and what its own parameters make up
for is taken out of the Hessian (Schur complement), so that the cost grows with the curves and not with their square.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.numerics.batch.fit import BatchFits, fit_batch
from tricyclic.numerics.batch.kernels import LN10

_NAMES = ("log10_ic50", "hill", "top", "bottom")
_SHAREABLE = _NAMES[1:]
_ROUNDS = 60


def fit_shared(
    log10_molar: ArrayLike,
    y: ArrayLike,
    group: ArrayLike,
    share: Sequence[str],
    *,
    weight: ArrayLike | None = None,
    model: Literal["4pl", "3pl"] = "4pl",
    held: dict[str, float] | None = None,
    confidence: float = 0.95,
    hill_bounds: tuple[float, float] = (0.05, 10.0),
    bounds: tuple[float, float] | None = None,
) -> BatchFits:
    """Fit curves jointly that share parameters within their group.

    Parameters
    ----------
    log10_molar, y, weight, model, bounds, hill_bounds
        As for `fit_batch`.
    group : array, shape (curves,)
        Which curves share (their plate, say).
    share : sequence of {"hill", "top", "bottom"}
        What they share.
    held : mapping of name to value, optional
        Parameters that nobody fits.
    confidence : float
        Of the limits.

    Returns
    -------
    BatchFits
        `sd` and `df` are those of the group. Limits are t times the joint standard error, in which the error of the shared values
        is contained: symmetric, unlike those of `fit_batch`, so read them only where they lie within the doses.
        Curves that cannot be fitted on their own take no part and keep their status.

    Raises
    ------
    InputError
        If a name cannot be shared, is shared and held, or group does not have one entry per curve.
    """
    from scipy.special import stdtrit

    held = dict(held or {})
    if model == "3pl":
        held.setdefault("hill", 1.0)
    for name in share:
        if name not in _SHAREABLE:
            raise UnknownNameError.among("shareable parameter", name, _SHAREABLE)
        if name in held:
            raise InputError(f"{name} is shared and held", do="Take one of the two")
    x, readings = np.asarray(log10_molar, float), np.asarray(y, float)
    label = np.asarray(group)
    if label.shape != readings.shape[:1]:
        raise InputError(
            f"there are {label.size} groups for {len(readings)} curves",
            allowed="One entry per curve",
        )
    alone = fit_batch(
        x,
        readings,
        weight=weight,
        limits=None,
        bounds=bounds,
        hill_bounds=hill_bounds,
        **held,  # type: ignore[arg-type]
    )
    taking = np.flatnonzero(np.isfinite(alone.log10_ic50))
    if not share or taking.size == 0:
        return alone
    x_of = x if x.ndim == 1 else x[taking]
    weight_of = (
        None
        if weight is None
        else np.broadcast_to(np.asarray(weight, float), readings.shape)[taking]
    )
    readings = readings[taking]
    _, member = np.unique(label[taking], return_inverse=True)
    groups = int(member.max()) + 1
    start = {name: getattr(alone, name)[taking] for name in share}
    theta = np.array(
        [[np.median(_to(name, start[name][member == g])) for name in share] for g in range(groups)]
    )
    low = np.array([np.log(hill_bounds[0]) if name == "hill" else -np.inf for name in share])
    high = np.array([np.log(hill_bounds[1]) if name == "hill" else np.inf for name in share])

    def conditional(at: np.ndarray) -> BatchFits:
        given = {name: _from(name, at[member, j]) for j, name in enumerate(share)}
        settings: dict[str, Any] = {**held, **given}
        return fit_batch(
            x_of,
            readings,
            weight=weight_of,
            limits=None,
            bounds=bounds,
            hill_bounds=hill_bounds,
            **settings,
        )

    own = [name for name in _NAMES if name not in held and name not in share]
    best = conditional(theta)
    total = np.bincount(member, best.rss, groups)
    shrink = np.ones(groups)
    step = np.zeros_like(theta)
    fresh = np.ones(groups, bool)
    for _ in range(_ROUNDS):
        gradient, hessian, _, _ = _joint(
            x_of, readings, weight_of, best, own, share, member, groups
        )
        step[fresh] = _newton(gradient, hessian)[fresh]
        tried = np.clip(theta + shrink[:, None] * step, low, high)
        size = np.where(np.array(share) == "hill", 1.0, np.maximum(np.abs(theta), 1e-300))
        if (np.abs(tried - theta) <= 1e-9 * size).all():
            break
        found = conditional(tried)
        sums = np.bincount(member, found.rss, groups)
        fresh = sums <= total * (1 + 1e-13)
        theta[fresh], total[fresh] = tried[fresh], sums[fresh]
        shrink = np.where(fresh, 1.0, 0.25 * shrink)
        best = conditional(theta)
    _, _, own_inverse, carried = _joint(
        x_of, readings, weight_of, best, own, share, member, groups, exact=False
    )
    n = np.bincount(member, best.n, groups)
    df = (n - len(own) * np.bincount(member, minlength=groups) - len(share))[member].astype(int)
    sd = np.sqrt(total[member] / df)
    se = sd * np.sqrt(own_inverse[:, 0, 0] + carried)
    reach = stdtrit(df.astype(float), 0.5 + 0.5 * confidence) * se
    fields = {name: getattr(alone, name).copy() for name in alone.__dataclass_fields__}
    for name in (
        "log10_ic50",
        "hill",
        "top",
        "bottom",
        "rss",
        "pure_error_rss",
        "f_flat",
        "status",
    ):
        fields[name][taking] = getattr(best, name)
    fields["sd"][taking], fields["df"][taking], fields["se_log10_ic50"][taking] = sd, df, se
    fields["log10_ic50_low"][taking] = best.log10_ic50 - reach
    fields["log10_ic50_high"][taking] = best.log10_ic50 + reach
    return replace(alone, **fields)


def _to(name: str, value: np.ndarray) -> np.ndarray:
    return np.asarray(np.log(value) if name == "hill" else value)


def _from(name: str, value: np.ndarray) -> np.ndarray:
    return np.asarray(np.exp(value) if name == "hill" else value)


def _joint(
    x: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray | None,
    fits: BatchFits,
    own: Sequence[str],
    share: Sequence[str],
    member: np.ndarray,
    groups: int,
    *,
    exact: bool = True,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Half gradient (groups, q) and half Hessian (groups, q, q) of the residual sums in the shared values, the own parameters refitted.

    And per curve the inverse of its own block, and what the error of the shared values adds to that of log10 IC50.
    """
    gradient, hessian = _of_each(x, y, weight, fits, exact)
    i, j = [_NAMES.index(name) for name in own], [_NAMES.index(name) for name in share]
    block, cross = hessian[:, i][:, :, i], hessian[:, i][:, :, j]
    size = np.sqrt(np.maximum(np.abs(np.einsum("kii->ki", block)), 1e-300))
    inverse = np.linalg.pinv(block / size[:, :, None] / size[:, None, :], hermitian=True)
    inverse = inverse / size[:, :, None] / size[:, None, :]
    taken = inverse @ cross
    left = hessian[:, j][:, :, j] - np.einsum("kiq,kir->kqr", cross, taken)
    g = gradient[:, j] - np.einsum("kiq,ki->kq", taken, gradient[:, i])
    summed_g, summed_h = np.zeros((groups, len(j))), np.zeros((groups, len(j), len(j)))
    np.add.at(summed_g, member, g)
    np.add.at(summed_h, member, left)
    follow = taken[:, 0]
    carried = np.einsum(
        "kq,kqr,kr->k", follow, np.linalg.pinv(summed_h, hermitian=True)[member], follow
    )
    return summed_g, summed_h, inverse, carried


def _newton(gradient: np.ndarray, hessian: np.ndarray) -> np.ndarray:
    """Newton step of every group, downhill also where the Hessian is not positive."""
    size = np.sqrt(np.maximum(np.abs(np.einsum("gii->gi", hessian)), 1e-300))
    values, vectors = np.linalg.eigh(hessian / size[:, :, None] / size[:, None, :])
    values = np.maximum(np.abs(values), 1e-10)
    along = np.einsum("gij,gi->gj", vectors, gradient / size) / values
    return np.asarray(-np.einsum("gij,gj->gi", vectors, along) / size)


def _of_each(
    x: np.ndarray, y: np.ndarray, weight: np.ndarray | None, fits: BatchFits, exact: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Half gradient (curves, 4) and half Hessian (curves, 4, 4) in log10 IC50, ln hill, top, bottom."""
    readings = y if y.ndim == 3 else y[:, :, None]
    w = (
        np.ones_like(readings)
        if weight is None
        else np.asarray(weight, float).reshape(readings.shape)
    )
    doses = np.broadcast_to(x, readings.shape[:2])
    seen = np.isfinite(readings) & (w > 0) & ~np.isnan(doses)[:, :, None]
    w = np.where(seen, w, 0.0)
    doses = np.where(np.isnan(doses), 0.0, doses)
    c, hill, top, bottom = (getattr(fits, name)[:, None] for name in _NAMES)
    kappa = hill * LN10
    tau = np.clip(kappa * (doses - c), -300.0, 300.0)
    s = 1.0 / (1.0 + np.exp(tau))
    g = s * (1.0 - s)
    k = g * (1.0 - 2.0 * s)
    a = top - bottom
    residual = np.where(seen, readings - (bottom + a * s)[:, :, None], 0.0)
    weights, misfit = w.sum(axis=2), (w * residual).sum(axis=2)
    slopes = np.stack([a * kappa * g, -a * g * tau, s, 1.0 - s], axis=1)
    gradient = -np.einsum("kp,kip->ki", misfit, slopes)
    hessian = np.einsum("kp,kip,kjp->kij", weights, slopes, slopes)
    if exact:
        bends = {
            (0, 0): a * k * kappa**2,
            (0, 1): a * kappa * (g - k * tau),
            (1, 1): a * (k * tau**2 - g * tau),
            (0, 2): kappa * g,
            (0, 3): -kappa * g,
            (1, 2): -g * tau,
            (1, 3): g * tau,
        }
        for (i, j), bend in bends.items():
            part = (misfit * bend).sum(axis=1)
            hessian[:, i, j] -= part
            if i != j:
                hessian[:, j, i] -= part
    return gradient, hessian
