"""What a manager may do, whether it keeps to it, and what follows if it does not."""

from qazyna.programme.mandates import breaches, mandate  # noqa: F401  their commands must be known
