"""A pathway is drawn completely, at true size, with frames around its compartments, and is legible
for every kind of colour vision.
"""

from __future__ import annotations

import hashlib
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tricyclic.core.network import (
    LINK_KINDS,
    NODE_KINDS,
    Edge,
    Network,
    Node,
    with_common_scale,
)
from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.plotting import style
from tricyclic.plotting.graphviz import render_dot
from tricyclic.plotting.network import network_figure, network_svg, to_dot, typeset
from tricyclic.plotting.node_shapes import (
    COMPARTMENT_COLOURS,
    EDGE_STYLES,
    NODE_STYLES,
    FoldChangeScale,
    OccupancyScale,
)
from tricyclic.simulation.network import pathway_network, scenario_network

library = Library()

SVG = "{http://www.w3.org/2000/svg}"


def synapse() -> Network:
    """The noradrenergic synapse under desipramine, with two loops of feedback."""
    places = (
        ("lc", "locus coeruleus"),
        ("terminal", "noradrenergic terminal"),
        ("fluid", "extracellular fluid"),
        ("post", "postsynaptic neuron"),
    )
    nodes = (
        Node("desipramine", "desipramine", "drug"),
        Node("alpha2S", "somatodendritic alpha2 autoreceptor", "receptor", "lc"),
        Node("NE_LC", "norepinephrine", "transmitter", "lc"),
        Node("firing", "firing", "signal", "lc"),
        Node("TH", "tyrosine hydroxylase", "enzyme", "terminal"),
        Node("store", "vesicles", "process", "terminal"),
        Node("NET", "norepinephrine transporter", "transporter", "terminal"),
        Node("alpha2", "terminal alpha2 autoreceptor", "receptor", "terminal"),
        Node("release", "release", "process", "terminal"),
        Node("NE", "norepinephrine", "transmitter", "fluid"),
        Node("beta1", "beta1 adrenoceptor", "receptor", "post"),
        Node("cAMP", "cAMP", "messenger", "post"),
        Node("CREB", "CREB", "gene", "post"),
    )
    edges = (
        Edge("desipramine", "NET", "binds"),
        Edge("NET", "NE", "inhibits", "clears"),
        Edge("NE_LC", "alpha2S", "activates"),
        Edge("alpha2S", "firing", "inhibits"),
        Edge("firing", "NE_LC", "activates"),
        Edge("firing", "TH", "activates"),
        Edge("firing", "release", "activates"),
        Edge("TH", "store", "activates"),
        Edge("store", "release", "activates"),
        Edge("release", "NE", "converts"),
        Edge("NE", "alpha2", "activates"),
        Edge("alpha2", "release", "inhibits"),
        Edge("NE", "beta1", "activates"),
        Edge("beta1", "cAMP", "activates"),
        Edge("cAMP", "CREB", "activates"),
    )
    return Network("synapse", "Noradrenergic synapse: beta1, Gs and alpha2", nodes, edges, places)


VALUES = {"NE": 3.1, "firing": 0.45, "alpha2": 0.55, "NET": 0.2, "store": 1.0}


class Page:
    """A drawing read back, with the boxes of its nodes and bands on the page [pt]."""

    def __init__(self, svg: str) -> None:
        self.root = ElementTree.fromstring(svg)
        self.nodes: dict[str, tuple[str, tuple[float, float, float, float]]] = {}
        self.edges: list[tuple[str, str]] = []
        self.texts = ["".join(text.itertext()) for text in self.root.iter(f"{SVG}text")]
        move = re.search(
            r'translate\(([\d.-]+) ([\d.-]+)\)(?: scale\(([\d.]+)\))?"><g id="[^"]*graph0"'
            r".*?translate\(([\d.-]+) ([\d.-]+)\)",
            svg,
            re.DOTALL,
        )
        assert move is not None
        self.scale = float(move[3] or 1.0)
        x, y = (
            float(move[1]) + float(move[4]) * self.scale,
            float(move[2]) + float(move[5]) * self.scale,
        )
        for group in self.root.iter(f"{SVG}g"):
            kind, title = group.get("class", ""), group.find(f"{SVG}title")
            if title is None:
                continue
            if kind.startswith("node"):
                points = np.array(list(_points(group))) * self.scale + (x, y)
                low, high = points.min(axis=0), points.max(axis=0)
                self.nodes[title.text or ""] = (
                    kind.split()[-1],
                    (low[0], low[1], high[0], high[1]),
                )
            elif kind.startswith("edge"):
                self.edges.append((kind.split()[-1], title.text or ""))
        self.bands = [
            tuple(float(rect.get(name, "nan")) for name in ("x", "y", "width", "height"))
            for rect in self.root.findall(f"{SVG}rect")
            if rect.get("rx") == "7"
        ]


