"""Shape and colour of each kind of node and link, and the colours of a fold change.

Outlines and lines have Okabe and Ito's colours, darkened where text or thin lines need it. Every
kind also has its own shape or line, so that colour is never the only sign.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from tricyclic.core.network import LinkKind, Network, NodeKind
from tricyclic.plotting.style import INK

# Fill and frame of the compartments, outermost first.
COMPARTMENT_COLOURS = (
    ("#F3F7FB", "#B7CBDD"),
    ("#FBF6EC", "#DCC9A3"),
    ("#F1F8F4", "#B3D3C2"),
    ("#F7F3FA", "#CDBDDA"),
    ("#F6F6F4", "#C6C6C0"),
    ("#FBF2F2", "#DDBDBD"),
)
UNKNOWN = "#ECECEC"
NO_VALUE = "#5A5A5A"
# Smallest node [pt].
MIN_WIDTH, MIN_HEIGHT = 30.0, 17.0


@dataclass(frozen=True)
class NodeStyle:
    """Shape and colours of a kind of node, and the space around its text [pt]."""

    shape: str
    fill: str
    edge: str
    ink: str = INK
    style: str = "filled"
    beside: float = 10.0
    height_factor: float = 1.0
    above: float = 6.0
    double: bool = False
    slant: float = 0.0

    def size(self, width_pt: float, height_pt: float) -> tuple[float, float]:
        """Width and height [pt] of a node around text of a width and height [pt]."""
        height = max(height_pt * self.height_factor + self.above, MIN_HEIGHT)
        # Height of the corners of the text above the middle, as a fraction of half the height.
        corner = max(height_pt - 4.0, 0.0) / height
        if self.shape == "hexagon":
            width_pt /= 1.0 - corner / 2
        elif self.shape == "ellipse":
            width_pt /= math.sqrt(1.0 - corner**2)
        return max(width_pt + self.beside, MIN_WIDTH), height

    def dot_attributes(self, width_pt: float) -> dict[str, str]:
        """Further attributes of the shape in DOT, for a node of this width."""
        if self.slant:
            return {"sides": "4", "skew": f"{2 * self.slant / width_pt:.3f}"}
        return {"peripheries": "2"} if self.double else {}


NODE_STYLES: dict[NodeKind, NodeStyle] = {
    "drug": NodeStyle(
        "box", "#882255", "#882255", "#FFFFFF", "filled,rounded", beside=14.0, above=7.0
    ),
    "transmitter": NodeStyle(
        "ellipse", "#F8E3EE", "#A8487D", beside=8.0, height_factor=1.16, above=7.0
    ),
    "receptor": NodeStyle("hexagon", "#DCEBF6", "#0067A0", beside=14.0, above=8.0),
    "transporter": NodeStyle("cylinder", "#E4F4FC", "#2B7BA8", beside=12.0, above=15.0),
    "enzyme": NodeStyle(
        "box", "#DDF2EA", "#007E5C", style="filled,rounded", beside=12.0, above=7.0
    ),
    "messenger": NodeStyle(
        "ellipse", "#FDF0D3", "#A86E00", beside=8.0, height_factor=1.16, above=7.0
    ),
    "gene": NodeStyle("box", "#EEE8DC", "#7B6A4A", double=True),
    "signal": NodeStyle("polygon", "#E8E8F5", "#5B5B9A", beside=22.0, above=7.0, slant=7.0),
    "process": NodeStyle("box", "#FFFFFF", "#767676"),
}


@dataclass(frozen=True)
class EdgeStyle:
    """Line and end of a kind of link; `glyph` is used in a legend of text, `dot` in Graphviz."""

    colour: str
    glyph: str
    dot: tuple[tuple[str, str], ...]


RED = "#B5400A"
EDGE_STYLES: dict[LinkKind, EdgeStyle] = {
    "binds": EdgeStyle(
        "#882255",
        "┄○",
        (("color", "#882255"), ("style", "dashed"), ("arrowhead", "odot"), ("weight", "2")),
    ),
    "activates": EdgeStyle("#333333", "→", (("color", "#333333"), ("arrowhead", "normal"))),
    "inhibits": EdgeStyle(
        RED, "⊣", (("color", RED), ("arrowhead", "tee"), ("penwidth", "1.2"), ("arrowsize", "0.75"))
    ),
    "converts": EdgeStyle(
        "#333333",
        "⇒",
        (
            ("color", "#333333:#333333"),
            ("arrowhead", "empty"),
            ("arrowsize", "0.7"),
            ("weight", "3"),
        ),
    ),
}


@dataclass(frozen=True)
class FoldChangeScale:
    """A diverging scale of fold changes, even in logarithms: white at 1, blue at 1/maximum, orange
    at the maximum.
    """

    maximum: float

    @classmethod
    def of(cls, network: Network) -> FoldChangeScale | None:
        """The scale of the values of a network, or of all networks that share its limit; None where
        it has none.
        """
        if all(node.value is None for node in network.nodes):
            return None
        largest = math.log2(max(network.largest_change, network.fold_limit))
        # At least two-fold, so that a change of a few per cent stays pale; at most 32-fold.
        return cls(2.0 ** min(max(math.ceil(largest - 1e-9), 1), 5))

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Fold changes with their labels in a legend: 1/4, 1/2, 1, 2, 4 ×."""
        doublings = round(math.log2(self.maximum))
        step = 1 if doublings < 4 else 2
        powers = sorted({sign * n for n in range(0, doublings + 1, step) for sign in (-1, 1)})
        return tuple(
            (2.0**n, f"{2**n} ×" if n > 0 else f"1/{2**-n}" if n < 0 else "1") for n in powers
        )

    def colour(self, value: float) -> str:
        """Colour of a fold change; beyond the scale that of its end."""
        share = self.position(value)
        stops = LESS if share < 0 else MORE
        at = abs(share) * (len(stops) - 1)
        low = min(int(at), len(stops) - 2)
        return _mixed(stops[low], stops[low + 1], at - low)

    def position(self, value: float) -> float:
        """Position on the scale: -1 its lower end, 0 no change, 1 its upper end."""
        if value <= 0:
            return -1.0
        return min(max(math.log(value) / math.log(self.maximum), -1.0), 1.0)

    def ink(self, value: float) -> str:
        """Colour of text on the colour of a fold change."""
        return ink_on(self.colour(value))


