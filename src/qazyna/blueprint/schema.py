"""The questions a blueprint answers: the clauses, and the words an answer may use.

This is the whole form as data. A jurisdiction chooses among the mechanisms named here and sets
every number itself; nothing in this file is an answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from qazyna.money import ASSETS

CONTROLS: Final = ("restrained", "device", "custody")
FORFEITURE_KINDS: Final = ("conviction", "non_conviction", "value")
MECHANISMS: Final = (
    "auction",
    "negotiated_sale",
    "tranche_sale",
    "sell_and_invest",
    "transfer_to_managers",
    "hold",
    "interlocutory_sale",
)
SALES: Final = ("auction", "tranche_sale", "negotiated_sale")
"""The ways of turning an asset into money."""

BENEFICIARIES_OF_SHARES: Final = ("reserve", "budget", "victims")

ELIGIBLE_CLASSES: Final = ("currency", "gold", "crypto", "hedge_fund", "venture_fund")
"""The classes a law speaks of. `undrawn` is no property: it follows `venture_fund` everywhere."""

BOOK_KINDS: Final = ("case", "reserve", "budget", "workout")

STATEMENT_CLASSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "gold": "gold",
        "foreign_currency": "currency",
        "domestic_currency": "currency",
        "crypto": "crypto",
        "hedge_funds": "hedge_fund",
        "venture_funds": "venture_fund",
        "in_transit": "",
        "receivables": "",
    }
)
"""Each class of a statement, and the asset class that must be eligible for it to be filled."""

MANAGED_CLASSES: Final = ("hedge_funds", "venture_funds")
MEASURES: Final = ("class_share", "manager_share", "manager_count")
BOUNDS: Final = ("max", "min")

COMMAND_KINDS: Final = (
    # seizure
    "seize",
    "sweep",
    "record_loss",
    "make_good",
    "recognise_fork",
    "release_holding",
    "add_exhibit",
    # forfeiture
    "order_forfeiture",
    "record_finality",
    "award",
    "pay_award",
    "unclaimed_award",
    "annul",
    # disposition
    "order_interlocutory_sale",
    "dispose",
    "allocate",
    # reserve
    "appropriate",
    "exchange_currency",
    "record_income",
    "record_charge",
    "record_assay",
    "withdraw",
    # programme
    "open_search",
    "name_scorer",
    "excuse_scorer",
    "add_candidate",
    "withdraw_candidate",
    "declare_conflicts",
    "score_candidate",
    "select_managers",
    "admit_manager",
    "change_terms",
    "release_manager",
    "subscribe",
    "subscribe_in_kind",
    "state_nav",
    "correct_dealing",
    "request_redemption",
    "fill_redemption",
    "compel_redemption",
    "receive_proceeds",
    "pause_dealing",
    "resume_dealing",
    "adjust_units",
    "record_rebate",
    "open_side_pocket",
    "value_side_pocket",
    "realise_side_pocket",
    "write_off",
    "terminate_fund",
    "liquidate",
    "receive_in_specie",
    "sell_workout",
    "commit_capital",
    "end_commitment",
    "issue_call",
    "pay_call",
    "default_call",
    "distribute",
    "receive_statement",
    "raise_query",
    "answer_query",
    "close_query",
    "escalate_query",
    "set_mandate",
    "waive_breach",
    "escalate_breach",
    # files
    "import_prices",
    "import_venues",
    "import_history",
    # the office
    "appoint",
    "reverse_entry",
    "correct_entry",
    "close_period",
    "adopt_blueprint",
)
"""Everything that can be asked of the program, and so everything that can need approval."""

NEVER_APPROVED: Final = ("score_candidate",)
"""What is blind: whoever approved it would have read it."""

MANAGER_KINDS: Final = ("hedge_fund", "venture_fund")

MANDATE_SHARES: Final = (
    "single_asset",
    "issuer",
    "counterparty",
    "illiquids",
    "undisclosed",
)
"""What a mandate bounds as a share of the fund's NAV."""

MANDATE_DAYS: Final = ("report", "cure")

MANDATE_CONTENTS: Final = (
    "eligible_assets",
    "market_value_floor",
    *MANDATE_SHARES,
    "leverage",
    "benchmark",
    "reports",
    "cure_days",
)
"""Everything that a mandate can say."""

VEHICLE_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {"hedge_fund": "hedge_fund", "listed": "hedge_fund", "venture_fund": "venture_fund"}
)
"""Kinds of vehicle, and the asset class that its units are.

What is listed (an ETF, a basket of equities) is held as units that can be dealt in every day: they
are of the class `hedge_fund`, and count there in every limit.
"""

GOLD: Final = "gold"
"""What may be given a weight beside the vehicles; so no vehicle is called that."""

REBALANCING: Final = ("never", "yearly")

