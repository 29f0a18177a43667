"""An image of cells: its channels, its scale and where it came from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class CellImage:
    """One field of view.

    Attributes
    ----------
    name : str
        Of the file, without its suffix.
    file : str
    sha256 : str
        Of the bytes of the file, those of a second file for the nuclei appended.
    cytoplasm : array of float
        Camera counts of the channel in which neurites are seen.
    nuclei : array of float or None
    pixel_um : float or None
        Side of a pixel; None where neither the file nor the caller states it.
    top : float
        Largest count that the camera has.
    remarks : tuple of str
        What was decided in reading.
    """

    name: str
    file: str
    sha256: str
    cytoplasm: npt.NDArray[np.float32] = field(repr=False)
    nuclei: npt.NDArray[np.float32] | None = field(repr=False)
    pixel_um: float | None
    top: float
    remarks: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.cytoplasm.shape[0], self.cytoplasm.shape[1]

    @property
    def unit(self) -> str:
        """Of lengths in results: "um", or "px" without a scale."""
        return "px" if self.pixel_um is None else "um"
