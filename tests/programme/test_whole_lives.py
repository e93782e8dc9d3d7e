"""One fund from its first subscription to the closed book: what is held after each step."""

# ruff: noqa: E501  a table is as wide as what stands in it

from qazyna.plan import COMMANDS
from qazyna.shell import rooms
from tests.support import do, world

assert rooms.ROOMS  # all commands are known

COLUMNS = ("bank/National Bank USD", "pending/F USD", "receivable/F USD", "fund/F F")
MORE = ("fund/F F:SP1", "commitment/F F:undrawn")


HEDGE_TERMS = {
    "dealing_day": "last_business",
    "notice_days": 30,
    "soft_lock_months": 12,
    "early_fee": "0.02",
    "gate": "0.25",
    "side_pocket": "0.2",
}
VENTURE_TERMS = {
    "venture": {
        "call_notice_days": 10,
        "default_rate": "0.10",
        "cure_days": 20,
        "recycling": "0.2",
        "investment_period_until": "2027-12-31",
    }
}
PAPER = {"statement_ref": "S"}


def begun(kind, terms):
    """Money in the reserve, and the fund admitted."""
    money = {"asset": "USD", "quantity": "100000"}
    return [
        COMMANDS["appropriate"](items=[money], appropriated_on="2025-01-02", act_ref="A"),
        COMMANDS["admit_manager"](
            manager="F",
            manager_kind=kind,
            name="F",
            currency="USD",
            admitted_on="2025-01-06",
            terms=terms,
            decision_ref="D",
        ),
    ]


def asked(command, fields):
    return COMMANDS[command].model_validate({"manager": "F", **fields})


def told(kind, terms, steps, columns):
    """Each step with what the reserve holds after it, in the columns' order."""
    there = world()
    do(there, *begun(kind, terms))
    rows = []
    for words, command, fields in steps:
        do(there, asked(command, fields))
        held = {
            f"{account.path} {code}": there.asset(code).text(amount)
            for account, code, amount in there.balances
        }
        rows.append(
            (words, *(held.get(f"reserve/{name}", held.get(name, "0")) for name in columns))
        )
    return there, rows


