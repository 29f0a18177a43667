"""Ready runs become an AssayResult, and ready assays a StudyResult; every step is told on the way."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, cast

from tricyclic._version import __version__
from tricyclic.errors import InputError
from tricyclic.jobs._job import Progress
from tricyclic.study.folder import ReadyAssay, ReadyPlate, ReadyStudy, ReadyTable
from tricyclic.study.plan import JointPlan

if TYPE_CHECKING:
    from tricyclic.core.curve_model import CurveModel
    from tricyclic.core.evidence import Source
    from tricyclic.core.protocol import AssayKind
    from tricyclic.results.binding import AssayResult, Comparison, PlateResult, StudyResult

Steps = Generator[Progress, None, Any]


def curves_of(ready: ReadyStudy | None = None) -> Mapping[str, CurveModel]:
    """The shelf of curves; with the study's own folder of curves where it has one."""
    from tricyclic.curves import SHELF

    if ready is None or ready.own_curves is None:
        return SHELF
    shelf = type(SHELF)(SHELF.kind, SHELF.package, SHELF.attribute)
    shelf.add_folder(ready.own_curves)
    return shelf


def by_group(run: ReadyPlate | ReadyTable) -> tuple[ReadyPlate | ReadyTable, ...]:
    """The run, or one of it for each group that the layout of its plate names."""
    from dataclasses import replace

    from tricyclic.assays.binding.readings import plates_by_group

    if isinstance(run, ReadyTable):
        return (run,)
    return tuple(
        replace(run, plate=plate, group=run.group or group)
        for group, plate in plates_by_group(run.plate)
    )


def analyse_run(
    run: ReadyPlate | ReadyTable, assay: ReadyAssay, curves: Mapping[str, CurveModel]
) -> PlateResult:
    """Analyse one run, whether it is a plate or a table."""
    from tricyclic.assays.binding.analysis import analyse_plate, analyse_table

    kind = cast("AssayKind", assay.kind)
    method = assay.plan.method
    if isinstance(run, ReadyPlate):
        return analyse_plate(
            run.plate,
            run.conditions,
            kind=kind,
            curves=curves,
            method=method,
            experiment=run.run,
            group=run.group,
        )
    compound = next(
        (t.compound for t in assay.plan.tables if t.run == run.run and t.group == run.group), ""
    )
    return analyse_table(
        run.series,
        run.conditions,
        kind=kind,
        curves=curves,
        method=method,
        compound=compound or assay.plan.compound,
    )


def analyse_assay(
    assay: ReadyAssay, curves: Mapping[str, CurveModel], *, before: int = 0, total: int = 0
) -> Steps:
    """Analyse the runs of an assay and pool them; `before` and `total` count the steps of the whole job."""
    from tricyclic.assays.binding.runs import analyse_runs

    done: list[PlateResult] = []
    for number, run in enumerate(assay.runs):
        label = f"{assay.plan.name}, {run.group + ' ' if run.group else ''}{run.run}"
        yield Progress(before + number, total or len(assay.runs), label)
        done += [analyse_run(part, assay, curves) for part in by_group(run)]
    target = assay.runs[0].conditions.target
    compound = assay.plan.compound or (assay.protocol.compound if assay.protocol else "")
    title = assay.plan.title or (
        f"{compound} at {target}" if compound and target else target or assay.plan.name
    )
    return analyse_runs(
        done,
        name=assay.plan.name,
        title=title,
        kind=cast("AssayKind", assay.kind),
        protocol=assay.protocol,
        evidence=_evidence(done, target),
        method=assay.plan.method,
        curves=curves,
    )


def analyse_together(
    asked: JointPlan, ready: ReadyStudy, curves: Mapping[str, CurveModel]
) -> AssayResult:
    """Fit the assays that [[joint]] names together, run by run, and pool the runs."""
    from dataclasses import replace

    from tricyclic.assays.binding.joint import Piece, analyse_jointly
    from tricyclic.assays.binding.methods import joint_paragraph
    from tricyclic.assays.binding.readings import readings_of
    from tricyclic.assays.binding.runs import analyse_runs

    chosen = [assay for assay in ready.assays if assay.plan.name in asked.assays]
    plates = [(assay, run) for assay in chosen for run in assay.runs if isinstance(run, ReadyPlate)]
    done: list[PlateResult] = []
    for name in dict.fromkeys(run.run for _, run in plates):
        of_run = [(assay, run) for assay, run in plates if run.run == name]
        if len({assay.plan.name for assay, _ in of_run}) < len(chosen):
            continue
        pieces = [
            Piece(
                f"{assay.plan.name} {run.group}".strip(),
                assay.kind,
                readings_of(
                    run.plate,
                    run.conditions,
                    cast("AssayKind", assay.kind),
                    experiment=name,
                    group=run.group,
                ),
            )
            for assay, run in of_run
        ]
        try:
            found = analyse_jointly(pieces, curves, asked.method, name=f"{asked.name} {name}")
        except InputError as error:
            raise error.at(f"study.toml, {asked.where}") from error
        done.append(replace(found, experiment=name))
    pooled = analyse_runs(
        done, name=asked.name, title=asked.title, kind="joint", method=asked.method
    )
    return replace(
        pooled,
        methods=joint_paragraph(
            done, [assay.plan.name for assay in chosen], asked.method, pooled.pooled
        ),
    )


