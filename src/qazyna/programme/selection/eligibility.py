"""Whether a candidate may be considered at all: every criterion of the law that it does not meet.

A criterion is asked where the blueprint has its clause (`programme.eligibility.*`), and only there.
"""

from collections.abc import Iterator
from decimal import Decimal

from qazyna.blueprint import Law
from qazyna.programme.selection.candidate import Failed, Kinds, Returns, Standing

FAMILY = "programme.eligibility"


def failed(law: Law, kinds: Kinds, standing: Standing, returns: Returns) -> tuple[Failed, ...]:
    """Every criterion that is not met, in the order of the form."""
    return tuple(
        Failed(clause=f"{FAMILY}.{clause}", why=why)
        for clause, why in _unmet(law, kinds, standing, returns)
    )


def _unmet(
    law: Law, kinds: Kinds, standing: Standing, returns: Returns
) -> Iterator[tuple[str, str]]:
    domiciles = law.says(f"{FAMILY}.domiciles", tuple)
    if domiciles is not None and kinds.domicile not in domiciles:
        yield "domiciles", f"it is domiciled in {kinds.domicile}, not in {', '.join(domiciles)}"
    years = law.says(f"{FAMILY}.years", int)
    if years is not None and len(returns) < 12 * years:
        yield "years", f"it shows {len(returns)} months of returns; {years} years are asked for"
    assets = law.says(f"{FAMILY}.assets", Decimal)
    if assets is not None and standing.assets < assets:
        yield (
            "assets",
            f"it manages {standing.assets:,f} {law.currency}; {assets:,f} are asked for",
        )
    for clause, met, why in (
        ("licence", standing.licence is not None, "its manager holds no licence"),
        (
            "independent_custodian",
            standing.custodian_independent,
            "its custodian is of its own group",
        ),
        (
            "independent_administrator",
            standing.administrator_independent,
            "its administrator is of its own group",
        ),
        ("audit", standing.auditor is not None, "its accounts are not audited"),
        (
            "aml_programme",
            standing.aml_programme,
            "it has no programme against money laundering",
        ),
        (
            "sanctions_screening",
            standing.sanctions_screening,
            "it does not screen against sanctions",
        ),
        ("insurance", standing.insured, "what it keeps is not insured"),
    ):
        if law.says(f"{FAMILY}.{clause}", bool) and not met:
            yield clause, why
