"""Images of cells from files: which channel is which, the size of a pixel, masks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tricyclic.core.cell_image import CellImage
from tricyclic.errors import InputError
from tricyclic.io.files import at_file, read_bytes
from tricyclic.io.images.planes import ImagePlanes, number_of_channel, read_planes

SUFFIXES = (".tif", ".tiff", ".png", ".jpg", ".jpeg", ".bmp")
_NUCLEI = re.compile(r"dapi|hoechst|draq|nuc|h2b|to-?pro|blue", re.IGNORECASE)
# Endings that programs give to the labels of an image.
_MASKS = (
    "_cp_masks",
    "_masks",
    "_mask",
    "_labels",
    "_label",
    "_Object Identities",
    "-labels",
    "_neurites",
)


@dataclass(frozen=True)
class ImageOptions:
    """Which channel is which.

    Attributes
    ----------
    cytoplasm, nuclei : str
        Number of the channel from 1, its name, or "" to decide by the names. For channels in files
        of their own, a part of the file name, such as "_w2".
    pixel_um : float or None
        Side of a pixel where the file does not state it, or states it wrongly.
    inverted : bool
        Whether the signal is dark on bright.
    """

    cytoplasm: str = ""
    nuclei: str = ""
    pixel_um: float | None = None
    inverted: bool = False


@dataclass(frozen=True)
class ImageSource:
    """The file of a field, and those of its nuclei, of its somata and of its neurites."""

    path: Path
    nuclei: Path | None = None
    masks: Path | None = None
    neurites: Path | None = None

    @property
    def name(self) -> str:
        """Of the field."""
        return self.path.name.removesuffix(self.path.suffix).removesuffix(".ome")


def find_images(
    paths: Sequence[Path],
    options: ImageOptions,
    masks: Path | None = None,
    neurites: Path | None = None,
) -> list[ImageSource]:
    """The fields in files and folders, each with the files that belong to it.

    Parameters
    ----------
    paths : sequence of Path
        Files, or folders whose images are taken.
    options : ImageOptions
    masks : Path, optional
        Folder of label images, or one label image for a single field.
    neurites : Path, optional
        The same of masks of neurites.

    Raises
    ------
    InputError
        If there is no image, or a file that belongs to one is missing.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.iterdir() if one.suffix.lower() in SUFFIXES)
            if not inside:
                raise InputError(
                    "contains no image", where=str(path), allowed="Images are TIFF or PNG"
                )
            files += [one for one in inside if not _is_mask(one, inside)]
        else:
            files.append(path)
    if not files:
        raise InputError("there is no image", do="Name files, or a folder with images")
    sources = _paired(list(dict.fromkeys(files)), options)
    names = [one.name for one in sources]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise InputError(
            f"two images are called '{twice}'",
            allowed="Results are named as their images",
            do="Rename one of them",
        )
    several = len(sources) > 1
    return [
        replace(
            one,
            masks=_mask_of(one, masks, "masks", several),
            neurites=_mask_of(one, neurites, "neurite_masks", several),
        )
        for one in sources
    ]


def _is_mask(path: Path, others: Sequence[Path]) -> bool:
    stems = {one.stem for one in others}
    return any(path.stem.endswith(end) and path.stem[: -len(end)] in stems for end in _MASKS)


def _paired(files: list[Path], options: ImageOptions) -> list[ImageSource]:
    """Fields whose nuclei are in files of their own."""
    mark, other = options.cytoplasm, options.nuclei
    marks = [text for text in (mark, other) if text and number_of_channel(text) is None]
    by_name = any(text in one.name for text in marks for one in files) and other in marks
    if not by_name:
        return [ImageSource(one) for one in files]
    out = []
    for one in files:
        if other in one.name and not (mark and mark in one.name):
            continue
        if mark and mark not in one.name:
            continue
        partner = one.with_name(one.name.replace(mark, other) if mark else "")
        partner = partner if mark else _partner(one, files, other)
        if partner not in files and not partner.is_file():
            raise InputError(
                f"has no file of nuclei '{partner.name}' beside it",
                where=one.name,
                do="Correct --cytoplasm and --nuclei, the parts of the names that differ",
            )
        out.append(ImageSource(one, partner))
    if not out:
        raise InputError(
            f"no file name contains '{mark}'",
            where="cytoplasm",
            do="Correct that part of the names",
        )
    return out


def _partner(path: Path, files: list[Path], mark: str) -> Path:
    """The file that is called like this one but for a mark."""
    for one in files:
        if one != path and one.name.replace(mark, "") == path.name:
            return one
    return path.with_name(f"{path.stem}{mark}{path.suffix}")


def _mask_of(source: ImageSource, masks: Path | None, option: str, several: bool) -> Path | None:
    if masks is None:
        return None
    if masks.is_file():
        if several:
            raise InputError(
                "is one file for several images",
                where=option,
                do="Name the folder of their label images",
            )
        return masks
    if not masks.is_dir():
        raise InputError("there is no such file or folder", where=str(masks))
    for end in ("", *_MASKS):
        for suffix in (".tif", ".tiff", ".png"):
            path = masks / f"{source.name}{end}{suffix}"
            if path.is_file() and path != source.path:
                return path
    raise InputError(
        f"there is no label image '{source.name}{_MASKS[0]}.tif'",
        where=str(masks),
        allowed="Label images are named as their images, with an ending such as _masks",
    )


