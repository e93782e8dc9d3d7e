"""The embedded PostgreSQL server of a home: unix socket only, passwords only, found by its folder.

`ensure` starts it where it is not running, `stop` stops it; in between it outlives the processes
that use it. DATABASE_URL names another server instead; `connection` heeds that.

Three roles: `postgres` administers and nothing else; `qazyna_owner` owns the database and migrates
it; `qazyna_app` is what Qazyna works as, owns nothing and can become nobody else.

PostgreSQL refuses to run as root. For root the server runs as an unprivileged user who owns just
the data folder and the socket folder. Where that user cannot pass through the folders above (a home
under /root, say), their modes stay as they are: the server is given one capability, to read and
search past permissions, and has no other.


    server.py      start, stop, the three roles
    postmaster.py  which process, if any, is the server of a data folder
    programs.py    PostgreSQL's programs, and the user they run under
    replica.py     a standby that repeats every commit, and its promotion
"""

from qazyna.shell.postgres.programs import ServerError
from qazyna.shell.postgres.server import (
    DATABASE,
    Role,
    Server,
    connection,
    ensure,
    found,
    is_running,
    stop,
)

__all__ = [
    "DATABASE",
    "Role",
    "Server",
    "ServerError",
    "connection",
    "ensure",
    "found",
    "is_running",
    "stop",
]
