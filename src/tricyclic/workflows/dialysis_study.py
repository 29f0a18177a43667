"""Analysis of a microdialysis experiment of a study: amounts, courses of the animals, effects."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tricyclic.assays.chromatography.evaluate import QuantifySettings, evaluate_batch
from tricyclic.assays.microdialysis.analysis import DialysisAnalysis, analyse_courses
from tricyclic.assays.microdialysis.courses import CourseConditions, courses_of
from tricyclic.assays.microdialysis.methods import MethodFacts, dialysis_methods
from tricyclic.core.check import Check
from tricyclic.core.clock_time import read_time
from tricyclic.core.collection_times import CollectionTimes, collection_times
from tricyclic.core.format import list_names
from tricyclic.core.fraction_table import AnimalRow, FractionRow, FractionTable
from tricyclic.core.fractions import State, is_pooled
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.sample_list import SampleRow
from tricyclic.errors import InputError
from tricyclic.results.chromatography import AnalyteBatch, BatchResult, QuantifiedAmount
from tricyclic.results.dialysis_study import AnimalFacts, DialysisExperiment
from tricyclic.results.microdialysis import MicrodialysisResult
from tricyclic.study.dialysis_folder import KEYS, PreparedDialysis
from tricyclic.study.dialysis_plan import AnimalPlan, DialysisPlan
from tricyclic.study.option_words import as_key, in_study_words
from tricyclic.workflows.dialysis_model import DialysisSetup, with_model
from tricyclic.workflows.dialysis_recovery import StudyRecovery, recovery_of_study
from tricyclic.workflows.extraction import extraction_note

ABOVE_TOP = "above the top standard"


def analyse_dialysis(
    prepared: PreparedDialysis,
    *,
    synthetic: str = "",
    library: str = "",
    compare: bool = False,
    on_progress: ProgressCallback | None = None,
) -> DialysisExperiment:
    """Quantify the batch, relate fractions to the treatment, and compare the groups.

    Raises
    ------
    InputError
        If there are no standards, times of one animal are of several kinds or do not increase, an
        animal has no baseline, or no group is the control.
    """
    try:
        experiment = _analysed(prepared, synthetic, library, on_progress)
        if not compare:
            return experiment
        response = _beside_model(prepared.plan, experiment.response, library, on_progress)
        return replace(experiment, response=response)
    except InputError as error:
        raise in_study_words(error, KEYS) from error


def _analysed(
    prepared: PreparedDialysis, synthetic: str, library: str, on_progress: ProgressCallback | None
) -> DialysisExperiment:
    plan = prepared.plan
    batch = _batch(prepared, on_progress)
    if batch is not None:
        analyte = batch[plan.analyte or next(iter(batch))]
        table, conditions, clocks = _table_of_batch(prepared, batch, analyte)
    else:
        assert prepared.table is not None, "an experiment without a batch has a table"
        table, conditions, clocks = *_table_of_values(prepared), {}
    read = courses_of(table, conditions)
    courses = tuple(
        replace(course, treated_min=clocks.get(course.animal, course.treated_min))
        for course in read.courses
    )
    analysis = DialysisAnalysis(
        plan.settings,
        control=plan.control,
        primary=plan.primary,
        confidence=plan.confidence,
        title=plan.title or plan.name,
        analyte=plan.analyte or (analyte.analyte if batch is not None else table.analyte),
    )
    response = analyse_courses(courses, analysis, left_out=read.left_out)
    recovery = _recovery(prepared, read.stated)
    response = replace(
        response,
        recovery=recovery.mean,
        recoveries=recovery.own,
        extraction_note=extraction_note(
            (*response.groups, *(one.drug for one in plan.groups)),
            plan.drug,
            library,
            analysis.analyte,
        ),
        synthetic=synthetic,
        remarks=tuple(
            as_key(text, KEYS) for text in (*_not_pumped(prepared, response), *response.remarks)
        ),
        checks=tuple(
            _in_study(check) for check in (*response.checks, *read.checks, *recovery.checks)
        ),
        file=table.file,
        read_as=tuple(
            as_key(text, KEYS) for text in (*table.read_as, *read.read_as, *recovery.read_as)
        ),
        unused=prepared.unused,
    )
    return DialysisExperiment(
        plan.name,
        plan.title or plan.name,
        response,
        batch,
        dialysis_methods(response, batch, _facts(plan)),
        _animals(plan, response),
        _excluded(prepared, response),
        prepared.manual,
        plan.species,
    )


def _not_pumped(prepared: PreparedDialysis, response: MicrodialysisResult) -> list[str]:
    """Lost samples for which the pump stood still, so that they have no window."""
    used = {f.name for r in response.responses for f in r.course.fractions}
    animals = {r.course.animal for r in response.responses}
    lost = prepared.samples.lost if prepared.samples is not None else ()
    names = [row.name for row in lost if row.animal in animals and row.name not in used]
    return [f"nothing was pumped into {list_names(names, 8)}"] if names else []


def _beside_model(
    plan: DialysisPlan,
    response: MicrodialysisResult,
    library: str,
    on_progress: ProgressCallback | None,
) -> MicrodialysisResult:
    """The result with the model's course for the groups whose dose study.toml states."""
    if not plan.groups:
        raise InputError(
            "states no dose of a group, which --compare simulates",
            where=plan.where,
            do="Add a [[microdialysis.group]] with name, drug, dose_mg_per_kg and route for each "
            "treated group",
        )
    setup = DialysisSetup(
        plan.region,
        plan.collection.flow_uL_per_min,
        response.recovery.value if response.recovery is not None else math.nan,
    )
    doses = [f"{one.name} = {one.treatment}" for one in plan.groups]
    return with_model(response, doses, setup, library=library, on_progress=on_progress)


