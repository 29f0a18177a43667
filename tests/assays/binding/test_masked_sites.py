"""The competitor at a masked site: stated or not, with its error, and what remains of that site."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import root

from tricyclic.assays.binding.analysis import analyse_table
from tricyclic.assays.binding.masked_sites import masked_sentence
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.check import Check
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.results.binding import PlateResult

TRACER, SITES, RATIO, SINK, KI, KI_MASKED = 4.0, 0.8, 1.5, 0.03, 900.0, 150.0
KD, KD_MASKED, MASK_KD, MASK_KD_MASKED = 25.0, 40.0, 1200.0, 3.5
SIGNAL = 8e12
CONDITIONS = BindingConditions(
    target="sigma-2",
    radioligand="[3H]DTG",
    radioligand_nM=MeasuredValue(TRACER, "nM"),
    radioligand_kd_nM=MeasuredValue(KD, "nM", 2.0),
    mask="(+)-pentazocine",
    masked_site="sigma-1",
    mask_M=60e-9,
    mask_kd_masked_nM=MeasuredValue(MASK_KD_MASKED, "nM", 0.7),
    mask_kd_wanted_nM=MeasuredValue(MASK_KD, "nM"),
    radioligand_kd_masked_nM=MeasuredValue(KD_MASKED, "nM"),
    masked_bmax_ratio=MeasuredValue(RATIO, "", 0.3, "assumed"),
    competitor_ki_masked_nM=MeasuredValue(KI_MASKED, "nM", 40.0),
    volume_uL=500.0,
)


def tracer_bound(mask: float, competitor: float, specific: float) -> tuple[float, float]:
    """Bound [nM] with the sink, and the share of the specific part on masked sites."""
    totals = np.array([TRACER, mask, max(competitor, 1e-12)])
    kds = np.array([[KD, KD_MASKED], [MASK_KD, MASK_KD_MASKED], [KI, KI_MASKED]])
    sites = specific * SITES * np.array([1.0, RATIO])
    sinks = np.array([SINK, 0.0, 0.0])

    def excess(logs: np.ndarray) -> np.ndarray:
        free = np.exp(logs)
        taken = sites * (free[:, None] / kds) / (1 + (free[:, None] / kds).sum(axis=0))
        return (free * (1 + sinks) + taken.sum(axis=1)) / totals - 1

    solution = root(excess, np.log(totals), tol=1e-13)
    free = np.exp(solution.x)
    on_sites = sites[:2] * (free[0] / kds[0]) / (1 + (free[:, None] / kds).sum(axis=0))
    share = float(on_sites[1] / on_sites.sum()) if specific else 0.0
    return float(on_sites.sum() + SINK * free[0]), share


def analysed(conditions: BindingConditions, *, mask_nM: float = 60.0) -> PlateResult:
    doses = np.concatenate([np.zeros(3), np.geomspace(3, 3e6, 13), np.zeros(3)])
    specific = np.concatenate([np.ones(16), np.zeros(3)])
    rng = np.random.default_rng(4)
    y = np.array(
        [tracer_bound(mask_nM, c, s)[0] * 1e-9 for c, s in zip(doses, specific, strict=True)]
    )
    series = Series(
        "run",
        y * SIGNAL * (1 + 1e-4 * rng.standard_normal(y.size)),
        "cpm",
        {
            "competitor_M": doses * 1e-9,
            "specific": specific,
            "modulator_M": np.full(y.size, mask_nM * 1e-9),
        },
    )
    method = AnalysisOptions(
        model="competition_under_mask", classical=False, variance="proportional"
    )
    stated = replace(
        conditions,
        mask_M=mask_nM * 1e-9,
        specific_activity_Ci_per_mmol=MeasuredValue(SIGNAL / 2.22e15 / 5e-4, "Ci/mmol"),
        counting_efficiency=MeasuredValue(1.0, ""),
    )
    return analyse_table(
        series, stated, kind="competition", curves=CURVES, method=method, compound="ligand"
    )


def check_of(result: PlateResult, name: str) -> Check:
    (check,) = [check for check in result.checks if check.name == name]
    return check


def test_a_stated_ki_at_the_masked_site_gives_the_true_ki_and_passes():
    result = analysed(CONDITIONS)
    assert result.estimate("Ki").value == pytest.approx(KI, rel=0.01)
    assert check_of(result, "masked_site_affinity").level == "pass"
    share = 100 * tracer_bound(60.0, 0.0, 1.0)[1]
    assert check_of(result, "masked_signal").value == pytest.approx(share, rel=0.01)


def test_an_unstated_ki_at_the_masked_site_warns_with_what_it_could_be():
    result = analysed(replace(CONDITIONS, competitor_ki_masked_nM=None))
    biased = result.estimate("Ki").value
    assert biased < 0.97 * KI
    check = check_of(result, "masked_site_affinity")
    assert check.level == "warn"
    limits = check.message.split("would give ")[1].replace(" nM", "").split(" or ")
    lower, higher = (float(text) for text in limits)
    # The true Ki there, a sixth of the one at the target, lies between the tenfold limits.
    assert lower > KI > biased > higher
    assert "competitor_ki_masked_nM" in check.advice


@pytest.mark.parametrize(("mask_nM", "level"), [(400.0, "pass"), (20.0, "warn")])
def test_much_signal_from_masked_sites_warns(mask_nM, level):
    assert check_of(analysed(CONDITIONS, mask_nM=mask_nM), "masked_signal").level == level


@pytest.mark.slow
@pytest.mark.parametrize(
    ("field", "share"),
    [
        ("competitor_ki_masked_nM", "Ki of the competitor at the masked site"),
        ("mask_kd_masked_nM", "Kd of the mask at the masked site"),
        ("masked_bmax_ratio", "masked sites per target site"),
        ("radioligand_kd_masked_nM", "Kd of the radioligand at the masked site"),
        ("mask_kd_wanted_nM", "Kd of the mask at the target site"),
    ],
)
def test_the_error_of_each_number_of_the_mask_enters_the_budget(field, share):
    # Truth: the change of the Ki when the number is 10 % larger, from another fit.
    number: MeasuredValue = getattr(CONDITIONS, field)
    stated = replace(CONDITIONS, **{field: replace(number, se=0.1 * number.value)})
    budget = {part.name: part for part in analysed(stated).budget if part.quantity == "Ki"}
    other = replace(CONDITIONS, **{field: replace(number, value=1.1 * number.value)})
    change = math.log10(
        analysed(other).estimate("Ki").value / analysed(CONDITIONS).estimate("Ki").value
    )
    assert budget[share].shared
    expected = abs(change) * 0.1 / math.log(1.1)
    assert budget[share].log10_se == pytest.approx(expected, rel=0.12, abs=1.5e-4)


def test_the_methods_state_every_number_of_the_mask():
    text = masked_sentence(CONDITIONS)
    for number in (
        "(+)-pentazocine (60.0 nM) masked the sigma-1 sites",
        "Kd of (+)-pentazocine at sigma-1 3.50 ± 0.70 (SE) nM",
        "Kd of (+)-pentazocine at sigma-2 1200 nM",
        "Kd of [3H]DTG at sigma-1 40.0 nM",
        "sigma-1 sites per sigma-2 site 1.50 ± 0.30 (SE), assumed",
        "The Ki of the competitor at sigma-1 was fixed at 150 ± 40 (SE) nM.",
    ):
        assert number in text
    unstated = masked_sentence(replace(CONDITIONS, competitor_ki_masked_nM=None))
    assert unstated.endswith(
        "The Ki of the competitor at sigma-1 was not stated and was taken to be its Ki at sigma-2."
    )
