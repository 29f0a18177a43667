"""Every arrow of a diagram agrees with the equations of the composed scenario.

A link states that its end rises (or falls) with its start. It is tested at many points of a dosed
run with randomly changed states: only the start is changed, the rules of the component are
evaluated again, and everything else is kept constant.
"""

from __future__ import annotations

import functools
import math
import re
from types import CodeType

import numpy as np
import pytest

from tricyclic.core.mechanism import DiagramEdge, Mechanism
from tricyclic.core.scenario import Component
from tricyclic.io.library.drugs import drugs
from tricyclic.io.library.mechanisms import mechanisms
from tricyclic.io.library.scenarios import scenario, scenario_names
from tricyclic.simulation.antimony import symbols
from tricyclic.simulation.components import all_components
from tricyclic.simulation.compose import compose
from tricyclic.simulation.dosing import parse_all_dosing
from tricyclic.simulation.run import Simulator

MECHANISMS, DRUGS = dict(mechanisms()), dict(drugs())
# Ligands for every site: blockers and agonists, by more than one route.
GIVEN = {
    (
        "animal",
        "rat",
    ): "imipramine 5 mg/kg ip; clonidine 0.01 mg/kg ip; desipramine 5 mg/kg/d pump for 48 h",
    ("animal", "human"): "imipramine 0.7 mg/kg po; desipramine 0.7 mg/kg po",
    (
        "culture",
        "rat",
    ): "imipramine 1 uM bath for 48 h; BDNF 10 ng/mL bath for 48 h; NGF 10 ng/mL bath for 48 h; "
    "U73122 0.3 uM bath for 48 h; xestospongin_c 0.3 uM bath for 48 h",
}
FUNCTIONS = {"abs": abs, "exp": math.exp, "sqrt": math.sqrt, "ln": math.log}
POINTS = 12


@functools.cache
def dosed(name: str) -> tuple[tuple[Component, ...], list[dict[str, float]]]:
    """Components of a dosed scenario, and values of all its quantities at points of the run."""
    chosen = scenario(name)
    dosing = parse_all_dosing(GIVEN[chosen.system, chosen.species], chosen, DRUGS)
    composed = compose(chosen, MECHANISMS, DRUGS, dosing)
    parts, _ = all_components(chosen, composed.drugs, dosing)
    simulator = Simulator(composed)
    quantities = list(composed.quantities)
    last = 0.5 if name == "calcium_minutes" else 40.0
    table = simulator.run(np.linspace(0.0, last, POINTS) ** 2 / last, quantities)
    return tuple(parts), [dict(zip(quantities, row.tolist(), strict=True)) for row in table]


def code(expression: str, name_of: dict[str, str]) -> CodeType:
    """An expression of a mechanism, compiled for quantities with their full names."""
    plain = re.sub(
        r"(?<![\w.])[A-Za-z_][\w.]*",
        lambda match: (
            match[0] if match[0] in FUNCTIONS else f"q[{name_of.get(match[0], match[0])!r}]"
        ),
        expression,
    )
    return compile(plain.replace("^", "**").strip(), expression, "eval")


class Use:
    """One component: its wires, its rules in order of evaluation, and its rates."""

    def __init__(self, part: Component) -> None:
        self.part, mechanism = part, MECHANISMS[part.mechanism]
        own = {port.name: f"{part.name}.{port.name}" for port in mechanism.ports}
        own |= {row.name: f"{part.name}.{row.name}" for row in mechanism.constants}
        for line in mechanism.body:
            own |= {
                name: f"{part.name}.{name}"
                for name in symbols(line.replace("'", " "))
                if name not in own
            }
        self.wires = [(own[port], code(wire, {})) for port, wire in part.wires.items()]
        rules: dict[str, str] = {}
        self.rates: dict[str, list[tuple[float, CodeType]]] = {}
        for line in mechanism.body:
            if "->" in line:
                (sides, rate) = line.partition(":")[2].split(";")
                rate = re.sub(r"\bplace\s*\*", "", rate)
                for sign, side in zip((-1.0, 1.0), sides.split("->"), strict=True):
                    if side.strip():
                        self.rates.setdefault(own[side.strip()], []).append((sign, code(rate, own)))
            elif ":=" in line:
                left, right = line.split(":=")
                rules[left.strip()] = right
            elif "'" in line.split("=")[0]:
                left, right = line.split("=", 1)
                self.rates.setdefault(own[left.strip(" '")], []).append((1.0, code(right, own)))
        self.rules = []
        while rules:
            ready = [name for name in rules if not set(symbols(rules[name])) & set(rules)]
            assert ready, f"{part.name}: rules in a circle"
            self.rules += [(own[name], code(rules.pop(name), own)) for name in ready]

    def answer(self, values: dict[str, float], changed: str, to: float, end: str) -> float:
        """The end of a link, or its rate if it is a state, with one quantity changed."""
        q = values | {changed: to}
        for name, rule in (*self.wires, *self.rules):
            if name != changed:
                q[name] = eval(rule, FUNCTIONS, {"q": q})
        if end in self.rates:
            return sum(sign * eval(rate, FUNCTIONS, {"q": q}) for sign, rate in self.rates[end])
        return q[end]