def _in_study(check: Check) -> Check:
    return replace(check, message=as_key(check.message, KEYS), advice=as_key(check.advice, KEYS))


def _batch(prepared: PreparedDialysis, on_progress: ProgressCallback | None) -> BatchResult | None:
    plan, samples, method = prepared.plan, prepared.samples, prepared.method
    if plan.chromatography is None or samples is None or method is None:
        return None
    settings = QuantifySettings(
        samples.unit,
        plan.title or plan.name,
        plan.chromatography.weighting,
        plan.chromatography.correct_drift,
        prepared.manual,
    )
    result = evaluate_batch(
        samples,
        prepared.traces,
        method,
        settings,
        unused=prepared.unused,
        on_progress=on_progress,
    )
    return replace(result, checks=tuple(_in_study(check) for check in result.checks))


def _table_of_batch(
    prepared: PreparedDialysis, batch: BatchResult, analyte: AnalyteBatch
) -> tuple[FractionTable, CourseConditions, dict[str, float]]:
    """Fractions of the batch in min after the treatment; the treatments on the clocks of the
    animals.
    """
    plan = prepared.plan
    amounts = {one.row.name: one for one in analyte.amounts}
    rows: list[FractionRow] = []
    animals: dict[str, AnimalRow] = {}
    clocks: dict[str, float] = {}
    ends_only: list[str] = []
    for animal in plan.animals:
        own = [row for row in batch.samples.of("sample") if row.animal == animal.name]
        if reason := prepared.excluded.get(animal.name):
            # An animal that is left out needs no times.
            animals[animal.name] = AnimalRow(group=animal.group, excluded=reason)
            rows += [
                FractionRow(animal.name, animal.group, math.nan, "lost", where=row.where)
                for row in own
            ]
            continue
        where = f"animal {animal.name}"
        times = collection_times(
            [row.start for row in own],
            [row.end for row in own],
            where=where,
            places=[row.where for row in own],
            pooled=[is_pooled(row.name, row.note) for row in own],
        )
        if not any(row.start.strip() for row in own):
            ends_only.append(animal.name)
        treated = _treated(animal, plan, times)
        clocks[animal.name] = treated
        rows += [
            _fraction(row, amounts.get(row.name), times, k, treated) for k, row in enumerate(own)
        ]
        animals[animal.name] = AnimalRow(
            group=animal.group,
            dead_volume_uL=animal.dead_volume_uL,
            flow_uL_per_min=animal.flow_uL_per_min,
            note=animal.note,
            where=animal.where,
            **_probe(animal),
            flow_changes=tuple(
                (times.minute(text, f"{where}, flow") - treated, rate)
                for text, rate in animal.flows
            ),
        )
    collection, settings = plan.collection, plan.chromatography
    injected = collection.injected_uL
    unit = f"{batch.unit}/{injected:.10g} uL" if math.isfinite(injected) else batch.unit
    known_flow = math.isfinite(collection.flow_uL_per_min) or all(
        math.isfinite(one.flow_uL_per_min) for one in plan.animals
    )
    table = FractionTable(
        tuple(rows),
        animals,
        unit,
        analyte.analyte,
        file=batch.samples.file,
        read_as=_ends_alone(ends_only),
    )
    conditions = CourseConditions(
        to=plan.unit or ("nM" if known_flow or math.isfinite(injected) else ""),
        molar_mass_g_per_mol=settings.molar_mass_g_per_mol if settings else math.nan,
        flow_uL_per_min=collection.flow_uL_per_min,
        dead_volume_uL=collection.dead_volume_uL,
    )
    return table, conditions, clocks


