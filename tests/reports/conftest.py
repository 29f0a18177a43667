"""Studies made of plain records, as an analysis returns them; nothing here is fitted."""

from __future__ import annotations

import math
import zlib
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tricyclic.core.check import Check
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.document import Document
from tricyclic.core.estimate import Estimate, Fit, FittedParameter, FittedPart
from tricyclic.core.evidence import Evidence, Source
from tricyclic.core.plate import Plate, Role, Well
from tricyclic.core.plot_data import AxisMark, ControlLevel, CurvePlot, PointSet, Trace
from tricyclic.core.protocol import Protocol, Step
from tricyclic.core.series import Series
from tricyclic.reports.assemble import assemble
from tricyclic.results.binding import (
    AssayResult,
    ErrorShare,
    Exclusion,
    GroupComparison,
    InputFile,
    PlateResult,
    StudyResult,
)

TARGETS = {
    "net": ("NET", "[³H]nisoxetine", 0.83, (0.4, 4.2), 0.8, 1.0),
    "sert": ("SERT", "[³H]citalopram", 52.0, (39.0, 64.0), 1.4, 1.5),
    "dat": ("DAT", "[³H]WIN 35,428", 3900.0, (1850.0, 82000.0), 12.0, 5.0),
}


def competition_curve(
    log10_M: np.ndarray, log10_ic50: float, top: float = 6000.0, bottom: float = 600.0
) -> np.ndarray:
    return bottom + (top - bottom) / (1 + 10 ** (log10_M - log10_ic50))


def competition_plate(
    name: str, compound: str, log10_ic50: float, rng: np.random.Generator
) -> Plate:
    """A 96-well plate: two columns of controls, triplicates of twelve concentrations, some wells
    not used.
    """
    wells = []
    doses = np.round(log10_ic50) + np.linspace(-3, 3, 12)
    for row in range(8):
        for column in range(12):
            well = f"{chr(65 + row)}{column + 1:02d}"
            if row == 0:
                role, dose = (Role.TOTAL, 0.0) if column < 6 else (Role.NON_SPECIFIC, 1e-5)
                mean = 6000.0 if column < 6 else 600.0
            elif row in (1, 2, 3):
                role, dose = Role.COMPETITION, float(10 ** doses[column])
                mean = float(competition_curve(doses[column], log10_ic50))
            elif row == 4 and column < 4:
                role, dose, mean = Role.BACKGROUND, 0.0, 25.0
            else:
                continue
            value = float(rng.poisson(mean) + rng.normal(0, 0.04 * mean))
            wells.append(
                Well(
                    well,
                    round(max(0.0, value)),
                    role,
                    compound if role is Role.COMPETITION else "",
                    dose,
                )
            )
    return Plate(
        name, 96, tuple(wells), "cpm", 1.0, f"{name}.csv", f"{zlib.crc32(name.encode()):08x}" * 8
    )


def series_of(plate: Plate) -> Series:
    used = plate.used(Role.TOTAL, Role.NON_SPECIFIC, Role.COMPETITION)
    return Series(
        plate.name,
        [w.value for w in used],
        plate.unit,
        {
            "competitor_M": [
                w.concentration_M if w.role is Role.COMPETITION else 0.0 for w in used
            ],
            "specific": [0.0 if w.role is Role.NON_SPECIFIC else 1.0 for w in used],
        },
        labels=tuple(f"{plate.file} {w.name}" for w in used),
    )


