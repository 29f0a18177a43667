"""The report as PDF: the same bytes every time, and no markup in names."""

from __future__ import annotations

import hashlib
import itertools
import re
import shutil
import subprocess

import pytest

from tricyclic.core.check import Check
from tricyclic.core.document import CheckList, Document, Heading, Paragraph, Table
from tricyclic.plotting.typst_pages import drawing_to_pdf
from tricyclic.reports.assemble import assemble
from tricyclic.reports.pdf import (
    _capacity,
    _longest_words,
    _plain,
    _taken,
    _text_widths,
    _widths,
    breakable,
    to_page_svgs,
    to_pdf,
)

WITH_READER = pytest.mark.skipif(
    shutil.which("pdftotext") is None,
    reason="pdftotext (Debian's poppler-utils) is not installed",
)


def words_of(pdf: bytes) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return " ".join(done.stdout.decode().replace("\u200b", "").replace("\u2060", "").split())


def test_the_same_report_is_the_same_bytes(study, plots):
    document = assemble(study, plots, sections=["summary", "comparison", "methods", "sources"])
    first, second = (hashlib.sha256(to_pdf(document)).hexdigest() for _ in range(2))
    assert first == second


def test_a_complete_a_hostile_and_an_empty_study_can_be_typeset(document, hostile_document, empty):
    for report in (document, hostile_document, assemble(empty)):
        assert to_pdf(report).startswith(b"%PDF")


@WITH_READER
def test_markup_in_names_is_printed_as_it_is_written():
    name = '#set page(paper: "a0") $x^2$ [*bold*] `raw` @ref <label> \\ // /* */ #panic()'
    blocks = (
        Heading(name),
        Paragraph(name),
        Paragraph(name, "code"),
        Table(name, (name,), ((name,),), note=name),
        CheckList((Check("c", "fail", name, name, advice=name),), name),
    )
    text = words_of(to_pdf(Document(name, name, blocks, facts=((name, name),))))
    assert text.count('#set page(paper: "a0") $x^2$') >= 5
    assert "#panic()" in text


@WITH_READER
def test_the_summary_is_printed_with_numbers_and_checks(study):
    text = words_of(to_pdf(assemble(study, sections=["summary"])))
    assert "0.830 nM" in text
    assert "0.709–0.971" in text
    assert "Synthetic data." in text
    assert "▲ warn" in text


@WITH_READER
def test_readings_of_wells_are_printed_on_request_only(study):
    document = assemble(study, sections=["data"])
    printed = words_of(to_pdf(document))
    assert "pipetting error" not in printed
    assert "Readings of net_run1" not in printed
    assert "pipetting error" in words_of(to_pdf(document, all_rows=True))


@WITH_READER
def test_the_appendix_begins_on_a_page_of_its_own(document):
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=to_pdf(document), capture_output=True, check=True
    )
    pages = done.stdout.decode().split("\f")
    first = next(n for n, text in enumerate(pages) if "Appendix" in text)
    assert 1 <= first <= 5
    assert not any("Table A1" in text for text in pages[:first])
    assert "Methods" in " ".join(pages[:first])
    assert "Provenance" in pages[first]


def test_a_number_links_to_its_plate_where_its_readings_are_not_printed(study):
    document = assemble(study, sections=["affinity", "data"])
    runs = next(b for b in document.blocks if isinstance(b, Table) and "runs and" in b.caption)
    assert runs.links[0][1] == "#rows-1-1"
    short, full = (_plain(document, all_rows) for all_rows in (False, True))
    printed = [
        item["rows"][0][1]["link"]
        for data in (short, full)
        for part in data["parts"]
        for item in part["items"]
        if item["kind"] == "table" and "runs and" in item["caption"]
    ]
    assert printed[0] == "#origin-1-1"
    assert "#rows-1-1" in printed


def test_a_long_word_can_break_and_no_letter_is_lost():
    long = "a_name_without_any_place_to_break_" * 5
    assert breakable(long).replace("\u200b", "") == long
    assert max(len(piece) for piece in breakable(long).split("\u200b")) <= 22
    assert breakable("plain words stay") == "plain words stay"


def test_a_figure_becomes_a_page_of_its_own_size():
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="84mm" height="60mm" viewBox="0 0 84 60">'
        '<text x="5" y="20">Ki</text></svg>'
    )
    pdf = drawing_to_pdf(svg)
    assert pdf == drawing_to_pdf(svg)
    assert pdf.startswith(b"%PDF")


@WITH_READER
@pytest.mark.parametrize(("number", "printed"), [(150, True), (151, False)])
def test_a_collapsed_table_is_printed_up_to_150_rows(number, printed):
    rows = tuple((f"row{n}",) for n in range(number))
    table = Table("Rows.", ("Name",), rows, collapsed=True)
    text = words_of(to_pdf(Document("t", "", (Heading("h"), table))))
    assert ("row149" in text) is printed
    assert (f"{number} rows; see the HTML report" in text) is not printed


def test_short_columns_are_as_wide_as_their_text_and_long_ones_share_the_page():
    columns = ("short", "number", "long", "longer")
    row = ("x" * 24, "9" * 34, "y" * 25, "z" * 100)
    table = Table("", columns, (row,), (False, True, False, False))
    assert _widths(table) == [0.0, 0.0, 5.0, 100**0.5]
    wide = Table("", columns * 2, (row * 2,), (False, True, False, False) * 2)
    assert all(width > 0 for width in _widths(wide))


def test_a_hash_stays_on_one_line():
    table = Table("", ("sha256", "text"), (("a" * 64, "x" * 80),), (False, False))
    assert _widths(table)[0] == 0.0
    assert _widths(Table("", ("text", "text"), (("g" * 64, "x" * 80),), (False, False)))[0] > 0


