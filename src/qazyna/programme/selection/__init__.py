"""Choosing managers: candidates, eligibility, blind scores, the proven choice, and its record.

    open_search ─► add_candidate … ─► declare_conflicts ─► score_candidate … ─► (opened) ─► select
                                                                                 all at once

One stream, `search/<name>`, holds a whole round. A choice compares, so everything that it compares
is locked, folded and recorded together, and the decision record is a function of one stream.

`optimum` is a kernel (cvxpy, HiGHS) and is loaded where a set is chosen, never with this package.
"""

from qazyna.programme.selection import admission, choosing, entering, scoring, search

__all__ = ["admission", "choosing", "entering", "scoring", "search"]
