"""Chromatogram in the ANDI/AIA format (ASTM E1947): netCDF of the classic form, `.cdf`.

The only file that uses scipy.io. The unit of peak areas is not declared in this format, so it stays
unknown.
"""

from __future__ import annotations

import io
import math
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.chromatogram import Chromatogram, ChromatogramFile, VendorPeak
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.traces import time_factor

_CUT_OFF = "Export the file again; it may be cut off"
_DAMAGE = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AssertionError,
    AttributeError,
    OverflowError,
    MemoryError,
    EOFError,
    OSError,
    struct.error,
)
_USED = {
    "ordinate_values",
    "raw_data_retention",
    "actual_sampling_interval",
    "actual_delay_time",
    "actual_run_time_length",
    "detector_maximum_value",
    "detector_minimum_value",
    "peak_retention_time",
    "peak_area",
    "peak_height",
    "peak_name",
    "peak_start_time",
    "peak_end_time",
    "peak_start_detection_code",
    "peak_stop_detection_code",
}


def sniff(raw: RawFile) -> float:
    """Whether the file is netCDF with the variable of a chromatogram."""
    head = raw.data[:100_000]
    if not head.startswith((b"CDF\x01", b"CDF\x02", b"CDF\x05")):
        return 0.0
    if b"ordinate_values" in head or b"aia_template_revision" in head:
        return 1.0
    return 0.6 if b"mass_values" in head or raw.name.lower().endswith(".cdf") else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """The trace of the file and its integrated peaks."""
    if raw.data.startswith(b"CDF\x05") or b"mass_values" in raw.data[:100_000]:
        kind = "mass spectra" if b"mass_values" in raw.data[:100_000] else "netCDF version 5"
        raise InputError(f"contains {kind}", do="Export the chromatogram of one detector as AIA")
    attributes, variables = _open(raw.data)
    ordinate = variables.get("ordinate_values")
    if ordinate is None:
        raise InputError(
            "has no variable ordinate_values", do="Export the chromatogram as AIA (ANDI)"
        )
    signal = _numbers(ordinate, "ordinate_values")
    unit = _attribute(attributes, "retention_unit") or _attribute(attributes, "retention_units")
    factor = time_factor(unit) if unit else 1 / 60.0
    if factor is None:
        raise InputError(f"states times in '{unit}'", allowed="They are in seconds or minutes")
    times, notes = _times(variables, signal.size, factor)
    scale = _scale(ordinate)
    trace = Chromatogram(
        name=_attribute(attributes, "detector_name")
        or _attribute(attributes, "detection_method_name")
        or raw.stem,
        time_min=times,
        signal=signal * scale,
        signal_unit=_attribute(attributes, "detector_unit") or None,
        multiplier=scale,
        sample=_attribute(attributes, "sample_name") or _attribute(attributes, "sample_id"),
        injected_at=_attribute(attributes, "injection_date_time_stamp"),
        method=_attribute(attributes, "detection_method_name"),
        file=raw.name,
        position="variable ordinate_values",
    )
    _check_range(trace, variables)
    if not unit:
        notes.append("the file states no unit of time; read in s, as the format defines")
    if trace.signal_unit is None:
        notes.append("the file states no unit")
    peaks = _peaks(variables, trace.name, factor, raw.name)
    if peaks:
        notes.append("the format declares no unit of the peak areas")
    others = sorted(name for name in variables if name not in _USED and "error_log" not in name)
    return FileContent(
        injections=(
            ChromatogramFile(
                raw.name,
                (trace,),
                peaks,
                notes=tuple(notes),
                unused=quoted("variable", others),
            ),
        )
    )


