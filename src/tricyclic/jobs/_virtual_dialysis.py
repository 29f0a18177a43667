"""The virtual microdialysis: groups of rats, percent of their own baseline, area over it, and how many rats it takes."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tricyclic.core.estimate import Estimate
from tricyclic.jobs._job import Progress
from tricyclic.jobs._virtual_ask import (
    assay_from,
    drug_named,
    levels_of,
    library_of,
    listed,
    told_name,
    typical_of,
)
from tricyclic.jobs._virtual_culture import SIZES, Floats, mean_estimate
from tricyclic.jobs._virtual_told import Found, Group, Virtual, power_table

if TYPE_CHECKING:
    from tricyclic.core.course_plot import CoursePicture
    from tricyclic.io.write_tables import Columns
    from tricyclic.jobs._virtual_request import Wanted
    from tricyclic.results.binding import Comparison
    from tricyclic.simulation.virtual.common import Need
    from tricyclic.simulation.virtual.microdialysis import DialysisAssay

DRUG, DOSES, PERFUSED = "desipramine", "1, 3, 10 mg/kg", "1, 10 uM"
GUIDE = ("flow_uL_per_min", "fraction_min", "baseline_fractions", "after_h")
POOL = 80
TITLE = "Microdialysis of norepinephrine in the rat"
WHERE = {"cortex": "cortex", "lc": "locus coeruleus"}


def microdialysis(request: Wanted) -> Generator[Progress, None, Virtual]:
    """Run the protocol in so many rats."""
    from tricyclic.core.dosing import Regimen, is_sustained
    from tricyclic.simulation.compose import compose
    from tricyclic.simulation.run import Bench
    from tricyclic.simulation.virtual.common import subjects_of
    from tricyclic.simulation.virtual.microdialysis import (
        REGIONS,
        SCENARIO,
        DialysisAssay,
        dialysates,
        dialysis_readings,
        percent_of_baseline,
    )

    scenario, parts, drugs = library_of(SCENARIO, request.folder)
    assay, settings = assay_from(
        DialysisAssay, request.assume, GUIDE, "guide_desipramine", region=request.region or None
    )
    route = REGIONS[assay.region][2] if request.route == "probe" else request.route or "ip"
    local = route.startswith("probe_")
    drug = drug_named(
        request.drug or DRUG,
        scenario,
        drugs,
        route,
        "1 nM" if local else "1 mg/kg" if route != "pump" else "1 mg/kg/d",
    )
    name = told_name(drug)
    levels = levels_of(
        request.concentrations or (PERFUSED if local else DOSES), drug, route, "concentrations"
    )
    lasts = assay.end_h - assay.dose_h if is_sustained(route) else 0.0
    yield Progress(0, 4, "compiling the model")
    composed = compose(
        scenario,
        parts,
        drugs,
        [Regimen(drug.name, route, 1.0, start_h=assay.dose_h, duration_h=lasts)],
    )
    bench = Bench(composed)
    given, truth_is = typical_of(request.member, request.set, scenario, composed, request.folder)
    labels = ["vehicle", *(f"{name} {level.says}" for level in levels)]
    amounts = [0.0, *(level.amount for level in levels)]
    n = request.animals
    # Group g takes its own rats out of the pool: no rat is in two groups.
    pool = max(n * len(labels), POOL if request.experiments else 0)
    yield Progress(1, 4, f"simulating {pool} rats at {len(labels)} doses")
    rats = subjects_of(composed, parts, pool, request.seed, given=given)
    dialysate, _ = dialysates(bench, assay, amounts, rats, request.seed)
    readings = dialysis_readings(assay, labels, dialysate, request.seed)
    percent = percent_of_baseline(assay, readings)
    after = percent[..., assay.baseline_fractions :]
    rows = [slice(g * n, (g + 1) * n) for g in range(len(labels))]

    yield Progress(2, 4, "comparing groups")
    mean = after.mean(axis=2)
    hours = assay.fraction_min / 60.0
    area = (after - 100.0).sum(axis=2) * hours
    typical = dialysates(bench, _without_spread(assay), amounts, [given], request.seed)
    truth = [percent_of_baseline(assay, one)[0, :, assay.baseline_fractions :] for one in typical]
    found = [
        Found(
            mean_estimate("mean after the dose", _known(mean[row, g]), "% of baseline", labels[g]),
            float(truth[0][g].mean()),
        )
        for g, row in enumerate(rows)
    ]
    groups = [
        Group(
            label,
            (
                mean_estimate("highest fraction", _known(after[row, g].max(axis=1)), "%"),
                mean_estimate("area", _known(area[row, g]), "% h"),
                Estimate("fluid", float(truth[1][g].mean()), "%", n=0),
                Estimate("dialysate", float(truth[0][g].mean()), "%", n=0),
            ),
        )
        for g, (label, row) in enumerate(zip(labels, rows, strict=True))
    ]
    comparisons = _against_vehicle(mean, rows, labels)
    needs: tuple[Need, ...] = ()
    if request.experiments:
        yield Progress(3, 4, "how many rats it takes")
        needs = _needs(request, mean, labels)
    yield Progress(4, 4, "drawing and writing")
    how = f"in the perfusate for {lasts:g} h" if local else f"by {route}"
    design = (
        f"{name} {listed(levels)} {how}, or vehicle; probe in the {WHERE[assay.region]}, {assay.flow_uL_per_min:g} uL/min",
        f"{assay.baseline_fractions} baseline fractions of {assay.fraction_min:g} min, then {assay.after_fractions}; percent of each rat's own baseline",
        f"{n} rats in each group, seed {request.seed}; truth: {truth_is}",
    )
    remarks = []
    limit = 3.0 * assay.reading_sd_fmol
    own = np.concatenate([readings[row, g].ravel() for g, row in enumerate(rows)])
    if low := int((own < limit).sum()):
        remarks.append(
            f"{low} of {own.size} fractions lie below the limit of detection, {limit:g} fmol"
        )
    if lost := sum(int(np.isnan(mean[row, g]).sum()) for g, row in enumerate(rows)):
        remarks.append(f"{lost} rats gave no baseline or could not be simulated, and are left out")
    top = len(labels) - 1
    remarks.append(
        f"Dialysate understates the rise: after {labels[top]} norepinephrine around the probe is {truth[1][top].mean():.0f} % of rest on the mean "
        f"and the dialysate shows {truth[0][top].mean():.0f} %, as a blocked transporter draws less towards the probe"
    )
    columns = (
        "highest fraction (biased up)",
        f"area over baseline, 0 to {assay.after_fractions * hours:g} h",
        "truth around the probe",
        "truth in dialysate",
    )
    tables = {
        "fractions": _fractions_table(assay, labels, rows, readings, percent),
        **({"power": power_table(needs)} if needs else {}),
    }
    return Virtual(
        "microdialysis",
        TITLE,
        SCENARIO,
        request.seed,
        design,
        tuple(found),
        columns,
        tuple(groups),
        comparisons,
        needs,
        "rats in each group",
        settings,
        tuple(remarks),
        tables,
        (_picture(assay, labels, rows, percent, truth[0], design, lasts),),
    )


def _without_spread(assay: DialysisAssay) -> DialysisAssay:
    from dataclasses import replace

    return replace(assay, probe_cv=0.0)


def _known(values: Floats) -> Floats:
    return values[np.isfinite(values)]


def _against_vehicle(
    mean: Floats, rows: Sequence[slice], labels: Sequence[str]
) -> tuple[Comparison, ...]:
    from tricyclic.assays.binding.compare_conditions import compare_conditions

    def each(g: int) -> list[Estimate]:
        return [
            Estimate("mean after the dose", float(value), "%", where=labels[g])
            for value in _known(mean[rows[g], g])
            if value > 0
        ]

    return tuple(
        compare_conditions(each(0), each(g), names=("vehicle", labels[g]))
        for g in range(1, len(labels))
        if each(0) and each(g)
    )


def _needs(request: Wanted, mean: Floats, labels: Sequence[str]) -> tuple[Need, ...]:
    from tricyclic.simulation.virtual.common import need_of_groups, stream

    log = np.log10(np.where(mean > 0, mean, np.nan))
    return tuple(
        need_of_groups(
            effect,
            log[:, g],
            log[:, 0],
            SIZES,
            request.experiments,
            stream(request.seed, "power", effect),
        )
        for g in range(1, len(labels))
        for effect in [f"{labels[g]} against vehicle"]
    )


def _fractions_table(
    assay: DialysisAssay,
    labels: Sequence[str],
    rows: Sequence[slice],
    readings: Floats,
    percent: Floats,
) -> Columns:
    """One row per fraction."""
    places = [
        (g, k, i)
        for g, row in enumerate(rows)
        for k in range(row.start, row.stop)
        for i in range(readings.shape[2])
    ]
    start = (np.arange(readings.shape[2]) - assay.baseline_fractions) * assay.fraction_min
    amount = np.array([readings[k, g, i] for g, k, i in places])
    return {
        "group": [labels[g] for g, _, _ in places],
        "rat": [str(k + 1) for _, k, _ in places],
        "fraction": [float(i + 1) for _, _, i in places],
        "start_min": [float(start[i]) for _, _, i in places],
        "end_min": [float(start[i] + assay.fraction_min) for _, _, i in places],
        "volume_uL": [assay.volume_uL] * len(places),
        "norepinephrine_fmol": amount.tolist(),
        "dialysate_nM": (amount / assay.volume_uL).tolist(),
        "percent_of_baseline": [float(percent[k, g, i]) for g, k, i in places],
    }


def _picture(
    assay: DialysisAssay,
    labels: Sequence[str],
    rows: Sequence[slice],
    percent: Floats,
    truth: Floats,
    design: Sequence[str],
    lasts: float,
) -> CoursePicture:
    """Means of the groups with their standard errors, over the course of the typical rat."""
    from tricyclic.core.course_plot import CoursePanel, CoursePicture
    from tricyclic.core.plot_data import PointSet, Trace

    x = assay.middles_h + assay.dose_h
    base = np.full(assay.baseline_fractions, 100.0)
    # The first and the last fraction reach to the ends of the axis.
    ends = np.r_[0.0, x, assay.end_h]
    traces = tuple(
        Trace(label, ends, np.r_[100.0, base, truth[g], truth[g][-1]])
        for g, label in enumerate(labels)
    )
    points = []
    for g, (label, row) in enumerate(zip(labels, rows, strict=True)):
        y = percent[row, g]
        known = y[np.isfinite(y).all(axis=1)]
        if len(known):
            error = known.std(axis=0, ddof=1) / np.sqrt(len(known)) if len(known) > 1 else None
            points.append(PointSet(label, x, known.mean(axis=0), error=error))
    panel = CoursePanel(
        f"norepinephrine in dialysate, {WHERE[assay.region]}",
        "% of baseline",
        traces,
        tuple(points),
        level=100.0,
    )
    return CoursePicture(
        "fractions",
        f"{TITLE} (simulated)",
        (panel,),
        design[0],
        "time",
        () if lasts else (assay.dose_h,),
        ((assay.dose_h, assay.end_h),) if lasts else (),
        caption="Lines: the typical rat without error.",
        points_say="synthetic, no experiment; mean +/- SEM of the simulated rats of each group",
    )
