"""The fixture `equal_batches_once`: what it remembers is what a fit gives, for equal arguments
only.
"""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
from peak_traces import Scene

from tricyclic.assays.chromatography import batch
from tricyclic.core.peak import ManualLimits


@pytest.fixture(scope="module")
def injections(make_batch):
    return make_batch("skew-normal", Scene(100.0, tail=1.0), 3)[0]


@pytest.fixture(scope="module")
def anew(injections, method):
    """The batch fitted before the fixture."""
    return repr(batch.fit_batch(injections, method))


def test_remembered_batches_are_those_of_a_fit_to_the_last_bit(
    injections, method, anew, equal_batches_once, monkeypatch
):
    assert repr(batch.fit_batch(injections, method)) == anew
    monkeypatch.setattr("tricyclic.assays.chromatography.batch.find_reference", None)
    assert repr(batch.fit_batch(injections, method)) == anew


def test_only_equal_batches_are_remembered(injections, method, anew, equal_batches_once):
    last = injections[-1]
    trace = last.chromatogram
    louder = replace(last, chromatogram=replace(trace, signal=1.01 * trace.signal))
    limits = ManualLimits(last.name, "NE", 3.5, 4.2, "spike")
    different = [
        anew,
        repr(batch.fit_batch([*injections[:-1], louder], method)),
        repr(batch.fit_batch([*injections[:-1], replace(last, name="other")], method)),
        repr(batch.fit_batch(injections, method, manual=[limits])),
        repr(batch.fit_batch(injections[1:], method)),
    ]
    assert len(set(different)) == len(different)
