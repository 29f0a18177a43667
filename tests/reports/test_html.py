"""The report as one self-contained, accessible page that no name can break."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from tricyclic.core.check import Check
from tricyclic.core.document import CheckList, Document, Heading, Paragraph, Table
from tricyclic.reports.assemble import assemble
from tricyclic.reports.html import to_html

VOID = {"meta", "br", "hr", "img", "input", "link"}


class Page(HTMLParser):
    """A page read back: its elements, in order, with their text; fails where tags do not close."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("style", "title"):
            self.words.append(data)

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag in tags]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module", params=["complete", "hostile", "empty"])
def page(request, document, hostile_document, empty):
    return Page(
        to_html(
            {"complete": document, "hostile": hostile_document, "empty": assemble(empty)}[
                request.param
            ]
        )
    )


def test_every_element_closes(page):
    assert page.open == []


def test_ids_are_unique_and_every_internal_link_has_a_target(page):
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    inside = {a["href"][1:] for a in page.all("a") if a.get("href", "").startswith("#")}
    assert inside <= set(ids)
    drawn = {a["xlink:href"][1:] for _, a in page.elements if "xlink:href" in a}
    assert drawn <= set(ids)


def test_the_page_loads_nothing_and_runs_nothing(page):
    assert not page.all("script", "link", "img", "iframe", "object", "embed", "base", "form")
    for _, attributes in page.elements:
        assert not any(
            name.startswith("on") or name in ("src", "srcset", "data") for name in attributes
        )
        assert "url(http" not in attributes.get("style", "")
        assert not attributes.get("href", "").lower().startswith(("javascript:", "data:", "http:"))


def test_the_page_declares_its_language_title_and_width(page):
    assert page.all("html")[0]["lang"] == "en"
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all(
        "meta"
    )
    assert len(page.all("title")) == len(page.all("h1")) == len(page.all("main")) == 1


def test_headings_go_down_one_step_at_a_time(page):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_has_column_and_row_heads(page):
    assert {a["scope"] for a in page.all("th")} <= {"col", "row"}
    assert len(page.all("table")) == len(page.all("thead"))


def test_every_figure_is_an_image_with_a_label(page):
    drawings = page.all("svg")
    assert all(a["role"] == "img" and a["aria-label"].strip() for a in drawings)


def test_a_keyboard_reaches_the_report_at_once(page):
    first = page.all("a")[0]
    assert first["class"] == "skip"
    assert first["href"] == "#report"


def test_markup_in_names_is_shown_as_it_is_written(hostile_document):
    html = to_html(hostile_document)
    assert "<script" not in html.lower()
    assert "alert('x')</script>" not in html
    page = Page(html)
    assert "<script>alert('x')</script> & \"quotes\" $\\frac{1}{2}$" in page.text
    assert "\x00" not in html and "\u202e" not in html


def test_a_link_to_a_script_or_a_missing_anchor_becomes_plain_text():
    rows = (("javascript:alert(1)", "x"), ("b", "y"), ("c", "z"), ("d", "w"))
    links = (
        ("javascript:alert(1)", ""),
        ("#nowhere", ""),
        ("https://doi.org/10.1/a", ""),
        ("//elsewhere.example/x", ""),
    )
    table = Table("t", ("a", "b"), rows, links=links)
    page = Page(to_html(Document("t", "", (Heading("h"), table))))
    assert [
        a["href"]
        for a in page.all("a")
        if "doi" in a.get("href", "") or "else" in a.get("href", "")
    ] == ["https://doi.org/10.1/a"]
    assert "javascript:" not in str(page.all("a"))


def test_checks_are_shown_by_word_and_sign_not_by_colour_alone():
    checks = tuple(Check("c", level, f"finding {level}") for level in ("pass", "warn", "fail"))
    text = Page(to_html(Document("t", "", (Heading("h"), CheckList(checks))))).text
    for sign, level in (("✓", "pass"), ("▲", "warn"), ("✕", "fail")):
        assert f"{sign} {level} finding {level}." in text


def test_synthetic_data_and_only_they_have_a_banner(study):
    synthetic = to_html(assemble(study, sections=["summary"]))
    measured = to_html(assemble(replace(study, synthetic=""), sections=["summary"]))
    assert "Synthetic data." in Page(synthetic).text
    assert "Synthetic data" not in Page(measured).text


def test_the_same_report_is_the_same_bytes(study, plots):
    chosen = ["summary", "affinity", "data"]
    assert to_html(assemble(study, plots, sections=chosen)) == to_html(
        assemble(study, plots, sections=chosen)
    )


def test_blocks_before_any_section_are_not_lost():
    text = Page(to_html(Document("t", "", (Paragraph("first words"), Heading("later"))))).text
    assert "first words" in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast_in_both_colour_schemes(empty, scheme):
    css = to_html(assemble(empty)).split("<style>")[1].split("</style>")[0]
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    colours = dict(
        re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[0 if scheme == "light" else 1])
    )
    pairs = [
        (ink, ground)
        for ink in ("ink", "soft", "link", "pass", "warn", "fail")
        for ground in ("paper", "faint")
    ]
    pairs += [
        ("pass", "pass-bg"),
        ("warn", "warn-bg"),
        ("fail", "fail-bg"),
        ("soft", "warn-bg"),
        ("soft", "fail-bg"),
        ("ink", "banner"),
    ]
    for ink, ground in pairs:
        assert contrast(colours[ink], colours[ground]) >= 4.5, f"{ink} on {ground} in {scheme}"


def contrast(one: str, other: str) -> float:
    """Contrast as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        linear = []
        for n in (1, 3, 5):
            c = int(colour[n : n + 2], 16) / 255
            linear.append(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("length", "is_long"), [(24, False), (25, True)])
def test_a_cell_with_a_word_of_more_than_24_letters_may_break(length, is_long):
    table = Table("t", ("a",), (("w" * length,),))
    html = to_html(Document("t", "", (Heading("h"), table)))
    assert ('class="text long"' in html) is is_long
