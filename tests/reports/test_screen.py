"""The page of a screen is complete, self-contained and sortable; its tables are exact."""

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
from tricyclic.reports import screen_page
from tricyclic.reports.files.screen_tables import screen_tables
from tricyclic.reports.files.screening import screen_figures
from tricyclic.reports.json.screening import screen_json
from tricyclic.reports.screen_page import screen_html
from tricyclic.reports.text.screening import screen_text
from tricyclic.results.screening import (
    CompoundPotency,
    ControlWells,
    CurveHit,
    PlatePattern,
    PlateQuality,
    ScreeningResult,
    WellHit,
)

HOSTILE = '<img src=x onerror=alert(1)>"&'
VOID = {"meta", "input", "br", "img", "link", "hr"}


def plate(order, name="", z=0.7):
    """A plate whose numbers all differ, so that interchanged columns are noticed."""
    checks = (
        Check(
            "z_prime",
            "fail" if z < 0 else "pass",
            f"Z' is {z}",
            value=z,
            limit=0.4,
            unit="-",
            advice="Repeat the plate" if z < 0 else "",
            source="Zhang",
        ),
    )
    return PlateQuality(
        name=name or f"P{order}",
        order=order,
        size=96,
        high=ControlWells(16, 1000.0, 40.0, 1001.0, 41.0),
        low=ControlWells(15, 100.0, 9.5, 102.0, 8.0),
        z_prime=z,
        robust_z_prime=z + 0.01,
        signal_window=9.0,
        signal_to_background=10.0,
        edge=PlatePattern(1.0, 0.5),
        row=PlatePattern(2.0, 0.6),
        column=PlatePattern(3.0, 0.7),
        compounds=ControlWells(64, 900.0, 90.0, 950.0, 60.0),
        activity=np.random.default_rng(order).normal(0, 20, (8, 12)),
        residual=np.zeros((8, 12)),
        hits=order + 1,
        file="a.csv",
        checks=checks,
    )


def curve(k, **changed):
    ic50 = Estimate(
        "IC50",
        10.0 * (k + 1),
        "nM",
        5.0,
        50.0 + k,
        confidence=0.9,
        log10_se=0.04,
        n_experiments=1,
        subject=f"C{k}",
        method="4PL",
    )
    hit = CurveHit(
        compound=f"C{k}",
        plate="P1",
        log10_molar=np.linspace(-9, -5, 8),
        effect_percent=np.linspace(0, 100, 8),
        ic50=ic50,
        log10_ic50=-8.0,
        hill=1.1,
        effect_low=0.5,
        effect_high=99.0,
        residual_sd=3.0,
        f=40.0,
        p=1e-4,
        q=1e-3,
        is_hit=True,
        kind="full curve, both plateaus",
        description="full curve, in words",
        status="fitted",
    )
    return replace(hit, **changed)


def screen(**changed):
    result = ScreeningResult(
        name="A screen",
        plates=(plate(1), plate(2, z=-0.2), plate(3, name=HOSTILE)),
        wells=(
            WellHit("X1", ("P1", "P2"), ("C05", "C06"), 1e-5, 80.0, 12.0, 1e-12, 1e-9, True),
            WellHit("X2", ("P1",), ("C07",), 0.0, 1.0, 0.2, 0.4, 0.9, False),
        ),
        curves=tuple(curve(k) for k in range(5)),
        potencies=(CompoundPotency("C0", curve(0).ic50, 4, 3),),
        median_by_position={96: np.zeros((8, 12))},
        fdr=0.05,
        min_effect_percent=30.0,
        classes=(("flat", "no discovery"),),
        settings=(("Seed", "7"),),
        checks=(
            Check("drift", "warn", "the high control drifts", where="all", advice="Normalise"),
        ),
    )
    return replace(result, **changed)


def page(**changed):
    return screen_html(screen(**changed), ())


def table(name, **changed):
    return list(csv.DictReader(io.StringIO(screen_tables(screen(**changed))[name].decode())))


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


def test_the_page_is_well_formed_and_contains_every_plate_and_curve():
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


def test_a_warning_is_beside_its_plate_with_its_advice():
    row = re.search(r'<tr data-n="p2".*?</tr>', page(), re.DOTALL)[0]
    assert "Z&#39; is -0.2. Repeat the plate." in row
    assert 'class="level-fail"' in row


def test_each_number_of_a_plate_is_in_the_column_of_its_name():
    row = re.search(r'<tr data-n="p1".*?</tr>', page(), re.DOTALL)[0]
    cells = re.findall(r'<td class="num[^"]*">([^<]*)</td>', row)
    assert cells == ["1", "0.70", "0.71", "9.0", "10", "4.0", "9.5", "1.0", "2.0", "3.0", "2"]


