"""Checks of a microdialysis study: baselines, windows, missing and implausible values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from tricyclic.assays.microdialysis.response import WHOLE, fractions_before
from tricyclic.core.check import Check
from tricyclic.core.format import format_p, list_names, pluralize
from tricyclic.core.fractions import PERCENT, MeasuredFraction, ResponseSettings
from tricyclic.results.microdialysis import AnimalResponse
from tricyclic.stats.statistics import welch

# Least share of the window that is measured.
LEAST_COVERAGE = 0.8
FEW_ANIMALS = 5
# Usual lengths of the fractions of two animals that differ by more are unequal.
UNEQUAL = 0.05
# Values in a row that are equal by chance only if values are few digits long.
COPIED = 3
# A fraction that is this many times the geometric mean of its neighbours.
JUMP = 4.0
BASELINE_P = 0.05
Checks = tuple[Check, ...]


def course_checks(
    responses: Sequence[AnimalResponse],
    settings: ResponseSettings,
    control: str,
    left_out: Sequence[tuple[str, str]] = (),
) -> Checks:
    """Checks of the animals and of the groups of a study; those that apply to none pass."""
    checks: list[Check] = []
    for response in responses:
        checks += _of_animal(response, settings)
    checks += _of_groups(responses, control)
    checks += _unequal_windows(responses)
    checks += _copied_between(responses)
    for animal, reason in left_out:
        checks.append(
            Check("animals_left_out", "warn", f"left out: {reason.rstrip('.')}", f"animal {animal}")
        )
    return tuple(checks)


def _of_animal(response: AnimalResponse, settings: ResponseSettings) -> Iterator[Check]:
    where = f"animal {response.course.animal}"
    yield from _baseline(response, settings, where)
    low, high = settings.window_min
    used = _used(response, settings)
    below = [f.name for f in used if f.state not in ("quantified", "lost") and not f.excluded]
    yield Check(
        "fractions_below_loq",
        "warn" if below else "pass",
        f"{pluralize(len(below), 'fraction')} of baseline and window "
        f"{'is' if len(below) == 1 else 'are'} below a limit: {list_names(below, 6)}"
        if below
        else "all fractions of baseline and window are above the limit of quantification",
        where,
        len(below),
        0,
        advice="Compare the three ways to use them" if below else "",
    )
    covered = response.coverage >= LEAST_COVERAGE - 1e-9
    yield Check(
        "window_coverage",
        "pass" if covered else "warn",
        f"{100 * response.coverage:.0f} % of {low:g} to {high:g} min was measured",
        where,
        100 * response.coverage,
        100 * LEAST_COVERAGE,
        "%",
        "" if covered else "The mean and the area are those of the measured part",
    )
    missing = [f.name for f in response.course.fractions if f.state == "lost" or f.excluded]
    yield Check(
        "missing_fractions",
        "warn" if missing else "pass",
        f"{pluralize(len(missing), 'fraction')} without a value: {list_names(missing, 8)}"
        if missing
        else "every fraction has a value",
        where,
        len(missing),
        0,
        advice="They stay missing; nothing is filled in" if missing else "",
    )
    mixed = [f.name for f in response.course.fractions if 1.0 - WHOLE < f.after(0.0) < WHOLE]
    yield Check(
        "treatment_within_fraction",
        "warn" if mixed else "pass",
        f"the treatment falls into {_ordinal(response, mixed[0])}, which mixes baseline and "
        "response"
        if mixed
        else "the treatment falls between two fractions",
        where,
        advice="It counts neither as baseline nor for the mean of the window" if mixed else "",
    )
    yield from _course_values(response, settings, where)


def _ordinal(response: AnimalResponse, name: str) -> str:
    """ "fraction 5": equal for animals of one schedule, whatever their samples are called."""
    names = [f.name for f in response.course.fractions]
    return f"fraction {names.index(name) + 1}"


def _baseline(response: AnimalResponse, settings: ResponseSettings, where: str) -> Iterator[Check]:
    baseline = response.baseline
    if math.isfinite(baseline.cv_percent):
        yield Check(
            "baseline_unstable",
            "pass" if baseline.stable else "warn",
            f"the baseline has a CV of {baseline.cv_percent:.0f} %",
            where,
            baseline.cv_percent,
            settings.cv_max_percent,
            "%",
            ""
            if baseline.stable
            else "Such animals are used; the result without them stands beside",
        )
    if math.isfinite(baseline.early_ratio):
        yield Check(
            "response_before_drug",
            "warn" if baseline.early_response else "pass",
            f"the last fraction before the treatment is {baseline.early_ratio:.2g} times the "
            "mean of the others of the baseline",
            where,
            baseline.early_ratio,
            settings.early_ratio,
            advice="Compare the times and the dead volume of this animal with its notes"
            if baseline.early_response
            else "",
        )


def _course_values(
    response: AnimalResponse, settings: ResponseSettings, where: str
) -> Iterator[Check]:
    values = response.course.values(settings.below)
    fractions = response.course.fractions
    zeros = [f.name for f, v in zip(fractions, values, strict=True) if v == 0.0]
    yield Check(
        "zero_values",
        "warn" if zeros else "pass",
        f"{pluralize(len(zeros), 'value')} of exactly 0: {list_names(zeros, 6)}"
        if zeros
        else "no value is exactly 0",
        where,
        len(zeros),
        0,
        advice='If nothing was detected there, write "n.d." instead of 0' if zeros else "",
    )
    copied = _runs(fractions, values)
    yield Check(
        "copied_values",
        "warn" if copied else "pass",
        f"{len(copied)} fractions in a row have the same value: {list_names(copied, 6)}"
        if copied
        else "no three fractions in a row have the same value",
        where,
        len(copied),
        COPIED,
        advice="Compare them with the raw data" if copied else "",
    )
    jump = _jump(values)
    yield Check(
        "implausible_jump",
        "warn" if jump else "pass",
        f"fraction {fractions[jump[0]].name} is {jump[1]:.2g} times the mean of its neighbours"
        if jump
        else f"no fraction is {JUMP:g} times its neighbours",
        where,
        math.exp(abs(math.log(jump[1]))) if jump else None,
        JUMP,
        advice="Look at its chromatogram" if jump else "",
    )
    rose = response.cmax_percent > 100.0 + settings.return_percent
    if rose:
        back = math.isfinite(response.return_min)
        yield Check(
            "returns_to_baseline",
            "pass" if back else "warn",
            f"is back at baseline after {response.return_min:.3g} min"
            if back
            else "the level is not back at baseline when the collection ends",
            where,
            advice="" if back else "Areas hold for the stated window alone",
        )


def _used(response: AnimalResponse, settings: ResponseSettings) -> list[MeasuredFraction]:
    """Fractions of the baseline and of the window."""
    before = fractions_before(response.course, settings)
    return [
        f
        for f in response.course.fractions
        if f in before or f.overlap_min(*settings.window_min) > 0.0
    ]


def _runs(fractions: Sequence[MeasuredFraction], values: np.ndarray) -> list[str]:
    """Names of the longest run of equal values, if it is long enough."""
    best: list[str] = []
    run: list[str] = []
    last = math.nan
    for fraction, value in zip(fractions, values, strict=True):
        run = [*run, fraction.name] if value == last and value > 0 else [fraction.name]
        last = value
        if len(run) > len(best):
            best = run
    return best if len(best) >= COPIED else []


def _jump(values: np.ndarray) -> tuple[int, float] | None:
    """Fraction that is far from both neighbours, which agree, and its ratio to them."""
    worst: tuple[int, float] | None = None
    for k in range(1, len(values) - 1):
        left, here, right = values[k - 1 : k + 2]
        if not (left > 0 and here > 0 and right > 0):
            continue
        ratio = float(here / math.sqrt(left * right))
        apart = abs(math.log(left / right))
        size = abs(math.log(ratio))
        # A rise or fall goes on to the neighbour; a jump comes back.
        if (
            size >= math.log(JUMP)
            and apart < 0.5 * size
            and (worst is None or size > abs(math.log(worst[1])))
        ):
            worst = (k, ratio)
    return worst


def _of_groups(responses: Sequence[AnimalResponse], control: str) -> Iterator[Check]:
    groups = list(dict.fromkeys(r.course.group for r in responses))
    of_group = {name: [r for r in responses if r.course.group == name] for name in groups}
    for name, animals in of_group.items():
        few = len(animals) < FEW_ANIMALS
        yield Check(
            "few_animals",
            "warn" if few else "pass",
            f"n = {len(animals)} {'animal' if len(animals) == 1 else 'animals'}",
            f"group {name}",
            len(animals),
            FEW_ANIMALS,
            advice="The microdialysis design command gives the number that is needed"
            if few
            else "",
        )
    stated = all(r.course.unit == PERCENT for r in responses)
    if stated or control not in of_group:
        return
    for name, animals in of_group.items():
        both = (animals, of_group[control])
        if name == control or min(map(len, both)) < 2:
            continue
        a, b = (np.log([r.baseline.mean for r in side]) for side in both)
        if np.ptp(a) == 0 and np.ptp(b) == 0:
            continue
        d = welch(a, b)
        differs = d.p < BASELINE_P
        yield Check(
            "baselines_of_groups",
            "warn" if differs else "pass",
            f"the baseline is {math.exp(d.value):.2g} times that of {control} ({format_p(d.p)})",
            f"group {name}",
            d.p,
            BASELINE_P,
            advice="Percent of baseline then depends on the baseline; compare with --primary ancova"
            if differs
            else "",
        )


def _unequal_windows(responses: Sequence[AnimalResponse]) -> Iterator[Check]:
    lengths = {
        r.course.animal: float(np.median([f.width_min for f in r.course.fractions]))
        for r in responses
    }
    usual = float(np.median(list(lengths.values())))
    other = [name for name, length in lengths.items() if abs(length / usual - 1.0) > UNEQUAL]
    yield Check(
        "unequal_windows",
        "warn" if other else "pass",
        f"fractions of {list_names(other, 6)} have another length than the {usual:g} min of the "
        "others"
        if other
        else f"fractions of all animals last {usual:g} min",
        value=len(other),
        limit=0,
        advice="Courses are compared at the mean of their times" if other else "",
    )


def _copied_between(responses: Sequence[AnimalResponse]) -> Iterator[Check]:
    """Values of one animal that are those of another, three or more in a row."""
    seen: dict[tuple[float, ...], str] = {}
    pairs: list[str] = []
    for response in responses:
        animal = response.course.animal
        values = [f.value for f in response.course.fractions]
        for k in range(len(values) - COPIED + 1):
            key = tuple(values[k : k + COPIED])
            if not all(v > 0 for v in key) or len(set(key)) < 2:
                continue
            other = seen.setdefault(key, animal)
            pair = f"{animal} and {other}"
            if other != animal and pair not in pairs:
                pairs.append(pair)
    yield Check(
        "copied_between_animals",
        "warn" if pairs else "pass",
        f"{list_names(pairs, 4)} have the same values in {COPIED} fractions in a row or more"
        if pairs
        else "no two animals have the same values in a row",
        value=len(pairs),
        limit=0,
        advice="Compare them with the raw data" if pairs else "",
    )
