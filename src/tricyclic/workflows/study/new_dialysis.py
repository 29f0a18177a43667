"""A microdialysis study folder: the synthetic study with its chromatograms, or one to fill in."""

from __future__ import annotations

import numpy as np

from tricyclic.simulation.virtual.dialysis_batch import (
    DialysisDesign,
    SyntheticDialysis,
    synthetic_dialysis,
)
from tricyclic.simulation.virtual.dialysis_files import batch_files
from tricyclic.study import exclusions
from tricyclic.study.dialysis_plan import AnimalPlan
from tricyclic.study.dialysis_template import EXAMPLE_DOSE, exclusion_file, readme, study_file

TITLE = "Desipramine and extracellular norepinephrine in rat cortex (synthetic)"


def synthetic_study(seed: int, design: DialysisDesign | None = None) -> dict[str, bytes]:
    """Names and contents of the files of the synthetic study.

    Parameters
    ----------
    seed : int
    design : DialysisDesign, optional
    """
    study = synthetic_dialysis(np.random.default_rng(seed), design)
    chosen = study.design
    text = study_file(
        [_animal(study, k) for k in range(len(study.animals))],
        title=TITLE,
        synthetic=(
            f"chromatograms simulated with seed {seed}; {study.truth}; the stated dead volume of "
            "one animal is wrong, the pump of another stood still, and one sample is lost"
        ),
        flow_uL_per_min=chosen.flow_uL_per_min,
        dead_volume_uL=chosen.dead_volume_uL,
        baseline=chosen.baseline,
        doses=[EXAMPLE_DOSE],
    )
    texts = {
        "study.toml": text,
        exclusions.NAME: exclusion_file(),
        "README.txt": readme(TITLE, synthetic=True),
    }
    files = {name: content.encode("utf-8") for name, content in texts.items()}
    return files | batch_files(study)


def _animal(study: SyntheticDialysis, place: int) -> AnimalPlan:
    animal, design = study.animals[place], study.design
    changes = list(zip(animal.flow_from_min, animal.flow_uL_per_min, strict=True))[1:]
    own = animal.stated_dead_volume_uL
    return AnimalPlan(
        animal.name,
        animal.group,
        f"{animal.treated_min:g}",
        own if own != design.dead_volume_uL else float("nan"),
        note="power failure" if changes else "",
        flows=tuple((f"{time:g}", rate) for time, rate in changes),
    )
