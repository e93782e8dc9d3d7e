"""Exports as Parquet in the schema of bitcoin-etl, as the public datasets are: columns at once.

A file is cut into windows of rows, each of which knows its blocks. Layouts differ: BigQuery and
bitcoin-etl have `addresses` and base units, AWS has `address` and coins as floats; timestamps are
seconds or dates. A row that cannot be taken is rejected with its number; a file whose columns are
of a wrong kind, or that cannot be read, is refused.
"""

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from qazyna.errors import Refused
from qazyna.tracing.ingest.arrow import Column, pieces
from qazyna.tracing.ingest.batch import UNKNOWN, Batch, joined, numbered, owners, sums
from qazyna.tracing.ingest.records import KINDS, MOST_HEIGHT
from qazyna.tracing.ingest.sources import Source, truncated
from qazyna.tracing.ingest.texts import Intake
from qazyna.tracing.store.strings import Strings

WINDOW = 250_000
"""So many rows are looked at as one chunk."""

COIN = 100_000_000

WHOLE = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)
TEXT = (pl.Categorical, pl.Enum)
NEEDED = ("hash", "block_number", "block_timestamp", "outputs")


class Window:
    """Rows of a Parquet file from `begin` on, and the blocks that they belong to."""

    def __init__(self, source: Source, begin: int, heights: np.ndarray, intake: Intake) -> None:
        self.source, self.begin, self.intake = source, begin, intake
        self.heights, self.counts = np.unique(heights[heights >= 0], return_counts=True)
        self._rows = heights
        self._ordered = bool((np.diff(heights) >= 0).all())

    def read(self, low: int, high: int) -> list[Batch]:
        first, size = self._span(low, high)
        try:
            frame = _scan(self.source).slice(self.begin + first, size).collect()
        except pl.exceptions.PolarsError as error:
            raise truncated(self.source.path, str(error).splitlines()[0]) from None
        rows = np.arange(self.begin + first + 1, self.begin + first + 1 + size)
        within = self._rows[first : first + size]
        read, at = [], 0
        # Chunk by chunk: a frame of several would be copied into one.
        begin = 0
        for length in frame["hash"].chunk_lengths():
            with pieces(frame.slice(begin, length)) as each:
                for piece in each:
                    own = rows[at : at + piece.length]
                    batch, problems = _batch(piece, self.source, own)
                    for number, reason, txid in problems:
                        height = int(self._rows[number - self.begin - 1])
                        if low <= height <= high:
                            named = {"height": height, "txid": txid}
                            self.intake.reject(self.source, number, reason, **named)
                    read.append(batch)
                    at += piece.length
            begin += length
        if ((low <= within) & (within <= high)).all():
            return read
        batch = joined(read)
        return [batch.take(np.flatnonzero((low <= batch.height) & (batch.height <= high)))]

    def _span(self, low: int, high: int) -> tuple[int, int]:
        """The rows to read, as first and number: all, if they do not stand in order."""
        if not self._ordered:
            return 0, len(self._rows)
        first = int(np.searchsorted(self._rows, low))
        return first, int(np.searchsorted(self._rows, high, side="right")) - first


def read_parquet(source: Source, intake: Intake) -> None:
    """See which blocks a file has; of blocks alone, how many transactions they announce."""
    try:
        schema = pl.read_parquet_schema(source.path)
        if "number" in schema and "transaction_count" in schema:
            _announced(source, intake)
            return
        _check(source, schema)
        column = pl.scan_parquet(source.path).select(pl.col("block_number").cast(pl.Int64))
        heights = column.collect()["block_number"]
    except pl.exceptions.PolarsError as error:
        raise truncated(source.path, str(error).splitlines()[0]) from None
    sound = heights.is_between(0, MOST_HEIGHT).fill_null(False).to_numpy()
    numbers = heights.fill_null(-1).to_numpy().copy()
    numbers[~sound] = -1
    for row in np.flatnonzero(~sound).tolist():
        found = heights[row]
        told = "missing" if found is None else f"{found}, outside 0 to {MOST_HEIGHT}"
        intake.reject(source, row + 1, f"block_number is {told}")
    for begin in range(0, len(numbers), WINDOW):
        window = Window(source, begin, numbers[begin : begin + WINDOW], intake)
        if len(window.heights):
            intake.chunks.append(window)


