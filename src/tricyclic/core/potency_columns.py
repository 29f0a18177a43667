"""Names of the columns of potency in a table of many fits."""

from __future__ import annotations

from dataclasses import dataclass

# Logarithm of the factor from mol/L to nM.
LOG10_NM_PER_M = 9.0


@dataclass(frozen=True)
class PotencyColumns:
    """Names of the columns: IC50 and its limits, the printed value, and pIC50 of molar doses."""

    unit: str

    @property
    def value(self) -> str:
        """Column of the estimate, such as ic50_nM."""
        return f"ic50_{self._unit}"

    @property
    def low(self) -> str:
        """Column of the lower limit."""
        return f"ic50_low_{self._unit}"

    @property
    def high(self) -> str:
        """Column of the upper limit."""
        return f"ic50_high_{self._unit}"

    @property
    def text(self) -> str:
        """Column of the printed value."""
        return f"ic50_{self._unit}_text"

    @property
    def names(self) -> tuple[str, ...]:
        """All columns in their order."""
        p = ("pIC50",) if self.unit == "nM" else ()
        return (self.value, self.low, self.high, self.text, *p)

    @property
    def _unit(self) -> str:
        return self.unit.replace("/", "_per_").replace(" ", "_") or "dose"
