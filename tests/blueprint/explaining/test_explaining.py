"""A model in three languages: the same sentences, each in its own grammar."""

import re
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from qazyna.blueprint import COMMAND_KINDS, MECHANISMS, Blueprint, parse
from qazyna.blueprint.explaining import TONGUES, explain
from qazyna.blueprint.explaining.kazakh import ablative, of_then
from qazyna.blueprint.explaining.russian import form
from qazyna.blueprint.explaining.steps import STEPS
from qazyna.blueprint.schema import SALES
from qazyna.errors import Refused
from tests.blueprint.broken_files import BLUEPRINTS, TEMPLATE, template_without

SHIPPED = sorted(BLUEPRINTS.glob("*.toml"))
DAY = date(2026, 6, 30)
KAZAKH = "әғқңөұүһі"


def sentences(text: str, language: str, day: date = DAY) -> list[dict[str, Any]]:
    told: Any = explain(parse(text, "told"), day, language)
    return [each for section in told["sections"] for each in section["sentences"]]


def told_of(clause: str, text: str, language: str) -> str:
    """The one sentence that tells of a clause."""
    (found,) = [each["text"] for each in sentences(text, language) if clause in each["clauses"]]
    return str(found).replace("\u00a0", " ")


def with_answer(clause: str, unit: str, value: str) -> str:
    return (
        f'[{clause}]\nunit = "{unit}"\nvalues = [ {{ from = 2009-01-03, value = {value}, '
        f'assumption = true, note = "a test" }} ]\n{template_without(clause)}'
    )


def blueprint(file: Path) -> Blueprint:
    return parse(file.read_text(encoding="utf-8"), file.stem)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_language_tells_the_same_of_every_day(file: Path) -> None:
    found = blueprint(file)
    for day in found.change_dates:
        told: list[Any] = [explain(found, day, language) for language in TONGUES]

        same = [
            [
                (section["section"], each["clauses"], each["assumption"])
                for section in document["sections"]
                for each in section["sentences"]
            ]
            for document in told
        ]
        assert same[0] == same[1] == same[2]
        assert told[0]["answers"] == told[1]["answers"] == told[2]["answers"]


@pytest.mark.parametrize("language", TONGUES)
@pytest.mark.parametrize("disposal", MECHANISMS)
@pytest.mark.parametrize("by", SALES)
def test_every_mechanism_can_be_told(language: str, disposal: str, by: str) -> None:
    text = with_answer("practice.disposal", "text", f'"{disposal}"').replace(
        'value = "tranche_sale"', f'value = "{by}"'
    )

    told = [each["text"] for each in sentences(text, language)]

    assert all(each.endswith(".") for each in told)
    assert all(each[0].isupper() or each[0] in "“«0123456789" for each in told)
    assert len(told) == len(set(told))


def test_each_mechanism_of_law_and_practice_is_told_in_words_of_its_own() -> None:
    for language in TONGUES:
        for clause, unit, values in (
            ("practice.disposal", "text", [f'"{each}"' for each in MECHANISMS]),
            ("practice.sale.by", "text", [f'"{each}"' for each in SALES]),
            ("reserve.eligible", "list", ['["currency"]', '["gold"]', '["currency", "crypto"]']),
        ):
            if clause == "reserve.eligible":
                rest = template_without("reserve", "limits", "practice")
                rest += "".join(
                    f'[reserve.{kept}]\nunit = "text"\nvalues = [ {{ from = 2009-01-03, value = '
                    '"National Bank", assumption = true, note = "a test" } ]\n'
                    for kept in ("bank", "vault")
                )
                texts = [
                    f'[{clause}]\nunit = "{unit}"\nvalues = [ {{ from = 2009-01-03, value = {value}'
                    f', assumption = true, note = "a test" }} ]\n{rest}'
                    for value in values
                ]
            else:
                texts = [with_answer(clause, unit, value) for value in values]
            told = [
                tuple(
                    each["text"] for each in sentences(text, language) if clause in each["clauses"]
                )
                for text in texts
            ]
            assert all(told)
            assert len(set(told)) == len(values)


def test_every_step_that_can_be_approved_has_a_name_in_every_language() -> None:
    assert set(COMMAND_KINDS) == set(STEPS)
    for language in TONGUES:
        names = [names[language] for names in STEPS.values()]
        assert all(names)
        assert len(set(names)) == len(names)


def test_no_word_of_english_is_left_in_the_other_languages() -> None:
    for language in ("ru", "kk"):
        text = " ".join(each["text"] for each in sentences(TEMPLATE, language))
        # What the file names itself stands in quotes.
        unquoted = re.sub(r"«[^»]*»", "", text)
        assert [] == re.findall(r"[a-z]+", unquoted)


