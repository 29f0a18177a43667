"""The printed report: the same bytes every time, and names that stay names."""

from __future__ import annotations

import hashlib
import shutil
import subprocess

import pytest

from tricyclic.core.check import Check
from tricyclic.core.document import CheckList, Document, Heading, Paragraph, Table
from tricyclic.reports.assemble import assemble
from tricyclic.reports.pdf import breakable, drawing_to_pdf, to_pdf

WITH_READER = pytest.mark.skipif(
    shutil.which("pdftotext") is None,
    reason="pdftotext (Debian's poppler-utils) is not there to read the PDF back",
)


def words_of(pdf: bytes) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return " ".join(done.stdout.decode().replace("\u200b", "").split())


def test_the_same_report_is_the_same_bytes(study, pictures):
    document = assemble(study, pictures, sections=["summary", "comparison", "methods", "sources"])
    first, second = (hashlib.sha256(to_pdf(document)).hexdigest() for _ in range(2))
    assert first == second


def test_the_fullest_and_the_nastiest_and_the_emptiest_study_are_set(
    document, nasty_document, empty
):
    for made in (document, nasty_document, assemble(empty)):
        assert to_pdf(made).startswith(b"%PDF")


@WITH_READER
def test_markup_in_names_is_printed_as_it_is_written():
    name = '#set page(paper: "a0") $x^2$ [*bold*] `raw` @ref <label> \\ // /* */ #panic()'
    blocks = (
        Heading(name),
        Paragraph(name),
        Paragraph(name, "code"),
        Table(name, (name,), ((name,),), note=name),
        CheckList((Check("c", "stop", name, name, advice=name),), name),
    )
    text = words_of(to_pdf(Document(name, name, blocks, facts=((name, name),))))
    assert text.count('#set page(paper: "a0") $x^2$') >= 5
    assert "#panic()" in text


@WITH_READER
def test_the_summary_is_printed_with_numbers_and_checks(study):
    text = words_of(to_pdf(assemble(study, sections=["summary"])))
    assert "0.830 nM" in text
    assert "0.709 to 0.971" in text
    assert "Synthetic data." in text
    assert "▲ look" in text


@WITH_READER
def test_rows_of_wells_are_counted_in_print_unless_they_are_asked_for(study):
    document = assemble(study, sections=["data"])
    assert "52 rows, in the HTML report" in words_of(to_pdf(document))
    assert "pipetting error" in words_of(to_pdf(document, all_rows=True))


def test_a_long_word_can_break_and_nothing_of_it_is_lost():
    long = "a_name_without_any_place_to_break_" * 5
    assert breakable(long).replace("\u200b", "") == long
    assert max(len(piece) for piece in breakable(long).split("\u200b")) <= 22
    assert breakable("plain words stay") == "plain words stay"


def test_a_drawing_becomes_a_page_of_its_own_size():
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="84mm" height="60mm" viewBox="0 0 84 60"><text x="5" y="20">Ki</text></svg>'
    pdf = drawing_to_pdf(svg)
    assert pdf == drawing_to_pdf(svg)
    assert pdf.startswith(b"%PDF")
