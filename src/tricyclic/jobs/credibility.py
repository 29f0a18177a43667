"""What stands for and against a scenario, as one report: units, sources, a second engine, calibration, sensitivity."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tricyclic.errors import InputError
from tricyclic.jobs._job import Job, Progress, asked

if TYPE_CHECKING:
    from tricyclic.core.check import Check
    from tricyclic.core.document import Document, Figure
    from tricyclic.core.ensemble import Ensemble
    from tricyclic.core.observation import Observation
    from tricyclic.results.credibility import Agreement, Credibility, Elasticity
    from tricyclic.results.sensitivity import Elasticities
    from tricyclic.simulation.model import Composed
    from tricyclic.simulation.run import Bench

# By which regimens a scenario is tried where none is asked for: one drug of the guides, once and for long.
TRIED = {
    ("animal", "rat"): (
        "imipramine 10 mg/kg ip",
        "imipramine 10 mg/kg ip every 12 h for 14 d",
        "desipramine 15 mg/kg/d pump for 14 d",
    ),
    ("animal", "human"): ("imipramine 1 mg/kg po", "imipramine 1 mg/kg po every 12 h for 14 d"),
    ("culture", "rat"): ("imipramine 1 uM bath for 48 h",),
}
STEPS = 121


@dataclass(frozen=True)
class Request:
    """Write the credibility report of a scenario: `tricyclic credibility noradrenergic_synapse --to noradrenergic.html`."""

    scenario: str = asked("Name of the scenario; see: tricyclic scenarios", place=True)
    to: str = asked("File of the report: .html, .pdf, .md or .json", default="", path=True)
    folder: str = asked("Your own library folder, looked at as well", default="", path=True)


@dataclass(frozen=True)
class Result:
    """The evidence, and its checks in words."""

    found: Credibility
    checks: tuple[Check, ...]
    to_write: dict[str, bytes] = field(default_factory=dict)

    @property
    def stop(self) -> bool:
        """Whether something says that the scenario should not be used as it is."""
        return any(check.level == "stop" for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        from tricyclic.core.serialize import as_plain

        return {"checks": as_plain(self.checks), "credibility": as_plain(self.found)}

    def as_text(self) -> str:
        """As a person reads it."""
        found = self.found
        counts = ", ".join(f"{count} {name}" for name, count in found.by_certainty().items())
        lines = [
            f"{found.title}   {found.states} states   {found.parameters} parameters with these doses",
            f"  values: {counts}",
            f"  annotated: {100 * found.coverage:.0f} % of states",
            f"  predicted, not calibrated on: {', '.join(found.predicted) or 'nothing'}",
        ]
        return "\n".join([*lines, *(f"  {check.level:6s} {check.says}" for check in self.checks)])


def run(request: Request) -> Generator[Progress, None, Result]:
    """Compose, check, run twice, gather, write."""
    from tricyclic.io.library.ensembles import ensemble, ensemble_names
    from tricyclic.io.library.mechanisms import drugs, mechanisms, scenario
    from tricyclic.io.library.observations import observations
    from tricyclic.io.library.protocols import sources
    from tricyclic.jobs._credibility_checks import agreement, credibility_of
    from tricyclic.jobs._ensemble_group import age_of, group_of
    from tricyclic.reports.credibility import checks_of, credibility_document
    from tricyclic.simulation.compose import compose
    from tricyclic.simulation.dosing import regimens_of
    from tricyclic.simulation.run import Bench

    ending = Path(request.to).suffix
    if request.to and ending not in (".html", ".pdf", ".md", ".json"):
        raise InputError(
            f"ends in '{ending}'" if ending else "has no ending",
            where=request.to,
            allowed="It ends in .html, .pdf, .md or .json",
        )
    own = request.folder or None
    chosen, parts, shelf = scenario(request.scenario, folder=own), mechanisms(own), drugs(own)
    tried = TRIED[chosen.system, chosen.species]
    steps = len(tried) + 3
    agreements: list[Agreement] = []
    benches = []
    for k, words in enumerate(tried):
        yield Progress(k, steps, f"running {words} in two engines")
        benches.append(Bench(compose(chosen, parts, shelf, regimens_of(words, chosen, shelf))))
        agreements += agreement(
            benches[-1], _times(benches[-1].composed), _watched(benches[-1].composed), says=words
        )
    bench = benches[-1]
    yield Progress(len(tried), steps, "asking what the predictions hang on")
    group, members = group_of(chosen.name, request.folder)
    calibrated = ensemble(group, folder=own) if group in ensemble_names(own) else None
    age = age_of(calibrated, request.folder) if calibrated is not None else ""
    rows = tuple(row for one in members for row in observations(one.name, folder=own))
    sensed = yield from _elasticities(bench)
    seen = {row.quantity for row in rows if row.scenario == chosen.name}
    found = credibility_of(
        bench,
        parts,
        agreements,
        elasticities=_strongest(sensed),
        tried=tried,
        predicted=[
            watch.name
            for watch in chosen.watches
            if watch.quantity not in seen and watch.name not in seen
        ],
    )
    checks = checks_of(found, calibrated, age)
    if not request.to:
        return Result(found, checks)
    yield Progress(steps - 2, steps, "drawing")
    if ending == ".json":
        from tricyclic.jobs._json import as_json_bytes

        return Result(found, checks, {request.to: as_json_bytes(Result(found, checks).as_json())})
    document = credibility_document(
        found,
        ensemble=calibrated,
        observations=rows,
        sources=sources(own),
        age=age,
        figures=_figures(bench.composed, sensed, calibrated, rows),
    )
    yield Progress(steps - 1, steps, "writing")
    return Result(found, checks, _written(document, Path(request.to)))


def _times(composed: Composed) -> Any:
    import numpy as np

    end = max((dose.regimen.last_h for dose in composed.doses), default=0.0) + 24.0
    # a model that oscillates within seconds is compared over its first minutes: later, phases drift apart
    return np.linspace(0.0, 0.2 if composed.scenario.name == "calcium_minutes" else end, STEPS)


def _watched(composed: Composed) -> list[str]:
    watches = composed.scenario.watches
    return list(
        dict.fromkeys(watch.quantity for watch in watches if watch.quantity in composed.quantities)
    )


def _elasticities(bench: Bench) -> Generator[Progress, None, Elasticities]:
    """How the end of each watched course hangs on each free parameter, at the library's values."""
    from tricyclic.jobs._many import telling
    from tricyclic.simulation.endpoints import reduction_of
    from tricyclic.simulation.parallel import Question
    from tricyclic.simulation.sensitivity import elasticities, varied_of

    composed = bench.composed
    watches = [
        watch for watch in composed.scenario.watches if watch.quantity in composed.quantities
    ]
    varied = varied_of(composed, every=not any(row.free for row in composed.parameters.values()))
    question = Question(
        composed, _times(composed), reduction_of(composed, watches), sbml=bench.sbml
    )
    found = yield from telling(
        elasticities(question, varied), 1 + 2 * len(varied), "runs for elasticities"
    )
    return found


