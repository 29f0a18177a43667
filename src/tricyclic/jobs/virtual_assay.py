"""The guides' assays done by the model: wells, cultures and rats with their scatter, analysed as real ones would be."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tricyclic.errors import InputError
from tricyclic.jobs._job import Job, Progress, asked

if TYPE_CHECKING:
    from tricyclic.jobs._virtual_told import Virtual

ASSAYS = ("glutamate", "neurites", "microdialysis")
# Options that only some assays have.
_ONLY = {
    "antagonist": ("glutamate", "neurites"), "factor": ("glutamate", "neurites"), "at": ("glutamate", "neurites"),
    "route": ("microdialysis",), "region": ("microdialysis",),
}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """Do an assay of the guides as a simulation, with its wells, and see what it would find and how many it takes.

    `tricyclic virtual-assay glutamate --drug imipramine --concentrations "0.1, 0.3, 1, 3, 10 uM" --antagonist BD1047 --cultures 4`

    glutamate: cortical neurons, drug for 48 h, BDNF. neurites: PC12 cells, NGF and drug for days. microdialysis: rats, fractions before
    and after a dose. Cultures and rats differ by the spreads of the tables. All readings are synthetic, and say so.
    """

    assay: str = asked("glutamate, neurites or microdialysis", place=True, choices=ASSAYS)
    drug: str = asked("Drug; the guide's where left out; see: tricyclic drugs", default="")
    concentrations: str = asked(
        'Series of concentrations or doses: "0.1, 0.3, 1, 3, 10 uM"; "1, 3, 10 mg/kg" for rats', default=""
    )
    antagonist: str = asked('Antagonist in half of the wells: "BD1047", "NE-100 1 uM", or none', default="")
    factor: str = asked('BDNF or NGF: "50 ng/mL"; for neurites a series, "0, 2.5, 50 ng/mL"', default="")
    at: str = asked("Concentration at which the antagonist is judged", default="")
    route: str = asked("Of the dose to rats: ip, sc, po, iv, pump, or probe for reverse dialysis", default="")
    region: str = asked("Where the probe lies: cortex or lc", default="")
    cultures: int = asked("Independent cultures", default=4)
    replicates: int = asked("Wells of each condition in a culture", default=3)
    animals: int = asked("Rats in each group", default=8)
    curve: str = asked(
        "Curve fitted to each culture", default="logistic_3pl", choices=("logistic_3pl", "logistic_4pl")
    )
    assume: tuple[str, ...] = asked(
        "A number of the bench: well_cv=10%, stimulus_min=15, kept=0; the result lists them all", default=()
    )
    set: tuple[str, ...] = asked(
        "A changed value of the model, for every subject: sigma1.expression=3", default=()
    )
    member: int | None = asked(
        "Member of the calibrated ensemble that is taken for the truth, 1 the best; the library's values where left out",
        default=None,
    )
    experiments: int = asked(
        "Experiments simulated for each size, to tell how many cultures or rats it takes; 0 for none",
        default=200,
    )
    seed: int = asked("Of the random numbers", default=1)
    folder: str = asked("Your own library folder, looked at as well", default="", path=True)
    to: str = asked("Folder for tables (CSV), JSON and figures", default="", path=True)


def run(request: Request) -> Generator[Progress, None, Virtual]:
    """Check what was asked, do the assay, write it."""
    from tricyclic.jobs._many import in_range
    from tricyclic.jobs._virtual_dialysis import microdialysis
    from tricyclic.jobs._virtual_glutamate import glutamate
    from tricyclic.jobs._virtual_neurites import neurites
    from tricyclic.jobs._virtual_told import with_files

    if request.assay not in ASSAYS:
        raise InputError(f"'{request.assay}' is no virtual assay", where="assay", allowed=", ".join(ASSAYS))
    for name, assays in _ONLY.items():
        if getattr(request, name) and request.assay not in assays:
            raise InputError(
                f"is not part of the {request.assay} assay",
                where=name,
                allowed=f"It belongs to {' and '.join(assays)}",
            )
    in_range("cultures", request.cultures, 1, 200)
    in_range("replicates", request.replicates, 1, 48)
    in_range("animals", request.animals, 2, 100)
    in_range("experiments", request.experiments, 0, 20_000)
    in_range("seed", request.seed, 0, 2**63)
    if request.to and Path(request.to).suffix:
        raise InputError(
            f"'{request.to}' looks like a file", where="to", allowed="It is a folder for several files"
        )
    do = {"glutamate": glutamate, "neurites": neurites, "microdialysis": microdialysis}[request.assay]
    found = yield from do(request)
    return with_files(found, request.to) if request.to else found


JOB = Job(
    "virtual-assay", "Do the guides' assays as simulations, with their wells, cultures and rats", Request, run
)
