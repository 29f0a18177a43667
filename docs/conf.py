"""Configuration of the documentation: offline, from Markdown, with tables made from the package."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

import tricyclic

project = "tricyclic"
author = "the tricyclic developers"
copyright = "2026, the tricyclic developers"
version = release = tricyclic.__version__

extensions = [
    "myst_parser",
    "registry_tables",
    "mechanism_tables",
    "library_pages",
    "example_figures",
    "page_figures",
]
exclude_patterns = ["_build", "_made"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "pydata_sphinx_theme"
html_title = "tricyclic"
html_copy_source = False
html_show_sourcelink = False
html_sidebars = {"**": []}
html_theme_options = {
    "header_links_before_dropdown": 4,
    "show_prev_next": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
