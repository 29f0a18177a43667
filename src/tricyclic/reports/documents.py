"""Results that are written as one document, whose suffix chooses the format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Suffixes of the report of a study or of binding plates, and of their table of results.
STUDY_FORMATS = (".html", ".pdf", ".json", ".csv", ".xlsx")
# Type of a result -> "module:function" that takes the result and the suffix and gives bytes, or a
# LinkedDocument.
RENDERERS: dict[str, str] = {
    "StudyRunResult": "tricyclic.reports.study_report:report_bytes",
    "CredibilityResult": "tricyclic.reports.credibility:report_bytes",
}


@dataclass(frozen=True)
class LinkedDocument:
    """A document with files that it links to; `linked` maps paths relative to its own folder."""

    data: bytes
    linked: Mapping[str, bytes]
