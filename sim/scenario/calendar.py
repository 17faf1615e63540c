"""Public holidays of a country as dates, so that a resolved scenario holds every date itself.

    public_holidays(country, subdivision, first, until)   -> {date: name}
    countries(), subdivisions(country)                    the codes that are known

Knows nothing of lists and closures.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import holidays

COUNTRIES = {"UK": "GB", "EN": "GB", "ENG": "GB", "USA": "US", "EL": "GR", "SW": "SE"}
"""What is typed for a country whose code is another."""


@cache
def countries() -> dict[str, list[str]]:
    """The codes of the countries that are known, each with the codes of its parts."""
    return dict(holidays.list_supported_countries(include_aliases=False))


@cache
def public_holidays(country: str, subdivision: str, first: date, until: date) -> dict[date, str]:
    """The public holidays of a period, both ends included, in order of date.

    country       a code of `countries`
    subdivision   a code of the country's parts, or '' for what holds in the whole country
    first, until  the period

    >>> public_holidays("GB", "ENG", date(2025, 12, 1), date(2025, 12, 31))
    {datetime.date(2025, 12, 25): 'Christmas Day', datetime.date(2025, 12, 26): 'Boxing Day'}
    """
    years = range(first.year, until.year + 1)
    days = holidays.country_holidays(country, subdiv=subdivision or None, years=years, language=_language(country))
    return {day: str(name) for day, name in sorted(days.items()) if first <= day <= until}


def _language(country: str) -> str | None:
    """English where there is a choice; never the language of the machine."""
    known = holidays.list_localized_countries(include_aliases=False).get(country, [])
    return next((language for language in ("en_GB", "en_US") if language in known), known[0] if known else None)
