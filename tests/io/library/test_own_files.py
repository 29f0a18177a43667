"""Library files of the user that cannot be used are refused with a sentence."""

from __future__ import annotations

import re

import pytest

from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.io.library.mechanisms import mechanism_from_text

CONSTANTS = "name,value,unit,species,low,high,cv,free,description,source,certainty\n"
EVIDENCE = "subject,target,parameter,value,unit,qualifier,source,certainty\n"


def library(folder, **files):
    """A library folder with these files; `drugs__x_csv` is drugs/x.csv."""
    for name, text in files.items():
        place, _, suffix = name.replace("__", "/").rpartition("_")
        path = folder / f"{place}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Library(folder)


def message_of(call):
    with pytest.raises(InputError) as caught:
        call()
    # The sources in the library are not part of the claim.
    return re.sub(r" There are: abercrombie_1988.*", "", str(caught.value))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            "Ki_NET,ten,nM\n",
            ("x.csv, line 2, column value: 'ten' is not a number. Write it with a decimal point."),
        ),
        (
            "Ki_NET,10,nanomolar\n",
            (
                "x.csv, line 2, Ki_NET: no unit is called 'nanomolar'. "
                "There are: Hz, L_per_h_per_kg, L_per_kg, dimensionless, "
                "fmol_per_mg, g_per_mol, hour, identifier, kg, litre, "
                "mg_per_kg, nM, nM_per_h, ng_per_mL, nmol_per_kg, "
                "nmol_per_kg_per_h, nmole, per_h, per_nM, per_nM_per_h, "
                "percent, um, um_per_h."
            ),
        ),
        (
            "Ki_NET,10,nM,,,,,,affinity,unknown_1900,reported\n",
            "x.csv, line 2: no source is called 'unknown_1900'.",
        ),
        (
            "Ki_NET,10,nM,,,,,,affinity,,reported\n",
            (
                "x.csv, line 2, Ki_NET: is 'reported' "
                "but has no source. Add its source, or "
                "mark it 'assumed'."
            ),
        ),
        (
            "Ki_NET,10,nM,,,,,,affinity,,guessed\n",
            (
                "x.csv, line 2: no certainty is called "
                "'guessed'. There are: assumed, derived, "
                "from memory (unverified), initial value, "
                "reported, vendor guide."
            ),
        ),
        (
            "Ki_NET,10,nM,,,,,maybe,affinity,,assumed\n",
            ("x.csv, line 2: the column 'free' contains 'maybe'. It is yes, no or empty."),
        ),
        (
            "Ki_NET,10,nM,,20,30,,,affinity,,assumed\n",
            ("x.csv, line 2, Ki_NET: is 10 nM, outside its own range 20 to 30. Check the unit."),
        ),
        (
            "Ki_NET,10,nM,,1,100,,yes,affinity,,assumed,more\n",
            (
                "x.csv, line 2: has more "
                "cells than the header. Put a "
                "cell that contains a comma "
                "into quotation marks."
            ),
        ),
        (
            "Ki_NET,10,nM,,,,,yes,affinity,,assumed\n",
            ("x.csv, line 2, Ki_NET: is free but has no range. Provide low and high."),
        ),
    ],
)
def test_a_wrong_row_of_a_drug_is_refused(tmp_path, rows, message):
    own = library(tmp_path, drugs__x_csv=CONSTANTS + rows)
    assert message_of(lambda: own.drugs["x"]) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "name,value\nKi_NET,10\n",
            (
                "x.csv: has no column 'unit'. Columns are name, value, "
                "unit, species, low, high, cv, free, description, "
                "source, certainty."
            ),
        ),
        (
            "name,value,unit,nmae\nKi_NET,10,nM,\n",
            (
                "x.csv: no column is called 'nmae'. Did "
                "you mean 'name'? There are: certainty, "
                "cv, description, free, high, low, name, "
                "source, species, unit, value."
            ),
        ),
        (b"name,value,unit\n\xff,10,nM\n", "x.csv: is not UTF-8. Save the table as CSV UTF-8."),
    ],
)
def test_a_table_with_wrong_columns_or_encoding_is_refused(tmp_path, text, message):
    own = library(tmp_path, drugs__x_csv=text)
    assert message_of(lambda: own.drugs["x"]) == message


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "a,NET,Ki,1,nM,=,unknown_1900,reported\n",
            "x.csv, line 2: no source is called 'unknown_1900'.",
        ),
        (
            "a,NET,Ki,1,nM,~,,reported\n",
            ("x.csv, line 2: the qualifier is '~'. A qualifier is =, > or <."),
        ),
        (
            "a,NET,Ki,1,nM,=,,guessed\n",
            (
                "x.csv, line 2: no certainty is called 'guessed'. "
                "There are: assumed, derived, from memory "
                "(unverified), initial value, reported, vendor "
                "guide."
            ),
        ),
        (
            "a,NET,Ki,inf,nM,=,,reported\n",
            (
                "x.csv, line 2, column value: 'inf' is not "
                "finite. Leave the cell empty if there is no "
                "value."
            ),
        ),
    ],
)
def test_a_wrong_row_of_evidence_is_refused(tmp_path, row, message):
    own = library(tmp_path, evidence__x_csv=EVIDENCE + row)
    assert message_of(own.evidence) == message


def test_a_source_needs_a_key_and_a_citation(tmp_path):
    for row, message in (
        (",A paper", "sources.csv, line 2: has no key."),
        ("a,", "sources.csv, line 2: has no citation."),
    ):
        own = library(tmp_path, sources_csv=f"key,citation\n{row}\n")
        assert message_of(lambda own=own: own.sources) == message


