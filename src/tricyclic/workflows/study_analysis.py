"""Analysis of prepared runs: single runs, pooled assays, joint fits and comparisons.

Used by the study commands and by the binding commands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tricyclic._version import __version__
from tricyclic.assays.binding.analysis import analyse_plate, analyse_table
from tricyclic.assays.binding.excluded_runs import copies_across_assays
from tricyclic.assays.binding.joint import JointPlate, analyse_jointly
from tricyclic.assays.binding.methods import joint_paragraph
from tricyclic.assays.binding.readings import PlateReadings, plate_readings, plates_by_group
from tricyclic.assays.binding.runs import analyse_runs
from tricyclic.assays.binding.selectivity import (
    assay_selectivity,
    compare_evidence,
    compare_groups,
)
from tricyclic.assays.binding.table_readings import table_readings
from tricyclic.core.check import Check
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate
from tricyclic.core.evidence import Evidence, Source
from tricyclic.core.format import enumerate_words, list_names
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.results.binding import (
    AssayResult,
    GroupComparison,
    InputFile,
    PlateResult,
    StudyResult,
)
from tricyclic.results.study_run import StudyRunResult
from tricyclic.study.folder import PreparedAssay, PreparedPlate, PreparedStudy, PreparedTable
from tricyclic.study.plan import ComparePlan, JointPlan
from tricyclic.workflows.experiments import (
    ExperimentContext,
    analyse_experiment,
    check_compare,
    name_of_kind,
)

Curves = Mapping[str, CurveModel]
# Quantities for which published values are looked up.
PUBLISHED = ("Ki", "Kd", "Bmax")
# Compounds that the title of an assay names.
MAX_COMPOUNDS = 3


class Steps:
    """Reports the steps of an analysis one after the other."""

    def __init__(self, total: int, on_progress: ProgressCallback | None) -> None:
        self.total, self._done, self._on_progress = total, 0, on_progress

    def begin(self, message: str) -> None:
        """Report that the next step begins."""
        report_progress(self._on_progress, self._done, self.total, message)
        self._done += 1


def analyse_study(
    prepared: PreparedStudy,
    library: Library,
    on_progress: ProgressCallback | None = None,
    *,
    compare: bool = False,
) -> StudyRunResult:
    """Analyse all assays of a study, then the joint fits and comparisons of study.toml.

    With `compare`, the model's course stands beside each microdialysis experiment.
    """
    curves = study_curves(prepared)
    plan = prepared.plan
    # Two more steps: the comparisons, and writing the files.
    n_steps = sum(len(assay.runs) for assay in prepared.assays) + len(plan.joint) + 2
    n_steps += len(prepared.experiments)
    steps = Steps(n_steps, on_progress)
    assays = [analyse_assay(assay, curves, library, steps) for assay in prepared.assays]
    for joint in plan.joint:
        steps.begin(f"{joint.name}, joint fit")
        assays.append(analyse_joint(joint, prepared, curves))
    context = ExperimentContext(plan.synthetic, str(library.folder or ""), compare)
    check_compare(prepared.experiments, context)
    experiments = []
    for one in prepared.experiments:
        steps.begin(f"{one.plan.name}, {name_of_kind(one)}")
        experiments.append(analyse_experiment(one, context))
    steps.begin("comparisons")
    selectivity, comparisons = _compare(plan.compare, assays, curves)
    study = StudyResult(
        title=plan.title,
        assays=tuple(assays),
        selectivity=selectivity,
        comparisons=comparisons,
        exclusions=prepared.exclusions,
        inputs=prepared.inputs,
        sources=cited_sources(assays, library),
        synthetic=plan.synthetic,
        author=plan.author,
        laboratory=plan.laboratory,
        date=plan.date,
        people=plan.people,
        notes=plan.notes,
        version=__version__,
        checks=copies_across_assays(assays),
        unused=prepared.unused,
        experiments=tuple(experiments),
    )
    steps.begin("figures and report")
    methods = {assay.plan.name: assay.plan.method for assay in prepared.assays}
    return StudyRunResult(study, methods, fitted_curves(assays, curves))


def analyse_single_assay(
    prepared: PreparedAssay,
    sizes: Mapping[str, int],
    library: Library,
    on_progress: ProgressCallback | None = None,
) -> StudyRunResult:
    """Analyse one assay without a study folder; `sizes` are the bytes of each raw file."""
    assay = analyse_assay(prepared, CURVES, library, Steps(len(prepared.runs), on_progress))
    read = [run.plate if isinstance(run, PreparedPlate) else run for run in prepared.runs]
    inputs = tuple(
        InputFile(file, sha256, sizes.get(file, 0))
        for file, sha256 in dict.fromkeys((one.file, one.sha256) for one in read)
    )
    study = StudyResult(
        title=assay.title,
        assays=(assay,),
        inputs=inputs,
        sources=cited_sources([assay], library),
        version=__version__,
        unused=tuple(dict.fromkeys(f"{one.file}: {part}" for one in read for part in one.unused)),
        read_as=_read_as(prepared.runs),
    )
    methods = {assay.name: prepared.plan.method}
    return StudyRunResult(study, methods, fitted_curves([assay], CURVES))


def _read_as(runs: Sequence[PreparedPlate | PreparedTable]) -> tuple[str, ...]:
    """Decisions about the files that the user did not state, each with its file."""
    files = [run.plate.file if isinstance(run, PreparedPlate) else run.file for run in runs]
    return tuple(
        dict.fromkeys(
            f"{file}: {part}" for file, run in zip(files, runs, strict=True) for part in run.read_as
        )
    )


def study_curves(prepared: PreparedStudy) -> Curves:
    """The curve models; those in the study's own folder of curves take precedence."""
    if prepared.own_curves is None:
        return CURVES
    curves = CURVES.copy()
    curves.add_folder(prepared.own_curves)
    return curves


