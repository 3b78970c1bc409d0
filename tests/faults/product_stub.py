"""Stands in for `python -m cli.main` where only the starting and ending of processes is tested."""

import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer


class Live(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Silence: the log is asked for the reason of a death."""


def main() -> None:
    name = sys.argv[1]
    if os.environ.get("STUB_DIES") == name:
        print("ничего не вышло", file=sys.stderr)  # noqa: T201
        sys.exit(3)
    if os.environ.get("STUB_STAYS") == name:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if name == "serve":
        HTTPServer(("127.0.0.1", int(sys.argv[3])), Live).serve_forever()
    elif name in {"work", "schedule"}:
        time.sleep(600)


if __name__ == "__main__":
    main()