CURRENCIES: Final = tuple(code for code, asset in ASSETS.items() if asset.klass == "currency")
COINS: Final = tuple(code for code, asset in ASSETS.items() if asset.klass == "crypto")
SERIES: Final = (*COINS, "SPX", "XAU", "CASH")
"""Series of prices that a vehicle can follow: coins, the S&P 500, gold, and money at interest."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One question with dated answers.

    A name ending in `*` stands for as many clauses as there are names to put there: those in
    `names`, or any, where that is empty. `among` are the words a text or a list may use; `holds`
    is the asset class that the custodian named by the answer must keep.
    """

    name: str
    unit: str
    means: str
    among: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    holds: str = ""
    may_be_empty: bool = False
    optional: bool = False

    @property
    def family(self) -> bool:
        """Whether it stands for several clauses."""
        return self.name.endswith("*")

    @property
    def required(self) -> bool:
        """Whether a blueprint without it is incomplete: a family may be left out altogether."""
        return not (self.family or self.optional)


def _optional(*said: tuple[str, str, str] | tuple[str, str, str, tuple[str, ...]]) -> list[Clause]:
    """Clauses that a blueprint may leave out: the question is then not asked."""
    return [
        Clause(
            each[0],
            each[1],
            each[2],
            each[3] if len(each) == 4 else (),
            may_be_empty=each[0] == "programme.selection.kinds",
            optional=True,
        )
        for each in said
    ]


