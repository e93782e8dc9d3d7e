"""The words of a blueprint in Kazakh, each in the form that the sentences ask for."""

from typing import Final

WEEK: Final = ("дүйсенбі", "сейсенбі", "сәрсенбі", "бейсенбі", "жұма", "сенбі", "жексенбі")
MONTH: Final = (
    *("қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым"),
    *("шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан"),
)
CLASS: Final = {
    "currency": "ақша",
    "gold": "алтын",
    "crypto": "криптоактивтер",
    "hedge_fund": "хедж-қорлардың пайлары",
    "venture_fund": "венчурлік қорлардағы үлестер",
}
# The accusative: what somebody keeps.
KEPT: Final = {
    "currency": "ақшаны",
    "gold": "алтынды",
    "crypto": "криптоактивтерді",
    "hedge_fund": "хедж-қорлардың пайларын",
    "venture_fund": "венчурлік қорлардағы үлестерді",
}
# The genitive: of what the share is.
OF_CLASS: Final = {
    "gold": "алтынның",
    "foreign_currency": "шетел валютасының",
    "domestic_currency": "ұлттық валютаның",
    "crypto": "криптоактивтердің",
    "hedge_funds": "хедж-қорлардың",
    "venture_funds": "венчурлік қорлардың",
    "in_transit": "жолдағы ақшаның",
    "receivables": "дебиторлық берешектің",
}
IN_ONE: Final = {"hedge_funds": "бір хедж-қордағы", "venture_funds": "бір венчурлік қордағы"}
FUND: Final = {
    "hedge_fund": "хедж-қор",
    "venture_fund": "венчурлік қор",
    "listed": "биржалық құрал",
}
# The dative, of one after a number and of many.
TO_FUND: Final = {"hedge_fund": "хедж-қорға", "venture_fund": "венчурлік қорға"}
TO_FUNDS: Final = {"hedge_fund": "хедж-қорларға", "venture_fund": "венчурлік қорларға"}
CONTROL: Final = {
    "restrained": "тұрған жерінде бұғатталғанда (биржаның немесе банктің оны босатуға құқығы жоқ)",
    "device": "кілттері бар құрылғы алынғанда",
    "custody": "сақтаушының бақылауындағы мекенжайға аударылғанда",
}
ORDER: Final = {
    "conviction": "айыптау үкімі бойынша — қылмысқа қатысты мүлікке",
    "non_conviction": "айыптау үкімінсіз — қылмысқа қатысты мүлікке",
    "value": "алынған пайданың шегінде — өзге мүлікке",
}
# Verbal nouns in the dative, before болады.
MAY_BE: Final = {
    "auction": "аукционда сатуға",
    "negotiated_sale": "келісілген шартпен бір сатып алушыға сатуға",
    "tranche_sale": "нарықта бөліп-бөліп сатуға",
    "sell_and_invest": "сатып, ақшасын басқарушыларға орналастыруға",
    "transfer_to_managers": "қорлардың пайларына айырбастап, басқарушыларға заттай беруге",
    "hold": "сол күйінде сақтауға",
}
IS: Final = {
    "auction": "аукционда сатылады",
    "negotiated_sale": "келісілген шартпен бір сатып алушыға сатылады",
    "tranche_sale": "нарықта бөліп-бөліп сатылады",
    "sell_and_invest": "сатылады, ал ақшасы басқарушыларға орналастырылады",
    "transfer_to_managers": "қорлардың пайларына айырбасталып, басқарушыларға заттай беріледі",
    "hold": "сол күйінде сақталады",
}
SOLD: Final = {
    "auction": "аукционда",
    "tranche_sale": "нарықта бөліп-бөліп",
    "negotiated_sale": "келісілген шартпен бір сатып алушыға",
}
TO: Final = {
    "reserve": "резервке",
    "budget": "мемлекеттік бюджетке",
    "victims": "жәбірленушілерге арналған ортақ қорға",
}
CRITERION: Final = {
    "governance": "корпоративтік басқару",
    "custody": "активтерді сақтау",
    "risk": "тәуекелдерді басқару",
    "performance": "нәтижелер",
    "fees": "сыйақы",
    "experience": "тәжірибе",
    "liquidity": "өтімділік",
    "transparency": "ашықтық",
    "strategy": "стратегия",
    "compliance": "талаптарды сақтау",
}
ALIKE: Final = {
    "strategy": "стратегиясы бірдейлер",
    "custodian": "сақтаушысы бірдейлер",
    "administrator": "әкімшісі бірдейлер",
    "domicile": "юрисдикциясы бірдейлер",
}
CONTENTS: Final = {
    "eligible_assets": "рұқсат етілген активтер",
    "market_value_floor": "активтің ең төменгі нарықтық құны",
    "single_asset": "бір активке қойылатын шек",
    "issuer": "бір эмитентке қойылатын шек",
    "counterparty": "бір контрагентке қойылатын шек",
    "illiquids": "өтімсіз активтерге қойылатын шек",
    "undisclosed": "ашылмаған позицияларға қойылатын шек",
    "leverage": "қарыз қаражатына қойылатын шек",
    "benchmark": "эталондық көрсеткіш",
    "reports": "есептілік",
    "cure_days": "бұзушылықты жою мерзімі",
}
IN: Final = {
    "single_asset": "бір активте",
    "issuer": "бір эмитентке қойылатын талаптарда",
    "counterparty": "бір контрагентте",
    "illiquids": "өтімсіз активтерде",
    "undisclosed": "ашылмаған позицияларда",
}
SOME: Final = {2: "екеуі", 3: "үшеуі", 4: "төртеуі", 5: "бесеуі"}
AGE: Final = {
    "currency": "валюта бағамы",
    "gold": "алтын бағасы",
    "crypto": "криптоактив бағасы",
    "hedge_fund": "хедж-қор пайының құны",
    "venture_fund": "венчурлік қордағы үлестің құны",
}
