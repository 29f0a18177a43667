"""Analysis of a neurite experiment of a study."""

from __future__ import annotations

from dataclasses import replace

from tricyclic.assays.neurites.analysis import NeuriteSettings, analyse_neurites
from tricyclic.core.check import Check
from tricyclic.core.progress import ProgressCallback
from tricyclic.errors import InputError
from tricyclic.results.neurites_study import NeuritesExperiment
from tricyclic.study.neurites_folder import PreparedNeurites
from tricyclic.study.neurites_plan import KEYS
from tricyclic.study.option_words import as_key, in_study_words


def analyse_neurites_study(
    prepared: PreparedNeurites,
    *,
    synthetic: str = "",
    library: str = "",
    compare: bool = False,
    on_progress: ProgressCallback | None = None,
) -> NeuritesExperiment:
    """Take the cells of each culture together, and compare the arms.

    Raises
    ------
    InputError
        If no field is used, or the threshold, the measure or the arm does not occur.
    """
    plan = prepared.plan
    try:
        result = analyse_neurites(
            prepared.table,
            NeuriteSettings(
                threshold=plan.table.threshold,
                exclude=tuple(prepared.excluded.items()),
                title=plan.title or plan.name,
                **plan.settings,
            ),
        )
    except InputError as error:
        own = in_study_words(error, KEYS)
        raise (own if own.where else own.at(plan.where)) from error
    result = replace(
        result,
        synthetic=synthetic,
        table=replace(
            result.table,
            unused=prepared.unused,
            read_as=tuple(as_key(text, KEYS) for text in result.table.read_as),
        ),
        checks=tuple(_in_study(check) for check in result.checks),
    )
    parts = [prepared.protocol.methods] if prepared.protocol is not None else []
    result = replace(result, methods="\n\n".join([*parts, result.methods]))
    excluded = [(target, reason) for target, reason in prepared.excluded.items()]
    counted = [
        (name, reason) for name, reason in result.left_out if reason not in dict(excluded).values()
    ]
    return NeuritesExperiment(
        plan.name,
        plan.title or plan.name,
        result,
        result.methods,
        (*excluded, *counted),
        plan.species,
    )


def _in_study(check: Check) -> Check:
    return replace(check, message=as_key(check.message, KEYS), advice=as_key(check.advice, KEYS))
