"""The planes of an image file: TIFF and OME-TIFF by tifffile, other formats by Pillow."""

from __future__ import annotations

import io
import logging
import re
import threading
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from tricyclic.errors import InputError

_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
# Lengths in micrometres.
_UNITS = {"µm": 1.0, "μm": 1.0, "um": 1.0, "micron": 1.0, "microns": 1.0, "micrometer": 1.0}
_UNITS |= {"nm": 1e-3, "mm": 1e3, "cm": 1e4, "inch": 25400.0, "m": 1e6}
# Names of axes of more than one plane, in words.
_AXES = {"Z": "a z-stack", "T": "a time series", "I": "a series of pages", "Q": "a series of pages"}


@dataclass(frozen=True)
class ImagePlanes:
    """The channels of one field of view.

    Attributes
    ----------
    planes : tuple of array
        Of the same shape.
    names : tuple of str
        Of the channels, "" where the file does not name them.
    are_pages : bool
        Whether they are pages that the file does not call channels.
    pixel_um : float or None
    top : float
        Largest value of the type, or of the bits that are used.
    remarks : tuple of str
    """

    planes: tuple[npt.NDArray[Any], ...]
    names: tuple[str, ...]
    are_pages: bool
    pixel_um: float | None
    top: float
    remarks: tuple[str, ...] = ()


def read_planes(data: bytes) -> ImagePlanes:
    """The channels in the bytes of a file.

    Raises
    ------
    InputError
        If it is not an image, is truncated, or has planes that are not channels.
    """
    if not data:
        raise InputError("the file is empty", do="Export it again")
    try:
        return _tiff(data) if data[:4] in _TIFF else _other(data)
    except InputError:
        raise
    except (OSError, ValueError, RuntimeError, EOFError, SyntaxError, KeyError) as error:
        raise InputError(
            "the image is damaged or truncated", do="Copy or export the file again"
        ) from error


def _tifffile() -> ModuleType:
    try:
        import tifffile
    except ImportError as error:
        raise InputError(
            "tifffile is not installed, which TIFF images need",
            do='Install it by: pip install "tricyclic[images]"',
        ) from error
    return tifffile


def _pillow() -> ModuleType:
    try:
        import PIL.Image
    except ImportError as error:  # pragma: no cover (matplotlib needs it)
        raise InputError(
            "Pillow is not installed, which images need",
            do='Install it by: pip install "tricyclic[images]"',
        ) from error
    return PIL.Image


def _tiff(data: bytes) -> ImagePlanes:
    remarks = []
    library = _tifffile()
    with _reported_damage(), library.TiffFile(io.BytesIO(data)) as file:
        series = file.series[0]
        array, axes = series.asarray(), series.axes
        alike = {(one.shape, one.axes) for one in file.series}
        if len(file.series) > 1 and len(alike) == 1 and series.axes == "YX":
            array, axes = np.stack([one.asarray() for one in file.series]), "IYX"
        elif len(file.series) > 1:
            remarks.append(f"the first of {len(file.series)} images of the file is used")
        needed = series.size * series.dtype.itemsize
        if series.dataoffset is not None and series.dataoffset + needed > len(data):
            raise InputError(
                "the image is damaged or truncated", do="Copy or export the file again"
            )
        names: tuple[str, ...] = ()
        pixel_um: float | None = None
        if file.is_ome:
            names, pixel_um = _ome(file.ome_metadata)
        elif file.is_imagej:
            pixel_um = _imagej(file)
        page = series.keyframe
        if page.photometric == 3:
            array, axes = _palette(array, page.colormap), axes + "S"
            remarks.append("the colours of the palette are used")
        if page.photometric == 0:
            array = np.iinfo(array.dtype).max - array
            remarks.append("the file has white as 0, which was turned round")
    return _channels(array, axes, names, pixel_um, tuple(remarks))


class _Errors(logging.Handler):
    """Errors that a library logs in this thread."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.thread = threading.get_ident()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message."""
        if record.thread == self.thread:
            self.messages.append(record.getMessage())


@contextmanager
def _reported_damage() -> Iterator[None]:
    """Refuse a file of which tifffile leaves out pages or tags that lie beyond its end.

    It only logs them, and goes on with what is left: a truncated file of two channels would be one
    of one channel without a scale.
    """
    logger, errors = logging.getLogger("tifffile"), _Errors()
    logger.addHandler(errors)
    try:
        yield
    finally:
        logger.removeHandler(errors)
    if errors.messages:
        raise InputError("the image is damaged or truncated", do="Copy or export the file again")


