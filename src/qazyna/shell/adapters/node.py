"""A node of Bitcoin Core's kind, asked over HTTP: JSON-RPC, one question at a time."""

import base64
import http.client
import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from qazyna.errors import Refused

MOST_ANSWER = 1 << 28
"""A block of 4 MB is told in some 40 MB of JSON; nothing that is an answer is larger than this."""

WAIT = 120.0


class RpcNode:
    """The node at http://user:password@host:port, or with user and password from its cookie."""

    def __init__(self, url: str, cookie: Path | None = None) -> None:
        try:
            parts = urlsplit(url)
            self._host, self._port = parts.hostname or "", parts.port or 8332
        except ValueError:
            parts, self._host = urlsplit(""), ""
        if parts.scheme != "http" or not self._host:
            raise Refused(
                "no_node",
                "A node is named http://host:port, perhaps with user:password@ before the host.",
            )
        secret = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        if cookie is not None:
            secret = cookie.read_text("utf-8").strip()
        self._authorization = "Basic " + base64.b64encode(secret.encode()).decode()
        self._connection: http.client.HTTPConnection | None = None

    def call(self, method: str, *parameters: object) -> Any:
        """What the node answers. Refused (no_node, node_refuses) where it does not, or says no."""
        body = json.dumps({"id": 0, "method": method, "params": parameters})
        try:
            status, answer = self._ask(body)
        except (OSError, http.client.HTTPException) as error:
            self._connection = None
            raise Refused(
                "no_node",
                f"The node at {self._host}:{self._port} does not answer: "
                f"{error or type(error).__name__}.",
            ) from None
        if status == 401:
            raise Refused("no_node", "The node does not accept this user and password.")
        try:
            document = json.loads(answer, parse_float=Decimal)
            problem, result = document.get("error"), document["result"]
        except (ValueError, KeyError, AttributeError):
            raise Refused(
                "no_node", f"{self._host}:{self._port} answers {method} with no JSON-RPC."
            ) from None
        if problem:
            told = problem.get("message") if isinstance(problem, dict) else problem
            raise Refused("node_refuses", f"The node refuses {method}: {told}.")
        return result

    def _ask(self, body: str) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._host, self._port, timeout=WAIT)
        headers = {"Authorization": self._authorization, "Content-Type": "application/json"}
        try:
            self._connection.request("POST", "/", body, headers)
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # Nodes close connections that were quiet; once more on a new one.
            self._connection.close()
            self._connection.request("POST", "/", body, headers)
            response = self._connection.getresponse()
        answer = response.read(MOST_ANSWER + 1)
        if len(answer) > MOST_ANSWER:
            raise http.client.HTTPException(f"it answers with more than {MOST_ANSWER} bytes")
        return response.status, answer
