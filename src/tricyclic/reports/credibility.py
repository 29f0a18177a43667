"""From a Credibility, and the ensemble of a calibration, to a report: what was calibrated, predicted, assumed, and what conflicts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from tricyclic.core.check import Check
from tricyclic.core.document import Block, CheckList, Document, Figure, Heading, Paragraph, Table
from tricyclic.core.ensemble import Ensemble
from tricyclic.core.evidence import Source
from tricyclic.core.format import figures as told
from tricyclic.core.model_unit import MODEL_UNITS
from tricyclic.core.observation import Observation
from tricyclic.results.credibility import Credibility, Valued

SURE = {
    "read": "read in the source",
    "recalled": "recalled, not read",
    "guide": "from a guide",
    "derived": "derived",
    "assumed": "assumed",
    "start": "start value of a free parameter",
}
AGREE = 1e-5  # of the largest value of a quantity


def credibility_document(
    found: Credibility,
    *,
    ensemble: Ensemble | None = None,
    observations: Sequence[Observation] = (),
    sources: Mapping[str, Source],
    figures: Sequence[Figure] = (),
    age: str = "",
) -> Document:
    """Write the credibility report of a scenario.

    Parameters
    ----------
    found : Credibility
    ensemble : Ensemble, optional
        The calibration, if the scenario has one.
    observations : sequence of Observation
        What it was calibrated on.
    sources : mapping of str to Source
        The library's papers.
    figures : sequence of Figure
        Pathways, misfit, identifiability, sensitivity.
    age : str
        A line that says that the ensemble is older than the model; empty where it is not.
    """
    blocks: list[Block] = [
        Heading("What to know first", 1, "first"),
        CheckList(checks_of(found, ensemble, age), "Checks"),
    ]
    blocks += _technical(found)
    blocks += _values(found, sources)
    if ensemble is not None:
        blocks += _calibration(ensemble, observations, sources)
    blocks += figures
    if found.elasticities:
        blocks += _sensitivity(found)
    blocks += _limits(found)
    used = {row.constant.source for row in found.values} | {
        also.source for row in found.values for also in row.constant.also
    }
    used |= {item.source for item in observations}
    return Document(
        title=f"Credibility of '{found.title}'",
        subtitle=f"scenario {found.scenario}: {found.states} states, {found.parameters} parameters",
        blocks=tuple(blocks),
        sources=tuple(sources[key] for key in sorted(used) if key in sources),
        facts=(("solved by", found.engines[0]), ("held against", found.engines[1])),
    )


def checks_of(found: Credibility, ensemble: Ensemble | None, age: str = "") -> tuple[Check, ...]:
    """The doubts in one list, the gravest first."""
    checks = []
    units = len(found.unit_complaints) + len(found.validation_complaints)
    checks.append(
        Check(
            "units",
            "fine",
            "SBML validates and every equation balances in its units",
            found.scenario,
        )
        if not units
        else Check("units", "stop", f"the SBML check raises {units} complaints", found.scenario)
    )
    worst = found.worst_agreement
    if worst is not None:
        text = f"a second engine agrees within {worst.difference:.1e} of scale ({worst.quantity}, {worst.regimen})"
        checks.append(
            Check("engines", "fine" if worst.difference <= AGREE else "stop", text, found.scenario)
        )
    counts = found.by_certainty()
    unsure = counts.get("assumed", 0) + counts.get("recalled", 0) + counts.get("start", 0)
    if unsure:
        checks.append(
            Check(
                "provenance",
                "look",
                f"{unsure} of {len(found.values)} values are assumed, recalled or start values; the table names each",
                found.scenario,
            )
        )
    if ensemble is None:
        checks.append(
            Check(
                "ensemble",
                "look",
                "there is no calibrated ensemble: runs are of the library's values alone",
                found.scenario,
            )
        )
    else:
        if age:
            checks.append(Check("ensemble", "look", age, found.scenario))
        missed = [row for row in ensemble.misfit if row.share < 0.5]
        if missed:
            names = ", ".join(row.id for row in missed)
            checks.append(
                Check(
                    "misfit",
                    "look",
                    f"{len(missed)} of {len(ensemble.misfit)} observations are missed by most members: {names}",
                    found.scenario,
                )
            )
        blind = [row.name for row in ensemble.identified if row.width > 0.9]
        if blind:
            checks.append(
                Check(
                    "identifiability",
                    "look",
                    f"{len(blind)} of {len(ensemble.identified)} free parameters keep nine tenths of their prior width",
                    found.scenario,
                )
            )
    return tuple(checks)


def _technical(found: Credibility) -> list[Block]:
    blocks: list[Block] = [Heading("Units, annotations, a second engine", 1, "technical")]
    complaints = (*found.validation_complaints, *found.unit_complaints)
    blocks.append(
        Paragraph(
            "libSBML finds no error and no unit that does not balance."
            if not complaints
            else "libSBML complains: " + " ".join(complaints)
        )
    )
    missing = ", ".join(found.not_annotated)
    blocks.append(
        Paragraph(
            f"{100 * found.coverage:.0f} % of the {len(found.annotated) + len(found.not_annotated)} states name what they are in a public "
            "database (ChEBI, ChEMBL, UniProt, GO)." + (f" Without: {missing}." if missing else "")
        )
    )
    if found.agreements:
        regimens = tuple(dict.fromkeys(a.regimen for a in found.agreements))
        cells = {(a.quantity, a.regimen): f"{a.difference:.1e}" for a in found.agreements}
        quantities = dict.fromkeys(a.quantity for a in found.agreements)
        blocks.append(
            Table(
                "The same SBML in an engine of other make: largest difference over the run, as a fraction of the quantity's largest value",
                ("quantity", *regimens),
                tuple(
                    (name, *(cells.get((name, regimen), "") for regimen in regimens))
                    for name in quantities
                ),
                (False, *(True for _ in regimens)),
                collapsed=True,
            )
        )
    return blocks


def _values(found: Credibility, sources: Mapping[str, Source]) -> list[Block]:
    counts = found.by_certainty()
    summary = tuple(
        (SURE[key], str(counts[key]), f"{100 * counts[key] / len(found.values):.0f} %")
        for key in SURE
        if key in counts
    )
    conflicts = tuple(
        (row.name, _number(row.constant.value), "; ".join(_also(row, sources)), _unit(row.unit))
        for row in found.values
        if row.constant.also
    )
    blocks: list[Block] = [
        Heading("Where the values come from", 1, "values"),
        Table(
            "Values by certainty", ("certainty", "values", "share"), summary, (False, True, True)
        ),
    ]
    if conflicts:
        blocks.append(
            Table(
                "Where the literature conflicts: the value that is used, and what else is published",
                ("value of", "used", "also published", "unit"),
                conflicts,
                (False, True, False, False),
            )
        )
    rows = tuple(
        (
            row.name,
            _number(row.constant.value),
            _range(row),
            _unit(row.unit),
            row.constant.says,
            SURE[row.constant.certainty],
            sources[row.constant.source].citation if row.constant.source in sources else "",
        )
        for row in found.values
    )
    blocks.append(
        Table(
            "Every value",
            ("value of", "value", "range", "unit", "what it is", "certainty", "source"),
            rows,
            (False, True, False, False, False, False, False),
            collapsed=True,
        )
    )
    return blocks


def _calibration(
    ensemble: Ensemble, observations: Sequence[Observation], sources: Mapping[str, Source]
) -> list[Block]:
    by_id = {item.id: item for item in observations}
    misfit = tuple(
        (
            row.id,
            by_id[row.id].says if row.id in by_id else "",
            _asked(by_id[row.id]) if row.id in by_id else "",
            _number(row.middle),
            f"{_number(row.low)} to {_number(row.high)}",
            f"{row.distance:.1f}",
            f"{100 * row.share:.0f} %",
        )
        for row in ensemble.misfit
    )
    known = tuple(
        (
            row.name,
            _number(row.middle),
            f"{_number(row.low)} to {_number(row.high)}",
            f"{row.width:.2f}",
            ", ".join(f"{name} ({100 * share:.0f} %)" for name, share in row.rows[:3]),
            f"{row.partner} ({row.correlation:+.2f})" if row.partner else "",
        )
        for row in ensemble.identified
    )
    return [
        Heading("Calibration: fit and misfit", 1, "calibration"),
        Paragraph(
            f"Ensemble '{ensemble.name}', version {ensemble.version}: {len(ensemble)} admissible sets of {len(ensemble.priors)} free parameters, seed {ensemble.seed}."
        ),
        *(Paragraph(note, "note") for note in ensemble.notes),
        Table(
            "Each observation beside what the ensemble says",
            ("row", "observed", "asked", "predicted", "90 % band", "distance (SD)", "holds in"),
            misfit,
            (False, False, False, True, False, True, True),
        ),
        Heading("What the observations say about each parameter", 1, "identifiability"),
        Table(
            "Posterior over prior width (1: nothing learnt), and the rows that constrain it most",
            ("parameter", "median", "90 % band", "width", "constrained by", "moves with"),
            known,
            (False, True, False, True, False, False),
        ),
    ]


def _sensitivity(found: Credibility) -> list[Block]:
    rows = tuple((e.parameter, e.endpoint, f"{e.value:+.2f}") for e in found.elasticities[:40])
    return [
        Heading("What the predictions hang on", 1, "sensitivity"),
        Table(
            "Elasticities: percent change of the endpoint for one percent of the parameter, the forty strongest"
            + (f"; {found.tried[-1]}" if found.tried else ""),
            ("parameter", "endpoint", "elasticity"),
            rows,
            (False, False, True),
        ),
    ]


def _limits(found: Credibility) -> list[Block]:
    blocks: list[Block] = [Heading("What was predicted, and what is left out", 1, "limits")]
    if found.predicted:
        blocks.append(
            Paragraph(
                "Watched, and held by no observation of the calibration (so a prediction): "
                + ", ".join(found.predicted)
                + "."
            )
        )
    if found.lacks:
        blocks.append(
            Table("What the mechanisms leave out", ("mechanism", "leaves out"), found.lacks)
        )
    return blocks


def _asked(item: Observation) -> str:
    if item.relation == "is":
        return f"{_number(item.value)} {item.unit}".strip()
    if item.relation == "between":
        return f"{_number(item.low)} to {_number(item.high)} {item.unit}".strip()
    return f"{item.relation} {_number(item.target)} {item.unit}".strip()


def _also(row: Valued, sources: Mapping[str, Source]) -> list[str]:
    return [
        f"{_number(also.value)} ({sources[also.source].citation if also.source in sources else also.certainty})"
        for also in row.constant.also
    ]


def _range(row: Valued) -> str:
    low, high = row.constant.low, row.constant.high
    return f"{_number(low)} to {_number(high)}" if math.isfinite(low + high) else ""


def _unit(name: str) -> str:
    return MODEL_UNITS[name].says


def _number(value: float) -> str:
    return told(value) if math.isfinite(value) else ""
