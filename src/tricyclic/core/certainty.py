"""How a value is known: the words of the column `certainty` in all tables of the library."""

from __future__ import annotations

from typing import Literal, get_args

Certainty = Literal[
    "reported", "from memory (unverified)", "vendor guide", "derived", "assumed", "initial value"
]
CERTAINTIES: tuple[str, ...] = get_args(Certainty)
FROM_MEMORY: Certainty = "from memory (unverified)"
# A value of one of these kinds cites a source; the others need none.
SOURCED: tuple[str, ...] = ("reported", "from memory (unverified)", "vendor guide")
