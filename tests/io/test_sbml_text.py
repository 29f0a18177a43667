"""The text of an SBML file is read as UTF-8, or the file is refused."""

from __future__ import annotations

import pytest

from tricyclic.errors import InputError
from tricyclic.io.sbml_text import sbml_text


def test_a_byte_order_mark_is_removed(tmp_path):
    path = tmp_path / "model.xml"
    path.write_bytes("\ufeff<sbml>µ</sbml>".encode())
    assert sbml_text(path) == "<sbml>µ</sbml>"


def test_another_encoding_is_refused(tmp_path):
    path = tmp_path / "model.xml"
    path.write_bytes("<sbml>µ</sbml>".encode("cp1252"))
    with pytest.raises(InputError) as caught:
        sbml_text(path)
    assert str(caught.value) == "model.xml: is not UTF-8. Save the model as SBML in UTF-8."
