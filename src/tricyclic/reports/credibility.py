"""The credibility report of a scenario, as HTML, PDF, Markdown or JSON: checks, units, sources of
values, calibration, sensitivity, limitations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

from tricyclic.core.certainty import FROM_MEMORY
from tricyclic.core.document import Block, CheckList, Document, Figure, Heading, Paragraph, Table
from tricyclic.core.ensemble import Ensemble, Identifiability, ObservationMisfit
from tricyclic.core.evidence import Source
from tricyclic.core.format import format_number
from tricyclic.core.model_unit import unit_label
from tricyclic.core.observation import Observation
from tricyclic.errors import InputError
from tricyclic.plotting.identifiability import identifiability_figure
from tricyclic.plotting.misfit import misfit_figure
from tricyclic.plotting.network import network_figure
from tricyclic.plotting.tornado import tornado
from tricyclic.reports.documents import LinkedDocument
from tricyclic.reports.html import to_html
from tricyclic.reports.json import document as json_document
from tricyclic.reports.json import encode
from tricyclic.reports.json.credibility import credibility_json
from tricyclic.reports.markdown import to_markdown
from tricyclic.reports.pdf import to_pdf
from tricyclic.reports.text.calibration import band_text
from tricyclic.results.credibility import CredibilityResult, ParameterProvenance

FORMATS = (".html", ".pdf", ".md", ".json")
# Certainties in the order of the report, in words.
CERTAINTY_LABELS = {
    "reported": "reported in the source",
    FROM_MEMORY: FROM_MEMORY,
    "vendor guide": "vendor guide",
    "derived": "derived",
    "assumed": "assumed",
    "initial value": "initial value of a free parameter",
}
MAX_ELASTICITIES = 40
MAX_INFORMING = 3


def report_bytes(result: CredibilityResult, suffix: str) -> bytes | LinkedDocument:
    """The report in the format of a suffix; Markdown links to its figures.

    Raises
    ------
    InputError
        If the suffix is none of .html, .pdf, .md, .json.
    """
    if suffix == ".json":
        return encode(json_document("model-credibility", {"result": credibility_json(result)}))
    if suffix not in FORMATS:
        raise InputError(
            f"a report cannot end in '{suffix}'", allowed=f"It is one of {', '.join(FORMATS)}"
        )
    document = credibility_document(result)
    if suffix == ".html":
        return to_html(document).encode("utf-8")
    if suffix == ".pdf":
        return to_pdf(document)
    drawn = [block for block in document.blocks if isinstance(block, Figure)]
    folder = f"{result.scenario}_figures/"
    return LinkedDocument(
        to_markdown(document, figures_at=folder).encode("utf-8"),
        {f"{folder}{one.name}.svg": one.svg.encode("utf-8") for one in drawn},
    )


def credibility_document(result: CredibilityResult) -> Document:
    """The credibility report of a scenario."""
    blocks: list[Block] = [
        Heading("Summary of checks", 1, "checks"),
        CheckList(result.checks, "Checks"),
        *_technical(result),
        *_values(result),
        *(_calibration(result.ensemble, result) if result.ensemble is not None else ()),
        *(make() for make in figures(result).values()),
        *_sensitivity(result),
        *_limits(result),
    ]
    constants = [row.constant for row in result.values]
    cited = {constant.source for constant in constants}
    cited |= {other.source for constant in constants for other in constant.alternatives}
    cited |= {row.source for row in result.observations}
    facts = [("solved by", result.engines[0])]
    facts += [("compared with", engine) for engine in result.engines[1:]]
    return Document(
        title=f"Credibility of '{result.title}'",
        subtitle=f"scenario {result.scenario}: {result.n_states} states, "
        f"{result.n_parameters} parameters",
        blocks=tuple(blocks),
        sources=tuple(result.sources[key] for key in sorted(cited) if key in result.sources),
        facts=tuple(facts),
    )


def _technical(result: CredibilityResult) -> list[Block]:
    problems = (*result.validation_problems, *result.unit_problems)
    n_listed = len(result.annotated) + len(result.not_annotated)
    missing = ", ".join(result.not_annotated)
    blocks: list[Block] = [
        Heading("Units, annotations, second engine", 1, "technical"),
        Paragraph(
            f"libSBML reports: {' '.join(problems)}"
            if problems
            else "libSBML reports no error, and the units of every equation balance."
        ),
        Paragraph(
            f"{100 * result.annotated_share:.0f} % of the {n_listed} states have an identifier in "
            "a public database (ChEBI, ChEMBL, UniProt, GO)."
            + (f" Without: {missing}." if missing else "")
        ),
    ]
    if result.agreements:
        blocks.append(_agreement_table(result))
    return blocks


def _agreement_table(result: CredibilityResult) -> Table:
    schedules = tuple(dict.fromkeys(row.dosing for row in result.agreements))
    quantities = dict.fromkeys(row.quantity for row in result.agreements)
    cells = {(row.quantity, row.dosing): f"{row.difference:.1e}" for row in result.agreements}
    return Table(
        "The same SBML in a second engine: largest difference over the run, as a fraction of the "
        "quantity's largest value",
        ("quantity", *schedules),
        tuple(
            (name, *(cells.get((name, schedule), "") for schedule in schedules))
            for name in quantities
        ),
        (False, *(True for _ in schedules)),
        collapsed=True,
    )


def _values(result: CredibilityResult) -> list[Block]:
    counts = result.count_by_certainty()
    summary = tuple(
        (label, str(counts[word]), f"{100 * counts[word] / len(result.values):.0f} %")
        for word, label in CERTAINTY_LABELS.items()
        if word in counts
    )
    conflicts = tuple(
        (
            row.name,
            _number(row.constant.value),
            "; ".join(_alternatives(row, result.sources)),
            unit_label(row.unit),
        )
        for row in result.values
        if row.constant.alternatives
    )
    blocks: list[Block] = [
        Heading("Sources of the values", 1, "values"),
        Table(
            "Values by certainty", ("certainty", "values", "share"), summary, (False, True, True)
        ),
    ]
    if conflicts:
        blocks.append(
            Table(
                "Conflicting values in the literature: the value that is used, and others",
                ("value of", "used", "also published", "unit"),
                conflicts,
                (False, True, False, False),
            )
        )
    blocks.append(
        Table(
            "All values",
            ("value of", "value", "range", "unit", "description", "certainty", "source"),
            tuple(_value_row(row, result.sources) for row in result.values),
            (False, True, False, False, False, False, False),
            collapsed=True,
        )
    )
    return blocks


def _value_row(row: ParameterProvenance, sources: Mapping[str, Source]) -> tuple[str, ...]:
    constant = row.constant
    has_range = math.isfinite(constant.low + constant.high)
    return (
        row.name,
        _number(constant.value),
        _range(constant.low, constant.high) if has_range else "",
        unit_label(row.unit),
        constant.description,
        CERTAINTY_LABELS[constant.certainty],
        sources[constant.source].citation if constant.source in sources else "",
    )


def _alternatives(row: ParameterProvenance, sources: Mapping[str, Source]) -> list[str]:
    texts = []
    for other in row.constant.alternatives:
        known = other.source in sources
        origin = sources[other.source].citation if known else other.certainty
        texts.append(f"{_number(other.value)} ({origin})")
    return texts


def _calibration(ensemble: Ensemble, result: CredibilityResult) -> list[Block]:
    return [
        Heading("Calibration: fit and misfit", 1, "calibration"),
        Paragraph(
            f"Ensemble '{ensemble.name}', version {ensemble.version}: {len(ensemble)} parameter "
            f"sets of {len(ensemble.priors)} free parameters, seed {ensemble.seed}."
        ),
        *_shared(result),
        *(Paragraph(note, "note") for note in ensemble.notes),
        *([_misfit_table(ensemble, result)] if ensemble.misfit else []),
        Heading("Identifiability of each parameter", 1, "identifiability"),
        Table(
            "Posterior over prior width (1: no information), and the observations that inform it "
            "most",
            ("parameter", "median", "90 % band", "width", "informed by", "correlated with"),
            tuple(_identifiability_row(row) for row in ensemble.identifiability),
            (False, True, False, True, False, False),
        ),
    ]


def _shared(result: CredibilityResult) -> list[Block]:
    """A sentence where other scenarios have a part in the calibration."""
    if not result.shared_with:
        return []
    own = len(result.observations)
    return [
        Paragraph(
            f"{own if own else 'None'} of the {result.n_observations} observations behind it "
            f"{'is' if own == 1 else 'are'} of this scenario. The others are listed in the reports "
            f"of {', '.join(result.shared_with)}."
        )
    ]


def _misfit_table(ensemble: Ensemble, result: CredibilityResult) -> Table:
    by_id = {row.id: row for row in result.observations}
    return Table(
        "Observations and the predictions of the ensemble",
        (
            "id",
            "description",
            "observed",
            "predicted",
            "90 % band",
            "distance (SD)",
            "parameter sets that agree",
        ),
        tuple(_misfit_row(row, by_id.get(row.id)) for row in ensemble.misfit),
        (False, False, False, True, False, True, True),
    )


def _misfit_row(row: ObservationMisfit, observation: Observation | None) -> tuple[str, ...]:
    return (
        row.id,
        observation.description if observation is not None else "",
        _observed(observation) if observation is not None else "",
        _number(row.median),
        band_text(row),
        f"{row.distance:.1f}",
        f"{100 * row.share:.0f} %",
    )


def _identifiability_row(row: Identifiability) -> tuple[str, ...]:
    return (
        row.name,
        _number(row.median),
        _range(row.low, row.high),
        f"{row.width:.2f}",
        ", ".join(f"{name} ({100 * share:.0f} %)" for name, share in row.rows[:MAX_INFORMING]),
        f"{row.partner} ({row.correlation:+.2f})" if row.partner else "",
    )


def figures(result: CredibilityResult) -> dict[str, Callable[[], Figure]]:
    """Pathways, the strongest elasticities, and the calibration, drawn when they are called."""
    drawn: dict[str, Callable[[], Figure]] = {
        network.name: partial(network_figure, network) for network in result.networks
    }
    if result.elasticities:
        strongest = result.elasticities[0].endpoint
        title = f"Sensitivity of {strongest}"
        drawn["tornado"] = partial(
            tornado, result.elasticity_table, strongest, name="tornado", title=title
        )
    ensemble = result.ensemble
    if ensemble is None:
        return drawn
    by_id = {row.id: row for row in result.observations}
    misfit = [row for row in ensemble.misfit if row.id in by_id]
    if misfit:
        observations = [by_id[row.id] for row in misfit]
        title = "Predicted and observed"
        drawn["misfit"] = partial(misfit_figure, observations, misfit, name="misfit", title=title)
    if len(ensemble.identifiability) == len(ensemble.priors):
        title = "Parameters before and after calibration"
        drawn["identifiability"] = partial(
            identifiability_figure, ensemble, name="identifiability", title=title
        )
    return drawn


def _sensitivity(result: CredibilityResult) -> list[Block]:
    strongest = result.elasticities[:MAX_ELASTICITIES]
    if not strongest:
        return []
    rows = tuple((row.parameter, row.endpoint, f"{row.value:+.2f}") for row in strongest)
    return [
        Heading("Sensitivity of predictions", 1, "sensitivity"),
        Table(
            "Elasticities: percent change of the endpoint per percent change of the parameter, "
            f"the {MAX_ELASTICITIES} strongest; {result.dosing[-1]}",
            ("parameter", "endpoint", "elasticity"),
            rows,
            (False, False, True),
        ),
    ]


def _limits(result: CredibilityResult) -> list[Block]:
    blocks: list[Block] = [Heading("Predictions and limitations", 1, "limits")]
    if result.not_calibrated:
        names = ", ".join(result.not_calibrated)
        blocks.append(Paragraph(f"Observables without an observation in the calibration: {names}."))
    if result.limitations:
        blocks.append(Table("Not modelled", ("mechanism", "limitation"), result.limitations))
    return blocks


def _observed(observation: Observation) -> str:
    if observation.qualifier == "is":
        text = _number(observation.value)
    elif observation.qualifier == "between":
        text = _range(observation.low, observation.high)
    else:
        text = f"{observation.qualifier} {_number(observation.target)}"
    return f"{text} {observation.unit}".strip()


def _range(low: float, high: float) -> str:
    return f"{_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    return format_number(value) if math.isfinite(value) else ""