def test_a_missing_library_folder_is_refused(tmp_path):
    missing = tmp_path / "absent"
    assert message_of(lambda: Library(missing).drugs) == (
        f"{missing}: is not a folder. "
        "Name a folder that contains a folder such as drugs/ or protocols/."
    )


@pytest.mark.parametrize(
    ("load", "message"),
    [
        (
            lambda own: own.scenario("ngf_neurite"),
            (
                "No scenario is called 'ngf_neurite'. Did "
                "you mean 'ngf_neurites'? There are: "
                "bdnf_glutamate, calcium_minutes, "
                "human_occupancy, kinetics_and_occupancy, "
                "ngf_neurites, noradrenergic_synapse."
            ),
        ),
        (
            lambda own: own.protocol("net-nisoxetin"),
            (
                "No protocol is called 'net-nisoxetin'. "
                "Did you mean 'net-nisoxetine'? There "
                "are: beta1-iodopindolol, dat-win35428, "
                "net-nisoxetine, sert-citalopram, "
                "sigma1-pentazocine, sigma2-dtg."
            ),
        ),
    ],
)
def test_a_near_name_is_suggested(tmp_path, load, message):
    assert message_of(lambda: load(library(tmp_path))) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "// in x nM\nmodel m()\nend\n",
            (
                "m.ant, line 1: '// in x nM' needs a symbol, a "
                "unit and a description. A declaration is written "
                "// in symbol unit description."
            ),
        ),
        (
            "// id x\nmodel m()\nend\n",
            (
                "m.ant, line 1: 'id x' is not a symbol and one "
                "identifier. An identifier is written // id NET "
                "uniprot:P23975."
            ),
        ),
        (
            "// link a b\nmodel m()\nend\n",
            (
                "m.ant, line 1: 'link a b' is not a link. A link "
                "is written // link a -> b "
                "binds|activates|inhibits|converts."
            ),
        ),
        (
            "// link a -> b likes\nmodel m()\nend\n",
            (
                "m.ant, line 1: 'link a -> b likes' is "
                "not a link. A link is written // link a "
                "-> b binds|activates|inhibits|converts."
            ),
        ),
        (
            "// node a blob label\nmodel m()\nend\n",
            (
                "m.ant, line 1: 'node a blob label' is "
                "not a node. A node is written // node "
                "symbol "
                "drug|receptor|transporter|enzyme|messenger|process|gene|signal|transmitter "
                "label, or // node symbol = other."
            ),
        ),
        ("x := 1\nmodel m()\nend\n", "m.ant, line 1: 'x := 1' is outside of model … end."),
        ("model m()\nx := 1\n", "m.ant: has no 'model NAME()' … 'end'."),
    ],
)
def test_a_wrong_mechanism_is_refused(text, message):
    def read():
        mechanism_from_text(text, (), name="m", where="m.ant")

    assert message_of(read) == message


def test_comments_describe_a_mechanism_until_the_first_declaration():
    mechanism = mechanism_from_text(
        "// One line.\n//\n// Another line.\n// state  x  nM  amount of x\n// out  y  nM  y\n"
        "// A remark.\n"
        "// limitation  No loss.\n// limitation  No gain.\n// link x -> y activates\n"
        "// node x messenger X\n// node y = x\n// id x uniprot:P1\n"
        "model m()  \n  // inside\n  x' = 1 - x;  // rate\n  x = 0\n  y := x\nend\n",
        (),
        name="m",
        where="m.ant",
    )
    assert mechanism.description == "One line. Another line."
    assert mechanism.limitations == ("No loss.", "No gain.")
    assert mechanism.body == ("x' = 1 - x", "x = 0", "y := x")
    port, _ = mechanism.ports
    assert (port.name, port.kind, port.unit, port.description) == (
        "x",
        "state",
        "nM",
        "amount of x",
    )
    (edge,) = mechanism.diagram_edges
    assert (edge.start, edge.end, edge.kind) == ("x", "y", "activates")
    assert mechanism.same == {"y": "x"} and mechanism.identifiers == (("x", "uniprot:P1"),)


def test_a_further_row_of_a_constant_is_an_alternative(tmp_path):
    own = library(
        tmp_path,
        drugs__x_csv="name,value,unit,species\nKi_NET,10,nM,\nKi_NET,20,nM,\nKi_NET,30,nM,rat\n",
    )
    constants = own.drugs["x"].constants
    assert [(row.value, row.applies_to) for row in constants] == [(10.0, ""), (30.0, "rat")]
    assert [row.value for row in constants[0].alternatives] == [20.0]


def test_a_folder_with_other_files_is_no_library(tmp_path):
    (tmp_path / "desipramine.csv").write_text("name,value\n")
    assert message_of(lambda: Library(tmp_path).drugs) == (
        f"{tmp_path}: contains no part of a library. Its parts are analytes.csv, drugs, ensembles, "
        "evidence, mechanisms, populations, protocols, scenarios, sources.csv. Name the folder "
        "that contains them."
    )


def test_an_empty_folder_is_a_new_library(tmp_path):
    (tmp_path / ".DS_Store").write_bytes(b"")
    assert "desipramine" in Library(tmp_path).drugs


def test_a_table_with_a_very_long_cell_is_refused(tmp_path):
    own = library(tmp_path, sources_csv='key,citation\na,"' + "x" * 200_000 + "\n")
    assert message_of(lambda: own.sources) == (
        "sources.csv: is not a table in CSV (field larger than field limit (131072)). Save it "
        "again as CSV in UTF-8."
    )


def test_a_table_with_the_line_ends_of_old_computers_is_read(tmp_path):
    own = library(tmp_path, sources_csv="key,citation\rmy_key,My citation\r")
    assert own.sources["my_key"].citation == "My citation"