HEDGE_LIFE = [
    ("paid for the end of January", "subscribe",
     {"quantity": "60000", "paid_on": "2025-01-20", "dealing_on": "2025-01-31", "decision_ref": "D"}),
    ("estimated NAV: no units yet", "state_nav",
     {"valuation_on": "2025-01-31", "stated_on": "2025-02-05", "nav_per_unit": "99", "final": False, **PAPER}),
    ("final NAV: units", "state_nav",
     {"valuation_on": "2025-01-31", "stated_on": "2025-02-12", "nav_per_unit": "100", **PAPER}),
    ("restated: too few units were issued", "state_nav",
     {"valuation_on": "2025-01-31", "stated_on": "2025-03-03", "nav_per_unit": "96", **PAPER}),
    ("put right, in units", "correct_dealing",
     {"dealing": "subscription", "number": 1, "dealt_on": "2025-01-31", "corrected_on": "2025-03-10", **PAPER}),
    ("a fifth goes to a side pocket", "open_side_pocket",
     {"pocket": "SP1", "opened_on": "2025-03-31", "units": "125", "pocket_units": "125", "nav_per_unit": "96", **PAPER}),
    ("200 units asked back", "request_redemption",
     {"units": "200", "requested_on": "2025-05-20", "dealing_on": "2025-06-30", "decision_ref": "D"}),
    ("its NAV", "state_nav",
     {"valuation_on": "2025-06-30", "stated_on": "2025-07-10", "nav_per_unit": "110", **PAPER}),
    ("the gate lets half through, less 2 % for leaving early", "fill_redemption",
     {"request": 1, "units": "100", "dealt_on": "2025-06-30", **PAPER}),
    ("the money comes, late", "receive_proceeds",
     {"quantity": "10780", "received_on": "2025-08-20", **PAPER}),
    ("dealing stops", "pause_dealing", {"since": "2025-09-01", **PAPER}),
    ("and begins again", "resume_dealing", {"resumed_on": "2025-12-01", **PAPER}),
    ("its NAV", "state_nav",
     {"valuation_on": "2025-12-31", "stated_on": "2026-01-15", "nav_per_unit": "90", **PAPER}),
    ("the rest of the request", "fill_redemption",
     {"request": 1, "dealt_on": "2025-12-31", "early_fee": "0", **PAPER}),
    ("redeemed without asking", "compel_redemption",
     {"units": "100", "dealt_on": "2025-12-31", **PAPER}),
    ("a rebate of fees", "record_rebate", {"quantity": "50", "received_on": "2026-01-20", **PAPER}),
    ("both are paid", "receive_proceeds",
     {"quantity": "18000", "received_on": "2026-01-30", **PAPER}),
    ("the fund is wound up", "terminate_fund",
     {"terminated_on": "2026-02-02", "reason": "the manager retires", **PAPER}),
    ("a first instalment", "liquidate",
     {"units": "120", "amount": "9600", "paid_on": "2026-04-01", **PAPER}),
    ("two ether for 50 units", "receive_in_specie",
     {"asset": "ETH", "quantity": "2", "worth": "4000", "units": "50", "received_on": "2026-05-04",
      "sell_by": "2026-06-30", **PAPER}),
    ("sold, after the deadline", "sell_workout",
     {"asset": "ETH", "sold_on": "2026-07-10", "proceeds": "4100", "costs": "20", "decision_ref": "D"}),
    ("the pocket is realised in part", "realise_side_pocket",
     {"pocket": "SP1", "units": "25", "realised_on": "2026-07-15", "amount": "1500", **PAPER}),
    ("and the rest is worth nothing", "write_off",
     {"pocket": "SP1", "written_off_on": "2026-07-15", "decision_ref": "D"}),
    ("the last instalment", "liquidate", {"amount": "9000", "paid_on": "2026-08-03", **PAPER}),
    ("the pocket's money", "receive_proceeds",
     {"quantity": "1500", "received_on": "2026-08-14", **PAPER}),
    ("the book is closed", "release_manager", {"released_on": "2026-09-01", "decision_ref": "D"}),
]  # fmt: skip


def test_a_hedge_fund_from_subscription_to_the_closed_book():
    there, rows = told(
        "hedge_fund",
        HEDGE_TERMS,
        HEDGE_LIFE,
        (*COLUMNS, MORE[0], "workout/F/custody/State Custodian ETH"),
    )

    assert [
        #                                                          bank     pending receivable units pocket ETH
        ("paid for the end of January",                            "40000", "60000", "0",     "0",   "0",   "0"),
        ("estimated NAV: no units yet",                            "40000", "60000", "0",     "0",   "0",   "0"),
        ("final NAV: units",                                       "40000", "0",     "0",     "600", "0",   "0"),
        ("restated: too few units were issued",                    "40000", "0",     "0",     "600", "0",   "0"),
        ("put right, in units",                                    "40000", "0",     "0",     "625", "0",   "0"),
        ("a fifth goes to a side pocket",                          "40000", "0",     "0",     "500", "125", "0"),
        ("200 units asked back",                                   "40000", "0",     "0",     "500", "125", "0"),
        ("its NAV",                                                "40000", "0",     "0",     "500", "125", "0"),
        ("the gate lets half through, less 2 % for leaving early", "40000", "0",     "10780", "400", "125", "0"),
        ("the money comes, late",                                  "50780", "0",     "0",     "400", "125", "0"),
        ("dealing stops",                                          "50780", "0",     "0",     "400", "125", "0"),
        ("and begins again",                                       "50780", "0",     "0",     "400", "125", "0"),
        ("its NAV",                                                "50780", "0",     "0",     "400", "125", "0"),
        ("the rest of the request",                                "50780", "0",     "9000",  "300", "125", "0"),
        ("redeemed without asking",                                "50780", "0",     "18000", "200", "125", "0"),
        ("a rebate of fees",                                       "50830", "0",     "18000", "200", "125", "0"),
        ("both are paid",                                          "68830", "0",     "0",     "200", "125", "0"),
        ("the fund is wound up",                                   "68830", "0",     "0",     "200", "125", "0"),
        ("a first instalment",                                     "78430", "0",     "0",     "80",  "125", "0"),
        ("two ether for 50 units",                                 "78430", "0",     "0",     "30",  "125", "2"),
        ("sold, after the deadline",                               "82510", "0",     "0",     "30",  "125", "0"),
        ("the pocket is realised in part",                         "82510", "0",     "1500",  "30",  "100", "0"),
        ("and the rest is worth nothing",                          "82510", "0",     "1500",  "30",  "0",   "0"),
        ("the last instalment",                                    "91510", "0",     "1500",  "0",   "0",   "0"),
        ("the pocket's money",                                     "93010", "0",     "0",     "0",   "0",   "0"),
        ("the book is closed",                                     "93010", "0",     "0",     "0",   "0",   "0"),
    ] == rows  # fmt: skip
    late = [e.late_days for _, e in sorted(there._earlier.items(), key=lambda i: i[0].version)
            if e.kind in ("proceeds_received", "workout_sold")]  # fmt: skip
    assert [21, 0, 10, 0] == late  # due on July 30, January 30, June 30, August 14
    assert {} == there.states["programme"].managers


