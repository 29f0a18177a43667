"""Tables whose columns are recognised: Prism's shape, long tables, DataFrames, published tables."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import tricyclic as tca
from tricyclic.assays.binding.plots import assay_plots
from tricyclic.cli.main import main
from tricyclic.errors import InputError
from tricyclic.io.frames import table_from_frame
from tricyclic.io.open import read_tables
from tricyclic.workflows.binding.columns import columns_of

SHARED = Path(
    os.environ.get("TRICYCLIC_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data"
)
needs_data = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not here")
DOSES_nM = np.array([0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000.0])
KI_nM = {"DMI": 2.0, "IMI": 30.0}
HOT_nM, KD_nM = 0.5, 0.8


def values_of(result: tca.StudyRunResult, name: str) -> dict[str, float]:
    return {e.subject: e.value for e in result.estimates if e.name == name}


@needs_data
def test_published_competition_gives_the_published_numbers():
    """G. Koncevicius (2016), Binding Assay Exercise: Ki 5.07 and 0.699 nM."""
    file = SHARED / "published" / "competition_three_compounds.csv"
    result = tca.affinity(file, radioligand_nM=0.6, kd_nM=1.4)
    ki = {e.subject: e for e in result.estimates if e.name == "Ki"}
    assert ki["compound1"].value == pytest.approx(5.07, abs=0.006)
    assert ki["compound2"].value == pytest.approx(0.699, abs=0.0006)
    factor = 1 + 0.6 / 1.4
    assert np.log10(ki["compound1"].value * factor * 1e-9) == pytest.approx(-8.1404, abs=1e-3)
    assert np.log10(ki["compound2"].low * factor * 1e-9) == pytest.approx(-9.0523, abs=2e-3)
    assert np.log10(ki["compound2"].high * factor * 1e-9) == pytest.approx(-8.9485, abs=2e-3)


@needs_data
def test_published_saturation_gives_the_published_numbers():
    """The same source: Kd 21.7 nM, 95 % profile 18.23 to 25.79."""
    result = tca.saturation(SHARED / "published" / "saturation_total_nonspecific.csv")
    (kd,) = [e for e in result.estimates if e.name == "Kd"]
    assert (kd.value, kd.low, kd.high) == pytest.approx((21.7, 18.23, 25.79), abs=0.05)


def competition(seed: int = 4) -> pd.DataFrame:
    """Counts of two compounds in triplicate with controls (Cheng and Prusoff), 2 % scatter."""
    rng = np.random.default_rng(seed)

    def scatter(truth: np.ndarray | float) -> np.ndarray:
        return np.round(truth * (1 + 0.02 * rng.standard_normal(DOSES_nM.size)))

    columns = {"conc (nM)": DOSES_nM}
    columns |= {f"Total {k}": scatter(5000.0) for k in (1, 2, 3)}
    columns |= {f"NSB {k}": scatter(400.0) for k in (1, 2, 3)}
    for name, ki in KI_nM.items():
        truth = 400 + 4600 / (1 + DOSES_nM / (ki * (1 + HOT_nM / KD_nM)))
        columns |= {f"{name} {k}": scatter(truth) for k in (1, 2, 3)}
    return pd.DataFrame(columns)


def as_prism_sub_columns(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns=lambda name: name.replace(" ", ":Y") if "(" not in name else name)


def as_long(frame: pd.DataFrame) -> pd.DataFrame:
    long = frame.melt("conc (nM)", var_name="compound", value_name="cpm")
    long["compound"] = long["compound"].str.replace(r" \d$", "", regex=True)
    long["role"] = long["compound"].map({"Total": "total", "NSB": "nsb"}).fillna("competition")
    long.loc[long["role"] != "competition", ["conc (nM)"]] = np.nan
    return long


@pytest.mark.parametrize(
    "shape",
    [
        lambda frame: frame,
        as_prism_sub_columns,
        as_long,
        lambda frame: as_long(frame).drop(columns="role"),
        pl.from_pandas,
        pa.Table.from_pandas,
        lambda frame: frame.rename(columns=lambda name: name.replace(" ", "_")),
    ],
    ids=["wide", "prism", "long", "long without role", "polars", "arrow", "underscores"],
)
def test_every_shape_of_one_data_set_gives_the_same_ki(shape):
    given = {"radioligand_nM": HOT_nM, "kd_nM": KD_nM, "unit": "cpm", "outliers": "none"}
    expected = values_of(tca.affinity(competition(), **given), "Ki")
    result = tca.affinity(shape(competition()), **given)
    ki = values_of(result, "Ki")
    assert ki == pytest.approx(expected, rel=1e-6)
    assert ki == pytest.approx(KI_nM, rel=0.15)


def test_a_plate_in_a_frame_gives_the_ki_of_the_table():
    """Wells with role, compound and concentration, and the same readings without wells."""
    long = as_long(competition())
    long["well"] = [f"{'ABCDEFGHIJKLMNOP'[k // 24]}{k % 24 + 1}" for k in range(len(long))]
    long["compound"] = long["compound"].where(long["role"] == "competition", "")
    given = {"radioligand_nM": HOT_nM, "kd_nM": KD_nM, "unit": "cpm", "outliers": "none"}
    plate = tca.affinity(long, **given)
    table = tca.affinity(long.drop(columns="well"), **given)
    assert values_of(plate, "Ki") == pytest.approx(values_of(table, "Ki"), rel=1e-6)
    assert plate.study.read_as == ("DataFrame: contents of the wells from the columns of the file",)


def test_a_column_of_runs_makes_independent_runs():
    frames = [competition(seed).assign(run=f"day {seed}") for seed in (1, 2, 3)]
    given = {"radioligand_nM": HOT_nM, "kd_nM": KD_nM, "unit": "cpm", "outliers": "none"}
    result = tca.affinity(pd.concat(frames), **given)
    (ki,) = [e for e in result.estimates if e.name == "Ki" and e.subject == "DMI"]
    assert ki.n_experiments == 3
    assert ki.low < KI_nM["DMI"] < ki.high
    alone = tca.affinity(frames, **given)
    assert values_of(alone, "Ki") == pytest.approx(values_of(result, "Ki"), rel=1e-9)


SATURATION = [
    (0.05, 82, 90, 85, 9, 10, 8),
    (0.1, 160, 171, 158, 19, 22, 20),
    (0.3, 420, 431, 405, 62, 58, 60),
    (1, 1010, 985, 1033, 205, 198, 201),
    (3, 1810, 1777, 1850, 590, 612, 601),
    (10, 3490, 3401, 3555, 1980, 2011, 2043),
]


def saturation_sheet(path: Path, style: str) -> Path:
    """Concentration, total x3, NSB x3 below a title, with the headings of one of three styles."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Saturation 12 Nov"])
    sheet.append(["Prepared by J. Smith"])
    sheet.append([])
    if style == "repeated":
        sheet.append(["conc (nM)", *["Total"] * 3, *["NSB"] * 3])
    elif style == "merged":
        sheet.append(["conc (nM)", "Total", "", "", "NSB"])
        sheet.merge_cells("B4:D4")
        sheet.merge_cells("E4:G4")
    elif style == "first only":
        sheet.append(["conc (nM)", "Total", None, None, "NSB", None, None])
    elif style == "numbered below":
        sheet.append(["", "Total", None, None, "NSB", None, None])
        sheet.append(["conc (nM)", 1, 2, 3, 1, 2, 3])
    else:
        sheet.append(["conc", "total 1", "total 2", "total 3", "NSB 1", "NSB 2", "NSB 3"])
        sheet.append(["nM", *["cpm"] * 6])
    for row in SATURATION:
        sheet.append(list(row))
    sheet.append([])
    sheet.append(["n = 1, counted on Monday"])
    book.create_sheet("BCA").append(["protein next week"])
    book.save(path)
    return path