def _points(group: ElementTree.Element) -> list[tuple[float, float]]:
    corners: list[tuple[float, float]] = []
    for shape in group:
        if shape.tag == f"{SVG}ellipse":
            cx, cy, rx, ry = (float(shape.get(name, "nan")) for name in ("cx", "cy", "rx", "ry"))
            corners += [(cx - rx, cy - ry), (cx + rx, cy + ry)]
        else:
            numbers = [
                float(n)
                for n in re.findall(r"-?[\d.]+", shape.get("points") or shape.get("d") or "")
            ]
            corners += list(zip(numbers[::2], numbers[1::2], strict=True))
    return corners


def in_any_direction(dot_edges: list[tuple[str, str]]) -> set[tuple[str, frozenset[str]]]:
    return {(kind, frozenset(title.split("->"))) for kind, title in dot_edges}


@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_every_node_and_every_link_is_drawn_once_with_its_kind(direction):
    page = Page(network_svg(synapse(), direction=direction))
    assert {name: kind for name, (kind, _) in page.nodes.items()} == {
        n.name: n.kind for n in synapse().nodes
    }
    assert len(page.edges) == len(synapse().edges)
    assert in_any_direction(page.edges) == {
        (e.kind, frozenset((e.start, e.end))) for e in synapse().edges
    }


@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_each_compartment_has_a_frame_around_its_nodes_and_no_others(direction):
    network = synapse()
    page = Page(network_svg(network, direction=direction))
    assert len(page.bands) == len(network.compartments)
    across = 0 if direction == "LR" else 1
    for one, other in pairwise(page.bands):
        assert one[across] + one[across + 2] < other[across], (
            "bands follow each other and do not overlap"
        )
    for (place, _), (x, y, wide, high) in zip(network.compartments, page.bands, strict=True):
        for node in network.nodes:
            left, top, right, bottom = page.nodes[node.name][1]
            inside = x <= left and right <= x + wide and y <= top and bottom <= y + high
            assert inside == (node.compartment == place), f"{node.name} in {place}"


def test_a_link_against_the_order_of_the_rows_ends_at_its_target():
    dot = to_dot(synapse())
    back = re.findall(
        r'^  "(\w+)" -> "(\w+)" \[.*dir="back", arrowtail="(\w+)".*class="(\w+)"\];$',
        dot,
        re.MULTILINE,
    )
    # the autoreceptor lies above the fluid that it measures
    assert ("alpha2", "NE", "normal", "activates") in back
    straight = re.findall(
        r'^  "(\w+)" -> "(\w+)" \[(?!.*dir=).*class="(\w+)"\];$', dot, re.MULTILINE
    )
    drawn = {(end, start, kind) for start, end, _, kind in back} | set(straight)
    assert drawn == {(e.start, e.end, e.kind) for e in synapse().edges}


def test_text_is_eight_points_high_on_a_page_of_174_mm():
    svg = network_svg(synapse())
    page = Page(svg)
    assert float(page.root.get("width", "").removesuffix("pt")) == pytest.approx(
        174 / 25.4 * 72, abs=0.01
    )
    assert page.scale == 1.0
    sizes = {float(size) for size in re.findall(r'font-size="([\d.]+)"', svg)}
    assert sizes <= {8.0, 7.0, 6.5, 6.0}