def fit_of(series: Series, log10_ki: float, log10_ic50: float) -> Fit:
    dose = series.x["competitor_M"]
    with np.errstate(divide="ignore"):
        expected = competition_curve(
            np.where(dose > 0, np.log10(np.maximum(dose, 1e-30)), -30.0), log10_ic50
        )
    expected = np.where(series.x["specific"] == 0, 600.0, expected)
    part = FittedPart(
        series,
        "competition_with_depletion",
        {},
        expected,
        np.sqrt(expected + (0.04 * expected) ** 2),
        0.04,
    )
    parameters = (
        FittedParameter(
            "log10_ki",
            log10_ki,
            "log10 M",
            "affinity of the competitor",
            0.04,
            log10_ki - 0.08,
            log10_ki + 0.08,
        ),
        FittedParameter("log10_bmax", 3.9, "log10 y", "sites in the well", 0.01, 3.88, 3.92),
        FittedParameter("log10_nsb", 2.2, "log10 y/M", "non-specific binding", 0.02, 2.16, 2.24),
        FittedParameter("log10_kd", -9.1, "log10 M", "affinity of the radioligand", fixed=True),
    )
    return Fit(
        True,
        "fits",
        parameters,
        (part,),
        np.eye(3) * 1e-3,
        45.2,
        45,
        -240.1,
        487.0,
        "counting",
        optima=5,
        starts=5,
    )


def competition_run(assay: str, run: int, rng: np.random.Generator) -> PlateResult:
    target, ligand, ki, _, kd, added = TARGETS[assay]
    log10_ki = math.log10(ki * 1e-9) + (-0.05, 0.03, 0.02)[run - 1]
    log10_ic50 = log10_ki + math.log10(1 + added / kd)
    plate = competition_plate(f"{assay}_run{run}", "desipramine", log10_ic50, rng)
    if run == 2:
        plate = plate.excluding({"C05": "pipetting error, noted at the bench"})
    value = 10 ** (log10_ki + 9)
    common = {"subject": "desipramine", "target": target, "where": plate.name}
    estimates = (
        Estimate(
            "Ki",
            value,
            "nM",
            value / 1.2,
            value * 1.2,
            log10_se=0.04,
            method="profile likelihood",
            **common,
        ),
        Estimate(
            "IC50",
            value * (1 + added / kd),
            "nM",
            value * 1.7,
            value * 2.5,
            log10_se=0.04,
            method="profile likelihood",
            **common,
        ),
        Estimate(
            "Hill slope", 0.98, "", 0.91, 1.05, se=0.03, method="profile likelihood", **common
        ),
        Estimate("bound tracer", 3.4, "%", method="mass balance", **common),
    )
    series = series_of(plate)
    conditions = BindingConditions(
        target=target,
        radioligand=ligand,
        isotope="3H",
        radioligand_nM=MeasuredValue(added, "nM", 0.05),
        radioligand_kd_nM=MeasuredValue(kd, "nM", 0.1, "tejani-butt_1992"),
        specific_activity_Ci_per_mmol=MeasuredValue(80.0, "Ci/mmol"),
        reference_date=date(2025, 1, 10),
        assay_date=date(2025, 3, 3),
        counting_efficiency=MeasuredValue(0.45, ""),
        counting_time_min=1.0,
        nsb_drug="mazindol",
        nsb_drug_M=1e-5,
        incubation_min=180.0,
        temperature_C=4.0,
    )
    checks = (
        Check(
            "specific",
            "pass",
            "specific binding is 90 % of total binding",
            plate.name,
            90.0,
            70.0,
            "%",
        ),
        Check("tracer_bound", "pass", "3.4 % of the tracer is bound", plate.name, 3.4, 10.0, "%"),
        Check("z_prime", "pass", "Z' of the controls is 0.79", plate.name, 0.79, 0.5),
        *(
            (
                Check(
                    "excluded",
                    "warn",
                    "one well is left out of the fit",
                    plate.name,
                    advice="See the list of exclusions",
                ),
            )
            if run == 2
            else ()
        ),
    )
    classical = (
        (
            "subtract, then fit, Cheng-Prusoff",
            (
                replace(
                    estimates[0], value=value * 1.06, low=value * 0.8, high=value * 1.31, method="t"
                ),
            ),
        ),
        (
            "normalise, then fix 0 and 100 %",
            (
                replace(
                    estimates[0],
                    value=value * 1.11,
                    low=value * 0.93,
                    high=value * 1.32,
                    method="t",
                ),
            ),
        ),
    )
    comparisons = (
        GroupComparison(
            "slope",
            "The slope does not differ from 1",
            "F test, Hill slope 1 against free",
            0.61,
            0.26,
            (1.0, 44.0),
            details=(("AICc, one site", 487.0), ("AICc, Hill slope free", 489.2)),
        ),
        GroupComparison(
            "sites",
            "one-site model adequate",
            "F test, one against two sites",
            0.48,
            0.75,
            (2.0, 43.0),
        ),
    )
    budget = (
        ErrorShare("curve (IC50)", "1.9 nM", 0.040, 0.55),
        ErrorShare("Kd of the radioligand", "0.8 ± 0.1 nM", 0.027, 0.25, shared=True),
        ErrorShare("radioligand added", "1.0 ± 0.05 nM", 0.022, 0.17),
        ErrorShare("specific activity", "80 Ci/mmol", 0.009, 0.03, shared=True),
    )
    return PlateResult(
        plate.name,
        f"run {run}",
        "",
        plate,
        conditions,
        (series,),
        fit_of(series, log10_ki, log10_ic50),
        estimates,
        classical,
        comparisons,
        budget,
        checks,
        "competition_with_depletion",
    )