def _palette(array: npt.NDArray[Any], colors: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.moveaxis(colors[:, array], 0, -1)


def _ome(text: str) -> tuple[tuple[str, ...], float | None]:
    """Names of the channels, and the side of a pixel."""
    root = ElementTree.fromstring(text)
    pixels = next((one for one in root.iter() if one.tag.endswith("}Pixels")), None)
    if pixels is None:
        return (), None
    names = tuple(one.get("Name", "") for one in pixels if one.tag.endswith("}Channel"))
    size = pixels.get("PhysicalSizeX")
    factor = _UNITS.get(pixels.get("PhysicalSizeXUnit", "µm"))
    if size is None or factor is None:
        return names, None
    return names, float(size) * factor


def _imagej(file: Any) -> float | None:
    """Side of a pixel as ImageJ states it."""
    unit = str((file.imagej_metadata or {}).get("unit", "")).replace("\\u00B5", "µ")
    tag = file.pages[0].tags.get("XResolution")
    factor = _UNITS.get(unit)
    if factor is None or tag is None or not tag.value[0]:
        return None
    return factor * float(tag.value[1]) / float(tag.value[0])


def _other(data: bytes) -> ImagePlanes:
    images = _pillow()
    try:
        image = images.open(io.BytesIO(data))
    except images.UnidentifiedImageError as error:
        raise InputError(
            "is not an image that can be read", allowed="Images are TIFF, OME-TIFF or PNG"
        ) from error
    remarks = []
    if getattr(image, "n_frames", 1) > 1:
        raise InputError(
            f"has {image.n_frames} frames",
            allowed="An image has one plane for each channel",
            do="Export one of them",
        )
    if image.format == "JPEG":
        remarks.append("JPEG changes the noise and blurs thin lines; export TIFF or PNG")
    if image.mode == "1":
        raise InputError(
            "has black and white only, no brightness", do="Use it as a mask, or export the image"
        )
    if image.mode == "P":
        image = image.convert("RGB")
        remarks.append("the colours of the palette are used")
    if image.mode in ("LA", "RGBA", "PA"):
        image = image.convert("RGB" if "RGB" in image.mode else "L")
        remarks.append("transparency is not used")
    array = np.asarray(image)
    if array.dtype == np.int32:
        array = array.astype(np.uint16)
    return _channels(array, "YXS" if array.ndim == 3 else "YX", (), None, tuple(remarks))


def _channels(
    array: npt.NDArray[Any],
    axes: str,
    names: tuple[str, ...],
    pixel_um: float | None,
    remarks: tuple[str, ...],
) -> ImagePlanes:
    keep = [i for i, n in enumerate(array.shape) if n > 1 or axes[i] in "YX"]
    array = array.reshape([array.shape[i] for i in keep])
    axes = "".join(axes[i] for i in keep)
    for axis, words in _AXES.items():
        count = array.shape[axes.index(axis)] if axis in axes else 0
        if count and (axis in "ZT" or count > 4 or len(axes) > 3):
            raise InputError(
                f"is {words} of {count} planes",
                allowed="An image has one plane for each channel",
                do="Export one plane or a projection of the stack",
            )
    if len(axes) > 3 or min(array.shape) == 0:
        raise InputError(f"has the axes {axes}", allowed="An image has one plane for each channel")
    if array.dtype == bool or array.dtype.kind not in "uif":
        raise InputError(f"has values of the type {array.dtype}, no counts of a camera")
    third = axes.strip("YX").replace("YX", "")
    moved = np.moveaxis(array, axes.index(third), 0) if len(axes) == 3 else array[None]
    planes = tuple(np.ascontiguousarray(one) for one in moved)
    if third == "S":
        planes = planes[:3]
        if all((one == planes[0]).all() for one in planes):
            planes = planes[:1]
            remarks += ("the three colours are equal: a grey image",)
        else:
            names = ("red", "green", "blue")
    top = _top(planes)
    names = names if len(names) == len(planes) else ("",) * len(planes)
    return ImagePlanes(planes, names, bool(third) and third in "IQ", pixel_um, top, remarks)


def _top(planes: tuple[npt.NDArray[Any], ...]) -> float:
    """Largest count of the camera: that of 8, 10, 12, 14 or 16 bits."""
    largest = max(float(np.nanmax(one)) for one in planes)
    if planes[0].dtype.kind == "f" and largest <= 1.0:
        return 1.0
    if planes[0].dtype.itemsize == 1:
        return 255.0
    return next((2.0**bits - 1.0 for bits in (8, 10, 12, 14, 16) if largest < 2.0**bits), largest)


def number_of_channel(text: str) -> int | None:
    """The index of a channel that is written as its number, from 1; None for other text."""
    return int(text) - 1 if re.fullmatch(r"[1-9][0-9]?", text.strip()) else None
