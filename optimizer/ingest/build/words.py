"""Words that rules look for: a tier or a kind of service in other letter case or width is the word that is meant.

What no rule knows stays as it is; a branch has words of its own. It is named where it is near a word that a rule knows,
and a tier always, as a tier is nothing but what the policy says of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optimizer.faults.spelling import folded
from optimizer.ingest.cells.words import english_word
from optimizer.ingest.forms.sheets import note_usual

if TYPE_CHECKING:
    from collections.abc import Collection

    from optimizer.domain.policy import Policy
    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.forms.sheets import BranchSheets, Entry, ReadCell, Sheet

#: Kinds of service that rules look for by themselves, whatever the policy says.
KINDS = ("installation", "repair", "inspection", "maintenance", "commissioning", "consultation")
#: The tier of everybody else, in the words of those who write one for each customer.
_NO_TIER = ("", "normal", "none", "standard")


def with_words_meant(sheets: BranchSheets, policy: Policy, log: IssueLog) -> BranchSheets:
    """Return the sheets with the tiers of customers and the kinds of orders in the spelling of the rules."""
    tiers = {*policy.level_floor.tier, *policy.priority_floor.tier, *policy.waiting_tier_cents}
    kinds = {*KINDS, *policy.pair_kinds, *policy.pause_kinds, *policy.contractor_kind_cents}
    customers = _respelt(sheets.customers, "tier", {*tiers, *_NO_TIER}, log)
    orders = _respelt(sheets.orders, "kind", kinds, log)
    said: set[str] = set()
    for entry in customers.readable():
        tier = entry.row.tier
        if tiers and tier not in {*tiers, *_NO_TIER, *said}:
            said.add(tier)
            details = {"near": log.suggest(tier, tiers), "known": ", ".join(sorted(tiers))}
            customers.note(log, "TIER_UNKNOWN", entry.number, "tier", tier, **details)
    for entry in orders.readable():
        kind = entry.row.kind
        near = log.suggest(kind, kinds) if kind and kind not in {*kinds, *said} else ""
        said.add(kind)
        if near and kind.isascii():
            orders.note(log, "KIND_NEAR", entry.number, "kind", kind, near=near)
    return replace(sheets, customers=customers, orders=orders)


def _respelt(sheet: Sheet[Any], column: str, known: Collection[str], log: IssueLog) -> Sheet[Any]:
    """Return a sheet with the words of a column as they are known, and say what was read so."""
    by_spelling = {folded(word): word for word in sorted(known)}
    changed: list[ReadCell] = []

    def read(entry: Entry[Any]) -> Entry[Any]:
        word = getattr(entry.row, column)
        meant = by_spelling.get(folded(english_word(word)), word)
        if word in known or meant == word:
            return entry
        changed.append((entry.number, column, word, meant))
        return replace(entry, row=entry.row.but(**{column: meant}))

    sheet = replace(sheet, entries=tuple(map(read, sheet.entries)), partial=tuple(map(read, sheet.partial)))
    note_usual(sheet.name, changed, log)
    return sheet