def competition_assay(assay: str, rng: np.random.Generator) -> AssayResult:
    target, ligand, ki, (low, high), _, _ = TARGETS[assay]
    plates = tuple(competition_run(assay, run, rng) for run in (1, 2, 3))
    common = {
        "n_experiments": 3,
        "method": "t on 3 runs, log scale",
        "subject": "desipramine",
        "target": target,
        "where": assay,
    }
    pooled = (
        Estimate("Ki", ki, "nM", ki / 1.17, ki * 1.17, log10_se=0.016, **common),
        Estimate("Hill slope", 0.98, "", 0.93, 1.03, se=0.012, **common),
    )
    evidence = (
        Evidence(
            "desipramine",
            target,
            "Ki",
            math.nan,
            "nM",
            low,
            high,
            species="human",
            source="guide_desipramine",
            certainty="vendor guide",
        ),
        Evidence(
            "desipramine",
            target,
            "Kd",
            ki * 0.9,
            "nM",
            species="human",
            radioligand=ligand,
            source="tatsumi_1997",
            certainty="from memory (unverified)",
        ),
        Evidence(
            "desipramine",
            target,
            "Ki",
            ki * 1.6,
            "nM",
            ki * 1.2,
            ki * 2.1,
            species="rat",
            source="owens_1997",
            quality="uptake, not binding",
        ),
    )
    protocol = Protocol(
        f"{assay}-competition",
        f"{target} competition",
        "competition",
        plates[0].conditions,
        (
            Step(
                "incubate",
                "Membranes, radioligand and desipramine are incubated",
                180.0,
                4.0,
                250.0,
            ),
        ),
        sources=("cheng_1973",),
        assumed=("temperature_C",),
    )
    methods = (
        f"Membranes (20 to 40 µg protein) were incubated with {ligand} and twelve concentrations "
        "of "
        "desipramine in triplicate for 180 min at 4 °C. Non-specific binding was defined by 10 µM "
        "mazindol. Total, non-specific and competition wells of a plate were fitted together by "
        "exact mass balance; the variance of a reading was the counting variance plus a constant "
        "coefficient of variation. Runs were averaged as pKi, with a t interval."
    )
    return AssayResult(
        assay,
        f"desipramine at {target}",
        "competition",
        target,
        ("desipramine",),
        plates,
        pooled,
        plates[0].budget,
        evidence=evidence,
        protocol=protocol,
        methods=methods,
        checks=(Check("runs", "pass", "three independent runs", assay, 3.0, 3.0),),
    )


