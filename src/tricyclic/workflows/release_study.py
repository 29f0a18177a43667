"""Analysis of an evoked-release experiment of a study."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from tricyclic.assays.release.analysis import ReleaseAnalysis, analyse_release
from tricyclic.assays.release.methods import release_methods
from tricyclic.assays.standards.interpolation import InterpolationMethod
from tricyclic.core.analysis_options import FitVariance
from tricyclic.core.check import Check
from tricyclic.core.progress import ProgressCallback
from tricyclic.errors import InputError
from tricyclic.results.release_study import ReleaseExperiment
from tricyclic.study.option_words import as_key, in_study_words
from tricyclic.study.release_folder import PreparedRelease
from tricyclic.study.release_plan import KEYS
from tricyclic.workflows.release_samples import convert_samples


def analyse_release_study(
    prepared: PreparedRelease,
    *,
    synthetic: str = "",
    library: str = "",
    compare: bool = False,
    on_progress: ProgressCallback | None = None,
) -> ReleaseExperiment:
    """Convert the samples, compute net release, and compare the arms.

    Raises
    ------
    InputError
        If the standards determine no curve, or the stimulus or the primary arm does not occur.
    """
    plan = prepared.plan
    try:
        analysis = ReleaseAnalysis(
            plate_size=plan.samples.plate_size,
            exclude=tuple(prepared.excluded.items()),
            title=plan.title or plan.name,
            transmitter=plan.transmitter,
            **plan.settings,
        )
        method = InterpolationMethod(
            curve=plan.standards.curve,
            variance=cast("FitVariance", plan.standards.variance),
            acceptance_percent=plan.standards.accept_percent,
            confidence=analysis.confidence,
        )
        result = analyse_release(convert_samples(prepared.table, method), plan.sampling, analysis)
    except InputError as error:
        own = in_study_words(error, KEYS)
        raise (own if own.where else own.at(plan.where)) from error
    result = replace(
        result,
        synthetic=synthetic,
        file=prepared.table.file,
        read_as=tuple(as_key(text, KEYS) for text in prepared.table.read_as),
        remarks=tuple(as_key(text, KEYS) for text in result.remarks),
        checks=tuple(_in_study(check) for check in result.checks),
        unused=prepared.unused,
    )
    parts = [prepared.protocol.methods] if prepared.protocol is not None else []
    result = replace(result, methods="\n\n".join([*parts, release_methods(result)]))
    left_out = tuple((well.name, well.excluded) for well in result.wells if well.excluded)
    whole = {name: reason for name, reason in prepared.excluded.items() if "/" not in name}
    excluded = [(f"culture {name}", reason) for name, reason in whole.items()]
    excluded += [
        (name, reason)
        for name, reason in left_out
        if not any(name.startswith(f"culture {one},") for one in whole)
    ]
    return ReleaseExperiment(
        plan.name,
        plan.title or plan.name,
        result,
        result.methods,
        tuple(excluded),
        plan.species,
    )


def _in_study(check: Check) -> Check:
    return replace(check, message=as_key(check.message, KEYS), advice=as_key(check.advice, KEYS))
