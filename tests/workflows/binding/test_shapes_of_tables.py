"""One data set in the shapes in which laboratories type it gives the numbers of the plain table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tricyclic as tca
from tricyclic.errors import InputError

DOSES_nM = [0.1, 1.0, 10.0, 100.0, 1000.0, 10000.0]
KI_nM = {"DMI": 2.0, "IMI": 30.0}
HOT_nM, KD_nM = 0.5, 0.8
Rows = list[list[Any]]
HEAD = ["conc (nM)", "DMI", "DMI", "IMI", "IMI", "Total", "NSB"]


def readings() -> Rows:
    """Counts of two compounds in duplicate with controls (Cheng and Prusoff), 2 % scatter."""
    rng = np.random.default_rng(8)
    rows: Rows = []
    for dose in DOSES_nM:
        truth = []
        for ki in KI_nM.values():
            truth += [400 + 4600 / (1 + dose / (ki * (1 + HOT_nM / KD_nM)))] * 2
        truth += [5000.0, 400.0]
        rows.append([dose, *np.round(truth * (1 + 0.02 * rng.standard_normal(6))).tolist()])
    return rows


def ki_of(file: Path, **more: Any) -> dict[str, float]:
    result = tca.affinity(
        file,
        outliers="none",
        **({"unit": "cpm", "radioligand_nM": HOT_nM, "kd_nM": KD_nM} | more),
    )
    return {e.subject: e.value for e in result.estimates if e.name == "Ki"}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, saved) -> dict[str, float]:
    file = saved(tmp_path_factory.mktemp("plain") / "plain.xlsx", {"S": [HEAD, *readings()]})
    values = ki_of(file)
    assert values == pytest.approx(KI_nM, rel=0.12)
    return values


def with_means(rows: Rows) -> Rows:
    head = ["conc (nM)", "DMI", "DMI", "Mean", "SD", "IMI", "IMI", "Average", "%CV", "Total", "NSB"]
    out = [head]
    for r in rows:
        dmi, imi = float(np.mean(r[1:3])), float(np.mean(r[3:5]))
        out.append([*r[:3], dmi, 33.0, *r[3:5], imi, 2.5, *r[5:]])
    return out


def with_named_means(rows: Rows) -> Rows:
    head = [
        "nM",
        "DMI 1",
        "DMI 2",
        "DMI mean",
        "Mean of IMI",
        "IMI 1",
        "IMI 2",
        "Total",
        "NSB",
        "n",
    ]
    return [
        head,
        *[[*r[:3], float(np.mean(r[1:3])), float(np.mean(r[3:5])), *r[3:], 2] for r in rows],
    ]


def controls_in_rows(word: str, blocked: str) -> Callable[[Rows], Rows]:
    """The same totals and non-specific wells, six of each, in rows among the doses."""

    def shape(rows: Rows) -> Rows:
        totals, nsb = ([row[k] for row in rows] for k in (5, 6))
        return [
            ["conc (nM)", "DMI", "DMI", "IMI", "IMI"],
            [word, *totals[:4]],
            *[row[:5] for row in rows],
            [word, *totals[4:]],
            [blocked, *nsb[:4]],
            [blocked, *nsb[4:]],
        ]

    return shape


SHAPES: dict[str, Callable[[Rows], Rows]] = {
    "means and errors beside": with_means,
    "named means": with_named_means,
    "a row of means": lambda rows: [
        HEAD,
        *rows,
        ["Average", *[float(np.mean([r[k] for r in rows])) for k in range(1, 7)]],
        ["n", *[6] * 6],
    ],
    "a row of sums called total": lambda rows: [
        HEAD,
        *rows,
        [],
        ["Total", *[sum(r[k] for r in rows) for k in range(1, 7)]],
    ],
    "doses with their unit": lambda rows: [
        ["conc", *HEAD[1:]],
        *[[f"{r[0]:g} nM" if r[0] < 1000 else f"{r[0] / 1000:g} µM", *r[1:]] for r in rows],
    ],
    "doses in text as M": lambda rows: [
        ["conc", *HEAD[1:]],
        *[[f"{r[0] * 1e-9:.2E} M", *r[1:]] for r in rows],
    ],
    "solvent": controls_in_rows("DMSO", "NSB"),
    "words": controls_in_rows("no competitor", "Non-specific (10 uM mazindol)"),
    "two columns of doses": lambda rows: [
        ["DMI (nM)", "DMI", "DMI", "IMI (uM)", "IMI", "IMI", "Total", "NSB"],
        *[[*r[:3], r[0] / 1000, *r[3:]] for r in rows],
    ],
    "the same doses in two units": lambda rows: [
        ["conc (nM)", "conc (uM)", *HEAD[1:]],
        *[[r[0], r[0] / 1000, *r[1:]] for r in rows],
    ],
    "doses across": lambda rows: [
        [name, *[r[k] for r in rows]]
        for k, name in enumerate(["nM", "DMI", None, "IMI", None, "Total", "NSB"])
    ],
    "doses across below a title": lambda rows: [
        ["NET, 12 Nov"],
        [],
        *[
            [None, name, *[r[k] for r in rows]]
            for k, name in enumerate(["conc (nM)", "DMI", "DMI", "IMI", "IMI", "Total", "NSB"])
        ],
        [],
        ["counted twice"],
    ],
    "long, with replicates beside each other": lambda rows: [
        ["Tube no.", "Compound", "Conc (nM)", "cpm 1", "cpm 2"],
        *[[k, "DMI", *row[:3]] for k, row in enumerate(rows)],
        *[[k, "IMI", row[0], *row[3:5]] for k, row in enumerate(rows)],
        *[[k, "Total", None, row[5]] for k, row in enumerate(rows)],
        *[[k, "NSB", None, row[6]] for k, row in enumerate(rows)],
    ],
    "each compound written once": lambda rows: [
        ["Compound", "Conc (nM)", "cpm 1", "cpm 2"],
        *[["DMI" if k == 0 else None, *row[:3]] for k, row in enumerate(rows)],
        *[["IMI" if k == 0 else None, row[0], *row[3:5]] for k, row in enumerate(rows)],
        *[["Total" if k == 0 else "", None, row[5]] for k, row in enumerate(rows)],
        *[["NSB", None, row[6]] for row in rows],
    ],
    "blank columns": lambda rows: [
        [r[0], None, *r[1:3], None, *r[3:5], None, *r[5:]] for r in [HEAD, *rows]
    ],
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
def test_every_shape_gives_the_ki_of_the_plain_table(tmp_path, plain, shape, saved):
    assert ki_of(saved(tmp_path / "t.xlsx", {"S": shape(readings())})) == pytest.approx(
        plain, rel=1e-6
    )


def of_one(rows: Rows, first: int) -> Rows:
    return [["conc (nM)", "Rep 1", "Rep 2", "Total", "NSB"]] + [
        [r[0], *r[first : first + 2], *r[5:]] for r in rows
    ]


@pytest.mark.parametrize(
    "sheets",
    [
        lambda dmi, imi: {"DMI": dmi, "IMI": imi},
        lambda dmi, imi: {"S": [["DMI"], *dmi, [], ["IMI"], *imi]},
        lambda dmi, imi: {"S": [["Compound: DMI"], [], *dmi, [], ["Compound: IMI"], *imi]},
        lambda dmi, imi: {"DMI run 1": dmi, "IMI run 1": imi},
    ],
    ids=["sheets", "one below the other", "stated", "with the run"],
)
def test_tables_of_several_compounds_are_no_runs_of_one(tmp_path, sheets, saved):
    """Their Ki were pooled as runs of one compound: 7.7 nM, between 2 and 30.

    The controls, measured once and copied beside each compound, make none a copy of the other.
    """
    made = sheets(of_one(readings(), 1), of_one(readings(), 3))
    assert ki_of(saved(tmp_path / "t.xlsx", made)) == pytest.approx(KI_nM, rel=0.15)


@pytest.mark.parametrize("names", [("Run 1", "Run 2"), ("12 Nov", "14 Nov"), ("Sheet1", "Sheet2")])
def test_sheets_that_are_runs_are_pooled(tmp_path, names, saved):
    first = of_one(readings(), 1)
    second = [first[0], *[[r[0], *[y + 3 for y in r[1:]]] for r in first[1:]]]
    file = saved(tmp_path / "t.xlsx", dict(zip(names, (first, second), strict=True)))
    result = tca.affinity(file, unit="cpm", radioligand_nM=HOT_nM, kd_nM=KD_nM, compound="DMI")
    (ki,) = [e for e in result.estimates if e.name == "Ki"]
    assert (ki.subject, ki.n_experiments) == ("DMI", 2)


def test_a_compound_that_is_stated_above_is_named_and_an_option_is_stronger(tmp_path, saved):
    file = saved(tmp_path / "t.xlsx", {"S": [["Compound", "DMI"], [], *of_one(readings(), 1)]})
    assert [*ki_of(file)] == ["DMI"]
    assert [*ki_of(file, compound="desipramine")] == ["desipramine"]


def test_a_word_that_is_no_control_is_refused(tmp_path, saved):
    rows = [HEAD, ["see note", *readings()[0][1:]], *readings()]
    with pytest.raises(InputError, match="column 'conc \\(nM\\)' has 'see note' among its numbers"):
        ki_of(saved(tmp_path / "t.xlsx", {"S": rows}))


def test_a_number_of_values_is_no_non_specific_binding(tmp_path, saved):
    """ "n" beside "NSB SEM" was read as non-specific binding: Kd 1.14 instead of 0.84 nM."""
    hot = np.array([0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4])
    total = 5000 * hot / (hot + KD_nM) + 250 * hot
    rows = [
        [h, t, 50.0, 3, 250 * h, 10.0, 3] for h, t in zip(hot.tolist(), total.tolist(), strict=True)
    ]
    head = ["nM", "Total mean", "Total SEM", "n", "NSB mean", "NSB SEM", "n"]
    result = tca.saturation(saved(tmp_path / "t.xlsx", {"S": [head, *rows]}), unit="cpm")
    values = {e.name: e.value for e in result.estimates}
    assert (values["Kd"], values["Bmax"]) == pytest.approx((KD_nM, 5000), rel=1e-4)


def saturation_below(head: Rows) -> dict[str, Rows]:
    hot = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4]
    rows = [[h, 900 * h / (h + KD_nM) + 20 * h, 20 * h] for h in hot]
    return {"S": [*head, *rows]}


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("Saturation, fmol/mg protein", "fmol/mg"),
        ("Saturation of [3H]nisoxetine (fmol/mg)", "fmol/mg"),
        ("Binding in dpm", "dpm"),
        ("unit: fmol/mg", "fmol/mg"),
        # A time, a temperature or a concentration is no unit of readings.
        ("Saturation, 60 min", "unknown"),
        ("Incubated at nM", "unknown"),
    ],
)
def test_the_unit_in_a_title_is_that_of_the_readings(tmp_path, title, unit, saved):
    result = tca.saturation(
        saved(tmp_path / "t.xlsx", saturation_below([[title], [], ["nM", "Total", "NSB"]]))
    )
    (bmax,) = [e for e in result.estimates if e.name == "Bmax"]
    assert (bmax.unit, bmax.value) == (unit, pytest.approx(900, rel=1e-4))
    stated = [note for note in result.study.read_as if "unit of the readings" in note]
    assert stated == (
        [f"t.xlsx: unit of the readings {unit}, from the text above '{title}'"]
        if unit != "unknown"
        else []
    )


def test_an_option_and_a_heading_are_stronger_than_a_title(tmp_path, saved):
    given = tca.saturation(
        saved(
            tmp_path / "t.xlsx", saturation_below([["Saturation, fmol/mg"], ["nM", "Total", "NSB"]])
        ),
        unit="pmol/mg",
    )
    assert {e.unit for e in given.estimates if e.name == "Bmax"} == {"pmol/mg"}
    names = ["nM", "Total (dpm)", "NSB (dpm)"]
    heads = tca.saturation(
        saved(tmp_path / "t.xlsx", saturation_below([["Saturation, fmol/mg"], names]))
    )
    assert {e.unit for e in heads.estimates if e.name == "Bmax"} == {"dpm"}


def test_doses_across_name_the_column_of_a_damaged_number(tmp_path, saved):
    rows = readings()
    across = [[name, *[r[k] for r in rows]] for k, name in enumerate(["nM", "DMI", "IMI"])]
    across[1][2] = "20l1"
    result = tca.affinity(
        saved(tmp_path / "t.xlsx", {"S": across}), unit="cpm", radioligand_nM=0.5, kd_nM=0.8
    )
    assert any("'20l1'" in part for part in result.study.unused)
