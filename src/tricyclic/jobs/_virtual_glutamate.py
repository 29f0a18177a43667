"""The virtual glutamate assay: net release per well, potentiation per culture, EC50 pooled, with and without an antagonist."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tricyclic.errors import InputError
from tricyclic.jobs._job import Progress
from tricyclic.jobs._virtual_ask import (
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
    paired_folds,
    picture_of,
    pooled_ratio,
    ratios,
    unsaid,
    wells_of,
)
from tricyclic.jobs._virtual_told import Found, Group, Virtual, power_table

if TYPE_CHECKING:
    from tricyclic.io.write_tables import Columns
    from tricyclic.jobs._virtual_request import Wanted
    from tricyclic.simulation.run import Bench
    from tricyclic.simulation.virtual.common import Condition, Need
    from tricyclic.simulation.virtual.release import GlutamateAssay

DRUG, CONCENTRATIONS, ANTAGONIST, BDNF, AT = (
    "imipramine",
    "0.1, 0.3, 1, 3, 10 uM",
    "BD1047",
    "50 ng/mL",
    "1 uM",
)
GUIDE = ("pretreatment_h", "stimulus_min")
TITLE = "BDNF-evoked glutamate release of cortical neurons"


def glutamate(request: Wanted) -> Generator[Progress, None, Virtual]:
    """Run the protocol in so many cultures."""
    from tricyclic.simulation.compose import compose
    from tricyclic.simulation.run import Bench
    from tricyclic.simulation.virtual.common import Condition, half_way, subjects_of
    from tricyclic.simulation.virtual.release import (
        EXPRESSION,
        SCENARIO,
        GlutamateAssay,
        glutamate_in_samples,
        glutamate_readings,
        limit_of_detection_nM,
    )

    scenario, parts, drugs = library_of(SCENARIO, request.folder)
    assay, settings = assay_from(GlutamateAssay, request.assume, GUIDE, "guide_imipramine_sigma")
    ligands = ligands_of(
        request.drug or DRUG,
        request.concentrations or CONCENTRATIONS,
        request.antagonist or ANTAGONIST,
        request.at or AT,
        scenario,
        drugs,
    )
    stimuli = levels_of(request.factor or BDNF, drugs["bdnf"], "bath", "factor")
    if len(stimuli) > 1:
        raise InputError(
            f"names {len(stimuli)} concentrations of BDNF", where="factor", do="Name one"
        )
    bdnf = stimuli[0]
    yield Progress(0, 4, "compiling the model")
    composed = compose(scenario, parts, drugs, assay.regimens(ligands.drug, ligands.antagonist))
    bench = Bench(composed)
    given, truth_is = typical_of(request.member, request.set, scenario, composed, request.folder)
    held = ligands.antagonist_level.amount
    series = [(nM, 0.0) for nM in ligands.amounts] + [
        (nM, held) for nM in ligands.amounts if ligands.antagonist
    ]
    conditions = [
        Condition(label, nM, against, bdnf.amount)
        for label, (nM, against) in zip(ligands.labels(), series, strict=True)
    ] + [Condition("vehicle, no BDNF")]

    pool = max(request.cultures, POOL if request.experiments else 0)
    yield Progress(1, 4, f"simulating {pool} cultures")
    cultures = subjects_of(
        composed, parts, pool, request.seed, further_cv={EXPRESSION: assay.culture_cv}, given=given
    )
    samples = glutamate_in_samples(bench, assay, conditions, cultures)
    readings = glutamate_readings(assay, conditions, samples, request.replicates, request.seed)
    net = readings[..., 1] - readings[..., 0]
    mean = net.mean(axis=2)

    yield Progress(2, 4, "fitting curves")
    n, d = request.cultures, len(ligands.levels)
    curves = dose_response(
        np.array(ligands.amounts),
        list(net[:n, : d + 1]),
        "nM",
        request.curve,
        ligands.name,
        "proportional",
    )
    folds = [ratios("fold", mean[:n, 1 + j], mean[:n, 0], ligands.name) for j in range(d)]
    blocked = (
        [ratios("fold", mean[:n, d + 1 + j], mean[:n, 0], ligands.name) for j in range(d + 1)]
        if ligands.antagonist
        else []
    )
    typical = _typical(bench, assay, given, bdnf.amount)
    half = half_way(DENSE_NM, typical - typical[0])
    truths = (half, half, float(typical[-1] / typical[0]))
    found = [
        Found(one, truth)
        for one, truth in zip((curves.ec50, curves.shared, curves.fold), truths, strict=True)
        if one is not None
    ]
    none: tuple[None, ...] = (None,)
    rows = list(
        zip(
            ("vehicle", *(level.says for level in ligands.levels)),
            (*none, *folds),
            (*blocked,) or none * (d + 1),
            strict=True,
        )
    )
    groups = [
        Group(says, tuple(pooled_ratio(one) for one in ((a, b) if blocked else (a,))))
        for says, a, b in rows
    ]
    needs: tuple[Need, ...] = ()
    if request.experiments:
        yield Progress(3, 4, "how many cultures it takes")
        needs = _needs(request, mean, conditions, d, ligands.at, bool(blocked))
    remarks = list(unsaid(curves))
    limit = limit_of_detection_nM(assay)
    if low := int((readings[:n, ..., 0] < limit).sum()):
        remarks.append(f"{low} baseline samples lie below the limit of detection, {limit:g} nM")
    if assay.kept > 0:
        washed = _typical(bench, replace(assay, kept=0.0), given, bdnf.amount)
        remarks.append(
            f"After the wash {100 * assay.kept:g} % of the drug still acts (assumed); with none (--assume kept=0) "
            f"the largest potentiation would be {washed[-1] / washed[0]:.2f}-fold and not {truths[2]:.2f}"
        )
    yield Progress(4, 4, "drawing and writing")
    with_other = f", with and without {ligands.held}" if blocked else ""
    design = (
        f"{ligands.name} {listed(ligands.levels)} for {assay.pretreatment_h:g} h{with_other}",
        f"wash, {assay.settle_min:g} min, first sample; BDNF {bdnf.says} for {assay.stimulus_min:g} min, second sample; net release is their difference",
        f"{several(n, 'culture')} x {several(request.replicates, 'well')} of {len(conditions)} conditions, seed {request.seed}; truth: {truth_is}; curve {request.curve}",
    )
    percent = 100.0 * mean[:n] / mean[:n, :1]
    sets = [(ligands.name, percent[:, : d + 1])] + (
        [(f"with {ligands.other}", percent[:, d + 1 : 2 * d + 2])] if blocked else []
    )
    picture = picture_of(
        "dose-response",
        TITLE,
        f"log10 [{ligands.name}] (M)",
        "net release (% of vehicle)",
        ligands.levels,
        sets,
        curves,
        100.0 / mean[:n, 0],
        request.curve,
        "Synthetic data, no experiment",
    )
    tables = {
        "wells": _wells_table(conditions, readings[:n]),
        "dose_response": _series_table(conditions[: d + 1], net[:n]),
        "cultures": curves_table(curves),
        **({"power": power_table(needs)} if needs else {}),
    }
    comparisons = (
        paired_folds(
            folds[ligands.at], blocked[ligands.at + 1], ligands.compared, f"with {ligands.held}"
        )
        if blocked
        else ()
    )
    columns = ("fold of vehicle", *((f"with {ligands.held}",) if blocked else ()))
    return Virtual(
        "glutamate",
        TITLE,
        SCENARIO,
        request.seed,
        design,
        tuple(found),
        columns,
        tuple(groups),
        comparisons,
        needs,
        "cultures",
        settings,
        tuple(remarks),
        tables,
        (picture,),
    )


def _typical(
    bench: Bench, assay: GlutamateAssay, given: Mapping[str, float], bdnf_nM: float
) -> Floats:
    """Net release of the typical culture without error over the dense series, shape (61,)."""
    from tricyclic.simulation.virtual.common import Condition
    from tricyclic.simulation.virtual.release import glutamate_in_samples

    dense = [Condition(f"{nM:g}", float(nM), 0.0, bdnf_nM) for nM in DENSE_NM]
    samples = glutamate_in_samples(bench, assay, dense, [given])[0]
    return np.asarray(samples[:, 1] - samples[:, 0])


def _needs(
    request: Wanted, mean: Floats, conditions: Sequence[Condition], d: int, at: int, blocked: bool
) -> tuple[Need, ...]:
    from tricyclic.simulation.virtual.common import need_of_pairs, stream

    log = np.log10(np.where(mean > 0, mean, np.nan))
    effects = [(f"{conditions[j].name} against vehicle", j, 0) for j in range(1, d + 1)]
    effects += (
        [(f"{conditions[at + 1].name} against {conditions[d + 2 + at].name}", at + 1, d + 2 + at)]
        if blocked
        else []
    )
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


def _wells_table(conditions: Sequence[Condition], readings: Floats) -> Columns:
    """One row per well: where it stands, what it got, both readings and their difference."""
    places = [
        (k, j, r)
        for k in range(readings.shape[0])
        for j in range(readings.shape[1])
        for r in range(readings.shape[2])
    ]
    names = wells_of(readings.shape[1] * readings.shape[2])
    base, after = (np.array([readings[place][i] for place in places]) for i in (0, 1))
    return {
        "culture": [str(k + 1) for k, _, _ in places],
        "well": [names[j * readings.shape[2] + r] for _, j, r in places],
        "condition": [conditions[j].name for _, j, _ in places],
        "replicate": [float(r + 1) for _, _, r in places],
        "drug_nM": [conditions[j].drug_nM for _, j, _ in places],
        "antagonist_nM": [conditions[j].antagonist_nM for _, j, _ in places],
        "BDNF_nM": [conditions[j].factor_nM for _, j, _ in places],
        "baseline_glutamate_nM": base.tolist(),
        "glutamate_after_nM": after.tolist(),
        "net_glutamate_nM": (after - base).tolist(),
    }


def _series_table(conditions: Sequence[Condition], net: Floats) -> Columns:
    """The wells without antagonist alone, as a curve is fitted to them."""
    places = [
        (k, j, r)
        for k in range(net.shape[0])
        for j in range(len(conditions))
        for r in range(net.shape[2])
    ]
    return {
        "culture": [str(k + 1) for k, _, _ in places],
        "drug_nM": [conditions[j].drug_nM for _, j, _ in places],
        "net_glutamate_nM": [float(net[place]) for place in places],
    }