CLAUSES: Final = (
    Clause("jurisdiction.weekend", "list", "days of the week without banking", may_be_empty=True),
    Clause("seizure.controls", "list", "what counts as control of an asset", CONTROLS),
    Clause("treasury.bank", "text", "where realised money of cases is kept", holds="currency"),
    Clause("forfeiture.kinds", "list", "orders by which title can pass", FORFEITURE_KINDS),
    Clause("forfeiture.appeal_days", "days", "how long an order can be appealed"),
    Clause("disposition.mechanisms", "list", "what may be done with the forfeited", MECHANISMS),
    Clause("disposition.share.reserve", "fraction", "the reserve's share of the forfeited"),
    Clause("disposition.share.budget", "fraction", "the State budget's share"),
    Clause("disposition.share.victims", "fraction", "the share of a general fund for victims"),
    Clause("case.eligible", "list", "what a case may hold", ELIGIBLE_CLASSES),
    Clause("reserve.eligible", "list", "what the reserve may hold", ELIGIBLE_CLASSES),
    Clause("budget.eligible", "list", "what the budget's share may be", ELIGIBLE_CLASSES),
    Clause(
        "workout.eligible",
        "list",
        "what may be received in kind, to be sold",
        ELIGIBLE_CLASSES,
        may_be_empty=True,
    ),
    *_optional(
        (
            "reserve.market_value_floor",
            "money",
            "what an asset must be worth on the market to enter the reserve, on average",
        ),
        ("reserve.market_value_months", "count", "months over which that average is taken"),
    ),
    Clause("reserve.bank", "text", "where the reserve's money is kept", holds="currency"),
    Clause("reserve.vault", "text", "where the reserve's gold is kept", holds="gold"),
    Clause("statistics.inside_official_reserves", "bool", "whether it is counted there already"),
    Clause("programme.hedge_funds_max", "count", "hedge funds admitted at one time, at most"),
    Clause("programme.venture_funds_max", "count", "venture funds admitted at one time, at most"),
    *_optional(
        (
            "programme.selection.kinds",
            "list",
            "kinds of manager admitted only from a selection",
            MANAGER_KINDS,
        ),
        ("programme.selection.scorer_roles", "list", "the offices that score candidates"),
        ("programme.selection.scorers_min", "count", "scorers of each candidate, at least"),
        ("programme.selection.highest_score", "count", "the highest score; the lowest is 0"),
        ("programme.eligibility.domiciles", "list", "where a fund may be domiciled"),
        ("programme.eligibility.licence", "bool", "whether its manager must be licensed"),
        ("programme.eligibility.years", "count", "years of track record, at least"),
        ("programme.eligibility.assets", "money", "assets under management, at least"),
        ("programme.eligibility.independent_custodian", "bool", "a custodian not of its group"),
        (
            "programme.eligibility.independent_administrator",
            "bool",
            "an administrator not of its group",
        ),
        ("programme.eligibility.audit", "bool", "whether its accounts must be audited"),
        ("programme.eligibility.aml_programme", "bool", "a programme against money laundering"),
        ("programme.eligibility.sanctions_screening", "bool", "investors and flows are screened"),
        ("programme.eligibility.insurance", "bool", "whether what it keeps must be insured"),
        ("programme.diversification.strategy", "count", "chosen with one strategy, at most"),
        ("programme.diversification.custodian", "count", "chosen with one custodian, at most"),
        (
            "programme.diversification.administrator",
            "count",
            "chosen with one administrator, at most",
        ),
        ("programme.diversification.domicile", "count", "chosen from one domicile, at most"),
        (
            "programme.diversification.correlation",
            "fraction",
            "every two chosen have returns correlated below this",
        ),
        (
            "programme.diversification.common_months",
            "count",
            "months of returns that two candidates must share to be compared",
        ),
    ),
    Clause("programme.scorecard.*", "fraction", "the weight of a criterion"),
    Clause("programme.query_days", "days", "how long a manager has to answer a query"),
    *_optional(
        ("programme.mandate.contents", "list", "what every mandate must say", MANDATE_CONTENTS),
    ),
    Clause(
        "programme.mandate.most.*",
        "fraction",
        "the most that a mandate may allow of it",
        names=MANDATE_SHARES,
    ),
    Clause(
        "programme.mandate.days.*",
        "days",
        "the longest that a mandate may give",
        names=MANDATE_DAYS,
    ),
    Clause("limits.*", "limit", "a bound on a share or a count"),
    Clause(
        "approvals.*",
        "approvals",
        "who must agree to a step",
        names=tuple(kind for kind in COMMAND_KINDS if kind not in NEVER_APPROVED),
    ),
    Clause("valuation.stale_after.currency", "days", "age at which a rate is stale"),
    Clause("valuation.stale_after.gold", "days", "age at which a gold price is stale"),
    Clause("valuation.stale_after.crypto", "days", "age at which a coin's price is stale"),
    Clause("valuation.stale_after.hedge_fund", "days", "age at which a NAV is stale"),
    Clause("valuation.stale_after.venture_fund", "days", "age at which a reported NAV is stale"),
    *_optional(
        ("valuation.same_nav", "count", "identical NAVs in a row that make the last one stale"),
        ("valuation.roll_forward", "bool", "whether a stale NAV is replaced by its estimate"),
    ),
    Clause("valuation.par.*", "par", "an asset valued at a fixed par", names=COINS),
    *_optional(
        ("practice.disposal", "text", "what is done with what became the State's", MECHANISMS),
        ("practice.sale.by", "text", "how what is to be sold is sold", SALES),
        ("practice.days.final", "days", "from the seizure to the final order"),
        ("practice.days.disposal", "days", "from finality to the first sale or transfer"),
        ("practice.days.interlocutory", "days", "from the seizure to a sale before the order"),
        (
            "practice.auction.block",
            "ratio",
            "the most offered at one auction, in mean daily volumes of the market",
        ),
        ("practice.auction.every", "days", "from one auction of a holding to the next"),
        (
            "practice.auction.discount",
            "curve",
            "what is offered, in mean daily volumes, and how far below the close it sells",
        ),
        (
            "practice.tranche.share",
            "fraction",
            "the most sold in a day, of the day's volume before",
        ),
        (
            "practice.tranche.impact",
            "fraction",
            "how far below the close a whole day's volume would sell; less, by the square root",
        ),
        (
            "practice.sale.discount",
            "fraction",
            "how far below the close a negotiated sale is agreed",
        ),
        ("practice.sale.cost", "fraction", "what a sale costs, of its proceeds"),
        ("practice.custody.cost", "fraction", "what keeping coins costs in a year, of their value"),
        ("practice.custody.hazard", "fraction", "how likely keys are lost within a year"),
        ("practice.custody.loss", "fraction", "what is gone when keys are lost, of what is held"),
    ),
    Clause("practice.vehicle.*", "vehicle", "a fund, or what is listed, as money is placed in it"),
    Clause("practice.reserve.place.*", "fraction", "the share of the reserve to be placed so"),
    *_optional(
        (
            "practice.reserve.rebalance",
            "text",
            "how often the reserve is brought back to these shares",
            REBALANCING,
        ),
        (
            "practice.reserve.base",
            "money",
            "the public funds that a limit is a share of, where that is not the reserve itself",
        ),
        ("practice.inflation", "fraction", "how much prices rise in a year"),
    ),
)

CLAUSE: Final[Mapping[str, Clause]] = MappingProxyType({clause.name: clause for clause in CLAUSES})


def clause_named(path: tuple[str, ...]) -> Clause | None:
    """The clause that a dotted name stands for, be it one of a family or itself; None if none is.

    A family's own list of names is not looked at here: the reader says what is wrong with one.
    """
    found = CLAUSE.get(".".join(path))
    if found is None or found.family:
        found = CLAUSE.get(".".join((*path[:-1], "*")))
    return found


GROUPS: Final = frozenset(
    clause.name.rsplit(".", depth)[0]
    for clause in CLAUSES
    for depth in range(1, clause.name.count(".") + 1)
)
"""Names that only hold clauses: `disposition`, `disposition.share`, `limits`."""
