"""From a competitor's dose to bound radioligand: the wanted site, while a mask covers another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, settings, starts_on_grid, well_bound
from tricyclic.curves._kernels import (
    BACKGROUND,
    COMPETITOR,
    KD,
    RADIOLIGAND,
    SIGNAL,
    SINK,
    SPECIFIC,
    Values,
    log10_molar,
    log10_sites,
    power10,
)
from tricyclic.numerics.equilibrium import ManySites, many_sites


class UnderMask(NamedTuple):
    """How well a mask works, as shares; each an array with the shape of the settings.

    Attributes
    ----------
    masked_held_by_mask : share of the masked sites that the mask holds
    masked_held_by_tracer : share of the masked sites that the radioligand holds all the same
    wanted_held_by_mask : share of the wanted sites that the mask takes away
    wanted_held_by_tracer : share of the wanted sites that the radioligand holds
    signal_from_masked : share of the specific reading that comes from the masked site
    """

    masked_held_by_mask: np.ndarray
    masked_held_by_tracer: np.ndarray
    wanted_held_by_mask: np.ndarray
    wanted_held_by_tracer: np.ndarray
    signal_from_masked: np.ndarray


def bound(
    *,
    competitor_M: Values,
    radioligand_M: Values,
    modulator_M: Values,
    specific: Values,
    log10_bmax: Values,
    log10_ki: Values,
    nonspecific: Values,
    log10_kd: Values,
    log10_kd_masked: Values,
    log10_mask_kd: Values,
    log10_mask_kd_masked: Values,
    log10_ki_masked: Values,
    masked_ratio: Values,
    signal_per_M: Values,
    background: Values,
) -> np.ndarray:
    """Reading of a well with two sites and three ligands; non-specific wells have neither site free."""
    well = _well(
        competitor_M,
        radioligand_M,
        modulator_M,
        specific * power10(log10_bmax),
        masked_ratio,
        nonspecific,
        (log10_kd, log10_kd_masked),
        (log10_mask_kd, log10_mask_kd_masked),
        (log10_ki, log10_ki_masked),
    )
    return np.asarray(
        background + signal_per_M * (well.bound[0].sum(axis=0) + nonspecific * well.free[0])
    )


def occupancy_under_mask(
    *,
    radioligand_M: Values,
    mask_M: Values,
    sites_M: Values,
    masked_ratio: Values,
    log10_kd: Values,
    log10_kd_masked: Values,
    log10_mask_kd: Values,
    log10_mask_kd_masked: Values,
    nonspecific: Values = 0.0,
    competitor_M: Values = 0.0,
    log10_ki: Values = 0.0,
    log10_ki_masked: Values = 0.0,
) -> UnderMask:
    """Say how much of the masked site is left to the radioligand, and how much of the wanted one the mask takes.

    Parameters
    ----------
    radioligand_M, mask_M, competitor_M : float or array
        Totals in the well [M].
    sites_M : float or array
        Wanted sites in the well [M], above 0; `masked_ratio` times as many are masked ones.
    log10_kd, log10_kd_masked, log10_mask_kd, log10_mask_kd_masked, log10_ki, log10_ki_masked : float or array
        Affinity of radioligand, mask and competitor at the wanted and the masked site [log10 M].
    nonspecific : float or array
        Non-specifically bound over free radioligand.
    """
    well = _well(
        competitor_M,
        radioligand_M,
        mask_M,
        np.maximum(sites_M, 1e-30),
        masked_ratio,
        nonspecific,
        (log10_kd, log10_kd_masked),
        (log10_mask_kd, log10_mask_kd_masked),
        (log10_ki, log10_ki_masked),
    )
    sites = well.free_sites + well.bound.sum(axis=0)
    tracer, mask, _ = (
        np.divide(b, sites, out=np.zeros_like(b), where=sites > 0) for b in well.bound
    )
    read = well.bound[0].sum(axis=0)
    from_masked = np.divide(well.bound[0][1], read, out=np.zeros_like(read), where=read > 0)
    return UnderMask(mask[1], tracer[1], mask[0], tracer[0], from_masked)


def _well(
    competitor: Values,
    tracer: Values,
    mask: Values,
    sites: Values,
    ratio: Values,
    sink: Values,
    tracer_kds: tuple[Values, Values],
    mask_kds: tuple[Values, Values],
    competitor_kds: tuple[Values, Values],
) -> ManySites:
    kds = [tuple(power10(kd) for kd in row) for row in (tracer_kds, mask_kds, competitor_kds)]
    return many_sites((sites, sites * ratio), (tracer, mask, competitor), kds, (sink, 0.0, 0.0))


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Sink and sites from the control wells, then the best Ki of a grid."""
    columns = settings(MODEL, series)
    sink, sites, kd = well_bound(series, columns, given)
    grid: Grid = {
        "log10_ki": doses(columns["competitor_M"], points=31, beyond=2.0),
        "log10_bmax": np.log10(max(sites, 1e-17)) + np.array([-0.8, -0.4, 0.0, 0.4]),
        "log10_ki_masked": [-9.0, -7.5, -6.0, -4.0],
        "masked_ratio": [1.0],
        "nonspecific": [sink]
        if (columns["specific"] <= 0).any()
        else [0.2 * sink, 0.6 * sink, sink],
    }
    rest = {
        "log10_kd": float(np.log10(kd)),
        "log10_kd_masked": float(np.log10(kd)),
        "log10_mask_kd": -6.0,
        "log10_mask_kd_masked": -8.5,
    }
    return starts_on_grid(MODEL, series, given, grid, rest=rest, keep=3)