def saturation_plate(
    name: str, group: str, bmax: float, run: int, rng: np.random.Generator
) -> PlateResult:
    added = np.repeat([25e-12, 50e-12, 100e-12, 200e-12, 400e-12, 800e-12], 4)
    specific = np.tile([1.0, 1.0, 0.0, 0.0], 6)
    mean = 4e10 * added + specific * bmax * added / (added + 1.5e-10)
    y = rng.normal(mean, 0.04 * mean)
    wells = tuple(
        Well(
            f"{chr(65 + i // 6)}{i % 6 + 1:02d}",
            float(v),
            Role.TOTAL if s else Role.NON_SPECIFIC,
            radioligand_nM=float(a * 1e9),
            group=group,
        )
        for i, (v, s, a) in enumerate(zip(y, specific, added, strict=True))
    )
    plate = Plate(name, 24, wells, "fmol/mg", file=f"{name}.csv", sha256="b" * 64)
    series = Series(
        name,
        y,
        "fmol/mg",
        {"radioligand_M": added, "specific": specific},
        f"run {run}",
        group,
        tuple(f"{plate.file} {w.name}" for w in wells),
    )
    fit = Fit(
        True,
        "fits",
        (
            FittedParameter("log10_kd", -9.82, "log10 M", "affinity", 0.03, -9.88, -9.76),
            FittedParameter(
                "log10_bmax",
                math.log10(bmax),
                "log10 y",
                "sites",
                0.01,
                math.log10(bmax) - 0.02,
                math.log10(bmax) + 0.02,
            ),
        ),
        (FittedPart(series, "saturation", {}, mean, 0.04 * mean, 0.04),),
        np.eye(2) * 1e-4,
        21.0,
        21,
        -60.0,
        130.0,
        "counting",
    )
    common = {
        "method": "profile likelihood",
        "subject": "[¹²⁵I]pindolol",
        "target": "beta1",
        "where": name,
    }
    estimates = (
        Estimate("Bmax", bmax, "fmol/mg", bmax * 0.94, bmax * 1.07, log10_se=0.012, **common),
        Estimate("Kd", 0.15, "nM", 0.13, 0.17, log10_se=0.02, **common),
    )
    checks = (Check("range", "pass", "radioligand from 0.17 to 5.3 times Kd", name),)
    return PlateResult(
        name,
        f"run {run}",
        group,
        plate,
        BindingConditions("beta1", "[¹²⁵I]pindolol", "125I"),
        (series,),
        fit,
        estimates,
        checks=checks,
        model="saturation",
    )


def saturation_assay(rng: np.random.Generator) -> AssayResult:
    plates = [
        saturation_plate(f"beta1_vehicle_run{r}", "vehicle", v, r, rng)
        for r, v in enumerate((70.1, 74.0, 76.2), 1)
    ]
    plates += [
        saturation_plate(f"beta1_treated_run{r}", "treated", v, r, rng)
        for r, v in enumerate((38.2, 41.5, 42.6), 1)
    ]
    common = {
        "n_experiments": 3,
        "method": "t on 3 runs, log scale",
        "subject": "[¹²⁵I]pindolol",
        "target": "beta1",
    }
    pooled = (
        Estimate("Bmax", 73.3, "fmol/mg", 66.1, 81.3, log10_se=0.01, where="vehicle", **common),
        Estimate("Bmax", 40.7, "fmol/mg", 35.2, 47.1, log10_se=0.014, where="treated", **common),
        Estimate("Kd", 0.15, "nM", 0.13, 0.17, log10_se=0.012, where="vehicle", **common),
        Estimate("Kd", 0.148, "nM", 0.127, 0.172, log10_se=0.013, where="treated", **common),
    )
    compared = GroupComparison(
        "Bmax",
        "Bmax of treated is 0.56 times that of vehicle; a fall of 44 %",
        "Welch t on log10 Bmax of runs",
        3.1e-5,
        -19.8,
        (3.7,),
        ratio=Estimate(
            "Bmax ratio",
            0.555,
            "",
            0.502,
            0.614,
            n_experiments=3,
            method="Welch t on the log scale",
        ),
        difference=Estimate("difference", -32.6, "fmol/mg", -37.0, -28.2, n_experiments=3),
        details=(("vehicle", 73.3), ("treated", 40.7)),
        parameter="Bmax",
        assay="beta1",
        groups=("vehicle", "treated"),
    )
    evidence = (
        Evidence(
            "vehicle",
            "beta1",
            "Bmax",
            73.3,
            "fmol/mg",
            68.7,
            77.9,
            species="rat",
            source="guide_desipramine",
            certainty="vendor guide",
        ),
        Evidence(
            "treated",
            "beta1",
            "Bmax",
            40.7,
            "fmol/mg",
            37.3,
            44.1,
            species="rat",
            source="guide_desipramine",
            certainty="vendor guide",
        ),
    )
    return AssayResult(
        "beta1",
        "beta1 adrenoceptors after 14 days of desipramine",
        "saturation",
        "beta1",
        (),
        tuple(plates),
        pooled,
        comparisons=(compared,),
        evidence=evidence,
        methods="Cortical membranes were incubated with six concentrations of [¹²⁵I]pindolol.",
    )