def _announced(source: Source, intake: Intake) -> None:
    frame = pl.read_parquet(source.path, columns=["number", "transaction_count"]).drop_nulls()
    for row, (height, count) in enumerate(frame.iter_rows(), 1):
        intake.announced[int(height)] = int(count), source.number, row


def _check(source: Source, schema: pl.Schema | dict[str, pl.DataType]) -> None:
    """Refuse a file that has not the columns, or has them of another kind."""

    def refuse(problem: str) -> Refused:
        return Refused(
            "bad_schema",
            f"{source.path}: {problem}. Wanted is the schema of bitcoin-etl's transactions.",
            {"source": source.path},
        )

    missing = [name for name in NEEDED if name not in schema]
    if missing:
        raise refuse(f"there is no column {', '.join(missing)}")
    for name in ("hash", "block_hash"):
        if name in schema and not isinstance(schema[name], pl.String | pl.Null):
            raise refuse(f"{name} is {schema[name]}, not a string")
    for name in ("inputs", "outputs"):
        kind = schema.get(name)
        if kind is None or isinstance(kind, pl.Null):
            continue
        if not isinstance(kind, pl.List) or not isinstance(kind.inner, pl.Struct):
            raise refuse(f"{name} is {kind}, not a list of structs")
        fields = {field.name: field.dtype for field in kind.inner.fields}
        wanted = (
            ["value"] if name == "outputs" else ["spent_transaction_hash", "spent_output_index"]
        )
        for field in wanted:
            if field not in fields:
                raise refuse(f"{name} has no field {field}")
        for field, found in fields.items():
            inner = found.inner if isinstance(found, pl.List) else found
            text = isinstance(inner, pl.String | pl.Null | pl.Categorical | pl.Enum)
            if field in ("addresses", "address", "spent_transaction_hash", "type") and not text:
                raise refuse(f"{field} of {name} is {found}, not strings")
            if field in ("value", "spent_output_index") and not inner.is_numeric():
                raise refuse(f"{field} of {name} is {found}, not numbers")


def _scan(source: Source) -> pl.LazyFrame:
    """The columns that are read, each of the type that `_batch` expects."""
    frame = pl.scan_parquet(source.path)
    schema = frame.collect_schema()
    time = schema["block_timestamp"]
    stamp = pl.col("block_timestamp")
    if isinstance(time, pl.Datetime):
        stamp = stamp.dt.epoch("s")
    elif isinstance(time, pl.String):
        stamp = stamp.str.strip_suffix(" UTC").str.to_datetime(time_zone="UTC", strict=False)
        stamp = stamp.dt.epoch("s")
    wanted = [
        pl.col("hash"),
        pl.col("block_number").cast(pl.Int64),
        stamp.cast(pl.Int64).alias("block_timestamp"),
        _nested("outputs", schema),
    ]
    optional = {"block_hash": pl.String, "index": pl.Int64, "is_coinbase": pl.UInt8}
    wanted += [pl.col(name).cast(kind) for name, kind in optional.items() if name in schema]
    if "inputs" in schema and not isinstance(schema["inputs"], pl.Null):
        wanted.append(_nested("inputs", schema))
    if isinstance(schema.get("output_value"), WHOLE):
        wanted.append(pl.col("output_value").cast(pl.Int64))
    return frame.select(wanted)


def _nested(name: str, schema: pl.Schema) -> pl.Expr:
    """A list of structs, with decimals made whole numbers and categories strings."""
    kind = schema[name]
    assert isinstance(kind, pl.List) and isinstance(kind.inner, pl.Struct)
    fields = {}
    for field in kind.inner.fields:
        wanted = field.dtype
        if isinstance(wanted, pl.Decimal | pl.Int128):
            wanted = pl.Int64()
        elif isinstance(wanted, (*TEXT, pl.Null)):
            wanted = pl.String()
        fields[field.name] = wanted
    target = pl.List(pl.Struct(fields))
    return pl.col(name) if target == kind else pl.col(name).cast(target)


