"""Writes the example study: study.toml, layouts, raw files and exclusions, from known true values.

    python benchmarks/make_demo_study.py [FOLDER]

Every plate comes from the plate simulator with the seed below, so that the files are the same each
time. The two published tables are copied as they are, without our comments. Every simulated file is
marked as synthetic.
"""

from __future__ import annotations

import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np

import tricyclic
from tricyclic.assays.binding.simulate_plate import one_run, simulate_plate
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.plate import PLATE_SHAPES, Plate, row_letters
from tricyclic.io.library.protocols import protocol
from tricyclic.io.plate_layout import read_layout
from tricyclic.study.conditions import read_conditions
from tricyclic.study.plan import AssayPlan, PlatePlan, read_plan

# With this seed the intervals of all affinities and densities contain the true value. One interval
# in twenty does not; tests/science/test_ki_coverage.py and benchmarks/interval_coverage.py count
# them.
SEED = 2026
TREATED = "desipramine 14 d"
HERE = Path(tricyclic.__file__).parent / "data" / "examples"
TRUTH = {
    "NET": TrueValues(
        kd_nM=0.8, bmax_fmol_per_mg=1000.0, ki_nM={"desipramine": 0.9}, nonspecific=0.005
    ),
    "SERT": TrueValues(
        kd_nM=1.2, bmax_fmol_per_mg=4000.0, ki_nM={"desipramine": 50.0}, nonspecific=0.004
    ),
    "DAT": TrueValues(
        kd_nM=3.2, bmax_fmol_per_mg=6000.0, ki_nM={"desipramine": 8000.0}, nonspecific=0.003
    ),
    "beta1": TrueValues(
        kd_nM=0.13,
        bmax_fmol_per_mg=73.3,
        group_bmax_fmol_per_mg={"vehicle": 73.3, TREATED: 40.7},
        nonspecific=0.0012,
    ),
}
# Variation between runs, as a standard deviation of log10.
BETWEEN_RUNS = {"sd_log10_ki": 0.06, "sd_log10_bmax": 0.035}
# A torn filter, and the fraction of its counts that is left.
TORN = ("NET", "run2", "C05", 0.31)

