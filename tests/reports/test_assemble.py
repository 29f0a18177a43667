"""The report contains all results in a fixed order, and links every number to its readings."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tricyclic.assays.binding.compare_conditions import compare_published
from tricyclic.core.check import Check
from tricyclic.core.document import CheckList, Figure, Heading, Paragraph, Table
from tricyclic.core.estimate import Estimate
from tricyclic.errors import UnknownNameError
from tricyclic.reports.assemble import assemble
from tricyclic.reports.citations import short_citation
from tricyclic.reports.html import to_html
from tricyclic.reports.layout import lay_out
from tricyclic.reports.section import ReportData
from tricyclic.reports.sections import SECTIONS


def tables(document) -> dict[str, Table]:
    return {block.caption: block for block in document.blocks if isinstance(block, Table)}


def titles(document) -> list[str]:
    return [
        block.text for block in document.blocks if isinstance(block, Heading) and block.level == 1
    ]


def test_sections_have_a_fixed_order(document):
    assert titles(document) == [
        "Results",
        "Curves",
        "Comparison of conditions",
        "Warnings",
        "Exclusions",
        "Methods",
        "Affinity, run by run",
        "Saturation, run by run",
        "Selectivity",
        "Comparison with published values",
        "Checks and residuals",
        "Error budget",
        "Plates",
        "Data",
        "Provenance",
        "Sources",
    ]


def test_what_a_reader_needs_first_stands_before_the_appendix(document):
    parts = lay_out(document)
    assert [part.title for part in parts if not part.appendix] == titles(document)[:6]
    assert [part.appendix for part in parts] == [False] * 6 + [True] * 10
    numbers = [
        number
        for part in parts
        for item in part.items
        for number in ([item.number] if item.kind == "table" else [])
        if number
    ]
    first = numbers.index("A1")
    assert numbers[:first] == [str(n) for n in range(1, first + 1)]
    assert numbers[first:] == [f"A{n}" for n in range(1, len(numbers) - first + 1)]


def test_no_two_sections_have_the_same_order():
    orders = [(SECTIONS[name].appendix, SECTIONS[name].order) for name in SECTIONS]
    assert len(orders) == len(set(orders)) >= 16


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_every_section_of_a_complete_and_a_hostile_study_begins_with_its_heading(
    name, study, hostile, plots
):
    for report in (ReportData(study, plots), ReportData(hostile)):
        section = SECTIONS[name]
        if section.applies(report):
            first = section.write(report)[0]
            assert isinstance(first, Heading)
            assert first.level == 1


def test_a_study_without_assays_has_a_report(empty):
    assert titles(assemble(empty)) == ["Results", "Provenance"]


def test_a_single_plate_without_pool_plots_or_evidence_has_a_report(study):
    assay = replace(
        study.assays[0],
        plates=study.assays[0].plates[:1],
        pooled=(),
        evidence=(),
        budget=(),
        protocol=None,
        methods="",
    )
    sections = titles(
        assemble(
            replace(study, assays=(assay,), selectivity=(), sources=(), exclusions=(), inputs=())
        )
    )
    assert sections[:3] == ["Results", "Warnings", "Exclusions"]


def test_only_the_requested_sections_are_written_and_a_wrong_name_is_refused(study):
    assert titles(assemble(study, sections=["methods", "summary"])) == ["Results", "Methods"]
    with pytest.raises(UnknownNameError, match="Did you mean 'summary'"):
        assemble(study, sections=["sumary"])


def test_the_results_have_interval_runs_and_checks_of_each_number(document):
    table = tables(document)["Results, pooled over runs."]
    assert table.columns == (
        "Compound",
        "Target",
        "Quantity",
        "Value (95 % CI)",
        "pKi, pKd ± SE (95 % CI)",
        "nH",
        "n",
        "Checks",
    )
    assert table.rows[0] == (
        "desipramine",
        "NET",
        "Ki",
        "0.830 nM (0.709–0.971)",
        "9.081 ± 0.016 (9.013–9.149)",
        "0.980",
        "3",
        "▲ warn",
    )
    assert table.rows[3][0] == "[¹²⁵I]pindolol, vehicle"


def test_the_summary_has_ic50_and_slope_of_the_logistic_beside_the_ki(study):
    net = study.assays[0]
    common = {"subject": "desipramine", "target": "NET", "where": "net", "n_experiments": 3}
    beside = (
        Estimate("IC50", 1.87, "nM", 1.6, 2.2, log10_se=0.016, **common),
        Estimate("nH", 1.04, "", 0.99, 1.1, se=0.013, **common),
    )
    pooled = tuple(replace(e, where="net") for e in net.pooled)
    net = replace(net, name="net", pooled=(*pooled, *beside))
    document = assemble(replace(study, assays=(net, *study.assays[1:])), sections=["summary"])
    table = tables(document)["Results, pooled over runs."]
    place = table.columns.index("IC50 (nM)")
    assert table.columns[place : place + 3] == ("IC50 (nM)", "nH", "n")
    assert table.rows[0][place : place + 3] == ("1.87", "1.04", "3")
    assert "IC50 and nH: of a logistic with a free slope" in table.note


def test_the_summary_has_the_negative_logarithm_and_the_check_of_the_curve_with_its_p(study):
    check = Check("model_fits", "warn", "", "net", 0.0042)
    assays = (replace(study.assays[0], checks=(check,)), *study.assays[1:])
    document = assemble(replace(study, assays=assays), sections=["summary"])
    table = tables(document)["Results, pooled over runs."]
    assert table.columns[4:] == ("pKi, pKd ± SE (95 % CI)", "nH", "n", "Curve fits", "Checks")
    # 9 - log10(0.83) and of the limits; the slope is that of the pooled runs.
    assert table.rows[0][4:] == (
        *("9.081 ± 0.016 (9.013–9.149)", "0.980", "3"),
        *("▲ p = 0.0042", "▲ warn"),
    )
    assert "SE: of the logarithm, over runs where n is above 1." in table.note


def test_more_than_four_curves_stand_three_beside_each_other(study, plots):
    of_first = [plot for plot in plots if plot.assay == plots[0].assay]
    for assays, width in ((study.assays[:1], "half"), (study.assays[:1] * 5, "third")):
        copies = [replace(assay, name=f"a{k}") for k, assay in enumerate(assays)]
        named = [replace(plot, assay=a.name) for a in copies for plot in of_first]
        report = assemble(replace(study, assays=tuple(copies)), named, sections=["curves"])
        figures = [b for b in report.blocks if isinstance(b, Figure)]
        assert [figure.width for figure in figures] == [width] * len(copies)
        rows = [item.block for s in lay_out(report) for item in s.items if item.kind == "figures"]
        assert [len(row) for row in rows] == ([3, 2] if width == "third" else [1])
        assert "triple" in to_html(report) or width == "half"


def test_published_values_of_papers_stand_before_those_of_vendors(study):
    net = study.assays[0]
    guide = next(e for e in net.evidence if e.certainty == "vendor guide")
    paper = replace(guide, certainty="reported", source=study.sources[0].key, value=0.415)
    paper = replace(paper, low=math.nan, high=math.nan)
    study = replace(study, assays=(replace(net, evidence=(guide, paper)),))
    report = assemble(study, sections=["summary", "evidence"])
    table = tables(report)["Comparison with published values."]
    label = short_citation(study.sources[0])
    assert table.rows[0][3:] == ("0.830 nM", "0.415 nM", "2.0-fold", label)
    assert table.rows[1][3:] == ("0.830 nM", "0.4–4.2 nM", "within range", "vendor guide")
    assert table.note.startswith("A vendor guide is a range on a supplier's web page")


def test_the_results_begin_with_a_sentence_for_each_compound(document):
    lead = next(b.text for b in document.blocks if isinstance(b, Paragraph) and b.kind == "lead")
    assert lead.startswith("Desipramine has a Ki at NET of 0.830 nM (95 % CI 0.709–0.971, n = 3)")
    texts = [b.text for b in document.blocks if isinstance(b, Paragraph)]
    assert any(text.startswith("No check of ") or " checks of " in text for text in texts)


def test_every_number_of_the_summary_links_to_its_readings_and_their_file(document, study):
    anchors = {b.anchor for b in document.blocks if isinstance(b, Heading)}
    anchors |= {a for b in document.blocks if isinstance(b, Table) for a in (*b.anchors, b.anchor)}
    summary = tables(document)["Results, pooled over runs."]
    place = summary.links[0][3].removeprefix("#")
    assert place in anchors
    runs = tables(document)["desipramine at NET: runs and pooled estimates (95 % CI)."]
    rows_at = runs.links[1][1].removeprefix("#")
    assert rows_at in anchors
    rows = next(b for b in document.blocks if isinstance(b, Table) and b.anchor == rows_at)
    origin = tables(document)["Plates and tables."]
    assert origin.anchors[1] == rows_at.replace("rows", "origin")
    assert origin.rows[1][1] == "net_run2.csv"
    file_at = origin.links[1][1].removeprefix("#")
    files = tables(document)["Raw files."]
    number = files.anchors.index(file_at)
    assert files.rows[number][0] == "raw/net_run2.csv"
    assert files.rows[number][2] == study.inputs[number].sha256
    assert files.links[number][0] == "../../raw/net_run2.csv"
    wells = {row[0]: row for row in rows.rows}
    well = next(w for w in study.assays[0].plates[1].plate.wells if w.name == "B03")
    assert wells["B03"][4] == f"{well.value:.6g}"
    assert wells["C05"][-1] == "pipetting error, noted at the bench"


def test_residuals_of_the_readings_are_those_of_the_fit(document, study):
    plate = study.assays[0].plates[0]
    part = plate.fit.parts[0]
    rows = next(
        b for b in document.blocks if isinstance(b, Table) and b.caption == "Readings of net_run1."
    )
    by_well = {row[0]: row for row in rows.rows}
    for label, y, expected, sd in zip(
        part.series.labels, part.series.y, part.expected, part.sd, strict=True
    ):
        assert float(by_well[label.split()[-1]][-2]) == pytest.approx(
            (y - expected) / sd, rel=0.06, abs=0.01
        )


def test_figures_have_unique_names_that_are_valid_file_names(document, hostile_document):
    for report in (document, hostile_document):
        names = [block.name for block in report.blocks if isinstance(block, Figure)]
        assert len(names) == len(set(names)) > 0
        assert all(
            name and set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") and len(name) < 90
            for name in names
        )


def test_two_plots_of_one_name_get_two_names_and_no_common_id(study, plots):
    twice = (plots[0], replace(plots[0], title="again"))
    report = assemble(study, twice, sections=["affinity"])
    one, two = [b for b in report.blocks if isinstance(b, Figure)]
    assert (one.name, two.name) == ("net-run1-curve", "net-run1-curve-2")
    assert 'id="net-run1-curve-2-' in two.svg
    assert 'id="net-run1-curve-2-' not in one.svg
    assert two.svg.count('id="net-run1-curve-') == two.svg.count('id="net-run1-curve-2-')


def test_figures_have_a_pdf_on_request(study, plots, document):
    assert all(not block.pdf for block in document.blocks if isinstance(block, Figure))
    report = assemble(study, plots, sections=["comparison"], figure_pdf=True)
    assert [block.pdf[:5] for block in report.blocks if isinstance(block, Figure)] == [b"%PDF-"]


def test_other_analyses_are_listed_with_their_difference_from_the_estimate(document):
    name = (
        "The same wells by other common analyses, for comparison only; in brackets the difference "
        "from the reported estimate."
    )
    table = tables(document)[name]
    assert table.columns[2:] == (
        "Reported: one model of all wells",
        "subtract, then fit, Cheng-Prusoff",
        "normalise, then fix 0 and 100 %",
    )
    assert table.rows[0] == ("run 1", "Ki (nM)", "3480 (2900–4170)", "3680 (+6 %)", "3860 (+11 %)")


def test_a_comparison_of_the_study_shows_the_groups_of_its_assay(study):
    beta1 = study.assays[3]
    compared = replace(beta1.comparisons[0], name="Bmax at beta1: treated against vehicle")
    of_study = replace(
        study, assays=(*study.assays[:3], replace(beta1, comparisons=())), comparisons=(compared,)
    )
    figure = next(
        b for b in assemble(of_study, sections=["comparison"]).blocks if isinstance(b, Figure)
    )
    assert "vehicle n = 3, treated n = 3" in figure.caption


def test_a_comparison_of_published_means_shows_these_and_not_the_runs(study):
    beta1 = study.assays[3]
    published = compare_published(
        (52.0, 4.0),
        (26.0, 3.0),
        name="Bmax",
        unit="fmol/mg",
        names=("vehicle", "treated"),
    )
    # The title contains "ki", which is no quantity of this comparison.
    published = replace(
        published,
        name="Bmax of smoking rats, published",
        parameter="Bmax",
        assay="beta1",
        groups=("vehicle", "treated"),
    )
    both = replace(study, comparisons=(published,))
    figure, of_runs = (
        b for b in assemble(both, sections=["comparison"]).blocks if isinstance(b, Figure)
    )
    assert figure.caption.startswith(
        f"Bmax as published: {beta1.title}. Bar and whiskers: published mean ± SEM; vehicle: n not "
        "stated, treated: n not stated."
    )
    assert "vehicle 52.0 fmol/mg (48.0–56.0)" in figure.alt
    assert "treated 26.0 fmol/mg (23.0–29.0)" in figure.alt
    assert "vehicle n = 3, treated n = 3" in of_runs.caption


def test_only_the_compared_groups_are_drawn(study):
    beta1 = study.assays[3]
    third = tuple(replace(p, group="control", name=f"{p.name} c") for p in beta1.plates[:2])
    more = replace(beta1, plates=(*beta1.plates, *third))
    report = assemble(replace(study, assays=(*study.assays[:3], more)), sections=["comparison"])
    figure = next(b for b in report.blocks if isinstance(b, Figure))
    assert "vehicle n = 3, treated n = 3" in figure.caption
    assert "control" not in figure.caption


def test_a_warning_about_several_plates_is_listed_once(study):
    warnings = next(
        b for b in assemble(study, sections=["warnings"]).blocks if isinstance(b, CheckList)
    )
    assert [c.where for c in warnings.checks] == ["net_run2, sert_run2, dat_run2"]


def test_the_reason_of_a_failed_fit_is_printed(hostile):
    notes = [
        b.text
        for b in assemble(hostile, sections=["affinity"]).blocks
        if hasattr(b, "kind") and b.kind == "note"
    ]
    assert any("the fit failed (did not converge" in text for text in notes)


def test_the_report_lists_eight_warnings_most_severe_first_and_the_appendix_the_others(hostile):
    report = assemble(hostile, sections=["warnings", "quality"])
    warnings, others = (b for b in report.blocks if isinstance(b, CheckList))
    assert [c.level for c in warnings.checks] == ["fail"] * 8
    assert warnings.title.endswith("the first 8 of 40, all are in the appendix")
    assert len(others.checks) == 32


def test_each_compound_of_an_assay_has_its_own_row(study):
    plate = study.assays[0].plates[0]
    other = tuple(replace(e, subject="nisoxetine") for e in plate.estimates)
    assay = replace(
        study.assays[0], plates=(replace(plate, estimates=plate.estimates + other),), pooled=()
    )
    report = assemble(replace(study, assays=(assay,)), sections=["affinity"])
    table = next(b for b in report.blocks if isinstance(b, Table))
    assert [row[1] for row in table.rows] == ["desipramine", "nisoxetine"]


def test_a_table_of_readings_without_a_plate_is_printed_too(study):
    plate = replace(study.assays[0].plates[0], plate=None)
    report = assemble(
        replace(study, assays=(replace(study.assays[0], plates=(plate,)),)), sections=["data"]
    )
    rows = next(b for b in report.blocks if isinstance(b, Table) and b.anchor == "rows-1-1")
    assert len(rows.rows) == plate.series[0].n
    assert "competitor_M" in rows.columns


def test_synthetic_data_are_declared(document, study):
    assert document.synthetic
    assert ("Data", f"synthetic: {study.synthetic}") in document.facts
    assert not assemble(replace(study, synthetic=""), sections=["summary"]).synthetic


def test_an_estimate_without_interval_or_value_is_printed_without_inventing_one(study):
    assay = replace(study.assays[0], pooled=(Estimate("Ki", float("nan"), "nM", subject="x"),))
    table = tables(assemble(replace(study, assays=(assay,)), sections=["summary"]))[
        "Results, pooled over runs."
    ]
    assert table.rows[0][3:5] == ("not determined", "1")


def test_the_report_of_a_study_has_the_commands_that_repeat_it_and_other_reports_have_none(study):
    def code(report):
        return [b.text for b in report.blocks if isinstance(b, Paragraph) and b.kind == "code"]

    in_study = assemble(study, study_folder="DIR", sections=["provenance"])
    assert code(in_study) == ["tricyclic study run DIR\ntricyclic study verify DIR"]
    assert code(assemble(study, study_folder="", sections=["provenance"])) == []


def many_quantities(study, number):
    plate = study.assays[0].plates[0]
    extra = tuple(replace(plate.estimates[0], name=f"Q{n}") for n in range(number))
    pooled = (replace(study.assays[0].pooled[0], name=f"Q{number - 1}"),)
    assay = replace(
        study.assays[0], plates=(replace(plate, estimates=extra),), pooled=pooled, comparisons=()
    )
    return replace(study, assays=(assay,))


def test_the_table_of_runs_has_at_most_seven_quantities_pooled_ones_first(study):
    report = assemble(many_quantities(study, 9), sections=["affinity"])
    runs = next(block for block in report.blocks if isinstance(block, Table))
    first = ("Run", "Q8 (nM)", "Q0 (nM)", "Q1 (nM)", "Q2 (nM)", "Q3 (nM)", "Q4 (nM)", "Q5 (nM)")
    assert runs.columns == (*first, "n")


@pytest.mark.parametrize(("number", "collapsed"), [(6, False), (7, True)])
def test_a_model_comparison_of_more_than_six_rows_is_collapsed(study, number, collapsed):
    plate = study.assays[0].plates[0]
    tests = tuple(replace(plate.comparisons[0], name=f"test {n}") for n in range(number))
    assay = replace(study.assays[0], plates=(replace(plate, comparisons=tests),))
    report = assemble(replace(study, assays=(assay,)), sections=["affinity"])
    assert tables(report)["Model comparison."].collapsed is collapsed


@pytest.mark.parametrize(("number", "collapsed"), [(12, False), (13, True)])
def test_a_table_of_more_than_twelve_checks_is_collapsed(study, number, collapsed):
    check = study.checks[0]
    small = replace(study, assays=(), checks=(check,) * number)
    report = assemble(small, sections=["quality"])
    assert tables(report)[f"All {number} checks."].collapsed is collapsed


@pytest.mark.parametrize(
    ("low", "high", "fixed", "text"),
    [
        (-9.1, -8.9, False, "-9.100 to -8.900"),
        (0.5, 2.0, False, "0.500–2.000"),
        (-math.inf, 2.0, False, "< 2.000"),
        (0.5, math.inf, False, "> 0.500"),
        (-math.inf, math.inf, False, "unbounded"),
        (math.nan, math.nan, False, ""),
        (math.nan, math.nan, True, "fixed"),
    ],
)
def test_the_interval_of_a_parameter_is_written_as_that_of_an_estimate(
    study, low, high, fixed, text
):
    plate = study.assays[0].plates[0]
    parameter = replace(plate.fit.parameters[0], low=low, high=high, fixed=fixed, at_bound="high")
    fit = replace(plate.fit, parameters=(parameter,))
    assay = replace(study.assays[0], plates=(replace(plate, fit=fit),))
    report = assemble(replace(study, assays=(assay,)), sections=["affinity"])
    table = tables(report)["All parameters of the fits (competition_with_depletion)."]
    assert table.columns == (
        "Run",
        "Parameter",
        "Description",
        "Value",
        "Unit",
        "SE",
        "CI",
        "",
    )
    assert table.rows[0][-2:] == (text, "at upper bound")
