"""Options of the microdialysis commands."""

from __future__ import annotations