def test_a_number_whose_check_did_not_pass_is_marked():
    row = re.search(r'<tr data-n="p2".*?</tr>', page(), re.DOTALL)[0]
    assert re.findall(r'<td class="num out">([^<]*)</td>', row) == ["-0.20"]


def test_synthetic_data_are_marked():
    assert "Synthetic data." in page(synthetic=True)
    assert "Synthetic data." not in page()


def test_a_screen_of_single_wells_has_no_section_of_curves():
    text = page(curves=(), potencies=(), classes=())
    assert 'id="curves"' not in text
    assert "<template" not in text


@pytest.mark.slow
def test_a_thousand_plates_and_three_thousand_curves_stay_within_megabytes():
    many = screen(
        plates=tuple(plate(k) for k in range(1, 1001)), curves=tuple(curve(k) for k in range(5000))
    )
    text = screen_html(many, ())
    assert len(text) < 6e6
    assert text.count('<li class="hit"') == 3000
    assert "Of 5000 curves the 3000 with the lowest p, hits first, are drawn" in text


def test_a_page_shows_the_hits_and_the_curves_with_the_lowest_p(monkeypatch):
    monkeypatch.setattr(screen_page, "MAX_CURVES", 2)
    curves = (curve(0, is_hit=False, p=1e-9), curve(1, p=1e-3), curve(2, is_hit=False, p=0.5))
    text = page(curves=curves)
    assert re.findall(r"<b>(C\d)</b>", text) == ["C1", "C0"]
    assert "Of 3 curves the 2 with the lowest p, hits first, are drawn" in text


def test_the_figures_of_a_page_show_the_course_and_the_positions():
    figures = screen_figures(screen())
    assert [figure.name for figure in figures] == ["over-plates", "median-96"]
    text = screen_html(screen(), figures)
    assert "1 of 3 plates have a Z&#39; below 0.4" in text
    assert "Median over 3 plates of 96 wells" in text


def test_every_column_of_the_table_of_plates_has_the_number_of_its_name():
    first = table("plates.csv")[0]
    assert first == {
        "plate": "P1",
        "order": "1",
        "file": "a.csv",
        "level": "pass",
        "size": "96",
        "z_prime": "0.7",
        "robust_z_prime": "0.71",
        "signal_window_sd": "9.0",
        "signal_to_background": "10.0",
        "high_n": "16",
        "high_mean": "1000.0",
        "high_sd": "40.0",
        "high_cv_percent": "4.0",
        "low_n": "15",
        "low_mean": "100.0",
        "low_sd": "9.5",
        "low_cv_percent": "9.5",
        "compounds_n": "64",
        "compounds_median": "950.0",
        "compounds_robust_sd": "60.0",
        "edge_percent": "1.0",
        "edge_p": "0.5",
        "row_percent": "2.0",
        "row_p": "0.6",
        "column_percent": "3.0",
        "column_p": "0.7",
        "hits": "2",
    }
    assert [row["plate"] for row in table("plates.csv")] == ["P1", "P2", HOSTILE]


def test_the_cv_of_a_control_is_not_its_standard_deviation():
    low = ControlWells(15, 200.0, 9.0, 102.0, 8.0)
    row = table("plates.csv", plates=(replace(plate(1), low=low),))[0]
    assert (row["low_sd"], row["low_cv_percent"]) == ("9.0", "4.5")


def test_every_column_of_the_table_of_wells_has_the_number_of_its_name():
    first, other = table("wells.csv")
    assert first == {
        "compound": "X1",
        "concentration_M": "1e-05",
        "plates": "P1 P2",
        "wells": "C05 C06",
        "effect_percent": "80.0",
        "z": "12.0",
        "p": "1e-12",
        "q": "1e-09",
        "hit": "yes",
        "to_confirm": "no",
        "remark": "",
    }
    assert (other["hit"], other["concentration_M"]) == ("no", "")


def test_every_column_of_the_table_of_curves_has_the_number_of_its_name():
    assert table("curves.csv")[1] == {
        "compound": "C1",
        "plate": "P1",
        "class": "full curve, both plateaus",
        "hit": "yes",
        "qualifier": "=",
        "ic50_nM": "20.0",
        "ic50_low_nM": "5.0",
        "ic50_high_nM": "51.0",
        "confidence": "0.9",
        "log10_ic50_se": "0.04",
        "hill": "1.1",
        "effect_low_percent": "0.5",
        "effect_high_percent": "99.0",
        "residual_sd_percent": "3.0",
        "f_flat": "40.0",
        "p": "0.0001",
        "q": "0.001",
        "points": "8",
        "status": "fitted",
        "description": "full curve, in words",
        "to_confirm": "no",
        "remark": "",
    }


