"""What managers send: read by a mapping, received as it is, judged against the books, queried."""

from qazyna.programme.statements import queries, receiving  # noqa: F401  their commands must be known