@pytest.mark.parametrize(
    "style", ["repeated", "merged", "first only", "numbered below", "units below"]
)
def test_a_saturation_below_a_title_is_read_with_its_replicates(tmp_path, style):
    path = saturation_sheet(tmp_path / "sat.xlsx", style)
    (table,) = read_tables(path)
    assert table.columns[1:] == ("Total 1", "Total 2", "Total 3", "NSB 1", "NSB 2", "NSB 3") or (
        style == "units below"
    )
    assert len(table) == len(SATURATION)
    np.testing.assert_array_equal(
        np.column_stack([table.values[name] for name in table.columns]), np.array(SATURATION)
    )
    assert any("'n = 1, counted on Monday'" in part for part in table.unused)
    assert "sheet 'BCA (no table)'" in table.unused
    result = tca.saturation(path, unit="cpm")
    (kd,) = [e for e in result.estimates if e.name == "Kd"]
    # By hand: total = Bmax x / (Kd + x) + ns x with Kd 1, Bmax 1600, ns 200.
    assert kd.value == pytest.approx(1.0, rel=0.12)
    assert result.study.assays[0].plates[0].fit.n == 36


def test_columns_are_grouped_by_their_names():
    frame = competition().assign(**{"DMI SD": 1.0, "operator code": 7.0})
    columns = columns_of(table_from_frame(frame), "competition", {}, where="t")
    assert columns.x == {"competitor_M": ("conc (nM)", "nM")}
    assert columns.total == ("Total 1", "Total 2", "Total 3")
    assert columns.non_specific == ("NSB 1", "NSB 2", "NSB 3")
    assert columns.compounds["DMI"] == ("DMI 1", "DMI 2", "DMI 3")


