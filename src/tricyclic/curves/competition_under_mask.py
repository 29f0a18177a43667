"""Competition at a target site while a mask occupies a second site of the radioligand."""

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
from tricyclic.numerics.equilibrium import MultiSiteEquilibrium, solve_sites


class MaskPerformance(NamedTuple):
    """How well a mask works, as fractions; each an array with the shape of the settings.

    Attributes
    ----------
    masked_sites_bound_by_mask, masked_sites_bound_by_radioligand : array
        Fractions of the masked sites; the latter should be small.
    target_sites_bound_by_mask, target_sites_bound_by_radioligand : array
        Fractions of the target sites; the former should be small.
    signal_from_masked : array
        Fraction of the specific reading that comes from the masked sites.
    """

    masked_sites_bound_by_mask: np.ndarray
    masked_sites_bound_by_radioligand: np.ndarray
    target_sites_bound_by_mask: np.ndarray
    target_sites_bound_by_radioligand: np.ndarray
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
    """Reading of a well with two sites and three ligands; non-specific wells block both sites."""
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
) -> MaskPerformance:
    """Occupancy of masked and target sites by mask and radioligand.

    Parameters
    ----------
    radioligand_M, mask_M, competitor_M : float or array
        Totals in the well [M].
    sites_M : float or array
        Target sites in the well [M], above 0; `masked_ratio` is masked over target sites.
    log10_kd, log10_mask_kd, log10_ki : float or array
        Affinity of radioligand, mask and competitor at the target site [log10 M].
    log10_kd_masked, log10_mask_kd_masked, log10_ki_masked : float or array
        The same at the masked site.
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
    return MaskPerformance(mask[1], tracer[1], mask[0], tracer[0], from_masked)


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
) -> MultiSiteEquilibrium:
    kds = [tuple(power10(kd) for kd in row) for row in (tracer_kds, mask_kds, competitor_kds)]
    return solve_sites((sites, sites * ratio), (tracer, mask, competitor), kds, (sink, 0.0, 0.0))


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
    common = {
        "log10_kd": float(np.log10(kd)),
        "log10_kd_masked": float(np.log10(kd)),
        "log10_mask_kd": -6.0,
        "log10_mask_kd_masked": -8.5,
    }
    return starts_on_grid(MODEL, series, given, grid, common=common, keep=3)


MODEL = CurveModel(
    description="target site with a second site masked, exact mass balance",
    equation=(
        "y = background + s (B_target + B_masked + ns F); radioligand, mask, competitor and both "
        "sites conserved, B_is = r_s F_i / K_is"
    ),
    when=(
        "A radioligand that binds two sites, one of them occupied by a mask: sigma-2 with [3H]DTG "
        "and (+)-pentazocine on sigma-1. Accounts for masked sites that the radioligand still "
        "binds and for target sites that the mask occupies. Non-specific wells must block both "
        "sites (haloperidol or DTG), not only the masked one. Needs the affinities of radioligand "
        "and mask at both sites."
    ),
    columns=(
        COMPETITOR,
        RADIOLIGAND,
        Column("modulator_M", "mask [M]; 0 where there is none"),
        SPECIFIC,
    ),
    parameters=(
        log10_sites("log10_bmax", "target sites in the well"),
        log10_molar("log10_ki", "Ki of the competitor at the target site"),
        SINK,
        KD,
        log10_molar(
            "log10_kd_masked", "Kd of the radioligand at the masked site", fixed_by_default=True
        ),
        log10_molar("log10_mask_kd", "Kd of the mask at the target site", fixed_by_default=True),
        log10_molar(
            "log10_mask_kd_masked", "Kd of the mask at the masked site", fixed_by_default=True
        ),
        log10_molar(
            "log10_ki_masked", "Ki of the competitor at the masked site", fixed_by_default=True
        ),
        Parameter(
            "masked_ratio",
            "",
            "masked sites per target site",
            low=0.0,
            high=1e4,
            fixed_by_default=True,
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
