"""The text files of a new microdialysis study: study.toml with comments, exclusions, README."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from tricyclic.io.manual_limits import COLUMNS as MANUAL_COLUMNS
from tricyclic.study import exclusions
from tricyclic.study.dialysis_folder import MANUAL
from tricyclic.study.dialysis_plan import AnimalPlan, DosePlan

HEAD = """# A microdialysis study. All keys: docs, page "study.toml". Run: tricyclic run .
schema_version = 1
title = {title}
{synthetic}
# author = "A. Person"
# laboratory = "Lab 12, Example"
# date = 2026-03-20
# notes = ""

[[microdialysis]]
name = {analyte}
title = "Extracellular norepinephrine"
analyte = {analyte}          # as in the method
control = "vehicle"      # the group that the others are compared with
species = "rat"
unit = "nM"              # of the courses: nM, fmol (of a fraction), or fmol/min

[microdialysis.chromatography]
samples = "samples.csv"  # order, name, file, role, amount_fmol, level, animal, start, end, ...
method = "method.toml"   # compounds with retention times and roles
folder = "raw"           # the chromatograms, never changed
weighting = "auto"       # of the line: 1, 1/x or 1/x2 by the back-calculated error
correct_drift = false    # true: amounts are corrected by the bracketing standards

[microdialysis.collection]
flow_uL_per_min = {flow:g}
dead_volume_uL = {dead:g}   # from the membrane to the tip of the outlet
# injected_uL = 20       # dialysate in one injection; here each fraction whole
# recovery_in_vitro = {{ value = 0.12, se = 0.01 }}   # or {{ file = "recovery.csv" }}

[microdialysis.response]      # declared before the data are seen
baseline_fractions = {baseline}
window_min = [0, 120]         # of the primary result, after the treatment
cv_max_percent = 20           # a baseline that scatters more is flagged, and used
primary = "log ratio"         # or "ancova"
below = "as measured"         # values below LOQ; or "half of LOD", "excluded"
"""
DOSES = """
# What each group received at time 0, for tricyclic run . --compare (none for the control).
"""
ANIMALS = """
# One table for each animal. Times are minutes here; "14:05" or "2026-03-02T14:05" work, too, if
# the times of its samples are written in the same way.
"""
EXAMPLE_DOSE = DosePlan("desipramine", "desipramine", 10.0, "ip")
METHOD = """# Compounds of the chromatogram, with their retention times.
name = "Norepinephrine by HPLC-ED"
void_min = 1.5
window_min = 0.25

[[compounds]]
name = "NE"
retention_min = 3.8
role = "analyte"

[[compounds]]
name = "DHBA"
retention_min = 5.8
role = "internal standard"

