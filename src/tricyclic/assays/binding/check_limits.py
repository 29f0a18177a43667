"""Limits of the checks of a binding plate, shared with the design of plates."""

from __future__ import annotations

# Sources of the limits.
AGM = "Assay Guidance Manual, receptor binding assays"
DEFAULT = "default threshold"

# Specific share of total binding [%], at a radioligand near its Kd.
MIN_SPECIFIC_PERCENT = 80.0
# Radioligand on a washed filter without specific binding [% of what was added].
MAX_FILTER_PERCENT = 2.0
# Bound radioligand [% of what was added]; the second where the curve ignores depletion.
MAX_BOUND_PERCENT = 10.0
MAX_BOUND_PERCENT_WITHOUT_DEPLETION = 30.0
# The manual has 1; 30 % are allowed for the errors of radioligand and Kd.
MAX_RADIOLIGAND_OVER_KD = 1.3
# Above ten times the Kd the Ki is less than a tenth of the IC50 and depends on [L] / Kd alone.
FAIL_RADIOLIGAND_OVER_KD = 10.0
# Specific signal from the sites that a mask should cover [%].
MAX_MASKED_SIGNAL_PERCENT = 10.0
# After ten half-lives less than 0.1 % of the activity is left: a date is wrong.
MAX_DECAY_HALF_LIVES = 10.0
MIN_Z_PRIME = 0.4
MIN_SIGNAL_WINDOW = 2.0
# Counting error: share of the variance of a total well [%], and CV of the specific reading [%].
MAX_COUNTING_SHARE = 50.0
MAX_COUNTING_CV = 5.0
MIN_CONTROL_WELLS = 3
# Half-lives of the approach to equilibrium: enough, and too few to use the result.
MIN_HALF_LIVES = 5.0
FAIL_HALF_LIVES = 2.0
# Distance of the outermost wells from the plateau [% of the span].
PLATEAU_TOLERANCE = 20.0