def test_every_label_fits_inside_its_shape():
    network = synapse().coloured(VALUES)
    svg = network_svg(network, direction="TB")
    page = Page(svg)
    for group in page.root.iter(f"{SVG}g"):
        title = group.find(f"{SVG}title")
        if title is None or not group.get("class", "").startswith("node"):
            continue
        kind, (left, top, right, bottom) = page.nodes[title.text or ""]
        lines = [
            "".join(text.itertext()).replace("\u200b", "") for text in group.iter(f"{SVG}text")
        ]
        widest = max(style.width_mm(line, bold=kind == "drug") for line in lines) / 25.4 * 72
        assert widest + 3 < right - left, title.text
        assert len(lines) * 9.6 < bottom - top + 3, title.text


def test_no_two_shapes_overlap():
    boxes = [box for _, box in Page(network_svg(synapse(), direction="TB")).nodes.values()]
    for n, (left, top, right, bottom) in enumerate(boxes):
        for x0, y0, x1, y1 in boxes[:n]:
            assert right <= x0 or x1 <= left or bottom <= y0 or y1 <= top


def test_the_legend_lists_the_kinds_in_use_and_no_others():
    small = synapse().subnetwork(["NE", "beta1"])
    words = Page(network_svg(small)).texts
    assert {word for word in words if word in (*NODE_KINDS, *LINK_KINDS)} == {
        "transmitter",
        "receptor",
        "activates",
    }
    assert not {"transmitter", "activates"} & set(Page(network_svg(small, legend=False)).texts)
    assert "<TABLE" in to_dot(small)
    assert "<TABLE" not in to_dot(small, legend=False)


def test_every_kind_differs_from_every_other_without_colour():
    looks = [
        (look.shape, look.style, look.double, look.slant, look.fill == look.edge)
        for look in NODE_STYLES.values()
    ]
    assert len(set(looks)) == len(looks) == len(NODE_KINDS) or _only_ellipses_agree(looks)
    ends = [
        tuple(value for name, value in look.dot if name in ("style", "arrowhead"))
        for look in EDGE_STYLES.values()
    ]
    assert len(set(ends)) == len(LINK_KINDS)


def _only_ellipses_agree(looks: list[tuple[object, ...]]) -> bool:
    """Transmitter and messenger are both small molecules: ellipses outside and inside a cell."""
    return (
        sorted(n for n in (looks.count(look) for look in set(looks)) if n > 1) == [2]
        and NODE_STYLES["messenger"].shape == "ellipse"
    )


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_has_the_contrast_of_4_5_that_wcag_requires_on_every_colour():
    for kind, look in NODE_STYLES.items():
        assert contrast(look.fill, look.ink) >= 4.5, kind
    fold = FoldChangeScale(8.0)
    for value in np.geomspace(1 / 8, 8, 49):
        assert contrast(fold.colour(value), fold.ink(value)) >= 4.5, value
    for fill, _ in COMPARTMENT_COLOURS:
        assert contrast(fill, "#4A4A4A") >= 4.5
        for look in EDGE_STYLES.values():
            assert contrast(fill, look.colour) >= 3.0