def fitted_curves(assays: Sequence[AssayResult], curves: Curves) -> dict[str, CurveModel]:
    """Curve models of the fits, by name."""
    names = {plate.model for assay in assays for plate in assay.plates}
    return {name: curves[name] for name in sorted(names) if name in curves}


def analyse_assay(
    prepared: PreparedAssay, curves: Curves, library: Library, steps: Steps
) -> AssayResult:
    """Analyse the runs of an assay and pool them."""
    plan = prepared.plan
    plates: list[PlateResult] = []
    for run in prepared.runs:
        steps.begin(f"{plan.name}, {run.group + ' ' if run.group else ''}{run.run}")
        plates += [analyse_run(part, prepared, curves) for part in split_by_group(run)]
    target = prepared.runs[0].conditions.target
    compound = plan.compound or _compound_of_protocol(prepared)
    radioligand = prepared.runs[0].conditions.radioligand
    title = plan.title or (
        f"{compound} at {target}" if compound and target else target or radioligand or plan.name
    )
    result = analyse_runs(
        plates,
        name=plan.name,
        title=title,
        kind=prepared.kind,
        protocol=prepared.protocol,
        evidence=_evidence(plates, target, library),
        method=plan.method,
        curves=curves,
    )
    if not plan.title and result.compounds:
        # The compounds of the wells; the plan or the protocol may name another, or one of several.
        listed = list_names(result.compounds, MAX_COMPOUNDS)
        result = replace(result, title=f"{listed} at {target}" if target else listed)
    return replace(result, species=plan.species)


def split_by_group(run: PreparedPlate | PreparedTable) -> tuple[PreparedPlate | PreparedTable, ...]:
    """The run, or one part of it for each group in the layout of its plate."""
    if isinstance(run, PreparedTable):
        return (run,)
    return tuple(
        replace(run, plate=plate, group=run.group or group)
        for group, plate in plates_by_group(run.plate)
    )


def analyse_run(
    run: PreparedPlate | PreparedTable, assay: PreparedAssay, curves: Curves
) -> PlateResult:
    """Analyse one run, a plate or a table."""
    plan = assay.plan
    if isinstance(run, PreparedPlate):
        return analyse_plate(
            run.plate,
            _of_its_competitors(run, assay),
            kind=assay.kind,
            curves=curves,
            method=plan.method,
            experiment=run.run,
            group=run.group,
        )
    return analyse_table(
        run.series,
        _of_its_competitors(run, assay),
        kind=assay.kind,
        curves=curves,
        method=plan.method,
        compound=_compound(run, assay),
        others=run.others,
        name=run.run if run.others else "",
    )


def _compound(run: PreparedTable, assay: PreparedAssay) -> str:
    """The competitor of a table: its own, that of the assay, or that of the protocol."""
    if run.compound:
        return run.compound
    tables = assay.plan.tables
    own = (t.compound for t in tables if (t.run, t.group) == (run.run, run.group))
    return next(own, "") or assay.plan.compound or _compound_of_protocol(assay)


def _compound_of_protocol(assay: PreparedAssay) -> str:
    """The competitor of the protocol, where the assay is of its kind."""
    protocol = assay.protocol
    competes = protocol is not None and (protocol.kind == "competition") == (
        assay.kind == "competition"
    )
    return protocol.compound if protocol is not None and competes else ""


def _of_its_competitors(
    run: PreparedPlate | PreparedTable, assay: PreparedAssay
) -> BindingConditions:
    """The conditions of a run, without the protocol's affinity of another competitor at the masked
    site.
    """
    own = assay.protocol.compound.casefold() if assay.protocol else ""
    if isinstance(run, PreparedPlate):
        competitors = {well.compound for well in run.plate.wells}
    else:
        competitors = {_compound(run, assay), *(name for name, _ in run.others)}
    names = {name.casefold() for name in competitors if name}
    if names <= {own} or not run.conditions.is_default("competitor_ki_masked_nM"):
        return run.conditions
    return replace(run.conditions, competitor_ki_masked_nM=None)


