"""Ports of this machine: which is free, and who sits on one that is not."""

import http.client
import socket

import psutil

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen there now, waiting connections of a dead one aside."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def choose(*wanted: int, taken: frozenset[int] = frozenset()) -> int:
    """The first wanted port that is free (0 is no wish), else any free one."""
    for port in wanted:
        if port and port not in taken and is_free(port):
            return port
    while True:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port


def answers(host: str, port: int, seconds: float = 2.0) -> bool:
    try:
        with socket.create_connection((host, port), seconds):
            return True
    except OSError:
        return False


def answers_ok(port: int, path: str, seconds: float = 5.0) -> bool:
    """Whether a web server on this machine answers the address with 200."""
    door = http.client.HTTPConnection(LOOPBACK, port, timeout=seconds)
    try:
        door.request("GET", path)
        return door.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        door.close()


def holder(port: int) -> str:
    """Who listens on the port, for a sentence; empty where the system does not tell."""
    try:
        found = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return ""
    for one in found:
        if one.status == psutil.CONN_LISTEN and one.laddr[1:] == (port,) and one.pid:
            try:
                return f"{psutil.Process(one.pid).name()}, процесс {one.pid}"
            except psutil.NoSuchProcess:
                return ""
    return ""
