"""The work at the bench is drawn step by step, with what each step fixes, and guesses are called guesses."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from tricyclic.core.protocol import Step
from tricyclic.errors import InputError
from tricyclic.io.library import protocols as library
from tricyclic.plotting import style
from tricyclic.plotting.workflow import conditions_of, duration, workflow_figure, workflow_svg

SVG = "{http://www.w3.org/2000/svg}"


def words_of(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_the_norepinephrine_transporter_assay_of_the_guide_is_drawn_step_by_step():
    words = words_of(workflow_svg(library.protocol("net-nisoxetine")))
    names = [
        word
        for word in words
        if word in ("membranes", "plate", "start", "incubate", "filter", "count")
    ]
    assert names == ["membranes", "plate", "start", "incubate", "filter", "count"]
    assert {"3 h", "4 °C", "250 µL", "1", "6"} <= set(words)
    assert "[³H]nisoxetine" in " ".join(words)


@pytest.mark.parametrize("width", ["column", "full"])
@pytest.mark.parametrize("name", library.protocols())
def test_every_protocol_is_drawn_inside_its_page_without_a_word_lost(name, width):
    protocol = library.protocol(name)
    svg = workflow_svg(protocol, width=width)
    root = ElementTree.fromstring(svg)
    wide, high = float(root.get("width", "")[:-2]), float(root.get("height", "")[:-2])
    cards = [group for group in root.iter(f"{SVG}g") if group.get("class") == "step"]
    assert len(cards) == len(protocol.steps)
    bottom = 0.0
    for card in cards:
        top = float(re.findall(r"[\d.]+", card.get("transform", ""))[1])
        frame = card.find(f"{SVG}rect")
        assert frame is not None
        assert top > bottom, "cards follow each other"
        bottom = top + float(frame.get("height", "nan"))
        for text in card.findall(f"{SVG}text"):
            said = "".join(text.itertext())
            assert (
                float(text.get("x", "nan"))
                + style.width_mm(said, bold="weight" in str(text.attrib)) / 25.4 * 72
                < wide
            )
            assert float(text.get("y", "nan")) < bottom - top
    assert bottom < high
    told = "".join(words_of(svg)).replace(" ", "")
    for step in protocol.steps:
        longest = max(re.findall(r"[A-Za-z]{4,}", step.does), key=len)
        assert longest in told
    assert "…" not in told


@pytest.mark.parametrize(
    ("minutes", "says"),
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
def test_times_are_written_as_one_says_them(minutes, says):
    assert duration(minutes) == says


def test_a_step_that_fixes_nothing_says_nothing_and_one_that_fixes_all_says_all():
    assert conditions_of(Step("count", "count")) == ()
    full = Step("x", "y", minutes=20, temperature_C=37.5, volume_uL=1500)
    assert conditions_of(full) == (
        ("time", "20 min"),
        ("temperature", "37.5 °C"),
        ("volume", "1.5 mL"),
    )
    assert conditions_of(Step("x", "y", temperature_C=-80))[0][1] == "-80 °C"


def test_what_no_source_supports_is_named_below():
    protocol = library.protocol("net-nisoxetine")
    assert "volume" in protocol.assumed[1]
    said = " ".join(words_of(workflow_svg(protocol)))
    assert "Assumed, or recalled without its source: specific activity, volume." in said
    assert "Assumed" not in " ".join(words_of(workflow_svg(replace(protocol, assumed=()))))


def test_a_figure_tells_those_who_do_not_see_it_what_to_do_and_a_protocol_without_steps_is_refused():
    protocol = library.protocol("net-nisoxetine")
    figure = workflow_figure(protocol)
    assert "4. incubate: Leave to reach equilibrium, 2 to 3 h, 3 h, 4 °C" in figure.alt
    assert all(
        name.startswith("net-nisoxetine-") for name in re.findall(r'\sid="([^"]+)"', figure.svg)
    )
    with pytest.raises(InputError, match="protocol net-nisoxetine: has no step to draw"):
        workflow_svg(replace(protocol, steps=()))
