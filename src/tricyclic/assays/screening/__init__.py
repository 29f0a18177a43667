"""Screens: quality of plates, hits, dose-response curves and potencies."""
