"""MSR, limits of agreement and control charts agree with printed examples and their own laws."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.assays.potency.control_chart import control_chart
from tricyclic.assays.potency.msr import control_msr, replicate_msr
from tricyclic.core.estimate import Estimate
from tricyclic.errors import InputError

# Montgomery, Introduction to Statistical Quality Control, viscosity of aircraft primer paint,
# batches 1 to 15
VISCOSITY = [
    33.75,
    33.05,
    34.00,
    33.81,
    33.46,
    34.02,
    33.68,
    33.27,
    33.49,
    33.20,
    33.62,
    33.00,
    33.54,
    33.12,
    33.84,
]
# The same book, inside diameter of forged piston rings, 25 samples of 5 [mm - 74, in thousandths]
RINGS = (
    "30 2 19 -8 8/-5 -8 1 11 4/-12 24 21 5 2/2 -4 -7 15 9/-8 7 15 -11 14/9 -6 -3 -15 -7/"
    "-5 6 -6 0 5/-15 3 -7 15 -12/8 -5 9 5 4/-2 0 -10 7 -5/-6 -2 -6 -5 -10/4 0 7 0 -4/"
    "-17 2 -2 -3 12/6 -33 -6 0 -16/12 14 -2 -1 7/0 -16 5 -2 -4/-6 12 -14 5 7/6 10 18 3 0/"
    "-16 2 3 5 -3/0 10 13 20 3/-18 1 15 5 -4/4 -1 -10 6 9/10 -11 -10 9 14/15 8 -7 0 10/"
    "-18 -16 -5 17 13"
)


def runs(values):
    return {str(k): [value] for k, value in enumerate(values, 1)}


def estimates(values, qualifier="=", unit="nM"):
    return [
        Estimate("IC50", float(v), unit, subject=f"C{k}", qualifier=qualifier)
        for k, v in enumerate(values)
    ]


def test_an_individuals_chart_has_the_limits_that_montgomery_prints():
    chart = control_chart(runs(VISCOSITY))
    assert chart.kind == "I-MR"
    assert chart.centre == pytest.approx(33.52, abs=0.005)
    assert (chart.lower[0], chart.upper[0]) == pytest.approx((32.24, 34.80), abs=0.006)
    assert chart.scatter_centre[0] == pytest.approx(0.481, abs=5e-4)
    assert chart.scatter_upper[0] == pytest.approx(1.57, abs=0.005)
    assert not chart.violations


def test_a_chart_of_means_has_the_limits_that_montgomery_prints():
    samples = [[74 + int(v) / 1000 for v in row.split()] for row in RINGS.split("/")]
    chart = control_chart({str(k): sample for k, sample in enumerate(samples)})
    assert chart.kind == "Xbar-S"
    assert chart.centre == pytest.approx(74.001, abs=5e-4)
    assert (chart.lower[0], chart.upper[0]) == pytest.approx((73.988, 74.014), abs=7e-4)
    assert chart.scatter_centre[0] == pytest.approx(0.0094, abs=5e-5)
    assert chart.scatter_upper[0] == pytest.approx(0.0196, abs=5e-5)
    assert chart.scatter_lower[0] == 0.0
    assert not chart.violations


def test_runs_of_different_sizes_have_different_limits():
    rng = np.random.default_rng(2)
    chart = control_chart({str(k): rng.normal(0, 0.1, 2 + k % 3).tolist() for k in range(12)})
    widths = {
        n: round(u - lo, 9) for n, u, lo in zip(chart.sizes, chart.upper, chart.lower, strict=True)
    }
    assert widths[2] / widths[4] == pytest.approx(np.sqrt(2))


def test_a_pic50_chart_is_the_mirror_of_a_chart_of_log_ic50():
    rng = np.random.default_rng(3)
    logs = rng.normal(0.6, 0.08, 20)
    a, b = control_chart(runs(logs)), control_chart(runs(9.0 - logs))
    assert a.sigma == pytest.approx(b.sigma)
    assert a.cumulative[-1].msr == pytest.approx(b.cumulative[-1].msr)
    assert [item.run for item in a.violations] == [item.run for item in b.violations]


def test_a_jump_after_the_baseline_violates_a_rule():
    values = [0.60, 0.55, 0.66, 0.59, 0.70, 0.63, 0.58, 0.64, 0.60, 0.99]
    chart = control_chart(runs(values), baseline=9, subject="desipramine")
    assert {item.run for item in chart.violations} == {"10"}
    assert {item.chart for item in chart.violations} == {"I", "MR"}
    assert any(check.level == "warn" and "three sigma" in check.message for check in chart.checks)


def test_the_moving_msr_begins_with_the_sixth_run():
    chart = control_chart(runs(VISCOSITY))
    assert [m is None for m in chart.recent[:6]] == [True] * 5 + [False]
    assert chart.recent[-1] == control_msr(VISCOSITY[-6:])
    assert chart.cumulative[-1] == control_msr(VISCOSITY)


def test_the_msr_of_a_control_is_ten_to_two_root_two_sd():
    assert control_msr([0.5, 0.6, 0.7]).msr == pytest.approx(10 ** (2 * np.sqrt(2) * 0.1))


def test_two_compounds_of_one_potency_differ_by_more_than_the_msr_in_one_of_twenty_pairs():
    rng = np.random.default_rng(4)
    sd = 0.12
    pairs = rng.normal(0, sd, (100_000, 2))
    msr = 10 ** (2 * np.sqrt(2) * sd)
    share = np.mean(np.abs(pairs[:, 0] - pairs[:, 1]) > np.log10(msr))
    assert share == pytest.approx(0.0455, abs=0.003)


def test_a_replicate_experiment_by_hand():
    first, second = [10.0, 100.0, 1000.0], [20.0, 100.0, 500.0]
    result = replicate_msr(estimates(first), estimates(second))
    d = np.log10([0.5, 1.0, 2.0])
    assert result.mean_ratio == pytest.approx(1.0)
    assert result.msr == pytest.approx(10 ** (2 * d.std(ddof=1)))
    assert (result.agreement_low, result.agreement_high) == pytest.approx(
        (1 / result.msr, result.msr)
    )
    # t with 2 df at 95 % is 4.3027
    assert result.mean_ratio_high == pytest.approx(10 ** (4.302653 * d.std(ddof=1) / np.sqrt(3)))


def test_swapping_the_runs_inverts_the_ratio_and_keeps_the_msr():
    rng = np.random.default_rng(6)
    logs = rng.uniform(0, 4, 24)
    a, b = 10 ** (logs + rng.normal(0, 0.1, 24)), 10 ** (logs + 0.05 + rng.normal(0, 0.1, 24))
    one, other = (
        replicate_msr(estimates(a), estimates(b)),
        replicate_msr(estimates(b), estimates(a)),
    )
    assert one.msr == pytest.approx(other.msr)
    assert one.mean_ratio == pytest.approx(1 / other.mean_ratio)
    assert one.agreement_low == pytest.approx(1 / other.agreement_high)


def test_the_unit_of_a_run_changes_nothing():
    a, b = [1.0, 20.0, 300.0, 4000.0], [1.2, 18.0, 330.0, 3900.0]
    in_nM = replicate_msr(estimates(a), estimates(b))
    mixed = replicate_msr(estimates(a), estimates(np.array(b) / 1000, unit="uM"))
    assert mixed.msr == pytest.approx(in_nM.msr)


def test_limits_of_the_msr_contain_it_in_nineteen_of_twenty_experiments():
    rng = np.random.default_rng(8)
    truth, inside = 10 ** (2 * 0.1 * np.sqrt(2)), []
    for _ in range(400):
        logs = rng.uniform(0, 4, 20)
        result = replicate_msr(
            estimates(10 ** (logs + rng.normal(0, 0.1, 20))),
            estimates(10 ** (logs + rng.normal(0, 0.1, 20))),
        )
        inside.append(result.msr_low <= truth <= result.msr_high)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.04)


def test_a_bound_is_left_out_by_name():
    first = [
        *estimates([1.0, 20.0, 300.0]),
        Estimate("IC50", 1e4, "nM", subject="weak", qualifier=">"),
    ]
    second = [*estimates([1.2, 18.0, 330.0]), Estimate("IC50", 8e3, "nM", subject="weak")]
    result = replicate_msr(first, second)
    assert result.left_out == ("weak",)
    assert any("weak" in check.message and check.level == "warn" for check in result.checks)


def test_a_good_assay_passes_and_a_shifted_one_has_a_warning():
    rng = np.random.default_rng(9)
    logs = np.linspace(0, 4, 25)
    a, b = 10 ** (logs + rng.normal(0, 0.05, 25)), 10 ** (logs + rng.normal(0, 0.05, 25))
    assert all(check.level == "pass" for check in replicate_msr(estimates(a), estimates(b)).checks)
    shifted = {
        check.name: check.level for check in replicate_msr(estimates(a), estimates(2 * b)).checks
    }
    assert shifted["mean_ratio"] == "warn"
    assert shifted["replicate_msr"] == "pass"


def test_every_check_of_a_replicate_experiment_has_its_value():
    logs = np.linspace(0, 4, 25)
    noise = np.tile([0.1, -0.1, 0.05, -0.05, 0.0], 5)
    result = replicate_msr(estimates(10 ** (logs + noise)), estimates(10**logs))
    values = {check.name: check.value for check in result.checks}
    means = np.array(result.geometric_means)
    assert values == {
        "copied_runs": 5.0,
        "compounds": 25.0,
        "potency_span": pytest.approx(means.max() / means.min()),
        "replicate_msr": result.msr,
        "mean_ratio": result.mean_ratio,
        "limits_of_agreement": max(result.agreement_high, 1 / result.agreement_low),
    }


def levels(n=25, *, span=100.0, sd=0.01, ratio=1.0):
    """Level of each check of two runs of n compounds over a span, with a scatter and a shift."""
    logs = np.linspace(0, np.log10(span), n)
    noise = sd * np.resize([1.0, -1.0], n) * np.sqrt(n - 1) / np.sqrt(n)
    noise -= noise.mean()
    first = estimates(ratio * 10 ** (logs + noise / 2))
    second = estimates(10 ** (logs - noise / 2))
    return {check.name: check.level for check in replicate_msr(first, second).checks}


@pytest.mark.parametrize(
    ("name", "passing", "warning"),
    [
        ("compounds", {"n": 20}, {"n": 19}),
        ("potency_span", {"span": 50.5}, {"span": 49.5}),
        # The scatter whose MSR is 3 is log10(3) / 2 = 0.2386.
        ("replicate_msr", {"sd": 0.23}, {"sd": 0.245}),
        ("limits_of_agreement", {"sd": 0.23}, {"sd": 0.245}),
        ("limits_of_agreement", {"ratio": 2.8}, {"ratio": 3.02}),
        ("limits_of_agreement", {"ratio": 1 / 2.8}, {"ratio": 1 / 3.02}),
        ("mean_ratio", {"ratio": 1.0}, {"ratio": 1.1}),
    ],
)
def test_a_replicate_experiment_warns_beyond_its_threshold(name, passing, warning):
    assert levels(**passing)[name] == "pass"
    assert levels(**warning)[name] == "warn"


@pytest.mark.parametrize(("baseline", "level"), [(6, "pass"), (5, "warn")])
def test_limits_of_fewer_than_six_runs_are_provisional(baseline, level):
    chart = control_chart(runs(VISCOSITY), baseline=baseline)
    (check,) = [check for check in chart.checks if check.name == "baseline_runs"]
    assert check.level == level
    assert check.value == baseline


@pytest.mark.parametrize(("msr", "level"), [(2.9, "pass"), (3.1, "warn")])
def test_a_control_compound_with_an_msr_above_three_has_a_warning(msr, level):
    sd = np.log10(msr) / (2 * np.sqrt(2))
    values = sd * np.sqrt(11 / 12) * np.resize([1.0, -1.0], 12)
    checks = [c for c in control_chart(runs(values)).checks if c.name == "control_msr"]
    assert checks[0].value == pytest.approx(msr)
    assert checks[0].level == level


@pytest.mark.parametrize(
    ("runs_of", "sentence"),
    [
        (
            {"1": [1.0], "2": [2.0]},
            (
                "There are 2 runs. A control chart needs three runs or more; limits are reliable "
                "from twenty."
            ),
        ),
        (
            {"1": [1.0], "2": [2.0, 3.0], "3": [1.0]},
            (
                "Run 1 has one potency and others have several. Chart one value per run (its "
                "mean), or several in every run."
            ),
        ),
        (
            {"1": [1.0], "2": [float("nan")], "3": [1.0]},
            "run 2: a potency is missing or not a number. Leave the run out and state why.",
        ),
        (
            {"1": [1.0], "2": [1.0], "3": [1.0]},
            (
                "All potencies of the control compound are equal. Chart potencies as they were "
                "measured, not rounded."
            ),
        ),
    ],
)
def test_runs_that_give_no_chart_are_refused_in_a_sentence(runs_of, sentence):
    with pytest.raises(InputError) as caught:
        control_chart(runs_of)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("baseline", [2, 4])
def test_a_baseline_that_is_too_short_or_too_long_is_refused(baseline):
    with pytest.raises(InputError) as caught:
        control_chart(runs([1.0, 2.0, 1.5]), baseline=baseline)
    assert str(caught.value) == f"baseline: is {baseline} runs. From 3 to 3, the number of runs."


def test_a_window_of_one_run_is_refused():
    with pytest.raises(InputError) as caught:
        control_chart(runs([1.0, 2.0, 1.5]), window=1)
    assert str(caught.value) == "window: is 1. A whole number from 2."


def test_two_shared_compounds_are_no_replicate_experiment():
    with pytest.raises(InputError) as caught:
        replicate_msr(estimates([1.0, 2.0]), estimates([1.0, 2.0]))
    assert str(caught.value) == (
        "2 compounds have a potency in both runs. A replicate experiment needs 3 or more; 20 to 30 "
        "are recommended. Use the same compound names in both runs."
    )


def test_a_compound_that_is_twice_in_a_run_is_refused():
    twice = [*estimates([1.0, 2.0, 3.0]), Estimate("IC50", 4.0, "nM", subject="C1")]
    with pytest.raises(InputError, match="'C1' is in a run twice"):
        replicate_msr(twice, estimates([1.0, 2.0, 3.0]))


def test_one_run_of_a_control_has_no_msr():
    with pytest.raises(InputError, match="The control compound has 1 run\\. "):
        control_msr([1.0])


def level_of_copies(result):
    (check,) = [check for check in result.checks if check.name == "copied_runs"]
    return check.level


def test_a_replicate_experiment_of_one_run_twice_fails():
    potencies = 10 ** np.linspace(0.0, 2.0, 25)
    copy = replicate_msr(estimates(potencies), estimates(potencies))
    assert level_of_copies(copy) == "fail"
    own = potencies * 10 ** np.random.default_rng(1).normal(0, 0.1, 25)
    own[:10] = potencies[:10]
    # Potencies of few digits agree for some compounds by chance.
    assert level_of_copies(replicate_msr(estimates(potencies), estimates(own))) == "pass"


def test_a_run_of_a_chart_with_the_numbers_of_another_fails():
    rng = np.random.default_rng(2)
    many = {f"run {k}": rng.normal(1.0, 0.1, 3).tolist() for k in range(12)}
    assert level_of_copies(control_chart(many)) == "pass"
    assert level_of_copies(control_chart({**many, "run 12": many["run 3"][::-1]})) == "fail"


@pytest.mark.parametrize(("repeated", "level"), [(12.3456, "fail"), (12.3, "pass")])
def test_single_potencies_are_copies_where_chance_cannot_make_them_agree(repeated, level):
    values = np.log10([11.0, 9.1, repeated, 10.4, 13.0, repeated, 12.0, 9.9])
    assert level_of_copies(control_chart(runs(values))) == level
    # A pIC50 of two decimals agrees by chance.
    assert level_of_copies(control_chart(runs([7.21, 7.4, 7.21, 7.3, 7.18]))) == "pass"
