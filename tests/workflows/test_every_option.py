"""Every option of every command changes the result or is refused: none is ignored.

Each case is a command that runs, and another value for each of its options. Options that set how a
result is computed, or where it is read from or written to, are left out.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

import tricyclic
from tricyclic.workflows.base import option_fields
from tricyclic.workflows.commands import COMMANDS

pytestmark = pytest.mark.usefixtures("equal_fits_once", "equal_models_once")

EXAMPLE = Path(tricyclic.__file__).parent / "data" / "examples" / "desipramine-study"
NET = str(EXAMPLE / "raw" / "net_run1.csv")
BETA = str(EXAMPLE / "raw" / "beta1_vehicle_day1.csv")
LAYOUTS = {name: str(EXAMPLE / "layouts" / f"{name}.toml") for name in ("net", "beta1", "sert")}
# They set how a result is computed, or where it is read from or written to.
NEUTRAL = {"workers", "scheduler", "chunk", "out", "folder", "library", "study", "file", "plates"}
# The model beside measured courses: tests/workflows/test_dialysis_model.py.
NEUTRAL |= {"compare", "region", "ensemble_size"}
PLATES = {
    "layout": LAYOUTS["sert"],
    "protocol": "net-nisoxetine",
    "compound": "imipramine",
    "target": "SERT",
    "radioligand": "[3H]x",
    "isotope": "125I",
    "radioligand_nM": 2.0,
    "kd_nM": 1.5,
    "specific_activity": 70.0,
    "reference_date": "2026-01-01",
    "assay_date": "2026-02-02",
    "efficiency": 0.4,
    "counting_time_min": 3.0,
    "background_cpm": 11.0,
    "volume_uL": 300.0,
    "protein_ug": 20.0,
    "unit": "dpm",
    "plate": "2",
    "plate_size": 384,
    "decimal": ",",
    "reader": "plate_list",
    "sheet": "x",
    "model": "one_site_competition",
    "variance": "constant",
    "confidence": 0.9,
    "calibrate": 20,
    "outliers": "suggest",
    "decay_convention": "concentration_falls",
    "kon": 1e8,
    "koff": 0.08,
    "molar_mass": 300.0,
    "tissue": "rat cortex",
    "buffer": "Tris",
    "nsb_drug": "mazindol",
    "nsb_drug_M": 1e-5,
    "incubation_min": 60.0,
    "temperature": 4.0,
    "filter": "GF/B",
    "washing": "three times",
    "x": ("competitor=conc:nM",),
    "response": ("y",),
    "total": ("y",),
    "non_specific": ("y",),
    "table": "t",
}
MASK = {
    "mask": "pentazocine",
    "masked_site": "sigma-1",
    "mask_M": 1e-7,
    "mask_kd_masked_nM": 3.0,
    "mask_kd_wanted_nM": 2000.0,
    "radioligand_kd_masked_nM": 5.0,
    "masked_bmax_ratio": 0.5,
    "competitor_ki_masked_nM": 2000.0,
}
DESIGN = {
    "protocol": "sert-citalopram",
    "kind": "saturation",
    "compound": "x",
    "expected_ki": "2 nM",
    "expected_kd": "2 nM",
    "expected_bmax": "400 fmol/mg",
    "within": 5.0,
    "target_width": 2.0,
    "between_run_sd": 0.2,
    "cv": "8%",
    "nonspecific": 0.01,
    "runs": 5,
    "replicates": 2,
    "plate_size": 384,
    "layout": LAYOUTS["sert"],
    "radioligand_nM": 2.0,
    "kd_nM": 1.5,
    "specific_activity": 70.0,
    "efficiency": 0.3,
    "counting_time_min": 3.0,
    "background_cpm": 11.0,
    "volume_uL": 300.0,
    "protein_ug": 20.0,
    "kon": 1e8,
    "koff": 0.1,
    "competitor_koff": 0.05,
    "incubation_min": 30.0,
    "temperature": 20.0,
    "target": "SERT",
    "isotope": "125I",
    "simulations": 3,
    "scattered": True,
}
FIT = {
    "curve": "logistic_3pl",
    "fixed": ("bottom=10",),
    "free": ("hill",),
    "variance": "proportional",
    "confidence": 0.9,
    "outliers": 0.01,
    "table": "2",
    "reader": "plate_grid",
    "sheet": "x",
    "decimal": ",",
    "y_unit": "cpm",
    "no_intervals": True,
    "molar_mass": 300.0,
    "weights": "1/x",
    "trials": "other",
    "x_unit": "mM",
    "by": ("other",),
    "share": ("hill",),
    "own_scatter": True,
    "compare": ("ec50",),
    "ec": ("10",),
    "absolute": True,
    "ec_name": "LD",
    "predict": ("5",),
    "interval": "prediction",
}
X = ("concentration_M=conc_nM:nM",)
READ = {
    "unit": "dpm",
    "plate_size": 384,
    "decimal": ",",
    "reader": "plate_list",
    "sheet": "x",
    "time_unit": "s",
}
CONVERT = {
    "quantity": "6 nM",
    "to": "pM",
    "molar_mass": 266.0,
    "efficiency": "0.4",
    "specific_activity": "80",
    "protein_ug": "30",
    "isotope": "3H",
    "start": "2026-01-01",
    "end": "2026-02-01",
}
# Command, options with which it runs, other values; "table:" stands for the folder of `tables`.
CASES = [
    (
        "binding affinity",
        {
            "plates": (NET,),
            "layout": LAYOUTS["net"],
            "radioligand_nM": 1.0,
            "kd_nM": 0.8,
            # Half of the time of an analysis.
            "outliers": "none",
        },
        PLATES | MASK,
    ),
    (
        "binding saturation",
        {"plates": (BETA,), "layout": LAYOUTS["beta1"], "outliers": "none"},
        PLATES | {"layout": LAYOUTS["net"], "model": "saturation_two_sites", "kind": "homologous"},
    ),
    (
        "binding design",
        {"protocol": "net-nisoxetine", "expected_ki": "1 nM", "simulations": 0, "workers": 1},
        DESIGN,
    ),
    (
        "binding design",
        {"protocol": "net-nisoxetine", "kind": "saturation", "simulations": 0, "workers": 1},
        DESIGN | {"kind": "competition"},
    ),
    (
        "binding design",
        {"protocol": "net-nisoxetine", "expected_ki": "1 nM", "simulations": 4, "workers": 1},
        {"seed": 7},
    ),
    (
        "curves fit",
        {"file": "table:one.csv", "curve": "logistic_4pl", "y": ("y",), "x": X},
        FIT | {"y": ("other",), "x": ("concentration_M=conc_nM:uM",)},
    ),
    (
        "curves fit",
        {
            "file": "table:groups.csv",
            "curve": "logistic_4pl",
            "y": ("y",),
            "x": ("dose",),
            "x_unit": "nM",
            "by": ("compound",),
            "share": ("bottom",),
            "compare": ("ec50",),
            "ec": ("20",),
            "predict": ("1",),
        },
        FIT | {"compare": ("hill",), "interval": "confidence", "by": ("site",), "weights": "w"},
    ),
    ("curves fit", {"file": "table:many.csv", "out": "table:out.csv"}, FIT | {"y": ("response",)}),
    (
        "curves fit",
        {"file": "table:many.csv"},
        {
            "curve_column": ("name",),
            "x_column": "concentration_uM",
            "x_unit": "log10 nM",
            "y_column": "second",
            "weights": "w",
            "keep": ("name",),
        },
    ),
    (
        "curves fit",
        {"file": "table:many.csv", "x_column": "dose", "x_unit": "ug/mL", "molar_mass": 300.0},
        {"x_unit": "mg/mL", "molar_mass": 200.0},
    ),
    (
        "curves fit",
        {"file": "table:many.csv", "out": "table:out2.csv", "no_intervals": True},
        {"confidence": 0.9, "x": X},
    ),
    ("curves models", {}, {"name": "saturation"}),
    (
        "screen control-chart",
        {"file": "table:runs.csv", "value": "ic50_nM"},
        {
            "value": "pIC50",
            "run": "session",
            "compound": "compound",
            "only": "a",
            "baseline": 8,
            "rules": "nelson",
            "window": 4,
            "decimal": ",",
            "sheet": "x",
        },
    ),
    (
        "screen msr",
        {"file": "table:msr.csv", "first": "first_ic50_nM", "second": "second_ic50_nM"},
        {
            "first": "third_ic50_nM",
            "second": "third_ic50_nM",
            "compound": "name",
            "confidence": 0.9,
            "decimal": ",",
            "sheet": "x",
        },
    ),
    (
        "screen relative-potency",
        {"file": "table:potency.csv", "reference": "standard"},
        {
            "reference": "test",
            "sample": "name",
            "dose": "dose_uM",
            "response": "second",
            "variance": "proportional",
            "confidence": 0.9,
            "decimal": ",",
            "sheet": "x",
        },
    ),
    (
        "microdialysis analyse",
        {"table": "table:dialysis.csv", "value": "NE_nM"},
        {
            "table": "table:dialysis_uM.csv",
            "animals_table": "table:dialysis_animals.csv",
            "value": "other_nM",
            "animal": "pair",
            "group": "batch",
            "time": "when",
            "start": "begin",
            "end": "finish",
            "time_is": "end",
            "unit": "uM",
            "sheet": "x",
            "decimal": ",",
            "treated": "20",
            "flow": 1.2,
            "dead_volume": 12.0,
            "fraction_min": 20.0,
            "molar_mass": 169.0,
            "to_unit": "fmol",
            "recovery": 0.1,
            "lod": 2.0,
            "loq": 3.0,
            "control": "drug",
            "baseline_fractions": 2,
            "window": (0.0, 60.0),
            "primary": "ancova",
            "below": "excluded",
            "cv_max_percent": 1.0,
            "exclude": ("v0=outside",),
            "confidence": 0.9,
            "drug": "imipramine",
            "analyte": "DA",
            "title": "Day 1",
        },
    ),
    (
        "microdialysis design",
        {"study": "table:dialysis.csv", "value": "NE_nM"},
        {
            "value": "other_nM",
            "ratio": 1.7,
            "power": 0.9,
            "animals": 9,
            "baseline_fractions": 2,
            "window_fractions": 3,
            "fraction_cv": 10.0,
            "response_cv": 10.0,
            "correlation": 0.2,
            "animals_table": "table:dialysis_animals.csv",
            "animal": "pair",
            "group": "batch",
            "time": "when",
            "start": "begin",
            "end": "finish",
            "time_is": "end",
            "treated": "20",
            "fraction_min": 20.0,
            "molar_mass": 169.0,
            "to_unit": "fmol",
            "unit": "uM",
            "control": "saline",
            "window": (0.0, 60.0),
            "exclude": ("v0=outside",),
            "sheet": "x",
            "decimal": ",",
        },
    ),
    (
        "microdialysis recovery",
        {"table": "table:recovery.csv"},
        {
            "table": "table:flux.csv",
            "dialysate": "other_nM",
            "bath": "second_nM",
            "perfusate": "inlet_nM",
            "probe": "pair",
            "flow": "pumped",
            "unit": "uM",
            "confidence": 0.9,
            "sheet": "x",
            "decimal": ",",
        },
    ),
    (
        "microdialysis design",
        {
            "study": "table:dialysis.csv",
            "value": "NE_nM",
            "flow": 1.2,
            "dead_volume": 12.0,
            "loq": 2.5,
            "lod": 1.0,
            "below": "half-of-lod",
        },
        {"flow": 2.4, "dead_volume": 24.0, "loq": 3.0, "lod": 2.0, "below": "excluded"},
    ),
    (
        "microdialysis design",
        {"study": "table:dialysis_analytes.csv", "value": "NE_nM", "analyte": "NE"},
        {"analyte": "DA"},
    ),
    (
        "microdialysis no-net-flux",
        {"table": "table:flux.csv"},
        {
            "table": "table:dialysis.csv",
            "inlet": "other_nM",
            "outlet": "other_nM",
            "animal": "pair",
            "group": "pair",
            "time": "day",
            "unit": "uM",
            "control": "drug",
            "confidence": 0.9,
            "analyte": "GABA",
            "sheet": "x",
            "decimal": ",",
        },
    ),
    (
        "neurites analyse",
        {"table": "table:neurites.csv"},
        {
            "table": "table:neurites_more.csv",
            "design": "table:neurite_wells.csv",
            "culture": "pair",
            "well": "position",
            "field": "picture2",
            "drug": "other_drug",
            "treatment": "words",
            "concentration": "second_uM",
            "stimulus": "other_factor",
            "antagonist": "other_blocker",
            "cells": "all_cells",
            "positive": "second",
            "percent": "share",
            "longest": "far_um",
            "total": "sum_um",
            "unit": "nM",
            "sheet": "x",
            "decimal": ",",
            "stimulus_name": "FGF",
            "antagonists": ("imipramine",),
            "threshold": 2.0,
            "soma_diameter": 12.0,
            "primary": "odds",
            "primary_arm": "imipramine 1 uM",
            "error": "pooled",
            "exclude": ("1=infected",),
            "confidence": 0.9,
            "title": "Day 1",
        },
    ),
    (
        "neurites design",
        {"experiment": "table:neurites.csv"},
        {
            "experiment": "table:neurites_more.csv",
            "difference": 20.0,
            "power": 0.9,
            "comparisons": 3,
            "cultures": 7,
            "wells": 4,
            "fields": 5,
            "cells_per_field": 90,
            "percent_without": 35.0,
            "effect_sd": 6.0,
            "field_correlation": 0.02,
            "well_correlation": 0.03,
            "design": "table:neurite_wells.csv",
            "culture": "pair",
            "well": "position",
            "field": "picture2",
            "drug": "other_drug",
            "treatment": "words",
            "concentration": "second_uM",
            "stimulus": "other_factor",
            "antagonist": "other_blocker",
            "cells": "all_cells",
            "positive": "second",
            "percent": "share",
            "longest": "far_um",
            "total": "sum_um",
            "unit": "nM",
            "sheet": "x",
            "decimal": ",",
            "stimulus_name": "FGF",
            "antagonists": ("imipramine",),
            "threshold": 2.0,
            "soma_diameter": 12.0,
            "exclude": ("1=infected",),
        },
    ),
    (
        "neurites design",
        {"percent_without": 30.0, "effect_sd": 5.0},
        {"effect_sd": 8.0, "field_correlation": 0.05, "well_correlation": 0.05},
    ),
    ("read", {"file": (NET,)}, READ),
    ("read", {"file": ("table:one.csv",)}, READ),
    ("convert", {"quantity": "5 nM", "to": "uM"}, CONVERT),
    ("convert", {"quantity": "4000 cpm", "to": "dpm", "efficiency": "0.3"}, CONVERT),
    ("library drugs", {}, {"name": "desipramine", "species": "human"}),
    ("library drugs", {"name": "desipramine"}, {"name": "imipramine", "species": "human"}),
    ("library scenarios", {}, {"name": "noradrenergic_synapse"}),
    ("library protocols", {}, {"name": "net-nisoxetine"}),
]


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> Path:
    """Small tables for the commands of curves and screens."""
    folder = tmp_path_factory.mktemp("tables")
    rng = np.random.default_rng(5)

    def save(name: str, header: str, rows) -> None:
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(header.split(","))
            table.writerows(rows)

    doses = np.repeat([0.1, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0], 2)
    noise = rng.normal(0, 1, (4, doses.size))
    curve = 10 + 90 / (1 + doses / 10)
    save(
        "one.csv",
        "conc_nM,y,other",
        zip(doses, curve + noise[0], curve * 2 + noise[1], strict=True),
    )
    save(
        "groups.csv",
        "compound,site,dose,y,w,other",
        [
            (name, f"s{k % 2}", dose, value * factor, 1 + k % 3, k)
            for name, factor in (("a", 1.0), ("b", 1.3))
            for k, (dose, value) in enumerate(zip(doses, curve + noise[1], strict=True))
        ],
    )
    save(
        "many.csv",
        "curve,log10_molar,response,name,second,w,dose,concentration_uM",
        [
            (name, np.log10(dose) - 9, value, f"n{name}", value * 2, 1 + dose, dose, dose / 500)
            for name, shift in (("a", 0), ("b", 2))
            for dose, value in zip(doses, curve + shift + noise[2], strict=True)
        ],
    )
    save(
        "potency.csv",
        "sample,concentration_nM,response,second,dose_uM,name",
        [
            (
                name,
                dose,
                10 + 90 / (1 + dose / ic50) + e,
                9 + 91 / (1 + dose / ic50) + e,
                dose / 1e3 * (2 if name == "test" else 1),
                f"{name} a" if name == "test" else name,
            )
            for name, ic50 in (("standard", 10.0), ("test", 20.0))
            for dose, e in zip(doses, noise[3], strict=True)
        ],
    )
    save(
        "runs.csv",
        "run,ic50_nM,pIC50,compound,session",
        [
            (f"r{k}", 10.0 * 10 ** rng.normal(0, 0.1), 8 + rng.normal(0, 0.1), "a", f"s{k}")
            for k in range(12)
        ],
    )
    save(
        "msr.csv",
        "compound,first_ic50_nM,second_ic50_nM,third_ic50_nM,name",
        [
            (
                f"c{k}",
                v := 10 ** rng.uniform(0, 3),
                v * 10 ** rng.normal(0, 0.1),
                v * 10 ** rng.normal(0, 0.1),
                f"n{k}",
            )
            for k in range(25)
        ],
    )
    _save_dialysis(save, rng)
    _save_neurites(save, rng)
    return folder


def _save_neurites(save, rng) -> None:
    """Fields of four cultures with three arms, with second columns of everything."""
    head = (
        "culture,well,field,drug,conc_uM,NGF,antagonist,cells,positive,pair,position,picture2,"
        "other_drug,words,second_uM,other_factor,other_blocker,all_cells,second,share,far_um,sum_um"
    )
    rows, wells = [], []
    for culture in range(1, 5):
        for place, (drug, uM, words) in enumerate(
            (("vehicle", 0, "NGF"), ("imipramine", 1, "a"), ("imipramine", 3, "NGF + b"))
        ):
            wells.append((culture, f"A{place}", "a" if place else "vehicle", 2 * uM, "+"))
            for field in range(1, 4):
                cells = int(rng.integers(60, 90))
                positive = int(rng.binomial(cells, 0.25 + 0.08 * place))
                more = (culture % 2, f"B{field}", f"p{field}", f"x{place}" if place else "vehicle")
                second = (2 * uM, "+" if place else "-", "K252a" if place == 2 else "-")
                counts = (cells + 20, positive // 2, 100 * positive / cells / 2)
                lengths = (20.0 + 5 * place + field, 30.0 + 5 * place + field)
                rows.append(
                    (
                        *(culture, f"A{place}", field, drug, uM, "+", "-", cells, positive),
                        *more,
                        words,
                        *second,
                        *counts,
                        *lengths,
                    )
                )
    save("neurites.csv", head, rows)
    save("neurites_more.csv", head, [row for row in rows if row[0] < 4])
    save("neurite_wells.csv", "culture,well,drug,conc_uM,NGF", wells)


def _save_dialysis(save, rng) -> None:
    """Fractions of eight animals, points of no net flux, and readings of three probes."""
    rows, flux = [], []
    for group, top in (("vehicle", 0.0), ("drug", 0.8)):
        for k in range(4):
            base, animal = 2.0 + k / 3, f"{group[0]}{k}"
            for start in range(-80, 140, 20):
                value = base * (1 + top * (start >= 0)) * np.exp(0.1 * rng.standard_normal())
                more = (value * rng.uniform(0.9, 1.1), animal[::-1], "ab"[k % 2])
                times = (start + 20, start + 1, start + 19)
                rows.append((animal, group, start, start + 20, value, *more, *times))
            for inlet in (0, 2, 5, 10):
                out = inlet - (0.35 - top / 8) * (inlet - base) + 0.05 * rng.standard_normal()
                flux.append((animal, group, inlet, out, inlet * rng.uniform(1, 2), f"{k % 2}", k))
    head = "animal,group,start_min,end_min,NE_nM,other_nM,pair,batch,when,begin,finish"
    save("dialysis.csv", head, rows)
    analytes = [(*row, "NE") for row in rows]
    analytes += [(*row[:4], row[5], *row[5:], "DA") for row in rows]
    save("dialysis_analytes.csv", f"{head},analyte", analytes)
    save("dialysis_uM.csv", head.replace("NE_nM", "NE_uM").replace("other_nM", "other"), rows)
    save("flux.csv", "animal,group,inlet_nM,outlet_nM,other_nM,pair,day", flux)
    head = "probe,bath_nM,dialysate_nM,second_nM,other_nM,perfusate_nM,inlet_nM,pair,flow,pumped"
    probes = [
        (f"p{k}", 10, 1.2 + noise, 11 + k % 2, 1.4 + noise, 0.1, 0.2, f"{k % 2}", 1.0, 1 + k % 2)
        for k, noise in enumerate(0.05 * rng.standard_normal(9))
    ]
    save("recovery.csv", head, [(f"p{k % 3}", *row[1:]) for k, row in enumerate(probes)])
    animals = [(f"{g[0]}{k}", g, 20) for g in ("vehicle", "drug") for k in range(4)]
    save("dialysis_animals.csv", "animal,group,treated", animals)


def in_folder(value, folder: Path):
    if isinstance(value, tuple):
        return tuple(in_folder(one, folder) for one in value)
    is_name = isinstance(value, str) and value.startswith("table:")
    return str(folder / value.removeprefix("table:")) if is_name else value


# Each option of a design plans a plate anew: half a minute of processor time.
SLOW = frozenset({"binding design"})


@pytest.mark.parametrize(
    ("command", "base", "others"),
    [pytest.param(*case, marks=[pytest.mark.slow] * (case[0] in SLOW)) for case in CASES],
)
def test_no_option_is_ignored(command, base, others, ignored_options, tables):
    given = {name: in_folder(value, tables) for name, value in base.items()}
    assert ignored_options(command, given, others) == []


def test_every_option_of_these_commands_has_a_case():
    for command in COMMANDS:
        cases = [others.keys() for name, _, others in CASES if name == command.full_name]
        if cases:
            names = {field.name for field, _, _ in option_fields(command.load_options())}
            assert names - NEUTRAL <= set().union(*cases), command.full_name
