"""The programme's calendar: what must be decided, noticed, paid or received, and the last safe day.

It follows from what managers' streams say and from the law of a day, and from nothing else. A date
that the documents do not bind is marked as an assumption.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from qazyna.blueprint import Law
from qazyna.money import Asset
from qazyna.programme.dealing import (
    BusinessDays,
    audit_date,
    business_days,
    dealing_dates,
    hard_lock_end,
    months_after,
    notice_deadline,
    soft_lock_end,
)
from qazyna.programme.manager import Manager
from qazyna.programme.mandates.mandate import Mandates
from qazyna.programme.terms import MONTHS, Terms

DECIDE, NOTICE, PAY, RECEIVE, REPORT = "decide", "notice", "pay", "receive", "report"

_OFTEN: Final = ("daily", "weekly")
"""Where a fund deals so often, only its next date is shown."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One date with one manager."""

    on: date
    """The day on which it happens or is due."""
    act_by: date
    """The last safe day to act: a business day on which it is still in time."""
    manager: str
    action: str
    """`decide`, `notice`, `pay`, `receive` or `report`"""
    what: str
    about: str
    """In a sentence."""
    quantity: str | None = None
    unit: str | None = None
    overdue_days: int = 0
    assumed: bool = False
    """Whether the documents do not bind the day."""

    def as_json(self) -> dict[str, object]:
        return {
            "on": self.on.isoformat(),
            "act_by": self.act_by.isoformat(),
            "manager": self.manager,
            "action": self.action,
            "what": self.what,
            "about": self.about,
            "quantity": self.quantity,
            "unit": self.unit,
            "overdue_days": self.overdue_days,
            "assumed": self.assumed,
        }


def agenda(
    managers: Iterable[Manager],
    assets: dict[str, Asset],
    law: Law,
    since: date,
    months: int = 24,
    mandates: Mapping[str, Mandates] = MappingProxyType({}),
) -> list[Entry]:
    """Every date from one day on, for so many months, in the order in which one must act.

    What is overdue comes first: it stays until it is done. `mandates` by the manager's code say
    which reports are owed, and which breaches must be cured.
    """
    until = months_after(since, months)
    found = [
        entry
        for manager in managers
        if manager.left_on is None or manager.left_on > since
        for entry in _Dates(
            manager, assets, law, since, until, mandates.get(manager.code) or Mandates()
        ).all()
    ]
    return sorted(found, key=lambda e: (e.act_by, e.on, e.manager, e.what, e.about))