STUDY = """\
# Example study of tricyclic: desipramine at three transporters, beta1 receptors after treatment.
# The counts of NET, SERT, DAT and beta1 were not measured. They come from the plate simulator:
# {script}. True values:
{truth}
# SD between runs: log10 Ki {sd_ki}, log10 Bmax {sd_bmax}; pipetting CV 4 %.
# The two published tables are from G. Koncevicius (2016), "Binding Assay Exercise", a teaching data
# set.

schema_version = 1
title = "Desipramine: affinity at monoamine transporters, and beta1 receptors after 14 days"
author = "tricyclic demonstration"
synthetic = \"\"\"
all counts of NET, SERT, DAT and beta1 come from the plate simulator of tricyclic with known true \\
values (Ki 0.9, 50 and 8000 nM; Bmax 73.3 and 40.7 fmol/mg); the two published tables are \\
measured\"\"\"

[[assay]]
name = "NET"
protocol = "net-nisoxetine"
compound = "desipramine"
layout = "layouts/net.toml"
[assay.conditions]
radioligand_kd_nM = {{ value = 0.8, unit = "nM", se = 0.06, source = "tejani_butt_1992" }}
{counter}
protein_ug = {{ value = 30.0, se = 1.5 }}
# What the simulation assumed. It had no tissue, buffer or filter: those of the report are defaults
# of the protocol, marked as such.
volume_uL = 250.0
incubation_min = 180.0
temperature_C = 4.0
nsb_drug = "desipramine"
nsb_drug_M = "10 uM"
# The rates of the radioligand are invented, like the counts; with them, 180 min are long enough.
kon_per_M_min = 1.0e8
koff_per_min = 0.08
[assay.method]
calibrate = 0
outliers = "suggest"
{net}
[[assay]]
name = "SERT"
protocol = "sert-citalopram"
compound = "desipramine"
layout = "layouts/sert.toml"
[assay.conditions]
radioligand_kd_nM = {{ value = 1.2, unit = "nM", se = 0.1, source = "tatsumi_1997" }}
{counter}
protein_ug = {{ value = 5.0, se = 0.25 }}
volume_uL = 250.0
incubation_min = 60.0
temperature_C = 20.0
nsb_drug = "paroxetine"
nsb_drug_M = "3 uM"
kon_per_M_min = 1.0e8
koff_per_min = 0.12
{sert}
[[assay]]
name = "DAT"
protocol = "dat-win35428"
compound = "desipramine"
layout = "layouts/dat.toml"
[assay.conditions]
radioligand_kd_nM = {{ value = 3.2, unit = "nM", se = 0.3, source = "aloyo_1995" }}
{counter}
protein_ug = {{ value = 5.0, se = 0.25 }}
volume_uL = 250.0
incubation_min = 60.0
temperature_C = 20.0
nsb_drug = "cocaine"
nsb_drug_M = "100 uM"
{dat}
[[assay]]
name = "beta1"
title = "[125I]iodopindolol at beta1, vehicle and desipramine for 14 d"
protocol = "beta1-iodopindolol"
layout = "layouts/beta1.toml"
[assay.conditions]
specific_activity_Ci_per_mmol = {{ value = 2175.0, se = 50.0, source = "engel_1981" }}
reference_date = 2026-03-02
assay_date = 2026-03-12
counting_efficiency = {{ value = 0.75, se = 0.02 }}
counting_time_min = 5.0
background_cpm = 18.0
protein_ug = {{ value = 15.0, se = 0.75 }}
volume_uL = 250.0
incubation_min = 70.0
temperature_C = 37.0
nsb_drug = "(-)-propranolol"
nsb_drug_M = "1 uM"
kon_per_M_min = 1.0e9
koff_per_min = 0.13
{beta1}
[[assay]]
name = "published-saturation"
title = "Published table: saturation, total and non-specific"
kind = "saturation"
[[assay.table]]
file = "raw/saturation_total_nonspecific.csv"
run = "table"
unit = "fmol/mg"
[assay.table.columns]
radioligand = {{ column = "conc_nM", unit = "nM" }}
total = "total_fmol_mg"
non_specific = "nonspecific_fmol_mg"
{published}
[[compare]]
kind = "selectivity"
assay = "NET"
against = ["SERT", "DAT"]
compound = "desipramine"

[[compare]]
kind = "groups"
assay = "beta1"
parameter = "Bmax"
reference = "vehicle"
other = "desipramine 14 d"
# Vehicle and treated plates of one day were processed together.
paired = true

[report]
formats = ["html", "pdf"]
"""
COUNTER = """specific_activity_Ci_per_mmol = { value = 80.0, se = 2.0 }
reference_date = 2026-01-15
assay_date = 2026-03-12
counting_efficiency = { value = 0.45, se = 0.01 }
counting_time_min = 5.0
background_cpm = 25.0"""
PUBLISHED = """
[[assay]]
name = "published-compound-{k}"
title = "Published table: competition by compound {k}"
kind = "competition"
compound = "compound {k}"
[assay.conditions]
radioligand_nM = 0.6
radioligand_kd_nM = 1.4
[[assay.table]]
file = "raw/competition_three_compounds.csv"
run = "table"
unit = "fmol/mg"
compound = "compound {k}"
[assay.table.columns]
competitor = {{ column = "log10_conc_M", unit = "log10 M" }}
response = "compound{k}_fmol_mg"
"""
COMPETITION = """# Synthetic example. Three replicates down, twelve concentrations across.
plate = 96

[[block]]
wells = "A1:A6"
role = "total"

[[block]]
wells = "A7:A12"
role = "non_specific"

[[block]]
wells = "B1:D12"
role = "competition"
compound = "desipramine"
top = "{top}"
dilution = 3.1623
direction = "across"

# The counted dilution of the radioligand: the concentration that was added.
[[block]]
wells = "E1:E3"
role = "added"
"""
SATURATION = """# Synthetic example. Eight concentrations across, three replicates down.
plate = 96

[[block]]
wells = "A1:C8"
role = "total"
radioligands = ["20 pM", "40 pM", "80 pM", "130 pM", "200 pM", "300 pM", "450 pM", "640 pM"]
direction = "across"

[[block]]
wells = "D1:F8"
role = "non_specific"
radioligands = ["20 pM", "40 pM", "80 pM", "130 pM", "200 pM", "300 pM", "450 pM", "640 pM"]
direction = "across"
"""
TORN_REASON = "filter torn when it was lifted from the harvester, seen before counting"
EXCLUSIONS = f"""target,reason,who,when
raw/net_run2.csv:C05,"{TORN_REASON}",A. Person (invented),2026-03-12
"""