def _batch(
    piece: Column, source: Source, rows: np.ndarray
) -> tuple[Batch, list[tuple[int, str, str]]]:
    """The transactions that can be taken; of the others the row, the reason and the id."""
    size = piece.length
    problems = _Problems(size)
    txid, sound = _must(piece, "hash").hashes()
    problems.note(~sound, "hash is not 64 hexadecimal digits")
    height = _whole(_must(piece, "block_number"), UNKNOWN)
    problems.note((height < 0) | (height > MOST_HEIGHT), "block_number is out of range")
    time = _whole(_must(piece, "block_timestamp"), None, problems, "block_timestamp is missing")
    index = _optional(piece, "index", rows)
    block_hash = np.zeros((size, 32), np.uint8)
    if (column := piece.child("block_hash")) is not None:
        block_hash, sound = column.hashes()
        said = column.places()[1] > 0
        problems.note(said & ~sound, "block_hash is not 64 hexadecimal digits")
    n_in, spent, spent_n, in_value, in_address = _inputs(piece, problems)
    coinbase = _optional(piece, "is_coinbase", (n_in == 0).astype(np.int64), UNKNOWN)
    coinbase = np.where(coinbase == UNKNOWN, n_in == 0, coinbase == 1)
    problems.note(coinbase & (n_in > 0), "is_coinbase is true, yet it spends")
    problems.note(~coinbase & (n_in == 0), "it has no inputs, and is no coinbase")
    n_out, out_value, out_kind, out_address = _outputs(piece, problems)
    problems.note(n_out == 0, "it has no outputs")
    if (column := piece.child("output_value")) is not None:
        said_value, total = _whole(column, UNKNOWN), sums(out_value, n_out)
        problems.note(
            (said_value != UNKNOWN) & (said_value != total),
            "output_value is not what its outputs are worth",
        )
    made = Batch(
        txid=txid,
        height=np.maximum(height, 0).astype(np.uint32),
        index=np.clip(index, 0, MOST_HEIGHT).astype(np.uint32),
        time=time,
        coinbase=coinbase,
        block_hash=block_hash,
        n_in=n_in.astype(np.uint32),
        n_out=n_out.astype(np.uint32),
        source=np.full(size, source.number, np.uint32),
        row=rows.astype(np.uint32),
        spent=spent,
        spent_n=spent_n,
        in_value=in_value,
        in_address=in_address,
        out_value=out_value,
        out_kind=out_kind,
        out_address=out_address,
    )
    if not problems.reasons:
        return made, []
    told = [
        (int(rows[row]), reason, bytes(txid[row]).hex())
        for row, reason in sorted(problems.reasons.items())
    ]
    good = np.ones(size, bool)
    good[list(problems.reasons)] = False
    return made.take(np.flatnonzero(good)), told


class _Problems:
    """The first thing that is wrong with each row that has something wrong."""

    def __init__(self, size: int) -> None:
        self.size, self.reasons = size, dict[int, str]()

    def note(self, wrong: np.ndarray, reason: str) -> None:
        if wrong.any():
            for row in np.flatnonzero(wrong).tolist():
                self.reasons.setdefault(row, reason)

    def items(self, wrong: np.ndarray, owner: Callable[[], np.ndarray], reason: str) -> None:
        """The same for inputs or outputs; `owner` says whose they are."""
        if wrong.any():
            self.note(np.isin(np.arange(self.size), owner()[wrong]), reason)


def _must(piece: Column, name: str) -> Column:
    column = piece.child(name)
    if column is None:
        raise KeyError(name)
    return column


def _whole(
    column: Column,
    absent: int | None,
    problems: _Problems | None = None,
    reason: str = "",
) -> np.ndarray:
    numbers = column.numbers().astype(np.int64)
    valid = column.valid()
    if valid is not None:
        if problems is not None:
            problems.note(~valid, reason)
        numbers[~valid] = absent or 0
    return numbers


def _optional(piece: Column, name: str, default: np.ndarray, absent: int = 0) -> np.ndarray:
    column = piece.child(name)
    return default if column is None else _whole(column, absent)