def test_each_language_is_written_in_its_own_letters() -> None:
    russian = " ".join(each["text"] for each in sentences(TEMPLATE, "ru"))
    kazakh = " ".join(each["text"] for each in sentences(TEMPLATE, "kk"))

    assert not set(russian.lower()) & set(KAZAKH)
    assert set(KAZAKH) - set("һ") <= set(kazakh.lower())


def test_all_that_is_in_force_is_told_save_what_decides_nothing_here() -> None:
    text = TEMPLATE
    told = {name for each in sentences(text, "en") for name in each["clauses"]}

    assert set(parse(text, "template").on(DAY).clauses) - told == {
        # what the books refuse, and nobody asks about
        "case.eligible",
        "budget.eligible",
        "workout.eligible",
        # no coin may be held
        "reserve.market_value_floor",
        "reserve.market_value_months",
        "practice.reserve.base",
        # other ways of selling than the one used
        "practice.auction.block",
        "practice.auction.every",
        "practice.auction.discount",
        "practice.sale.discount",
        "practice.days.interlocutory",
        # it is asked of no candidate
        "programme.eligibility.insurance",
        # it needs nobody's approval
        "approvals.import_history",
    }


def test_what_rests_on_an_assumption_is_marked_and_counted() -> None:
    told: Any = explain(parse(TEMPLATE, "template"), DAY, "en")
    marked = {
        name
        for section in told["sections"]
        for each in section["sentences"]
        if each["assumption"]
        for name in each["clauses"]
    }
    law = parse(TEMPLATE, "template").on(DAY)

    assert {name for name in law.clauses if law.clauses[name].assumed} >= marked
    assert "valuation.par.USDT" in marked
    assert "forfeiture.appeal_days" not in marked
    practice = sum(name.startswith("practice.") for name in law.clauses)
    assert told["answers"] == {
        "law": {"all": len(law.clauses) - practice, "assumptions": 1},
        "practice": {"all": practice, "assumptions": practice},
    }


@pytest.mark.parametrize(
    ("days", "russian", "kazakh", "english"),
    [
        (1, "1 день", "1 күн", "1 day"),
        (3, "3 дня", "3 күн", "3 days"),
        (5, "5 дней", "5 күн", "5 days"),
        (11, "11 дней", "11 күн", "11 days"),
        (21, "21 день", "21 күн", "21 days"),
        (102, "102 дня", "102 күн", "102 days"),
    ],
)
def test_days_are_counted_in_the_manner_of_the_language(
    days: int, russian: str, kazakh: str, english: str
) -> None:
    text = with_answer("programme.query_days", "days", str(days))

    assert f"даётся {russian}." in told_of("programme.query_days", text, "ru")
    assert f"үшін {kazakh} беріледі." in told_of("programme.query_days", text, "kk")
    assert f"has {english} to answer" in told_of("programme.query_days", text, "en")


@pytest.mark.parametrize(
    ("days", "genitive"), [(1, "1 дня"), (2, "2 дней"), (21, "21 дня"), (30, "30 дней")]
)
def test_a_genitive_is_one_where_russian_asks_for_it(days: int, genitive: str) -> None:
    text = with_answer("forfeiture.appeal_days", "days", str(days))

    assert told_of("forfeiture.appeal_days", text, "ru").startswith(
        f"Решение можно обжаловать в течение {genitive};"
    )


def test_forms_after_numbers_follow_the_last_two_digits() -> None:
    for tens, last in product(range(30), range(10)):
        number = tens * 10 + last
        teen = tens % 10 == 1
        expected = "b" if last in (2, 3, 4) and not teen else "a" if last == 1 and not teen else "c"
        assert expected == form(number, "a", "b", "c")
    assert form(Decimal("1.5"), "a", "b", "c") == "b"


@pytest.mark.parametrize(
    ("month", "since", "then"),
    [
        ("қаңтар", "қаңтардан", "қаңтардағы"),
        ("ақпан", "ақпаннан", "ақпандағы"),
        ("наурыз", "наурыздан", "наурыздағы"),
        ("сәуір", "сәуірден", "сәуірдегі"),
        ("мамыр", "мамырдан", "мамырдағы"),
        ("маусым", "маусымнан", "маусымдағы"),
        ("шілде", "шілдеден", "шілдедегі"),
        ("тамыз", "тамыздан", "тамыздағы"),
        ("қыркүйек", "қыркүйектен", "қыркүйектегі"),
        ("қазан", "қазаннан", "қазандағы"),
        ("қараша", "қарашадан", "қарашадағы"),
        ("желтоқсан", "желтоқсаннан", "желтоқсандағы"),
    ],
)
def test_suffixes_of_kazakh_months_follow_vowel_and_last_sound(
    month: str, since: str, then: str
) -> None:
    assert (since, then) == (ablative(month), of_then(month))


