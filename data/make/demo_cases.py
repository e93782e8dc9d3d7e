"""The demo's cases as they are told: what was seized, where it is, what became of it.

Every case is illustrative. Days are working days; quantities are in the asset's own unit.
"""

from dataclasses import dataclass
from datetime import date

AFM, PROSECUTOR = "AFM", "General Prosecutor's Office"


@dataclass(frozen=True)
class Sale:
    """A sale at the day's price less a discount (0.001 = ten basis points), and what it cost."""

    day: date
    discount: str
    costs: str = ""
    disposal: str = "sell_and_invest"


@dataclass(frozen=True)
class Part:
    """A quantity of a holding, with what the court decided of it and how it was sold, if it was."""

    quantity: str
    outcome: str
    sale: Sale | None = None
    said: str = ""


@dataclass(frozen=True)
class Holding:
    """One wallet's worth of one asset: who controls it, and its parts."""

    asset: str
    parts: tuple[Part, ...]
    control: str = "custody"


@dataclass(frozen=True)
class Case:
    """One case: the day of the seizure, the authority, the day its order was final, if it is."""

    seized_on: date
    authority: str
    holdings: tuple[Holding, ...]
    final_on: date | None = None


def pending(asset: str, quantity: str, control: str = "custody") -> Holding:
    """Return a holding that still awaits its court."""
    return Holding(asset, (Part(quantity, "pending"),), control)


def given_back(asset: str, quantity: str, outcome: str, control: str = "custody") -> Holding:
    """Return a holding that went back whole, to its owner or to victims."""
    return Holding(asset, (Part(quantity, outcome),), control)


def sold(asset: str, quantity: str, day: date, discount: str, costs: str = "") -> Holding:
    """Return a holding that was forfeited whole and sold."""
    return Holding(asset, (Part(quantity, "forfeited", Sale(day, discount, costs)),))


