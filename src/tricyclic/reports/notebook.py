"""Results as HTML in a notebook: a table and a small figure."""

from __future__ import annotations

# Type of a result -> "module:function" that turns it into HTML.
RENDERERS: dict[str, str] = {
    "Renderable": "tricyclic.reports.notebook_page:result_html",
    "StudyRunResult": "tricyclic.reports.notebook_page:study_page_html",
}
