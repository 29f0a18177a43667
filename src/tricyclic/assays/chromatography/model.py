"""What a batch teaches about its peaks: shape, retention and width.

The shape is learned from the reference peak of every injection, which is the internal standard
where the method has one; retention and width of the other compounds from the standards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tricyclic.assays.chromatography.reference import TALL, Reference
from tricyclic.core.chromatography_method import ChromatographyMethod, Compound
from tricyclic.numerics.peaks.learn import LonePeak, fit_emg, learn_shape, refit
from tricyclic.numerics.peaks.noise import mad_sd
from tricyclic.numerics.peaks.shape import PeakShape, emg_shape

FloatArray = NDArray[np.float64]

# Scatter of a retention relative to the internal standard, in peak widths, where none is measured;
# and the smallest that is believed.
SHIFT_SD, LEAST_SHIFT_SD = 0.15, 0.02
# Peaks to which a shape is fitted; more cost time and add nothing.
MOST_PEAKS = 24
# Below this ratio of height to noise a peak teaches nothing about the shape.
LEAST_SN = 20.0
# Degree of the baseline below a peak from which a shape is learned, beside what is known of its
# bend, and that below a tall peak, whose front and tail would bend it.
_DEGREE, _DEGREE_TALL = 2, 1
# A width of a compound's own has to differ by this many standard errors and by this part.
_CLEAR, _LEAST_DIFFERENCE = 4.0, 0.02


@dataclass(frozen=True)
class Expected:
    """A compound's place relative to the reference peak.

    Attributes
    ----------
    retention : float
        Its retention time over that of the reference.
    width : float
        Its width over that of the reference.
    shift_sd : float
        Standard deviation of the retention around that, in widths of the peak.
    """

    retention: float
    width: float
    shift_sd: float = SHIFT_SD


@dataclass(frozen=True)
class PeakModel:
    """The shape of the peaks and the place of each compound.

    Attributes
    ----------
    shape : PeakShape
        Shared by all peaks.
    expected : mapping of str to Expected
        By name of the compound.
    width_share : float
        Median width of the reference peaks over their retention; 0 where none was seen.
    """

    shape: PeakShape
    expected: Mapping[str, Expected] = field(default_factory=dict)
    width_share: float = 0.0


def default_model(method: ChromatographyMethod) -> PeakModel:
    """The model before any chromatogram was seen: an EMG, and the method's retention times."""
    base = method.internal_standard or max(method.compounds, key=lambda one: one.retention_min)
    return PeakModel(emg_shape(0.5), _nominal(method, base))


def _nominal(method: ChromatographyMethod, base: Compound) -> dict[str, Expected]:
    return {
        one.name: Expected(
            one.retention_min / base.retention_min, one.retention_min / base.retention_min
        )
        for one in method
    }


def learn_model(model: PeakModel, references: Sequence[Reference]) -> PeakModel:
    """The model with a shape learned from reference peaks."""
    best = sorted(
        (one for one in references if one.signal_to_noise >= LEAST_SN),
        key=lambda one: -one.signal_to_noise,
    )
    good = [one.peak for one in best[:MOST_PEAKS]]
    if not good:
        return model
    shape = common_emg(good)
    fitted = [refit(peak, shape)[0] for peak in good]
    middle = best[: len(good)][len(good) // 2]
    return replace(
        model,
        shape=learn_shape(
            fitted, shape, _DEGREE_TALL if middle.signal_to_noise > TALL else _DEGREE
        ),
        width_share=float(np.median([peak.width / peak.center for peak in fitted])),
    )


def common_emg(peaks: Sequence[LonePeak]) -> PeakShape:
    """The shape of an EMG with the median tailing of several peaks."""
    ratios = [fit_emg(peak)[2] for peak in peaks]
    return emg_shape(float(np.median(ratios)))


def learn_places(
    model: PeakModel, seen: Mapping[str, Sequence[tuple[float, float, float, float]]]
) -> PeakModel:
    """The model with places measured in standards.

    Parameters
    ----------
    model : PeakModel
        With the nominal places.
    seen : mapping
        By compound: retention and width over those of the reference, the width over the
        retention, and the relative standard error of the area, once for each standard.
    """
    expected = dict(model.expected)
    for name, rows in seen.items():
        ratios = np.array(rows, dtype=np.float64)
        if ratios.shape[0] < 2:  # no scatter of one
            continue
        middle = np.median(ratios, axis=0)
        relative = float(middle[2])  # width / retention of the compound
        sd = mad_sd(ratios[:, 0]) / float(middle[0]) / relative
        width = _width(ratios[:, 1], ratios[:, 3], model.expected[name].width)
        expected[name] = Expected(
            float(middle[0]),
            width,
            float(np.clip(sd, LEAST_SHIFT_SD, SHIFT_SD)),
        )
    return replace(model, expected=expected)


def _width(widths: FloatArray, errors: FloatArray, nominal: float) -> float:
    """A width of its own where the standards show one clearly, else that of the retention.

    A width that is 1 % off biases areas alike in standards and samples; one that follows the noise
    of the standards would cost more in overlaps.
    """
    weights = errors**-2.0
    mean = float(np.sum(weights * widths) / np.sum(weights))
    # A width has about one and a half times the relative error of the area of its peak.
    error = 1.5 * mean / float(np.sqrt(np.sum(weights)))
    differs = abs(mean - nominal) > max(_CLEAR * error, _LEAST_DIFFERENCE * nominal)
    return mean if differs else nominal
