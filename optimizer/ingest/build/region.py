"""How a branch writes, from what its row says and what follows from its locale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.region import DateOrder, DistanceUnit, PaperSize, Region
from optimizer.ingest.cells.locales import (
    CURRENCY_OF,
    country_of_locale,
    date_order_of,
    distance_unit_of,
    has_twelve_hours,
    language_of,
    no_calls_of,
    paper_of,
)

if TYPE_CHECKING:
    from optimizer.ingest.forms.columns import BranchRow


def region_of(row: BranchRow) -> Region:
    """Return how a branch writes: as its row says, else as its locale has it, else as in China."""
    locale, plain = row.locale, Region()
    by_language = ("zh" if language_of(locale) == "zh" else "en") if locale else plain.language
    return Region(
        currency=row.currency or CURRENCY_OF.get(country_of_locale(locale), plain.currency),
        distance_unit=DistanceUnit(row.distance_unit) if row.distance_unit else distance_unit_of(locale),
        language=row.language or by_language,
        locale=locale,
        date_order=date_order_of(locale) or DateOrder.YEAR_FIRST,
        is_twelve_hours=has_twelve_hours(locale),
        paper=PaperSize(row.paper) if row.paper else paper_of(locale),
        no_calls=no_calls_of(locale) if row.no_calls is None else row.no_calls,
    )
