"""Which sentences a blueprint calls for, in which order, and on which clauses each rests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from qazyna.blueprint.explaining.tongue import Tongue
from qazyna.blueprint.law import Blueprint, Law
from qazyna.blueprint.schema import (
    CLAUSES,
    CONTROLS,
    ELIGIBLE_CLASSES,
    FORFEITURE_KINDS,
    MECHANISMS,
)
from qazyna.blueprint.values import Approvals, Basis, Curve, Vehicle

T = TypeVar("T")

SECTIONS: Final = (
    *("model", "seizure", "title", "disposal", "reserve", "managers"),
    *("limits", "approvals", "valuation", "practice", "assumptions"),
)
_ELIGIBILITY: Final = tuple(
    clause.name.rsplit(".", 1)[-1]
    for clause in CLAUSES
    if clause.name.startswith("programme.eligibility.")
)
_ALIKE: Final = ("strategy", "custodian", "administrator", "domicile")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, the clauses it tells of, and whether any of them is an assumption."""

    text: str
    clauses: tuple[str, ...]
    assumed: bool


@dataclass(slots=True)
class Teller:
    """A law told in a tongue."""

    blueprint: Blueprint
    law: Law
    day: date
    tongue: Tongue
    told: dict[str, list[Sentence]] = field(default_factory=dict)

    def tell(self) -> dict[str, list[Sentence]]:
        """The sentences of every section, by its key."""
        for section in SECTIONS:
            self.told[section] = []
            getattr(self, f"_{section}")()
        return self.told

    def _say(self, text: str, *clauses: str, basis: Basis | None = None) -> None:
        section = list(self.told)[-1]
        found = [self.law.clauses[name] for name in clauses if name in self.law.clauses]
        assumed = any(each.assumed for each in found) or bool(basis and basis.assumed)
        self.told[section].append(Sentence(text, clauses, assumed))

    def _called(self, custodian: str) -> str:
        return self.tongue.quoted(
            self.tongue.called(self.law.custodians[custodian], self.law.jurisdiction.local_language)
        )

    def _offices(self, roles: Sequence[str]) -> list[str]:
        language = self.law.jurisdiction.local_language
        return [
            self.tongue.office(self.tongue.called(self.law.roles[role], language)) for role in roles
        ]

    def _model(self) -> None:
        tongue, law = self.tongue, self.law
        held = law.eligible["reserve"]
        self._say(
            tongue.kind_of_model(
                coins="crypto" in held, funds=bool(held & {"hedge_fund", "venture_fund"})
            ),
            "reserve.eligible",
        )
        self._say(
            tongue.currencies(law.currency, law.domestic_currency), basis=law.jurisdiction.basis
        )
        self._say(tongue.weekend(sorted(law.weekend)), "jurisdiction.weekend")
        changes = [each for each in self.blueprint.change_dates if each != self.blueprint.first]
        self._say(tongue.dates(self.blueprint.first, changes), basis=Basis("the file itself"))

    def _seizure(self) -> None:
        controls = [each for each in CONTROLS if each in self.law.controls]
        self._say(self.tongue.controls(controls), "seizure.controls")
        for name, custodian in self.law.custodians.items():
            holds = [each for each in ELIGIBLE_CLASSES if each in custodian.holds]
            self._say(self.tongue.keeps(self._called(name), holds), basis=custodian.basis)
        self._say(self.tongue.case_money(self._called(self.law.treasury_bank)), "treasury.bank")

    def _title(self) -> None:
        self._say(self.tongue.whose_until_then(), basis=Basis("the rules of the books"))
        kinds = [each for each in FORFEITURE_KINDS if each in self.law.forfeiture_kinds]
        self._say(self.tongue.orders(kinds), "forfeiture.kinds")
        self._say(self.tongue.appeal(self.law.appeal_days), "forfeiture.appeal_days")

    def _disposal(self) -> None:
        known = [each for each in MECHANISMS if each in self.law.mechanisms]
        after = [each for each in known if each != "interlocutory_sale"]
        if after:
            self._say(self.tongue.mechanisms(after), "disposition.mechanisms")
        if "interlocutory_sale" in known:
            self._say(self.tongue.interlocutory(), "disposition.mechanisms")
        shares = [(to, share) for to, share in self.law.shares.items() if share]
        self._say(
            self.tongue.shares(shares), *(f"disposition.share.{to}" for to in self.law.shares)
        )
        self._say(self.tongue.awards_first(), basis=Basis("the rules of the books"))

    def _reserve(self) -> None:
        law, tongue = self.law, self.tongue
        classes = [each for each in ELIGIBLE_CLASSES if each in law.eligible["reserve"]]
        self._say(tongue.may_hold(classes), "reserve.eligible")
        gold = "gold" in classes
        self._say(
            tongue.reserve_kept(
                self._called(law.reserve_bank), self._called(law.reserve_vault) if gold else ""
            ),
            *("reserve.bank", *(("reserve.vault",) if gold else ())),
        )
        floor, months = "reserve.market_value_floor", "reserve.market_value_months"
        value, over = law.says(floor, Decimal), law.says(months, int)
        if value is not None and over is not None and self._has_floor():
            self._say(tongue.floor(value, law.currency, over), floor, months)
        self._say(
            tongue.official(counted=law.inside_official_reserves),
            "statistics.inside_official_reserves",
        )

    def _has_floor(self) -> bool:
        return "crypto" in self.law.eligible["reserve"] and (
            "reserve.market_value_floor" in self.law.clauses
        )

    def _managers(self) -> None:
        law, tongue = self.law, self.tongue
        self._say(
            tongue.admitted(law.hedge_funds_max, law.venture_funds_max),
            *("programme.hedge_funds_max", "programme.venture_funds_max"),
        )
        if not law.hedge_funds_max and not law.venture_funds_max:
            return
        if (kinds := law.says("programme.selection.kinds", tuple)) is not None:
            self._say(tongue.by_selection(kinds), "programme.selection.kinds")
        self._selection()
        self._mandates()
        days = law.clause("programme.query_days").value
        if isinstance(days, int):
            self._say(tongue.query(days), "programme.query_days")

    def _selection(self) -> None:
        law, tongue = self.law, self.tongue
        weights = _decimals(law, "programme.scorecard")
        least = law.says("programme.selection.scorers_min", int)
        highest = law.says("programme.selection.highest_score", int)
        roles = law.says("programme.selection.scorer_roles", tuple)
        if least is not None and highest is not None and roles is not None:
            self._say(
                tongue.scorers(least, highest, self._offices(roles)),
                *(f"programme.selection.{e}" for e in ("scorers_min", "highest_score")),
                "programme.selection.scorer_roles",
            )
        asked = [
            (what, law.clauses[name].value)
            for what in _ELIGIBILITY
            for name in (f"programme.eligibility.{what}",)
            if name in law.clauses and law.clauses[name].value
        ]
        if asked:
            self._say(
                tongue.eligibility(asked, law.currency),
                *(f"programme.eligibility.{what}" for what, _ in asked),
            )
        if weights:
            self._say(
                tongue.scorecard(weights), *(f"programme.scorecard.{name}" for name, _ in weights)
            )
        most = [
            (what, count)
            for what in _ALIKE
            if (count := law.says(f"programme.diversification.{what}", int)) is not None
        ]
        if most:
            self._say(
                tongue.diversification(most),
                *(f"programme.diversification.{what}" for what, _ in most),
            )
        one, other = (f"programme.diversification.{e}" for e in ("correlation", "common_months"))
        below, months = law.says(one, Decimal), law.says(other, int)
        if below is not None and months is not None:
            self._say(tongue.correlation(below, months), one, other)

    def _mandates(self) -> None:
        law, tongue = self.law, self.tongue
        contents = law.says("programme.mandate.contents", tuple)
        if contents:
            self._say(tongue.mandate_says(contents), "programme.mandate.contents")
        if most := _decimals(law, "programme.mandate.most"):
            self._say(
                tongue.mandate_most(most), *(f"programme.mandate.most.{name}" for name, _ in most)
            )
        for what, answer in law.family("programme.mandate.days").items():
            if isinstance(answer.value, int):
                self._say(tongue.mandate_days(what, answer.value), answer.clause)

    def _limits(self) -> None:
        for limit in self.law.limits:
            self._say(self.tongue.limit(limit), f"limits.{limit.name}")

    def _approvals(self) -> None:
        groups: dict[Approvals, list[str]] = {}
        for step, answer in self.law.family("approvals").items():
            if isinstance(answer.value, Approvals) and answer.value.count:
                groups.setdefault(answer.value, []).append(step)
        for asked, steps in groups.items():
            self._say(
                self.tongue.approvals(asked.count, self._offices(asked.roles), steps),
                *(f"approvals.{step}" for step in steps),
            )
        self._say(self.tongue.no_approval(), basis=Basis("the rules of the office"))

    def _valuation(self) -> None:
        law, tongue = self.law, self.tongue
        held = {each for book in law.eligible.values() for each in book}
        ages = [(klass, age) for klass, age in law.stale_after.items() if klass in held]
        self._say(tongue.stale(ages), *(f"valuation.stale_after.{klass}" for klass, _ in ages))
        if (times := law.says("valuation.same_nav", int)) is not None:
            self._say(tongue.same_nav(times), "valuation.same_nav")
        if (replaced := law.says("valuation.roll_forward", bool)) is not None:
            self._say(tongue.roll_forward(replaced=replaced), "valuation.roll_forward")
        for asset, par in law.par.items():
            self._say(tongue.par(par), f"valuation.par.{asset}")

    def _practice(self) -> None:
        mechanism = self.law.says("practice.disposal", str)
        if mechanism is None:
            self._say(self.tongue.no_practice(), basis=Basis("the file itself"))
            return
        tongue = self.tongue
        self._say(tongue.disposal(mechanism), "practice.disposal")
        self._if("practice.days.final", int, tongue.days_final)
        if mechanism == "interlocutory_sale":
            self._if("practice.days.interlocutory", int, tongue.days_interlocutory)
        elif mechanism != "hold":
            self._if("practice.days.disposal", int, tongue.days_disposal)
        self._sale(mechanism)
        self._if("practice.custody.cost", Decimal, tongue.custody_cost)
        hazard = self.law.says("practice.custody.hazard", Decimal)
        loss = self.law.says("practice.custody.loss", Decimal)
        if hazard is not None and loss is not None:
            names = ("practice.custody.hazard", "practice.custody.loss")
            self._say(tongue.key_loss(hazard, loss), *names)
        self._placing()
        if "crypto" in self.law.eligible["reserve"]:
            base = self.law.says("practice.reserve.base", Decimal)
            if base is not None:
                self._say(tongue.base(base, self.law.currency), "practice.reserve.base")
        self._if("practice.inflation", Decimal, tongue.inflation)

    def _sale(self, mechanism: str) -> None:
        law, tongue = self.law, self.tongue
        way: str | None = mechanism
        if mechanism in ("sell_and_invest", "interlocutory_sale"):
            way = law.says("practice.sale.by", str)
            if way is not None:
                self._say(tongue.sold_by(way), "practice.sale.by")
        elif mechanism == "hold":
            way = law.says("practice.sale.by", str) if self._has_floor() else None
            if way is not None:
                self._say(tongue.too_small(way), "practice.sale.by")
        if way == "auction":
            block = law.says("practice.auction.block", Decimal)
            every = law.says("practice.auction.every", int)
            curve = law.says("practice.auction.discount", Curve)
            if block is not None and every is not None and curve is not None:
                names = ("practice.auction.block", "practice.auction.every")
                self._say(tongue.auction(block, every), *names)
                self._say(tongue.discounts(curve.points), "practice.auction.discount")
        elif way == "tranche_sale":
            share = law.says("practice.tranche.share", Decimal)
            impact = law.says("practice.tranche.impact", Decimal)
            if share is not None and impact is not None:
                names = ("practice.tranche.share", "practice.tranche.impact")
                self._say(tongue.tranche(share, impact), *names)
        elif way == "negotiated_sale":
            self._if("practice.sale.discount", Decimal, tongue.agreed)
        if way in ("auction", "tranche_sale", "negotiated_sale"):
            self._if("practice.sale.cost", Decimal, tongue.sale_cost)

    def _placing(self) -> None:
        law, tongue = self.law, self.tongue
        places = [(name, share) for name, share in _decimals(law, "practice.reserve.place")]
        placed = [(name, share) for name, share in places if share]
        for name, answer in law.family("practice.vehicle").items():
            if isinstance(answer.value, Vehicle) and any(name == each for each, _ in placed):
                self._say(tongue.vehicle(answer.value), answer.clause)
        if not placed:
            return
        rest = 1 - sum((share for _, share in placed), Decimal(0))
        self._say(
            tongue.placed(placed, rest), *(f"practice.reserve.place.{name}" for name, _ in placed)
        )
        self._if("practice.reserve.rebalance", str, tongue.rebalance)

    def _if(self, name: str, kind: type[T], sentence: Callable[[T], str]) -> None:
        value = self.law.says(name, kind)
        if value is not None:
            self._say(sentence(value), name)

    def _assumptions(self) -> None:
        law, practice = counted(self.law)
        whole = law[1] + practice[1]
        share = (Decimal(law[0] + practice[0]) / whole).quantize(Decimal("0.01"))
        self._say(
            self.tongue.how_much_is_assumed(law, practice, share), basis=Basis("the file itself")
        )


def counted(law: Law) -> tuple[tuple[int, int], tuple[int, int]]:
    """(assumptions, answers) of the law, and of practice, in force on its days."""
    found = {True: [0, 0], False: [0, 0]}
    for name, answer in law.clauses.items():
        pair = found[name.startswith("practice.")]
        pair[0] += answer.assumed
        pair[1] += 1
    return (found[False][0], found[False][1]), (found[True][0], found[True][1])


def _decimals(law: Law, family: str) -> list[tuple[str, Decimal]]:
    return [
        (name, answer.value)
        for name, answer in law.family(family).items()
        if isinstance(answer.value, Decimal)
    ]
