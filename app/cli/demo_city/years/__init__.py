"""Years of a big city: cases by the hundred thousand, each with a true chain of events, written by COPY."""

from app.cli.demo_city.years.fill import YEARS, YearsRefused, fill_years

__all__ = ["YEARS", "YearsRefused", "fill_years"]
