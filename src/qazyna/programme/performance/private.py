"""Measures of private funds: what came back on what was paid in.

DPI = ΣD / ΣC, RVPI = NAV / ΣC, TVPI their sum; PIC is what was paid in. IRR solves
Σ flow (1 + r)^(-days/365) = 0 with the NAV as the last flow. KS-PME (Kaplan & Schoar 2005) is
(ΣD I_T/I_t + NAV) / ΣC I_T/I_t. Direct Alpha (Gredil, Griffiths & Stucke 2014) is the IRR of the
flows grown by the index to the last day: a rate a year, compounded yearly as the IRR is.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pyxirr

from qazyna.errors import Refused
from qazyna.programme.performance.arrays import Array
from qazyna.programme.performance.flow_files import CashFlows, Index
from qazyna.programme.performance.roots import HIGHEST, LOWEST, rates

YEAR_DAYS: Final = 365
NO_RATE: Final = f"no rate between {LOWEST} and {HIGHEST:.0f} solves it"


@dataclass(frozen=True, slots=True)
class PrivateMeasures:
    """What cannot be had is None, and `warnings` says why."""

    irr: float | None
    irr_roots: tuple[float, ...]
    conventional: bool
    dpi: float
    rvpi: float
    tvpi: float
    pic: float
    ks_pme: float | None
    direct_alpha: float | None
    warnings: tuple[str, ...]
    estimates: tuple[dict[str, Any], ...]
    """Each measure that is None, and why: {"measures", "why"}."""


def measures(flows: CashFlows, index: Index | None = None) -> PrivateMeasures:
    """All of them. Raises `Refused` where the index begins after the first flow."""
    warnings = list(flows.warnings)
    amounts = np.array([*flows.amounts, flows.nav])
    years = years_between((*flows.days, flows.days[-1]))
    pic = -math.fsum(amount for amount in flows.amounts if amount < 0)
    came_back = math.fsum(amount for amount in flows.amounts if amount > 0)
    irr_roots = rates(amounts, years)
    irr = the_rate(irr_roots, "IRR", warnings)
    ks_pme = direct_alpha = None
    if index is not None:
        growth = grown(flows, index, warnings)
        turned = np.append(np.array(flows.amounts) * growth, flows.nav)
        ks_pme = -math.fsum(turned[turned > 0]) / math.fsum(turned[turned < 0])
        direct_alpha = the_rate(rates(turned, years), "Direct Alpha", warnings)
    return PrivateMeasures(
        irr=irr,
        irr_roots=tuple(irr_roots),
        conventional=conventional(amounts, years),
        dpi=came_back / pic,
        rvpi=flows.nav / pic,
        tvpi=(came_back + flows.nav) / pic,
        pic=pic,
        ks_pme=ks_pme,
        direct_alpha=direct_alpha,
        warnings=tuple(warnings),
        estimates=tuple(_why_none(irr, direct_alpha, index is not None)),
    )


def _why_none(
    irr: float | None, direct_alpha: float | None, index: bool
) -> Iterator[dict[str, Any]]:
    if irr is None:
        yield {"measures": ["irr"], "why": NO_RATE}
    if not index:
        yield {"measures": ["ks_pme", "direct_alpha"], "why": "no index was given"}
    elif direct_alpha is None:
        yield {"measures": ["direct_alpha"], "why": NO_RATE}


def years_between(days: tuple[date, ...]) -> Array:
    """Years since the first day, of 365 days each."""
    return np.array([(day - days[0]).days / YEAR_DAYS for day in days])


def conventional(amounts: Array, years: Array) -> bool:
    """Money in first, and then out: the net flows of the days change their sign once."""
    _, at = np.unique(years, return_inverse=True)
    net = np.bincount(at, weights=amounts)
    return bool(pyxirr.is_conventional_cash_flow([float(each) for each in net if each]))


def the_rate(roots: list[float], name: str, warnings: list[str]) -> float | None:
    """The root; of several the one nearest to zero, with a warning that there is no one answer."""
    if not roots:
        warnings.append(f"{name}: {NO_RATE}.")
        return None
    if len(roots) > 1:
        said = ", ".join(f"{root:.6g}" for root in roots)
        warnings.append(
            f"{name}: the flows change their direction and {len(roots)} rates solve it ({said}); "
            "the one nearest to zero is given, and none of them is the return."
        )
    return min(roots, key=abs)


def grown(flows: CashFlows, index: Index, warnings: list[str]) -> Array:
    """I_T / I_t for every flow, by the last level published by each day."""
    levels: list[float] = []
    oldest = 0
    for day in flows.days:
        found = index.at(day)
        if found is None:
            raise Refused(
                "index_begins_late",
                f"The index begins after the flow of {day}: give one that reaches back to it.",
                {"day": day, "first": index.days[0] if index.days else "none"},
            )
        published, level = found
        oldest = max(oldest, (day - published).days)
        levels.append(level)
    if oldest:
        warnings.append(
            f"Index: not every day has a level; the last one before is taken, at most {oldest} "
            "days old."
        )
    return levels[-1] / np.array(levels)
