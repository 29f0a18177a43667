"""Found: what an analysis gives the doors: the result, and the files it was asked to write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tricyclic.core.analysis_options import BindingMethod
    from tricyclic.results.binding import StudyResult


@dataclass(frozen=True)
class Found:
    """What an analysis found.

    `study` holds the numbers, `methods` the choices each assay was analysed with, `to_write` what the door is to
    write (path -> bytes), `place` the folder of the results where they already stand, `says` each curve that was
    used in a few words, by its name.
    """

    study: StudyResult
    methods: Mapping[str, BindingMethod] = field(default_factory=dict)
    to_write: Mapping[str, bytes] = field(default_factory=dict)
    place: str = ""
    says: Mapping[str, str] = field(default_factory=dict)

    @property
    def stop(self) -> bool:
        """Whether a check says that a number should not be used as it is."""
        return any(check.level == "stop" for check in self.study.all_checks())

    @property
    def levels(self) -> dict[str, int]:
        """How many checks are fine, ask for a look, say stop."""
        levels = [check.level for check in self.study.all_checks()]
        return {level: levels.count(level) for level in ("fine", "look", "stop")}

    def at(self, place: str) -> Found:
        """The same, with where the results stand."""
        return replace(self, place=place)

    def as_json(self) -> dict[str, Any]:
        """The result as one plain document."""
        from tricyclic.jobs._json import study_json

        return study_json(self.study, self.methods) | ({"place": self.place} if self.place else {})