@dataclass(frozen=True)
class OccupancyScale:
    """A scale of the share of a target that drugs occupy: from white to the colour of drugs."""

    @classmethod
    def of(cls, network: Network) -> OccupancyScale | None:
        """The scale; None where no node of a network has an occupancy."""
        has_any = any(node.occupancy is not None for node in network.nodes)
        return cls() if has_any else None

    ticks: ClassVar[tuple[tuple[float, str], ...]] = ((0.0, "0"), (0.5, "50"), (1.0, "100 %"))

    def colour(self, occupancy: float) -> str:
        """Colour of an occupancy, 0 to 1."""
        return _mixed(LESS[0], OCCUPIED, min(max(occupancy, 0.0), 1.0))

    def ink(self, occupancy: float) -> str:
        """Colour of text on the colour of an occupancy."""
        return ink_on(self.colour(occupancy))


# The colour of drugs: what they occupy takes it.
OCCUPIED = "#882255"
# Blue and orange differ for every kind of colour vision; both darken evenly.
LESS = ("#FBFBFB", "#A9CFE6", "#4A98C9", "#0B5F97")
MORE = ("#FBFBFB", "#FBCF9B", "#F09A3E", "#B35806")


def ink_on(colour: str) -> str:
    """Colour of text on a colour: black or white, whichever has the higher contrast."""
    # At this luminance both have the same contrast.
    return "#000000" if _luminance(colour) > 0.179 else "#FFFFFF"


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, as WCAG 2 defines it."""
    parts = (channel / 255 for channel in _channels(colour))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _mixed(one: str, other: str, share: float) -> str:
    parts = (
        round(a + (b - a) * share) for a, b in zip(_channels(one), _channels(other), strict=True)
    )
    return "#" + "".join(f"{part:02X}" for part in parts)
