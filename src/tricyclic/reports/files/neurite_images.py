"""Neurites traced in images as files: tables, overlays, contact sheets, masks, SWC."""

from __future__ import annotations

from tricyclic.io.images.pictures import contact_sheet
from tricyclic.io.images.swc import swc_text
from tricyclic.io.write_tables import csv_files
from tricyclic.reports.frames.neurite_images import neurite_images_frames
from tricyclic.reports.json import document, encode
from tricyclic.reports.json.neurite_images import neurite_images_json
from tricyclic.reports.text.neurite_images import neurite_images_text
from tricyclic.results.neurite_images import NeuriteImagesResult


def neurite_images_files(result: NeuriteImagesResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same result gives the same bytes."""
    files = {
        **csv_files(neurite_images_frames(result)),
        "neurites.json": encode(
            document("neurites-trace", {"result": neurite_images_json(result)})
        ),
        "summary.txt": (neurite_images_text(result) + "\n").encode("utf-8"),
    }
    for image in result.images:
        if image.overlay:
            files[f"overlays/{image.name}.jpg"] = image.overlay
            files[f"masks/{image.name}_masks.png"] = image.labels
            files[f"swc/{image.name}.swc"] = swc_text(
                image.cells,
                scale=result.scale_of(image),
                unit=result.length_unit,
                title=image.file,
            ).encode("utf-8")
    for group in result.groups:
        pictures = [
            (_caption(result, one.name), one.overlay)
            for one in result.images
            if one.group == group and one.overlay
        ]
        if pictures:
            title = group or result.title or "All images"
            files[f"contact_sheet{f'_{group}' if group else ''}.jpg"] = contact_sheet(
                title, pictures
            )
    return files


def _caption(result: NeuriteImagesResult, name: str) -> str:
    (image,) = [one for one in result.images if one.name == name]
    k = result.thresholds[-1]
    used = image.used(k)
    positive = sum(cell.is_positive(k) for cell in used)
    return f"{name}: {positive} of {len(used)} cells at {k:g} soma diameters"
