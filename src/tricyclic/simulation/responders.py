"""Responders of a population: rules such as "cortex_NE.last_day_percent >= 200" and the share of
subjects that fulfil them.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tricyclic.core.population import Endpoint, Population
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.numerals import NUMBER
from tricyclic.results.population import ResponderShare

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_RULE = re.compile(rf"^\s*([\w.]+)\s*(>=|<=|>|<)\s*({NUMBER})\s*%?\s*$")
# 97.5 % quantile of the standard normal distribution.
Z = 1.959963984540054


@dataclass(frozen=True)
class ResponderRule:
    """A comparison of an endpoint with a limit; a subject that fulfils it is a responder."""

    text: str
    endpoint: str
    comparison: str
    limit: float

    def share(self, population: Population) -> ResponderShare:
        """Share of the subjects that fulfil the rule, with Wilson's 95 % interval.

        Notes
        -----
        Wilson 1927, J Am Stat Assoc 22:209.
        """
        values = population.endpoint(self.endpoint)
        known = values[np.isfinite(values)]
        count, n = int(_COMPARISONS[self.comparison](known, self.limit).sum()), known.size
        if not n:
            return ResponderShare(self.text, 0, 0, math.nan, math.nan)
        share = count / n
        center = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
        half = Z / (1 + Z**2 / n) * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
        return ResponderShare(self.text, count, n, max(0.0, center - half), min(1.0, center + half))


def parse_responders(
    texts: Sequence[str], endpoints: Sequence[Endpoint]
) -> tuple[ResponderRule, ...]:
    """Read rules such as "cortex_NE.last_day_percent >= 200".

    Raises
    ------
    InputError
        If a text is not a rule.
    UnknownNameError
        If the endpoint is not known.
    """
    known = [endpoint.name for endpoint in endpoints]
    rules = []
    for text in texts:
        match = _RULE.match(text)
        if not match:
            raise InputError(
                f"'{text}' is not a rule",
                where="responder",
                allowed='Write it like "cortex_NE.last_day_percent >= 200"',
            )
        if match[1] not in known:
            raise UnknownNameError.among("endpoint", match[1], known, where="responder")
        rules.append(ResponderRule(" ".join(text.split()), match[1], match[2], float(match[3])))
    return tuple(rules)
