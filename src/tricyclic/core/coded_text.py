"""A column of text in which few words repeat: a number for each row, and the words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class CodedText:
    """Text as codes; `np.asarray` gives the texts themselves.

    Parameters
    ----------
    codes : array of int, shape (rows,)
        Index into `words`.
    words : sequence of str, or array of str
    """

    codes: np.ndarray
    words: Sequence[str] | np.ndarray

    def __len__(self) -> int:
        return int(self.codes.size)

    def __array__(self, dtype: object = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(np.asarray(self.words)[self.codes])

    def compact(self) -> CodedText:
        """The same text without words that no row has."""
        present = np.bincount(self.codes, minlength=len(self.words)) > 0
        place = np.cumsum(present) - 1
        return CodedText(place[self.codes], np.asarray(self.words)[present])
