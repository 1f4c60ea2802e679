"""The data dictionary of Skylark Home: every table and column, in English and Chinese, by subject."""

from __future__ import annotations

from servicelab.company.dictionary.marketing import CAMPAIGN_MEMBERS, CAMPAIGNS, TOUCHPOINTS
from servicelab.company.dictionary.people import AGENTS, APPRAISALS
from servicelab.company.dictionary.process import CALENDAR, CASES, EVENT_LOG, INCIDENTS, WEEKLY_PACKING
from servicelab.company.dictionary.service import CALLS, CONTACTS, ROSTERS, STAFFING
from servicelab.company.dictionary.surveys import (
    KANO_SURVEY,
    NEEDS_SURVEY,
    NEEDS_TRACKER,
    SERVQUAL_ITEMS,
    SERVQUAL_SURVEY,
    SERVQUAL_WEIGHTS,
    VOICES,
)
from servicelab.company.dictionary.trade import CUSTOMERS, FEATURES, ORDERS, SHOP_MONTHS, SHOPS
from servicelab.company.schema import Table

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        *(CUSTOMERS, SHOPS, SHOP_MONTHS, FEATURES, ORDERS),
        *(CONTACTS, CALLS, ROSTERS, STAFFING),
        *(AGENTS, APPRAISALS),
        *(CASES, EVENT_LOG),
        *(CAMPAIGNS, CAMPAIGN_MEMBERS, TOUCHPOINTS),
        *(WEEKLY_PACKING, INCIDENTS, CALENDAR),
        *(VOICES, KANO_SURVEY, NEEDS_SURVEY, NEEDS_TRACKER, SERVQUAL_ITEMS, SERVQUAL_SURVEY, SERVQUAL_WEIGHTS),
    )
}
