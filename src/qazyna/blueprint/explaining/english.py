"""A blueprint in English."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from qazyna.blueprint.explaining import english_words as words
from qazyna.blueprint.explaining.steps import STEPS
from qazyna.blueprint.explaining.tongue import Number, Shares, Tongue
from qazyna.blueprint.schema import GOLD
from qazyna.blueprint.values import Limit, Par, Vehicle


def counted(number: Number, one: str, many: str) -> str:
    """`1 day`, `2 days`."""
    return f"{number} {one if number == 1 else many}"


def _days(number: int) -> str:
    return counted(number, "day", "days")


class English(Tongue):
    """English, as the rest of the program writes it."""

    code = "en"
    point = "."
    group = ","
    per_cent = "\u00a0%"
    quotes = ("“", "”")
    conjunction = "and"
    disjunction = "or"
    assumed = "assumed"
    sections = {
        "model": "The model",
        "seizure": "Seizure and keeping",
        "title": "How title passes",
        "disposal": "What is done with the forfeited",
        "reserve": "The reserve",
        "managers": "Managers",
        "limits": "Limits",
        "approvals": "Approvals",
        "valuation": "Valuation",
        "practice": "Practice",
        "assumptions": "What is assumed",
    }

    def day(self, day: date) -> str:
        return f"{day.day} {words.MONTH[day.month - 1]} {day.year}"

    def office(self, title: str) -> str:
        return title[:1].lower() + title[1:]

    def title(self, name: str, code: str, day: date) -> str:
        return f"{name} ({code}): what becomes of seized crypto-assets, as of {self.day(day)}"

    def kind_of_model(self, *, coins: bool, funds: bool) -> str:
        if coins:
            return "The model is direct: the reserve may hold crypto-assets itself" + (
                ", and through funds." if funds else "."
            )
        if funds:
            return "The model is indirect: the reserve holds no coin, only funds that invest."
        return "The reserve holds neither coins nor funds: crypto-assets end as money."

    def currencies(self, statements: str, tender: str) -> str:
        if statements == tender:
            return f"Statements are drawn up in {statements}, the legal tender."
        return f"Statements are drawn up in {statements}; the legal tender is {tender}."

    def weekend(self, days: Sequence[int]) -> str:
        if not days:
            return "Banks are open every day of the week."
        return f"Banks are closed on {self.listed([words.WEEK[day - 1] for day in days])}."

    def dates(self, first: date, changes: Sequence[date]) -> str:
        if not changes:
            return f"The law is told from {self.day(first)} on, and has not changed since."
        told = self.listed([self.day(each) for each in changes])
        return f"The law is told from {self.day(first)} on; it changes on {told}."

    def controls(self, controls: Sequence[str]) -> str:
        told = "; ".join(words.CONTROL[each] for each in controls)
        return f"An asset counts as seized {told}."

    def keeps(self, name: str, holds: Sequence[str]) -> str:
        return f"{name} keeps {self.listed([words.CLASS[each] for each in holds])}."

    def case_money(self, name: str) -> str:
        return f"Money realised from a case is kept by {name} until it is passed on."

    def whose_until_then(self) -> str:
        return "Seized is not owned: until an order is final the asset is held for its claimants."

    def orders(self, kinds: Sequence[str]) -> str:
        if len(kinds) == 1:
            return f"Title passes to the State by an order of forfeiture {words.ORDER[kinds[0]]}."
        told = "; ".join(words.ORDER[each] for each in kinds)
        return f"Title passes to the State by an order of forfeiture, of these kinds: {told}."

    def appeal(self, days: int) -> str:
        if not days:
            return "An order cannot be appealed, and is final at once."
        return f"An order can be appealed for {_days(days)}; it is final when no appeal is left."

    def mechanisms(self, mechanisms: Sequence[str]) -> str:
        told = "; ".join(words.WAY[each] for each in mechanisms)
        if len(mechanisms) == 1:
            return f"What was forfeited may only be {told}."
        return f"What was forfeited may be: {told}."

    def interlocutory(self) -> str:
        return (
            "By leave of the court an asset may be sold before the order is final; "
            "the money then stands in its place."
        )

    def shares(self, shares: Shares) -> str:
        if len(shares) == 1:
            return f"All that is forfeited goes {words.TO[shares[0][0]]}."
        told = self.listed([f"{self.percent(share)} {words.TO[to]}" for to, share in shares])
        return f"Of what is forfeited, {told.replace(' to', ' goes to', 1)}."

    def awards_first(self) -> str:
        return "What a court awards to victims or to another state is paid before that."

    def may_hold(self, classes: Sequence[str]) -> str:
        return f"The reserve may hold {self.listed([words.CLASS[each] for each in classes])}."

    def reserve_kept(self, bank: str, vault: str) -> str:
        if not vault:
            return f"Its money is kept by {bank}."
        if bank == vault:
            return f"Its money and its gold are kept by {bank}."
        return f"Its money is kept by {bank}, its gold by {vault}."

    def floor(self, value: Decimal, currency: str, months: int) -> str:
        return (
            f"An asset enters the reserve only if all that exists of it was worth at least "
            f"{self.number(value)} {currency}, on average over {counted(months, 'month', 'months')}"
            "; else it is sold."
        )

    def official(self, *, counted: bool) -> str:
        known = "already" if counted else "not"
        return f"The reserve is {known} counted among the official reserve assets."

    def admitted(self, hedge: int, venture: int) -> str:
        pairs = (("hedge_fund", hedge), ("venture_fund", venture))
        some = [counted(number, *words.FUND[kind]) for kind, number in pairs if number]
        none = [words.FUND[kind][1] for kind, number in pairs if not number]
        if not some:
            return "No manager is admitted."
        told = f"At most {self.listed(some)} are admitted at one time"
        if some == ["1 hedge fund"] or some == ["1 venture fund"]:
            told = f"At most {some[0]} is admitted at one time"
        return told + (f"; {none[0]} are not admitted." if none else ".")

    def by_selection(self, kinds: Sequence[str]) -> str:
        if not kinds:
            return "A manager may also be admitted without a selection."
        funds = self.listed([words.FUND[kind][1] for kind in kinds]).capitalize()
        return f"{funds} are admitted only from a selection."

    def scorers(self, least: int, highest: int, offices: Sequence[str]) -> str:
        people = counted(least, "person", "people")
        return (
            f"Each candidate is scored blind, from 0 to {highest}, by at least {people} "
            f"of these offices: {', '.join(offices)}."
        )

    def eligibility(self, asked: Sequence[tuple[str, object]], currency: str) -> str:
        return f"A candidate must {self.listed([self._asked(*each, currency) for each in asked])}."

    def _asked(self, what: str, value: object, currency: str) -> str:
        if what == "domiciles" and isinstance(value, tuple):
            return f"be domiciled in {self.either([str(each) for each in value])}"
        if what == "years" and isinstance(value, int):
            return f"have a record of at least {counted(value, 'year', 'years')}"
        if what == "assets" and isinstance(value, Decimal):
            return f"manage at least {self.number(value)} {currency}"
        return {
            "licence": "be licensed",
            "independent_custodian": "use a custodian outside its own group",
            "independent_administrator": "use an administrator outside its own group",
            "audit": "have its accounts audited",
            "aml_programme": "run a programme against money laundering",
            "sanctions_screening": "screen investors and payments against sanctions",
            "insurance": "insure what it keeps",
        }[what]

    def scorecard(self, weights: Shares) -> str:
        told = ", ".join(f"{name.replace('_', ' ')} {self.percent(w)}" for name, w in weights)
        return f"Scores are weighted: {told}."

    def diversification(self, most: Sequence[tuple[str, int]]) -> str:
        told = self.listed([f"{count} the same {what}" for what, count in most])
        return f"Of those chosen at most {told.replace(' the', ' may share the', 1)}."

    def correlation(self, below: Decimal, months: int) -> str:
        over = counted(months, "common month", "common months")
        return (
            f"The returns of any two of them are correlated below {self.number(below)}, "
            f"measured over at least {over}."
        )

    def mandate_says(self, contents: Sequence[str]) -> str:
        return f"Every mandate says {self.listed([words.CONTENTS[each] for each in contents])}."

    def mandate_most(self, most: Shares) -> str:
        told = self.listed([f"{self.percent(share)} {words.IN[what]}" for what, share in most])
        return f"No mandate allows more than {told}."

    def mandate_days(self, what: str, days: int) -> str:
        if what == "cure":
            return f"A breach must be cured within {_days(days)} at the longest."
        return f"A report comes at the latest {_days(days)} after the end of its period."

    def query(self, days: int) -> str:
        return f"A manager has {_days(days)} to answer a query."

    def limit(self, limit: Limit) -> str:
        bound = "at most" if limit.bound == "max" else "at least"
        klass = words.STATED[limit.klass]
        if limit.measure == "manager_count":
            return f"Managers of {klass}: {bound} {self.number(limit.value)}."
        if limit.measure == "manager_share":
            return f"{bound.capitalize()} {self.percent(limit.value)} of the reserve is with any one of the {klass}."  # noqa: E501
        return f"{klass.capitalize()}: {bound} {self.percent(limit.value)} of the reserve."

    def approvals(self, count: int, offices: Sequence[str], steps: Sequence[str]) -> str:
        told = ", ".join(STEPS[step]["en"] for step in steps)
        who = [f"the {office}" for office in offices]
        if count == len(offices):
            agree = self.listed(who)
        elif count == 1:
            agree = self.either(who)
        else:
            agree = f"{count} of these ({', '.join(who)})"
        return f"{agree[:1].upper()}{agree[1:]} must agree to: {told}."

    def no_approval(self) -> str:
        return "Nobody approves a step of their own; every other step needs no approval."

    def stale(self, ages: Sequence[tuple[str, int]]) -> str:
        told = self.listed([f"{words.AGE[klass]} after {_days(age)}" for klass, age in ages])
        return f"Prices are marked stale: {told}."

    def same_nav(self, times: int) -> str:
        return f"A NAV stated {times} times in a row to the last digit is stale too."

    def roll_forward(self, *, replaced: bool) -> str:
        if replaced:
            return "A stale NAV is replaced by an estimate."
        return "A stale NAV stays, marked, with an estimate beside it."

    def par(self, par: Par) -> str:
        return f"{par.asset} is taken at a par of {self.number(par.value)} {par.currency}."

    def no_practice(self) -> str:
        return "The file says nothing of practice, so that the lab cannot play the model."

    def disposal(self, mechanism: str) -> str:
        if mechanism == "interlocutory_sale":
            return "In practice everything seized is sold by leave of the court, before the order is final."  # noqa: E501
        return f"In practice what became the State's is {words.WAY[mechanism]}."

    def sold_by(self, way: str) -> str:
        return f"It is sold {words.SOLD[way]}."

    def too_small(self, way: str) -> str:
        return f"What is worth too little for the reserve is sold {words.SOLD[way]}."

    def days_final(self, days: int) -> str:
        return (
            f"Where the register does not say, an order is final {_days(days)} after the seizure."
        )

    def days_disposal(self, days: int) -> str:
        if not days:
            return "The first sale or transfer follows on the day of finality."
        return f"The first sale or transfer comes {_days(days)} after finality."

    def days_interlocutory(self, days: int) -> str:
        return f"The sale comes {_days(days)} after the seizure."

    def auction(self, block: Decimal, every: int) -> str:
        often = "every day" if every == 1 else f"every {_days(every)}"
        return (
            f"An auction offers at most {self.percent(block)} of the market's mean daily volume; "
            f"one is held {often}."
        )

    def discounts(self, points: Sequence[tuple[Decimal, Decimal]]) -> str:
        told = self.listed([f"{self.percent(off)} for {self.number(at)}" for at, off in points])
        return f"The discount to the close depends on what is offered, in daily volumes: {told}."

    def tranche(self, share: Decimal, impact: Decimal) -> str:
        return (
            f"At most {self.percent(share)} of the volume of the day before is sold in a day; a "
            f"whole day's volume would sell {self.percent(impact)} below the close, less of it by "
            "the square root."
        )

    def agreed(self, discount: Decimal) -> str:
        if not discount:
            return "The price agreed is the close."
        return f"The price is agreed {self.percent(discount)} below the close."

    def sale_cost(self, cost: Decimal) -> str:
        return f"A sale costs {self.percent(cost)} of its proceeds."

    def custody_cost(self, cost: Decimal) -> str:
        return f"Keeping crypto-assets costs {self.percent(cost)} of their value a year."

    def key_loss(self, hazard: Decimal, loss: Decimal) -> str:
        return (
            f"Keys are lost with a probability of {self.percent(hazard)} a year; "
            f"{self.percent(loss)} of what is held is then gone."
        )

    def vehicle(self, vehicle: Vehicle) -> str:
        count = counted(vehicle.count, *words.FUND[vehicle.kind])
        told = [f"{self.vehicle_name(vehicle.name)}: {count}"]
        told.append(f"returns as {self.of_formula(vehicle) or 'nothing'}")
        if vehicle.alpha:
            told[-1] += f" and {self.percent(vehicle.alpha)} a year"
        fees = [f"{self.percent(vehicle.management)} a year"] if vehicle.management else []
        fees += [f"{self.percent(vehicle.performance)} of gains"] if vehicle.performance else []
        told.append(f"fees {self.listed(fees)}" if fees else "no fees")
        if vehicle.notice_days:
            told.append(f"{_days(vehicle.notice_days)} of notice")
        if vehicle.gate != 1:
            told.append(f"at most {self.percent(vehicle.gate)} given back on one dealing day")
        return "; ".join(told) + "."

    def placed(self, shares: Shares, money: Decimal) -> str:
        told = self.listed(
            [
                f"{self.percent(share)} in {GOLD if name == GOLD else self.vehicle_name(name)}"
                for name, share in shares
            ]
        )
        rest = f"; {self.percent(money)} stays money" if money else ""
        return f"Of the reserve, {told.replace(' in', ' is placed in', 1)}{rest}."

    def rebalance(self, how: str) -> str:
        if how == "yearly":
            return "Once a year it is brought back to these shares."
        return "It is not brought back to these shares afterwards."

    def base(self, value: Decimal, currency: str) -> str:
        return f"A limit on crypto-assets is a share of public funds of {self.number(value)} {currency}."  # noqa: E501

    def inflation(self, rise: Decimal) -> str:
        return f"Prices rise by {self.percent(rise)} a year."

    def how_much_is_assumed(
        self, law: tuple[int, int], practice: tuple[int, int], share: Decimal
    ) -> str:
        if not law[0] + practice[0]:
            return "On this day no answer is an assumption."
        told = f"{law[0]} of the {counted(law[1], 'answer', 'answers')} of the law"
        if practice[1]:
            told += f" and {practice[0]} of the {practice[1]} of practice"
        are = "is an assumption" if law[0] + practice[0] == 1 else "are assumptions"
        return f"On this day {told} {are}: {self.percent(share)} of all."
