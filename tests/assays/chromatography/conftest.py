"""Seeded batches of chromatograms with known areas."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
from peak_traces import NAMES, RETENTION_MIN, Scene, profile, simulate

from tricyclic.assays.chromatography.batch import BatchInjection
from tricyclic.core.chromatogram import Chromatogram
from tricyclic.core.chromatography_method import ChromatographyMethod, Compound


@pytest.fixture(scope="session")
def method():
    """The method of the simulated traces."""
    roles = {"NE": "analyte", "DHBA": "internal standard"}
    return ChromatographyMethod(
        "simulated",
        tuple(
            Compound(name, float(retention), 0.2, roles.get(name, "neighbour"))
            for name, retention in zip(NAMES, RETENTION_MIN, strict=True)
        ),
        void_min=2.0,
    )


@pytest.fixture(scope="session")
def as_injection():
    """Make an injection of a known trace."""

    def make(name, trace, standard=False):
        chromatogram = Chromatogram("ED", trace.time_min, trace.signal, signal_unit="nA")
        return BatchInjection(name, chromatogram, standard)

    return make


@pytest.fixture(scope="session")
def make_batch(as_injection):
    """Standards from 0.3 to 3 and samples of amount 1: injections and true areas by name."""

    def make(family, scene, samples, seed=1, amount=1.0):
        rng = np.random.default_rng(seed)
        shape = profile(family)
        injections, truth = [], {}
        for i, level in enumerate(np.geomspace(0.3, 3.0, 6)):
            standard = Scene(sn=scene.sn, tail=rng.uniform(0.05, 3.0), shares=scene.shares)
            trace = simulate(rng, shape, standard, float(level))
            injections.append(as_injection(f"standard {i}", trace, standard=True))
            truth[f"standard {i}"] = trace.areas
        for i in range(samples):
            trace = simulate(rng, shape, scene, amount)
            injections.append(as_injection(f"sample {i}", trace))
            truth[f"sample {i}"] = trace.areas
        return injections, truth

    return make