VENTURE_LIFE = [
    ("promised", "commit_capital", {"quantity": "10000", "committed_on": "2025-02-03", "decision_ref": "D"}),
    ("called", "issue_call",
     {"call_ref": "1", "quantity": "4000", "issued_on": "2025-03-03", "due_on": "2025-03-17"}),
    ("paid on the day", "pay_call", {"call_ref": "1", "quantity": "4000", "paid_on": "2025-03-17"}),
    ("called again", "issue_call",
     {"call_ref": "2", "quantity": "3000", "issued_on": "2025-06-02", "due_on": "2025-06-16"}),
    ("73 days late, at 10 % a year", "pay_call",
     {"call_ref": "2", "quantity": "3000", "paid_on": "2025-08-28"}),
    ("gives back, to be called again", "distribute",
     {"quantity": "1000", "received_on": "2025-09-30", "character": "recallable", **PAPER}),
    ("its NAV, below cost", "state_nav",
     {"valuation_on": "2025-12-31", "stated_on": "2026-02-02", "nav": "5600", **PAPER}),
    ("called a third time", "issue_call",
     {"call_ref": "3", "quantity": "2000", "issued_on": "2026-03-02", "due_on": "2026-03-16"}),
    ("in default: a tenth of the interest is lost", "default_call",
     {"call_ref": "3", "defaulted_on": "2026-04-20", "forfeited": "700", "ends_commitment": False, **PAPER}),
    ("a gain", "distribute",
     {"quantity": "4000", "received_on": "2026-06-30", "character": "gain", **PAPER}),
    ("one ether", "receive_in_specie",
     {"asset": "ETH", "quantity": "1", "worth": "2000", "received_on": "2026-07-01", "sell_by": "2026-12-31", **PAPER}),
    ("sold", "sell_workout",
     {"asset": "ETH", "sold_on": "2026-08-03", "proceeds": "2100", "decision_ref": "D"}),
    ("the rest will not be called", "end_commitment", {"ended_on": "2026-09-01", "decision_ref": "D"}),
    ("the interest is worth nothing", "write_off", {"written_off_on": "2026-09-01", "decision_ref": "D"}),
    ("the book is closed", "release_manager", {"released_on": "2026-10-01", "decision_ref": "D"}),
]  # fmt: skip


