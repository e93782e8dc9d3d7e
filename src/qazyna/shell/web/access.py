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


_SCORES = "SELECT state->'scorers' ? %s AS so FROM books.stream WHERE name = %s"


def sees_private_of(stream: str, user: Any) -> bool:
    """The same of one stream: a scorer reads the answers of the candidates of their round."""
    if sees_private(user):
        return True
    if not stream.startswith("search/") or not user.is_authenticated:
        return False
    found = books.row(_SCORES, [user.get_username(), stream])
    return bool(found and found.so)


def sees_private(user: Any) -> bool:
    return not set(SEE_PRIVATE).isdisjoint(roles_of(user))