def analyse_all(ready: ReadyStudy) -> Steps:
    """Analyse all assays of a study, then compare what study.toml asks to compare."""
    from tricyclic.results.binding import StudyResult

    curves = curves_of(ready)
    total = sum(len(assay.runs) for assay in ready.assays) + 2
    done = 0
    assays: list[AssayResult] = []
    for assay in ready.assays:
        assays.append((yield from analyse_assay(assay, curves, before=done, total=total)))
        done += len(assay.runs)
    for asked in ready.plan.joint:
        yield Progress(done, total, f"{asked.name}, together")
        assays.append(analyse_together(asked, ready, curves))
    yield Progress(done, total, "comparing")
    selectivity, comparisons, checks = _compared(ready, assays, curves)
    plan = ready.plan
    return StudyResult(
        title=plan.title,
        assays=tuple(assays),
        selectivity=selectivity,
        comparisons=comparisons,
        exclusions=ready.exclusions,
        inputs=ready.inputs,
        sources=sources_of(assays),
        synthetic=plan.synthetic,
        author=plan.author,
        version=__version__,
        checks=checks,
    )


def study_of_one(assay: AssayResult, ready: ReadyAssay, sizes: Mapping[str, int]) -> StudyResult:
    """A StudyResult that holds one assay, for what was asked without a study folder; `sizes` in bytes by file."""
    from tricyclic.results.binding import InputFile, StudyResult

    plates = [run.plate for run in ready.runs if isinstance(run, ReadyPlate)]
    inputs = tuple(
        InputFile(file, sha256, sizes.get(file, 0))
        for file, sha256 in dict.fromkeys((p.file, p.sha256) for p in plates)
    )
    return StudyResult(
        title=assay.title,
        assays=(assay,),
        inputs=inputs,
        sources=sources_of([assay]),
        version=__version__,
    )


def says_of(study: StudyResult, curves: Mapping[str, CurveModel]) -> dict[str, str]:
    """Each curve that a study used, in a few words."""
    names = {plate.model for assay in study.assays for plate in assay.plates}
    return {name: curves[name].says for name in sorted(names) if name in curves}


def sources_of(assays: list[AssayResult]) -> tuple[Source, ...]:
    """The papers that the numbers of these assays really rest on, in the order of their keys."""
    from tricyclic.io.library.protocols import sources

    known = sources()
    used: set[str] = set()
    for assay in assays:
        used |= {evidence.source for evidence in assay.evidence}
        used |= set(assay.protocol.sources) if assay.protocol else set()
        used |= {check.source for check in assay.all_checks()}
    return tuple(known[key] for key in sorted(used) if key in known)


def _evidence(plates: list[PlateResult], target: str) -> tuple[Any, ...]:
    from tricyclic.io.library.protocols import evidence

    asked = dict.fromkeys(
        (estimate.subject, estimate.name)
        for plate in plates
        for estimate in plate.estimates
        if estimate.name in ("Ki", "Kd", "Bmax") and estimate.subject
    )
    # Of two treatments the literature speaks as of two subjects.
    asked |= dict.fromkeys((plate.group, "Bmax") for plate in plates if plate.group)
    return (
        tuple(item for subject, name in asked for item in evidence(subject, target, name))
        if target
        else ()
    )


def _compared(
    ready: ReadyStudy, assays: list[AssayResult], curves: Mapping[str, CurveModel]
) -> tuple[tuple[Any, ...], tuple[Comparison, ...], tuple[Any, ...]]:
    from tricyclic.assays.binding.selectivity import (
        compare_evidence,
        compare_groups,
        selectivity_of,
    )

    by_name = {assay.name: assay for assay in assays}
    ratios: list[Any] = []
    found: list[Comparison] = []
    for asked in ready.plan.compare:
        try:
            if asked.kind == "groups":
                groups = {"reference": asked.reference, "other": asked.other}
                found.append(
                    compare_groups(
                        by_name[asked.assay],
                        asked.parameter,
                        **groups,
                        paired=asked.paired,
                        curves=curves,
                    )
                )
                published = compare_evidence(by_name[asked.assay], asked.parameter, **groups)
                found += [published] if published is not None else []
            else:
                for other in asked.against:
                    ratios.append(
                        selectivity_of(
                            by_name[asked.assay],
                            by_name[other],
                            asked.parameter,
                            compound=asked.subject,
                        )
                    )
        except InputError as error:
            raise error.at(f"study.toml, compare {asked.assay}") from error
    return tuple(ratios), tuple(found), ()