MODEL = CurveModel(
    says="wanted site under a mask of another, exact mass balance",
    equation=(
        "y = background + s (B_wanted + B_masked + ns F); radioligand, mask, competitor and both sites conserved, "
        "B_is = r_s F_i / K_is"
    ),
    when=(
        "A radioligand that binds two sites, one of them covered by a mask: sigma-2 with [3H]DTG and (+)-pentazocine on sigma-1. "
        "Accounts for masked sites that the radioligand still finds and for wanted sites that the mask takes. Non-specific wells must block "
        "both sites (haloperidol or DTG), not only the masked one. Needs the affinities of radioligand and mask at both sites."
    ),
    columns=(
        COMPETITOR,
        RADIOLIGAND,
        Column("modulator_M", "mask [M]; 0 where there is none"),
        SPECIFIC,
    ),
    parameters=(
        log10_sites("log10_bmax", "wanted sites in the well"),
        log10_molar("log10_ki", "Ki of the competitor at the wanted site"),
        SINK,
        KD,
        log10_molar("log10_kd_masked", "Kd of the radioligand at the masked site", given=True),
        log10_molar("log10_mask_kd", "Kd of the mask at the wanted site", given=True),
        log10_molar("log10_mask_kd_masked", "Kd of the mask at the masked site", given=True),
        log10_molar("log10_ki_masked", "Ki of the competitor at the masked site", given=True),
        Parameter(
            "masked_ratio", "", "masked sites per wanted site", low=0.0, high=1e4, given=True
        ),
        SIGNAL,
        BACKGROUND,
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("doi:10.1016/0006-8993(90)91143-5", "hulme_2010"),
    target="log10_ki",
    example={
        "log10_bmax": -9.3,
        "log10_ki": -6.6,
        "nonspecific": 0.02,
        "log10_kd": -7.7,
        "log10_kd_masked": -7.5,
        "log10_mask_kd": -5.9,
        "log10_mask_kd_masked": -8.5,
        "log10_ki_masked": -6.2,
        "masked_ratio": 0.8,
        "signal_per_M": 1.1e13,
        "background": 25.0,
    },
    design={
        "competitor_M": (0.0, *np.logspace(-9, -3, 13).tolist(), 0.0),
        "radioligand_M": (3e-9,) * 15,
        "modulator_M": (2e-7,) * 15,
        "specific": (*(1.0,) * 14, 0.0),
    },
    nests=("competition_with_depletion",),
)
