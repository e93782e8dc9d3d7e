"""Who sees what. Roles are appointments in the books; logging in is only knowing who it is."""

from typing import Any, Final

from qazyna.shell.web import books

SEE_PRIVATE: Final = ("registrar", "auditor")
"""The roles in which private fields (names, addresses, notes) are read."""

_ROLES = "SELECT state->'roles' AS roles FROM books.stream WHERE name = %s"


def roles_of(user: Any) -> tuple[str, ...]:
    """The roles that the signed-in user holds now."""
    if not user.is_authenticated:
        return ()
    found = books.row(_ROLES, [f"office/{user.get_username()}"])
    return tuple(found.roles or ()) if found else ()


def sees_private(user: Any) -> bool:
    return not set(SEE_PRIVATE).isdisjoint(roles_of(user))
