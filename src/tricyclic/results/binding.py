"""Results of binding analyses: one plate, one assay over its runs, a whole study."""

from __future__ import annotations

from dataclasses import dataclass, field

from tricyclic.core.check import Check
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.estimate import Estimate, Fit
from tricyclic.core.evidence import Evidence, Source
from tricyclic.core.plate import Plate
from tricyclic.core.protocol import Protocol
from tricyclic.core.series import Series
from tricyclic.results.experiment import StudyExperiment

# Suffix of the name of an estimate whose interval includes the errors that all runs share.
WITH_SHARED = ", with the errors all runs share"
# Slope of the logistic from which an IC50 beside a Ki is. "Hill slope" is that of the fitted curve,
# in which depletion and masked sites are modelled.
LOGISTIC_SLOPE = "nH"


@dataclass(frozen=True)
class ErrorShare:
    """One contribution to the error of a number: its standard error on the log10 scale and its
    share of the variance.

    `shared` is True where the same value (one Kd, one stock) enters every run, so averaging runs
    does not shrink it. `quantity`, `subject` and `where` (the group of pooled numbers) are those of
    the estimate to which it contributes; the shares of one estimate add up to 1.
    """

    name: str
    value: str
    log10_se: float
    share: float
    shared: bool = False
    quantity: str = ""
    subject: str = ""
    where: str = ""


@dataclass(frozen=True)
class GroupComparison:
    """Two conditions or two models compared.

    `ratio` is numerator / denominator with its interval, where there is one; `statistic`, `df` and
    `p` belong to the test named in `test`; `statement` is the finding as a sentence;
    `p_calibrated` comes from a simulation of the design. `parameter`, `assay` and `groups`
    (reference, other) are what two conditions were compared in; `published` are the means that a
    comparison of published values used, with mean - SEM and mean + SEM as limits; `tests_fit` is
    whether a small p speaks against the curve from which the estimates are.
    """

    name: str
    statement: str
    test: str
    p: float
    statistic: float = float("nan")
    df: tuple[float, ...] = ()
    p_calibrated: float = float("nan")
    ratio: Estimate | None = None
    difference: Estimate | None = None
    details: tuple[tuple[str, float], ...] = ()
    parameter: str = ""
    assay: str = ""
    groups: tuple[str, ...] = ()
    published: tuple[Estimate, ...] = ()
    tests_fit: bool = False


@dataclass(frozen=True)
class PlateResult:
    """One plate, or one run of a table: readings, fit, estimates and checks.

    `estimates` come from `fit`, the reported fit; `classical` contains the estimates of other
    common analyses of the same wells (name, estimates), to show the difference; `comparisons` are
    comparisons of nested models; `excluded` is the reason why the run is left out of pooled
    numbers, empty where it is used.
    """

    name: str
    experiment: str
    group: str
    plate: Plate | None
    conditions: BindingConditions
    series: tuple[Series, ...]
    fit: Fit
    estimates: tuple[Estimate, ...]
    classical: tuple[tuple[str, tuple[Estimate, ...]], ...] = ()
    comparisons: tuple[GroupComparison, ...] = ()
    budget: tuple[ErrorShare, ...] = ()
    checks: tuple[Check, ...] = ()
    model: str = ""
    excluded: str = ""

    def estimate(self, name: str, subject: str = "") -> Estimate:
        """The estimate of a name (and subject); KeyError if there is none."""
        for estimate in self.estimates:
            if estimate.name == name and subject in ("", estimate.subject):
                return estimate
        raise KeyError(name)


@dataclass(frozen=True, repr=False)
class AssayResult:
    """One assay over its independent runs: `pooled` numbers count runs, never wells."""

    name: str
    title: str
    kind: str
    target: str
    compounds: tuple[str, ...]
    plates: tuple[PlateResult, ...]
    pooled: tuple[Estimate, ...]
    budget: tuple[ErrorShare, ...] = ()
    comparisons: tuple[GroupComparison, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    protocol: Protocol | None = None
    methods: str = ""
    checks: tuple[Check, ...] = ()
    species: str = ""

    def __repr__(self) -> str:
        # Short, because the wells and the fits of all plates are part of the result.
        return "\n".join([self.title, *(f"  {estimate}" for estimate in self.pooled)])

    def is_check_of(self, check: Check, compound: str) -> bool:
        """Whether a check concerns the numbers of a compound: it is about this compound, or about
        the wells of a plate that all of its compounds share.
        """
        of_plates = {plate.name: {e.subject for e in plate.estimates} for plate in self.plates}
        if len(of_plates.get(check.where, ())) > 1:
            return True
        names = set().union({e.subject for e in self.pooled}, *of_plates.values()) - {""}
        named = [name for name in names if check.where.endswith(f" {name}")]
        return not named or max(named, key=len) == compound

    def all_checks(self) -> tuple[Check, ...]:
        """Checks of the assay and of its plates."""
        return self.checks + tuple(check for plate in self.plates for check in plate.checks)


def is_of_logistic(estimate: Estimate, assay: AssayResult) -> bool:
    """Whether an estimate is from the logistic that is fitted beside the curve of an assay, such as
    the IC50 beside a Ki; an IC50 without a Ki is that of the curve itself.
    """
    if estimate.name == LOGISTIC_SLOPE:
        return True
    if estimate.name != "IC50":
        return False
    return any(
        e.name.startswith("Ki") and (e.subject, e.where) == (estimate.subject, estimate.where)
        for e in assay.pooled
    )


@dataclass(frozen=True)
class Exclusion:
    """One exclusion, as a person recorded it."""

    target: str
    reason: str
    excluded_by: str
    excluded_on: str


@dataclass(frozen=True)
class InputFile:
    """A raw file that a result was computed from."""

    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class StudyResult:
    """All results of a study, and what they were computed from; `read_as` are decisions about its
    files that the user did not state, `unused` names what its files contain that no run uses;
    `date`, `people` and `notes` are those of study.toml; `experiments` are those that are no
    binding assays.
    """

    title: str
    assays: tuple[AssayResult, ...]
    selectivity: tuple[Estimate, ...] = ()
    comparisons: tuple[GroupComparison, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    inputs: tuple[InputFile, ...] = ()
    sources: tuple[Source, ...] = ()
    synthetic: str = ""
    author: str = ""
    version: str = ""
    checks: tuple[Check, ...] = field(default=())
    unused: tuple[str, ...] = ()
    read_as: tuple[str, ...] = ()
    laboratory: str = ""
    date: str = ""
    people: tuple[str, ...] = ()
    notes: str = ""
    experiments: tuple[StudyExperiment, ...] = ()

    def all_checks(self) -> tuple[Check, ...]:
        """Checks of the study, of its assays and plates, and of its experiments."""
        of_assays = tuple(check for assay in self.assays for check in assay.all_checks())
        of_others = tuple(check for one in self.experiments for check in one.all_checks())
        return self.checks + of_assays + of_others
