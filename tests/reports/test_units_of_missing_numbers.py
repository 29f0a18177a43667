"""No unit stands after words: "not determined", and not "not determined nM"."""

from __future__ import annotations

import math
import re
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import pytest

import tricyclic as tca
from tricyclic.core.estimate import Estimate
from tricyclic.core.format import format_number, format_quantity
from tricyclic.plotting.drawing import svg_bytes
from tricyclic.plotting.plot_style import DEFAULT
from tricyclic.reports.figures import drawings_of

SOURCES = Path(tca.__file__).parent
WORDS = ("not determined", "unbounded")
UNIT = re.compile(
    rf"(?:{'|'.join(WORDS)}) (?:[fpnuµm]?M\b|%|fmol|pmol|cpm|dpm|min\b|1/|h\b|[nuµm]g|RU\b|log10)"
)


def test_a_quantity_has_its_unit_only_beside_a_number():
    assert format_quantity(0.8312, "nM") == "0.831 nM"
    assert format_quantity(2.5) == "2.50"
    assert format_quantity(math.nan, "nM") == "not determined"
    assert format_quantity(math.inf, "nM") == "unbounded"
    assert format_quantity(12.0, "%", 2) == "12 %"


@pytest.mark.parametrize("package", ["reports", "core", "fitting", "plotting", "workflows"])
def test_no_renderer_puts_a_unit_after_what_may_be_words(package):
    """`format_quantity` does it; `format_number` beside a unit is for numbers that always exist."""
    pattern = re.compile(r"format_number\((?:[^{}()]|\([^()]*\))*\)\} \{[\w.\[\]]*\bunit\b")
    bad = [
        f"{file.relative_to(SOURCES)}: {match[0]}"
        for file in sorted((SOURCES / package).rglob("*.py"))
        for match in pattern.finditer(file.read_text(encoding="utf-8"))
        # The range of a standard curve ends at two of its standards.
        if "result.highest" not in match[0]
    ]
    assert not bad


def without_values(thing, value):
    """A result whose estimates have no value, but an open interval."""
    if isinstance(thing, Estimate):
        return replace(thing, value=value, low=value, high=value)
    if isinstance(thing, tuple) and not hasattr(thing, "_fields"):
        return tuple(without_values(one, value) for one in thing)
    if is_dataclass(thing) and not isinstance(thing, type):
        changed = {
            field.name: without_values(getattr(thing, field.name), value)
            for field in fields(thing)
            if field.init
        }
        return replace(thing, **changed)
    return thing


def the_ki():
    return tca.ki(ic50="12 +/- 1 nM", kd=1.5, radioligand_nM=2)


def the_comparison():
    table = {"compound": ["a"] * 3 + ["b"] * 3, "Ki_nM": [1.0, 1.2, 0.9, 10.0, 12.0, 11.0]}
    return tca.compare("a", "b", results=table)


def the_sensorgram():
    t = np.arange(0.0, 300.0, 10.0)
    rate = 1e5 * 1e-8 + 1e-3
    up = 50 * (1 - np.exp(-rate * np.minimum(t, 120)))
    y = up * np.exp(-1e-3 * np.maximum(t - 120, 0))
    wobble = np.resize([0.2, -0.1, 0.1, -0.2], t.size)
    return tca.sensorgram(
        {"time_s": t, "RU": y + wobble}, x="time_s", y="RU=10nM", injection=["0:120"]
    )


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("make", [the_ki, the_comparison, the_sensorgram])
def test_no_output_of_a_result_without_values_has_a_unit_after_words(make, value):
    result = without_values(make(), value)
    texts = [result.summary(), result._repr_html_()]
    texts += [svg_bytes(one, DEFAULT).decode() for one in drawings_of(result).values()]
    assert any(word in text for word in WORDS for text in texts)
    wrong = [match[0] for text in texts for match in UNIT.finditer(re.sub("<[^>]*>", " ", text))]
    assert not wrong


def test_a_curve_without_a_midpoint_has_no_unit_either():
    flat = {"conc_nM": [1.0, 3, 10, 30, 100, 300], "y": [5.0, 5.1, 4.9, 5.0, 5.1, 4.9]}
    result = tca.fit(flat, "logistic_4pl", x="conc_nM", y="y")
    assert "not determined" in result.summary()
    assert not UNIT.search(result.summary())
    assert format_number(math.nan) == "not determined"
