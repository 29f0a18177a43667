"""What may be asked of a virtual assay, by whichever of the three it is."""

from __future__ import annotations

from dataclasses import dataclass

from tricyclic.jobs._job import asked

ASSAYS = ("glutamate", "neurites", "microdialysis")


@dataclass(frozen=True)
class Wanted:
    """Which assay, with what in the wells or rats, how many of them, and by what chance."""

    assay: str = asked("glutamate, neurites or microdialysis", place=True, choices=ASSAYS)
    drug: str = asked("Drug; the guide's where left out; see: tricyclic drugs", default="")
    concentrations: str = asked(
        'Series of concentrations or doses: "0.1, 0.3, 1, 3, 10 uM"; "1, 3, 10 mg/kg" for rats',
        default="",
    )
    antagonist: str = asked(
        'Antagonist in half of the wells: "BD1047", "NE-100 1 uM", or none', default=""
    )
    factor: str = asked(
        'BDNF or NGF: "50 ng/mL"; for neurites a series, "0, 2.5, 50 ng/mL"', default=""
    )
    at: str = asked("Concentration at which the antagonist is judged", default="")
    route: str = asked(
        "Of the dose to rats: ip, sc, po, iv, pump, or probe for reverse dialysis", default=""
    )
    region: str = asked("Where the probe lies: cortex or lc", default="")
    cultures: int = asked("Independent cultures", default=4)
    replicates: int = asked("Wells of each condition in a culture", default=3)
    animals: int = asked("Rats in each group", default=8)
    curve: str = asked(
        "Curve fitted to each culture",
        default="logistic_3pl",
        choices=("logistic_3pl", "logistic_4pl"),
    )
    assume: tuple[str, ...] = asked(
        "A number of the bench: well_cv=10%, stimulus_min=15, kept=0; the result lists them all",
        default=(),
    )
    set: tuple[str, ...] = asked(
        "A changed value of the model, for every subject: sigma1.expression=3", default=()
    )
    member: int | None = asked(
        "Member of the calibrated ensemble that is taken for the truth, 0 the best; the library's values where left out",
        default=None,
    )
    experiments: int = asked(
        "Experiments simulated for each size, to tell how many cultures or rats it takes; 0 for none",
        default=200,
    )
    seed: int = asked("Of the random numbers", default=1)
    folder: str = asked("Your own library folder, looked at as well", default="", path=True)
