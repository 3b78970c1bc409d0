"""A real OpenID Connect provider of its own process on this machine, which believes everybody."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with socket.create_server(("localhost", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://localhost:{port}"
    try:
        until = time.monotonic() + 60
        while True:
            assert child.poll() is None
            assert time.monotonic() < until
            try:
                httpx.get(f"{address}/.well-known/openid-configuration", trust_env=False)
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield address
    finally:
        child.terminate()
        child.wait(10)


def known_to_provider(provider: str, subject: str, **claims: Any) -> None:
    answer = httpx.put(f"{provider}/users/{quote(subject)}", json=claims, trust_env=False)
    assert answer.status_code == 204, answer.text
