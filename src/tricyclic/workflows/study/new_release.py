"""An evoked-release study folder: the synthetic study, or one to fill in."""

from __future__ import annotations

import csv
import io
import json

import numpy as np

from tricyclic.simulation.virtual.release_study import COLUMNS, ReleaseDesign, synthetic_release
from tricyclic.study import exclusions

TITLE = "Imipramine and BDNF-evoked glutamate release of cortical neurons (synthetic)"
EMPTY_TITLE = "Effect of a drug on evoked release"
HEAD = """# A study of evoked release. All keys: docs, page "study.toml". Run: tricyclic run .
schema_version = 1
title = {title}
{synthetic}
# author = "A. Person"
# laboratory = "Lab 12, Example"
# date = 2026-03-20

[[release]]
name = "glutamate"
title = "BDNF-evoked glutamate release"
transmitter = "glutamate"
species = "rat"
protocol = "bdnf-glutamate"   # the procedure, for the methods; or a .toml file of your own

[release.samples]
file = "design.csv"      # a row for each sample: culture, well, drug, ..., and where it was read
plates = [{plates}]
# per = "protein"        # protein, cells or well; default: what the table has

[release.sampling]
well_uL = {well:g}        # medium in the well when the basal sample is taken
sample_uL = {sample:g}      # what the basal sample takes
# added_uL = 10          # what is added with the stimulus
medium = "kept"          # or "replaced", with basal_min and stimulus_min

[release.standards]
curve = "straight_line"  # or logistic_4pl, ...
variance = "proportional"

[release.analysis]       # declared before the data are seen
stimulus = "BDNF"
positive = "KCl"
primary = "ratio"        # or "difference"
primary_arm = {arm}
"""
README = """A tricyclic study: {title}

{note}study.toml         samples, volumes, standards, analysis
design.csv         one row for each sample and standard: culture, well, drug, stimulus, antagonist,
                   and the plate and well in which it was read
raw/               files of the plate reader, never changed
exclusions.csv     excluded cultures or wells, each with reason, person and date
results/           written by: tricyclic run .     (results/latest names the newest)
log.jsonl          written by each run: what was run and when, each line with the hash of the
                   line before

tricyclic study verify .    recomputes the results and compares them byte for byte
"""
_EXAMPLE = (
    ("", "1", "", "blank", "", "", "", "", "", "0", "1", "A1"),
    ("", "1", "", "standard", "", "", "", "", "", "0.5", "1", "A2"),
    ("", "1", "", "standard", "", "", "", "", "", "2", "1", "A3"),
    ("", "1", "", "standard", "", "", "", "", "", "8", "1", "A4"),
    ("1", "1", "A1", "basal", "vehicle", "0", "BDNF", "", "50", "", "1", "B1"),
    ("1", "1", "A1", "stimulated", "vehicle", "0", "BDNF", "", "50", "", "1", "B2"),
    ("1", "1", "A2", "basal", "imipramine", "1", "BDNF", "", "52", "", "1", "B3"),
    ("1", "1", "A2", "stimulated", "imipramine", "1", "BDNF", "", "52", "", "1", "B4"),
    ("1", "1", "A3", "basal", "vehicle", "0", "none", "", "51", "", "1", "B5"),
    ("1", "1", "A3", "stimulated", "vehicle", "0", "none", "", "51", "", "1", "B6"),
    ("1", "1", "A4", "basal", "imipramine", "1", "BDNF", "NE-100", "49", "", "1", "B7"),
    ("1", "1", "A4", "stimulated", "imipramine", "1", "BDNF", "NE-100", "49", "", "1", "B8"),
    ("1", "1", "A5", "basal", "vehicle", "0", "KCl", "", "50", "", "1", "B9"),
    ("1", "1", "A5", "stimulated", "vehicle", "0", "KCl", "", "50", "", "1", "B10"),
)


def synthetic_release_study(seed: int) -> dict[str, bytes]:
    """Names and contents of the files of the synthetic study.

    Parameters
    ----------
    seed : int
    """
    plan = ReleaseDesign()
    content = synthetic_release(np.random.default_rng(seed), plan)
    files = {name.replace("plates/", "raw/"): data for name, data in content.items()}
    truth = (
        f"plates simulated with seed {seed}; true net release up to {plan.largest_fold:g} times "
        f"the vehicle, EC50 {plan.ec50_uM:g} uM, of which {plan.antagonist} leaves "
        f"{100 * plan.remaining:g} %; basal release unchanged"
    )
    texts = _texts(
        TITLE,
        truth,
        sorted(name for name in files if name.startswith("raw/")),
        f"{plan.drug} {plan.blocked_uM:g} uM",
        plan,
    )
    return files | texts


def empty_release_study() -> dict[str, bytes]:
    """Names and contents of the files of a study to fill in."""
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\n").writerows([COLUMNS, *_EXAMPLE])
    texts = _texts(EMPTY_TITLE, "", ["raw/plate1.csv"], "imipramine 1 uM", ReleaseDesign())
    return {
        **texts,
        "design.csv": sink.getvalue().encode(),
        "raw/README.txt": b"Files of the plate reader, one for each plate.\n",
    }


def _texts(
    title: str, truth: str, plates: list[str], arm: str, plan: ReleaseDesign
) -> dict[str, bytes]:
    text = HEAD.format(
        title=json.dumps(title),
        synthetic=f"synthetic = {json.dumps(truth)}" if truth else '# synthetic = "how made"',
        plates=", ".join(json.dumps(name) for name in plates),
        well=plan.well_uL,
        sample=plan.sample_uL,
        arm=json.dumps(arm),
    )
    note = (
        "All readings are synthetic: simulated with a known truth, for demonstration and tests.\n\n"
        if truth
        else "Copy the files of the plate reader to raw/, fill in design.csv and study.toml.\n\n"
    )
    excluded = (
        f'{exclusions.HEADER}# glutamate/3,"contaminated",A. Person,2026-03-12\n'
        "# glutamate/3/B04 is a well of culture 3\n"
    )
    return {
        "study.toml": text.encode(),
        exclusions.NAME: excluded.encode(),
        "README.txt": README.format(title=title, note=note).encode(),
    }
