"""The law of the books: which accounts there are, and which entry may join which.

Everything is accounted twice. *Location* accounts say where an asset is, *title* accounts whose it
is, and every account belongs to one *book*, a pot that never mixes with another. This module is the
whole law as data; the database holds the same (`shell/store/sql`), and a test holds the two equal.
"""

from types import MappingProxyType
from typing import Final, TypeAlias

LOCATIONS: Final = MappingProxyType(
    {
        "restrained": "frozen where it is; the holder keeps custody",
        "device": "keys in hand, coins not swept",
        "custody": "at an address or account of ours",
        "vault": "gold, in fine ounces",
        "bank": "currency",
        "fund": "fund units and interests",
        "commitment": "memorandum of what is promised and not yet called",
        "pending": "paid or redeemed, awaiting the final NAV",
        "receivable": "money due",
        "pledged": "encumbered",
        "shortfall": "lost or stolen; title unchanged, valued at nothing until made good",
    }
)

TITLES: Final = MappingProxyType(
    {
        "claimants": "seized, not yet the State's: whoever the court names",
        "beneficiaries": "awarded to a victim or another state, not yet paid",
        "state": "forfeited by a final order, awaiting disposition",
        "budget": "the State budget's",
        "reserve": "the reserve's",
        "workout": "received in specie, to be sold by a deadline",
    }
)

BOOKS: Final = MappingProxyType(
    {
        "case": ("claimants", "beneficiaries", "state"),
        "reserve": ("reserve",),
        "budget": ("budget",),
        "workout": ("workout",),
    }
)
"""The kinds of book, and the titles each can hold."""

CASE_LOCATIONS: Final = tuple(name for name in LOCATIONS if name != "commitment")
RESERVE_LOCATIONS: Final = tuple(name for name in LOCATIONS if name not in ("restrained", "device"))

BOOK_LOCATIONS: Final = MappingProxyType(
    {
        "case": CASE_LOCATIONS,
        "reserve": RESERVE_LOCATIONS,
        "budget": ("bank", "receivable"),
        "workout": ("custody", "bank", "fund", "pending", "receivable", "shortfall"),
    }
)

_ENCUMBERED: Final = ("receivable", "pledged", "shortfall")

ASSET_LOCATIONS: Final = MappingProxyType(
    {
        "currency": (
            "restrained",
            "custody",
            "bank",
            "pending",
            "receivable",
            "pledged",
            "shortfall",
        ),
        "gold": ("restrained", "custody", "vault", *_ENCUMBERED),
        "crypto": (
            "restrained",
            "device",
            "custody",
            "pending",
            "receivable",
            "pledged",
            "shortfall",
        ),
        "hedge_fund": ("restrained", "fund", "pending", *_ENCUMBERED),
        "venture_fund": ("restrained", "fund", *_ENCUMBERED),
        "undrawn": ("commitment",),
    }
)
"""Where each class of asset can be at all, whatever the law says of it."""

PLACES: Final = frozenset(
    (book, klass, "title" if klass in titles else "location", asset_class)
    for book, titles in BOOKS.items()
    for asset_class, locations in ASSET_LOCATIONS.items()
    for klass in (*titles, *BOOK_LOCATIONS[book])
    if klass in titles or klass in locations
)
"""(kind of book, class of account, side, class of asset): all that could be held anywhere."""

KINDS: Final = MappingProxyType(
    {
        "receive": "an asset enters",
        "move": "from one place to another, title unchanged",
        "vest": "from one title to another, place unchanged",
        "transfer": "the same units leave one book and enter another",
        "exchange": "one asset out, another in, under one title",
        "income": "interest, distributions, rebates",
        "expense": "fees, charges, invoices, write-offs",
        "release": "an asset leaves for its owner, a beneficiary, the treasury",
        "reverse": "mirrors one entry once, accounts swapped",
    }
)

TWO_LEGGED: Final = frozenset({"exchange", "transfer"})

FLOWS: Final = ("inflow", "withdrawal", "income", "cost", "internal")

NONE: Final = "none"

