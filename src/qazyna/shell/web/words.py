"""What the field's terms are called on a page, and the sentence each one deserves."""

from typing import Final

from qazyna.ledger import chart
from qazyna.plan import EVENTS

STATEMENT_CLASSES: Final = {
    "gold": "Gold",
    "foreign_currency": "Foreign currency",
    "domestic_currency": "Domestic currency",
    "hedge_funds": "Hedge funds",
    "venture_funds": "Venture funds",
    "crypto": "Crypto-assets",
    "in_transit": "In transit",
    "receivables": "Receivables",
}
"""In the order in which every page and chart shows them."""

ASSET_CLASSES: Final = {
    "currency": "currency",
    "gold": "gold",
    "crypto": "crypto-asset",
    "hedge_fund": "hedge fund units",
    "venture_fund": "venture fund interest",
    "undrawn": "memorandum of what is promised and not yet called",
}

TITLES: Final = {
    "claimants": "Claimants",
    "beneficiaries": "Beneficiaries",
    "state": "The State",
    "reserve": "The reserve",
    "budget": "The State budget",
    "workout": "Workout",
}

LOCATIONS: Final = {
    "restrained": "Restrained",
    "device": "On a device",
    "custody": "In custody",
    "vault": "In a vault",
    "bank": "In a bank",
    "fund": "In a fund",
    "commitment": "Commitment",
    "pending": "Pending",
    "receivable": "Receivable",
    "pledged": "Pledged",
    "shortfall": "Shortfall",
}

AUTHORITIES: Final = {
    "final_order": "a final order of the court",
    "award": "a court's award",
    "payout": "a court's award, to be paid",
    "unclaimed": "an award that lapsed",
    "annulment": "an annulment",
    "interlocutory": "an order for sale before judgment",
    "release_order": "an order that lifted the seizure",
    "allocation": "an allocation of proceeds",
    "appropriation": "an appropriation",
    "decision": "a decision",
    "statement": "a statement of whoever carried it out",
    "correction": "a correction",
}

FLOWS: Final = {
    "inflow": "inflow",
    "withdrawal": "withdrawal",
    "income": "income",
    "cost": "cost",
    "internal": "internal",
}

LIMITS: Final = {
    "green": "within",
    "amber": "near the bound",
    "red": "breached",
}

_OWN: Final = {"nav": "NAV", "ref": "reference", "txid": "transaction"}


def spoken(name: str) -> str:
    """A name of the program as words: `forfeiture_became_final` -> `Forfeiture became final`."""
    words = [_OWN.get(word, word) for word in name.split("_")]
    said = " ".join(words)
    return said[:1].upper() + said[1:]


def event_sentence(kind: str) -> str:
    """What an event of that kind means, in the words of the room that made it."""
    model = EVENTS.get(kind)
    return _first_line(model.__doc__ if model else None)


def account_class(klass: str) -> str:
    return LOCATIONS.get(klass) or TITLES.get(klass) or spoken(klass)


_PLAINER: Final = {"bank": "money kept with a bank", "vault": "gold, in fine ounces"}


def account_sentence(klass: str) -> str:
    """What it means that something is in an account of this class."""
    return _PLAINER.get(klass) or {**chart.LOCATIONS, **chart.TITLES}.get(klass, "")


def entry_sentence(kind: str) -> str:
    return chart.KINDS.get(kind, "")


def _first_line(text: str | None) -> str:
    return " ".join((text or "").strip().partition("\n\n")[0].split())
