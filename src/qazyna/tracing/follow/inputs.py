"""What a transaction's inputs brought, and whether it is a coinjoin, asked where taint has come to.

Few transactions of a run are asked about as a rule. So the columns of all inputs are not read for
them: the outputs that they spend lie in memory maps of the store.
"""

from typing import Any

import numpy as np

from qazyna.tracing.coinjoin.kernel import detect, possible
from qazyna.tracing.follow.pool import Array, Flow, Outputs
from qazyna.tracing.follow.rows import place
from qazyna.tracing.kernel import half_at, kernel, uncounted, word_at


@uncounted
def _where(known: Outputs, tx: Any, n: Any) -> tuple[Any, Any]:
    """The part and its row of an output (tx, n); the row is -1 where there is no such output."""
    last = len(known.first_tx) - 1
    if tx >= known.first_tx[last]:
        return np.int64(0), np.int64(-1)
    part = place(known.first_tx, tx)
    begins = known.first[part] + np.uint64(4 * (tx - known.first_tx[part]))
    row = np.int64(half_at(begins)) + np.int64(n)
    if row >= np.int64(half_at(begins + np.uint64(4))):
        row = np.int64(-1)
    return part, row


@uncounted
def look_up(flow: Flow, known: Outputs, in0: Any, values: Array) -> bool:
    """Write down what the inputs from row `in0` on brought, -1 where unknown; whether it could."""
    for i in range(len(values)):
        if flow.told:
            values[i] = flow.in_value[in0 + i]
            continue
        part, row = _where(known, np.int64(flow.prev_tx[in0 + i]), flow.prev_n[in0 + i])
        if row < 0:
            return False
        values[i] = np.int64(word_at(known.value[part] + np.uint64(8 * row)))
    return True


@kernel
def _judged(flow: Flow, known: Outputs, t: Any) -> Any:
    """The coinjoin rules that a transaction fits; -1 where its inputs must be told first."""
    in0, in1 = np.int64(flow.in_from[t]), np.int64(flow.in_from[t + 1])
    out0, out1 = np.int64(flow.out_from[t]), np.int64(flow.out_from[t + 1])
    addresses, values = np.empty(in1 - in0, np.uint32), np.empty(in1 - in0, np.int64)
    if not look_up(flow, known, in0, values):
        return np.int64(-1)
    for i in range(in0, in1):
        if flow.told:
            addresses[i - in0] = flow.in_addr[i]
        else:
            part, row = _where(known, np.int64(flow.prev_tx[i]), flow.prev_n[i])
            addresses[i - in0] = half_at(known.addr[part] + np.uint64(4 * row))
    ends = np.empty(2, np.int64)
    ends[0], ends[1] = in1 - in0, out1 - out0
    found = detect(
        ends[:1],
        addresses,
        values,
        ends[1:],
        flow.out_addr[out0:out1],
        flow.out_value[out0:out1],
        flow.out_kind[out0:out1],
    )
    return np.int64(found[0])


@uncounted
def rules_of(flow: Flow, known: Outputs, t: Any) -> Any:
    """The coinjoin rules that a transaction fits, as a mask; -1 where its inputs must be told
    first."""
    if len(flow.coinjoin):
        return np.int64(flow.coinjoin[t])
    out0, out1 = np.int64(flow.out_from[t]), np.int64(flow.out_from[t + 1])
    if not possible(flow.out_value[out0:out1], flow.out_kind[out0:out1]):
        return np.int64(0)
    return _judged(flow, known, t)