def _strongest(sensed: Elasticities) -> list[Elasticity]:
    import numpy as np

    from tricyclic.results.credibility import Elasticity

    rows = [
        Elasticity(sensed.parameters[i].name, sensed.endpoints[j].name, float(sensed.table[i, j]))
        for i, j in zip(*np.nonzero(np.isfinite(sensed.table)), strict=True)
        if not sensed.endpoints[j].name.endswith(".rest")
    ]
    return sorted(rows, key=lambda row: -abs(row.value))


def _figures(
    composed: Composed,
    sensed: Elasticities,
    calibrated: Ensemble | None,
    rows: Sequence[Observation],
) -> list[Figure]:
    from tricyclic.plotting.network import network_figure
    from tricyclic.plotting.tornado import tornado
    from tricyclic.simulation.network import pathway_of

    found = [
        network_figure(pathway_of(composed.network, composed.scenario, pathway.name))
        for pathway in composed.scenario.pathways
    ]
    strongest = next((row.endpoint for row in _strongest(sensed)), "")
    if strongest:
        found.append(tornado(sensed, strongest, name="tornado", title=f"What {strongest} hangs on"))
    if calibrated is not None:
        from tricyclic.plotting.identifiability import identifiability
        from tricyclic.plotting.misfit import misfit

        by_id = {row.id: row for row in rows}
        known = [item for item in calibrated.misfit if item.id in by_id]
        if known:
            asked_for = [by_id[item.id] for item in known]
            found.append(misfit(asked_for, known, name="misfit", title="Predicted and observed"))
        if len(calibrated.identified) == len(calibrated.priors):
            title = "What the observations say of each parameter"
            found.append(identifiability(calibrated, name="identifiability", title=title))
    return found


def _written(document: Document, file: Path) -> dict[str, bytes]:
    if file.suffix == ".html":
        from tricyclic.reports.html import to_html

        return {str(file): to_html(document).encode("utf-8")}
    if file.suffix == ".pdf":
        from tricyclic.reports.pdf import to_pdf

        return {str(file): to_pdf(document)}
    from tricyclic.core.document import Figure
    from tricyclic.reports.markdown import to_markdown

    folder = f"{file.stem}_figures/"
    drawings = {
        str(file.parent / folder / f"{block.name}.svg"): block.svg.encode("utf-8")
        for block in document.blocks
        if isinstance(block, Figure)
    }
    return {str(file): to_markdown(document, figures_at=folder).encode("utf-8"), **drawings}


JOB = Job("credibility", "Report what stands for and against a scenario", Request, run)
