"""The demo's selection round: eight candidates, what three scorers make of them, five chosen.

Each of them is illustrative. Their monthly returns follow by one formula from the real prices of
bitcoin and gold:

    r = a + b·bitcoin + c·gold + t·trend + w·wobble

bitcoin: from the last close of the month before to that of the month; gold: from average to
average; trend: bitcoin's return, with its sign turned where the month before had fallen; wobble: a
number between -1 and 1 that follows from a SHA-256 of fixed words.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from hashlib import sha256

from common import btc_closes, gold_averages
from demo_funds import HEDGE_FUND_TERMS
from demo_step import Step
from demo_venues import draw

SEARCH = "hedge-2026"
OPENED_ON, DECLARED_ON, DECIDED_ON = date(2026, 1, 12), date(2026, 1, 19), date(2026, 1, 28)
ENTERED_ON = (date(2026, 1, 14), date(2026, 1, 15))
FIRST_MONTH, LAST_MONTH = date(2022, 1, 1), date(2025, 11, 1)

SCORED_ON = {
    "risk-officer": date(2026, 1, 21),
    "investment-committee": date(2026, 1, 22),
    "investment-committee-2": date(2026, 1, 23),
}
CRITERIA = ("governance", "custody", "risk", "performance", "fees")
# The one conflict of interest: who declares it, with whom, and why.
CONFLICTED, CONFLICT_WITH = "investment-committee-2", "C06"
CONFLICT = "A relative works for its manager (illustrative)"


@dataclass(frozen=True)
class Record:
    """The figures of the formula, as in the words above."""

    a: str
    bitcoin: str = "0"
    gold: str = "0"
    trend: str = "0"
    wobble: str = "0"


@dataclass(frozen=True)
class Candidate:
    """What one candidate is, how it did, what is thought of it, and what became of it."""

    strategy: str
    domicile: str
    custodian: str
    administrator: str
    assets: str
    record: Record
    thought: tuple[int, ...]
    """about what scorers give it, by criterion"""
    manager: str = ""
    """the code under which it is admitted, where it is"""
    custodian_independent: bool = True


# In the order in which they are entered: C01, C02 …
CANDIDATES = (
    Candidate(
        *("arbitrage", "IE", "Custodian 1", "Administrator 1", "640000000"),
        Record("0.0060", bitcoin="0.02", wobble="0.010"),
        (8, 8, 8, 7, 7),
        "HF-3",
    ),
    Candidate(
        *("multi-strategy", "KY", "Custodian 2", "Administrator 2", "1250000000"),
        Record("0.0040", bitcoin="0.15", gold="0.30", wobble="0.030"),
        (9, 8, 8, 7, 5),
        "HF-1",
    ),
    Candidate(
        *("long-biased", "KY", "Custodian 3", "Administrator 2", "410000000"),
        Record("0.0020", bitcoin="0.60", wobble="0.030"),
        (7, 8, 7, 9, 7),
    ),
    Candidate(
        *("market neutral", "LU", "Custodian 1", "Administrator 3", "310000000"),
        Record("0.0050", bitcoin="0.01", wobble="0.006"),
        (7, 7, 8, 5, 8),
        "HF-5",
    ),
    Candidate(
        *("trend following", "CH", "Custodian 4", "Administrator 1", "520000000"),
        Record("0.0030", trend="0.35", wobble="0.030"),
        (8, 7, 7, 8, 7),
        "HF-2",
    ),
    Candidate(
        *("credit", "SG", "Custodian 2", "Administrator 3", "180000000"),
        Record("0.0070", gold="0.05", wobble="0.012"),
        (6, 6, 5, 7, 7),
    ),
    Candidate(
        *("long-biased", "AE", "Custodian 4", "Administrator 2", "730000000"),
        Record("0.0030", bitcoin="0.45", wobble="0.025"),
        (8, 8, 7, 9, 7),
        "HF-4",
    ),
    Candidate(
        *("arbitrage", "US", "Custodian 5", "Administrator 4", "260000000"),
        Record("0.0050", bitcoin="0.03", wobble="0.015"),
        (),
        custodian_independent=False,
    ),
)

ANSWERS = {
    "firm.owners": "Its partners alone, for more than five years",
    "people.own_money": "All partners have most of their savings in the fund",
    "strategy.capacity": "About twice what is managed today",
    "performance.basis": "Net of all fees, of real money, audited every year",
    "performance.worst": "In November 2022; limits on each venue were halved after it",
    "risk.limits": "On each asset, each venue and the whole; the risk officer alone may lift one",
    "risk.counterparties": "With five venues, none of which holds more than a fifth overnight",
    "operations.reconciliation": "The administrator does, with custodian and venues, every day",
    "operations.payments": "Two of four, to addresses that were agreed before",
    "compliance.aml": "Every investor and every address is screened, by an outside firm",
    "terms.side_letters": "None has better terms than this reserve would have",
    "custody.keys": "Five parts with the custodian; three must act",
    "custody.segregation": "Apart on chain, and apart in law by the custodian's charter",
    "trade.venues": "On five venues; what is not pledged goes back to custody every night",
    "valuation.prices": "From three venues; the median is taken where they disagree",
    "valuation.existence": "The administrator and the auditor, each on chain",
    "conflicts.own_tokens": "None that the fund may hold",
    "regulation.licences": "By the supervisor of its domicile, for as long as it has managed money",
}


def label(number: int) -> str:
    """Return the label under which a candidate is entered."""
    return f"C{number:02d}"


def chosen() -> dict[str, str]:
    """Return the label of each fund that is admitted."""
    return {each.manager: label(n) for n, each in enumerate(CANDIDATES, 1) if each.manager}


def months() -> list[date]:
    """Return the first days of the months that records cover."""
    found = [FIRST_MONTH]
    while found[-1] < LAST_MONTH:
        found.append(following(found[-1]))
    return found


def following(month: date) -> date:
    """Return the first day of the next month."""
    return (month + timedelta(days=31)).replace(day=1)


def returns(name: str, record: Record) -> list[list[str]]:
    """Return a track record, to the hundredth of a per cent, by the formula of this module."""
    closes, averages = btc_closes(), gold_averages()

    def bitcoin(month: date) -> Decimal:
        ended, began = following(month) - timedelta(days=1), month - timedelta(days=1)
        return closes[ended] / closes[began] - 1

    rows = []
    for month in months():
        before = (month - timedelta(days=1)).replace(day=1)
        turned = 1 if bitcoin(before) > 0 else -1
        wobble = Decimal(draw(f"record {name} {month:%Y-%m}", 2001) - 1000) / 1000
        earned = (
            Decimal(record.a)
            + Decimal(record.bitcoin) * bitcoin(month)
            + Decimal(record.gold) * (averages[month] / averages[before] - 1)
            + Decimal(record.trend) * turned * bitcoin(month)
            + Decimal(record.wobble) * wobble
        )
        rounded = earned.quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
        rows.append([f"{month:%Y-%m}", f"{rounded if rounded else abs(rounded)}"])
    return rows


def opened() -> Step:
    """Return the opening of the round."""
    return Step(
        OPENED_ON,
        "open_search",
        "A round is opened to choose five hedge funds; three of the offices that may score do.",
        {
            "search": SEARCH,
            "manager_kind": "hedge_fund",
            "opened_on": f"{OPENED_ON}",
            "mandate": "Five liquid funds of digital assets, unlike each other (illustrative)",
            "scorers": list(SCORED_ON),
        },
    )


def entered(number: int, each: Candidate) -> Step:
    """Return the entry of one candidate."""
    name, letter = label(number), "ABCDEFGH"[number - 1]
    day = ENTERED_ON[number > len(CANDIDATES) // 2]
    asked = [question for question in ANSWERS if draw(f"answer {name} {question}", 5)]
    document = sha256(f"qazyna demo memorandum {name}".encode()).hexdigest()
    return Step(
        day,
        "add_candidate",
        f"Candidate {letter} is entered: {each.strategy}, {each.domicile}"
        + ("." if each.custodian_independent else "; its custodian is of its own group."),
        {
            "search": SEARCH,
            "name": f"Candidate {letter} (illustrative)",
            "entered_on": f"{day}",
            "kinds": {
                "strategy": each.strategy,
                "domicile": each.domicile,
                "custodian": f"{each.custodian} (illustrative)",
                "administrator": f"{each.administrator} (illustrative)",
            },
            "standing": {
                "licence": f"Licence {number} (illustrative)",
                "assets": each.assets,
                "custodian_independent": each.custodian_independent,
                "administrator_independent": True,
                "auditor": f"Auditor {1 + number % 3} (illustrative)",
                "aml_programme": True,
                "sanctions_screening": True,
                "insured": number % 2 == 0,
            },
            "terms": HEDGE_FUND_TERMS.get(each.manager, {"notice_days": 45, "gate": "0.25"}),
            "returns": returns(name, each.record),
            "answers": {question: f"{ANSWERS[question]} (illustrative)." for question in asked},
            "answered_by": ["Not stated (illustrative)"],
            "references": [
                {
                    "who": f"Investor {number} (illustrative)",
                    "said": "Reports came in time, and money asked back came as agreed "
                    "(illustrative).",
                }
            ],
            "documents": [
                {"title": "Offering memorandum (illustrative)", "sha256": document},
            ],
        },
    )


def declared(scorer: str) -> Step:
    """Return what a scorer declares of conflicts of interest."""
    conflict = scorer == CONFLICTED
    return Step(
        DECLARED_ON,
        "declare_conflicts",
        f"{scorer} declares a conflict of interest with {CONFLICT_WITH}, and does not score it."
        if conflict
        else f"{scorer} declares that there is no conflict of interest.",
        {
            "search": SEARCH,
            **({"candidates": [CONFLICT_WITH], "reason": CONFLICT} if conflict else {}),
            "declared_on": f"{DECLARED_ON}",
        },
        by=scorer,
    )


def scored(scorer: str, day: date, number: int, each: Candidate) -> Step:
    """Return one score: about what is thought, now and then a point more or less."""
    name = label(number)
    given = {
        criterion: thought + (0, 0, 0, 1, -1)[draw(f"score {scorer} {name} {criterion}", 5)]
        for criterion, thought in zip(CRITERIA, each.thought, strict=True)
    }
    return Step(
        day,
        "score_candidate",
        f"{scorer} scores {name}; nobody reads it before the last score is in.",
        {
            "search": SEARCH,
            "candidate": name,
            "scores": given,
            "scored_on": f"{day}",
        },
        by=scorer,
    )


def selected() -> Step:
    """Return the choice."""
    return Step(
        DECIDED_ON,
        "select_managers",
        "The best five are chosen under the rules of diversification, and proven to be the best.",
        {
            "search": SEARCH,
            "decided_on": f"{DECIDED_ON}",
            "decision_ref": "Selection hedge-2026 (illustrative)",
            "at_least": 5,
            "at_most": 5,
        },
    )


def selection() -> list[Step]:
    """Return the whole round, from its opening to the choice."""
    scores = [
        scored(scorer, day, number, each)
        for scorer, day in SCORED_ON.items()
        for number, each in enumerate(CANDIDATES, 1)
        if each.thought and (scorer, label(number)) != (CONFLICTED, CONFLICT_WITH)
    ]
    return [
        opened(),
        *(entered(number, each) for number, each in enumerate(CANDIDATES, 1)),
        *map(declared, SCORED_ON),
        *scores,
        selected(),
    ]
