"""What managers send: read by a mapping, received as it is, judged against the books, queried."""

from qazyna.programme.statements import receiving  # noqa: F401  its command must be known
