"""A report tells all that was found, in an order a reviewer reads, and every number leads to its rows and file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tricyclic.core.document import CheckList, Figure, Heading, Table
from tricyclic.core.estimate import Estimate
from tricyclic.errors import UnknownNameError
from tricyclic.reports.assemble import assemble
from tricyclic.reports.section import Material
from tricyclic.reports.sections import SHELF


def tables(document) -> dict[str, Table]:
    return {block.caption: block for block in document.blocks if isinstance(block, Table)}


def titles(document) -> list[str]:
    return [
        block.text for block in document.blocks if isinstance(block, Heading) and block.level == 1
    ]


def test_sections_come_in_the_order_in_which_a_reviewer_reads(document):
    assert titles(document) == [
        "Summary",
        "Affinity",
        "Saturation",
        "Conditions compared",
        "Selectivity",
        "Beside the guide and the literature",
        "Quality",
        "Error budget",
        "Exclusions",
        "Methods",
        "Plates",
        "Data",
        "Provenance",
        "Sources",
    ]


def test_no_two_sections_want_the_same_place():
    orders = [SHELF[name].order for name in SHELF]
    assert len(orders) == len(set(orders)) >= 16


@pytest.mark.parametrize("name", sorted(SHELF))
def test_every_section_opens_with_its_heading_and_writes_from_the_fullest_and_the_nastiest_study(
    name, study, nasty, pictures
):
    for material in (Material(study, pictures), Material(nasty)):
        section = SHELF[name]
        if section.wants(material):
            first = section.write(material)[0]
            assert isinstance(first, Heading)
            assert first.level == 1


def test_a_study_in_which_nothing_was_measured_still_has_a_report(empty):
    assert titles(assemble(empty)) == ["Summary", "Provenance"]


def test_a_single_plate_without_pool_pictures_or_evidence_has_a_report(study):
    assay = replace(
        study.assays[0],
        plates=study.assays[0].plates[:1],
        pooled=(),
        evidence=(),
        budget=(),
        protocol=None,
        methods="",
    )
    found = titles(
        assemble(
            replace(study, assays=(assay,), selectivity=(), sources=(), exclusions=(), inputs=())
        )
    )
    assert found[:2] == ["Summary", "Affinity"]


def test_only_the_sections_asked_for_are_written_and_a_wrong_name_is_told(study):
    assert titles(assemble(study, sections=["methods", "summary"])) == ["Summary", "Methods"]
    with pytest.raises(UnknownNameError, match="Did you mean 'summary'"):
        assemble(study, sections=["sumary"])


def test_the_summary_gives_each_number_with_interval_runs_guide_and_verdict(document):
    table = tables(document)["Results, runs pooled."]
    assert table.columns == (
        "Compound",
        "Target",
        "Quantity",
        "Value",
        "95 % interval",
        "n",
        "Guide",
        "Against it",
        "Checks",
    )
    assert table.rows[0] == (
        "desipramine",
        "NET",
        "Ki",
        "0.830 nM",
        "0.709 to 0.971",
        "3",
        "0.4 to 4.2 nM",
        "inside",
        "▲ look",
    )
    assert table.rows[3][0] == "[¹²⁵I]pindolol, vehicle"


def test_every_number_of_the_summary_leads_to_its_rows_and_their_file(document, study):
    anchors = {b.anchor for b in document.blocks if isinstance(b, Heading)}
    anchors |= {a for b in document.blocks if isinstance(b, Table) for a in b.anchors}
    summary = tables(document)["Results, runs pooled."]
    place = summary.links[0][3].removeprefix("#")
    assert place in anchors
    runs = tables(document)["desipramine at NET: runs and pool, with 95 % intervals."]
    rows_at = runs.links[1][1].removeprefix("#")
    assert rows_at in anchors
    heading = next(
        n for n, b in enumerate(document.blocks) if isinstance(b, Heading) and b.anchor == rows_at
    )
    origin, rows = document.blocks[heading + 1], document.blocks[heading + 2]
    assert origin.rows[0][:2] == ("net_run2.csv", study.assays[0].plates[1].plate.sha256)
    file_at = origin.links[0][0].removeprefix("#")
    files = tables(document)["Raw files, never changed."]
    number = files.anchors.index(file_at)
    assert files.rows[number][0] == "raw/net_run2.csv"
    assert files.links[number][0] == "../../raw/net_run2.csv"
    wells = {row[0]: row for row in rows.rows}
    well = next(w for w in study.assays[0].plates[1].plate.wells if w.name == "B03")
    assert wells["B03"][4] == f"{well.value:.6g}"
    assert wells["C05"][-1] == "pipetting error, noted at the bench"


def test_residuals_of_the_rows_are_those_of_the_fit(document, study):
    plate = study.assays[0].plates[0]
    part = plate.fit.parts[0]
    rows = next(
        b for b in document.blocks if isinstance(b, Table) and b.caption == "Rows of net_run1."
    )
    by_well = {row[0]: row for row in rows.rows}
    for label, y, expected, sd in zip(
        part.series.labels, part.series.y, part.expected, part.sd, strict=True
    ):
        assert float(by_well[label.split()[-1]][-2]) == pytest.approx(
            (y - expected) / sd, rel=0.06, abs=0.01
        )


def test_figures_have_names_of_their_own_that_are_good_file_names(document, nasty_document):
    for made in (document, nasty_document):
        names = [block.name for block in made.blocks if isinstance(block, Figure)]
        assert len(names) == len(set(names)) > 0
        assert all(
            name and set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") and len(name) < 90
            for name in names
        )


def test_two_pictures_of_one_name_get_two_names_and_no_common_id(study, pictures):
    twice = (pictures[0], replace(pictures[0], title="again"))
    made = assemble(study, twice, sections=["affinity"])
    one, two = [b for b in made.blocks if isinstance(b, Figure)]
    assert (one.name, two.name) == ("net-run1-curve", "net-run1-curve-2")
    assert 'id="net-run1-curve-2-' in two.svg
    assert 'id="net-run1-curve-2-' not in one.svg
    assert two.svg.count('id="net-run1-curve-') == two.svg.count('id="net-run1-curve-2-')


def test_figures_carry_their_pdf_where_it_is_asked_for(study, pictures, document):
    assert all(not block.pdf for block in document.blocks if isinstance(block, Figure))
    made = assemble(study, pictures, sections=["comparison"], figure_pdf=True)
    assert [block.pdf[:5] for block in made.blocks if isinstance(block, Figure)] == [b"%PDF-"]


def test_other_analyses_stand_beside_the_answer_with_their_difference(document):
    name = "The same wells by other common analyses, for comparison only, with the difference from the answer."
    table = tables(document)[name]
    assert table.columns[2:] == (
        "One model of all wells",
        "subtract, then fit, Cheng-Prusoff",
        "normalise, then fix 0 and 100 %",
    )
    assert table.rows[0] == ("run 1", "Ki (nM)", "3480 (2900 to 4170)", "3680, +6 %", "3860, +11 %")


def test_a_comparison_of_the_study_shows_the_groups_of_the_assay_it_names(study):
    beta1 = study.assays[3]
    compared = replace(beta1.comparisons[0], name="Bmax at beta1: treated against vehicle")
    of_study = replace(
        study, assays=(*study.assays[:3], replace(beta1, comparisons=())), comparisons=(compared,)
    )
    figure = next(
        b for b in assemble(of_study, sections=["comparison"]).blocks if isinstance(b, Figure)
    )
    assert "vehicle n = 3, treated n = 3" in figure.caption


def test_a_doubt_about_several_plates_is_told_once(study):
    doubts = next(
        b for b in assemble(study, sections=["summary"]).blocks if isinstance(b, CheckList)
    )
    assert [c.where for c in doubts.checks] == ["net_run2, sert_run2, dat_run2"]


def test_a_fit_that_failed_says_why(nasty):
    said = [
        b.text
        for b in assemble(nasty, sections=["affinity"]).blocks
        if hasattr(b, "kind") and b.kind == "note"
    ]
    assert any("did not come out (did not converge" in text for text in said)


def test_doubts_stand_on_the_first_page_gravest_first(nasty):
    made = assemble(nasty, sections=["summary"])
    doubts = next(b for b in made.blocks if isinstance(b, CheckList))
    assert [c.level for c in doubts.checks] == ["stop"] * 8
    assert doubts.title.endswith("the first 8 of 40")


def test_compounds_of_one_assay_have_rows_of_their_own(study):
    plate = study.assays[0].plates[0]
    other = tuple(replace(e, subject="nisoxetine") for e in plate.estimates)
    assay = replace(
        study.assays[0], plates=(replace(plate, estimates=plate.estimates + other),), pooled=()
    )
    made = assemble(replace(study, assays=(assay,)), sections=["affinity"])
    table = next(b for b in made.blocks if isinstance(b, Table))
    assert [row[1] for row in table.rows] == ["desipramine", "nisoxetine"]


def test_a_table_of_readings_without_a_plate_has_its_rows_too(study):
    plate = replace(study.assays[0].plates[0], plate=None)
    made = assemble(
        replace(study, assays=(replace(study.assays[0], plates=(plate,)),)), sections=["data"]
    )
    rows = next(b for b in made.blocks if isinstance(b, Table))
    assert len(rows.rows) == plate.series[0].n
    assert "competitor_M" in rows.columns


def test_synthetic_data_are_named_so(document, study):
    assert document.synthetic
    assert ("Data", f"synthetic: {study.synthetic}") in document.facts
    assert not assemble(replace(study, synthetic=""), sections=["summary"]).synthetic


def test_an_estimate_without_interval_or_value_is_told_without_inventing_one(study):
    assay = replace(study.assays[0], pooled=(Estimate("Ki", float("nan"), "nM", subject="x"),))
    table = tables(assemble(replace(study, assays=(assay,)), sections=["summary"]))[
        "Results, runs pooled."
    ]
    assert table.rows[0][3:5] == ("not found", "")