def full_study() -> StudyResult:
    rng = np.random.default_rng(7)
    assays = (*(competition_assay(name, rng) for name in TARGETS), saturation_assay(rng))
    files = [p.plate.file for a in assays for p in a.plates if p.plate]
    return StudyResult(
        "Desipramine at the monoamine transporters",
        assays,
        selectivity=(
            Estimate(
                "Ki ratio",
                62.7,
                "",
                48.0,
                81.9,
                n_experiments=3,
                method="difference of mean pKi, Welch t",
                subject="desipramine",
                target="SERT / NET",
            ),
            Estimate(
                "Ki ratio",
                4700.0,
                "",
                3600.0,
                6140.0,
                n_experiments=3,
                method="difference of mean pKi, Welch t",
                subject="desipramine",
                target="DAT / NET",
            ),
        ),
        exclusions=tuple(
            Exclusion(
                f"{a}_run2 C05", "pipetting error, noted at the bench", "M. Muster", "2025-03-04"
            )
            for a in TARGETS
        ),
        inputs=tuple(
            InputFile(f"raw/{file}", f"{n % 16:x}a3f" * 16, 2048 + n)
            for n, file in enumerate(files)
        ),
        sources=(
            Source(
                "cheng_1973",
                "Cheng Y, Prusoff WH. Relationship between the inhibition constant (Ki) and the "
                "concentration of inhibitor which causes 50 per cent inhibition (I50) of an "
                "enzymatic reaction. Biochem Pharmacol 1973;22:3099-3108",
                "10.1016/0006-2952(73)90196-2",
            ),
            Source(
                "tatsumi_1997",
                "Tatsumi M, Groshan K, Blakely RD, Richelson E. Pharmacological profile of "
                "antidepressants and related compounds at human monoamine transporters. Eur J "
                "Pharmacol 1997;340:249-258",
                "10.1016/S0014-2999(97)01393-9",
            ),
            Source(
                "guide_desipramine",
                "The neurochemical effects of desipramine on noradrenergic pathways: a technical "
                "guide",
            ),
        ),
        synthetic="made by the plate simulator of tricyclic with known true values",
        author="M. Muster",
        version="0.1.0",
        checks=(Check("hashes", "pass", "all raw files have the hash that was recorded"),),
    )


