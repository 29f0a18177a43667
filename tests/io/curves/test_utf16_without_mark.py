"""Many curves in UTF-16, with and without a byte order mark, as instruments of Windows write it."""

from __future__ import annotations

import numpy as np
import pytest

import tricyclic as tca


def text() -> str:
    rng = np.random.default_rng(6)
    lines = ["curve,conc_nM,response"]
    for curve, ec50 in (("a", 5.0), ("b", 50.0)):
        for dose in (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000):
            y = 100 / (1 + dose / ec50) + rng.standard_normal()
            lines.append(f"{curve},{dose},{y:.2f}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig"])
def test_the_fits_do_not_depend_on_the_encoding(tmp_path, codec):
    for name, encoding in (("plain.csv", "utf-8"), ("other.csv", codec)):
        (tmp_path / name).write_bytes(text().encode(encoding))
    plain, other = (tca.fit_file(tmp_path / n).to_frame() for n in ("plain.csv", "other.csv"))
    assert list(plain["ic50_nM"]) == pytest.approx([5.0, 50.0], rel=0.2)
    assert list(other["ic50_nM"]) == list(plain["ic50_nM"])