def test_numbers_and_dates_are_in_the_manner_of_the_language() -> None:
    titles = [explain(parse(TEMPLATE, "template"), DAY, each)["title"] for each in TONGUES]

    assert str(titles[0]).endswith("as of 30 June 2026")
    assert str(titles[1]).endswith("на 30 июня 2026\u00a0г.")
    assert str(titles[2]).endswith("2026 жылғы 30 маусымдағы жағдай бойынша")
    assert "100,000,000 USD" in told_of("programme.eligibility.assets", TEMPLATE, "en")
    assert "100 000 000 USD" in told_of("programme.eligibility.assets", TEMPLATE, "ru")
    assert "100 000 000 USD" in told_of("programme.eligibility.assets", TEMPLATE, "kk")
    assert "0.3 % of its proceeds" in told_of("practice.sale.cost", TEMPLATE, "en")
    assert "0,3 % выручки" in told_of("practice.sale.cost", TEMPLATE, "ru")
    assert "түсімнің 0,3 пайызы" in told_of("practice.sale.cost", TEMPLATE, "kk")


def test_the_law_of_the_template_in_a_sentence_of_each_language() -> None:
    assert [told_of("disposition.share.reserve", TEMPLATE, each) for each in TONGUES] == [
        "Of what is forfeited, 60 % goes to the reserve and 40 % to the State budget.",
        "Из конфискованного 60 % поступает в резерв, 40 % — в государственный бюджет.",
        "Тәркіленгеннің 60 пайызы резервке, 40 пайызы мемлекеттік бюджетке түседі.",
    ]
    assert [told_of("limits.one_hedge_fund", TEMPLATE, each) for each in TONGUES] == [
        "At most 15 % of the reserve is with any one of the hedge funds.",
        "На один хедж-фонд приходится не более 15 % резерва.",
        "Бір хедж-қордағы үлес резервтің 15 пайызынан аспайды.",
    ]
    assert [told_of("approvals.adopt_blueprint", TEMPLATE, each) for each in TONGUES] == [
        "2 of these (the supervising prosecutor, the member of the investment committee, the risk "
        "officer) must agree to: adopting another law.",
        "Двое из следующих должностных лиц (надзирающий прокурор, член инвестиционного комитета, "
        "риск-менеджер) согласуют следующие шаги: принятие другого закона.",
        "Мына лауазымды тұлғалардың екеуі (қадағалаушы прокурор, инвестициялық комитет мүшесі, "
        "тәуекел-менеджер) мына қадамдарды келіседі: басқа заңды қабылдау.",
    ]


def test_a_name_is_given_in_the_language_where_the_file_gives_one() -> None:
    local = TEMPLATE.replace('# local_language = "en"', 'local_language = "kk"')
    own = 'names = { ru = "надзирающий прокурор", kk = "қадағалаушы прокурор" }'
    named = local.replace(own, 'local_name = "Қадағалаушы"')

    assert "Надзирающий прокурор или" in told_of("approvals.award", TEMPLATE, "ru")
    assert "Қадағалаушы немесе сот хатшысы" in told_of("approvals.award", named, "kk")
    assert "Supervising prosecutor или секретарь суда" in told_of("approvals.award", named, "ru")


def test_a_file_without_practice_says_that_it_cannot_be_played() -> None:
    told: Any = explain(parse(template_without("practice"), "law"), DAY, "en")
    (practice,) = [each for each in told["sections"] if each["section"] == "practice"]

    assert [each["text"] for each in practice["sentences"]] == [
        "The file says nothing of practice, so that the lab cannot play the model."
    ]


def test_a_day_before_the_law_begins_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        explain(parse(TEMPLATE, "template"), date(2009, 1, 2), "en")

    assert refused.value.code == "no_law_on_date"


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_whoever_a_shipped_model_names_has_a_name_in_every_language(file: Path) -> None:
    found = blueprint(file)
    language = found.jurisdiction.local_language
    for named in (found.jurisdiction, *found.custodians.values(), *found.roles.values()):
        for tongue in (TONGUES["ru"], TONGUES["kk"]):
            assert not re.search(r"[a-z]{2}", tongue.called(named, language))


def test_where_small_assets_are_sold_though_the_rest_is_kept_it_is_told_how() -> None:
    text = with_answer("practice.disposal", "text", '"hold"').replace(
        'value = ["currency", "gold", "hedge_fund", "venture_fund"]',
        'value = ["currency", "gold", "crypto", "hedge_fund", "venture_fund"]',
    )

    assert [told_of("practice.sale.by", text, each) for each in TONGUES] == [
        "What is worth too little for the reserve is sold on the market, a little at a time.",
        "Слишком малое для резерва продаётся на рынке, по частям.",
        "Құны резервке жетпейтін актив нарықта бөліп-бөліп сатылады.",
    ]
    assert "500 000 000 000 USD" in told_of("reserve.market_value_floor", text, "ru")
    assert "за 24 месяца" in told_of("reserve.market_value_months", text, "ru")