class _Dates:
    """The dates of one manager while they are gathered."""

    def __init__(
        self,
        manager: Manager,
        assets: dict[str, Asset],
        law: Law,
        since: date,
        until: date,
        mandates: Mandates,
    ) -> None:
        self.mandates = mandates
        self.manager, self.law, self.since, self.until = manager, law, since, until
        self.units, self.money = assets[manager.code], assets[manager.currency]
        self.assets = assets
        self.terms = manager.terms_on(since)
        self.days = self._days(self.terms)

    def _days(self, terms: Terms) -> BusinessDays:
        return business_days(self.law.weekend, terms)

    def all(self) -> Iterator[Entry]:
        hedge = self.manager.manager_kind == "hedge_fund"
        yield from self._dues()
        yield from self._workouts()
        yield from self._terms()
        yield from self._reports()
        yield from self._mandate()
        if hedge:
            yield from self._restated()
            yield from self._waiting()
            yield from self._pauses()
            if not self.manager.terminated_on:
                yield from self._locks()
                yield from self._dealing()
        else:
            yield from self._calls()
            yield from self._periods()

    def _entry(
        self,
        on: date,
        action: str,
        what: str,
        about: str,
        amount: int | None = None,
        asset: Asset | None = None,
        act_by: date | None = None,
        assumed: bool = False,
    ) -> Iterator[Entry]:
        """The entry, if it lies in the stretch, or lies before it and is still to be done."""
        late = max((self.since - on).days, 0)
        if on > self.until:
            return
        by = act_by or self.days.on_or_before(on)
        unit = asset or self.money
        yield Entry(
            on=on,
            act_by=by,
            manager=self.manager.code,
            action=action,
            what=what,
            about=about,
            quantity=None if amount is None else unit.text(amount),
            unit=None if amount is None else unit.code,
            overdue_days=late,
            assumed=assumed,
        )

    def _ahead(self, on: date) -> bool:
        return self.since <= on <= self.until

    # owed to us

    def _dues(self) -> Iterator[Entry]:
        for due in self.manager.dues:
            words = {
                "holdback": "What was kept back until the audit is due",
                "over": "Money that bought no units is due back",
                "correction": "The difference to a restated NAV is due",
            }
            about = f"{words.get(due.what, 'Redemption proceeds are due')} (dealt {due.since})."
            yield from self._entry(
                due.due_on or due.since,
                RECEIVE,
                f"{due.what}_due",
                about,
                due.amount,
                assumed=due.due_on is None,
            )

    def _waiting(self) -> Iterator[Entry]:
        for number, each in sorted(self.manager.waiting.items()):
            about = f"Units are issued for subscription {number} at the final NAV of this day."
            yield from self._entry(each.dealing_on, RECEIVE, "units_due", about, each.amount)
        for number, asked in sorted(self.manager.requests.items()):
            if asked.open:
                about = f"Request {number} is dealt at its final NAV, if no gate closes."
                day = asked.dealing_on
                if asked.filled and day < self.since:  # the rest is carried over
                    dates = dealing_dates(
                        self.terms, self.terms.redemptions, self.days, self.since, self.until
                    )
                    day = next(dates, day)
                yield from self._entry(
                    day, RECEIVE, "redemption_dealt", about, asked.open, self.units
                )

    def _workouts(self) -> Iterator[Entry]:
        for each in self.manager.workouts:
            about = f"Received in specie on {each.received_on}: to be sold by this day."
            asset = self.assets[each.asset]
            yield from self._entry(each.deadline, DECIDE, "sell_by", about, each.left, asset)

    def _restated(self) -> Iterator[Entry]:
        for dealt in self.manager.to_put_right():
            about = (
                f"The NAV of {dealt.on} was restated after {dealt.of.replace('/', ' ')}: ask the "
                "administrator how it is put right."
            )
            yield from self._entry(
                self.since, DECIDE, "correction", about, act_by=self.days.on_or_after(self.since)
            )

    # what the documents say

    def _terms(self) -> Iterator[Entry]:
        for version in self.manager.terms_since:
            if self._ahead(version.since) and version.since > self.manager.admitted_on:
                about = f"Other terms apply from this day ({version.document_ref})."
                yield from self._entry(version.since, DECIDE, "terms_change", about)

    def _reports(self) -> Iterator[Entry]:
        held = self.manager.lots or self.manager.interest
        if not held:
            return
        klass = self.manager.manager_kind
        last = self.manager.last_nav
        since = last.on if last else self.manager.last_dealt or self.since
        stale = since + timedelta(days=self.law.stale_after[klass])
        about = f"Its last NAV is of {since}; without another it is stale from this day."
        yield from self._entry(stale, REPORT, "nav_due", about)
        year = self.since.year - 1
        while date(year, 12, 31) < self.until:
            audit = audit_date(self.terms, self.days, date(year, 12, 31))
            if self._ahead(audit):
                about = f"The audited accounts of {year} are due."
                yield from self._entry(audit, REPORT, "audit_due", about)
            year += 1

    def _mandate(self) -> Iterator[Entry]:
        """Reports of the mandate of that day, from the last period that is over; and breaches."""
        mandate = self.mandates.on(self.since)
        for report in mandate.reports if mandate else ():
            months = MONTHS[report.every]
            index = (self.since.year * 12 + self.since.month - 1) // months * months
            end = date(index // 12, index % 12 + 1, 1) - timedelta(days=1)
            while (due := end + timedelta(days=report.due_days)) <= self.until:
                if due >= self.since:
                    about = f"Its {report.report} report to {end} is due."
                    yield from self._entry(due, REPORT, "report_due", about)
                end = months_after(end + timedelta(days=1), months) - timedelta(days=1)
        for breach in self.mandates.breaches:
            if breach.status == "open":
                about = f"Breach {breach.number} ({breach.clause}) must be cured."
                yield from self._entry(breach.cure_by, DECIDE, "cure_breach", about)

    # dealing

    def _pauses(self) -> Iterator[Entry]:
        for pause in self.manager.pauses:
            if pause.until and self._ahead(pause.until):
                about = f"Dealing stopped on {pause.since}; it said it would deal again from here."
                yield from self._entry(pause.until, DECIDE, "dealing_resumes", about)
            elif pause.until is None:
                about = f"Dealing stopped on {pause.since}, and no day was said: ask the manager."
                yield from self._entry(
                    self.since, DECIDE, "dealing_stopped", about,
                    act_by=self.days.on_or_after(self.since),
                )  # fmt: skip

    def _locks(self) -> Iterator[Entry]:
        for lot in self.manager.lots:
            terms = self.manager.terms_on(lot.dealt_on)
            hard, soft = hard_lock_end(terms, lot.dealt_on), soft_lock_end(terms, lot.dealt_on)
            if self._ahead(hard) and hard > lot.dealt_on:
                about = f"Units of {lot.dealt_on} can be redeemed from this day on."
                yield from self._entry(hard, DECIDE, "lock_end", about, lot.units, self.units)
            if self._ahead(soft) and terms.early_fee:
                about = f"Units of {lot.dealt_on} are redeemed without an early fee from here on."
                yield from self._entry(soft, DECIDE, "soft_lock_end", about, lot.units, self.units)

    def _dealing(self) -> Iterator[Entry]:
        versions = [v for v in self.manager.terms_since if v.since <= self.until]
        for version, following in zip(versions, [*versions[1:], None], strict=True):
            first = max(version.since, self.since)
            last = min(following.since - timedelta(days=1) if following else self.until, self.until)
            if first <= last:
                yield from self._redemptions(version.terms, first, last)
                yield from self._subscriptions(version.terms, first, last)

    def _redemptions(self, terms: Terms, first: date, last: date) -> Iterator[Entry]:
        if not self.manager.lots:
            return
        days = self._days(terms)
        for day in dealing_dates(terms, terms.redemptions, days, first, last):
            by = notice_deadline(terms, days, day)
            free = self._unlocked(day)
            if by < self.since or free <= 0 or self._stopped("redemptions", day):
                continue
            about = f"Last day of notice to redeem on {day}."
            assumed = terms.dealing_day == "any"
            yield from self._entry(
                day, NOTICE, "redemption_notice", about, free, self.units, by, assumed
            )
            if terms.redemptions in _OFTEN:
                return

    def _unlocked(self, day: date) -> int:
        lots = self.manager.lots_less(self.manager.asked_back)
        return sum(
            lot.units
            for lot in lots
            if hard_lock_end(self.manager.terms_on(lot.dealt_on), lot.dealt_on) <= day
        )

    def _subscriptions(self, terms: Terms, first: date, last: date) -> Iterator[Entry]:
        days = self._days(terms)
        for day in dealing_dates(terms, terms.subscriptions, days, first, last):
            by = notice_deadline(terms, days, day, terms.subscription_notice_days)
            if by < self.since or self._stopped("subscriptions", day):
                continue
            about = f"Last day to subscribe for {day}."
            assumed = terms.dealing_day == "any"
            yield from self._entry(day, DECIDE, "subscription", about, None, None, by, assumed)
            if terms.subscriptions in _OFTEN:
                return

    def _stopped(self, what: str, day: date) -> bool:
        return any(pause.stops(what, day) for pause in self.manager.pauses)

    # venture funds

    def _calls(self) -> Iterator[Entry]:
        for ref, call in self.manager.calls.items():
            if not call.open:
                continue
            about = f"Call {ref} is due."
            yield from self._entry(call.due_on, PAY, "call_due", about, call.open)
            terms = self.manager.terms_on(call.due_on).venture
            if terms and terms.cure_days:
                cure = self.days.on_or_after(call.due_on + timedelta(days=terms.cure_days))
                about = f"After this day call {ref}, unpaid, is a default."
                yield from self._entry(cure, PAY, "cure_ends", about, call.open)

    def _periods(self) -> Iterator[Entry]:
        terms = self.terms.venture
        if terms is None:
            return
        until = terms.investment_period_until
        if until and self._ahead(until):
            about = "The investment period ends; only follow-on investments and fees are called."
            yield from self._entry(until, DECIDE, "investment_period_ends", about)
        if terms.ends_on and terms.ends_on <= self.until and self.manager.interest:
            about = "The fund's life ends, unless it is extended."
            yield from self._entry(terms.ends_on, DECIDE, "fund_ends", about)
