"""Section and Material: what writes a part of a report, and what it writes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from tricyclic.core.document import Block
from tricyclic.core.estimate import Estimate
from tricyclic.core.plot_data import CurvePicture
from tricyclic.results.binding import AssayResult, PlateResult, StudyResult


@dataclass(frozen=True)
class Material:
    """All that sections may use.

    Parameters
    ----------
    result : StudyResult
    pictures : tuple of CurvePicture
        Curves, as the job computed them; empty where there are none.
    study_folder : str
        What the commands of the report are called with.
    files_at : str or None
        What goes before the path of a raw file to reach it from the report ("../../"); None: no links to files.
    """

    result: StudyResult
    pictures: tuple[CurvePicture, ...] = ()
    study_folder: str = "DIR"
    files_at: str | None = None

    @property
    def assays(self) -> Iterator[tuple[int, AssayResult]]:
        """Assays with their number in the report, from 1."""
        return enumerate(self.result.assays, 1)

    @property
    def plates(self) -> Iterator[tuple[int, int, AssayResult, PlateResult]]:
        """All plates: number of the assay, number of the plate, and both."""
        return (
            (i, j, assay, plate)
            for i, assay in self.assays
            for j, plate in enumerate(assay.plates, 1)
        )

    def pictures_of(
        self, assay: AssayResult, plate: PlateResult | None = None
    ) -> tuple[CurvePicture, ...]:
        """Curves of one plate, or those of the assay over its runs."""
        wanted = (assay.name, "" if plate is None else plate.name)
        return tuple(
            picture for picture in self.pictures if (picture.assay, picture.plate) == wanted
        )

    def file_anchor(self, file: str) -> str:
        """Anchor of a raw file in the list of inputs; empty where the list does not have it."""
        for number, entry in enumerate(self.result.inputs, 1):
            if file and (entry.path == file or entry.path.rsplit("/", 1)[-1] == file):
                return f"file-{number}"
        return ""

    def source_anchor(self, key: str) -> str:
        """Anchor of a source in the list of sources; empty where the list does not have it."""
        for number, source in enumerate(self.result.sources, 1):
            if source.key == key:
                return f"source-{number}"
        return ""

    def place_anchor(self, where: str) -> str:
        """Anchor of the assay or plate that a check speaks of; empty where it is not known."""
        for i, assay in self.assays:
            if where == assay.name:
                return assay_anchor(i)
        for i, j, _, plate in self.plates:
            if where and (
                where == plate.name or where.startswith((f"{plate.name} ", f"{plate.name},"))
            ):
                return rows_anchor(i, j)
        return ""


@dataclass(frozen=True)
class Section:
    """One part of a report; a file of its own on the shelf.

    Parameters
    ----------
    order : int
        Where it stands: low numbers first.
    wants : callable
        Whether the material has what it tells of.
    write : callable
        Its blocks; the first is a Heading of level 1.
    name : str
        Set by the shelf from the file's name.
    """

    order: int
    wants: Callable[[Material], bool]
    write: Callable[[Material], Sequence[Block]]
    name: str = ""

    def named(self, name: str) -> Section:
        """Give the section with its name."""
        return replace(self, name=name)


def assay_anchor(assay: int) -> str:
    """Anchor of what the report says of an assay."""
    return f"assay-{assay}"


def rows_anchor(assay: int, plate: int) -> str:
    """Anchor of the rows that a plate's numbers rest on."""
    return f"rows-{assay}-{plate}"


PRIMARY = ("Ki", "Kd", "Bmax", "kon", "koff", "residence time", "KB", "pA2", "EC50")
# A competition assay is made for the compound; the density of sites that its controls give is told further down.
PRIMARY_OF = {"competition": ("Ki",), "homologous": ("Kd", "Bmax")}


def primary(assay: AssayResult) -> tuple[Estimate, ...]:
    """The pooled numbers an assay was made for; all of them where none of the usual names is there."""
    for names in (PRIMARY_OF.get(assay.kind, PRIMARY), PRIMARY):
        chosen = tuple(estimate for estimate in assay.pooled if estimate.name in names)
        if chosen:
            return chosen
    return assay.pooled
