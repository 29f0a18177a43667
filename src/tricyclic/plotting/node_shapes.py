"""How each kind of node and link looks, and the colours of a fold change.

Outlines and lines are Okabe and Ito's colours, darkened where text or thin lines need it; every kind also has a
shape or a line of its own, so that colour is never the only sign.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tricyclic.core.network import LinkKind, Network, NodeKind
from tricyclic.plotting.style import INK

# Tint and frame of the compartments, outermost first.
PLACES = (
    ("#F3F7FB", "#B7CBDD"),
    ("#FBF6EC", "#DCC9A3"),
    ("#F1F8F4", "#B3D3C2"),
    ("#F7F3FA", "#CDBDDA"),
    ("#F6F6F4", "#C6C6C0"),
    ("#FBF2F2", "#DDBDBD"),
)
UNKNOWN = "#ECECEC"
NO_VALUE = "#5A5A5A"


@dataclass(frozen=True)
class Look:
    """Shape and colours of a kind of node; `size` leaves room for text of a width and height [pt]."""

    shape: str
    fill: str
    edge: str
    ink: str = INK
    style: str = "filled"
    beside: float = 10.0
    higher: float = 1.0
    above: float = 6.0
    double: bool = False
    slant: float = 0.0

    def size(self, width_pt: float, height_pt: float) -> tuple[float, float]:
        """Width and height of the node [pt]."""
        high = max(height_pt * self.higher + self.above, 17.0)
        # how far above the middle the corners of the text lie, as a share of half the height
        up = max(height_pt - 4.0, 0.0) / high
        if self.shape == "hexagon":
            width_pt /= 1.0 - up / 2
        elif self.shape == "ellipse":
            width_pt /= math.sqrt(1.0 - up**2)
        return max(width_pt + self.beside, 30.0), high

    def more(self, wide: float) -> dict[str, str]:
        """Attributes of DOT that the shape of a node so wide needs."""
        if self.slant:
            return {"sides": "4", "skew": f"{2 * self.slant / wide:.3f}"}
        return {"peripheries": "2"} if self.double else {}


LOOKS: dict[NodeKind, Look] = {
    "drug": Look("box", "#882255", "#882255", "#FFFFFF", "filled,rounded", beside=14.0, above=7.0),
    "transmitter": Look("ellipse", "#F8E3EE", "#A8487D", beside=8.0, higher=1.16, above=7.0),
    "receptor": Look("hexagon", "#DCEBF6", "#0067A0", beside=14.0, above=8.0),
    "transporter": Look("cylinder", "#E4F4FC", "#2B7BA8", beside=12.0, above=15.0),
    "enzyme": Look("box", "#DDF2EA", "#007E5C", style="filled,rounded", beside=12.0, above=7.0),
    "messenger": Look("ellipse", "#FDF0D3", "#A86E00", beside=8.0, higher=1.16, above=7.0),
    "gene": Look("box", "#EEE8DC", "#7B6A4A", double=True),
    "signal": Look("polygon", "#E8E8F5", "#5B5B9A", beside=22.0, above=7.0, slant=7.0),
    "process": Look("box", "#FFFFFF", "#767676"),
}


@dataclass(frozen=True)
class LinkLook:
    """Line and end of a kind of link, for Graphviz and for a legend in words."""

    colour: str
    glyph: str
    dot: tuple[tuple[str, str], ...]


RED = "#B5400A"
LINKS: dict[LinkKind, LinkLook] = {
    "binds": LinkLook(
        "#882255",
        "┄○",
        (("color", "#882255"), ("style", "dashed"), ("arrowhead", "odot"), ("weight", "2")),
    ),
    "activates": LinkLook("#333333", "→", (("color", "#333333"), ("arrowhead", "normal"))),
    "inhibits": LinkLook(
        RED, "⊣", (("color", RED), ("arrowhead", "tee"), ("penwidth", "1.2"), ("arrowsize", "0.75"))
    ),
    "converts": LinkLook(
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
class Fold:
    """A diverging scale of fold changes: white at 1, blue at 1/most, orange at most, even in logarithms."""

    most: float

    @classmethod
    def of(cls, network: Network) -> Fold | None:
        """The scale that holds all values of a network; None where it has none."""
        values = [node.value for node in network.nodes if node.value is not None]
        if not values:
            return None
        furthest = max((abs(math.log2(value)) for value in values if value > 0), default=1.0)
        # at least two-fold, so that a change of a few per cent stays pale; at most 32-fold
        return cls(2.0 ** min(max(math.ceil(furthest - 1e-9), 1), 5))

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Fold changes that a legend names, and how: 1/4, 1/2, 1, 2, 4 ×."""
        doublings = round(math.log2(self.most))
        step = 1 if doublings < 4 else 2
        powers = sorted({sign * n for n in range(0, doublings + 1, step) for sign in (-1, 1)})
        return tuple(
            (2.0**n, f"{2**n} ×" if n > 0 else f"1/{2**-n}" if n < 0 else "1") for n in powers
        )

    def colour(self, value: float) -> str:
        """Colour of a fold change; a value beyond the scale has that of its end."""
        share = self.place(value)
        stops = LESS if share < 0 else MORE
        at = abs(share) * (len(stops) - 1)
        low = min(int(at), len(stops) - 2)
        return _mixed(stops[low], stops[low + 1], at - low)

    def place(self, value: float) -> float:
        """Where on the scale: -1 its lower end, 0 no change, 1 its upper end."""
        if value <= 0:
            return -1.0
        return min(max(math.log(value) / math.log(self.most), -1.0), 1.0)

    def ink(self, value: float) -> str:
        """Colour of text on that colour."""
        return ink_on(self.colour(value))


# Blue and orange differ for every kind of colour vision; both darken evenly
LESS = ("#FBFBFB", "#A9CFE6", "#4A98C9", "#0B5F97")
MORE = ("#FBFBFB", "#FBCF9B", "#F09A3E", "#B35806")


def ink_on(colour: str) -> str:
    """Colour of text on a colour: black or white, whichever stands out more."""
    # at this luminance both stand out alike; below it, white does more
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