def test_a_venture_fund_from_commitment_to_the_end_of_its_life():
    there, rows = told(
        "venture_fund",
        VENTURE_TERMS,
        VENTURE_LIFE,
        (COLUMNS[0], MORE[1], COLUMNS[3], "workout/F/custody/State Custodian ETH"),
    )

    assert [
        #                                                bank        unfunded interest ETH
        ("promised",                                    "100000",   "10000", "0",    "0"),
        ("called",                                      "100000",   "10000", "0",    "0"),
        ("paid on the day",                             "96000",    "6000",  "4000", "0"),
        ("called again",                                "96000",    "6000",  "4000", "0"),
        ("73 days late, at 10 % a year",                "92940",    "3000",  "7000", "0"),
        ("gives back, to be called again",              "93940",    "4000",  "7000", "0"),
        ("its NAV, below cost",                         "93940",    "4000",  "7000", "0"),
        ("called a third time",                         "93940",    "4000",  "7000", "0"),
        ("in default: a tenth of the interest is lost", "93940",    "4000",  "6300", "0"),
        ("a gain",                                      "97940",    "4000",  "6300", "0"),
        ("one ether",                                   "97940",    "4000",  "6300", "1"),
        ("sold",                                        "100040",   "4000",  "6300", "0"),
        ("the rest will not be called",                 "100040",   "0",     "6300", "0"),
        ("the interest is worth nothing",               "100040",   "0",     "0",    "0"),
        ("the book is closed",                          "100040",   "0",     "0",    "0"),
    ] == rows  # fmt: skip
    prices = {
        (str(day), f"{price * 1000:.0f}")
        for _, happened in sorted(there._earlier.items(), key=lambda item: item[0].version)
        for _, _, day, price, _, _ in happened.quotes()
    }
    # 5,600 over 7,000; the same share of what is left; 4,000 less, and 2,000 less, would be below
    # nothing: no price until its next NAV
    assert {("2025-12-31", "800"), ("2026-04-20", "800"), ("2026-06-30", "165")} <= prices


RESTATED = [
    ("paid", "subscribe",
     {"quantity": "60000", "paid_on": "2025-01-20", "dealing_on": "2025-01-31", "decision_ref": "D"}),
    ("units", "state_nav",
     {"valuation_on": "2025-01-31", "stated_on": "2025-02-12", "nav_per_unit": "100", **PAPER}),
    ("asked back", "request_redemption",
     {"units": "100", "requested_on": "2025-02-20", "dealing_on": "2025-03-31", "decision_ref": "D"}),
    ("its NAV", "state_nav",
     {"valuation_on": "2025-03-31", "stated_on": "2025-04-10", "nav_per_unit": "120", **PAPER}),
    ("filled", "fill_redemption", {"request": 1, "dealt_on": "2025-03-31", **PAPER}),
    ("restated below", "state_nav",
     {"valuation_on": "2025-03-31", "stated_on": "2025-04-20", "nav_per_unit": "115", **PAPER}),
    ("so much less is due", "correct_dealing",
     {"dealing": "redemption", "number": 1, "dealt_on": "2025-03-31", "corrected_on": "2025-04-22", "settled": "money", **PAPER}),
    ("paid", "receive_proceeds", {"quantity": "11500", "received_on": "2025-04-30", **PAPER}),
    ("restated above, and confirmed", "state_nav",
     {"valuation_on": "2025-03-31", "stated_on": "2025-05-20", "nav_per_unit": "121", "confirmed_ref": "C", **PAPER}),
    ("so much more is due", "correct_dealing",
     {"dealing": "redemption", "number": 1, "dealt_on": "2025-03-31", "corrected_on": "2025-05-22", "settled": "money", **PAPER}),
]  # fmt: skip


def test_a_redemption_at_a_restated_nav_is_put_right_in_money():

    _, rows = told("hedge_fund", {}, RESTATED, COLUMNS)

    assert [
        ("paid",                          "40000", "60000", "0",     "0"),
        ("units",                         "40000", "0",     "0",     "600"),
        ("asked back",                    "40000", "0",     "0",     "600"),
        ("its NAV",                       "40000", "0",     "0",     "600"),
        ("filled",                        "40000", "0",     "12000", "500"),
        ("restated below",                "40000", "0",     "12000", "500"),
        ("so much less is due",           "40000", "0",     "11500", "500"),
        ("paid",                          "51500", "0",     "0",     "500"),
        ("restated above, and confirmed", "51500", "0",     "0",     "500"),
        ("so much more is due",           "51500", "0",     "600",   "500"),
    ] == rows  # fmt: skip