def plots_of(study: StudyResult) -> tuple[CurvePlot, ...]:
    """Curves of every competition and saturation plate, and of each competition assay over its
    runs.
    """
    plots = []
    for assay in study.assays:
        traces, points = [], []
        for plate in assay.plates:
            if plate.plate is None or assay.kind not in ("competition", "saturation"):
                continue
            if assay.kind == "competition":
                used = [w for w in plate.plate.wells if w.role is Role.COMPETITION]
                x = np.log10([w.concentration_M for w in used])
                ki = plate.estimate("Ki")
                ic50 = math.log10(plate.estimate("IC50").value * 1e-9)
                dense = np.linspace(x.min() - 0.4, x.max() + 0.4, 160)
                mean = competition_curve(dense, ic50)
                y, out = (
                    np.array([w.value for w in used]),
                    np.array([bool(w.excluded) for w in used]),
                )
                plots.append(
                    CurvePlot(
                        f"{plate.name}_curve",
                        f"{assay.title}, {plate.experiment}",
                        "log₁₀ [desipramine] (M)",
                        "bound (cpm)",
                        traces=(Trace(plate.experiment, dense, mean, mean * 0.96, mean * 1.04),),
                        points=(PointSet(plate.experiment, x, y, out),),
                        levels=(
                            ControlLevel("total", [w.value for w in plate.plate.used(Role.TOTAL)]),
                            ControlLevel(
                                "NSB",
                                [w.value for w in plate.plate.used(Role.NON_SPECIFIC)],
                                "right",
                            ),
                        ),
                        marks=(
                            AxisMark(
                                "Ki",
                                math.log10(ki.value * 1e-9),
                                math.log10(ki.low * 1e-9),
                                math.log10(ki.high * 1e-9),
                                str(ki).split("   ")[1],
                            ),
                        ),
                        percent_window=(600.0, 6000.0),
                        assay=assay.name,
                        plate=plate.name,
                        caption="Exact mass balance; Kd of the radioligand given.",
                    )
                )
                percent = (mean - 600) / 54
                traces.append(Trace(plate.experiment, dense, percent, percent - 3, percent + 3))
                points.append(PointSet(plate.experiment, x, (y - 600) / 54, out))
            else:
                series = plate.series[0]
                x, total = series.x["radioligand_M"] * 1e9, series.x["specific"] == 1
                dense = np.linspace(0, 0.9, 120)
                bmax = plate.estimate("Bmax").value
                nsb, sites = 40 * dense, bmax * dense / (dense + 0.15)
                plots.append(
                    CurvePlot(
                        f"{plate.name}_curve",
                        f"beta1, {plate.group}, {plate.experiment}",
                        "free [¹²⁵I]pindolol (nM)",
                        "bound (fmol/mg)",
                        "linear",
                        traces=(
                            Trace(
                                "total",
                                dense,
                                nsb + sites,
                                (nsb + sites) * 0.95,
                                (nsb + sites) * 1.05,
                            ),
                            Trace("non-specific", dense, nsb),
                            Trace("specific", dense, sites),
                        ),
                        points=(
                            PointSet("total", x[total], series.y[total]),
                            PointSet("non-specific", x[~total], series.y[~total]),
                        ),
                        tested=(0.025, 0.8),
                        assay=assay.name,
                        plate=plate.name,
                    )
                )
        if traces:
            plots.append(
                CurvePlot(
                    f"{assay.name}_curve",
                    f"{assay.title}, three runs",
                    "log₁₀ [desipramine] (M)",
                    "specific binding (%)",
                    traces=tuple(traces),
                    points=tuple(points),
                    assay=assay.name,
                )
            )
    return tuple(plots)


HOSTILE = (
    '<script>alert(\'x\')</script> & "quotes" $\\frac{1}{2}$ #set page(paper: "a0") '
    "[*bold*] _it_ `raw` @ref <lab> \\ // 長い名前 ​\u202e\x00\x0b| pipe"
)
LONG = "a_name_without_any_place_to_break_" * 8


