"""Analysis of the experiments of a study that are no binding assays, each by its kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tricyclic.errors import InputError
from tricyclic.results.experiment import StudyExperiment
from tricyclic.study.dialysis_folder import PreparedDialysis
from tricyclic.study.experiment import PreparedExperiment
from tricyclic.study.neurites_folder import PreparedNeurites
from tricyclic.study.release_folder import PreparedRelease
from tricyclic.workflows.dialysis_study import analyse_dialysis
from tricyclic.workflows.neurites_study import analyse_neurites_study
from tricyclic.workflows.release_study import analyse_release_study


@dataclass(frozen=True)
class ExperimentContext:
    """What the analysis of an experiment takes from its study.

    Parameters
    ----------
    synthetic : str
        What makes the data synthetic; "" where they are measured.
    library : str
        The user's own library; "" for the shipped one.
    compare : bool
        Whether the simulated experiment stands beside the measured one.
    """

    synthetic: str = ""
    library: str = ""
    compare: bool = False


@dataclass(frozen=True)
class KindOfAnalysis:
    """How experiments of one kind are analysed, and whether the model can stand beside them."""

    name: str
    analyse: Callable[..., StudyExperiment]
    has_model: bool = False


KINDS_OF_ANALYSIS: dict[type[PreparedExperiment], KindOfAnalysis] = {
    PreparedDialysis: KindOfAnalysis("microdialysis", analyse_dialysis, has_model=True),
    PreparedNeurites: KindOfAnalysis("neurites", analyse_neurites_study),
    PreparedRelease: KindOfAnalysis("release", analyse_release_study),
}


def check_compare(experiments: Sequence[PreparedExperiment], context: ExperimentContext) -> None:
    """Refuse a comparison with the model where no experiment of the study has one.

    Raises
    ------
    InputError
        If there is none.
    """
    if not context.compare or any(_kind(one).has_model for one in experiments):
        return
    names = [kind.name for kind in KINDS_OF_ANALYSIS.values() if kind.has_model]
    raise InputError(
        f"has no {' or '.join(names)}, which is what the model is laid beside",
        where="study.toml",
        do="Leave --compare out",
    )


def analyse_experiment(prepared: PreparedExperiment, context: ExperimentContext) -> StudyExperiment:
    """Analyse one experiment.

    Parameters
    ----------
    prepared : PreparedExperiment
    context : ExperimentContext

    Raises
    ------
    InputError
        If its files and study.toml do not allow an analysis.
    """
    kind = _kind(prepared)
    return kind.analyse(
        prepared,
        synthetic=context.synthetic,
        library=context.library,
        compare=context.compare and kind.has_model,
    )


def name_of_kind(prepared: PreparedExperiment) -> str:
    """What an experiment is called while it is analysed: "microdialysis"."""
    return _kind(prepared).name


def _kind(prepared: PreparedExperiment) -> KindOfAnalysis:
    return KINDS_OF_ANALYSIS[type(prepared)]
