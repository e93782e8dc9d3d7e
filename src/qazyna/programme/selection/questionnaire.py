"""What a candidate is asked: sections as allocators know them, questions in words of our own.

The first sections are those of a hedge fund's due diligence questionnaire; the last five are those
for digital assets. An answer is kept under `section.question`, and who answered is private.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SECTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "firm": "The firm",
        "people": "People",
        "strategy": "Investment strategy and process",
        "performance": "Performance",
        "risk": "Risk management",
        "operations": "Operations and administration",
        "compliance": "Compliance",
        "continuity": "Business continuity and information security",
        "terms": "The fund and its terms",
        "custody": "Digital assets: custody",
        "trade": "Digital assets: trade process",
        "valuation": "Digital assets: valuation and asset verification",
        "conflicts": "Digital assets: conflicts of interest",
        "regulation": "Digital assets: regulation",
    }
)

QUESTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "firm.owners": "Who owns the firm, and who has owned it in the last five years?",
        "firm.clients": "How much of what it manages comes from its three largest clients?",
        "firm.disputes": "Which suits, inquiries or sanctions has it met, and how did they end?",
        "people.key": "On whom does the strategy depend, and what happens when one of them leaves?",
        "people.own_money": "How much of their own money have they in the fund?",
        "strategy.edge": "What earns the return, and why should it go on doing so?",
        "strategy.capacity": "At what size does it stop working?",
        "strategy.style_drift": "What has it traded in that its documents did not foresee?",
        "performance.basis": "Are the returns net of all fees, of real money, and audited?",
        "performance.worst": "What was the worst loss, and what was changed after it?",
        "risk.limits": "Which limits are binding, and who can override them?",
        "risk.liquidity": "How long would it take to turn the portfolio into money in a crash?",
        "risk.counterparties": "With whom is collateral held, and what could be lost with each?",
        "operations.reconciliation": "Who reconciles positions and cash with whom, and how often?",
        "operations.payments": "Who can move money or assets out, and how many must agree?",
        "operations.errors": "Which errors reached a net asset value, and who bore them?",
        "compliance.officer": "Who is in charge of compliance, and reports to whom?",
        "compliance.aml": "How are investors and flows examined for laundering and sanctions?",
        "continuity.tested": "When was the plan for an outage last tried, and what failed?",
        "continuity.intrusions": "Which intrusions occurred, and what was lost?",
        "terms.changes": "Which terms were changed, gated or suspended in the past, and when?",
        "terms.side_letters": "Which investors have better terms, and in what?",
        "custody.keys": "Who holds the keys, in how many parts, and how many of them must act?",
        "custody.segregation": "Are the fund's assets apart from all others, in law and on chain?",
        "custody.staking": "What is lent, staked or pledged, and who bears its loss?",
        "custody.cover": "What is insured, against what, up to how much?",
        "trade.venues": "On which venues does it trade, and what stays there overnight?",
        "trade.settlement": "How is a trade settled so that neither side is exposed?",
        "trade.smart_contracts": "Which contracts on chain are used, and who audited them?",
        "valuation.prices": "Where do prices come from, and what is done when venues disagree?",
        "valuation.illiquid": "How is valued what does not trade?",
        "valuation.existence": "Who outside the firm verifies that the assets exist?",
        "conflicts.own_tokens": "Which tokens do the firm or its people hold, issue or advise?",
        "conflicts.affiliates": "Which affiliates trade with, lend to or serve the fund?",
        "conflicts.allocation": "How are trades shared out between funds and own accounts?",
        "regulation.licences": "By whom is the firm licensed or registered, for what, since when?",
        "regulation.travel_rule": "How are originator and beneficiary of a transfer passed on?",
        "regulation.open": "Which activity has no licence anywhere, and why is none needed?",
    }
)


def section_of(question: str) -> str:
    """The section that a question stands in.

    >>> SECTIONS[section_of("custody.keys")]
    'Digital assets: custody'
    """
    return question.partition(".")[0]


def answered(answers: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """How many questions of each section are answered, and how many there are."""
    found = {}
    for section in SECTIONS:
        asked = [question for question in QUESTIONS if section_of(question) == section]
        found[section] = (sum(question in answers for question in asked), len(asked))
    return found
