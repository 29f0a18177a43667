"""Neurites traced in images as plain data."""

from __future__ import annotations

from typing import Any

from tricyclic.core.serialize import to_jsonable
from tricyclic.results.neurite_images import NeuriteImagesResult


def neurite_images_json(result: NeuriteImagesResult) -> dict[str, Any]:
    """Images with their cells; without pictures and points of paths, which are in files."""
    document: dict[str, Any] = to_jsonable(
        {
            "title": result.title,
            "length_unit": result.length_unit,
            "thresholds": result.thresholds,
            "images": [
                {
                    "name": image.name,
                    "file": image.file,
                    "sha256": image.sha256,
                    "group": image.group,
                    "state": image.state,
                    "reason": image.reason,
                    "shape": image.shape,
                    "pixel_um": image.pixel_um,
                    "saturated_percent": image.saturated_percent,
                    "own_masks": image.own_masks,
                    "has_nuclei": image.has_nuclei,
                    "remarks": image.remarks,
                    "cells": [
                        {
                            key: value
                            for key, value in vars(result.as_cell(image, cell)).items()
                            if key not in ("culture", "well", "field", "arm")
                        }
                        for cell in image.cells
                    ],
                }
                for image in result.images
            ],
            "checks": result.checks,
        }
    )
    return document