def test_columns_of_rows_that_fit_on_one_line_are_as_wide_as_their_text():
    """One text of 31 characters does not take the width that the other columns leave."""
    columns = ("Animal", "Group", "Treated (min)", "Flow (uL/min)", "Dead volume (uL)", "Note")
    row = ("r10", "desipramine", "81", "1.2; 0 from 184; 1.2 from 196.5", "17.56", "power failure")
    assert _widths(Table("", columns, (row,), (False,) * 6)) == [0.0] * 6
    long = (*row[:5], "the pump stood still until it was noticed; " * 3)
    widths = _widths(Table("", columns, (row, long), (False,) * 6))
    assert widths[:3] == [0.0] * 3
    assert widths[5] > 0


def test_words_break_where_they_are_longer_than_a_column_that_shares_the_width():
    columns = ("value of", "value", "range", "unit", "description", "certainty", "source")
    cells = (
        "desipramine.Km_CYP2D6",
        "1.00e6",
        "100 to 1.00e9",
        "nM",
        "free plasma concentration that halves clearance by CYP2D6",
        "from memory (unverified)",
        "Textbook frequencies of CYP2C19 and CYP2D6 phenotypes",
    )
    other = (
        "hydroxydesipramine.share_CYP2C19",
        "0.00100",
        "1.00e-6 to 0.0100",
        "nmol/(kg h)",
        "",
        "",
        "",
    )
    table = Table("", columns, (cells, other), (False, True, *[False] * 5))
    longest = _longest_words(table, _widths(table))
    assert 10 <= longest[0] < len(cells[0])
    assert breakable(cells[0], longest[0]) == "desipramine.\u200bKm_\u200bCYP2D6"
    assert breakable(cells[1], longest[1]) == cells[1]
    narrow = Table("", ("a", "b"), (("desipramine.Km_CYP2D6", "x" * 30),), (False, False))
    assert _longest_words(narrow, _widths(narrow))[0] == 22


def test_a_number_is_never_cut_at_its_decimal_point():
    pieces = breakable("(8.958–9.167),extraordinarily/long.word", 10).split("\u200b")
    assert pieces == ["(8.958–", "9.167),", "extraordinarily/", "long.", "word"]


def test_short_columns_never_leave_a_long_one_too_narrow_to_read():
    numbers = ("-32.6 fmol/mg (-43.8 to -21.4)",) * 3
    table = Table(
        "t", ("a", "b", "c", "result"), ((*numbers, "word " * 40),), (True,) * 3 + (False,)
    )
    widths = _widths(table)
    left = _capacity(table) - _taken(_text_widths(table), [not width for width in widths])
    assert widths[3] / sum(widths) * left >= 20


def test_the_pages_of_a_report_are_drawings_for_a_preview(study):
    pages = to_page_svgs(assemble(study, sections=["summary", "provenance"]))
    assert len(pages) >= 2
    assert all(page.startswith("<svg") for page in pages)


def overlaps(pdf: bytes) -> list[tuple[str, str]]:
    """Pairs of words that are printed over each other."""
    done = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True
    )
    pairs = []
    for page in done.stdout.decode().split("<page ")[1:]:
        boxes = [
            (*map(float, numbers), word)
            for *numbers, word in re.findall(
                r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>', page
            )
        ]
        pairs += [
            (a[4], b[4])
            for a, b in itertools.combinations(boxes, 2)
            if min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 2
        ]
    return pairs


@WITH_READER
def test_long_names_of_columns_push_no_column_over_another():
    columns = ("Run", "Kd (nM)", "Bmax (fmol/mg)", "Kd, with the errors all runs share (nM)")
    columns += ("Bmax, with the errors all runs share (fmol/mg)", "n")
    row = ("pooled, desipramine 14 d", "0.132 (0.126–0.138)", "38.6 (34.1–43.8)")
    row += ("0.132 (0.126–0.138)", "38.6 (32.5–46.0)", "4")
    table = Table("Runs.", columns, (row,) * 3, (False, *[True] * 5))
    assert overlaps(to_pdf(Document("t", "", (Heading("h"), table)))) == []


@WITH_READER
def test_no_words_of_a_report_are_printed_over_each_other(document):
    assert overlaps(to_pdf(document)) == []


@WITH_READER
def test_names_of_compounds_are_not_hyphenated_in_narrow_columns():
    row = ("desipramine 14 d", "beta1", "Bmax", "1850–82000 nM", "within range")
    row += ("rat, cerebral cortex, 2 d after the last dose, [125I]pindolol", "Zhao et al., 2008")
    row += ("vendor guide; vendor guide citing the paper; limits are ± the printed error",)
    columns = ("Compound", "Target", "Quantity", "Published", "This study")
    columns += ("Measured on", "Source", "Caution")
    table = Table("t", columns, (row,) * 3, (False,) * 8)
    pdf = to_pdf(Document("t", "", (Heading("h"), table)))
    done = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True
    )
    words = done.stdout.decode().split()
    assert words.count("desipramine") == 3
    assert "Quantity" in words


@WITH_READER
def test_no_word_of_a_first_column_of_names_is_hyphenated():
    row = ("[125I]iodopindolol, desipramine 14 d", "beta1", "Bmax", "38.6 fmol/mg")
    row += ("40.7 (37.3–44.1) fmol/mg", "CI overlaps range", "Owens et al., 1997, from memory")
    columns = ("Compound", "Target", "Quantity", "This study", "Published", "Compared", "Source")
    table = Table("t", columns, (row,) * 2, (False,) * 3 + (True, True, False, False))
    pdf = to_pdf(Document("t", "", (Heading("h"), table)))
    done = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True
    )
    words = done.stdout.decode().replace("\u200b", "").split()
    assert words.count("desipramine") == 2
    assert overlaps(pdf) == []
