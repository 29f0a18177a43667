"""Rates from sensorgrams as files: tables, text and a figure."""

from __future__ import annotations

from typing import Any

from tricyclic.io.write_tables import csv_bytes
from tricyclic.plotting.sensorgram import sensorgram
from tricyclic.reports.frames.sensorgram import sensorgram_frames
from tricyclic.reports.text.sensorgram import sensorgram_text
from tricyclic.results.sensorgram import SensorgramResult


def sensorgram_files(result: SensorgramResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same result gives the same bytes."""
    tables = {
        f"{name}.csv": csv_bytes(
            {key: _plain(values) for key, values in columns.items()}, digits=None
        )
        for name, columns in sensorgram_frames(result).items()
    }
    return {
        **tables,
        "summary.txt": (sensorgram_text(result) + "\n").encode("utf-8"),
        **sensorgram(result).files("sensorgram"),
    }


def _plain(values: Any) -> list[Any]:
    return values.tolist() if hasattr(values, "tolist") else list(values)