AUTHORITIES: Final = MappingProxyType(
    {
        # kind: (must be an event of the book's own case, event kinds that can give it)
        "final_order": (True, ("forfeiture_became_final",)),
        "award": (True, ("restitution_awarded",)),
        "payout": (True, ("restitution_awarded",)),
        "unclaimed": (True, ("award_lapsed",)),
        "annulment": (True, ("judgment_annulled",)),
        "interlocutory": (True, ("interlocutory_sale_ordered",)),
        "release_order": (True, ("seizure_lifted",)),
        "allocation": (True, ("proceeds_allocated", "units_delivered")),
        "appropriation": (False, ("reserve_appropriated", "entry_corrected")),
        "decision": (
            False,
            (
                "reserve_withdrawn",
                "capital_committed",
                "shortfall_written_off",
                "received_in_specie",
                "written_off",
                "workout_sold",
                "commitment_ended",
            ),
        ),
        "statement": (
            False,
            (
                "swept",
                "fork_recognised",
                "disposed",
                "income_recorded",
                "charge_recorded",
                "assay_recorded",
                "capital_called",
                "distribution_received",
                "received_in_specie",
                "entry_corrected",
                "redemption_filled",
                "dealing_corrected",
                "units_adjusted",
                "rebate_recorded",
                "workout_sold",
                "call_defaulted",
            ),
        ),
        "correction": (False, ("entry_reversed", "entry_corrected")),
    }
)
"""What changes of title, transfers, releases, expenses and entries into the reserve rest on."""

_VESTINGS: Final = (
    ("claimants", "state", "final_order"),
    ("claimants", "beneficiaries", "award"),
    ("state", "beneficiaries", "award"),
    ("state", "claimants", "annulment"),
    ("beneficiaries", "state", "unclaimed"),
)

_TRANSFERS: Final = (
    ("state", "reserve", "allocation"),
    ("state", "budget", "allocation"),
    ("state", "workout", "allocation"),
    ("reserve", "budget", "decision"),
    ("reserve", "workout", "decision"),
    ("workout", "reserve", "decision"),
    ("workout", "budget", "decision"),
    # An annulled judgment follows the asset: what was passed on goes back to the case it came from.
    ("reserve", "state", "decision"),
    ("budget", "state", "decision"),
)

_RECEIPTS: Final = (
    ("claimants", (NONE,)),
    ("state", ("statement",)),
    ("beneficiaries", ("statement",)),
    ("reserve", ("appropriation", "decision")),
    ("budget", ("appropriation",)),
    ("workout", ("statement",)),
)

_RELEASES: Final = (
    ("claimants", ("release_order",)),
    ("beneficiaries", ("payout",)),
    ("state", ("annulment", "decision")),
    ("budget", ("decision",)),
    ("reserve", ("decision", "statement")),
    ("workout", ("decision",)),
)

_SALEABLE: Final = tuple(
    name for name in LOCATIONS if name not in ("restrained", "device", "commitment")
)
"""What nobody of ours can hand over cannot be sold."""

Rule: TypeAlias = tuple[str, int, str, str, str, str]
"""kind, leg, class debited, class credited, title of the other leg ("" if none), authority."""


def _rules() -> frozenset[Rule]:
    rules: set[Rule] = set()
    places = tuple(LOCATIONS)
    for place in places:
        for title, authorities in _RECEIPTS:
            rules |= {("receive", 1, place, title, "", by) for by in authorities}
        for title in TITLES:
            rules.add(("income", 1, place, title, "", "statement"))
            rules |= {("expense", 1, title, place, "", by) for by in ("statement", "decision")}
            sale = "interlocutory" if title == "claimants" else NONE
            if place in _SALEABLE:
                rules.add(("exchange", 1, title, place, "", sale))
                rules.add(("exchange", 2, place, title, title, NONE))
        for title, authorities in _RELEASES:
            rules |= {("release", 1, title, place, "", by) for by in authorities}
        for source, target, authority in _TRANSFERS:
            rules.add(("transfer", 1, source, place, "", authority))
            rules.add(("transfer", 2, place, target, source, NONE))
        rules |= {("move", 1, place, other, "", NONE) for other in places}
    rules |= {("vest", 1, source, target, "", authority) for source, target, authority in _VESTINGS}
    rules |= {
        ("reverse", leg, credit, debit, "", "correction") for _, leg, debit, credit, _, _ in rules
    }
    return frozenset(rules)


RULES: Final[frozenset[Rule]] = _rules()

FIRST_LEGS: Final = frozenset(
    (kind, debit, credit, authority) for kind, leg, debit, credit, _, authority in RULES if leg == 1
)
SECOND_LEGS: Final = frozenset(
    (kind, debit, credit, counter, authority)
    for kind, leg, debit, credit, counter, authority in RULES
    if leg == 2
)
"""The rules as the database keeps them: a first leg has no counter."""
"""Every pair of account classes that each leg of each kind of entry may join, and on what."""


def side(klass: str) -> str:
    """`location` or `title`: which question an account of this class answers."""
    return "location" if klass in LOCATIONS else "title"
