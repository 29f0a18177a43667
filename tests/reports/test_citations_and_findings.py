"""Publications are cited by authors and year, and results are stated as sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tricyclic.core.document import Paragraph, Table
from tricyclic.core.estimate import Estimate
from tricyclic.core.evidence import Source
from tricyclic.io.library.library import Library
from tricyclic.reports.assemble import assemble
from tricyclic.reports.citations import citation_labels, cite, short_citation
from tricyclic.reports.findings import findings
from tricyclic.reports.section import ReportData


@pytest.mark.parametrize(
    ("citation", "label"),
    [
        ("Tejani-Butt (1992) J Pharmacol Exp Ther 260:427-436", "Tejani-Butt, 1992"),
        ("Cheng and Prusoff (1973) Biochem Pharmacol 22:3099", "Cheng and Prusoff, 1973"),
        ("Sutfin, DeVane and Jusko (1984) Psychopharmacology", "Sutfin et al., 1984"),
        ("Tatsumi et al. (1997) Eur J Pharmacol 340:249", "Tatsumi et al., 1997"),
        (
            "Prescribing information of atomoxetine, kinetics",
            "Prescribing information of atomoxetine",
        ),
        ("", "a_key"),
    ],
)
def test_a_citation_is_shortened_to_authors_and_year(citation, label):
    assert short_citation(Source("a_key", citation)) == label


def test_every_source_of_the_library_has_a_label_of_its_own():
    sources = tuple(Library().sources.values())
    labels = citation_labels(sources)
    assert len(set(labels.values())) == len(sources)
    assert not any("_" in label for label in labels.values())


def test_keys_are_replaced_in_words_and_cells_and_not_inside_other_words_or_commands():
    sources = (Source("wong_2000", "Wong et al. (2000) Biol Psychiatry"),)
    blocks = (
        Paragraph("fixed at 0.8 nM (wong_2000), see wong_2000_b and raw/wong_2000.csv"),
        Paragraph("tricyclic study run wong_2000", "code"),
        Table("t", ("Source",), (("wong_2000",),)),
    )
    text, code, table = cite(blocks, sources)
    assert text.text == (
        "fixed at 0.8 nM (Wong et al., 2000), see wong_2000_b and raw/wong_2000.csv"
    )
    assert code.text == "tricyclic study run wong_2000"
    assert table.rows == (("Wong et al., 2000",),)


def test_many_compounds_are_summarised_by_the_strongest_and_the_weakest(study):
    net = study.assays[0]
    ki = next(e for e in net.pooled if e.name == "Ki")
    pooled = tuple(
        replace(ki, subject=f"compound {n}", value=10.0**n, low=10.0**n / 2, high=2 * 10.0**n)
        for n in range(8)
    )
    (first, *_) = findings(
        ReportData(replace(study, assays=(replace(net, pooled=pooled),), selectivity=()))
    )
    assert first == (
        "8 compounds have a Ki in the table below. The strongest is compound 0 at NET with 1.00 nM "
        "(95 % CI 0.500–2.00, n = 3), the weakest compound 7 at NET with 1.0e7 nM "
        "(95 % CI 5.0e6–2.0e7, n = 3)."
    ).replace("1.0e7", "1.00e7").replace("5.0e6", "5.00e6").replace("2.0e7", "2.00e7")


def test_a_bound_is_stated_as_a_bound(study):
    net = study.assays[0]
    ki = replace(next(e for e in net.pooled if e.name == "Ki"), qualifier=">", value=10000.0)
    ki = replace(ki, low=float("nan"), high=float("nan"))
    report = ReportData(replace(study, assays=(replace(net, pooled=(ki,)),), selectivity=()))
    assert findings(report)[0] == "Desipramine has a Ki at NET > 10000 nM (n = 3)."


def test_rates_and_residence_time_are_one_sentence(study):
    pooled = (
        Estimate("residence time", 53.6, "min", 49.6, 58.1),
        Estimate("kon", 3.64e7, "1/(M min)", 3.55e7, 3.74e7),
        Estimate("koff", 0.0187, "1/min", 0.0172, 0.0202),
    )
    assay = replace(study.assays[0], kind="association", title="Association", pooled=pooled)
    report = ReportData(replace(study, assays=(assay,), selectivity=()))
    assert findings(report)[0] == (
        "Association: kon 3.64e7 1/(M min) (95 % CI 3.55e7–3.74e7, n = 1), koff 0.0187 1/min "
        "(95 % CI 0.0172–0.0202, n = 1) and residence time 53.6 min (95 % CI 49.6–58.1, n = 1)."
    )
    blocks = assemble(report.study, sections=["summary"]).blocks
    table = next(block for block in blocks if isinstance(block, Table))
    assert table.note.startswith("kon and koff are the rate constants")


def test_who_where_and_when_stand_before_the_program(study):
    day = date(2026, 3, 12)
    plates = tuple(
        replace(p, conditions=replace(p.conditions, assay_date=date(2026, 3, 12 + n)))
        for n, p in enumerate(study.assays[0].plates)
    )
    net = replace(study.assays[0], plates=plates, species="rat")
    described = replace(
        study,
        assays=(net,),
        author="A. Person",
        laboratory="Lab 12",
        date=day.isoformat(),
        people=("B. Person (experiments)",),
        notes="Second batch",
    )
    facts = assemble(described, sections=["summary"]).facts
    assert facts[:7] == (
        ("Laboratory", "Lab 12"),
        ("Author", "A. Person"),
        ("People", "B. Person (experiments)"),
        ("Date", "2026-03-12"),
        ("Measured", "2026-03-12 to 2026-03-14"),
        ("Species", "rat"),
        ("Notes", "Second batch"),
    )
    assert facts[-1][0] == "Program"


def test_long_sentences_that_several_assays_share_are_printed_once_in_the_methods(study):
    common = f"All wells were fitted together with one model{', weighted' * 25}."
    assays = tuple(
        replace(assay, methods=f"Membranes of kind {n} were used. {common}".strip())
        for n, assay in enumerate(study.assays[:3])
    )
    document = assemble(replace(study, assays=assays), sections=["methods"])
    texts = [b.text for b in document.blocks if isinstance(b, Paragraph)]
    assert sum("fitted together with one model" in text for text in texts) == 1
    for n in range(3):
        assert sum(f"Membranes of kind {n} were used." in text for text in texts) == 1