def analyse_joint(plan: JointPlan, prepared: PreparedStudy, curves: Curves) -> AssayResult:
    """Fit the assays of a [[joint]] together, run by run, and pool the runs."""
    assays = [assay for assay in prepared.assays if assay.plan.name in plan.assays]
    runs = [(assay, run) for assay in assays for run in assay.runs]
    results: list[PlateResult] = []
    checks = [_what_a_joint_fit_lacks(plan)]
    for name in dict.fromkeys(run.run for _, run in runs):
        of_run = [(assay, run) for assay, run in runs if run.run == name]
        present = {assay.plan.name for assay, _ in of_run}
        lacking = [assay.plan.name for assay in assays if assay.plan.name not in present]
        # A run that lacks one of the assays cannot share its parameters.
        if lacking:
            checks.append(_left_out_of_joint(plan, name, lacking))
        else:
            results.append(_fit_jointly(plan, name, of_run, curves))
    pooled = analyse_runs(
        results, name=plan.name, title=plan.title, kind="joint", method=plan.method
    )
    names = [assay.plan.name for assay in assays]
    return replace(
        pooled,
        methods=joint_paragraph(results, names, plan.method, pooled.pooled),
        checks=(*pooled.checks, *checks),
    )


def _left_out_of_joint(plan: JointPlan, run: str, lacking: Sequence[str]) -> Check:
    return Check(
        "joint_runs",
        "warn",
        f"run {run} is left out of the joint fit: it has no {enumerate_words(lacking)}",
        where=plan.name,
        advice="Give the assays of one day the same name of the run",
    )


def _what_a_joint_fit_lacks(plan: JointPlan) -> Check:
    return Check(
        "joint_limits",
        "warn",
        "the limits of a joint fit contain no stated errors of concentrations, and whether the "
        "readings follow the curves is not tested for it",
        where=plan.name,
        advice="Read the error budget and model_fits of each of its assays",
    )


def cited_sources(assays: Sequence[AssayResult], library: Library) -> tuple[Source, ...]:
    """Publications that these assays used, in the order of their keys."""
    used: set[str] = set()
    for assay in assays:
        used |= {evidence.source for evidence in assay.evidence}
        used |= set(assay.protocol.sources) if assay.protocol else set()
        used |= {check.source for check in assay.all_checks()}
    return tuple(library.sources[key] for key in sorted(used) if key in library.sources)


def _fit_jointly(
    plan: JointPlan,
    name: str,
    runs: Sequence[tuple[PreparedAssay, PreparedPlate | PreparedTable]],
    curves: Curves,
) -> PlateResult:
    plates = [
        JointPlate(f"{assay.plan.name} {run.group}".strip(), assay.kind, _readings(run, assay))
        for assay, run in runs
    ]
    try:
        result = analyse_jointly(plates, curves, plan.method, name=f"{plan.name} {name}")
    except InputError as error:
        raise error.at(plan.where) from error
    return replace(result, experiment=name)


def _readings(run: PreparedPlate | PreparedTable, assay: PreparedAssay) -> PlateReadings:
    if isinstance(run, PreparedPlate):
        return plate_readings(
            run.plate, run.conditions, assay.kind, experiment=run.run, group=run.group
        )
    # Only a competition has a competitor, whose Ki the joint fit names.
    competes = assay.kind in ("competition", "competitive_association")
    compound = (_compound(run, assay) or "compound") if competes else ""
    return table_readings(run.series, run.conditions, assay.kind, compound=compound)


def _evidence(plates: Sequence[PlateResult], target: str, library: Library) -> tuple[Evidence, ...]:
    """Published values of the compounds and groups of an assay at its target."""
    if not target:
        return ()
    keys = dict.fromkeys(
        (estimate.subject, estimate.name)
        for plate in plates
        for estimate in plate.estimates
        if estimate.name in PUBLISHED and estimate.subject
    )
    # The evidence tables list a treatment (vehicle, treated) as the subject of a density of sites.
    keys |= dict.fromkeys((plate.group, "Bmax") for plate in plates if plate.group)
    return tuple(item for subject, name in keys for item in library.evidence(subject, target, name))


def _compare(
    plans: Sequence[ComparePlan], assays: Sequence[AssayResult], curves: Curves
) -> tuple[tuple[Estimate, ...], tuple[GroupComparison, ...]]:
    """Selectivity ratios and comparisons of groups, as study.toml requests them."""
    by_name = {assay.name: assay for assay in assays}
    ratios: list[Estimate] = []
    comparisons: list[GroupComparison] = []
    for plan in plans:
        assay = by_name[plan.assay]
        try:
            if plan.kind == "groups":
                comparisons += _compare_groups(plan, assay, curves)
            else:
                ratios += [
                    assay_selectivity(
                        assay,
                        by_name[other],
                        plan.parameter,
                        compound=plan.subject,
                        paired=plan.paired,
                    )
                    for other in plan.against
                ]
        except InputError as error:
            raise error.at(plan.where) from error
    return tuple(ratios), tuple(comparisons)


def _compare_groups(plan: ComparePlan, assay: AssayResult, curves: Curves) -> list[GroupComparison]:
    measured = compare_groups(
        assay,
        plan.parameter,
        reference=plan.reference,
        other=plan.other,
        paired=plan.paired,
        compound=plan.subject,
        curves=curves,
    )
    published = compare_evidence(assay, plan.parameter, reference=plan.reference, other=plan.other)
    return [measured] if published is None else [measured, published]
