"""A page for each mechanism, scenario and drug of the library, written when the documentation is built.

The pages are made of the very files that are simulated: equations, symbols and values with their sources,
what a mechanism leaves out, and the pathways as drawings. A new file has its page by being there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from shelf_tables import cell, plain
from sphinx.application import Sphinx

from tricyclic.core.constant import Constant
from tricyclic.core.drug import Drug
from tricyclic.core.mechanism import Mechanism
from tricyclic.core.model_unit import MODEL_UNITS
from tricyclic.core.scenario import Scenario
from tricyclic.io.library import mechanisms as library
from tricyclic.io.library.protocols import sources

SURE = {
    "read": "read",
    "recalled": "**recalled, not read**",
    "guide": "from a guide",
    "derived": "derived",
    "assumed": "**assumed**",
    "start": "**start value**",
}

ABOUT = {
    "mechanisms": "One page per file of `library/mechanisms`: equations, symbols, values with their sources, what it leaves out.",
    "scenarios": "One page per file of `library/scenarios`: diagrams, what is watched, where ligands act, parts and wires.",
    "drugs": "One page per file of `library/drugs`: kinetics, affinities and efficacies, each with its source; `rat` or `human` "
    "where a value holds for one of them only.",
}
# Who is drawn at the sites of a pathway: by scenario, or by where it plays.
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
    scenarios = {name: library.scenario(name) for name in library.scenario_names()}
    shelves: dict[str, dict[str, Iterable[str]]] = {
        "mechanisms": {
            name: mechanism_page(mechanism, scenarios.values())
            for name, mechanism in library.mechanisms().items()
        },
        "scenarios": {name: scenario_page(scenario) for name, scenario in scenarios.items()},
        "drugs": {name: drug_page(drug) for name, drug in library.drugs().items()},
    }
    said: dict[str, dict[str, str]] = {
        "mechanisms": {name: one.says for name, one in library.mechanisms().items()},
        "scenarios": {name: one.title for name, one in scenarios.items()},
        "drugs": {name: one.says for name, one in library.drugs().items()},
    }
    for shelf, pages in shelves.items():
        (place / shelf).mkdir(parents=True, exist_ok=True)
        for old in (place / shelf).glob("*.md"):
            if old.stem not in pages:
                old.unlink()
        for name, lines in pages.items():
            text = "\n".join(lines) + "\n"
            text = re.sub(r"\[source:(\w+)\]", lambda match: cited(match[1], known), text)
            keep(place / shelf / f"{name}.md", text)
        keep(place / shelf / "index.md", "\n".join(index_page(shelf, said[shelf])) + "\n")
    drawings(place / "scenarios", scenarios)


def index_page(shelf: str, said: dict[str, str]) -> Iterable[str]:
    """A shelf as a table: each thing and its first sentence."""
    yield from (f"# {shelf.capitalize()}", "", ABOUT[shelf], "")
    yield from (f"| {shelf[:-1]} | |", "| --- | --- |")
    for name, says in sorted(said.items()):
        yield f"| [{name}]({name}.md) | {cell(re.split(r'(?<=[.]) ', ' '.join(says.split()))[0])} |"
    yield from ("", "```{toctree}", ":hidden:", "", *sorted(said), "```")


def mechanism_page(mechanism: Mechanism, scenarios: Iterable[Scenario]) -> Iterable[str]:
    """Tell one mechanism."""
    yield from (f"# {mechanism.name}", "", plain(mechanism.says), "", "## Equations", "", "```text")
    yield from (equation(statement) for statement in mechanism.body)
    yield from ("```", "", "## Symbols", "")
    yield from ("| symbol | is | unit | what it is |", "| --- | --- | --- | --- |")
    kinds = {
        "in": "comes in",
        "out": "goes out",
        "state": "state",
        "species": "state (species)",
        "local": "computed",
    }
    for port in mechanism.ports:
        yield f"| `{port.name}` | {kinds[port.kind]} | {unit(port.unit)} | {cell(port.says)} |"
    yield from ("", "## Values", "")
    yield from values_table(mechanism.constants, "holds for")
    if mechanism.lacks:
        yield from (
            "",
            "## What it does not do",
            "",
            *(f"- {plain(text)}" for text in mechanism.lacks),
        )
    uses = [
        f"[{scenario.name}](../scenarios/{scenario.name}.md) as "
        + ", ".join(f"`{part.name}`" for part in scenario.parts if part.mechanism == mechanism.name)
        for scenario in scenarios
        if any(part.mechanism == mechanism.name for part in scenario.parts)
    ]
    if uses:
        yield from ("", "## Where it is used", "", *(f"- {use}" for use in uses))
    if mechanism.identifiers:
        yield from ("", "## In public databases", "")
        yield from (f"- `{symbol}`: {identifier}" for symbol, identifier in mechanism.identifiers)


def scenario_page(scenario: Scenario) -> Iterable[str]:
    """Tell one scenario."""
    yield from (
        f"# {scenario.name}",
        "",
        f"**{plain(scenario.title)}.** {plain(scenario.says)}",
        "",
    )
    yield from (
        f"Species: {scenario.species}. Routes: {', '.join(f'`{route}`' for route in scenario.routes)}.",
        "",
    )
    for pathway in scenario.pathways:
        yield from (
            f"## {plain(pathway.title)}",
            "",
            f"![{plain(pathway.title)}]({scenario.name}_{pathway.name}.svg)",
            "",
        )
    yield from (
        "## What is watched",
        "",
        "| name | quantity | unit | what it is |",
        "| --- | --- | --- | --- |",
    )
    for watch in scenario.watches:
        yield f"| `{watch.name}` | `{watch.quantity}` | {plain(watch.unit)} | {cell(watch.says)} |"
    yield from (
        "",
        "## Where ligands act",
        "",
        "| site | target | fluid | what it is |",
        "| --- | --- | --- | --- |",
    )
    for site in scenario.sites:
        yield f"| `{site.name}` | {plain(site.target)} | {site.fluid} | {cell(site.says)} |"
    yield from (
        "",
        "## Parts and wires",
        "",
        "| part | mechanism | wired to |",
        "| --- | --- | --- |",
    )
    for part in scenario.parts:
        wires = ", ".join(f"`{port}` = `{wire}`" for port, wire in part.wires.items())
        yield f"| `{part.name}` | [{part.mechanism}](../mechanisms/{part.mechanism}.md) | {wires} |"


def drug_page(drug: Drug) -> Iterable[str]:
    """Tell one drug."""
    yield from (f"# {drug.name}", "", plain(drug.says), "")
    identifiers = [row for row in drug.constants if row.unit == "identifier" and row.name != "name"]
    if identifiers:
        yield from (", ".join(f"{row.name}: {row.text}" for row in identifiers), "")
    yield from values_table([row for row in drug.constants if row.unit != "identifier"], "species")


def values_table(constants: Sequence[Constant], holds_for: str) -> Iterable[str]:
    """Tell values, each with its range, source and certainty, and what else is published."""
    yield from (
        f"| name | {holds_for} | value | what it is | from |",
        "| --- | --- | --- | --- | --- |",
    )
    for first in constants:
        for k, row in enumerate((first, *first.also)):
            says = row.says if k == 0 else f"*also published, not used:* {cell(row.says)}"
            origin = [f"[source:{row.source}]"] if row.source else []
            origin += [SURE[row.certainty] + (", free in calibration" if row.free else "")]
            limits = f"<br>{row.low:g} to {row.high:g}" if math.isfinite(row.low + row.high) else ""
            yield (
                f"| `{row.name}` | {row.holds_for} | {row.value:g} {unit(row.unit)}{limits} "
                f"| {cell(says) if k == 0 else says} | {'; '.join(origin)} |"
            )


def equation(statement: str) -> str:
    """A statement of Antimony as people write it."""
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
    """A unit as people write it."""
    return MODEL_UNITS[name].says


def cited(key: str, known: dict[str, Any]) -> str:
    """A source with its address, for a table cell."""
    source = known[key]
    address = f"https://doi.org/{source.doi}" if source.doi else source.address
    text = cell(source.citation)
    return f"[{text}](<{address}>)" if address else text


def drawings(place: Path, scenarios: dict[str, Scenario]) -> None:
    """Draw every pathway of every scenario with the drugs of the guides at its sites, and one coloured by a simulation."""
    from tricyclic.jobs import diagram
    from tricyclic.plotting.network import network_svg
    from tricyclic.simulation.compose import compose
    from tricyclic.simulation.dosing import regimens_of
    from tricyclic.simulation.network import pathway_of

    # The simulation comes first: the solver's compiler and the engine of the drawings do not start in any order.
    work = diagram.run(diagram.Request(**COLOURED, to="."))
    try:
        while True:
            next(work)
    except StopIteration as end:
        for file, data in end.value.to_write.items():
            if file.endswith(".svg"):
                keep(place / f"coloured_{Path(file).name}", data.decode("utf-8"))
    parts, drugs = library.mechanisms(), library.drugs()
    for name, scenario in scenarios.items():
        if not scenario.pathways:
            continue
        words = GIVEN.get(name, GIVEN[scenario.system])
        network = compose(scenario, parts, drugs, regimens_of(words, scenario, drugs)).network
        for pathway in scenario.pathways:
            keep(
                place / f"{name}_{pathway.name}.svg",
                network_svg(pathway_of(network, scenario, pathway.name)),
            )


def keep(file: Path, text: str) -> None:
    """Write a file where its text has changed, so that nothing is built twice."""
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the pages before Sphinx looks for them."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}
