"""Where the compounds elute in the standards of a batch, if not where the method states it.

A fit searches within a width of the expected time; a method states a window of several. The peak
of the standards within that window is the compound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tricyclic.assays.chromatography.model import LEAST_SN, PeakModel
from tricyclic.assays.chromatography.reference import Reference
from tricyclic.assays.chromatography.trace import EvenTrace
from tricyclic.core.chromatography_method import ChromatographyMethod, Compound

# Distance from the expected time that a fit bridges by itself, in widths.
_NEAR = 0.7
# Largest scatter of the places in the standards, in widths.
_AGREE = 0.5


def locate_compounds(
    model: PeakModel,
    method: ChromatographyMethod,
    standards: Sequence[tuple[EvenTrace, Reference]],
) -> PeakModel:
    """The model with the places of compounds that elute elsewhere in their windows.

    Parameters
    ----------
    model : PeakModel
    method : ChromatographyMethod
    standards : sequence of (EvenTrace, Reference)
        Injections that hold the compounds without a matrix.
    """
    expected = dict(model.expected)
    for compound in method:
        places = [
            place
            for trace, reference in standards
            if reference.present
            and reference.compound.name != compound.name
            and (place := _place(trace, reference, method, compound)) is not None
        ]
        if 2 * len(places) < len(standards) or len(places) < 2:
            continue
        base = model.expected[standards[0][1].compound.name]
        ratios = np.array(places) * base.retention
        middle = float(np.median(ratios))
        reference = standards[0][1]
        # Width of a peak over its retention, as that of the reference.
        width = reference.peak.width / reference.peak.center
        old = expected[compound.name]
        scatter = float(np.median(np.abs(ratios / middle - 1.0))) / width
        moved = abs(middle / old.retention - 1.0) / width
        if moved > _NEAR and scatter < _AGREE:
            expected[compound.name] = replace(
                old, retention=middle, width=old.width * middle / old.retention
            )
    return replace(model, expected=expected)


def _place(
    trace: EvenTrace, reference: Reference, method: ChromatographyMethod, compound: Compound
) -> float | None:
    """Time of the tallest peak in a compound's window over that of the reference; None where none
    stands out, or it is nearer to another compound.
    """
    scale = reference.peak.center / reference.compound.retention_min
    middle = compound.retention_min * scale
    part = trace.between(middle - compound.window_min, middle + compound.window_min)
    time, signal = trace.time[part], trace.signal[part]
    width = reference.peak.width * middle / reference.peak.center
    if time.size < 5 or time[-1] - time[0] < 2.0 * width:
        return None
    above = signal - np.interp(time, time[[0, -1]], signal[[0, -1]])
    reach = max(1, round(0.5 * width / trace.step))
    smooth = np.convolve(above, np.ones(2 * reach + 1) / (2 * reach + 1), mode="same")
    top = int(np.argmax(smooth))
    at = float(time[top])
    if smooth[top] < LEAST_SN * reference.noise.rms or not reach < top < time.size - 1 - reach:
        return None
    # A shoulder of a neighbour rises to the edge of the window.
    left, right = smooth[: top + 1], smooth[top:]
    if max(float(left.min()), float(right.min())) > 0.5 * smooth[top]:
        return None
    nearest = min(method, key=lambda one: abs(one.retention_min * scale - at))
    return at / reference.peak.center if nearest.name == compound.name else None