def test_increase_and_decrease_differ_without_the_green_or_the_red_cone():
    # Machado, Oliveira and Fernandes 2009, severity 1.0, on linear light.
    blind = {
        "deuteranopia": [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
        "protanopia": [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
    }
    fold = FoldChangeScale(4.0)
    for matrix in blind.values():
        for value in (1.5, 2.0, 4.0):
            more, less = (np.array(matrix) @ _linear(fold.colour(v)) for v in (value, 1 / value))
            assert np.abs(more - less).max() > 0.12


def _linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def test_the_scale_is_even_in_logarithms_white_at_one_and_contains_all_values():
    fold = FoldChangeScale.of(synapse().coloured(VALUES))
    assert fold is not None
    assert fold.maximum == 8.0  # the transporter is at a fifth
    assert fold.position(1.0) == 0
    assert fold.position(2.0) == pytest.approx(1 / 3) == -fold.position(0.5)
    assert fold.position(0.0) == -1
    assert luminance(fold.colour(1.0)) > 0.95
    for rising in (np.geomspace(1, 8, 9), np.geomspace(1, 1 / 8, 9)):
        light = [luminance(fold.colour(value)) for value in rising]
        assert all(one > other for one, other in pairwise(light))
    assert [label for _, label in fold.ticks] == ["1/8", "1/4", "1/2", "1", "2 ×", "4 ×", "8 ×"]


def test_networks_with_a_common_limit_have_the_same_colours():
    small, large = synapse().coloured({"NE": 1.5}), synapse().coloured({"NE": 30.0})
    one, other = (FoldChangeScale.of(network) for network in with_common_scale((small, large)))
    assert one == other == FoldChangeScale(32.0)
    assert FoldChangeScale.of(small) == FoldChangeScale(2.0)


def test_an_occupied_target_darkens_evenly_in_the_colour_of_drugs():
    scale = OccupancyScale()
    shares = np.linspace(0, 1, 21)
    light = [luminance(scale.colour(share)) for share in shares]
    assert all(one > other for one, other in pairwise(light))
    assert scale.colour(1.0) == NODE_STYLES["drug"].fill
    for share in shares:
        assert contrast(scale.colour(share), scale.ink(share)) >= 4.5, share


def test_a_change_of_two_per_cent_stays_pale():
    fold = FoldChangeScale.of(synapse().coloured({"NE": 1.02}))
    assert fold is not None
    assert luminance(fold.colour(1.02)) > 0.9


def test_a_value_is_written_below_its_label_and_colours_only_its_shape():
    coloured = synapse().coloured(VALUES)
    page = Page(network_svg(coloured))
    assert {"3.1 ×", "0.45 ×", "0.55 ×", "0.20 ×", "1.0 ×"} <= set(page.texts)
    dot, fold = to_dot(coloured), FoldChangeScale.of(coloured)
    assert fold is not None
    for name, value in VALUES.items():
        assert re.search(rf'^ *"{name}" \[.*fillcolor="{fold.colour(value)}"', dot, re.MULTILINE)
    assert re.search(
        rf'^ *"TH" \[.*fillcolor="#ECECEC", color="{NODE_STYLES["enzyme"].edge}"', dot, re.MULTILINE
    )


@pytest.mark.parametrize(
    ("plain", "set_"),
    [
        ("beta1 adrenoceptor", "β₁ adrenoceptor"),
        ("terminal alpha2 autoreceptor", "terminal α₂ autoreceptor"),
        ("alpha-2A", "α₂A"),
        ("sigma-1 receptor", "σ₁ receptor"),
        ("Ca2+", "Ca²⁺"),
        ("IP3", "IP₃"),
        ("IP3R", "IP3R"),
        ("IP3 receptor", "IP₃ receptor"),
        ("PLCgamma", "PLCγ"),
        ("PLCgamma1", "PLCγ₁"),
        ("PIP2", "PIP₂"),
        ("5-HT1A", "5-HT₁A"),
        ("α2", "α₂"),
        ("beta blocker", "β blocker"),
        ("alphabet", "alphabet"),
        ("sigmoid", "sigmoid"),
        ("cAMP", "cAMP"),
    ],
)
def test_names_in_ascii_get_greek_letters_and_indices(plain, set_):
    assert typeset(plain) == set_


def test_the_letter_of_a_g_protein_is_a_subscript_and_stays_in_the_word():
    small = Network(
        "g", "Gq and Gi", tuple(Node(n, n, "enzyme") for n in ("Gs", "Gi", "Gq", "Gsk3"))
    )
    svg = network_svg(small)
    assert svg.count('<tspan font-size="75%"') == 5  # three labels, two in the title
    assert {"Gs", "Gi", "Gq", "Gsk3"} <= {text.replace("\u200b", "") for text in Page(svg).texts}


def test_special_characters_of_dot_and_xml_are_drawn_unchanged():
    odd = 'a "b" <c> & \\N %d {e|f}'
    network = Network(
        'x"; y',
        "T & <T>",
        (Node(odd, odd, "process", 'p"'), Node("z", "", "gene")),
        (Edge(odd, "z", "binds", "<&>"),),
        (('p"', 'q & "r"'),),
    )
    page = Page(network_svg(network))
    assert set(page.nodes) == {odd, "z"}
    words = " ".join(page.texts)
    assert "T & <T>" in words
    assert 'q & "r"' in words
    assert " ".join(words.split()).count("{e|f}") == 1
    assert render_dot(to_dot(network))


def test_the_drawing_is_the_same_bytes_in_another_process():
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import hashlib, runpy; "
        "names = runpy.run_path(sys.argv[2]); "
        "svg = names['network_svg'](names['synapse']().coloured(names['VALUES'])); "
        "print(hashlib.sha256(svg.encode()).hexdigest())"
    )
    other = subprocess.run(
        [sys.executable, "-c", program, ".", __file__],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "2", "PYTHONPATH": ":".join(sys.path), "HOME": "/"},
    ).stdout
    svg = network_svg(synapse().coloured(VALUES))
    assert other.strip() == hashlib.sha256(svg.encode()).hexdigest()


