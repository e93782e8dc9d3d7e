"""Prices come in by the file: the event says which, the rows are kept under the file's digest."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from qazyna.errors import Refused
from qazyna.plan import Command, Event, Name, State, World, command, event, state
from qazyna.reserve.price_files import PriceFile

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

Found = tuple[str, str, date, date, int]
"""asset, currency, first day, last day, how many observations"""


@state
class Prices(State):
    """Which files of prices were taken in."""

    prefix: ClassVar[str] = "prices"

    files: dict[str, str] = {}
    """SHA-256 of the file -> its name"""


class ImportPrices(Command):
    """Take in a file of prices that was read and found sound."""

    kind: ClassVar[str] = "import_prices"

    file: Name
    sha256: Digest
    series: tuple[Found, ...] = Field(min_length=1, max_length=1000)

    @classmethod
    def of(cls, file: PriceFile, sha256: str) -> "ImportPrices":
        """The command for a file, refused whole when anything is wrong with it."""
        return cls(file=file.sound().file, sha256=sha256, series=file.series)

    def streams(self) -> tuple[str, ...]:
        return ("prices",)


@event
class PricesImported(Event):
    """These series are known from here on. Dated on the day they were taken in."""

    kind: ClassVar[str] = "prices_imported"

    file: str
    sha256: str
    series: tuple[Found, ...]

    @property
    def stream(self) -> str:
        return "prices"

    def evolve(self, state: Prices, version: int) -> None:
        state.files[self.sha256] = self.file


@command(ImportPrices)
def import_prices(world: World, asked: ImportPrices) -> list[Event]:
    """Nothing of the future; and a file that is known already changes nothing."""
    known = world.find(Prices)
    if known is not None and asked.sha256 in known.files:
        return []
    for asset, currency, _, last, _ in asked.series:
        if last > world.today:
            raise Refused(
                "date_in_future",
                f"{asked.file} prices {asset}/{currency} on {last}, and today is {world.today}.",
                {"series": f"{asset}/{currency}", "date": last},
            )
    return [
        PricesImported(on=world.today, file=asked.file, sha256=asked.sha256, series=asked.series)
    ]
