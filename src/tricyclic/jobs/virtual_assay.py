"""The guides' assays done by the model: wells, cultures and rats with their scatter, analysed as real ones would be."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tricyclic.errors import InputError
from tricyclic.jobs._folder import folder_for
from tricyclic.jobs._job import Job, Progress, asked
from tricyclic.jobs._virtual_request import ASSAYS, Wanted

if TYPE_CHECKING:
    from tricyclic.jobs._virtual_told import Virtual

# Options that only some assays have.
_ONLY = {
    "antagonist": ("glutamate", "neurites"),
    "factor": ("glutamate", "neurites"),
    "at": ("glutamate", "neurites"),
    "route": ("microdialysis",),
    "region": ("microdialysis",),
}


@dataclass(frozen=True)
class Request(Wanted):
    """Do an assay of the guides as a simulation, with its wells, and see what it would find and how many it takes.

    `tricyclic virtual-assay glutamate --drug imipramine --concentrations "0.1, 0.3, 1, 3, 10 uM" --antagonist BD1047 --cultures 4`

    glutamate: cortical neurons, drug for 48 h, BDNF. neurites: PC12 cells, NGF and drug for days. microdialysis: rats, fractions before
    and after a dose. Cultures and rats differ by the spreads of the tables. All readings are synthetic, and say so.
    """

    to: str = asked("Folder for tables (CSV), JSON and figures", default="", path=True)


def run(request: Request) -> Generator[Progress, None, Virtual]:
    """Check what was asked, do the assay, write it."""
    from tricyclic.jobs._many import in_range
    from tricyclic.jobs._virtual_dialysis import microdialysis
    from tricyclic.jobs._virtual_glutamate import glutamate
    from tricyclic.jobs._virtual_neurites import neurites
    from tricyclic.jobs._virtual_told import with_files

    if request.assay not in ASSAYS:
        raise InputError(
            f"'{request.assay}' is no virtual assay", where="assay", allowed=", ".join(ASSAYS)
        )
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
    folder_for(request.to, "to")
    do = {"glutamate": glutamate, "neurites": neurites, "microdialysis": microdialysis}[
        request.assay
    ]
    found = yield from do(request)
    return with_files(found, request.to) if request.to else found


JOB = Job("virtual-assay", "Do the guides' assays as simulations, with their wells", Request, run)
