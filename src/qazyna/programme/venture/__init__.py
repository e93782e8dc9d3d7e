"""Venture funds: capital promised, called and distributed, to the end of a fund's life.

One unit of an interest is one unit of currency paid in. What is promised and not yet called is a
memorandum beside it: it can be seen and never spent, and a call draws it down.
"""

from qazyna.programme.venture.calls import (
    CallDefaulted,
    CallIssued,
    CapitalCalled,
    DefaultCall,
    IssueCall,
    PayCall,
)
from qazyna.programme.venture.commitments import CapitalCommitted, CommitCapital, EndCommitment
from qazyna.programme.venture.distributions import Distribute, DistributionReceived

__all__ = [
    "CallDefaulted",
    "CallIssued",
    "CapitalCalled",
    "CapitalCommitted",
    "CommitCapital",
    "DefaultCall",
    "Distribute",
    "DistributionReceived",
    "EndCommitment",
    "IssueCall",
    "PayCall",
]
