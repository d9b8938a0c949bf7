"""The release rules: how coarse a place is and how many people stand behind a figure before others see it."""

from typing import Final

# A figure is shown to everybody when at least so many distinct producers are behind it.
K: Final = 5

# H3 resolutions in the lake: a defect lies in a cell of 0.1 km², the conduct of a person in one of 0.7 km².
FINEST: Final = 9
CONDUCT: Final = 8
# Reports that lack company even in a cell of 250 km² are left out.
COARSEST: Final = 5

# The row that stands for all channels together, beside those of each.
ALL_CHANNELS: Final = "all"