def _ends_alone(animals: Sequence[str]) -> tuple[str, ...]:
    if not animals:
        return ()
    listed = list_names(list(animals), 6)
    return (f"samples of {listed} begin where the one before ends: the list has no starts",)


def _treated(animal: AnimalPlan, plan: DialysisPlan, times: CollectionTimes) -> float:
    text = animal.treated or plan.collection.treated
    if not text:
        raise InputError(
            "has no time of treatment",
            where=animal.where,
            do='Add treated = "…", on the clock of its samples',
        )
    at = times.minute(text, f"animal {animal.name}, treated")
    if not min(times.starts_min) <= at <= max(times.ends_min):
        raise InputError(
            f"was treated at {text}, which is not within its samples",
            where=f"animal {animal.name}",
            allowed="A baseline is collected before the treatment, and a response after it",
            do="Correct treated, or the times in the list",
        )
    return at


def _fraction(
    row: SampleRow,
    amount: QuantifiedAmount | None,
    times: CollectionTimes,
    place: int,
    treated: float,
) -> FractionRow:
    state: State = "lost" if amount is None else amount.state
    note = row.note
    if amount is not None and state == "quantified" and not math.isfinite(amount.amount):
        # A peak without a number, such as one without an internal standard.
        state, note = "lost", "; ".join(part for part in (note, *amount.remarks) if part)
    if amount is not None and amount.range == ABOVE_TOP:
        note = "; ".join(part for part in (note, ABOVE_TOP) if part)
    return FractionRow(
        row.animal,
        "",
        math.nan if amount is None else amount.amount,
        state,
        times.starts_min[place] - treated,
        times.ends_min[place] - treated,
        lod=math.nan if amount is None else amount.lod,
        se=math.nan if amount is None else amount.amount_se,
        name=row.name,
        excluded=row.excluded,
        note=note,
        where=row.where or row.name,
    )