# [[compounds]]
# name = "DOPAC"
# retention_min = 6.9
# role = "neighbour"
"""
SAMPLES = """order,name,file,role,amount_fmol,level,animal,start,end,internal_standard,note
1,blank_1,blank_1.txt,blank,,,,,,yes,
2,std_1,std_1.txt,standard,1,,,,,yes,
3,std_5,std_5.txt,standard,5,,,,,yes,
4,std_20,std_20.txt,standard,20,,,,,yes,
5,qc_low_1,qc_low_1.txt,quality control,3,low,,,,yes,
6,r01_f01,r01_f01.txt,sample,,,r01,0,20,yes,
7,r01_f02,,sample,,,r01,20,40,yes,lost: a sample without a file
8,r01_f03,r01_f03.txt,sample,,,r01,40,80,yes,two fractions pooled
9,r01_f04,r01_f04.txt,sample,,,r01,80,100,yes,
10,r02_f01,r02_f01.txt,sample,,,r02,0,20,yes,
"""


def study_file(
    animals: Sequence[AnimalPlan],
    *,
    title: str,
    synthetic: str = "",
    analyte: str = "NE",
    flow_uL_per_min: float = 1.2,
    dead_volume_uL: float = 17.6,
    baseline: int = 4,
    doses: Sequence[DosePlan] = (),
) -> str:
    """study.toml with comments.

    Parameters
    ----------
    animals : sequence of AnimalPlan
        Numbers that differ from those of the collection are written, nan ones are not.
    title, synthetic, analyte : str
    flow_uL_per_min, dead_volume_uL : float
    baseline : int
    doses : sequence of DosePlan
        Of the treated groups; without one, an example stands as a comment.
    """
    words = f"synthetic = {json.dumps(synthetic)}" if synthetic else '# synthetic = "how made"'
    text = HEAD.format(
        title=json.dumps(title),
        synthetic=words,
        analyte=json.dumps(analyte),
        flow=flow_uL_per_min,
        dead=dead_volume_uL,
        baseline=baseline,
    )
    stated = "".join(_dose(one) for one in doses)
    example = "".join(f"# {line}\n" for line in _dose(EXAMPLE_DOSE).splitlines())
    return text + DOSES + (stated or example) + ANIMALS + "".join(_animal(one) for one in animals)


def _dose(dose: DosePlan) -> str:
    return (
        f"[[microdialysis.group]]\nname = {json.dumps(dose.name)}\n"
        f"drug = {json.dumps(dose.drug)}\ndose_mg_per_kg = {dose.dose_mg_per_kg:g}\n"
        f"route = {json.dumps(dose.route)}\n"
    )


def _animal(animal: AnimalPlan) -> str:
    lines = [
        "[[microdialysis.animal]]",
        f"name = {json.dumps(animal.name)}",
        f"group = {json.dumps(animal.group)}",
        f"treated = {animal.treated}",
    ]
    if math.isfinite(animal.dead_volume_uL):
        lines.append(f"dead_volume_uL = {animal.dead_volume_uL:g}")
    if animal.note:
        lines.append(f"note = {json.dumps(animal.note)}")
    for time, rate in animal.flows:
        lines += ["[[microdialysis.animal.flow]]", f"from = {time}", f"uL_per_min = {rate:g}"]
    return "\n".join(lines) + "\n\n"


def exclusion_file() -> str:
    """exclusions.csv with its heads and examples as comments."""
    return (
        f'{exclusions.HEADER}# NE/r12,"probe outside of the cortex",A. Person,2026-03-12\n'
        "# NE/r12/f07 is a fraction of an animal; NE/std_5_2 is an injection of the list\n"
    )


def readme(title: str, *, synthetic: bool) -> str:
    """README.txt of the folder.

    Parameters
    ----------
    title : str
    synthetic : bool
        Whether the chromatograms are simulated.
    """
    note = (
        "All chromatograms are synthetic: simulated with known amounts, for demonstration and "
        "tests.\n\n"
        if synthetic
        else "Copy the chromatograms to raw/, fill in samples.csv, method.toml and study.toml.\n\n"
    )
    return f"""A tricyclic study: {title}

{note}study.toml         collection, response, animals
samples.csv        injections in their order: standards, controls, blanks, samples of the animals
method.toml        compounds with retention times and roles
raw/               chromatograms, never changed
exclusions.csv     excluded animals, fractions or injections, each with reason, person and date
{MANUAL}  optional, written by you: limits of peaks set by hand, in the columns
                   {", ".join(MANUAL_COLUMNS)}
results/           written by: tricyclic run .     (results/latest names the newest)
log.jsonl          written by each run: what was run and when, each line with the hash of the
                   line before

tricyclic study verify .    recomputes the results and compares them byte for byte
"""


def empty_study() -> dict[str, bytes]:
    """Names and contents of the files of a study to fill in."""
    title = "Effect of a drug on extracellular norepinephrine"
    text = study_file(
        [AnimalPlan("r01", "vehicle", "80"), AnimalPlan("r02", "drug", "80")], title=title
    )
    files = {
        "study.toml": text,
        "samples.csv": SAMPLES,
        "method.toml": METHOD,
        exclusions.NAME: exclusion_file(),
        "README.txt": readme(title, synthetic=False),
        "raw/README.txt": "Chromatograms of the instrument, one file for each injection.\n",
    }
    return {name: content.encode("utf-8") for name, content in files.items()}
