"""A blueprint in Kazakh.

A noun after a number stays in the singular. Suffixes follow the vowels of the word they join, so
the words that take them stand in `kazakh_words` in the very form that the sentence needs; a number
is followed by a word (пайыз, күн) that carries the suffix in its stead, and names of custodians and
offices stay as the blueprint has them.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from qazyna.blueprint.explaining import kazakh_words as words
from qazyna.blueprint.explaining.steps import STEPS
from qazyna.blueprint.explaining.tongue import Shares, Tongue
from qazyna.blueprint.schema import GOLD
from qazyna.blueprint.values import Limit, Par, Vehicle

_BACK: Final = "аяоуыұёю"
_FRONT: Final = "әеөүіиэ"


def _harmony(word: str) -> str:
    """`back` or `front`, after the last vowel that tells it."""
    for letter in reversed(word.lower()):
        if letter in _BACK:
            return "back"
        if letter in _FRONT:
            return "front"
    return "back"


def _after(word: str) -> str:
    """What kind of sound a word ends in: `vowel`, `nasal` (м н ң), `voiced` or `voiceless`."""
    last = word[-1].lower()
    if last in _BACK + _FRONT:
        return "vowel"
    if last in "мнң":
        return "nasal"
    return "voiceless" if last in "пкқтсшщчцфхһбвгд" else "voiced"


def ablative(word: str) -> str:
    """From, since: -нан/-нен after м н ң, -тан/-тен after voiceless sounds, else -дан/-ден.

    >>> [ablative(each) for each in ("қаңтар", "сәуір", "маусым", "тамыз", "қыркүйек", "шілде")]
    ['қаңтардан', 'сәуірден', 'маусымнан', 'тамыздан', 'қыркүйектен', 'шілдеден']
    """
    first = {"nasal": "н", "voiceless": "т"}.get(_after(word), "д")
    return word + first + ("ан" if _harmony(word) == "back" else "ен")


def locative(word: str) -> str:
    """In, at: -та/-те after voiceless sounds, else -да/-де.

    >>> [locative(each) for each in ("қаңтар", "қыркүйек", "қазан", "шілде")]
    ['қаңтарда', 'қыркүйекте', 'қазанда', 'шілдеде']
    """
    first = "т" if _after(word) == "voiceless" else "д"
    return word + first + ("а" if _harmony(word) == "back" else "е")


def of_then(word: str) -> str:
    """The adjective of a time: `маусымдағы`, `сәуірдегі`."""
    return locative(word) + ("ғы" if _harmony(word) == "back" else "гі")


class Kazakh(Tongue):
    """Kazakh in Cyrillic, with numbers and dates in its manner."""

    code = "kk"
    point = ","
    group = "\u00a0"
    per_cent = "%"
    quotes = ("«", "»")
    conjunction = "және"
    disjunction = "немесе"
    assumed = "жорамал"
    sections = {
        "model": "Үлгі",
        "seizure": "Алып қою және сақтау",
        "title": "Меншік құқығы қалай өтеді",
        "disposal": "Тәркіленген активпен не істеледі",
        "reserve": "Резерв",
        "managers": "Басқарушылар",
        "limits": "Шектер",
        "approvals": "Келісулер",
        "valuation": "Бағалау",
        "practice": "Тәжірибе",
        "assumptions": "Нелер жорамал",
    }

    def _name(self, name: str) -> str:
        return "алтын" if name == GOLD else self.vehicle_name(name)

    def _percents(self, share: Decimal) -> str:
        """`60 пайызы`: of something."""
        return f"{self.number(share * 100)} пайызы"

    def day(self, day: date) -> str:
        return f"{day.year} жылғы {day.day} {words.MONTH[day.month - 1]}"

    def _since(self, day: date) -> str:
        return f"{day.year} жылғы {day.day} {ablative(words.MONTH[day.month - 1])}"

    def office(self, title: str) -> str:
        return title[:1].lower() + title[1:]

    def title(self, name: str, code: str, day: date) -> str:
        when = f"{day.year} жылғы {day.day} {of_then(words.MONTH[day.month - 1])}"
        return f"{name} ({code}): алып қойылған криптоактивтермен не болады, {when} жағдай бойынша"

    def kind_of_model(self, *, coins: bool, funds: bool) -> str:
        if coins:
            return "Үлгі тікелей: резерв криптоактивтерді өзі" + (
                " де, қорлар арқылы да иелене алады." if funds else " иелене алады."
            )
        if funds:
            return "Үлгі жанама: резервте криптоактив болмайды, ол қаражатын тек қорларға салады."
        return "Резервте криптоактив те, қор да болмайды: криптоактивтер ақшаға айналады."

    def currencies(self, statements: str, tender: str) -> str:
        if statements == tender:
            return f"Есептілік ұлттық валютамен, {tender}, жасалады."
        return f"Есептілік валютасы — {statements}; ұлттық валюта — {tender}."

    def weekend(self, days: Sequence[int]) -> str:
        if not days:
            return "Банктер демалыссыз жұмыс істейді."
        told = self.listed([words.WEEK[day - 1] for day in days])
        return f"Банктер {told} {'күні' if len(days) == 1 else 'күндері'} жабық."

    def dates(self, first: date, changes: Sequence[date]) -> str:
        begins = f"Заң {self._since(first)} бастап берілген"
        if not changes:
            return f"{begins}, содан бері өзгерген жоқ."
        return (
            f"{begins}; ол {self.listed([self._since(each) for each in changes])} бастап өзгереді."
        )

    def controls(self, controls: Sequence[str]) -> str:
        told = self.either([words.CONTROL[each] for each in controls])
        return f"Актив {told} алып қойылған деп есептеледі."

    def keeps(self, name: str, holds: Sequence[str]) -> str:
        return f"{name} {self.listed([words.KEPT[each] for each in holds])} сақтайды."

    def case_money(self, name: str) -> str:
        return f"Іс бойынша түскен ақшаны берілгенге дейін {name} сақтайды."

    def whose_until_then(self) -> str:
        return (
            "Алып қойылған актив әлі мемлекеттікі емес: шешім заңды күшіне енгенге дейін ол "
            "сот атайтын тұлғалар үшін сақталады."
        )

    def orders(self, kinds: Sequence[str]) -> str:
        told = "; ".join(words.ORDER[each] for each in kinds)
        return f"Меншік құқығы мемлекетке тәркілеу туралы шешіммен өтеді: {told}."

    def appeal(self, days: int) -> str:
        if not days:
            return "Шешімге шағым берілмейді, ол бірден заңды күшіне енеді."
        return (
            f"Шешімге {days} күн ішінде шағым беруге болады; шағым қалмағанда ол заңды күшіне "
            "енеді."
        )

    def mechanisms(self, mechanisms: Sequence[str]) -> str:
        told = "; ".join(words.MAY_BE[each] for each in mechanisms)
        if len(mechanisms) == 1:
            return f"Тәркіленген активті тек {told} болады."
        return f"Тәркіленген активті былай пайдалануға болады: {_nominative(mechanisms)}."

    def interlocutory(self) -> str:
        return (
            "Соттың рұқсатымен активті шешім заңды күшіне енгенге дейін сатуға болады; "
            "сонда оның орнын ақша басады."
        )

    def shares(self, shares: Shares) -> str:
        if len(shares) == 1:
            return f"Тәркіленгеннің бәрі {words.TO[shares[0][0]]} түседі."
        told = ", ".join(f"{self._percents(share)} {words.TO[to]}" for to, share in shares)
        return f"Тәркіленгеннің {told} түседі."

    def awards_first(self) -> str:
        return "Сот жәбірленушілерге немесе басқа мемлекетке тағайындаған сома одан бұрын төленеді."

    def may_hold(self, classes: Sequence[str]) -> str:
        return f"Резервте {self.listed([words.CLASS[each] for each in classes])} болуы мүмкін."

    def reserve_kept(self, bank: str, vault: str) -> str:
        if not vault:
            return f"Резервтің ақшасын {bank} сақтайды."
        if bank == vault:
            return f"Резервтің ақшасы мен алтынын {bank} сақтайды."
        return f"Резервтің ақшасын {bank}, алтынын {vault} сақтайды."

    def floor(self, value: Decimal, currency: str, months: int) -> str:
        return (
            f"Актив резервке оның нарықтық құны {months} ай ішінде орта есеппен кемінде "
            f"{self.number(value)} {currency} болса ғана енгізіледі; әйтпесе ол сатылады."
        )

    def official(self, *, counted: bool) -> str:
        known = "есепке алынған" if counted else "есепке алынбаған"
        return f"Резерв ресми резервтік активтердің құрамында {known}."

    def admitted(self, hedge: int, venture: int) -> str:
        pairs = (("hedge_fund", hedge), ("venture_fund", venture))
        some = [f"{number} {words.TO_FUND[kind]}" for kind, number in pairs if number]
        none = [words.TO_FUNDS[kind] for kind, number in pairs if not number]
        if not some:
            return "Басқарушыларға рұқсат берілмейді."
        told = f"Бір мезгілде ең көбі {self.listed(some)} рұқсат беріледі"
        return told + (f"; {none[0]} рұқсат берілмейді." if none else ".")

    def by_selection(self, kinds: Sequence[str]) -> str:
        if not kinds:
            return "Басқарушыға іріктеусіз де рұқсат беруге болады."
        funds = self.listed([words.TO_FUNDS[kind] for kind in kinds])
        return f"{_capital(funds)} рұқсат тек іріктеу қорытындысымен беріледі."

    def scorers(self, least: int, highest: int, offices: Sequence[str]) -> str:
        return (
            f"Әр үміткерді кемінде {least} адам бірінің бағасын бірі көрмей бағалайды, ең жоғары "
            f"балл — {highest}; бағалай алатындар: {', '.join(offices)}."
        )

    def eligibility(self, asked: Sequence[tuple[str, object]], currency: str) -> str:
        told = "; ".join(self._asked(*each, currency) for each in asked)
        return f"Үміткерге қойылатын талаптар: {told}."

    def _asked(self, what: str, value: object, currency: str) -> str:
        if what == "domiciles" and isinstance(value, tuple):
            return f"мына юрисдикциялардың бірінде тіркелуі: {', '.join(map(str, value))}"
        if what == "years" and isinstance(value, int):
            return f"кемінде {value} жыл жұмыс істеуі"
        if what == "assets" and isinstance(value, Decimal):
            return f"кемінде {self.number(value)} {currency} активті басқаруы"
        return {
            "licence": "лицензиясының болуы",
            "independent_custodian": "сақтаушысының өз тобынан тыс болуы",
            "independent_administrator": "әкімшісінің өз тобынан тыс болуы",
            "audit": "тәуелсіз аудиттен өтуі",
            "aml_programme": "ақшаны жылыстатуға қарсы бағдарламасының болуы",
            "sanctions_screening": "инвесторлар мен төлемдерді санкциялар тізімімен тексеруі",
            "insurance": "сақтайтынын сақтандыруы",
        }[what]

    def scorecard(self, weights: Shares) -> str:
        told = ", ".join(
            f"{words.CRITERION.get(name) or self.vehicle_name(name)} — {self.percent(weight)}"
            for name, weight in weights
        )
        return f"Өлшемдердің салмағы: {told}."

    def diversification(self, most: Sequence[tuple[str, int]]) -> str:
        told = ", ".join(f"{words.ALIKE[what]} — {count}" for what, count in most)
        return f"Таңдалғандардың ішінде ең көбі: {told}."

    def correlation(self, below: Decimal, months: int) -> str:
        return (
            f"Олардың кез келген екеуінің кірістілік корреляциясы {self.number(below)} шегіне "
            f"жетпейді; ол кемінде {months} ортақ ай бойынша өлшенеді."
        )

    def mandate_says(self, contents: Sequence[str]) -> str:
        told = ", ".join(words.CONTENTS[each] for each in contents)
        return f"Әр мандатта мыналар көрсетіледі: {told}."

    def mandate_most(self, most: Shares) -> str:
        told = ", ".join(f"{words.IN[what]} — {self.percent(share)}" for what, share in most)
        return f"Мандат бойынша ең көбі: {told}."

    def mandate_days(self, what: str, days: int) -> str:
        if what == "cure":
            return f"Бұзушылық {days} күннен кешіктірілмей жойылады."
        return f"Есеп кезең аяқталғаннан кейін {days} күннен кешіктірілмей беріледі."

    def query(self, days: int) -> str:
        return f"Басқарушыға сұрауға жауап беру үшін {days} күн беріледі."

    def limit(self, limit: Limit) -> str:
        most = limit.bound == "max"
        klass = words.OF_CLASS[limit.klass]
        if limit.measure == "manager_count":
            bound = "ең көбі" if most else "кемінде"
            return f"{_capital(klass)} саны — {bound} {self.number(limit.value)}."
        percents = self.number(limit.value * 100)
        bound = "пайызынан аспайды" if most else "пайызынан кем болмайды"
        if limit.measure == "manager_share":
            return f"{_capital(words.IN_ONE[limit.klass])} үлес резервтің {percents} {bound}."
        return f"{_capital(klass)} үлесі резервтің {percents} {bound}."

    def approvals(self, count: int, offices: Sequence[str], steps: Sequence[str]) -> str:
        told = ", ".join(STEPS[step]["kk"] for step in steps)
        if count == len(offices):
            who = self.listed(offices)
        elif count == 1:
            who = self.either(offices)
        else:
            some = words.SOME.get(count, str(count))
            who = f"мына лауазымды тұлғалардың {some} ({', '.join(offices)})"
        return f"{_capital(who)} мына қадамдарды келіседі: {told}."

    def no_approval(self) -> str:
        return "Ешкім өз қадамын өзі келіспейді; қалған қадамдарға келісім керек емес."

    def stale(self, ages: Sequence[tuple[str, int]]) -> str:
        told = ", ".join(f"{words.AGE[klass]} — {age} күннен кейін" for klass, age in ages)
        return f"Баға ескірген деп белгіленеді: {told}."

    def same_nav(self, times: int) -> str:
        return (
            f"Соңғы цифрына дейін қатарынан {times} рет қайталанған пай құны да ескірген деп "
            "есептеледі."
        )

    def roll_forward(self, *, replaced: bool) -> str:
        if replaced:
            return "Ескірген пай құны бағалаумен алмастырылады."
        return "Ескірген пай құны белгіленіп қалдырылады, қасында оның бағалауы беріледі."

    def par(self, par: Par) -> str:
        return f"{par.asset} {self.number(par.value)} {par.currency} номиналымен есепке алынады."

    def no_practice(self) -> str:
        return "Файлда тәжірибе туралы ештеңе айтылмаған, сондықтан зертхана үлгіні ойната алмайды."

    def disposal(self, mechanism: str) -> str:
        if mechanism == "interlocutory_sale":
            return (
                "Іс жүзінде алып қойылғанның бәрі шешім заңды күшіне енгенге дейін соттың "
                "рұқсатымен сатылады."
            )
        return f"Іс жүзінде мемлекет меншігіне өткен актив {words.IS[mechanism]}."

    def sold_by(self, way: str) -> str:
        return f"Ол {words.SOLD[way]} сатылады."

    def too_small(self, way: str) -> str:
        return f"Құны резервке жетпейтін актив {words.SOLD[way]} сатылады."

    def days_final(self, days: int) -> str:
        return (
            f"Тізілімде күні көрсетілмесе, шешім алып қоюдан {days} күн өткен соң заңды күшіне "
            "енеді."
        )

    def days_disposal(self, days: int) -> str:
        if not days:
            return "Алғашқы сату немесе беру шешім заңды күшіне енген күні болады."
        return f"Алғашқы сату немесе беру одан {days} күн өткен соң болады."

    def days_interlocutory(self, days: int) -> str:
        return f"Сату алып қоюдан {days} күн өткен соң болады."

    def auction(self, block: Decimal, every: int) -> str:
        often = "күн сайын" if every == 1 else f"{every} күнде бір рет"
        return (
            f"Бір аукционға нарықтың орташа күндік көлемінің ең көбі {self._percents(block)} "
            f"шығарылады; аукцион {often} өтеді."
        )

    def discounts(self, points: Sequence[tuple[Decimal, Decimal]]) -> str:
        told = ", ".join(f"{self.number(at)} болса — {self.percent(off)}" for at, off in points)
        return f"Жабылу бағасынан жеңілдік қанша күндік көлем ұсынылғанына байланысты: {told}."

    def tranche(self, share: Decimal, impact: Decimal) -> str:
        return (
            f"Бір күнде алдыңғы күн көлемінің ең көбі {self._percents(share)} сатылады; бүкіл "
            f"күндік көлем жабылу бағасынан {self.number(impact * 100)} пайыз төмен сатылар еді, "
            "одан азы квадрат түбір заңымен оған жақынырақ сатылады."
        )

    def agreed(self, discount: Decimal) -> str:
        if not discount:
            return "Келісілген баға — жабылу бағасы."
        return f"Келісілген баға жабылу бағасынан {self.number(discount * 100)} пайыз төмен."

    def sale_cost(self, cost: Decimal) -> str:
        return f"Сату шығыны — түсімнің {self._percents(cost)}."

    def custody_cost(self, cost: Decimal) -> str:
        return (
            f"Криптоактивтерді сақтау жылына олардың құнының {self.number(cost * 100)} пайызына "
            "түседі."
        )

    def key_loss(self, hazard: Decimal, loss: Decimal) -> str:
        return (
            f"Кілттердің жоғалу ықтималдығы — жылына {self.number(hazard * 100)} пайыз; сонда "
            f"сақталғанның {self._percents(loss)} жоғалады."
        )

    def vehicle(self, vehicle: Vehicle) -> str:
        told = [f"{self.vehicle_name(vehicle.name)}: {vehicle.count} {words.FUND[vehicle.kind]}"]
        told.append(f"кірістілігі — {self.of_formula(vehicle) or 'нөл'}")
        if vehicle.alpha:
            told[-1] += f", оған қоса жылына {self.percent(vehicle.alpha)}"
        fees = [f"жылына {self.percent(vehicle.management)}"] if vehicle.management else []
        fees += [f"табыстың {self._percents(vehicle.performance)}"] if vehicle.performance else []
        told.append(f"сыйақы — {self.listed(fees)}" if fees else "сыйақысыз")
        if vehicle.notice_days:
            told.append(f"{vehicle.notice_days} күн бұрын хабарланады")
        if vehicle.gate != 1:
            told.append(f"бір өтеу күнінде салымның ең көбі {self._percents(vehicle.gate)} қайтады")
        return "; ".join(told) + "."

    def placed(self, shares: Shares, money: Decimal) -> str:
        told = ", ".join(f"{self._name(name)} — {self.percent(share)}" for name, share in shares)
        rest = f"; қалған {self._percents(money)} ақша күйінде қалады" if money else ""
        return f"Резерв былай орналастырылады: {told}{rest}."

    def rebalance(self, how: str) -> str:
        if how == "yearly":
            return "Жылына бір рет ол осы үлестерге қайтарылады."
        return "Ол кейін осы үлестерге қайтарылмайды."

    def base(self, value: Decimal, currency: str) -> str:
        return (
            f"Криптоактивтерге қойылған шек {self.number(value)} {currency} мемлекеттік қаражаттан "
            "есептеледі."
        )

    def inflation(self, rise: Decimal) -> str:
        return f"Баға жылына {self.number(rise * 100)} пайыз өседі."

    def how_much_is_assumed(
        self, law: tuple[int, int], practice: tuple[int, int], share: Decimal
    ) -> str:
        if not law[0] + practice[0]:
            return "Бұл күні жорамал жоқ."
        told = f"заң бойынша {law[1]} жауаптың ішінде — {law[0]}"
        if practice[1]:
            told += f", тәжірибе бойынша {practice[1]} жауаптың ішінде — {practice[0]}"
        return f"Бұл күнгі жорамалдар: {told}; барлық жауаптың {self._percents(share)}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _nominative(mechanisms: Sequence[str]) -> str:
    """The verbal nouns themselves, сату for сатуға."""
    return "; ".join(
        words.MAY_BE[each].removesuffix("ға").removesuffix("ге") for each in mechanisms
    )
