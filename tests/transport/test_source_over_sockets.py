"""What only real sockets show: torn and reset connections, and that close wakes whatever blocks in another thread."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import urllib3
from kubernetes.client import ApiClient, Configuration

from fakes.clusters.ports import free_ports
from informer.cluster import ClusterSource, load_api_client
from informer.cluster.connection import KEEPALIVE_IDLE, enable_keepalive, get
from informer.cluster.requester import SILENCE
from informer.errors import Disconnected, SourceClosed, SourceError, StreamEnded
from informer.resource import Resource
from informer.runtime import ThreadRuntime
from informer.source import ListQuery, WatchQuery
from tests.cluster.scripted_pool import END, HEAD, chunk, http_answer, line, node, node_list
from tests.waiting import PATIENCE

NODES = Resource("", "v1", "nodes", "Node", namespaced=False)
HANG = b""
"""A step of the server: say nothing more, and keep the connection open."""
CLOSE = b"CLOSE"
RESET = b"RESET"


class Server:
    """Listens on loopback; each request on a connection is answered with the next script, a sequence of writes."""

    def __init__(self, scripts: Sequence[Sequence[bytes]], tls: ssl.SSLContext | None = None) -> None:
        self._scripts = list(scripts)
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self.hanging = threading.Event()
        self.connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self.connections:
            with contextlib.suppress(OSError):  # it has ended by itself
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            self._threads.append(threading.Thread(target=self._serve, args=(connection,), daemon=True))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                connection.settimeout(2 * PATIENCE)
                while b"\r\n\r\n" in connection.recv(65536) and self._scripts:
                    if not self._answer(connection, self._scripts.pop(0)):
                        return
        except OSError:
            return

    def _answer(self, connection: socket.socket, script: Sequence[bytes]) -> bool:
        for step in script:
            if step == HANG:
                self.hanging.set()
                connection.recv(1)
                return False
            if step in (CLOSE, RESET):
                linger = struct.pack("ii", step == RESET, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return False
            connection.sendall(step)
            time.sleep(0.02)
        return True


Serve = Callable[..., Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[Server] = []

    def start(*scripts: Sequence[bytes], tls: ssl.SSLContext | None = None) -> Server:
        servers.append(Server(scripts, tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def source(server: Server, configuration: Configuration | None = None) -> ClusterSource:
    api_client = load_api_client(server=server.url) if configuration is None else ApiClient(configuration)
    return ClusterSource(api_client, NODES, runtime=ThreadRuntime())


def events_of(cluster: ClusterSource) -> tuple[list[str], SourceError]:
    versions: list[str] = []
    with cluster.watch(WatchQuery("1")) as stream:
        while True:
            try:
                versions += [event.resource_version for event in stream.next_batch()]
            except SourceError as end:
                return versions, end


def test_events_come_as_they_are_written_and_a_clean_end_is_one(serve: Serve) -> None:
    event = chunk(line("ADDED", node("a", 2)))
    server = serve([HEAD, event[:20], event[20:], chunk(line("ADDED", node("b", 3))), END])
    versions, end = events_of(source(server))
    assert (versions, type(end)) == (["2", "3"], StreamEnded)


@pytest.mark.parametrize("end", [CLOSE, RESET])
def test_a_line_that_is_torn_by_the_end_of_its_connection_is_disconnected(serve: Serve, end: bytes) -> None:
    server = serve([HEAD, chunk(line("ADDED", node("a", 2))), chunk(line("ADDED", node("b", 3)))[:30], end])
    versions, error = events_of(source(server))
    assert (versions, type(error)) == (["2"], Disconnected)
    assert server.url in str(error)


def test_lists_one_after_another_share_a_connection(serve: Serve) -> None:
    server = serve(*[[http_answer(200, node_list(node("a", 1)))]] * 3)
    cluster = source(server)
    for _ in range(3):
        assert [item.name for item in cluster.list(ListQuery()).items] == ["a"]
    assert len(server.connections) == 1


def test_a_refused_connection_says_where_and_why() -> None:
    url = f"http://127.0.0.1:{free_ports(1)[0]}"
    cluster = ClusterSource(load_api_client(server=url), NODES, runtime=ThreadRuntime())
    with pytest.raises(Disconnected) as raised:
        cluster.list(ListQuery())
    assert str(raised.value) == f"LIST nodes: cannot reach {url}: Connection refused"


def test_silence_ends_a_stream_after_the_seconds_that_were_asked(serve: Serve) -> None:
    server = serve([HEAD, chunk(line("ADDED", node("a", 2))), HANG])
    with pytest.raises(Disconnected) as raised:
        read_on(source(server), silence=0.2)  # on a busy machine the silence may be the one before the first event
    assert raised.value.silent


def in_a_thread(work: Callable[[], Any]) -> tuple[threading.Thread, list[BaseException]]:
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, raised


def read_on(cluster: ClusterSource, silence: float | None = None) -> None:
    with cluster.watch(WatchQuery("1", silence=silence)) as stream:
        while True:
            stream.next_batch()


BLOCKED: dict[str, tuple[list[bytes], Callable[[ClusterSource], Any]]] = {
    "a list whose head does not come": ([HANG], lambda cluster: cluster.list(ListQuery())),
    "a list whose body does not come": ([HEAD, chunk(b'{"items":['), HANG], lambda cluster: cluster.list(ListQuery())),
    "a watch whose head does not come": ([HANG], lambda cluster: cluster.watch(WatchQuery("1"))),
    "a watch that is idle": ([HEAD, chunk(line("ADDED", node("a", 2))), HANG], read_on),
    "a watch in the middle of a chunk": ([HEAD, chunk(line("ADDED", node("a", 2)))[:9], HANG], read_on),
    "a watch without chunks": ([b"HTTP/1.0 200 OK\r\n\r\n", HANG], read_on),
    "the body of an error": ([b"HTTP/1.1 500 Oops\r\nContent-Length: 9\r\n\r\n", HANG], lambda cluster: cluster.list(ListQuery())),
}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1 that signs itself, in one file."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime(2020, 1, 1)  # noqa: DTZ001 - certificates have no zone
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now.replace(year=2120))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def tls_server(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("what", BLOCKED)
@pytest.mark.parametrize("tls", [False, True])
def test_close_from_another_thread_wakes(serve: Serve, certificate: Path, what: str, tls: bool) -> None:
    script, work = BLOCKED[what]
    server = serve(script, tls=tls_server(certificate) if tls else None)
    configuration = Configuration()
    configuration.host = server.url
    configuration.ssl_ca_cert = str(certificate)
    cluster = source(server, configuration)
    thread, raised = in_a_thread(lambda: work(cluster))
    assert server.hanging.wait(PATIENCE)
    time.sleep(0.05)  # so that it blocks; one that is only about to must end all the same

    cluster.close()
    thread.join(SILENCE / 2)

    assert not thread.is_alive(), "and not because it gave up by itself"
    assert [type(error) for error in raised] == [SourceClosed]
    assert not cluster._requester._open


def test_a_certificate_that_nobody_trusts_is_disconnected_and_says_so(serve: Serve, certificate: Path) -> None:
    server = serve([HANG], tls=tls_server(certificate))
    with pytest.raises(Disconnected, match=r"cannot reach https://127\.0\.0\.1:\d+: certificate verify failed: self-signed certificate"):
        source(server).list(ListQuery())


def test_connections_have_keepalive(serve: Serve) -> None:
    server = serve([http_answer(200, json.dumps({}))])
    pool_manager = urllib3.PoolManager()
    enable_keepalive(pool_manager)
    seen: list[socket.socket] = []

    def look(sock: socket.socket) -> None:
        seen.append(sock)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        if hasattr(socket, "TCP_KEEPIDLE"):
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == KEEPALIVE_IDLE

    get(pool_manager, server.url, {}, read_timeout=PATIENCE, about_to_wait=look).close()
    assert len(seen) == 1
    pool_manager.clear()
