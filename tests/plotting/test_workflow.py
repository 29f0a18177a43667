"""A protocol is drawn step by step with its conditions, and assumed values are marked."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from tricyclic.core.protocol import Step
from tricyclic.errors import InputError
from tricyclic.io.library.protocols import protocol, protocols
from tricyclic.plotting import style
from tricyclic.plotting.workflow import duration, step_conditions, workflow_figure, workflow_svg

SVG = "{http://www.w3.org/2000/svg}"


def words_of(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_the_norepinephrine_transporter_assay_of_the_guide_is_drawn_step_by_step():
    words = words_of(workflow_svg(protocol("net-nisoxetine")))
    names = [
        word
        for word in words
        if word in ("membranes", "plate", "start", "incubate", "filter", "count")
    ]
    assert names == ["membranes", "plate", "start", "incubate", "filter", "count"]
    assert {"3 h", "4 °C", "250 µL", "1", "6"} <= set(words)
    assert "[³H]nisoxetine" in " ".join(words)


@pytest.mark.parametrize("width", ["column", "full"])
@pytest.mark.parametrize("name", protocols())
def test_every_protocol_is_drawn_inside_its_page_without_a_word_lost(name, width):
    chosen = protocol(name)
    svg = workflow_svg(chosen, width=width)
    root = ElementTree.fromstring(svg)
    wide, high = float(root.get("width", "")[:-2]), float(root.get("height", "")[:-2])
    cards = [group for group in root.iter(f"{SVG}g") if group.get("class") == "step"]
    assert len(cards) == len(chosen.steps)
    bottom = 0.0
    for card in cards:
        top = float(re.findall(r"[\d.]+", card.get("transform", ""))[1])
        frame = card.find(f"{SVG}rect")
        assert frame is not None
        assert top > bottom, "cards follow each other"
        bottom = top + float(frame.get("height", "nan"))
        for text in card.findall(f"{SVG}text"):
            line = "".join(text.itertext())
            assert (
                float(text.get("x", "nan"))
                + style.width_mm(line, bold="weight" in str(text.attrib)) / 25.4 * 72
                < wide
            )
            assert float(text.get("y", "nan")) < bottom - top
    assert bottom < high
    drawn_text = "".join(words_of(svg)).replace(" ", "")
    for step in chosen.steps:
        longest = max(re.findall(r"[A-Za-z]{4,}", step.instruction), key=len)
        assert longest in drawn_text
    assert "…" not in drawn_text


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (0.5, "30 s"),
        (70, "70 min"),
        (90, "90 min"),
        (120, "2 h"),
        (180, "3 h"),
        (1440, "24 h"),
        (2880, "2 d"),
        (2.5, "2.5 min"),
    ],
)
def test_times_are_written_in_their_usual_unit(minutes, expected):
    assert duration(minutes) == expected


def test_a_step_shows_the_conditions_that_it_has():
    assert step_conditions(Step("count", "count")) == ()
    full = Step("x", "y", minutes=20, temperature_C=37.5, volume_uL=1500)
    assert step_conditions(full) == (
        ("time", "20 min"),
        ("temperature", "37.5 °C"),
        ("volume", "1.5 mL"),
    )
    assert step_conditions(Step("x", "y", temperature_C=-80))[0][1] == "-80 °C"


@pytest.mark.parametrize(
    ("celsius", "colour"),
    [(14.9, "#0067A0"), (15.0, "#4A4A4A"), (27.0, "#4A4A4A"), (27.1, "#B35806")],
)
def test_cold_is_blue_and_warm_is_orange(celsius, colour):
    step = Step("keep", "keep", temperature_C=celsius)
    svg = workflow_svg(replace(protocol("net-nisoxetine"), steps=(step,)))
    assert re.search(rf'fill="{colour}">{celsius:g} °C<', svg)


def test_values_without_a_source_are_listed_below_the_steps():
    chosen = protocol("net-nisoxetine")
    assert chosen.assumed == ("washing", "specific_activity_Ci_per_mmol", "volume_uL")
    text_of_all = " ".join(words_of(workflow_svg(chosen)))
    assert (
        "Assumed, or from memory without a source: washing, specific activity, volume."
        in text_of_all
    )
    assert "Assumed" not in " ".join(words_of(workflow_svg(replace(chosen, assumed=()))))


def test_the_alternative_text_has_the_steps_and_a_protocol_without_steps_is_refused():
    chosen = protocol("net-nisoxetine")
    figure = workflow_figure(chosen)
    assert "4. incubate: Incubate to equilibrium, 2 to 3 h, 3 h, 4 °C" in figure.alt
    assert all(
        name.startswith("net-nisoxetine-") for name in re.findall(r'\sid="([^"]+)"', figure.svg)
    )
    with pytest.raises(InputError, match="protocol net-nisoxetine: has no step to draw"):
        workflow_svg(replace(chosen, steps=()))