def _table_of_values(prepared: PreparedDialysis) -> tuple[FractionTable, CourseConditions]:
    plan, values, table = prepared.plan, prepared.plan.table, prepared.table
    assert values is not None
    assert table is not None
    animals = dict(table.animals)
    for one in plan.animals:
        stated = AnimalRow(
            group=one.group,
            treated=one.treated,
            dead_volume_uL=one.dead_volume_uL,
            flow_uL_per_min=one.flow_uL_per_min,
            note=one.note,
            where=one.where,
            **_probe(one),
            flow_changes=tuple((_minutes(text, table, one), rate) for text, rate in one.flows),
        )
        own = animals.get(one.name, AnimalRow())
        if own.group and stated.group and own.group != stated.group:
            raise InputError(
                f"has the group {stated.group}, and {own.group} in {table.file}",
                where=one.where,
                do="Correct one of them",
            )
        animals[one.name] = own.with_stated(stated)
    collection = plan.collection
    conditions = CourseConditions(
        unit=values.unit,
        to=plan.unit,
        molar_mass_g_per_mol=values.molar_mass_g_per_mol,
        treated=collection.treated,
        flow_uL_per_min=collection.flow_uL_per_min,
        dead_volume_uL=collection.dead_volume_uL,
        fraction_min=values.fraction_min,
        time_is=values.time_is,
        loq=values.loq,
        lod=values.lod,
        exclude=tuple(prepared.excluded.items()),
    )
    return replace(table, animals=animals), conditions


def _minutes(text: str, table: FractionTable, animal: AnimalPlan) -> float:
    """The time of a change of the flow, on the clock of the table."""
    time = read_time(text, where=animal.where)
    if time is None or time.kind != table.time_kind:
        raise InputError(
            f"the flow changes at '{text}', and the times of the table are of another kind "
            f"({table.time_kind})",
            where=animal.where,
            do="Write both in one way",
        )
    return time.minutes


def _recovery(prepared: PreparedDialysis, animals: Mapping[str, AnimalRow]) -> StudyRecovery:
    """The recovery that study.toml states, or that of the readings in its file."""
    collection = prepared.plan.collection
    return recovery_of_study(
        collection.recovery_in_vitro,
        prepared.recovery,
        animals,
        collection.flow_uL_per_min,
        prepared.plan.confidence,
    )


def _probe(animal: AnimalPlan) -> dict[str, Any]:
    """The recovery that study.toml states for an animal."""
    own = animal.recovery_in_vitro
    return {} if own is None else {"recovery": own.value, "recovery_se": own.se}


def _facts(plan: DialysisPlan) -> MethodFacts:
    collection = plan.collection
    return MethodFacts(
        flow_uL_per_min=collection.flow_uL_per_min,
        dead_volume_uL=collection.dead_volume_uL,
        injected_uL=collection.injected_uL,
        file=plan.table.file if plan.table else "",
    )


def _animals(plan: DialysisPlan, response: MicrodialysisResult) -> tuple[AnimalFacts, ...]:
    """What study.toml states about each animal; those of a table alone have their group only."""
    collection = plan.collection
    groups = {one.course.animal: one.course.group for one in response.responses}
    facts = []
    for one in plan.animals or [AnimalPlan(name) for name in groups]:
        flow = _first(one.flow_uL_per_min, collection.flow_uL_per_min)
        changes = "".join(f"; {rate:g} from {text}" for text, rate in one.flows)
        facts.append(
            AnimalFacts(
                one.name,
                one.group or groups.get(one.name, ""),
                one.treated or collection.treated,
                f"{_text(flow)}{changes}",
                _text(_first(one.dead_volume_uL, collection.dead_volume_uL)),
                one.note,
            )
        )
    return tuple(facts)


def _first(own: float, common: float) -> float:
    return own if math.isfinite(own) else common


def _text(value: float) -> str:
    return f"{value:g}" if math.isfinite(value) else ""


def _excluded(
    prepared: PreparedDialysis, response: MicrodialysisResult
) -> tuple[tuple[str, str], ...]:
    """What is left out, each with its reason: of the list, of exclusions.csv, and of the table."""
    rows: Sequence[SampleRow] = prepared.samples.rows if prepared.samples is not None else ()
    reasons = {row.name: row.excluded for row in rows if row.excluded}
    reasons |= {f"animal {name}": reason for name, reason in response.left_out}
    for one in response.responses:
        for fraction in one.course.fractions:
            if fraction.excluded and fraction.name not in reasons:
                reasons[f"{one.course.animal}/{fraction.name}"] = fraction.excluded
    return tuple(reasons.items())
