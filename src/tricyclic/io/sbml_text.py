"""Text of an SBML file; its content is checked by the SBML reader."""

from __future__ import annotations

import re
from pathlib import Path

from tricyclic.errors import InputError
from tricyclic.io.files import read_bytes

# The SBML reader takes a time that grows with the square of the length of a comment: hours for one
# of 50 MB.
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# Characters above which a comment is left out.
LONG = 10_000


def sbml_text(path: str | Path) -> str:
    """Text of an SBML file.

    Raises
    ------
    InputError
        If there is no such file, or it is not UTF-8.
    """
    data, _ = read_bytes(path)
    try:
        return _without_long_comments(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError(
            "is not UTF-8", where=Path(path).name, do="Save the model as SBML in UTF-8"
        ) from None


def _without_long_comments(text: str) -> str:
    """The text without long comments; line numbers stay, and so does all data (CDATA)."""
    if len(text) <= LONG or "<![CDATA[" in text:
        return text
    return _COMMENT.sub(
        lambda comment: comment[0] if len(comment[0]) <= LONG else "\n" * comment[0].count("\n"),
        text,
    )
