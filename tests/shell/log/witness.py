"""A small witness of the C2SP tlog-witness protocol, with a real key, on the loopback."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from qazyna.log.checkpoint import Checkpoint, Submission, cosign, opened
from qazyna.log.merkle import BadProof, verify_consistency
from qazyna.log.note import COSIGNATURE, Signer, Verifier

NOW = 1_780_000_000
SIGNER = Signer("witness.example/w1", bytes(range(32)), COSIGNATURE)


@dataclass
class Witness:
    """Signs what grew from the last tree it saw. `answers` replaces its next answer."""

    log: Verifier
    signer: Signer = SIGNER
    seen: Checkpoint | None = None
    asked: list[Submission] = field(default_factory=list)
    answers: Any = None
    url: str = ""

    def add_checkpoint(self, body: str) -> tuple[int, str, str]:
        """Status, content type and content, as the protocol has them."""
        if self.answers is not None:
            return self.answers(body)
        submission = Submission.parse(body)
        self.asked.append(submission)
        if submission.note.text.split("\n")[0] != self.log.name:
            return 404, "text/plain", "unknown log\n"
        try:
            checkpoint = opened(submission.note, self.log)
        except BadProof:
            return 403, "text/plain", "no signature of a key I trust\n"
        size = self.seen.size if self.seen else 0
        if submission.old > checkpoint.size:
            return 400, "text/plain", "the old size is larger\n"
        if submission.old != size:
            return 409, "text/x.tlog.size", f"{size}\n"
        if self.seen and size == checkpoint.size and self.seen.root != checkpoint.root:
            return 409, "text/x.tlog.size", f"{size}\n"
        try:
            if self.seen and size:
                roots = self.seen.root, checkpoint.root
                verify_consistency(size, checkpoint.size, *roots, submission.proof)
            elif submission.proof:
                raise BadProof("nothing is to be proven")
        except BadProof as wrong:
            return 422, "text/plain", f"{wrong}\n"
        self.seen = checkpoint
        line = cosign(submission.note.text, self.signer, NOW).line()
        return 200, "text/plain; charset=utf-8", f"{line}\n"


@contextmanager
def witnessing(witness: Witness) -> Iterator[Witness]:
    """Serve it on a free port of the loopback, for a while."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self.path != "/w/add-checkpoint":
                self.send_error(404)
                return
            answer = witness.add_checkpoint(body)
            if answer is None:
                self.close_connection = True
                return
            status, kind, content = answer
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if status in (301, 302, 307, 308):
                self.send_header("Location", content)
                content = ""
            self.send_header("Content-Length", str(len(content.encode())))
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    witness.url = f"http://127.0.0.1:{server.server_port}/w"
    try:
        yield witness
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