def read_cell_image(source: ImageSource, options: ImageOptions) -> CellImage:
    """One field of view.

    Raises
    ------
    InputError
        If a file is not an image of one plane per channel, or it is not known which is which.
    """
    data, file = read_bytes(source.path)
    digest = hashlib.sha256(data)
    try:
        planes = read_planes(data)
    except InputError as error:
        raise at_file(error, file) from error.__cause__
    other = None
    if source.nuclei is not None:
        more, name = read_bytes(source.nuclei)
        digest.update(more)
        try:
            other = _only(read_planes(more))
        except InputError as error:
            raise at_file(error, name) from error.__cause__
        if other.shape != planes.planes[0].shape:
            raise InputError(
                f"is {_size(other)}, its nuclei are those of an image of {_size(planes.planes[0])}",
                where=name,
                allowed="Both channels have the same size",
            )
    try:
        first, second = _which(planes, options, other is not None)
    except InputError as error:
        raise at_file(error, file) from error.__cause__
    nuclei = other if other is not None else planes.planes[second] if second is not None else None
    cytoplasm = _counts(planes.planes[first], file)
    if options.inverted:
        cytoplasm = np.float32(planes.top) - cytoplasm
    remarks = list(planes.remarks)
    pixel_um = options.pixel_um or planes.pixel_um
    if options.pixel_um and planes.pixel_um and abs(options.pixel_um / planes.pixel_um - 1) > 0.01:
        remarks.append(
            f"the file states a pixel of {planes.pixel_um:.4g} um; the stated "
            f"{options.pixel_um:.4g} um is used"
        )
    return CellImage(
        source.name,
        file,
        digest.hexdigest(),
        cytoplasm,
        None if nuclei is None else _counts(nuclei, file),
        pixel_um,
        planes.top,
        tuple(remarks),
    )


def read_labels(path: Path, shape: tuple[int, int]) -> npt.NDArray[np.int32]:
    """A label image: the number of the cell at each pixel, 0 for none.

    Raises
    ------
    InputError
        If its size is another, or it has brightness instead of labels.
    """
    data, file = read_bytes(path)
    try:
        plane = _only(read_planes(data))
    except InputError as error:
        raise at_file(error, file) from error.__cause__
    if plane.shape != shape:
        raise InputError(
            f"is {_size(plane)}, the image is {shape[0]} x {shape[1]} pixels",
            where=file,
            allowed="Labels have the size of their image",
            do="Export the labels of this image, without scaling",
        )
    if plane.dtype.kind == "f" and not (plane == np.rint(plane)).all():
        raise InputError("has fractions", where=file, allowed="Labels are whole numbers")
    return np.asarray(plane, dtype=np.int32)


def _only(planes: ImagePlanes) -> npt.NDArray[np.generic]:
    if len(planes.planes) > 1:
        raise InputError(f"has {len(planes.planes)} channels", allowed="One is expected here")
    return planes.planes[0]


def _which(planes: ImagePlanes, options: ImageOptions, has_nuclei: bool) -> tuple[int, int | None]:
    """Indices of the cytoplasm and of the nuclei."""
    count = len(planes.planes)
    first = None if has_nuclei else _stated(options.cytoplasm, planes)
    second = None if has_nuclei else _stated(options.nuclei, planes)
    if count == 1:
        if first not in (None, 0) or second is not None:
            raise InputError("has one channel", do="Omit --cytoplasm and --nuclei")
        return 0, None
    if planes.are_pages and first is None:
        raise InputError(
            f"has {count} pages, and does not state whether they are channels",
            do="State them: --cytoplasm 1 --nuclei 2; or export one plane",
        )
    named = [i for i, name in enumerate(planes.names) if _NUCLEI.search(name)]
    if second is None and first is None and len(named) == 1 and count == 2:
        second = named[0]
    if first is None and second is not None and count == 2:
        first = 1 - second
    if first is None:
        listed = ", ".join(f"{i} {name}".rstrip() for i, name in enumerate(planes.names, 1))
        raise InputError(
            f"has {count} channels ({listed})",
            do="State which are which: --cytoplasm 1 --nuclei 2",
        )
    if first == second:
        raise InputError(
            f"channel {first + 1} is stated as cytoplasm and as nuclei", do="Correct one of them"
        )
    return first, second


def _stated(text: str, planes: ImagePlanes) -> int | None:
    if not text:
        return None
    index = number_of_channel(text)
    if index is None:
        matches = [i for i, name in enumerate(planes.names) if text.lower() in name.lower()]
        if len(matches) != 1:
            return None if len(planes.planes) == 1 else _no_channel(text, planes)
        index = matches[0]
    if index >= len(planes.planes):
        return _no_channel(text, planes)
    return index


def _no_channel(text: str, planes: ImagePlanes) -> int:
    listed = ", ".join(f"{i} {name}".rstrip() for i, name in enumerate(planes.names, 1))
    raise InputError(f"has no channel '{text}'", allowed=f"Channels are {listed}")


def _counts(plane: npt.NDArray[np.generic], file: str) -> npt.NDArray[np.float32]:
    if min(plane.shape) < 64:
        raise InputError(
            f"is {_size(plane)}", where=file, allowed="An image has at least 64 x 64 pixels"
        )
    counts = np.asarray(plane, dtype=np.float32)
    if not np.isfinite(counts).all():
        raise InputError("has pixels without a number", where=file, do="Export it again")
    return counts


def _size(plane: npt.NDArray[np.generic]) -> str:
    return f"{plane.shape[0]} x {plane.shape[1]} pixels"