def test_two_diagrams_of_one_page_share_no_id():
    one = re.findall(r'\sid="([^"]+)"', network_svg(synapse()))
    two = re.findall(r'\sid="([^"]+)"', network_svg(replace(synapse(), name="other")))
    assert one
    assert len(one) == len(set(one))
    assert all(name.startswith("synapse-") for name in one)
    assert not set(one) & set(two)


def test_the_alternative_text_lists_every_link():
    figure = network_figure(synapse())
    assert "norepinephrine transporter inhibits norepinephrine" in figure.alt
    assert "release becomes norepinephrine" in figure.alt
    assert figure.svg.startswith('<svg role="img" aria-label="Noradrenergic synapse')
    assert (figure.name, figure.width) == ("synapse", "full")
    assert network_figure(synapse(), width="column").width == "half"


def test_a_row_too_wide_for_the_page_is_broken_so_that_it_stays_legible():
    many = tuple(Node(f"r{n}", f"receptor number {n}", "receptor", "membrane") for n in range(40))
    page = Page(
        network_svg(Network("many", "", many, (), (("membrane", "membrane"),)), direction="TB")
    )
    assert 8.0 * page.scale >= 5.0
    assert len({round(top) for _, (_, top, _, _) in page.nodes.values()}) > 5


def test_a_network_without_a_node_and_an_unknown_direction_are_refused():
    with pytest.raises(InputError, match=r"^network empty: has no node to draw\.$"):
        network_svg(Network("empty", "", ()))
    with pytest.raises(
        InputError, match=r"^network synapse: direction is 'up'\. It is 'TB' or 'LR'\.$"
    ):
        to_dot(synapse(), direction="up")  # type: ignore[arg-type]


def pathways() -> list[tuple[str, str]]:
    return [
        (name, pathway.name)
        for name in library.scenario_names
        for pathway in library.scenario(name).pathways
    ]


@pytest.mark.parametrize(("scenario_name", "pathway_name"), pathways())
def test_every_pathway_of_the_library_is_drawn_whole_and_can_be_read(scenario_name, pathway_name):
    scenario = library.scenario(scenario_name)
    drugs = {
        name: library.drugs[name] for name in ("imipramine", "desipramine") if name in library.drugs
    }
    whole = scenario_network(scenario, scenario.components, library.mechanisms, drugs)
    network = pathway_network(whole, scenario, pathway_name)
    page = Page(network_svg(network))
    assert set(page.nodes) == {node.name for node in network.nodes}
    assert len(page.edges) == len(set(network.edges))
    assert 8.0 * page.scale >= 5.0, "letters under five points"
    assert math.isfinite(page.scale)