def _inputs(
    piece: Column, problems: _Problems
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, Strings]:
    column = piece.child("inputs")
    if column is None:
        none = np.empty(0, np.int64)
        empty = np.zeros(piece.length, np.int64)
        return empty, np.empty((0, 32), np.uint8), none.astype(np.uint32), none, Strings.of([])
    counts, items = column.listed()
    spent, sound = _must(items, "spent_transaction_hash").hashes()
    number = _whole(_must(items, "spent_output_index"), UNKNOWN)
    value = _values(items, False, problems, counts)
    address = _addresses(items)
    keep = np.ones(len(number), bool)
    if not sound.all():
        # A coinbase may be listed as one input that spends nothing; a shielded pool shows none.
        absent = _must(items, "spent_transaction_hash").places()[1] == 0
        kind = items.child("type")
        shielded = (kind.codes(*_KINDS) == KINDS["shielded"]) if kind is not None else ~absent
        keep = ~absent | shielded
        sound |= absent
        number[absent] = 0
    problems.items(~sound, lambda: owners(counts), "a spent_transaction_hash is no hash")
    wrong = (number < 0) | (number > MOST_HEIGHT)
    problems.items(wrong, lambda: owners(counts), "a spent_output_index is no whole number")
    order = _order(items, counts, problems)
    if order is not None or not keep.all():
        places = np.arange(len(number)) if order is None else order
        places = places[keep[places]]
        counts = np.bincount(owners(counts)[places], minlength=piece.length).astype(np.int64)
        spent, number, value = spent[places], number[places], value[places]
        address = address.take(places)
    return counts, spent, np.maximum(number, 0).astype(np.uint32), value, address


def _outputs(
    piece: Column, problems: _Problems
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Strings]:
    counts, items = _must(piece, "outputs").listed()
    value = _values(items, True, problems, counts)
    kind = items.child("type")
    kinds = np.zeros(len(value), np.uint8) if kind is None else kind.codes(*_KINDS)
    address = _addresses(items)
    order = _order(items, counts, problems)
    if order is not None:
        value, kinds, address = value[order], kinds[order], address.take(order)
    over = sums(np.minimum(value, 1 << 53).astype(np.int64) >> 10, counts) > (1 << 52)
    problems.note(over, "its outputs are worth more than any chain has")
    return counts, value, kinds, address


def _values(items: Column, needed: bool, problems: _Problems, counts: np.ndarray) -> np.ndarray:
    column = items.child("value")
    if column is None:
        return np.full(items.length, UNKNOWN, np.int64)
    found = column.numbers()
    valid = column.valid()
    absent = np.zeros(len(found), bool) if valid is None else ~valid
    if found.dtype.kind == "f":
        exact = found.astype(np.float64)
        absent |= np.isnan(exact)
        if items.child("addresses") is None:  # the layout of AWS: coins
            exact = np.rint(exact * COIN)
        exact = np.where(absent, 0, exact)
        wrong = (exact != np.rint(exact)) | (np.abs(exact) >= 2.0**63)
        value = np.where(wrong, 0, exact).astype(np.int64)
    else:
        wrong = (found > np.iinfo(np.int64).max) if found.dtype.kind == "u" else found < 0
        value = found.astype(np.int64)
    wrong = (wrong | (value < 0)) & ~absent
    if needed:
        wrong |= absent
    problems.items(wrong, lambda: owners(counts), "a value is not a whole number of base units")
    return np.where(absent | wrong, UNKNOWN, value) if (absent | wrong).any() else value


def _addresses(items: Column) -> Strings:
    """The address of each item; several are joined by "+", as `records.address_of` has it."""
    column = items.child("addresses")
    if column is None:
        single = items.child("address")
        if single is None:
            return Strings(np.empty(0, np.uint8), np.zeros(items.length, np.int64))
        return single.strings()
    if column.format in ("vu", "vz"):
        return column.strings()
    counts, inner = column.listed()
    strings = inner.strings()
    if len(counts) == len(strings) and (counts == 1).all():
        return strings
    if counts.max(initial=0) <= 1:
        ends = np.append(0, strings.ends)
        return Strings(strings.octets, ends[np.cumsum(counts)])
    return Strings.of(_plus(strings, counts))


def _plus(strings: Strings, counts: np.ndarray) -> Iterator[str]:
    at = 0
    for count in counts.tolist():
        yield "+".join(strings[at + k] for k in range(count))
        at += count


def _order(items: Column, counts: np.ndarray, problems: _Problems) -> np.ndarray | None:
    """How to put items in the order of their index; None if they stand in it."""
    column = items.child("index")
    if column is None or ((valid := column.valid()) is not None and not valid.all()):
        return None
    index, place = column.numbers().astype(np.int64), numbered(counts)
    if (index == place).all():
        return None
    order = np.lexsort((index, owners(counts)))
    wrong = index[order] != place
    problems.items(wrong, lambda: owners(counts), "its inputs or outputs are not numbered in turn")
    return order


_KINDS = Strings.of(KINDS), np.array(list(KINDS.values()), np.uint8)