def hostile_study() -> StudyResult:
    """Markup in every name, very long names, sixty checks, open intervals, a failed fit."""
    study = full_study()
    assay = study.assays[0]
    plate = assay.plates[0]
    failed = replace(
        plate.fit,
        ok=False,
        message=f"did not converge {HOSTILE}",
        parameters=(),
        parts=(),
        covariance=np.zeros((0, 0)),
    )
    estimates = (
        Estimate(
            "Ki",
            10000.0,
            "nM",
            2500.0,
            math.inf,
            qualifier=">",
            subject=HOSTILE,
            target=LONG,
            where=HOSTILE,
            method=HOSTILE,
        ),
        Estimate("Ki", math.nan, "nM", math.nan, math.nan, subject=LONG, target=HOSTILE),
        Estimate("Hill slope", 1.0, "", -math.inf, math.inf),
        Estimate("IC50", 3.0, "nM", 0.0, math.inf, subject=HOSTILE),
    )
    assert plate.plate is not None
    wells = tuple(
        replace(w, compound=HOSTILE, flag=HOSTILE, excluded=HOSTILE if w.name == "B01" else "")
        for w in plate.plate.wells
    )
    bad = replace(
        plate,
        name=HOSTILE,
        experiment=LONG,
        group=HOSTILE,
        fit=failed,
        estimates=estimates,
        model=HOSTILE,
        plate=replace(plate.plate, name=HOSTILE, wells=wells, file=HOSTILE, notes=(HOSTILE,)),
        classical=((HOSTILE, estimates),),
        comparisons=(GroupComparison(HOSTILE, HOSTILE, HOSTILE, math.nan),),
        budget=(ErrorShare(HOSTILE, HOSTILE, math.nan, math.nan), ErrorShare(LONG, LONG, 0.1, 1.0)),
    )
    checks = tuple(
        Check(
            f"check_{n}{HOSTILE}",
            ("pass", "warn", "fail")[n % 3],
            f"{HOSTILE} {n}",
            LONG if n % 7 == 0 else HOSTILE,
            math.inf,
            math.nan,
            HOSTILE,
            HOSTILE,
            HOSTILE,
        )
        for n in range(60)
    )
    nowhere = replace(bad, name="no plate", plate=None, series=(), budget=())
    assay = replace(
        assay,
        name=HOSTILE,
        title=HOSTILE,
        target=LONG,
        compounds=(HOSTILE, LONG),
        plates=(bad, nowhere),
        pooled=estimates,
        checks=checks,
        methods=HOSTILE,
        comparisons=(GroupComparison(HOSTILE, HOSTILE, HOSTILE, 0.2, ratio=estimates[0]),),
        evidence=(
            Evidence(
                HOSTILE,
                LONG,
                "Ki",
                math.nan,
                "nM",
                qualifier=">",
                species=HOSTILE,
                source=HOSTILE,
                quality=LONG,
                certainty="vendor guide",
            ),
            Evidence(HOSTILE, LONG, "Ki", 2.0, "unknown", source=LONG),
        ),
    )
    unknown = replace(
        assay, name="odd", kind="a kind of tomorrow", plates=(), pooled=(), checks=(), evidence=()
    )
    return StudyResult(
        HOSTILE,
        (assay, unknown),
        selectivity=estimates,
        comparisons=assay.comparisons,
        exclusions=(Exclusion(HOSTILE, LONG, HOSTILE, HOSTILE),),
        inputs=(InputFile(HOSTILE, "e" * 64, 1), InputFile("raw/javascript:alert(1)", "f" * 64, 1)),
        sources=(
            Source(HOSTILE, HOSTILE, 'doi"><script>', "javascript:alert(1)"),
            Source("plain", LONG, "", "https://example.org/?a=1&b=2"),
        ),
        synthetic=HOSTILE,
        author=HOSTILE,
        version=HOSTILE,
    )


@pytest.fixture(scope="session")
def study() -> StudyResult:
    """Desipramine at three transporters, and beta1 density in two groups."""
    return full_study()


@pytest.fixture(scope="session")
def plots(study: StudyResult) -> tuple[CurvePlot, ...]:
    """Its curves."""
    return plots_of(study)


@pytest.fixture(scope="session")
def hostile() -> StudyResult:
    """A study whose names try to break the page."""
    return hostile_study()


@pytest.fixture(scope="session")
def empty() -> StudyResult:
    """A study without an assay."""
    return StudyResult("An empty study", ())


@pytest.fixture(scope="session")
def document(study: StudyResult, plots: tuple[CurvePlot, ...]) -> Document:
    """The whole report of the study."""
    return assemble(study, plots, files_at="../../")


@pytest.fixture(scope="session")
def hostile_document(hostile: StudyResult) -> Document:
    """The whole report of the study whose names try to break the page."""
    return assemble(hostile)