def slopes(use: Use, link: DiagramEdge, source: str, points: list[dict[str, float]]) -> list[float]:
    """Change of the end with its start, relative to both, at each point with changed states."""
    rng = np.random.default_rng(7)
    relative = []
    end = f"{use.part.name}.{link.end}"
    for point in points:
        for _ in range(4):
            values = dict(point)
            for state in use.rates:
                values[state] *= rng.uniform(0.7, 1.3)
            base = (
                use.answer(values, "", 0.0, source)
                if any(source == name for name, _ in use.rules)
                else values[source]
            )
            step = max(1e-5 * abs(base), 1e-7)
            low, high = (use.answer(values, source, base + side * step, end) for side in (-1, 1))
            relative.append((high - low) / max(abs(high), abs(low), 1e-12))
    return relative


def opened(use: Use, point: dict[str, float]) -> dict[str, float]:
    """The same point with parameters of the component that are 0 set above 0."""
    own = f"{use.part.name}."
    ports = {own + port.name for port in MECHANISMS[use.part.mechanism].ports if port.kind != "in"}
    shut = {
        name
        for name, value in point.items()
        if name.startswith(own) and name not in ports and value == 0
    }
    return point | dict.fromkeys(shut, 0.3)


def links_of(name: str) -> list[tuple[Component, Mechanism, DiagramEdge]]:
    parts, _ = dosed(name)
    return [
        (part, MECHANISMS[part.mechanism], link)
        for part in parts
        for link in MECHANISMS[part.mechanism].diagram_edges
    ]


@pytest.mark.parametrize("name", scenario_names())
def test_every_arrow_has_the_sign_of_the_equations(name):
    _, points = dosed(name)
    uses: dict[str, Use] = {}
    wrong, tried = [], 0
    for part, mechanism, link in links_of(name):
        use = uses.setdefault(part.name, Use(part))
        port = mechanism.port(link.start)
        unwired = port is not None and port.kind == "in" and link.start not in part.wires
        sources = (
            symbols(part.wires[link.start])
            if link.start in part.wires
            else (f"{part.name}.{link.start}",)
        )
        for source in sources:
            if unwired and source not in points[0]:
                continue  # a port without wire and without value is not drawn
            sign = -1.0 if link.kind == "inhibits" else 1.0
            signed = [sign * slope for slope in slopes(use, link, source, points)]
            if not any(signed):
                # A parameter of 0 closes this path, such as the share of an enzyme that does not
                # metabolise the drug.
                open_points = [opened(use, point) for point in points]
                signed = [sign * slope for slope in slopes(use, link, source, open_points)]
            tried += 1
            if min(signed) < -1e-7 or max(signed) < 1e-9:
                wrong.append(
                    f"{part.name}: {source} -> {link.end} {link.kind}: "
                    f"{min(signed):.1e} to {max(signed):.1e}"
                )
    assert not wrong, "\n".join(wrong)
    assert tried > 5


def test_a_wrong_arrow_would_be_detected():
    _, points = dosed("noradrenergic_synapse")
    part = next(part for part in dosed("noradrenergic_synapse")[0] if part.name == "net_cortex")
    (load,) = symbols(part.wires["load"])
    assert max(slopes(Use(part), DiagramEdge("load", "uptake", "activates"), load, points)) < 0
    assert (
        min(
            slopes(
                Use(part),
                DiagramEdge("density", "uptake", "activates"),
                "net_cortex_density.density",
                points,
            )
        )
        > 0
    )
