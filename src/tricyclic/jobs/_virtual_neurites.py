"""The virtual neurite assay: cells with neurites by NGF and drug, EC50 at one NGF, with and without an antagonist."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tricyclic.errors import InputError
from tricyclic.jobs._job import Progress
from tricyclic.jobs._virtual_ask import (
    Level,
    assay_from,
    levels_of,
    library_of,
    ligands_of,
    listed,
    several,
    typical_of,
)
from tricyclic.jobs._virtual_culture import (
    DENSE_NM,
    POOL,
    SIZES,
    Floats,
    curves_table,
    dose_response,
    mean_estimate,
    paired_folds,
    picture_of,
    ratios,
    unsaid,
    wells_of,
)
from tricyclic.jobs._virtual_told import Found, Group, Virtual, power_table

if TYPE_CHECKING:
    from tricyclic.io.write_tables import Columns
    from tricyclic.jobs._virtual_request import Wanted
    from tricyclic.results.binding import Comparison
    from tricyclic.simulation.run import Bench
    from tricyclic.simulation.virtual.common import Condition, Need
    from tricyclic.simulation.virtual.neurites import NeuriteAssay

DRUG, CONCENTRATIONS, ANTAGONIST, NGF, AT = (
    "imipramine",
    "0.1, 0.3, 1, 3, 10 uM",
    "NE-100",
    "0, 2.5, 50 ng/mL",
    "1 uM",
)
TITLE = "NGF-induced neurites of PC12 cells"


def neurites(request: Wanted) -> Generator[Progress, None, Virtual]:
    """Run the protocol in so many cultures."""
    from tricyclic.simulation.compose import compose
    from tricyclic.simulation.run import Bench
    from tricyclic.simulation.virtual.common import Condition, half_way, subjects_of
    from tricyclic.simulation.virtual.neurites import (
        EXPRESSION,
        SCENARIO,
        NeuriteAssay,
        neurite_counts,
        neurite_shares,
    )

    scenario, parts, drugs = library_of(SCENARIO, request.folder)
    assay, settings = assay_from(NeuriteAssay, request.assume, (), "")
    ligands = ligands_of(
        request.drug or DRUG,
        request.concentrations or CONCENTRATIONS,
        request.antagonist or ANTAGONIST,
        request.at or AT,
        scenario,
        drugs,
    )
    ngf = levels_of(request.factor or NGF, drugs["ngf"], "bath", "factor", with_zero=True)
    m = _judged(ngf)
    yield Progress(0, 4, "compiling the model")
    composed = compose(scenario, parts, drugs, assay.regimens(ligands.drug, ligands.antagonist))
    bench = Bench(composed)
    given, truth_is = typical_of(request.member, request.set, scenario, composed, request.folder)
    held = ligands.antagonist_level.amount
    series = [(nM, 0.0) for nM in ligands.amounts] + [
        (nM, held) for nM in ligands.amounts if ligands.antagonist
    ]
    conditions = [
        Condition(label, nM, against, level.amount)
        for level in ngf
        for label, (nM, against) in zip(ligands.labels(f", NGF {level.says}"), series, strict=True)
    ]

    pool = max(request.cultures, POOL if request.experiments else 0)
    yield Progress(1, 4, f"simulating {pool} cultures")
    cultures = subjects_of(
        composed, parts, pool, request.seed, further_cv={EXPRESSION: assay.culture_cv}, given=given
    )
    shares = neurite_shares(bench, assay, conditions, cultures)
    bearing, grown = neurite_counts(assay, conditions, shares, request.replicates, request.seed)
    wells = 100.0 * bearing / assay.cells
    # Means of wells by NGF and group: shape (cultures, NGF, groups).
    mean = wells.mean(axis=2).reshape(pool, len(ngf), len(series))

    yield Progress(2, 4, "fitting curves")
    n, d = request.cultures, len(ligands.levels)
    first = m * len(series)
    judged = wells[:n, first : first + d + 1]
    curves = dose_response(
        np.array(ligands.amounts), list(judged), "%", request.curve, ligands.name, "constant"
    )
    typical = _typical(bench, assay, given, ngf[m].amount)
    half = half_way(DENSE_NM, typical - typical[0])
    truths = (half, half, float(typical[-1] / typical[0]))
    found = [
        Found(one, truth)
        for one, truth in zip((curves.ec50, curves.shared, curves.fold), truths, strict=True)
        if one is not None
    ]
    groups = [
        Group(
            label,
            tuple(
                mean_estimate("cells with neurites", mean[:n, i, j], "%") for i in range(len(ngf))
            ),
        )
        for j, label in enumerate(ligands.labels())
    ]
    needs: tuple[Need, ...] = ()
    if request.experiments:
        yield Progress(3, 4, "how many cultures it takes")
        needs = _needs(
            request, mean[:, m], ligands.labels(), d, ligands.at, bool(ligands.antagonist)
        )
    yield Progress(4, 4, "drawing and writing")
    against = f", with and without {ligands.held}" if ligands.antagonist else ""
    design = (
        f"NGF {listed(ngf)}; {ligands.name} {listed(ligands.levels)}{against}, for {assay.days:g} d",
        f"{assay.cells} cells counted in each well; the curve and the comparison are at NGF {ngf[m].says}",
        f"{several(n, 'culture')} x {several(request.replicates, 'well')} of {len(conditions)} conditions, seed {request.seed}; truth: {truth_is}; curve {request.curve}",
    )
    sets = [(ligands.name, mean[:n, m, : d + 1])]
    sets += [(f"with {ligands.other}", mean[:n, m, d + 1 :])] if ligands.antagonist else []
    picture = picture_of(
        "dose-response",
        f"{TITLE}, NGF {ngf[m].says}",
        f"log10 [{ligands.name}] (M)",
        "cells with neurites (%)",
        ligands.levels,
        sets,
        curves,
        np.ones(n),
        request.curve,
        "Synthetic data, no experiment",
    )
    tables = {
        "wells": _wells_table(conditions, bearing[:n], grown[:n], assay.cells),
        "cultures": curves_table(curves),
        **({"power": power_table(needs)} if needs else {}),
    }
    comparisons: tuple[Comparison, ...] = ()
    if ligands.antagonist:
        base = mean[:n, m, 0]
        comparisons = paired_folds(
            ratios("fold", mean[:n, m, ligands.at + 1], base, ligands.name),
            ratios("fold", mean[:n, m, d + 2 + ligands.at], base, ligands.name),
            ligands.compared,
            f"with {ligands.held}",
        )
    return Virtual(
        "neurites",
        TITLE,
        SCENARIO,
        request.seed,
        design,
        tuple(found),
        tuple(f"NGF {level.says}" for level in ngf),
        tuple(groups),
        comparisons,
        needs,
        "cultures",
        settings,
        unsaid(curves),
        tables,
        (picture,),
    )


def _judged(ngf: Sequence[Level]) -> int:
    """The NGF at which drugs are judged: the lowest above 0, where there is room for more."""
    for k, level in enumerate(ngf):
        if level.amount > 0:
            return k
    raise InputError(
        "is 0 in every well",
        where="factor",
        do='Add a concentration that grows neurites: "0, 2.5 ng/mL"',
    )


def _typical(
    bench: Bench, assay: NeuriteAssay, given: Mapping[str, float], ngf_nM: float
) -> Floats:
    """Percent of cells with neurites in the typical culture without error over the dense series, shape (61,)."""
    from tricyclic.simulation.virtual.common import Condition
    from tricyclic.simulation.virtual.neurites import neurite_shares

    dense = [Condition(f"{nM:g}", float(nM), 0.0, ngf_nM) for nM in DENSE_NM]
    return np.asarray(100.0 * neurite_shares(bench, assay, dense, [given])[0])


def _needs(
    request: Wanted, mean: Floats, labels: Sequence[str], d: int, at: int, blocked: bool
) -> tuple[Need, ...]:
    from tricyclic.simulation.virtual.common import need_of_pairs, stream

    effects = [(f"{labels[j]} against vehicle", j, 0) for j in range(1, d + 1)]
    effects += (
        [(f"{labels[at + 1]} against {labels[d + 2 + at]}", at + 1, d + 2 + at)] if blocked else []
    )
    log = np.log10(np.where(mean > 0, mean, np.nan))
    return tuple(
        need_of_pairs(
            effect,
            log[:, a],
            log[:, b],
            SIZES,
            request.experiments,
            stream(request.seed, "power", effect),
        )
        for effect, a, b in effects
    )


def _wells_table(
    conditions: Sequence[Condition], bearing: Floats, grown: Floats, cells: int
) -> Columns:
    """One row per well: where it stands, what it got, what was counted."""
    places = [
        (k, j, r)
        for k in range(bearing.shape[0])
        for j in range(bearing.shape[1])
        for r in range(bearing.shape[2])
    ]
    names = wells_of(bearing.shape[1] * bearing.shape[2])
    return {
        "culture": [str(k + 1) for k, _, _ in places],
        "well": [names[j * bearing.shape[2] + r] for _, j, r in places],
        "condition": [conditions[j].name for _, j, _ in places],
        "replicate": [float(r + 1) for _, _, r in places],
        "NGF_nM": [conditions[j].factor_nM for _, j, _ in places],
        "drug_nM": [conditions[j].drug_nM for _, j, _ in places],
        "antagonist_nM": [conditions[j].antagonist_nM for _, j, _ in places],
        "cells": [float(cells)] * len(places),
        "cells_with_neurites": [float(bearing[place]) for place in places],
        "neurites": [float(grown[place]) for place in places],
        "neurites_per_cell": [float(grown[place]) / cells for place in places],
    }
