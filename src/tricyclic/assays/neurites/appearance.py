"""What an image looks like: empty, saturated, or with objects darker than the background."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tricyclic.numerics.images.filters import Image, background, noise_of, smoothed

# Pixels this many standard deviations from the background are objects.
_OBJECT = 6.0
# Smallest share of the image that is dark, and of the bright part, where it is not fluorescence.
_DARK_SHARE, _OF_BRIGHT = 0.002, 0.25


@dataclass(frozen=True)
class Appearance:
    """Shares of the pixels of an image.

    Attributes
    ----------
    is_constant : bool
        Whether all pixels are equal.
    saturated : float
        Share at the largest count of the camera.
    bright, dark : float
        Share well above and well below the background.
    """

    is_constant: bool
    saturated: float
    bright: float
    dark: float

    @property
    def is_fluorescence(self) -> bool:
        """Whether objects are bright on a dark background, without dark ones or halos."""
        return not (self.dark > _DARK_SHARE and self.dark > _OF_BRIGHT * self.bright)


def appearance_of(image: Image, top: float) -> Appearance:
    """Shares of saturated, bright and dark pixels.

    Parameters
    ----------
    image : array
        Camera counts.
    top : float
        Largest count of the camera.
    """
    if float(np.ptp(image)) == 0.0:
        return Appearance(True, 0.0, 0.0, 0.0)
    bare = smoothed(np.asarray(image - background(image), dtype=np.float32), 1.0)
    # Noise behind the filter, and not less than the step of the camera's counts.
    noise = max(noise_of(image) / (2.0 * np.sqrt(np.pi)), 0.1)
    return Appearance(
        False,
        float(np.mean(image >= top)),
        float(np.mean(bare > _OBJECT * noise)),
        float(np.mean(bare < -_OBJECT * noise)),
    )
