"""Simulated fluorescence images of cells with neurites, with their truth.

Cells are drawn from their geometry: somata as domes, neurites swept by a sphere along curves, all
blurred by the microscope and counted with noise. Nothing of the tracer is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tricyclic.assays.neurites.simulate_cells import (
    STEP,
    CellFamily,
    FloatArray,
    TrueCell,
    place_cells,
    walk,
)


@dataclass(frozen=True)
class SimulatedField:
    """Two channels and their truth.

    Attributes
    ----------
    cytoplasm, nuclei : array of int
        In camera counts.
    cells : tuple of TrueCell
    sn : float
        Height of the median neurite over the noise of the background, at the middle.
    labels : array of int
        Somata without noise: number of the cell, from 1; 0 elsewhere.
    """

    cytoplasm: npt.NDArray[np.uint16] | npt.NDArray[np.uint8]
    nuclei: npt.NDArray[np.uint16] | npt.NDArray[np.uint8]
    cells: tuple[TrueCell, ...]
    sn: float
    labels: npt.NDArray[np.int32] = field(repr=False)

    def percent_positive(self, k: float) -> float:
        """Percent of the cells whose longest neurite has k soma diameters.

        Of those that are at least as far from the border of the image.
        """
        far = [one for one in self.cells if one.to_border >= k * one.soma_diameter]
        return 100.0 * float(np.mean([one.longest >= k * one.soma_diameter for one in far]))


def simulate_field(
    rng: np.random.Generator, family: CellFamily, *, sn: float = 20.0, bits: int = 12
) -> SimulatedField:
    """Draw a field of cells and photograph it.

    Parameters
    ----------
    rng : Generator
    family : CellFamily
    sn : float
        Height of the median neurite over the standard deviation of the noise of the background,
        both at the middle of the field.
    bits : {8, 12, 16}
        Of the camera.
    """
    return draw_field(rng, family, place_cells(rng, family), sn=sn, bits=bits)


def draw_field(
    rng: np.random.Generator,
    family: CellFamily,
    cells: tuple[TrueCell, ...],
    *,
    sn: float = 20.0,
    bits: int = 12,
) -> SimulatedField:
    """Photograph given cells in the manner of a family; parameters as of `simulate_field`."""
    body, labels = _draw_somata(family, cells, rng)
    wires = _draw_neurites(rng, family, cells)
    specks, dots = _debris(rng, family)
    nuclei = _draw_nuclei(rng, family, cells)
    height = sn * float(np.hypot(np.sqrt(family.background), family.read_noise))
    light = _illumination(family, rng)
    cytoplasm = height * (family.soma_brightness * body + wires + specks)
    other = 400.0 * (nuclei + dots)
    return SimulatedField(
        _camera(rng, light * (cytoplasm + family.background), family, bits),
        _camera(rng, light * (other + 0.5 * family.background), family, bits),
        cells,
        sn,
        labels,
    )


def _blur(image: FloatArray, sigma: float) -> FloatArray:
    pad = int(np.ceil(4.0 * sigma))
    wide = np.pad(image, pad, mode="edge")
    rows = np.fft.fftfreq(wide.shape[0])[:, None]
    columns = np.fft.rfftfreq(wide.shape[1])[None, :]
    passed = np.exp(-2.0 * np.pi**2 * sigma**2 * (rows**2 + columns**2))
    done = np.fft.irfft2(np.fft.rfft2(wide) * passed, s=wide.shape)
    return np.asarray(done[pad : pad + image.shape[0], pad : pad + image.shape[1]])


def _patch(
    center: tuple[float, float], reach: float, shape: tuple[int, int]
) -> tuple[slice, slice]:
    return (
        slice(max(0, int(center[0] - reach)), min(shape[0], int(center[0] + reach) + 2)),
        slice(max(0, int(center[1] - reach)), min(shape[1], int(center[1] + reach) + 2)),
    )


def _blob(
    image: FloatArray, center: tuple[float, float], radii: FloatArray, power: float, height: float
) -> None:
    """Add a dome over an outline, each pixel the mean of nine points."""
    where = _patch(center, float(radii.max()) + 2.0, (image.shape[0], image.shape[1]))
    if where[0].start >= where[0].stop or where[1].start >= where[1].stop:
        return
    angles = np.linspace(0.0, 2.0 * np.pi, radii.size, endpoint=False)
    total = np.zeros((where[0].stop - where[0].start, where[1].stop - where[1].start))
    for sub_row in (-1.0 / 3.0, 0.0, 1.0 / 3.0):
        for sub_column in (-1.0 / 3.0, 0.0, 1.0 / 3.0):
            row = np.arange(where[0].start, where[0].stop)[:, None] + sub_row - center[0]
            column = np.arange(where[1].start, where[1].stop)[None, :] + sub_column - center[1]
            edge = np.interp(np.arctan2(row, column), angles, radii, period=2.0 * np.pi)
            share = np.hypot(row, column) / edge
            total += np.sqrt(np.clip(1.0 - share**power, 0.0, None)) / 9.0
    image[where] += height * total


def _draw_somata(
    family: CellFamily, cells: tuple[TrueCell, ...], rng: np.random.Generator
) -> tuple[FloatArray, npt.NDArray[np.int32]]:
    image = np.zeros(family.shape)
    labels = np.zeros(family.shape, dtype=np.int32)
    for number, cell in enumerate(cells, 1):
        _blob(image, cell.center, cell.radii, rng.uniform(2.0, 5.0), np.exp(rng.normal(0.0, 0.2)))
        mask = np.zeros(family.shape)
        _blob(mask, cell.center, cell.radii, 2.0, 1.0)
        labels[(mask > 0.0) & (labels == 0)] = number
    return _blur(image, family.psf_sigma), labels


def _swept(radius: float, sigma: float) -> tuple[FloatArray, FloatArray]:
    """Radial profile of a sphere seen through the microscope, per step, of a line of height 1."""
    fine = 0.125
    reach = radius + 4.5 * sigma
    axis = np.arange(-reach, reach + fine, fine)
    distance = np.hypot(axis[:, None], axis[None, :])
    dome = np.sqrt(np.clip(radius**2 - distance**2, 0.0, None))
    blurred = _blur(dome, sigma / fine)
    middle = axis.size // 2
    # Cross-section of the line that the sphere sweeps: its height is 1.
    line_height = blurred[:, middle].sum() * fine
    return axis[middle:] - axis[middle], blurred[middle, middle:] * STEP / line_height


def _stroke(
    image: FloatArray, path: FloatArray, radius: FloatArray, sigma: float, height: float
) -> None:
    """Add a line of the given radii along a path."""
    levels = np.round(radius, 1)
    for level in np.unique(levels):
        at, profile = _swept(float(level), sigma)
        reach = int(np.ceil(at[-1])) + 1
        points = path[levels == level]
        base = np.round(points).astype(int)
        offsets = np.arange(-reach, reach + 1)
        row = base[:, 0, None, None] + offsets[None, :, None]
        column = base[:, 1, None, None] + offsets[None, None, :]
        distance = np.hypot(row - points[:, 0, None, None], column - points[:, 1, None, None])
        values = height * np.interp(distance, at, profile, right=0.0)
        row, column = np.broadcast_arrays(row, column)
        ok = (row >= 0) & (row < image.shape[0]) & (column >= 0) & (column < image.shape[1])
        np.add.at(image, (row[ok], column[ok]), values[ok])


def _draw_neurites(
    rng: np.random.Generator, family: CellFamily, cells: tuple[TrueCell, ...]
) -> FloatArray:
    image = np.zeros(family.shape)
    for cell in cells:
        drawn: list[tuple[float, float]] = []
        for one in cell.neurites:
            if one.parent < 0:
                width = float(rng.uniform(*family.radius))
                height = float(np.exp(rng.normal(0.0, family.brightness_log_sd)))
            else:
                width, height = drawn[one.parent]
                width, height = 0.85 * width, 0.9 * height
            drawn.append((width, height))
            path = one.path
            radii = width * np.linspace(1.0, 1.0 - family.taper, path.shape[0])
            if one.parent < 0:
                # Begins within the soma, so that no gap remains at its outline.
                inward = np.asarray(cell.center) - path[0]
                inward /= np.hypot(*inward)
                more = path[0] + inward * STEP * np.arange(4, 0, -1)[:, None]
                path = np.concatenate([more, path])
                radii = np.concatenate([np.full(4, width), radii])
            _stroke(image, path, radii, family.psf_sigma, height)
    return image


def _draw_nuclei(
    rng: np.random.Generator, family: CellFamily, cells: tuple[TrueCell, ...]
) -> FloatArray:
    image = np.zeros(family.shape)
    for cell in cells:
        off = rng.uniform(-0.08, 0.08, 2) * cell.soma_diameter
        center = (cell.center[0] + float(off[0]), cell.center[1] + float(off[1]))
        radii = family.nucleus_ratio * (0.5 * cell.radii + 0.25 * cell.soma_diameter)
        _blob(image, center, radii, 4.0, float(np.exp(rng.normal(0.0, 0.25))))
        for _ in range(4):
            way, far = rng.uniform(0.0, 6.3), 0.6 * rng.random() * float(radii.min())
            spot = (center[0] + far * float(np.sin(way)), center[1] + far * float(np.cos(way)))
            _blob(image, spot, np.full(24, 1.5), 2.0, 0.25)
    return _blur(image, family.psf_sigma)


def _debris(rng: np.random.Generator, family: CellFamily) -> tuple[FloatArray, FloatArray]:
    specks, dots = np.zeros(family.shape), np.zeros(family.shape)
    for _ in range(family.debris):
        at = rng.uniform(0.0, 1.0, 2) * np.asarray(family.shape)
        height = float(np.exp(rng.normal(0.3, 0.5)))
        if rng.random() < 0.5:
            size = float(rng.uniform(1.0, 3.0))
            _blob(specks, (float(at[0]), float(at[1])), np.full(24, size), 2.0, height)
            if rng.random() < 0.5:
                _blob(dots, (float(at[0]), float(at[1])), np.full(24, size), 2.0, 1.0)
        else:
            path = walk(rng, family, at, float(rng.uniform(0.0, 6.3)), float(rng.uniform(4, 14)))
            _stroke(specks, path, np.full(path.shape[0], 1.2), 0.5, height)
    return _blur(specks, family.psf_sigma), _blur(dots, family.psf_sigma)


def _illumination(family: CellFamily, rng: np.random.Generator) -> FloatArray:
    rows = np.linspace(-1.0, 1.0, family.shape[0])[:, None] - rng.uniform(-0.2, 0.2)
    columns = np.linspace(-1.0, 1.0, family.shape[1])[None, :] - rng.uniform(-0.2, 0.2)
    return np.asarray(1.0 - family.vignetting * np.clip((rows**2 + columns**2) / 2.0, 0.0, 1.2))


def _camera(
    rng: np.random.Generator, electrons: FloatArray, family: CellFamily, bits: int
) -> npt.NDArray[np.uint16] | npt.NDArray[np.uint8]:
    noisy = rng.poisson(np.clip(electrons, 0.0, None)) + rng.normal(
        0.0, family.read_noise, electrons.shape
    )
    top = 2**bits - 1
    gain = 0.85 * top / float(electrons.max() + 6.0 * np.sqrt(electrons.max()))
    offset = 0.02 * top
    counts = np.clip(np.rint(offset + gain * noisy), 0, top)
    if bits == 8:
        return np.asarray(counts, dtype=np.uint8)
    return np.asarray(counts, dtype=np.uint16)
