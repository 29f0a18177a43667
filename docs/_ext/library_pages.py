"""A page for each mechanism, scenario and drug of the library, written when the documentation is
built.

The pages are made from the files that are simulated: equations, symbols and values with their
sources, limitations, and the pathways as diagrams.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from page_figures import keep_empty
from registry_tables import cell, plain
from sphinx.application import Sphinx

from tricyclic.core.certainty import FROM_MEMORY
from tricyclic.core.constant import Constant
from tricyclic.core.drug import Drug
from tricyclic.core.mechanism import Mechanism
from tricyclic.core.model_unit import MODEL_UNITS
from tricyclic.core.scenario import Scenario
from tricyclic.io.library.evidence import sources
from tricyclic.io.library.library import Library

library = Library()

# Certainties that the pages emphasise.
UNCERTAIN = {"assumed", "initial value", FROM_MEMORY}

ABOUT = {
    "mechanisms": "One page per file of `data/mechanisms`: equations, symbols, values with their "
    "sources, limitations.",
    "scenarios": "One page per file of `data/scenarios`: diagrams, observables, binding sites, "
    "components and wires.",
    "drugs": "One page per file of `data/drugs`: kinetics, affinities and efficacies, each with "
    "its source; `rat` or `human` where a value is valid for one species only.",
}
# Drugs that are drawn at the binding sites of a pathway: by scenario, or by system.
GIVEN = {
    "animal": "desipramine 10 mg/kg ip",
    "culture": "imipramine 1 uM bath for 48 h",
    "bdnf_glutamate": "imipramine 1 uM bath for 48.25 h; BDNF 50 ng/mL bath at 48 h for 0.25 h",
    "ngf_neurites": "imipramine 10 uM bath for 96 h; NGF 2.5 ng/mL bath for 96 h",
}
# The example of docs/pathways.md.
COLOURED: dict[str, Any] = {
    "scenario": "noradrenergic_synapse",
    "pathway": ("gs",),
    "drug": "desipramine",
    "dose": "10 mg/kg",
    "route": "ip",
    "at": "1 h",
}


def write_pages(app: Sphinx) -> None:
    """Write all pages under docs/library/."""
    place = Path(app.srcdir) / "library"
    known = sources()
    scenarios = {name: library.scenario(name) for name in library.scenario_names}
    pages_by_kind: dict[str, dict[str, Iterable[str]]] = {
        "mechanisms": {
            name: mechanism_page(mechanism, scenarios.values())
            for name, mechanism in library.mechanisms.items()
        },
        "scenarios": {name: scenario_page(scenario) for name, scenario in scenarios.items()},
        "drugs": {name: drug_page(drug) for name, drug in library.drugs.items()},
    }
    descriptions: dict[str, dict[str, str]] = {
        "mechanisms": {name: one.description for name, one in library.mechanisms.items()},
        "scenarios": {name: one.title for name, one in scenarios.items()},
        "drugs": {name: one.description for name, one in library.drugs.items()},
    }
    for kind, pages in pages_by_kind.items():
        (place / kind).mkdir(parents=True, exist_ok=True)
        for old in (place / kind).glob("*.md"):
            if old.stem not in pages:
                old.unlink()
        for name, lines in pages.items():
            text = "\n".join(lines) + "\n"
            text = re.sub(r"\[source:(\w+)\]", lambda match: cited(match[1], known), text)
            keep(place / kind / f"{name}.md", text)
        keep(place / kind / "index.md", "\n".join(index_page(kind, descriptions[kind])) + "\n")
    if app.config.draw_pictures:
        drawings(place / "scenarios", scenarios)
        return
    for name in names_of_drawings(scenarios):
        keep_empty(place / "scenarios" / name)


def index_page(kind: str, descriptions: dict[str, str]) -> Iterable[str]:
    """The list of all pages of a kind, each with its first sentence."""
    yield from (f"# {kind.capitalize()}", "", ABOUT[kind], "")
    yield from (f"| {kind[:-1]} | |", "| --- | --- |")
    for name, description in sorted(descriptions.items()):
        first = re.split(r"(?<=[.]) ", " ".join(description.split()))[0]
        yield f"| [{name}]({name}.md) | {cell(first)} |"
    yield from ("", "```{toctree}", ":hidden:", "", *sorted(descriptions), "```")


def mechanism_page(mechanism: Mechanism, scenarios: Iterable[Scenario]) -> Iterable[str]:
    """The page of a mechanism."""
    yield from (
        f"# {mechanism.name}",
        "",
        plain(mechanism.description),
        "",
        "## Equations",
        "",
        "```text",
    )
    yield from (equation(statement) for statement in mechanism.body)
    yield from ("```", "", "## Symbols", "")
    yield from ("| symbol | kind | unit | description |", "| --- | --- | --- | --- |")
    kinds = {
        "in": "input",
        "out": "output",
        "state": "state",
        "species": "state (species)",
        "local": "computed",
    }
    for port in mechanism.ports:
        row = (f"`{port.name}`", kinds[port.kind], unit(port.unit), cell(port.description))
        yield f"| {' | '.join(row)} |"
    yield from ("", "## Values", "")
    yield from values_table(mechanism.constants, "species")
    if mechanism.limitations:
        yield from (
            "",
            "## Limitations",
            "",
            *(f"- {plain(text)}" for text in mechanism.limitations),
        )
    uses = [
        f"[{scenario.name}](../scenarios/{scenario.name}.md) as "
        + ", ".join(
            f"`{part.name}`" for part in scenario.components if part.mechanism == mechanism.name
        )
        for scenario in scenarios
        if any(part.mechanism == mechanism.name for part in scenario.components)
    ]
    if uses:
        yield from ("", "## Used in", "", *(f"- {use}" for use in uses))
    if mechanism.identifiers:
        yield from ("", "## Identifiers", "")
        yield from (f"- `{symbol}`: {identifier}" for symbol, identifier in mechanism.identifiers)


def scenario_page(scenario: Scenario) -> Iterable[str]:
    """The page of a scenario."""
    yield from (
        f"# {scenario.name}",
        "",
        f"**{plain(scenario.title)}.** {plain(scenario.description)}",
        "",
    )
    routes = ", ".join(f"`{route}`" for route in scenario.routes)
    yield from (f"Species: {scenario.species}. Routes: {routes}.", "")
    for pathway in scenario.pathways:
        yield from (
            f"## {plain(pathway.title)}",
            "",
            f"![{plain(pathway.title)}]({scenario.name}_{pathway.name}.svg)",
            "",
        )
    yield from (
        "## Observables",
        "",
        "| name | quantity | unit | description |",
        "| --- | --- | --- | --- |",
    )
    for one in scenario.observables:
        description = cell(one.description)
        yield f"| `{one.name}` | `{one.quantity}` | {plain(one.unit)} | {description} |"
    yield from (
        "",
        "## Binding sites",
        "",
        "| site | target | fluid | description |",
        "| --- | --- | --- | --- |",
    )
    for site in scenario.binding_sites:
        yield f"| `{site.name}` | {plain(site.target)} | {site.fluid} | {cell(site.description)} |"
    yield from (
        "",
        "## Components",
        "",
        "| component | mechanism | wired to |",
        "| --- | --- | --- |",
    )
    for part in scenario.components:
        wires = ", ".join(f"`{port}` = `{wire}`" for port, wire in part.wires.items())
        yield f"| `{part.name}` | [{part.mechanism}](../mechanisms/{part.mechanism}.md) | {wires} |"


def drug_page(drug: Drug) -> Iterable[str]:
    """The page of a drug."""
    yield from (f"# {drug.name}", "", plain(drug.description), "")
    identifiers = [row for row in drug.constants if row.unit == "identifier" and row.name != "name"]
    if identifiers:
        yield from (", ".join(f"{row.name}: {row.text}" for row in identifiers), "")
    yield from values_table([row for row in drug.constants if row.unit != "identifier"], "species")


def values_table(constants: Sequence[Constant], species_heading: str) -> Iterable[str]:
    """Values with range, source and certainty, and other published values."""
    yield from (
        f"| name | {species_heading} | value | description | from |",
        "| --- | --- | --- | --- | --- |",
    )
    for first in constants:
        for k, row in enumerate((first, *first.alternatives)):
            prefix = "*also published, not used:* " if k else ""
            certainty = f"**{row.certainty}**" if row.certainty in UNCERTAIN else row.certainty
            origin = [f"[source:{row.source}]"] if row.source else []
            origin += [certainty + (", free in calibration" if row.free else "")]
            limits = f"<br>{row.low:g} to {row.high:g}" if math.isfinite(row.low + row.high) else ""
            yield (
                f"| `{row.name}` | {row.applies_to} | {row.value:g} {unit(row.unit)}{limits} "
                f"| {prefix}{cell(row.description)} | {'; '.join(origin)} |"
            )


def equation(statement: str) -> str:
    """A statement of Antimony in the usual notation."""
    if ":=" in statement:
        return statement.replace(":=", "=")
    rate = re.match(r"^(\w+)\s*'\s*=\s*(.*)$", statement)
    if rate:
        return f"d{rate[1]}/dt = {rate[2]}"
    if "->" in statement:
        return statement
    symbol, _, value = statement.partition("=")
    return f"{symbol.strip()}(0) ={value}"


def unit(name: str) -> str:
    """A unit in the usual notation."""
    return MODEL_UNITS[name].label


def cited(key: str, known: dict[str, Any]) -> str:
    """A source with its address, for a table cell."""
    source = known[key]
    address = f"https://doi.org/{source.doi}" if source.doi else source.address
    text = cell(source.citation)
    return f"[{text}](<{address}>)" if address else text


def names_of_drawings(scenarios: dict[str, Scenario]) -> Iterable[str]:
    """Files that `drawings` writes."""
    yield from (f"coloured_{name}.svg" for name in COLOURED["pathway"])
    for name, scenario in scenarios.items():
        yield from (f"{name}_{pathway.name}.svg" for pathway in scenario.pathways)


def drawings(place: Path, scenarios: dict[str, Scenario]) -> None:
    """Draw every pathway with the drugs of the guides, and one coloured by a simulation."""
    from tricyclic.plotting.network import network_svg
    from tricyclic.reports.files.model_exports import diagram_files
    from tricyclic.simulation.compose import compose
    from tricyclic.simulation.dosing import parse_all_dosing
    from tricyclic.simulation.network import pathway_network
    from tricyclic.workflows.model import diagram
    from tricyclic.workflows.model.options import DiagramOptions

    # The simulation comes first: the compiler of the solver does not start after the engine of the
    # diagrams.
    result = diagram.run(DiagramOptions(**COLOURED))
    for file, data in diagram_files(result).items():
        if file.endswith(".svg"):
            keep(place / f"coloured_{Path(file).name}", data.decode("utf-8"))
    mechanisms, drugs = library.mechanisms, library.drugs
    for name, scenario in scenarios.items():
        if not scenario.pathways:
            continue
        words = GIVEN.get(name, GIVEN[scenario.system])
        network = compose(
            scenario, mechanisms, drugs, parse_all_dosing(words, scenario, drugs)
        ).network
        for pathway in scenario.pathways:
            keep(
                place / f"{name}_{pathway.name}.svg",
                network_svg(pathway_network(network, scenario, pathway.name)),
            )


def keep(file: Path, text: str) -> None:
    """Write a file where its text has changed, so that unchanged pages are not built again."""
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the pages before Sphinx reads the folder."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}