CASES = (
    Case(
        date(2025, 1, 21),
        AFM,
        (
            sold("BTC", "3.25140877", date(2025, 7, 16), "0.0040", "386.10"),
            sold("USDT", "84512.400000", date(2025, 7, 18), "0.0010", "24.00"),
        ),
        date(2025, 7, 14),
    ),
    Case(
        date(2025, 2, 6),
        AFM,
        (
            sold("USDT", "142300.250000", date(2025, 7, 30), "0.0010", "24.00"),
            sold("USDT", "31877.190000", date(2025, 7, 30), "0.0010"),
        ),
        date(2025, 7, 28),
    ),
    Case(
        date(2025, 2, 17),
        PROSECUTOR,
        (given_back("BTC", "1.40026500", "returned"),),
        date(2025, 6, 20),
    ),
    Case(
        date(2025, 2, 24),
        AFM,
        (
            Holding(
                "BTC",
                (
                    Part("6", "forfeited", Sale(date(2025, 8, 20), "0.0050", "684.50")),
                    Part("4", "returned"),
                ),
            ),
        ),
        date(2025, 8, 18),
    ),
    Case(
        date(2025, 3, 6),
        PROSECUTOR,
        (
            given_back("USDT", "96410.550000", "restituted"),
            given_back("BTC", "0.85113020", "restituted"),
        ),
        date(2025, 9, 5),
    ),
    Case(
        date(2025, 3, 17),
        AFM,
        (
            sold("BTC", "2.10447316", date(2025, 9, 17), "0.0035", "244.00"),
            sold("USDT", "12480.000000", date(2025, 9, 17), "0.0010"),
        ),
        date(2025, 9, 12),
    ),
    Case(
        date(2025, 3, 28),
        PROSECUTOR,
        (given_back("USDT", "61200.000000", "returned", "restrained"),),
        date(2025, 5, 30),
    ),
    Case(
        date(2025, 4, 10),
        AFM,
        (
            sold("BTC", "1.75092284", date(2025, 10, 3), "0.0030", "213.40"),
            sold("USDT", "38905.770000", date(2025, 10, 6), "0.0010"),
        ),
        date(2025, 9, 29),
    ),
    Case(
        date(2025, 4, 24),
        AFM,
        (
            pending("BTC", "0.62100000", "device"),
            pending("USDT", "9340.000000", "device"),
        ),
    ),
    Case(
        date(2025, 5, 6),
        AFM,
        (
            sold("USDT", "210000.000000", date(2025, 10, 14), "0.0012", "30.00"),
            sold("USDT", "36518.330000", date(2025, 10, 14), "0.0012"),
        ),
        date(2025, 10, 10),
    ),
    Case(
        date(2025, 5, 21),
        PROSECUTOR,
        (
            Holding(
                "BTC",
                (
                    Part(
                        "1.20000000",
                        "pending",
                        Sale(date(2025, 8, 14), "0.0030", "142.00", "interlocutory_sale"),
                        "The court let it be sold before judgment; the money stands in its place. ",
                    ),
                ),
            ),
        ),
    ),
    Case(
        date(2025, 6, 10),
        AFM,
        (
            Holding(
                "BTC",
                (
                    Part(
                        "3.10000000",
                        "forfeited",
                        said="Kept unsold, to be handed over in kind to a hedge fund. ",
                    ),
                ),
            ),
        ),
        date(2025, 12, 10),
    ),
    Case(
        date(2025, 6, 24),
        AFM,
        (
            pending("USDT", "45310.900000", "restrained"),
            pending("BTC", "0.35204410", "restrained"),
        ),
    ),
    Case(
        date(2025, 7, 10),
        AFM,
        (
            sold("BTC", "2.40558712", date(2025, 12, 3), "0.0040", "224.00"),
            sold("BTC", "0.33109945", date(2025, 12, 3), "0.0040"),
        ),
        date(2025, 11, 28),
    ),
    Case(
        date(2025, 7, 24),
        AFM,
        (sold("USDT", "118750.000000", date(2025, 12, 10), "0.0010", "24.00"),),
        date(2025, 12, 5),
    ),
    Case(
        date(2025, 8, 6),
        PROSECUTOR,
        (given_back("BTC", "0.90412277", "returned"),),
        date(2025, 11, 14),
    ),
    Case(
        date(2025, 8, 21),
        AFM,
        (
            sold("BTC", "1.60250000", date(2026, 1, 22), "0.0075", "138.00"),
            sold("USDT", "27600.500000", date(2026, 1, 22), "0.0010"),
        ),
        date(2026, 1, 15),
    ),
    Case(
        date(2025, 9, 3),
        PROSECUTOR,
        (given_back("USDT", "74025.000000", "restituted"),),
        date(2026, 2, 20),
    ),
    Case(
        date(2025, 9, 17),
        AFM,
        (
            pending("BTC", "2.00417731"),
            pending("USDT", "15750.000000"),
        ),
    ),
    Case(
        date(2025, 10, 3),
        AFM,
        (
            pending("BTC", "0.55000000", "device"),
            pending("USDT", "19800.000000", "device"),
        ),
    ),
    Case(
        date(2025, 10, 14),
        AFM,
        (sold("USDT", "156000.000000", date(2026, 3, 4), "0.0010", "24.00"),),
        date(2026, 2, 27),
    ),
    Case(date(2025, 10, 28), PROSECUTOR, (pending("BTC", "1.15038265"),)),
    Case(date(2025, 11, 10), AFM, (pending("USDT", "88400.000000", "restrained"),)),
    Case(date(2025, 11, 24), AFM, (pending("BTC", "1.90277140"),)),
    Case(
        date(2025, 12, 3),
        AFM,
        (
            pending("BTC", "0.75000000"),
            pending("USDT", "52044.810000"),
        ),
    ),
    Case(date(2025, 12, 17), PROSECUTOR, (pending("BTC", "1.00000000", "restrained"),)),
    Case(date(2026, 1, 20), AFM, (pending("USDT", "133000.000000"),)),
    Case(date(2026, 2, 12), AFM, (pending("USDT", "47250.000000", "restrained"),)),
    Case(date(2026, 3, 18), PROSECUTOR, (pending("USDT", "64911.250000", "device"),)),
    Case(date(2026, 5, 14), AFM, (pending("USDT", "29100.000000"),)),
)
