"""From a scenario to what can be said for and against it: units, annotations, sources, a second engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.mechanism import Mechanism
from tricyclic.exchange.sedml_omex import sbml_file
from tricyclic.ode.scipy_engine import SciPyEngine
from tricyclic.results.credibility import Agreement, Credibility, Elasticity, Valued
from tricyclic.sbml.document import unit_complaints, validation_complaints
from tricyclic.simulation.model import Composed
from tricyclic.simulation.run import Bench

Floats = NDArray[np.float64]
ENGINES = ("libRoadRunner, CVODE", "own translation of the SBML, SciPy LSODA")


def provenance(composed: Composed) -> tuple[Valued, ...]:
    """Every value of the model, in the order in which the model states them."""
    return tuple(
        Valued(item.name, item.unit, item.mechanism, item.constant)
        for item in composed.quantities.values()
        if item.constant is not None
    )


def annotated(composed: Composed) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """States and drugs that say what they are in a public database, and those that do not."""
    wanted = [item for item in composed.quantities.values() if item.kind in ("state", "species")]
    with_identity = tuple(item.name for item in wanted if item.identifiers)
    return with_identity, tuple(item.name for item in wanted if not item.identifiers)


def agreement(
    bench: Bench, time_h: Floats, names: Sequence[str], *, says: str
) -> tuple[Agreement, ...]:
    """Run the exported SBML in the second engine and hold it against the first.

    Parameters
    ----------
    bench : Bench
    time_h : array, shape (times,)
        Times at which both are read [h].
    names : sequence of str
        Quantities to compare.
    says : str
        What the regimen is called.

    Returns
    -------
    tuple of Agreement
        One per quantity: largest difference over the run as a fraction of its largest value.
    """
    rest = bench.rest()
    first = bench.run(time_h, names, rest=rest, rtol=1e-8)
    second = SciPyEngine().load(sbml_file(bench, rest=rest))
    ids = [bench.composed.quantity(name).id for name in names]
    other = second.run(time_h, ids, rtol=1e-9, atol=1e-12)
    scale = np.maximum(np.abs(first).max(axis=0), 1e-12)
    return tuple(
        Agreement(name, says, float(worst))
        for name, worst in zip(names, np.abs(first - other).max(axis=0) / scale, strict=True)
    )


def credibility_of(
    bench: Bench,
    mechanisms: Mapping[str, Mechanism],
    agreements: Iterable[Agreement],
    *,
    elasticities: Iterable[Elasticity] = (),
    predicted: Sequence[str] = (),
    tried: Sequence[str] = (),
) -> Credibility:
    """Gather what can be said about a scenario."""
    composed = bench.composed
    known, unknown = annotated(composed)
    used = dict.fromkeys(item.mechanism for item in composed.quantities.values() if item.mechanism)
    exported = sbml_file(bench)
    return Credibility(
        scenario=composed.name,
        title=composed.scenario.title,
        states=sum(item.kind in ("state", "species") for item in composed.quantities.values()),
        parameters=len(composed.parameters),
        unit_complaints=unit_complaints(exported),
        validation_complaints=validation_complaints(exported),
        annotated=known,
        not_annotated=unknown,
        values=provenance(composed),
        agreements=tuple(agreements),
        elasticities=tuple(elasticities),
        predicted=tuple(predicted),
        lacks=tuple((name, text) for name in used for text in mechanisms[name].lacks),
        engines=ENGINES,
        tried=tuple(tried),
    )
