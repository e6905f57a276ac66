"""What the console shows, and how: pure."""

from app.console.rules.basemap import Basemap, HasBasemap, basemap_of, basemap_origins
from app.console.rules.days import Stretch, days_back, hours_of_day
from app.console.rules.keeping import FILTERS_AT_MOST, Preferences
from app.console.rules.searching import Wording, wording

__all__ = [
    "FILTERS_AT_MOST",
    "Basemap",
    "HasBasemap",
    "Preferences",
    "Stretch",
    "Wording",
    "basemap_of",
    "basemap_origins",
    "days_back",
    "hours_of_day",
    "wording",
]