def main(folder: Path) -> None:
    """Write the study into a folder; files in its raw folder are replaced."""
    for name in ("raw", "layouts"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    write(folder / "study.toml", study_text())
    for name, top in (("net", "3 uM"), ("sert", "100 uM"), ("dat", "1 mM")):
        write(folder / "layouts" / f"{name}.toml", COMPETITION.format(top=top))
    write(folder / "layouts" / "beta1.toml", SATURATION)
    write(folder / "exclusions.csv", EXCLUSIONS)
    for table in ("saturation_total_nonspecific.csv", "competition_three_compounds.csv"):
        lines = (HERE / table).read_text(encoding="utf-8").splitlines()
        write(
            folder / "raw" / table,
            "\n".join(line for line in lines if not line.startswith("#")) + "\n",
        )
    rng = np.random.default_rng(SEED)
    for assay in read_plan(folder).assays:
        if assay.name not in TRUTH:
            continue
        truths: dict[str, TrueValues] = {}
        for plan in assay.plates:
            # The two groups of one day share its membranes.
            truth = truths.setdefault(plan.run, one_run(TRUTH[assay.name], rng, **BETWEEN_RUNS))
            write(
                folder / plan.file,
                as_file(count(folder, assay, plan, truth, rng), plan, assay.name),
            )


def study_text() -> str:
    """study.toml, with every run named."""
    runs = {
        name: runs_of(name, [("", f"run{k}") for k in (1, 2, 3)]) for name in ("NET", "SERT", "DAT")
    }
    beta1 = runs_of(
        "beta1", [(group, f"day{k}") for k in (1, 2, 3, 4) for group in ("vehicle", TREATED)]
    )
    truth = "\n".join(
        textwrap.fill(
            f"{name}: {values.description()}",
            100,
            initial_indent="#   ",
            subsequent_indent="#     ",
        )
        for name, values in TRUTH.items()
    )
    return STUDY.format(
        script="benchmarks/make_demo_study.py",
        truth=truth,
        sd_ki=BETWEEN_RUNS["sd_log10_ki"],
        sd_bmax=BETWEEN_RUNS["sd_log10_bmax"],
        counter=COUNTER,
        net=runs["NET"],
        sert=runs["SERT"],
        dat=runs["DAT"],
        beta1=beta1,
        published="".join(PUBLISHED.format(k=k) for k in (1, 2, 3)),
    )


def runs_of(assay: str, runs: list[tuple[str, str]]) -> str:
    """The [[assay.plate]] table of every run."""
    blocks = []
    for group, run in runs:
        stem = "_".join(part for part in (assay.lower(), group.replace(" ", "_"), run) if part)
        of_group = f'group = "{group}"\n' if group else ""
        decimal = 'decimal = ","\n' if assay == "DAT" else ""
        blocks.append(
            f'[[assay.plate]]\nfile = "raw/{stem}.csv"\nrun = "{run}"\n{of_group}{decimal}'
        )
    return "\n".join(blocks)


def count(
    folder: Path, assay: AssayPlan, plan: PlatePlan, truth: TrueValues, rng: np.random.Generator
) -> Plate:
    """One simulated plate of the study."""
    stated = read_conditions(
        protocol(assay.protocol).conditions, assay.conditions, where=assay.name
    )
    wells = [
        replace(well, group=plan.group)
        for well in read_layout(folder / plan.layout).planned_wells.values()
    ]
    # The amount pipetted differs a little from the plan; the counted dilution shows it.
    if stated.radioligand_nM is not None:
        added = replace(
            stated.radioligand_nM, value=stated.radioligand_nM.value * 10 ** rng.normal(0.0, 0.015)
        )
        stated = replace(stated, radioligand_nM=added)
    plate = simulate_plate(stated, wells, truth, rng, name=f"{assay.name} {plan.run}", cv=0.04)
    if (assay.name, plan.run) == TORN[:2]:
        torn = tuple(
            replace(w, value=w.value * TORN[3]) if w.name == TORN[2] else w for w in plate.wells
        )
        plate = replace(plate, wells=torn)
    return plate


def as_file(plate: Plate, plan: PlatePlan, assay: str) -> str:
    """The plate as an export file: a grid, a long list, or a grid with decimal commas."""
    label = "SYNTHETIC, tricyclic plate simulator"
    if assay == "SERT":
        rows = [f"{well.name},{well.value:.1f}" for well in plate.wells]
        return "\n".join([f"# {label}", "well,cpm", *rows]) + "\n"
    delimiter, mark = (";", ",") if assay == "DAT" else (",", ".")
    height, width = PLATE_SHAPES[plate.size]
    counts = {
        (well.row, well.column): f"{well.value:.1f}".replace(".", mark) for well in plate.wells
    }
    lines = [f"# {label}", f"Plate {Path(plan.file).stem}", "Unit: cpm", ""]
    lines.append(delimiter.join(["", *(str(column + 1) for column in range(width))]))
    for row in range(height):
        cells = [counts.get((row, column), "-") for column in range(width)]
        lines.append(delimiter.join([row_letters(row), *cells]))
    return "\n".join(lines) + "\n"


def write(path: Path, text: str) -> None:
    """Write with the same line ends on every system."""
    path.write_bytes(text.encode("utf-8"))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "desipramine-study")