@pytest.mark.parametrize(
    ("names", "compounds"),
    [
        (("compound1_fmol_mg", "compound2_fmol_mg"), ["compound1", "compound2"]),
        (("RTI 55", "RTI 56"), ["RTI 55", "RTI 56"]),
        (("RTI-55", "WIN 35428"), ["RTI-55", "WIN 35428"]),
        (("A:Y1", "A:Y2", "B:Y1", "B:Y2"), ["A", "B"]),
        (("cpm_1", "cpm_2"), [""]),
        (("S-citalopram (cpm)", "R-citalopram (cpm)"), ["S-citalopram", "R-citalopram"]),
        (("drug 1", "drug 2"), ["drug 1", "drug 2"]),
    ],
)
def test_names_of_compounds_and_numbers_of_replicates(names, compounds):
    frame = pd.DataFrame({"conc_nM": [1.0, 10.0], **{name: [5.0, 4.0] for name in names}})
    columns = columns_of(table_from_frame(frame), "competition", {}, where="t")
    assert list(columns.compounds) == compounds


def test_association_at_several_concentrations_gives_kon_and_koff():
    """kobs = kon L + koff, by hand."""
    kon, koff = 2e7, 0.06
    time = np.array([1, 2, 4, 7, 12, 20, 35, 60.0])
    frame = pd.DataFrame({"time (min)": time})
    rng = np.random.default_rng(2)
    for hot in (2, 5, 10):
        rate = kon * hot * 1e-9 + koff
        level = 2000 * kon * hot * 1e-9 / rate
        curve = level * (1 - np.exp(-rate * time))
        frame[f"{hot} nM"] = np.round(curve * (1 + 0.01 * rng.standard_normal(time.size)), 1)
    result = tca.kinetics(frame, unit="cpm")
    estimates = {e.name: e.value for e in result.estimates}
    assert estimates["kon"] == pytest.approx(kon, rel=0.05)
    assert estimates["koff"] == pytest.approx(koff, rel=0.1)


def test_tables_of_a_prism_project_are_competitions(tmp_path):
    frame = competition()
    columns = "".join(
        f"<YColumn Subcolumns='3'><Title>{name}</Title>"
        + "".join(
            "<Subcolumn>" + "".join(f"<d>{v:g}</d>" for v in frame[f"{name} {k}"]) + "</Subcolumn>"
            for k in (1, 2, 3)
        )
        + "</YColumn>"
        for name in ("Total", "NSB", "DMI", "IMI")
    )
    logs = "".join(f"<d>{np.log10(dose * 1e-9):.12g}</d>" for dose in DOSES_nM)
    (tmp_path / "net.pzfx").write_text(
        "<?xml version='1.0'?><GraphPadPrismFile><Table ID='T0' YFormat='replicates' "
        "Replicates='3'><Title>NET</Title>"
        f"<XColumn Subcolumns='1'><Title>X</Title><Subcolumn>{logs}</Subcolumn></XColumn>"
        f"{columns}</Table></GraphPadPrismFile>"
    )
    result = tca.affinity(tmp_path / "net.pzfx", radioligand_nM=HOT_nM, kd_nM=KD_nM, unit="cpm")
    expected = tca.affinity(frame, radioligand_nM=HOT_nM, kd_nM=KD_nM, unit="cpm")
    assert values_of(result, "Ki") == pytest.approx(values_of(expected, "Ki"), rel=1e-6)
    assert "net.pzfx: column 'X' is the competitor, as log10 M: all are negative" in (
        result.study.read_as
    )


