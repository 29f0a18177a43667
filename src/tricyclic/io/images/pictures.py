"""Pictures of what was traced: an overlay of each image, contact sheets, label images."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from tricyclic.core.neurite_trace import TracedCell, TracedField

# Colours that differ on grey, also by people who see no red or green (Okabe & Ito 2008).
_USED, _AMBIGUOUS, _EXCLUDED, _OUTLINE = (
    (0, 158, 255),
    (255, 176, 0),
    (150, 150, 150),
    (0, 200, 140),
)
_INK, _GROUND, _DIM = (240, 240, 240), (20, 20, 20), (120, 120, 120)
# Longer side of the thumbnails of a contact sheet [pixels].
_THUMBNAIL = 420
_COLUMNS = 4
_ROUND_LENGTHS = (5, 10, 20, 50, 100, 200, 500, 1000)


def overlay_picture(
    image: npt.NDArray[np.float32], traced: TracedField, *, pixel_um: float | None, k: float
) -> bytes:
    """The image in grey with somata, neurites and numbers of cells, a key and a scale bar below; as
    JPEG.

    Parameters
    ----------
    image : array
        Camera counts.
    traced : TracedField
    pixel_um : float or None
        Side of a pixel; without it there is no scale bar.
    k : float
        Largest threshold, which decides what cells near the border are used for.
    """
    zoom = 2 if max(image.shape) <= 1600 else 1
    low, high = (float(one) for one in np.percentile(image, [2.0, 99.5]))
    if np.isfinite(traced.height):
        # Neurites are shown, somata are white.
        high = min(high, low + 4.0 * traced.height)
    grey = np.clip((image - low) / max(high - low, 1e-9), 0.0, 1.0) ** 0.7
    picture = Image.fromarray(np.asarray(np.rint(215.0 * grey), dtype=np.uint8)).convert("RGB")
    if zoom > 1:
        picture = picture.resize(
            (zoom * picture.width, zoom * picture.height), Image.Resampling.BILINEAR
        )
    picture = _with_outlines(picture, traced.labels, zoom)
    draw = ImageDraw.Draw(picture)
    font = _font(11 * zoom)
    for cell in traced.cells:
        color = _color(cell, k)
        for path in cell.paths:
            points = [(zoom * (x + 0.5), zoom * (y + 0.5)) for y, x in path.points]
            draw.line(points, fill=color, width=zoom, joint="curve")
        row, column = cell.center
        draw.text(
            (zoom * column, zoom * row),
            str(cell.number),
            fill=_GROUND if color != _EXCLUDED else _DIM,
            font=font,
            anchor="mm",
        )
    strip = round(2.2 * 11 * zoom)
    framed = Image.new("RGB", (picture.width, picture.height + strip), _GROUND)
    framed.paste(picture, (0, 0))
    below = ImageDraw.Draw(framed)
    middle = picture.height + 0.5 * strip
    _key(below, middle, font)
    if pixel_um:
        _scale_bar(below, (picture.width, middle), pixel_um / zoom, font)
    return _jpeg(framed)


def _color(cell: TracedCell, k: float) -> tuple[int, int, int]:
    state = cell.state(k)[0]
    return {"measured": _USED, "ambiguous": _AMBIGUOUS}.get(state, _EXCLUDED)


def _with_outlines(picture: Image.Image, labels: npt.NDArray[np.int32], zoom: int) -> Image.Image:
    large = np.kron(labels, np.ones((zoom, zoom), dtype=labels.dtype)) if zoom > 1 else labels
    edge = np.zeros(large.shape, dtype=bool)
    edge[:-1] |= large[:-1] != large[1:]
    edge[:, :-1] |= large[:, :-1] != large[:, 1:]
    pixels = np.array(picture)
    pixels[edge] = _OUTLINE
    return Image.fromarray(pixels)


def _key(draw: Any, middle: float, font: Any) -> None:
    left = 10.0
    for text, color in (("measured", _USED), ("ambiguous", _AMBIGUOUS), ("not used", _EXCLUDED)):
        draw.text((left, middle), text, fill=color, font=font, anchor="lm")
        left = draw.textbbox((left, middle), text, font=font, anchor="lm")[2] + 18


def _scale_bar(draw: Any, place: tuple[float, float], um_per_pixel: float, font: Any) -> None:
    """A bar of a round length that ends near the right edge, with its length before it.

    Parameters
    ----------
    place : (float, float)
        Width of the picture, and the middle of the strip below it [pixels].
    """
    width, middle = place
    length = max(
        (one for one in _ROUND_LENGTHS if one / um_per_pixel < 0.2 * width),
        default=_ROUND_LENGTHS[0],
    )
    right = width - 10.0
    left = right - length / um_per_pixel
    draw.rectangle((left, middle - 2, right, middle + 2), fill=_INK)
    draw.text((left - 8, middle), f"{length} um", fill=_INK, font=font, anchor="rm")


def contact_sheet(title: str, pictures: Sequence[tuple[str, bytes]]) -> bytes:
    """Small copies of pictures with their names, four in a row; as JPEG.

    Parameters
    ----------
    title : str
    pictures : sequence of (str, bytes)
        Caption and JPEG.
    """
    small = []
    for _, data in pictures:
        one = Image.open(io.BytesIO(data))
        one.thumbnail((_THUMBNAIL, _THUMBNAIL))
        small.append(one)
    columns = min(_COLUMNS, len(small))
    width = max(one.width for one in small)
    height = max(one.height for one in small)
    line, gap = 22, 8
    rows = -(-len(small) // columns)
    sheet = Image.new(
        "RGB", (columns * (width + gap) + gap, 40 + rows * (height + line + gap)), (255, 255, 255)
    )
    draw = ImageDraw.Draw(sheet)
    draw.text((gap, 8), title, fill=(0, 0, 0), font=_font(18))
    for number, (one, (caption, _)) in enumerate(zip(small, pictures, strict=True)):
        left = gap + (number % columns) * (width + gap)
        top = 40 + (number // columns) * (height + line + gap)
        sheet.paste(one, (left, top))
        draw.text((left, top + height + 3), caption, fill=(0, 0, 0), font=_font(13))
    return _jpeg(sheet)


def label_picture(labels: npt.NDArray[np.int32]) -> bytes:
    """Labels as a PNG of 16 bits, which programs for masks read and write."""
    out = io.BytesIO()
    Image.fromarray(labels.astype(np.uint16)).save(out, "PNG")
    return out.getvalue()


def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()