def test_every_column_of_the_table_of_potencies_has_the_number_of_its_name():
    assert table("potencies.csv") == [
        {
            "compound": "C0",
            "qualifier": "=",
            "ic50_nM": "10.0",
            "low_nM": "5.0",
            "high_nM": "50.0",
            "confidence": "0.9",
            "log10_se": "0.04",
            "n": "1",
            "curves": "4",
            "hits": "3",
            "method": "4PL",
        }
    ]


def test_every_column_of_the_table_of_checks_has_the_text_of_its_name():
    of_screen, *of_plates = table("checks.csv")
    assert of_screen == {
        "plate": "all",
        "check": "drift",
        "level": "warn",
        "message": "the high control drifts",
        "value": "",
        "limit": "",
        "unit": "",
        "advice": "Normalise",
        "source": "",
    }
    assert of_plates[1] == {
        "plate": "P2",
        "check": "z_prime",
        "level": "fail",
        "message": "Z' is -0.2",
        "value": "-0.2",
        "limit": "0.4",
        "unit": "-",
        "advice": "Repeat the plate",
        "source": "Zhang",
    }


def test_the_table_of_effects_has_one_row_per_well_that_was_read():
    rows = table("effects.csv")
    assert len(rows) == 3 * 96
    activity = plate(1).activity
    for row in rows[:96]:
        at = int(row["row"]) - 1, int(row["column"]) - 1
        assert float(row["effect_percent"]) == round(activity[at], 4)
    assert {(row["plate"], row["order"]) for row in rows[:96]} == {("P1", "1")}


@pytest.mark.parametrize(("value", "cell"), [(float("nan"), ""), (float("inf"), "inf")])
def test_missing_numbers_are_empty_and_unbounded_ones_are_inf(value, cell):
    ic50 = replace(curve(0).ic50, value=value)
    assert table("curves.csv", curves=(curve(0, ic50=ic50),))[0]["ic50_nM"] == cell


def test_tables_of_hits_and_potencies_are_on_the_page():
    text = page()
    assert "90 % CI" in text
    row = re.search(r'<tr><th scope="row">X1</th>.*?</tr>', text)[0]
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", row)
    assert cells == ["P1, P2", "C05, C06", "10.0 µM", "80", "12", "1.0e-12", "1.0e-09"]
    row = re.search(r'<tr><th scope="row">C0</th>.*?</tr>', text)[0]
    assert re.findall(r"<td[^>]*>([^<]*)</td>", row) == ["10.0", "5.00–50.0", "4", "3"]


def test_json_has_every_hit_and_the_warnings_of_each_plate():
    document = screen_json(screen())
    assert [hit["compound"] for hit in document["well_hits"]] == ["X1"]
    assert document["wells_tested"] == 2
    assert [plate["level"] for plate in document["plates"]] == ["pass", "fail", "pass"]
    assert [len(plate["checks"]) for plate in document["plates"]] == [0, 1, 0]
    assert "activity" not in document["plates"][0]
    assert [one["compound"] for one in document["curves"]] == [f"C{k}" for k in range(5)]
    assert document["potencies"][0]["hits"] == 3
    assert document["settings"] == {"Seed": "7"}
    assert document["classes"] == {"flat": "no discovery"}


def test_the_text_has_levels_checks_hits_and_classes():
    bound = replace(curve(9).ic50, qualifier=">", value=1e4, low=1e4, high=float("inf"))
    result = screen(curves=(curve(0), curve(9, ic50=bound), curve(8, is_hit=False, kind="flat")))
    assert screen_text(result).splitlines() == [
        "A screen   3 plates: 2 pass, 0 warn, 1 fail",
        "  warn   all: the high control drifts. Normalise",
        "  fail   z prime on 1 plate",
        "",
        (
            "1 hits among 2 compounds at one concentration (false discovery rate 0.05, effect of "
            "30 % or more)"
        ),
        "  X1   80 %   z 12   q 1e-09",
        "",
        "2 hits among 3 curves (false discovery rate 0.05, effect of 30 % or more)",
        "  C0   IC50 10.0 nM      90 % CI 5.00–50.0   full curve, in words",
        "  C9   IC50 > 10000 nM                       full curve, in words",
        "  classes: 2 full curve, both plateaus, 1 flat",
    ]