def test_what_is_not_recognised_is_refused_with_the_way():
    with pytest.raises(InputError) as caught:
        tca.affinity(competition().rename(columns={"conc (nM)": "conc"}), radioligand_nM=1, kd_nM=1)
    assert str(caught.value) == (
        "DataFrame: column 'conc' has no unit. Write the unit into its name, such as "
        "'conc (nM)', or add x=\"competitor=conc:nM\"."
    )
    result = tca.affinity(
        competition().rename(columns={"conc (nM)": "conc"}),
        x="competitor=conc:nM",
        radioligand_nM=HOT_nM,
        kd_nM=KD_nM,
    )
    assert values_of(result, "Ki") == pytest.approx(KI_nM, rel=0.15)


def test_a_radioligand_states_its_isotope_and_a_protocol_of_another_kind_its_conditions():
    frame = pd.DataFrame(SATURATION, columns=["conc_nM", *"abc", *"def"])
    frame.columns = ["conc_nM", "total 1", "total 2", "total 3", "NSB 1", "NSB 2", "NSB 3"]
    result = tca.saturation(frame, radioligand="[125I]RTI-55", unit="cpm")
    (plate,) = result.study.assays[0].plates
    assert plate.conditions.isotope == "125I"
    result = tca.saturation(frame, protocol="net-nisoxetine", unit="cpm")
    (plate,) = result.study.assays[0].plates
    assert plate.conditions.isotope == "3H" and plate.conditions.radioligand_nM is None
    assert plate.conditions.volume_uL is not None
    assert any("which is of the kind competition" in part for part in result.study.read_as)


@pytest.mark.parametrize(
    ("names", "unit"),
    [
        (("X", "log"), "log10 M"),
        (("log[nM]", "log nM"), "log10 nM"),
        (("conc (µM)", "uM"), "uM"),
        (("nM", "nM"), "nM"),
        (("[L] nM", "nM"), "nM"),
        (("[desipramine] (nM)", "nM"), "nM"),
    ],
)
def test_the_unit_of_what_was_varied_is_in_its_name(tmp_path, names, unit):
    name, scale = names
    x = {
        "log": np.log10(DOSES_nM * 1e-9),
        "log nM": np.log10(DOSES_nM),
        "uM": DOSES_nM / 1e3,
        "nM": DOSES_nM,
    }[scale]
    frame = competition()[["DMI 1", "DMI 2", "DMI 3"]]
    frame.insert(0, name, x)
    frame.to_csv(tmp_path / "t.csv", index=False)
    for source in (frame, tmp_path / "t.csv"):
        result = tca.affinity(source, radioligand_nM=HOT_nM, kd_nM=KD_nM, unit="cpm")
        assert values_of(result, "Ki") == pytest.approx({"DMI": KI_nM["DMI"]}, rel=0.15)
        assert unit in result.study.read_as[0]


def test_statistics_beside_a_mean_are_no_readings():
    frame = competition()
    means = pd.DataFrame(
        {
            "conc_nM": DOSES_nM,
            "DMI mean": frame[["DMI 1", "DMI 2", "DMI 3"]].mean(axis=1),
            "DMI SD": 50.0,
            "DMI n": 3,
        }
    )
    result = tca.affinity(means, radioligand_nM=HOT_nM, kd_nM=KD_nM, unit="cpm")
    assert values_of(result, "Ki") == pytest.approx({"DMI": KI_nM["DMI"]}, rel=0.15)
    assert result.study.unused == ("DataFrame: columns 'DMI SD', 'DMI n'",)


def test_total_and_non_specific_without_names_are_the_higher_and_the_lower():
    frame = pd.DataFrame(
        SATURATION, columns=["X (nM)", "A:Y1", "A:Y2", "A:Y3", "B:Y1", "B:Y2", "B:Y3"]
    )
    result = tca.saturation(frame, unit="cpm")
    (kd,) = [e for e in result.estimates if e.name == "Kd"]
    assert kd.value == pytest.approx(1.0, rel=0.12)
    assert any("'A' is total and 'B' non-specific" in part for part in result.study.read_as)


