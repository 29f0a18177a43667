"""Numbers in text: the digits 0 to 9, one decimal mark, and marks that group digits in threes.

`float`, `int` and the pattern ``\\d`` of Python also accept digits of other scripts, underscores
and "nan". Every number that a user writes is read here instead, so that the number read, written
again, is the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

LONGEST_NUMBER = 60
UNSIGNED = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
NUMBER = rf"[-+]?{UNSIGNED}"
# No-break, figure, thin and narrow no-break space.
GROUPING_SPACES = "\u00a0\u2007\u2009\u202f"
_GROUPING_MARKS = {".", ",", " ", "'", "’"}
_PLAIN = str.maketrans(dict.fromkeys(GROUPING_SPACES, " ") | {"−": "-"})


@dataclass(frozen=True)
class NumberFormat:
    """The decimal mark of a text; the other marks may group digits in threes."""

    decimal: str = "."

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        mark = re.escape(self.decimal)
        groups = "".join(sorted(_GROUPING_MARKS - {self.decimal}))
        return re.compile(
            rf"[-+]?(?:[0-9]+{mark}?[0-9]*(?:[eE][-+]?[0-9]+)?"
            rf"|{mark}[0-9]+(?:[eE][-+]?[0-9]+)?"
            rf"|[0-9]{{1,3}}(?:([{groups}])[0-9]{{3}})(?:\1[0-9]{{3}})*(?:{mark}[0-9]*)?)"
        )

    def read(self, text: str) -> float | None:
        """The number in a text; None if it is not a number; inf if it is too large for a float."""
        # Most cells of large tables; the pattern below agrees with this one.
        if self.decimal == "." and len(text) <= LONGEST_NUMBER and _SIMPLE.fullmatch(text):
            return float(text)
        plain = plain_marks(text)
        if len(plain) > LONGEST_NUMBER or not self._pattern.fullmatch(plain):
            return None
        for mark in _GROUPING_MARKS - {self.decimal}:
            plain = plain.replace(mark, "")
        return float(plain.replace(self.decimal, "."))


_UNGROUPED = re.compile(NUMBER)
_SIMPLE = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def parse_number(text: str) -> float | None:
    """A number with a decimal point and without groups; None if the text is not one."""
    plain = plain_marks(text)
    return float(plain) if _UNGROUPED.fullmatch(plain) else None


def is_whole_number(text: str) -> bool:
    """Whether a text is a whole number without sign, in the digits 0 to 9."""
    return text.isascii() and text.isdigit()


def plain_marks(text: str) -> str:
    """The text with "-" for a minus sign and " " for each grouping space, without outer blanks."""
    return text.strip().translate(_PLAIN)


def digits_advice(text: str) -> str:
    """A sentence about the first digit that is not one of 0 to 9; empty if there is none."""
    for character in text:
        if not character.isascii() and unicodedata.category(character) in ("Nd", "No"):
            return f"Numbers are written with the digits 0 to 9; '{character}' is none of them"
    return ""


_SURE_DECIMAL = {
    mark: re.compile(pattern)
    for mark, pattern in {
        ",": r"[-+]?(?:0?,[0-9]+|[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|[0-9]{4,},[0-9]+"
        r"|[0-9]{1,3}(?:([. '’])[0-9]{3})(?:\1[0-9]{3})*,[0-9]+|[0-9]+,[0-9]+[eE][-+]?[0-9]+)",
        ".": r"[-+]?(?:0?\.[0-9]+|[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})|[0-9]{4,}\.[0-9]+"
        r"|[0-9]{1,3}(?:([, '’])[0-9]{3})(?:\1[0-9]{3})*\.[0-9]+|[0-9]+\.[0-9]+[eE][-+]?[0-9]+)",
    }.items()
}
_SURE_GROUPS = {
    ",": re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3}){2,}"),
    ".": re.compile(r"[-+]?[0-9]{1,3}(?:\.[0-9]{3}){2,}"),
}
_EITHER = {
    ",": re.compile(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}"),
    ".": re.compile(r"[-+]?[1-9][0-9]{0,2}\.[0-9]{3}"),
}


def decimal_of(text: str) -> tuple[str, str]:
    """The decimal mark that a number shows, and the mark that may be one or group digits; each
    empty where there is none.

    "0,5" and "1.234.567" show a decimal comma; "1,234" may be 1234 or 1.234.
    """
    if len(text) > LONGEST_NUMBER or ("," not in text and "." not in text):
        return "", ""
    plain = plain_marks(text)
    for mark, other in ((",", "."), (".", ",")):
        if _SURE_DECIMAL[mark].fullmatch(plain):
            return mark, ""
        if _SURE_GROUPS[mark].fullmatch(plain):
            return other, ""
        if _EITHER[mark].fullmatch(plain):
            return "", mark
    return "", ""


def column_mark(cells: Iterable[str]) -> str:
    """The decimal mark that most numbers of a column show; "" where none shows one.

    A column of one program has one mark, so that the fewer cells with the other one are mistakes.
    """
    votes = Counter(decimal_of(cell)[0] for cell in cells)
    comma, point = votes[","], votes["."]
    return "" if not comma and not point else "," if comma > point else "."


def has_other_mark(text: str, decimal: str) -> bool:
    """Whether a text is a number with the other decimal mark than that of its column."""
    mark, _ = decimal_of(text)
    return bool(mark) and mark != decimal and NumberFormat(mark).read(text) is not None
