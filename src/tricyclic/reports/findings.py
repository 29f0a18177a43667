"""The results of a study as sentences: affinities by compound, ratios, comparisons, checks."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.estimate import Estimate, format_interval
from tricyclic.core.format import enumerate_words, pluralize
from tricyclic.reports.section import ReportData, primary_estimates
from tricyclic.reports.words import collect_warnings, format_value, interval_name, sentence
from tricyclic.results.binding import AssayResult

# Compounds with a sentence of their own; of more, the strongest and the weakest.
MAX_COMPOUNDS = 6
# What the numbers are, by the names of estimates that a table has.
MEANINGS = (
    (
        {"Ki"},
        (
            "A Ki is the free concentration of a compound that occupies half of the sites, a Kd "
            "that of the radioligand, and Bmax the number of sites."
        ),
    ),
    (
        {"Kd", "Bmax"},
        (
            "A Kd is the free concentration of radioligand that occupies half of the sites, Bmax "
            "the number of sites."
        ),
    ),
    (
        {"kon", "koff", "residence time"},
        (
            "kon and koff are the rate constants of association and dissociation, the residence "
            "time is 1/koff."
        ),
    ),
)
# Rates of an assay, in the order of a sentence.
RATES = ("kon", "koff", "residence time")
ONE_RUN = (
    "Where n is 1 the interval is that of one fit and does not contain the variation between runs."
)


def findings(report: ReportData) -> list[str]:
    """Paragraphs of one or more sentences, the most important first.

    Parameters
    ----------
    report
        The data of the report.
    """
    study = report.study
    comparisons = (*study.comparisons, *(c for assay in study.assays for c in assay.comparisons))
    paragraphs = [_affinities(report), *(_sites(assay) for assay in study.assays)]
    paragraphs += [_rates(assay) for assay in study.assays]
    paragraphs += [_selectivity(study.selectivity)]
    paragraphs += [sentence(c.statement) for c in comparisons]
    paragraphs.append(_verdict(report))
    return [text for text in paragraphs if text]


def _affinities(report: ReportData) -> str:
    """A sentence for each compound with a Ki."""
    by_subject: dict[str, list[tuple[Estimate, str]]] = {}
    for _, assay in report.assays:
        for e in primary_estimates(assay):
            if e.name == "Ki":
                subject = e.subject or assay.title or assay.name
                by_subject.setdefault(subject, []).append((e, e.target or assay.target))
    if not by_subject:
        return ""
    if len(by_subject) > MAX_COMPOUNDS:
        return _extremes(by_subject)
    return " ".join(_bound_sites(name, values) for name, values in by_subject.items())


def _bound_sites(subject: str, values: Sequence[tuple[Estimate, str]]) -> str:
    phrases = [
        f"{f'at {target} ' if target else ''}{_of(estimate)} ({_interval(estimate)})"
        for estimate, target in values
    ]
    return f"{_capital(subject)} has a Ki {enumerate_words(phrases)}."


def _extremes(by_subject: dict[str, list[tuple[Estimate, str]]]) -> str:
    """The strongest and the weakest of many compounds, by their values that are no bounds."""
    known = [
        (estimate.value, subject, estimate, target)
        for subject, values in by_subject.items()
        for estimate, target in values
        if estimate.qualifier == "=" and estimate.value > 0
    ]
    start = f"{len(by_subject)} compounds have a Ki in the table below."
    if not known:
        return start
    ordered = sorted(known, key=lambda one: (one[0], one[1]))
    strongest, weakest = (
        f"{subject}{f' at {target}' if target else ''} with {format_value(estimate)} "
        f"({_interval(estimate)})"
        for _, subject, estimate, target in (ordered[0], ordered[-1])
    )
    return f"{start} The strongest is {strongest}, the weakest {weakest}."


def _sites(assay: AssayResult) -> str:
    """Kd and Bmax of an assay by group."""
    if assay.kind not in ("saturation", "homologous"):
        return ""
    groups: dict[str, list[str]] = {}
    subjects: dict[str, None] = {}
    for e in primary_estimates(assay):
        if e.name in ("Kd", "Bmax"):
            label = e.where if e.where not in ("", assay.name) else ""
            groups.setdefault(label, []).append(f"{e.name} {format_value(e)} ({_interval(e)})")
            subjects[e.subject] = None
    if not groups:
        return ""
    head = assay.title or " ".join([*subjects, f"at {assay.target}" if assay.target else ""])
    parts = [
        f"{enumerate_words(values)}{f' in {group}' if group else ''}"
        for group, values in groups.items()
    ]
    return f"{_capital(head)}: {'; '.join(parts)}."


def _rates(assay: AssayResult) -> str:
    """Rate constants and residence time of an assay over time."""
    values = [
        f"{e.name} {format_value(e)} ({_interval(e)})"
        for name in RATES
        for e in primary_estimates(assay)
        if e.name == name
    ]
    head = assay.title or assay.target or assay.name
    return f"{_capital(head)}: {enumerate_words(values)}." if values else ""


def _selectivity(ratios: Sequence[Estimate]) -> str:
    """How many times more strongly each compound binds to one target than to another."""
    sentences = []
    for e in ratios:
        first, _, other = e.target.partition(" over ")
        if not other:
            continue
        how, value = "more strongly", format_value(e)
        if e.qualifier == "=" and 0 < e.value < 1:
            sentences.append(
                f"The ratio of the Ki of {e.subject} at {other} to that at {first} is "
                f"{value} ({_interval(e)})."
            )
            continue
        sentences.append(
            f"{_capital(e.subject)} binds to {first} {value} times {how} than to {other} "
            f"({_interval(e)})."
        )
    return " ".join(sentences)


def _verdict(report: ReportData) -> str:
    checks = report.study.all_checks()
    failed = sum(check.level == "fail" for check in checks)
    warned = sum(check.level == "warn" for check in collect_warnings(checks))
    if not checks:
        return ""
    if failed:
        verb = "fails" if failed == 1 else "fail"
        return (
            f"{pluralize(failed, 'check')} of {len(checks)} {verb}: the numbers concerned should "
            "not be used as they are."
        )
    if warned:
        return (
            f"No check of {len(checks)} fails; {pluralize(warned, 'warning')} below should be read "
            "before the numbers are used."
        )
    return f"All {len(checks)} checks pass."


def _of(estimate: Estimate) -> str:
    value = format_value(estimate)
    return f"of {value}" if estimate.qualifier == "=" and estimate.value > 0 else value


def _interval(estimate: Estimate) -> str:
    """Interval and number of runs: "95 % CI 0.680–1.10, n = 3"."""
    interval = format_interval(estimate)
    parts = [f"{interval_name([estimate])} {interval}"] if interval else []
    return ", ".join([*parts, f"n = {estimate.n_experiments}"])


def _capital(text: str) -> str:
    """A name at the start of a sentence; names such as [3H]x or pKi keep their spelling."""
    first = text.split(" ")[0]
    return text[:1].upper() + text[1:] if first.isalpha() and first.islower() else text