def test_a_frame_of_a_screen_is_the_screen_of_its_file(tmp_path):
    rng = np.random.default_rng(3)
    rows = []
    for plate in ("P1", "P2"):
        for k in range(96):
            role = {0: "total", 11: "non_specific"}.get(k % 12, "competition")
            level = {"total": 1000.0, "non_specific": 100.0}.get(role, 300.0 if k == 40 else 980.0)
            compound = f"C{plate}{k}" if role == "competition" else ""
            name = f"{'ABCDEFGH'[k // 12]}{k % 12 + 1:02d}"
            value = round(level * (1 + 0.03 * rng.standard_normal()), 2)
            rows.append((plate, name, role, value, compound, 10.0 if compound else np.nan))
    columns = ["plate", "well", "role", "value", "compound", "concentration_uM"]
    frame = pd.DataFrame(rows, columns=columns)
    frame.to_csv(tmp_path / "screen.csv", index=False)
    own, of_file = tca.screen(frame, unit="cpm"), tca.screen(tmp_path / "screen.csv", unit="cpm")
    assert len(own.plates) == len(of_file.plates) == 2
    assert own.wells == of_file.wells
    assert any(well.compound == "CP140" for well in own.wells)


def without_controls() -> pd.DataFrame:
    controls = [f"{name} {k}" for name in ("Total", "NSB") for k in (1, 2, 3)]
    return competition().drop(columns=controls)


def test_compounds_of_a_table_are_drawn_apart_and_are_one_run():
    """Without controls each compound is a fit of its own, and still a curve of the same run."""
    table = competition().drop(
        columns=[f"{name} {k}" for name in ("Total", "NSB") for k in (1, 2, 3)]
    )
    result = tca.affinity(table, radioligand_nM=HOT_nM, kd_nM=KD_nM, unit="cpm")
    (assay,) = result.study.assays
    plot = assay_plots(assay, result.curves)[0]
    assert [points.name for points in plot.points] == list(KI_nM)
    assert [trace.subject for trace in plot.traces] == list(KI_nM)
    assert plot.x_title == "log10 [competitor] (M)"
    assert "runs" not in plot.title
    axes = result.plot()
    colours = {line.get_color() for line in axes.lines if line.get_linestyle() == "-"}
    assert len(colours) >= len(KI_nM)


def test_compounds_of_several_runs_are_drawn_by_compound_and_run():
    table = competition().drop(
        columns=[f"{name} {k}" for name in ("Total", "NSB") for k in (1, 2, 3)]
    )
    both = pd.concat([table.assign(run="monday"), table.assign(run="friday")])
    result = tca.affinity(both, radioligand_nM=HOT_nM, kd_nM=KD_nM, unit="cpm")
    (assay,) = result.study.assays
    plot = assay_plots(assay, result.curves)[0]
    assert plot.title.endswith(", 2 runs")
    assert len({points.name for points in plot.points}) == len(plot.points) == 4
    assert {trace.subject for trace in plot.traces} == set(KI_nM)


def test_a_bound_is_drawn_as_a_bound():
    """The lowest dose already displaces more than half: the Ki is below, in the figure too."""
    table = competition()[4:].reset_index(drop=True)
    result = tca.affinity(table, radioligand_nM=HOT_nM, kd_nM=KD_nM, unit="cpm")
    ki = next(e for e in result.estimates if e.name == "Ki" and e.subject == "DMI")
    assert ki.qualifier == "<"
    (assay,) = result.study.assays
    label = next(m.label for m in assay_plots(assay, result.curves)[0].marks if "DMI" in m.label)
    assert label == f"DMI Ki < {ki.value:.3g} nM"


