"""Results as HTML in a notebook, where a table is clearer than text."""

from __future__ import annotations

# Type of a result -> "module:function" that turns it into HTML.
RENDERERS: dict[str, str] = {
    "StudyRunResult": "tricyclic.reports.notebook_tables:study_html",
}
