"""The page of a screen: whole, self-contained, sortable; its tables tidy and exact."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from tricyclic.core.check import Check
from tricyclic.core.estimate import Estimate
from tricyclic.reports.screen import screen_html, screen_tables
from tricyclic.results.screening import (
    CompoundPotency,
    ControlWells,
    CurveHit,
    Pattern,
    PlateQuality,
    Screen,
    WellHit,
)

HOSTILE = '<img src=x onerror=alert(1)>"&'
VOID = {"meta", "input", "br", "img", "link", "hr"}


def plate(order, name="", z=0.7):
    wells = ControlWells(16, 1000.0, 40.0, 1000.0, 40.0)
    none = Pattern(1.0, 0.5)
    grid = np.random.default_rng(order).normal(0, 20, (8, 12))
    checks = (
        Check(
            "z_prime",
            "stop" if z < 0 else "fine",
            f"Z' is {z}",
            advice="Repeat the plate" if z < 0 else "",
        ),
    )
    return PlateQuality(
        name or f"P{order}",
        order,
        96,
        wells,
        ControlWells(16, 100.0, 9.0, 100.0, 9.0),
        z,
        z,
        9.0,
        10.0,
        none,
        none,
        none,
        wells,
        grid,
        grid,
        1,
        "a.csv",
        checks,
    )


def curve(k, **changed):
    x = np.linspace(-9, -5, 8)
    ic50 = Estimate("IC50", 10.0 * (k + 1), "nM", 5.0, 50.0, subject=f"C{k}")
    return (
        CurveHit(
            f"C{k}",
            "P1",
            x,
            np.linspace(0, 100, 8),
            ic50,
            -8.0,
            1.0,
            0.0,
            100.0,
            3.0,
            40.0,
            1e-4,
            1e-3,
            True,
            "full curve, both plateaus",
            "full curve, both plateaus",
            "fits",
        )
        if not changed
        else replace(curve(k), **changed)
    )


def screen(**changed):
    plates = (plate(1), plate(2, z=-0.2), plate(3, name=HOSTILE))
    found = Screen(
        "A screen",
        plates,
        (
            WellHit("X1", ("P1",), ("C05",), 1e-5, 80.0, 12.0, 1e-12, 1e-9, True),
            WellHit("X2", ("P1",), ("C06",), 1e-5, 1.0, 0.2, 0.4, 0.9, False),
        ),
        tuple(curve(k) for k in range(5)),
        (CompoundPotency("C0", curve(0).ic50, 1, 1),),
        {96: np.zeros((8, 12))},
        0.05,
        30.0,
        classes=(("flat", "no discovery"),),
        checks=(Check("drift", "look", "the high control drifts", advice="Normalise"),),
    )
    return replace(found, **changed)


def page(**changed):
    return screen_html(screen(**changed), (), version="0", z_limit=0.4)


class Well(HTMLParser):
    """Whether every tag is closed where it should be."""

    def __init__(self):
        super().__init__()
        self.open: list[str] = []
        self.seen: dict[str, int] = {}

    def handle_starttag(self, tag, attrs):
        self.seen[tag] = self.seen.get(tag, 0) + 1
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.seen[tag] = self.seen.get(tag, 0) + 1


def test_the_page_is_well_formed_and_holds_every_plate_and_curve():
    parser = Well()
    parser.feed(page())
    assert not parser.open
    assert parser.seen["svg"] == 3 + 5
    assert parser.seen["template"] == 1


def test_the_page_loads_nothing_and_allows_only_its_own_script():
    text = page()
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", text)
    script = re.search(r"<script>(.*)</script>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}'" in policy
    assert not re.search(
        r"\son\w+=",
        re.sub(r"<script>.*</script>", "", text, flags=re.DOTALL).replace("onerror=alert", ""),
    )
    assert not re.search(r"fetch\(|XMLHttpRequest|import\(|eval\(", script)


def test_a_hostile_name_stays_text():
    text = page(name=HOSTILE, curves=(curve(0, compound=HOSTILE, plate=HOSTILE),))
    assert "<img" not in text
    assert "&lt;img src=x" in text


def test_every_column_of_checks_has_a_button_that_sorts():
    head = re.search(r'<table class="sorts" id="plate-table">.*?</thead>', page(), re.DOTALL)[0]
    assert list(re.findall(r"<button[^>]*>([^<]*)</button>", head)) == [
        "plate",
        "level",
        "order",
        "Z&#39;",
        "robust Z&#39;",
        "window",
        "S/B",
        "CV high %",
        "CV low %",
        "edge %",
        "rows %",
        "columns %",
        "hits",
    ]


def test_what_is_doubted_is_told_beside_the_plate_with_what_to_do():
    row = re.search(r'<tr data-n="p2".*?</tr>', page(), re.DOTALL)[0]
    assert "Z&#39; is -0.2. Repeat the plate." in row
    assert 'class="level-stop"' in row


def test_synthetic_data_says_so():
    assert "Synthetic data." in page(synthetic=True)
    assert "Synthetic data." not in page()


def test_a_screen_of_single_wells_has_no_section_of_curves():
    text = page(curves=(), potencies=(), classes=())
    assert 'id="curves"' not in text
    assert "<template" not in text


def test_a_thousand_plates_and_three_thousand_curves_stay_within_megabytes():
    many = screen(
        plates=tuple(plate(k) for k in range(1, 1001)), curves=tuple(curve(k) for k in range(5000))
    )
    text = screen_html(many, (), version="0", z_limit=0.4)
    assert len(text) < 6e6
    assert text.count('<li class="hit"') == 3000
    assert "The 3000 surest of 5000 curves" in text


def test_tables_can_be_read_back_to_the_same_numbers():
    tables = screen_tables(screen())
    rows = list(csv.DictReader(io.StringIO(tables["plates.csv"])))
    assert [row["plate"] for row in rows] == ["P1", "P2", HOSTILE]
    assert [float(row["z_prime"]) for row in rows] == [0.7, -0.2, 0.7]
    curves = list(csv.DictReader(io.StringIO(tables["curves.csv"])))
    assert [float(row["ic50_nM"]) for row in curves] == [10.0, 20.0, 30.0, 40.0, 50.0]
    assert {row["hit"] for row in csv.DictReader(io.StringIO(tables["wells.csv"]))} == {"yes", "no"}
    assert sum(1 for _ in csv.DictReader(io.StringIO(tables["effects.csv"]))) == 3 * 96


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_not_there_are_empty_and_open_ones_say_so(value):
    ic50 = replace(curve(0).ic50, value=value)
    row = next(
        csv.DictReader(
            io.StringIO(screen_tables(screen(curves=(curve(0, ic50=ic50),)))["curves.csv"])
        )
    )
    assert row["ic50_nM"] == ("" if np.isnan(value) else "inf")