@pytest.mark.parametrize("extra", [[], ["--radioligand-nM", "0.5"], ["--kd-nM", "0.8"]])
def test_the_advice_without_a_kd_names_the_option_and_works(tmp_path, extra, capsys):
    file = tmp_path / "table.csv"
    competition().to_csv(file, index=False)
    arguments = ["binding", "affinity", str(file), "--unit", "cpm", *extra]
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 3
    message = capsys.readouterr().err
    (missing,) = re.findall(r"Provide (--[\w-]+),", message)
    (model,) = re.findall(r'--model "(\w+)"', message)
    assert missing == ("--radioligand-nM" if extra[:1] == ["--kd-nM"] else "--kd-nM")
    # The run is called as an option is, which is no reason to name the option.
    assert "run 'table'" in message
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--model", model])
    assert ended.value.code in (0, 4)
    with pytest.raises(InputError, match='Provide kd_nM=, or choose model="one_site'):
        tca.affinity(file, unit="cpm")


def test_the_name_of_repeated_columns_stands_for_all_of_them(tmp_path):
    """A file with three columns called DMI: --response DMI reads the three."""
    file = tmp_path / "repeated.csv"
    competition().rename(columns=lambda name: re.sub(r" \d$", "", name)).to_csv(file, index=False)
    given = {"radioligand_nM": HOT_nM, "kd_nM": KD_nM, "unit": "cpm", "outliers": "none"}
    x = "competitor=conc (nM):nM"
    whole = tca.affinity(
        file, x=x, response=["DMI", "Total"], non_specific=["NSB"], compound="DMI", **given
    )
    assert len(whole.study.assays[0].plates[0].series[0].y) == 9 * DOSES_nM.size
    numbered = [f"DMI {k}" for k in (1, 2, 3)]
    one = tca.fit(file, "logistic_4pl", x="concentration_M=conc (nM)", y="DMI")
    several = tca.fit(file, "logistic_4pl", x="concentration_M=conc (nM)", y=numbered)
    readings = [len(fit.to_frame("readings")) for fit in (one, several)]
    assert readings == [3 * DOSES_nM.size] * 2


def test_a_reading_that_a_prism_file_excludes_is_left_out_and_named(tmp_path):
    doses = "".join(f"<d>{np.log10(dose * 1e-9):.4f}</d>" for dose in DOSES_nM)
    truth = 400 + 4600 / (1 + DOSES_nM / (KI_nM["DMI"] * (1 + HOT_nM / KD_nM)))
    columns = ["".join(f"<d>{value * f:.0f}</d>" for value in truth) for f in (0.99, 1.01)]
    columns[1] = columns[1].replace("<d>", '<d Excluded="1">', 4).replace(' Excluded="1"', "", 3)
    replicates = "".join(f"<Subcolumn>{column}</Subcolumn>" for column in columns)
    (tmp_path / "p.pzfx").write_text(
        '<?xml version="1.0"?><GraphPadPrismFile PrismXMLVersion="5.00">'
        '<Table ID="Table0" XFormat="numbers" YFormat="replicates" Replicates="2" TableType="XY">'
        f"<Title>Binding</Title><XColumn><Title>log [DMI] (M)</Title><Subcolumn>{doses}"
        "</Subcolumn></XColumn>"
        f'<YColumn Subcolumns="2"><Title>DMI</Title>{replicates}</YColumn></Table>'
        "</GraphPadPrismFile>",
        encoding="utf-8",
    )
    result = tca.affinity(tmp_path / "p.pzfx", radioligand_nM=HOT_nM, kd_nM=KD_nM, unit="cpm")
    assert "p.pzfx: row 4 ('DMI 2' is excluded in the file)" in result.study.unused
    assert len(result.study.assays[0].plates[0].series[0].y) == 2 * DOSES_nM.size - 1


@pytest.mark.parametrize(
    "columns",
    [
        {"time_min": [1, 2, 5, 10, 20, 40], "total": [90, 160, 330, 480, 600, 640]},
        {
            "time_min": [1, 2, 5, 10, 20, 40],
            "1 nM": [90, 160, 330, 480, 600, 640],
            "5 nM": [300, 500, 800, 900, 910, 905],
            "NSB": [30, 31, 29, 30, 32, 30],
        },
    ],
)
def test_an_association_without_its_radioligand_is_refused_in_a_sentence(columns):
    """The on-rate needs the concentration, also of the wells with a blocker."""
    with pytest.raises(InputError) as raised:
        tca.kinetics(pd.DataFrame(columns), unit="cpm")
    assert "the radioligand of the readings is not stated" in str(raised.value)
    assert "Add radioligand_nM=" in str(raised.value)
