"""`tricyclic microdialysis quantify`: amounts, checks, files, and lists that do not match."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import tricyclic as tca
from tricyclic.assays.chromatography.evaluate import QuantifySettings, evaluate_batch
from tricyclic.assays.chromatography.vendor_areas import area_factor
from tricyclic.cli.main import main
from tricyclic.core.chromatogram import VendorPeak
from tricyclic.errors import InputError
from tricyclic.io.batch_traces import TraceSource, read_batch
from tricyclic.io.chromatography_method import read_chromatography_method
from tricyclic.io.sample_list import read_sample_list
from tricyclic.reports.figures import drawings_of

pytestmark = pytest.mark.usefixtures("equal_batches_once")

SOUND = {
    "few_levels",
    "few_quality_controls",
    "standards_outside",
    "controls_outside",
    "carry_over",
    "samples_above_top",
    "sensitivity_drift",
    "unlisted_peak",
    "resolution_low",
    "plates_low",
    "tailing_high",
    "internal_standard_missing",
    "internal_standard_area",
    "retention_drift",
    "method_window",
    "manual_limits",
    "trace_constant",
    "trace_short",
    "trace_copied",
    "detector_saturated",
}


def quantified(samples, **options):
    folder = samples.parent
    method = options.pop("method", folder / "method.toml")
    return tca.quantify(samples, method=method, folder=folder / "raw", **options)


def raised(result):
    return {check.name for check in result.checks if check.level != "pass"}


def spoil_standards(batch):
    for level in (1, 2):
        batch[f"std_{level}_1"].true *= 1.4
        batch[f"std_{level}_2"].true *= 0.6


def spoil_one_of_six_levels(batch):
    # 10 of 12 standards are within their limits, but only five levels.
    batch.injections = [
        one for one in batch.injections if one.nominal != 5.0 or one.role != "standard"
    ]
    for k in (1, 2):
        batch[f"std_2_{k}"].true *= 1.4


def spoil_controls(batch):
    for k in range(3):
        batch[f"qc_mid_{k}"].true *= 1.3


def spoil_carry_over(batch):
    batch["blank_2"].true = 0.4


def spoil_internal_standard(batch):
    batch["f03"].standard = 0.0


def spoil_volume(batch):
    batch["f03"].standard, batch["f03"].response = 0.3, 0.3


def spoil_top(batch):
    batch["f05"].true = 80.0


def spoil_sensitivity(batch):
    for order, one in enumerate(batch.injections):
        if order > 15 and one.role != "QC":
            one.response = 1.0 - 0.012 * (order - 15)


def spoil_retention(batch):
    for order, one in enumerate(batch.injections):
        one.shift = 1.0 + 0.03 * order / len(batch.injections)


def spoil_unlisted(batch):
    for k in range(4, 9):
        batch[f"f{k:02d}"].neighbours = ((4.03, 0.6),)


def spoil_levels(batch):
    batch.injections = [
        one for one in batch.injections if one.nominal not in (1.0, 5.0) or one.role != "standard"
    ]


def spoil_plates(batch):
    for one in batch.injections:
        one.plates = 1200.0


def spoil_tailing(batch):
    for one in batch.injections:
        one.tail, one.plates = 3.4, 20000.0


def spoil_window(batch):
    batch.method = batch.method.replace("retention_min = 3.8", "retention_min = 4.03")


def spoil_no_controls(batch):
    batch.injections = [one for one in batch.injections if one.role != "QC"]


def spoil_few_controls(batch):
    batch.injections = [one for one in batch.injections if not one.name.startswith("qc_high")]


def spoil_no_repeats(batch):
    batch.injections = [
        one for one in batch.injections if one.role != "suitability" and not one.name.endswith("_2")
    ]


def spoil_resolution(batch):
    batch.method += '\n[[compounds]]\nname = "DOMA"\nretention_min = 3.93\nrole = "neighbour"\n'
    for k in range(4, 9):
        batch[f"f{k:02d}"].neighbours = ((3.93, 0.8),)


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        (spoil_standards, "standards_outside"),
        (spoil_one_of_six_levels, "standards_outside"),
        (spoil_controls, "controls_outside"),
        (spoil_carry_over, "carry_over"),
        (spoil_internal_standard, "internal_standard_missing"),
        (spoil_volume, "internal_standard_area"),
        (spoil_top, "samples_above_top"),
        (spoil_sensitivity, "sensitivity_drift"),
        (spoil_no_repeats, "sensitivity_drift"),
        (spoil_retention, "retention_drift"),
        (spoil_unlisted, "unlisted_peak"),
        (spoil_levels, "few_levels"),
        (spoil_plates, "plates_low"),
        (spoil_tailing, "tailing_high"),
        (spoil_window, "method_window"),
        (spoil_few_controls, "few_quality_controls"),
        (spoil_no_controls, "no_quality_controls"),
        (spoil_resolution, "resolution_low"),
    ],
)
def test_a_fault_of_a_batch_raises_its_check_alone(batch, write, spoil, check):
    spoil(batch)
    assert raised(quantified(write(batch))) == {check}


def test_a_sound_batch_raises_no_check_and_returns_the_truth(batch, write):
    result = quantified(write(batch))
    assert raised(result) == set()
    assert {check.name for check in result.checks} == SOUND
    amounts = result.to_frame().set_index("injection")
    for one in batch.injections:
        if one.role == "sample":
            assert amounts.amount_fmol[one.name] == pytest.approx(one.true, rel=0.02)
    blanks = amounts[amounts.role == "blank"]
    assert blanks.amount_fmol.isna().all()
    assert set(blanks.state) <= {"not found", "below LOD"}


def test_drift_that_is_corrected_gives_the_truth(batch, write):
    spoil_sensitivity(batch)
    samples = write(batch)
    true = np.array([one.true for one in batch.injections if one.role == "sample"])

    def worst(**options):
        table = quantified(samples, **options).to_frame()
        read = table[table.role == "sample"].amount_fmol.to_numpy()
        return np.abs(read / true - 1.0).max()

    assert worst() > 0.2
    # Between its standards the drift is a line; at its ends a part of the level remains.
    spread = worst(correct_drift=True)
    assert spread < 0.6 * worst()


def test_repeated_standards_without_an_amount_show_the_drift(batch, write):
    spoil_sensitivity(batch)
    for one in batch.injections:
        if one.role == "suitability":
            one.nominal = None
    result = quantified(write(batch))
    assert raised(result) == {"sensitivity_drift"}
    assert result["NE"].drift.total_percent == pytest.approx(-26.0, abs=4.0)


def test_the_command_line_ends_with_the_codes_of_its_page(batch, write, tmp_path):
    spoil_controls(batch)
    samples = write(batch)
    arguments = ["microdialysis", "quantify", str(samples), "--method"]
    arguments += [str(tmp_path / "method.toml"), "--quiet"]
    done = CliRunner().invoke(main, [*arguments, "--folder", str(tmp_path / "raw")])
    assert done.exit_code == 4
    assert "quality controls" in done.output
    (tmp_path / "raw" / "f03.csv").unlink()
    done = CliRunner().invoke(main, [*arguments, "--folder", str(tmp_path / "raw")])
    assert done.exit_code == 3
    assert "or name their folder with --folder." in done.output


def test_limits_set_by_hand_replace_the_fit_and_are_named(batch, write, tmp_path):
    samples = write(batch)
    manual = tmp_path / "limits.csv"
    manual.write_text(
        "injection,compound,start_min,end_min,reason\nf02,NE,3.6,4.05,spike on the tail\n",
        encoding="utf-8",
    )
    result = quantified(samples, manual=manual)
    assert raised(result) == {"manual_limits"}
    assert result.to_frame("peaks").query("injection == 'f02'").manual.iloc[0] == (
        "spike on the tail"
    )
    assert result["NE"].amount_of("f02").amount == pytest.approx(batch["f02"].true, rel=0.05)
    manual.write_text("injection,compound,start_min,end_min,reason\nf02,NE,3.6,4.05,\n")
    with pytest.raises(InputError, match="f02, NE: the manual limits have no reason"):
        quantified(samples, manual=manual)


def test_a_table_with_all_traces_gives_the_same_amounts_as_single_files(batch, write, tmp_path):
    samples = write(batch)
    single = quantified(samples).to_frame()
    table = pd.read_csv(samples)
    together = _together(table, tmp_path, {})
    for given in (table.assign(file="traces.csv"), table.drop(columns="file")):
        result = tca.quantify(given, method=tmp_path / "method.toml", folder=together)
        assert result.to_frame().amount_fmol.to_numpy() == pytest.approx(
            single.amount_fmol.to_numpy(), nan_ok=True
        )


def _together(table, folder, kept):
    """All traces of a batch as one file, each under the name that `kept` gives it."""
    traces = {}
    for name in table["name"]:
        raw = pd.read_csv(folder / "raw" / f"{name}.csv")
        traces["time_min"] = raw["time_min"]
        traces[kept.get(name, name)] = raw["EC1 (nA)"]
    together = folder / "together"
    together.mkdir()
    pd.DataFrame(traces).to_csv(together / "traces.csv", index=False)
    return together


@pytest.mark.parametrize(
    ("kept", "question"),
    [
        ({"f03": "f_03"}, "Did you mean 'f_03'? Correct the name in the list, or add"),
        ({"f03": "air"}, ""),
    ],
)
def test_a_sample_without_a_trace_of_its_name_names_the_nearest_one(
    batch, write, tmp_path, kept, question
):
    """Only traces that no other injection of the list names are offered."""
    table = pd.read_csv(write(batch))
    together = _together(table, tmp_path, kept)
    table["file"] = "traces.csv"
    with pytest.raises(InputError) as error:
        tca.quantify(table, method=tmp_path / "method.toml", folder=together)
    assert str(error.value).startswith("DataFrame, row 24 (from 0): traces.csv has 42 traces")
    assert ("Did you mean" in str(error.value)) == ("Did you mean" in question)
    assert question in str(error.value)


def test_a_file_that_all_injections_misspell_is_one_file_with_the_nearest_name(
    batch, write, tmp_path
):
    table = pd.read_csv(write(batch))
    together = _together(table, tmp_path, {})
    table["file"] = "trace.csv"
    with pytest.raises(InputError, match=r"1 file is not in the folder together: trace.csv. Did"):
        tca.quantify(table, method=tmp_path / "method.toml", folder=together)


def test_a_list_with_a_file_that_is_missing_is_one_sentence(batch, write):
    samples = write(batch)
    (samples.parent / "raw" / "f03.csv").unlink()
    with pytest.raises(InputError) as error:
        quantified(samples)
    assert str(error.value) == (
        "samples.csv, line 26: 1 file is not in the folder raw: f03.csv. The file of a sample that "
        "was lost is left empty. Correct the column of files, or name their folder with folder=."
    )


def test_a_list_with_areas_and_no_chromatograms_names_the_command_for_areas(tmp_path):
    lines = ["name,role,amount_fmol,Peak Area", "s1,standard,1,20", "s2,standard,2,40"]
    (tmp_path / "areas.csv").write_text("\n".join(lines))
    (tmp_path / "method.csv").write_text("compound,RT_min\nDA,5.6\n")
    with pytest.raises(InputError, match=r"2 files are not.*Areas of another program need no"):
        tca.quantify(tmp_path / "areas.csv", method=tmp_path / "method.csv", folder=tmp_path)


def test_a_chromatogram_that_no_injection_names_is_one_sentence(batch, write):
    samples = write(batch)
    raw = samples.parent / "raw"
    (raw / "f99.csv").write_bytes((raw / "f03.csv").read_bytes())
    with pytest.raises(InputError) as error:
        quantified(samples)
    assert str(error.value) == (
        "samples.csv: no injection of the list names 1 chromatogram of the folder: f99.csv. Add "
        'them to the list, with a reason in the column "excluded" for those that are left out, or '
        "move them to another folder."
    )


def test_two_injections_with_one_file_are_refused(batch, write):
    samples = write(batch)
    text = samples.read_text(encoding="utf-8")
    samples.write_text(text.replace("f04.csv", "f03.csv"), encoding="utf-8")
    (samples.parent / "raw" / "f04.csv").unlink()
    with pytest.raises(InputError) as error:
        quantified(samples)
    assert str(error.value).startswith(
        "samples.csv: the injections f03 and f04 have one chromatogram, "
    )


def test_a_lost_sample_stays_in_the_table_without_a_number(batch, write):
    samples = write(batch)
    text = samples.read_text(encoding="utf-8")
    samples.write_text(text.replace("f04.csv", ""), encoding="utf-8")
    (samples.parent / "raw" / "f04.csv").unlink()
    result = quantified(samples)
    row = result.to_frame().set_index("injection").loc["f04"]
    assert row.state == "lost"
    assert np.isnan(row.amount_fmol)
    assert "lost   f04" in result.summary()


def test_an_injection_without_internal_standard_has_a_peak_and_no_amount(batch, write):
    spoil_internal_standard(batch)
    result = quantified(write(batch))
    row = result.to_frame().set_index("injection").loc["f03"]
    assert (row.state, np.isnan(row.amount_fmol)) == ("no internal standard", True)
    peaks = result.to_frame("peaks").query("compound == 'NE'").set_index("injection")
    # Its width is that of the other injections, so that the peak is one.
    ratio = peaks.area["f03"] / batch["f03"].true / (peaks.area["f04"] / batch["f04"].true)
    assert ratio == pytest.approx(1.0, rel=0.02)
    assert not result.to_frame("unlisted_peaks").query("injection == 'f03'").beside.eq("NE").any()


def test_a_method_whose_window_misses_the_standards_is_refused(batch, write):
    batch.method = batch.method.replace("retention_min = 3.8", "retention_min = 4.6")
    with pytest.raises(InputError) as error:
        quantified(write(batch))
    assert str(error.value) == (
        "NE by HPLC-ED: NE has no peak from 4.30 to 4.90 min in 14 of 14 standards (std_0.5_1, "
        "std_1_1, std_2_1, std_5_1 and 10 more). Correct the retention_min or the window_min of "
        "NE."
    )


def test_amounts_without_a_unit_are_refused(batch, write):
    samples = write(batch)
    text = samples.read_text(encoding="utf-8").replace("amount_fmol", "amount")
    samples.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="the amounts of the standards have no unit"):
        quantified(samples)
    assert quantified(samples, unit="pg").unit == "pg"


def test_files_json_and_tables_have_the_amounts(batch, write, tmp_path):
    result = quantified(write(batch), title="Day 3")
    out = tmp_path / "out"
    result.save(out)
    names = {path.name for path in out.iterdir()}
    assert {"amounts.csv", "standards.csv", "batch.json", "batch.svg", "injections.pdf"} <= names
    pdf = (out / "injections.pdf").read_bytes()
    assert pdf.count(b"/Type /Page ") == -(-len(batch.injections) // 24)
    table = pd.read_csv(out / "amounts.csv")
    assert len(table) == len(batch.injections)
    document = json.loads((out / "batch.json").read_text(encoding="utf-8"))
    assert document["schema"].startswith("tricyclic-microdialysis-quantify/")
    assert len(document["amounts"]) == len(table)
    assert document["verdicts"]["NE"].startswith("meets ")
    result.save(tmp_path / "amounts.xlsx")
    sheet = pd.read_excel(tmp_path / "amounts.xlsx", sheet_name=0)
    assert list(sheet["injection"]) == list(table["injection"])
    text = result.summary()
    assert text.startswith("Day 3   NE   internal standard DHBA\n")
    assert "validated" not in text


def test_areas_of_the_program_are_compared_where_units_are_known(batch, write):
    path = write(batch)
    samples, folder = read_sample_list(path), path.parent
    method = read_chromatography_method(folder / "method.toml")
    traces, _ = read_batch(samples, TraceSource(folder / "raw"))
    settings = QuantifySettings("fmol")
    plain = evaluate_batch(samples, traces, method, settings)
    assert plain.vendor == ()

    def with_areas(factor, unit):
        # Areas in nA s are 1000 / 60 of those in pA min.
        rows = []
        for trace, peaks in zip(traces, plain.injections, strict=True):
            peak = peaks["NE"]
            own = (
                ()
                if peak.area is None
                else (
                    VendorPeak(
                        trace.chromatogram.name, peak.retention_min, peak.area * factor, unit
                    ),
                )
            )
            rows.append(replace(trace, vendor_peaks=own))
        return evaluate_batch(samples, rows, method, settings)

    equal = with_areas(1000.0 / 60.0, "pA min")
    assert [one.difference_percent for one in equal.vendor] == pytest.approx([0.0] * 39, abs=1e-9)
    assert raised(equal) == set()
    apart = with_areas(1.08 * 1000.0 / 60.0, "pA min")
    assert raised(apart) == {"vendor_areas"}
    assert apart.vendor[0].difference_percent == pytest.approx(100 * (1 / 1.08 - 1))
    unknown = with_areas(1.08, None)
    assert np.isnan(unknown.vendor[0].difference_percent)
    assert raised(unknown) == set()


@pytest.mark.parametrize(
    ("signal", "area", "factor"),
    [
        ("mAU", "mAU s", 1.0),
        ("mAU", "mAU min", 1 / 60),
        ("AU", "mAU*s", 1000.0),
        ("mV", "uV s", 1000.0),
        ("nA", "pA min", 1000 / 60),
        ("nA", "nA s", 1.0),
        ("mAU", "mV s", None),
        (None, "mAU s", None),
        ("mAU", None, None),
        ("counts", "counts min", 1 / 60),
        ("mAU", "%", None),
    ],
)
def test_an_area_is_converted_between_units_of_one_kind(signal, area, factor):
    assert area_factor(signal, area) == (None if factor is None else pytest.approx(factor))


def test_an_excluded_standard_is_shown_and_not_used(batch, write):
    batch["std_5_1"].true = 9.0
    samples = write(batch)
    table = pd.read_csv(samples)
    table["excluded"] = ["air bubble" if name == "std_5_1" else "" for name in table["name"]]
    folder = samples.parent
    result = tca.quantify(table, method=folder / "method.toml", folder=folder / "raw")
    assert raised(result) == set()
    standards = result.to_frame("standards").set_index("injection")
    assert standards.excluded["std_5_1"] == "air bubble"
    assert standards.error_percent["std_5_1"] == pytest.approx(80.0, abs=5.0)
    assert "excluded   std_5_1 (air bubble)" in result.summary()


def test_analytes_with_amounts_of_their_own_have_their_own_lines(batch, write):
    batch.method += '\n[[compounds]]\nname = "DA"\nretention_min = 7.2\n'
    for one in batch.injections:
        # A tenth of the amount in each vial, and a response of 5.
        one.neighbours = ((7.2, 0.5),)
    samples = write(batch)
    table = pd.read_csv(samples).rename(columns={"amount_fmol": "NE_fmol"})
    table["DA_fmol"] = table["NE_fmol"] / 10.0
    folder = samples.parent
    options = {"method": folder / "method.toml", "folder": folder / "raw"}
    result = tca.quantify(table, **options)
    assert result["DA"].line.highest == 5.0
    amounts = (
        result.to_frame()
        .query("role == 'sample'")
        .pivot(index="injection", columns="analyte", values="amount_fmol")
    )
    assert (amounts.DA / amounts.NE).to_numpy() == pytest.approx(0.1, rel=0.05)
    with pytest.raises(InputError) as error:
        tca.quantify(table.drop(columns="DA_fmol"), **options)
    assert str(error.value) == (
        'DataFrame: has no amounts of DA. Add a column "DA_fmol", or give DA the role "neighbour" '
        "in the method."
    )


def test_files_with_numbers_are_matched_by_the_sample_in_them(batch, write):
    samples = write(batch)
    folder = samples.parent
    by_file = quantified(samples).to_frame()
    table = pd.read_csv(samples)
    for k, name in enumerate(table["name"]):
        path = folder / "raw" / f"{name}.csv"
        # Long tables of some programs name the sample in a column.
        raw = pd.read_csv(path)
        raw.insert(0, "sample", name)
        raw.to_csv(folder / "raw" / f"DATA{k:03d}.csv", index=False)
        path.unlink()
    result = tca.quantify(
        table.drop(columns="file"), method=folder / "method.toml", folder=folder / "raw"
    )
    assert result.to_frame().amount_fmol.to_numpy() == pytest.approx(
        by_file.amount_fmol.to_numpy(), nan_ok=True
    )


def test_the_fractions_of_a_batch_are_a_table_for_the_analysis(batch, write):
    for one in batch.injections:
        if one.role == "sample" and int(one.name[1:]) >= 6:
            one.true *= 3.0
    samples = write(batch)
    fractions = quantified(samples).to_frame("fractions")
    assert list(fractions.columns)[:6] == [
        "animal",
        "fraction",
        "start_min",
        "end_min",
        "amount_fmol",
        "state",
    ]
    assert len(fractions) == 12
    groups = {"r1": "a", "r2": "a", "r3": "b", "r4": "b"}
    copies = [fractions.assign(animal=name, group=group) for name, group in groups.items()]
    for k, one in enumerate(copies):
        one["amount_fmol"] *= 1.0 + 0.1 * k
    effect = tca.microdialysis(pd.concat(copies), treated="120", control="a", window=(0, 100))
    assert effect.effects.effects[0].ratio == pytest.approx(1.0)


def test_fractions_have_the_groups_and_exclusions_of_the_list(batch, write):
    samples = write(batch)
    table = pd.read_csv(samples)
    is_sample = table["role"] == "sample"
    table["group"] = ["drug" if one else "" for one in is_sample]
    table["excluded"] = ["air bubble" if name == "f03" else "" for name in table["name"]]
    folder = samples.parent
    result = tca.quantify(table, method=folder / "method.toml", folder=folder / "raw")
    fractions = result.to_frame("fractions")
    assert set(fractions["group"]) == {"drug"}
    out = fractions[fractions["excluded"] != ""]
    assert list(out["fraction"]) == ["f03"]
    assert list(out["excluded"]) == ["air bubble"]
    assert np.isfinite(out["amount_fmol"]).all()
    used = tca.microdialysis(fractions, treated="120", window=(0, 100)).to_frame("fractions")
    assert list(used[used["excluded"] != ""]["excluded"]) == ["air bubble"]


def test_list_and_method_may_be_sheets_of_one_workbook(batch, write, tmp_path):
    samples = write(batch)
    method = pd.DataFrame(
        {
            "compound": ["NE", "DHBA", "void"],
            "retention (min)": [3.8, 5.8, 1.5],
            "window (min)": [0.3, 0.3, np.nan],
            "role": ["analyte", "IS", "void"],
        }
    )
    book = tmp_path / "day1.xlsx"
    with pd.ExcelWriter(book) as sink:
        pd.DataFrame({"Study": ["Day 1"], "Operator": ["x"]}).to_excel(sink, sheet_name="Info")
        pd.read_csv(samples).to_excel(sink, sheet_name="samples", index=False)
        method.to_excel(sink, sheet_name="method", index=False)
    result = tca.quantify(book, method=book, folder=tmp_path / "raw")
    single = quantified(samples)
    assert result.to_frame().amount_fmol.to_numpy() == pytest.approx(
        single.to_frame().amount_fmol.to_numpy(), nan_ok=True
    )


def test_figures_are_an_overview_and_a_picture_of_each_injection(batch, write, tmp_path):
    result = quantified(write(batch))
    drawings = drawings_of(result)
    shown = [name for name, one in drawings.items() if not one.is_part]
    assert shown == ["batch"]
    # 24 injections on a page.
    pages = [name for name, one in drawings.items() if one.is_part]
    assert len(pages) == -(-len(batch.injections) // 24)
    overview = drawings["batch"].make()
    assert "Batch of 42 injections, NE: 14 standards at 7 levels, 0.5 to 50 fmol." in overview.alt
    assert "place in the batch" in overview.svg
    for one in ("f03", "NE", "fmol"):
        assert one in drawings[pages[1]].make().svg
    result.save(tmp_path / "all.pdf", figure="injections")
    assert (tmp_path / "all.pdf").read_bytes().startswith(b"%PDF")
