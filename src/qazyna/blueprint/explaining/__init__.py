"""A blueprint in plain words, in English, Russian and Kazakh, sentence by sentence.

Every sentence says on which clauses it rests, and whether any of them is an assumption. What a
blueprint names itself (its custodians, its offices) is told as it names it in that language.
"""

from datetime import date
from typing import Final

from qazyna.blueprint.explaining.english import English
from qazyna.blueprint.explaining.kazakh import Kazakh
from qazyna.blueprint.explaining.russian import Russian
from qazyna.blueprint.explaining.telling import Teller, counted
from qazyna.blueprint.explaining.tongue import Tongue
from qazyna.blueprint.law import Blueprint

TONGUES: Final[dict[str, Tongue]] = {each.code: each for each in (English(), Russian(), Kazakh())}


def explain(blueprint: Blueprint, day: date, language: str) -> dict[str, object]:
    """The model of that day in plain words; KeyError for a language that is not one of TONGUES.

    Refuses a day before the blueprint begins.
    """
    tongue, law = TONGUES[language], blueprint.on(day)
    told = Teller(blueprint, law, day, tongue).tell()
    by_law, by_practice = counted(law)
    name = tongue.called(law.jurisdiction, law.jurisdiction.local_language)
    return {
        "name": blueprint.name,
        "sha256": blueprint.sha256,
        "on": str(day),
        "language": language,
        "title": tongue.title(name, law.jurisdiction.code, day),
        "assumption": tongue.assumed,
        "sections": [
            {
                "section": key,
                "title": tongue.sections[key],
                "sentences": [
                    {
                        "text": each.text,
                        "clauses": list(each.clauses),
                        "assumption": each.assumed,
                    }
                    for each in sentences
                ],
            }
            for key, sentences in told.items()
            if sentences
        ],
        "answers": {
            "law": {"all": by_law[1], "assumptions": by_law[0]},
            "practice": {"all": by_practice[1], "assumptions": by_practice[0]},
        },
    }
