"""Windows at the membrane, with dead volume, changes of flow and a pump that stands still."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tricyclic.assays.microdialysis.collection import Flow, membrane_window
from tricyclic.errors import InputError


def test_constant_flow_shifts_a_fraction_by_dead_volume_over_flow():
    # 14 min 38 s at 1.2 uL/min, as a laboratory noted it.
    lag = 14 + 38 / 60
    window = membrane_window(20.0, 40.0, Flow((1.2,)), lag * 1.2)
    assert (window.start_min, window.end_min) == pytest.approx((20 - lag, 40 - lag))
    assert window.volume_uL == pytest.approx(24.0)


def test_a_change_of_flow_changes_lag_and_volume():
    flow = Flow((2.0, 1.0), (0.0, 60.0))
    # The vial from 60 to 80 takes 20 uL; the 20 uL before them left the membrane from 50 to 60.
    window = membrane_window(60.0, 80.0, flow, 20.0)
    assert (window.start_min, window.end_min, window.volume_uL) == pytest.approx((50.0, 60.0, 20.0))


def test_while_the_pump_stands_still_the_window_leaves_the_pause_out():
    flow = Flow((1.0, 0.0, 1.0), (0.0, 100.0, 130.0))
    # Without dead volume the fluid that leaves before and after the pause is at the membrane then.
    before = membrane_window(80.0, 100.0, flow, 0.0)
    after = membrane_window(130.0, 150.0, flow, 0.0)
    assert (before.start_min, before.end_min) == pytest.approx((80.0, 100.0))
    assert (after.start_min, after.end_min) == pytest.approx((130.0, 150.0))
    pooled = membrane_window(90.0, 140.0, flow, 5.0)
    assert (pooled.start_min, pooled.end_min, pooled.volume_uL) == pytest.approx(
        (85.0, 135.0, 20.0)
    )


@pytest.mark.parametrize("seed", range(20))
def test_the_volume_between_the_ends_of_a_window_is_what_was_collected(seed):
    rng = np.random.default_rng(seed)
    starts = np.concatenate([[0.0], np.sort(rng.uniform(1, 300, 4))])
    rates = np.concatenate([[1.0], rng.choice([0.0, 0.5, 1.0, 2.0], 4)])
    flow = Flow(tuple(rates), tuple(starts))
    start, end = np.sort(rng.uniform(0, 320, 2))
    if flow.pumped_uL(end) <= flow.pumped_uL(start):
        return
    window = membrane_window(start, end, flow, rng.uniform(0, 30))
    at_membrane = flow.pumped_uL([window.start_min, window.end_min])
    assert at_membrane[1] - at_membrane[0] == pytest.approx(window.volume_uL, abs=1e-9)
    assert window.end_min <= end + 1e-9


def test_a_step_at_the_membrane_is_restored():
    # Level 1, then 3 from the treatment at 100 min; vials of 20 min that start at odd times.
    flow, dead = Flow((1.2,)), 17.56
    edges = 3.0 + 20.0 * np.arange(12)
    for start, end in pairwise(edges):
        true_start, true_end = start - dead / 1.2, end - dead / 1.2
        after = np.clip((true_end - 100.0) / (true_end - true_start), 0.0, 1.0)
        mean = 1.0 + 2.0 * after
        window = membrane_window(start, end, flow, dead)
        share = np.clip((window.end_min - 100.0) / 20.0, 0.0, 1.0)
        assert 1.0 + 2.0 * share == pytest.approx(mean, rel=1e-9)


def test_bad_flows_and_windows_have_sentences():
    with pytest.raises(InputError, match="nothing was pumped from 100 to 120"):
        membrane_window(100, 120, Flow((1.0, 0.0), (0.0, 90.0)), 5.0, where="f7")
    with pytest.raises(InputError, match="times of the flow do not increase"):
        Flow((1.0, 2.0), (10.0, 10.0))
    with pytest.raises(InputError, match="0 or more"):
        Flow((-1.0,))
    with pytest.raises(InputError, match="first flow is 0"):
        Flow((0.0, 1.0), (0.0, 5.0))
    with pytest.raises(InputError, match="ends after it starts"):
        membrane_window(40, 20, Flow((1.0,)), 0.0)
    with pytest.raises(InputError, match="dead volume"):
        membrane_window(20, 40, Flow((1.0,)), -1.0)
