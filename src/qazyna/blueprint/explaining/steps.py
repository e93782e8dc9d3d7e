"""Every step that can need approval, as a noun in each language: English, Russian, Kazakh."""

from typing import Final

_STEPS: Final = """
seize | seizure | изъятие | алып қою
sweep | moving coins to a custodian | перевод активов хранителю | активтерді сақтаушыға аудару
record_loss | recording a loss | запись об утрате | жоғалтуды тіркеу
make_good | making a loss good | возмещение утраты | жоғалтуды өтеу
recognise_fork | recognising a fork | признание форка | форкты тану
release_holding | release to the owner | возврат владельцу | иесіне қайтару
add_exhibit | filing an exhibit | приобщение вещественного доказательства | заттай дәлелдемені тіркеу
order_forfeiture | recording a forfeiture order | запись решения о конфискации | тәркілеу туралы шешімді тіркеу
record_finality | recording that an order is final | запись о вступлении решения в силу | шешімнің заңды күшіне енгенін тіркеу
award | recording an award | запись о присуждении | сот тағайындаған соманы тіркеу
pay_award | paying an award | выплата присуждённого | тағайындалған соманы төлеу
unclaimed_award | ending an award nobody claimed | прекращение невостребованного присуждения | талап етілмеген тағайындауды тоқтату
annul | annulling an order | отмена решения | шешімнің күшін жою
order_interlocutory_sale | a sale before the final order | продажа до вступления решения в силу | шешім күшіне енгенге дейінгі сату
dispose | disposing of an asset | распоряжение активом | активке билік ету
allocate | sharing out proceeds | распределение выручки | түсімді бөлу
appropriate | appropriation to the reserve | ассигнование в резерв | резервке қаражат бөлу
exchange_currency | exchange of currency | обмен валюты | валюта айырбастау
record_income | recording income | запись дохода | кірісті тіркеу
record_charge | recording a charge | запись расхода | шығынды тіркеу
record_assay | recording an assay of gold | запись анализа золота | алтын сынамасын тіркеу
withdraw | withdrawal from the reserve | выплата из резерва | резервтен қаражат алу
open_search | opening a selection | открытие отбора | іріктеуді ашу
name_scorer | naming a scorer | назначение оценщика | бағалаушыны тағайындау
excuse_scorer | excusing a scorer | освобождение оценщика | бағалаушыны босату
add_candidate | adding a candidate | внесение кандидата | үміткерді қосу
withdraw_candidate | withdrawing a candidate | снятие кандидата | үміткерді алып тастау
declare_conflicts | declaring conflicts of interest | заявление о конфликте интересов | мүдделер қақтығысын мәлімдеу
score_candidate | scoring a candidate | оценка кандидата | үміткерді бағалау
select_managers | choosing managers | выбор управляющих | басқарушыларды таңдау
admit_manager | admitting a manager | допуск управляющего | басқарушыға рұқсат беру
change_terms | changing the terms of a fund | изменение условий фонда | қор шарттарын өзгерту
release_manager | parting with a manager | прекращение работы с управляющим | басқарушымен жұмысты тоқтату
subscribe | subscription | подписка на паи | пайларға жазылу
subscribe_in_kind | subscription in kind | подписка на паи в натуре | пайларға заттай жазылу
state_nav | stating a NAV | объявление стоимости чистых активов | таза активтер құнын жариялау
correct_dealing | correcting a dealing | исправление операции с паями | пай операциясын түзету
request_redemption | asking for redemption | заявка на выкуп паёв | пайларды өтеуге өтінім беру
fill_redemption | filling a redemption | исполнение выкупа паёв | пайларды өтеуді орындау
compel_redemption | a redemption that the fund compels | принудительный выкуп паёв | пайларды мәжбүрлі өтеу
receive_proceeds | receiving proceeds | получение выручки | түсімді алу
pause_dealing | pausing dealing | приостановка операций с паями | пай операцияларын тоқтата тұру
resume_dealing | resuming dealing | возобновление операций с паями | пай операцияларын қайта бастау
adjust_units | adjusting units | корректировка числа паёв | пай санын түзету
record_rebate | recording a rebate | запись возврата вознаграждения | қайтарылған сыйақыны тіркеу
open_side_pocket | opening a side pocket | выделение обособленной части фонда | қордың оқшау бөлігін ашу
value_side_pocket | valuing a side pocket | оценка обособленной части фонда | қордың оқшау бөлігін бағалау
realise_side_pocket | realising a side pocket | реализация обособленной части фонда | қордың оқшау бөлігін сату
write_off | writing off | списание | есептен шығару
terminate_fund | terminating a fund | прекращение фонда | қорды тоқтату
liquidate | an instalment of a liquidation | платёж при ликвидации | тарату кезіндегі төлем
receive_in_specie | receiving assets in kind | получение активов в натуре | активтерді заттай алу
sell_workout | selling what was received in kind | продажа полученного в натуре | заттай алынғанды сату
commit_capital | committing capital | принятие обязательства по капиталу | капитал бойынша міндеттеме алу
end_commitment | ending a commitment | прекращение обязательства | міндеттемені тоқтату
issue_call | a capital call | требование капитала | капиталды талап ету
pay_call | paying a capital call | оплата требования капитала | капитал талабын төлеу
default_call | default on a capital call | неоплата требования капитала | капитал талабын төлемеу
distribute | a distribution of a fund | выплата фонда | қордың төлемі
receive_statement | taking in a manager's statement | приём отчёта управляющего | басқарушының есебін қабылдау
raise_query | a query to a manager | запрос управляющему | басқарушыға сұрау жіберу
answer_query | the answer to a query | ответ на запрос | сұрауға жауап беру
close_query | closing a query | закрытие запроса | сұрауды жабу
escalate_query | escalating a query | передача запроса выше | сұрауды жоғары тұрғанға беру
set_mandate | setting a mandate | утверждение мандата | мандатты бекіту
waive_breach | waiving a breach | прощение нарушения | бұзушылықты кешіру
escalate_breach | escalating a breach | передача нарушения выше | бұзушылықты жоғары тұрғанға беру
import_prices | import of prices | загрузка цен | бағаларды жүктеу
import_venues | import of venues | загрузка площадок | сауда алаңдарын жүктеу
import_history | import of past cases | загрузка прошлых дел | өткен істерді жүктеу
appoint | appointment to an office | назначение на должность | лауазымға тағайындау
reverse_entry | reversing an entry | сторнирование записи | жазбаны сторнолау
correct_entry | correcting an entry | исправление записи | жазбаны түзету
close_period | closing a period | закрытие периода | кезеңді жабу
adopt_blueprint | adopting another law | принятие другого закона | басқа заңды қабылдау
"""  # noqa: E501

_LANGUAGES: Final = ("en", "ru", "kk")


def _read() -> dict[str, dict[str, str]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in _STEPS.strip().splitlines()]
    return {row[0]: dict(zip(_LANGUAGES, row[1:], strict=True)) for row in rows}


STEPS: Final = _read()
"""kind of command -> language -> what it is called"""
