"""A blueprint in Russian.

A noun after a number takes one of three forms: 1 день, 2 дня, 5 дней; after words that ask for the
genitive, one of two: не менее 1 дня, не менее 2 дней. Names of custodians and offices stand in the
nominative, so that whatever a blueprint calls them is right.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from qazyna.blueprint.explaining import russian_words as words
from qazyna.blueprint.explaining.steps import STEPS
from qazyna.blueprint.explaining.tongue import Number, Shares, Tongue
from qazyna.blueprint.schema import GOLD
from qazyna.blueprint.values import Limit, Par, Vehicle


def form(number: Number, one: str, few: str, many: str) -> str:
    """The form of a noun after a number; after a fraction it is that after two, in the singular.

    >>> [form(n, "день", "дня", "дней") for n in (1, 2, 5, 11, 12, 21, 24, 111)]
    ['день', 'дня', 'дней', 'дней', 'дней', 'день', 'дня', 'дней']
    """
    if number != int(number):
        return few
    last, teens = int(number) % 10, int(number) % 100
    if last == 1 and teens != 11:
        return one
    return few if 2 <= last <= 4 and not 12 <= teens <= 14 else many


def _singular(number: Number) -> bool:
    return int(number) % 10 == 1 and int(number) % 100 != 11


class Russian(Tongue):
    """Russian, with numbers and dates in its manner."""

    code = "ru"
    point = ","
    group = "\u00a0"
    per_cent = "\u00a0%"
    quotes = ("«", "»")
    conjunction = "и"
    disjunction = "или"
    assumed = "допущение"
    sections = {
        "model": "Модель",
        "seizure": "Изъятие и хранение",
        "title": "Как переходит право собственности",
        "disposal": "Что делают с конфискованным",
        "reserve": "Резерв",
        "managers": "Управляющие",
        "limits": "Лимиты",
        "approvals": "Согласования",
        "valuation": "Оценка",
        "practice": "Практика",
        "assumptions": "Что принято как допущение",
    }

    def _counted(self, number: Number, one: str, few: str, many: str) -> str:
        return f"{self.number(number)} {form(number, one, few, many)}"

    def _of(self, number: Number, one: str, many: str) -> str:
        """After a word that asks for the genitive: `не менее 21 дня`, `не менее 22 дней`."""
        return f"{self.number(number)} {one if _singular(number) else many}"

    def _days(self, days: int) -> str:
        return self._counted(days, "день", "дня", "дней")

    def _name(self, name: str) -> str:
        return "золото" if name == GOLD else self.vehicle_name(name)

    def day(self, day: date) -> str:
        return f"{day.day} {words.MONTH[day.month - 1]} {day.year}\u00a0г."

    def office(self, title: str) -> str:
        return title[:1].lower() + title[1:]

    def title(self, name: str, code: str, day: date) -> str:
        return f"{name} ({code}): что происходит с изъятыми криптоактивами, на {self.day(day)}"

    def kind_of_model(self, *, coins: bool, funds: bool) -> str:
        if coins:
            return "Модель прямая: резерв может владеть криптоактивами сам" + (
                " и через фонды." if funds else "."
            )
        if funds:
            return "Модель косвенная: криптоактивов у резерва нет, он вкладывает только в фонды."
        return "У резерва нет ни криптоактивов, ни фондов: криптоактивы превращаются в деньги."

    def currencies(self, statements: str, tender: str) -> str:
        if statements == tender:
            return f"Отчётность составляется в национальной валюте, {tender}."
        return f"Отчётность составляется в {statements}; национальная валюта — {tender}."

    def weekend(self, days: Sequence[int]) -> str:
        if not days:
            return "Банки работают без выходных."
        return f"Банки закрыты по {self.listed([words.CLOSED[day - 1] for day in days])}."

    def dates(self, first: date, changes: Sequence[date]) -> str:
        begins = f"Закон изложен начиная с {self.day(first)}"
        if not changes:
            return f"{begins[:-1]}. и с тех пор не менялся."
        return f"{begins[:-1]}.; он меняется с {self.listed([self.day(each) for each in changes])}"

    def controls(self, controls: Sequence[str]) -> str:
        told = "; ".join(words.CONTROL[each] for each in controls)
        return f"Актив считается изъятым, {told}."

    def keeps(self, name: str, holds: Sequence[str]) -> str:
        return f"{name} хранит {self.listed([words.CLASS[each] for each in holds])}."

    def case_money(self, name: str) -> str:
        return f"Вырученные по делу деньги до их передачи хранит {name}."

    def whose_until_then(self) -> str:
        return (
            "Изъятое ещё не принадлежит государству: пока решение не вступило в силу, "
            "актив удерживается для тех, кого назовёт суд."
        )

    def orders(self, kinds: Sequence[str]) -> str:
        told = "; ".join(words.ORDER[each] for each in kinds)
        return f"Право собственности переходит к государству по решению о конфискации: {told}."

    def appeal(self, days: int) -> str:
        if not days:
            return "Обжалование не предусмотрено, решение вступает в силу сразу."
        return (
            f"Решение можно обжаловать в течение {self._of(days, 'дня', 'дней')}; "
            "оно вступает в силу, когда жалоб больше нет."
        )

    def mechanisms(self, mechanisms: Sequence[str]) -> str:
        told = "; ".join(words.MAY_BE[each] for each in mechanisms)
        if len(mechanisms) == 1:
            return f"Конфискованное может быть только {told}."
        return f"Конфискованное может быть: {told}."

    def interlocutory(self) -> str:
        return (
            "С разрешения суда актив может быть продан до вступления решения в силу; "
            "тогда его место занимают деньги."
        )

    def shares(self, shares: Shares) -> str:
        if len(shares) == 1:
            return f"Всё конфискованное поступает {words.TO[shares[0][0]]}."
        (first, share), *others = shares
        told = f"{self.percent(share)} поступает {words.TO[first]}"
        rest = [f"{self.percent(share)} — {words.TO[to]}" for to, share in others]
        return f"Из конфискованного {told}, {', '.join(rest)}."

    def awards_first(self) -> str:
        return "Присуждённое потерпевшим или другому государству выплачивается до этого."

    def may_hold(self, classes: Sequence[str]) -> str:
        return f"В резерве могут находиться {self.listed([words.CLASS[each] for each in classes])}."

    def reserve_kept(self, bank: str, vault: str) -> str:
        if not vault:
            return f"Деньги резерва хранит {bank}."
        if bank == vault:
            return f"Деньги и золото резерва хранит {bank}."
        return f"Деньги резерва хранит {bank}, золото — {vault}."

    def floor(self, value: Decimal, currency: str, months: int) -> str:
        return (
            "Актив входит в резерв, только если его рыночная стоимость в среднем за "
            f"{self._counted(months, 'месяц', 'месяца', 'месяцев')} была не ниже "
            f"{self.number(value)} {currency}; иначе он продаётся."
        )

    def official(self, *, counted: bool) -> str:
        known = "уже учтён" if counted else "не учтён"
        return f"Резерв {known} в составе официальных резервных активов."

    def admitted(self, hedge: int, venture: int) -> str:
        pairs = (("hedge_fund", hedge), ("venture_fund", venture))
        some = [self._of(number, *words.OF_FUND[kind]) for kind, number in pairs if number]
        none = [words.FUNDS[kind] for kind, number in pairs if not number]
        if not some:
            return "Управляющие не допускаются."
        told = f"Одновременно допускается не более {self.listed(some)}"
        return told + (f"; {none[0]} не допускаются." if none else ".")

    def by_selection(self, kinds: Sequence[str]) -> str:
        if not kinds:
            return "Управляющего можно допустить и без отбора."
        funds = self.listed([words.FUNDS[kind] for kind in kinds])
        return f"{_capital(funds)} допускаются только по итогам отбора."

    def scorers(self, least: int, highest: int, offices: Sequence[str]) -> str:
        return (
            f"Каждого кандидата вслепую оценивают не менее {self._of(least, 'человека', 'человек')}"
            f", от 0 до {self._of(highest, 'балла', 'баллов')}; оценивать могут: "
            f"{', '.join(offices)}."
        )

    def eligibility(self, asked: Sequence[tuple[str, object]], currency: str) -> str:
        return f"Кандидат должен {'; '.join(self._asked(*each, currency) for each in asked)}."

    def _asked(self, what: str, value: object, currency: str) -> str:
        if what == "domiciles" and isinstance(value, tuple):
            return f"быть учреждён в одной из юрисдикций: {', '.join(map(str, value))}"
        if what == "years" and isinstance(value, int):
            return f"работать не менее {self._of(value, 'года', 'лет')}"
        if what == "assets" and isinstance(value, Decimal):
            return f"управлять активами не менее чем на {self.number(value)} {currency}"
        return {
            "licence": "иметь лицензию",
            "independent_custodian": "иметь хранителя вне своей группы",
            "independent_administrator": "иметь администратора вне своей группы",
            "audit": "проходить независимый аудит",
            "aml_programme": "иметь программу противодействия отмыванию денег",
            "sanctions_screening": "проверять инвесторов и платежи по санкционным спискам",
            "insurance": "страховать то, что хранит",
        }[what]

    def scorecard(self, weights: Shares) -> str:
        told = ", ".join(
            f"{words.CRITERION.get(name) or self.vehicle_name(name)} — {self.percent(weight)}"
            for name, weight in weights
        )
        return f"Веса критериев: {told}."

    def diversification(self, most: Sequence[tuple[str, int]]) -> str:
        told = ", ".join(f"{count} {words.ALIKE[what]}" for what, count in most)
        return f"Среди выбранных не более {told}."

    def correlation(self, below: Decimal, months: int) -> str:
        over = self._of(months, "общему месяцу", "общим месяцам")
        return (
            f"Корреляция доходностей любых двух из них ниже {self.number(below)}; "
            f"она измеряется не менее чем по {over}."
        )

    def mandate_says(self, contents: Sequence[str]) -> str:
        told = self.listed([words.CONTENTS[each] for each in contents])
        return f"В каждом мандате указываются {told}."

    def mandate_most(self, most: Shares) -> str:
        told = self.listed([f"{self.percent(share)} {words.IN[what]}" for what, share in most])
        return f"Мандат допускает не более {told}."

    def mandate_days(self, what: str, days: int) -> str:
        if what == "cure":
            return f"Нарушение устраняется не позднее чем через {self._days(days)}."
        return f"Отчёт представляется не позднее чем через {self._days(days)} после конца периода."

    def query(self, days: int) -> str:
        return f"На ответ на запрос управляющему даётся {self._days(days)}."

    def limit(self, limit: Limit) -> str:
        bound = "не более" if limit.bound == "max" else "не менее"
        klass = words.OF_CLASS[limit.klass]
        if limit.measure == "manager_count":
            return f"Число {klass} — {bound} {self.number(limit.value)}."
        if limit.measure == "manager_share":
            one, share = words.ONE_OF[limit.klass], self.percent(limit.value)
            return f"На {one} приходится {bound} {share} резерва."
        return f"Доля {klass} — {bound} {self.percent(limit.value)} резерва."

    def approvals(self, count: int, offices: Sequence[str], steps: Sequence[str]) -> str:
        told = ", ".join(STEPS[step]["ru"] for step in steps)
        if count == len(offices):
            who = self.listed(offices)
        elif count == 1:
            who = self.either(offices)
        else:
            some = words.SOME.get(count, str(count))
            who = f"{some} из следующих должностных лиц ({', '.join(offices)})"
        verb = "согласует" if count == 1 else "согласуют"
        return f"{_capital(who)} {verb} следующие шаги: {told}."

    def no_approval(self) -> str:
        return "Никто не согласует собственный шаг; остальные шаги согласования не требуют."

    def stale(self, ages: Sequence[tuple[str, int]]) -> str:
        told = self.listed([f"{words.AGE[klass]} — через {self._days(age)}" for klass, age in ages])
        return f"Цены помечаются как устаревшие: {told}."

    def same_nav(self, times: int) -> str:
        return (
            f"Стоимость пая, повторённая {self._counted(times, 'раз', 'раза', 'раз')} подряд до "
            "последней цифры, тоже считается устаревшей."
        )

    def roll_forward(self, *, replaced: bool) -> str:
        if replaced:
            return "Устаревшая стоимость пая заменяется оценкой."
        return "Устаревшая стоимость пая остаётся с пометкой, рядом приводится оценка."

    def par(self, par: Par) -> str:
        return f"{par.asset} учитывается по номиналу {self.number(par.value)} {par.currency}."

    def no_practice(self) -> str:
        return "О практике файл ничего не говорит, поэтому лаборатория не может проиграть модель."

    def disposal(self, mechanism: str) -> str:
        if mechanism == "interlocutory_sale":
            return (
                "На практике всё изъятое продаётся с разрешения суда до вступления решения в силу."
            )
        return f"На практике то, что стало собственностью государства, {words.IS[mechanism]}."

    def sold_by(self, way: str) -> str:
        return f"Продажа идёт {words.SOLD[way]}."

    def too_small(self, way: str) -> str:
        return f"Слишком малое для резерва продаётся {words.SOLD[way]}."

    def days_final(self, days: int) -> str:
        return (
            f"Если реестр не называет день, решение вступает в силу через {self._days(days)} "
            "после изъятия."
        )

    def days_disposal(self, days: int) -> str:
        if not days:
            return "Первая продажа или передача — в день вступления решения в силу."
        return f"Первая продажа или передача — через {self._days(days)} после этого."

    def days_interlocutory(self, days: int) -> str:
        return f"Продажа наступает через {self._days(days)} после изъятия."

    def auction(self, block: Decimal, every: int) -> str:
        often = "каждый день" if every == 1 else f"раз в {self._days(every)}"
        return (
            f"На аукцион выставляется не более {self.percent(block)} среднего дневного объёма "
            f"рынка; аукционы идут {often}."
        )

    def discounts(self, points: Sequence[tuple[Decimal, Decimal]]) -> str:
        told = ", ".join(f"при {self.number(at)} — {self.percent(off)}" for at, off in points)
        return (
            f"Скидка к цене закрытия зависит от того, сколько дневных объёмов предложено: {told}."
        )

    def tranche(self, share: Decimal, impact: Decimal) -> str:
        return (
            f"За день продаётся не более {self.percent(share)} объёма предыдущего дня; весь "
            f"дневной объём продался бы на {self.percent(impact)} ниже цены закрытия, меньшая "
            "часть — ближе к ней, по закону квадратного корня."
        )

    def agreed(self, discount: Decimal) -> str:
        if not discount:
            return "Согласованная цена — цена закрытия."
        return f"Согласованная цена на {self.percent(discount)} ниже цены закрытия."

    def sale_cost(self, cost: Decimal) -> str:
        return f"Расходы на продажу — {self.percent(cost)} выручки."

    def custody_cost(self, cost: Decimal) -> str:
        return f"Хранение криптоактивов обходится в {self.percent(cost)} их стоимости в год."

    def key_loss(self, hazard: Decimal, loss: Decimal) -> str:
        return (
            f"Вероятность утраты ключей — {self.percent(hazard)} в год; тогда пропадает "
            f"{self.percent(loss)} хранимого."
        )

    def vehicle(self, vehicle: Vehicle) -> str:
        count = self._counted(vehicle.count, *words.FUND[vehicle.kind])
        told = [f"{_capital(self.vehicle_name(vehicle.name))}: {count}"]
        told.append(f"доходность как у {self.of_formula(vehicle) or 'нуля'}")
        if vehicle.alpha:
            told[-1] += f" и ещё {self.percent(vehicle.alpha)} в год"
        fees = [f"{self.percent(vehicle.management)} в год"] if vehicle.management else []
        fees += [f"{self.percent(vehicle.performance)} прибыли"] if vehicle.performance else []
        told.append(f"вознаграждение — {self.listed(fees)}" if fees else "без вознаграждения")
        if vehicle.notice_days:
            told.append(f"уведомление за {self._days(vehicle.notice_days)}")
        if vehicle.gate != 1:
            told.append(
                f"за один день выкупа возвращается не более {self.percent(vehicle.gate)} вложенного"
            )
        return "; ".join(told) + "."

    def placed(self, shares: Shares, money: Decimal) -> str:
        told = ", ".join(f"{self._name(name)} — {self.percent(share)}" for name, share in shares)
        rest = f"; остальное, {self.percent(money)}, остаётся деньгами" if money else ""
        return f"Резерв размещается так: {told}{rest}."

    def rebalance(self, how: str) -> str:
        if how == "yearly":
            return "Раз в год он возвращается к этим долям."
        return "К этим долям он потом не возвращается."

    def base(self, value: Decimal, currency: str) -> str:
        return (
            "Лимит на криптоактивы исчисляется от государственных средств в размере "
            f"{self.number(value)} {currency}."
        )

    def inflation(self, rise: Decimal) -> str:
        return f"Цены растут на {self.percent(rise)} в год."

    def how_much_is_assumed(
        self, law: tuple[int, int], practice: tuple[int, int], share: Decimal
    ) -> str:
        if not law[0] + practice[0]:
            return "На этот день допущений нет."
        told = f"{law[0]} из {self._of(law[1], 'ответа', 'ответов')} закона"
        if practice[1]:
            told += f" и {practice[0]} из {self._of(practice[1], 'ответа', 'ответов')} о практике"
        return f"На этот день допущениями являются {told}: {self.percent(share)} всех ответов."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
