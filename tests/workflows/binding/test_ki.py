"""`tricyclic binding ki`: an IC50 becomes the Ki that the equations of the literature give."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.optimize import brentq

import tricyclic as tca
from tricyclic.cli.main import main
from tricyclic.errors import InputError


def nikolovska_coleska(ic50: float, kd: float, hot: float, sites: float) -> float:
    """The equations as printed: free sites at 0 %, free tracer and free competitor at 50 %."""
    a, b = hot + kd - sites, -kd * sites
    p0 = (-a + math.sqrt(a * a - 4 * b)) / 2
    pl0 = sites - p0
    pl50 = pl0 / 2
    l50 = hot - pl50
    p50 = kd * pl50 / l50
    pi50 = sites - p50 - pl50
    i50 = ic50 - pi50
    return i50 / (l50 / kd + p0 / kd + 1)


def munson_rodbard(ic50: float, kd: float, hot: float, sites: float) -> float:
    """With y0, bound over free radioligand without competitor."""
    a, b = hot + kd - sites, -kd * sites
    p0 = (-a + math.sqrt(a * a - 4 * b)) / 2
    y0 = p0 / kd
    return ic50 / (1 + hot * (y0 + 2) / (2 * kd * (y0 + 1)) + y0) - kd * y0 / (y0 + 2)


def ic50_by_search(ki: float, kd: float, hot: float, sites: float) -> float:
    """Competitor that halves the bound radioligand, by nested root finding of the balances."""

    def bound(total: float) -> float:
        def balance(free: float) -> float:
            return free + hot * free / (kd + free) + total * free / (ki + free) - sites

        free = brentq(balance, 0.0, sites, xtol=1e-16, rtol=1e-14)
        return hot * free / (kd + free)

    whole = bound(0.0)
    return brentq(lambda total: bound(total) - whole / 2, 1e-9, 1e6, xtol=1e-12, rtol=1e-12)


@pytest.mark.parametrize("ki", [0.1, 5.0, 300.0])
@pytest.mark.parametrize(
    ("kd", "hot", "sites"), [(1.5, 2.0, 0.5), (0.8, 0.2, 3.0), (3.0, 9.0, 9.0)]
)
def test_the_ki_under_depletion_is_that_of_both_publications_and_of_the_mass_balance(
    ki, kd, hot, sites
):
    ic50 = ic50_by_search(ki, kd, hot, sites)
    result = tca.ki(ic50=ic50, kd=kd, radioligand_nM=hot, receptor=sites)
    assert result.ki.value == pytest.approx(ki, rel=1e-6)
    assert nikolovska_coleska(ic50, kd, hot, sites) == pytest.approx(ki, rel=1e-6)
    assert munson_rodbard(ic50, kd, hot, sites) == pytest.approx(ki, rel=1e-6)
    assert result.cheng_prusoff.value == pytest.approx(ic50 / (1 + hot / kd))
    assert result.cheng_prusoff.value > result.ki.value


def test_without_sites_it_is_cheng_and_prusoff():
    result = tca.ki(ic50="12.3 nM", kd="1.5nM", radioligand_nM="2 nM", compound="DMI")
    assert result.ki.value == pytest.approx(12.3 / (1 + 2 / 1.5))
    assert result.ki == result.cheng_prusoff or result.ki.value == result.cheng_prusoff.value
    assert result.ki.p_value == pytest.approx(9 - math.log10(12.3 / (1 + 2 / 1.5)))
    (check,) = result.checks
    assert (check.name, check.level) == ("tracer_bound", "warn")


def test_bmax_and_bound_over_free_are_other_ways_to_state_the_sites():
    # 1000 fmol/mg x 30 ug = 30 fmol in 250 uL: 0.12 nM.
    given = {"ic50": 12.3, "kd": 1.5, "radioligand_nM": 2.0}
    by_bmax = tca.ki(**given, bmax="1000 fmol/mg", protein_ug=30, volume_uL="0.25 mL")
    direct = tca.ki(**given, receptor="120 pM")
    assert by_bmax.ki.value == pytest.approx(direct.ki.value, rel=1e-12)
    bound = direct.bound_percent / 100
    by_ratio = tca.ki(**given, bound_free=bound / (1 - bound))
    assert by_ratio.ki.value == pytest.approx(direct.ki.value, rel=1e-9)
    assert by_ratio.sites_nM == pytest.approx(0.12, rel=1e-9)
    assert direct.free_radioligand_nM == pytest.approx(2 * (1 - bound))


@pytest.mark.parametrize("receptor", [None, "0.5 +/- 0.1 nM"])
def test_the_interval_is_that_of_simulated_errors(receptor):
    """200,000 draws of all inputs, log-normal with the stated errors."""
    result = tca.ki(
        ic50="12.3 +/- 1.1 nM",
        kd="1.5 +/- 0.2 nM",
        radioligand_nM="2 +/- 0.1 nM",
        receptor=receptor,
    )
    rng = np.random.default_rng(5)

    def draws(value: float, se: float) -> np.ndarray:
        return value * 10 ** rng.normal(0, se / value / math.log(10), 200_000)

    ic50, kd, hot = draws(12.3, 1.1), draws(1.5, 0.2), draws(2, 0.1)
    if receptor is None:
        kis = ic50 / (1 + hot / kd)
    else:
        kis = np.array(
            [
                nikolovska_coleska(*row)
                for row in zip(ic50[:20_000], kd, hot, draws(0.5, 0.1), strict=False)
            ]
        )
    logs = np.log10(kis)
    assert result.ki.log10_se == pytest.approx(logs.std(), rel=0.03)
    low, high = np.quantile(kis, [0.025, 0.975])
    assert result.ki.low == pytest.approx(low, rel=0.02)
    assert result.ki.high == pytest.approx(high, rel=0.02)
    assert sum(one.share for one in result.inputs) == pytest.approx(1)


def test_limits_of_an_interval_are_its_error():
    by_limits = tca.ki(ic50="12.3 (10.1-15.0) nM", kd=1.5, radioligand_nM=2)
    factor = 1 + 2 / 1.5
    assert by_limits.ki.low == pytest.approx(10.1 / factor)
    assert by_limits.ki.high == pytest.approx(15.0 / factor)
    for text in ("12.3 nM [10.1, 15.0]", "12.3 (10.1 to 15.0 nM)", "0.0123 (0.0101–0.015) uM"):
        assert tca.ki(ic50=text, kd=1.5, radioligand_nM=2).ki.low == pytest.approx(10.1 / factor)


def test_few_runs_of_the_ic50_widen_the_interval():
    one, three = (tca.ki(ic50="12.3 +/- 1.1 nM", kd=1.5, radioligand_nM=2, n=n).ki for n in (1, 3))
    ratio = math.log(three.high / three.value) / math.log(one.high / one.value)
    # Student's t on 2 degrees of freedom over the normal quantile.
    assert ratio == pytest.approx(4.302653 / 1.959964, rel=1e-5)
    assert three.n_experiments == 3 and three.log10_se == one.log10_se


def test_an_ic50_near_its_least_value_leaves_the_ki_open_towards_zero():
    result = tca.ki(ic50="3.6 +/- 0.5 nM", kd=1.5, radioligand_nM=2, receptor=5)
    assert result.ki.low == 0.0 and math.isfinite(result.ki.high)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"ic50": 0.2, "receptor": 5},
            (
                "ic50=: is 0.200 nM. With 5.00 nM of sites it is above 3.48 nM, the competitor "
                "that is bound where half of the radioligand is displaced. Check the concentration "
                "of sites and the units."
            ),
        ),
        ({"ic50": "-3 nM"}, "ic50=: is -3 nM. It is a number above 0."),
        (
            {"ic50": "12 (13-15) nM"},
            (
                "ic50=: '12 (13-15) nM' has limits that do not include the number. The lower limit "
                "is above 0 and the number is between both."
            ),
        ),
        (
            {"receptor": 1, "bound_free": 0.2},
            (
                "bound_free=: states the sites in the well, as another option does. One of "
                "receptor=, bmax= and bound_free= is enough. Omit bound_free=."
            ),
        ),
        (
            {"bmax": 1000, "protein_ug": 30},
            (
                "bmax=: is a density per protein. The sites in the well need the protein and the "
                "volume. Add volume_uL=."
            ),
        ),
        ({"n": 0}, "n=: is 0. It is 1 or more."),
    ],
    ids=["ic50", "sign", "limits", "twice", "volume", "n"],
)
def test_impossible_numbers_are_refused(given, message):
    with pytest.raises(InputError) as caught:
        tca.ki(**{"ic50": 12.3, "kd": 1.5, "radioligand_nM": 2, **given})
    assert str(caught.value) == message


def test_the_command_line_prints_ki_pki_and_the_share_of_each_error():
    arguments = ["binding", "ki", "--ic50", "12.3 +/- 1.1 nM", "--kd", "1.5 +/- 0.2 nM"]
    run = CliRunner().invoke(main, [*arguments, "--radioligand-nM", "2nM", "--receptor", "0.5nM"])
    lines = run.output.splitlines()
    assert lines[0] == ("Ki 5.02 nM   95 % CI 3.98–6.27   pKi 8.299 ± 0.050 (8.203–8.400)   n = 1")
    assert lines[2].endswith("62 % of the variance")
    run = CliRunner().invoke(main, [*arguments, "--radioligand-nM", "2nM", "--json"])
    document = json.loads(run.output)["result"]
    assert document["ki"]["pKi"]["value"] == pytest.approx(8.278, abs=1e-3)
    frame = tca.ki(ic50=12.3, kd=1.5, radioligand_nM=2).to_frame()
    assert list(frame["method"]) == ["Cheng-Prusoff"]


def test_the_former_name_of_the_radioligand_still_works_with_a_note():
    with pytest.warns(FutureWarning, match="radioligand= is called radioligand_nM= now"):
        former = tca.ki(ic50=12.3, kd=1.5, radioligand=2)
    assert former.summary() == tca.ki(ic50=12.3, kd=1.5, radioligand_nM=2).summary()
    arguments = ["binding", "ki", "--ic50", "12.3", "--kd", "1.5"]
    now = CliRunner().invoke(main, [*arguments, "--radioligand-nM", "2"])
    for typed in (["--radioligand", "2"], ["--radioligand=2"]):
        run = CliRunner().invoke(main, [*arguments, *typed])
        assert run.stdout == now.stdout
        assert run.stderr.splitlines()[0] == (
            "note     --radioligand is called --radioligand-nM now"
        )