def _open(data: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Attributes and variables of a netCDF file, in memory."""
    from scipy.io import netcdf_file

    try:
        with netcdf_file(io.BytesIO(data), "r", mmap=False) as file:
            return dict(vars(file)["_attributes"]), dict(file.variables)
    except _DAMAGE as error:
        raise InputError("is a damaged or cut-off netCDF file", do=_CUT_OFF) from error


def _attribute(attributes: dict[str, Any], name: str) -> str:
    value = attributes.get(name, b"")
    text = value.decode("cp1252", "replace") if isinstance(value, bytes) else str(value)
    return " ".join(text.replace("\x00", " ").split())


def _numbers(variable: Any, name: str) -> NDArray[np.float64]:
    try:
        values = np.array(variable.data, dtype=float).ravel()
    except _DAMAGE as error:
        raise InputError(f"the variable {name} is damaged", do=_CUT_OFF) from error
    shape = getattr(variable, "shape", None)
    if shape and values.size != math.prod(int(n or values.size) for n in shape):
        raise InputError(f"the variable {name} has {values.size} values", do=_CUT_OFF)
    return values


def _scalar(variables: dict[str, Any], name: str) -> float | None:
    """A single number; None where it is missing or a fill value."""
    if name not in variables:
        return None
    values = _numbers(variables[name], name)
    if values.size == 0 or not math.isfinite(values[0]) or abs(values[0]) > 1e30:
        return None
    return float(values[0])


def _scale(ordinate: Any) -> float:
    factor = getattr(ordinate, "scale_factor", 1.0)
    try:
        value = float(np.ravel(factor)[0])
    except _DAMAGE:
        return 1.0
    return value if math.isfinite(value) and value != 0.0 else 1.0


def _times(
    variables: dict[str, Any], count: int, factor: float
) -> tuple[NDArray[np.float64], list[str]]:
    """Times [min], from the list of the file where there is one, else from its interval."""
    if "raw_data_retention" in variables:
        listed = _numbers(variables["raw_data_retention"], "raw_data_retention")
        if listed.size == count and count > 1 and (np.diff(listed) > 0).all():
            return listed * factor, ["times as listed in raw_data_retention"]
    interval = _scalar(variables, "actual_sampling_interval")
    delay = _scalar(variables, "actual_delay_time") or 0.0
    length = _scalar(variables, "actual_run_time_length")
    if interval is None or interval <= 0:
        raise InputError("states no sampling interval", do=_CUT_OFF)
    # The length counts from the delay or from 0, and to the last reading or one interval beyond it.
    if length is not None and length > 0:
        ends = {count - 1, count, count + 1}
        spans = (length / interval, (length - delay) / interval)
        if not any(abs(span - end) <= 1.0 + 1e-3 * count for span in spans for end in ends):
            raise InputError(
                f"has {count} readings every {interval:g}, and its header states a run of "
                f"{length:g}",
                do=_CUT_OFF,
            )
    notes = [f"one reading every {interval * factor * 60:.6g} s"]
    times = np.asarray((delay + interval * np.arange(count)) * factor, dtype=np.float64)
    return times, notes


def _check_range(trace: Chromatogram, variables: dict[str, Any]) -> None:
    """Refuse a trace that is 0 throughout although the header states a range."""
    low, high = (
        _scalar(variables, name) for name in ("detector_minimum_value", "detector_maximum_value")
    )
    if low is not None and high is not None and low < high and not trace.signal.any():
        raise InputError(
            f"all readings are 0, and its header states {low:g} to {high:g}", do=_CUT_OFF
        )


def _texts(variable: Any) -> list[str]:
    try:
        rows = np.array(variable.data)
        return [
            bytes(row).decode("cp1252", "replace").split("\x00")[0].strip()
            if getattr(row, "ndim", 0)
            else str(row)
            for row in rows
        ]
    except _DAMAGE:
        return []


def _peaks(
    variables: dict[str, Any], channel: str, factor: float, file: str
) -> tuple[VendorPeak, ...]:
    if "peak_retention_time" not in variables:
        return ()
    retention = _numbers(variables["peak_retention_time"], "peak_retention_time")
    columns = {
        name: _numbers(variables[name], name) if name in variables else np.array([])
        for name in ("peak_area", "peak_height", "peak_start_time", "peak_end_time")
    }
    texts = {
        name: _texts(variables[name]) if name in variables else []
        for name in ("peak_name", "peak_start_detection_code", "peak_stop_detection_code")
    }

    def number(name: str, k: int) -> float | None:
        values = columns[name]
        known = k < values.size and math.isfinite(values[k]) and abs(values[k]) < 1e30
        return float(values[k]) if known else None

    def text(name: str, k: int) -> str:
        return texts[name][k] if k < len(texts[name]) else ""

    def minutes(name: str, k: int) -> float | None:
        value = number(name, k)
        return None if value is None else value * factor

    return tuple(
        VendorPeak(
            channel=channel,
            retention_min=float(retention[k]) * factor,
            area=number("peak_area", k),
            height=number("peak_height", k),
            name=text("peak_name", k),
            start_min=minutes("peak_start_time", k),
            end_min=minutes("peak_end_time", k),
            baseline_type=(
                text("peak_start_detection_code", k) + text("peak_stop_detection_code", k)
            ),
            file=file,
        )
        for k in range(retention.size)
        if math.isfinite(retention[k]) and abs(retention[k]) < 1e30
    )


READER = Reader(
    description="ANDI/AIA chromatogram (netCDF, .cdf)",
    sniff=sniff,
    read=read,
    chromatograms=True,
)
