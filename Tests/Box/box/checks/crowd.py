"""10,000 clients that are connected over TLS and ask nothing, and 2,000 more that never end their handshakes: a new one is served as ever."""

import socket
import statistics
import struct
import subprocess
import time

from .. import name, rdata, tls, wire
from ..attacks import client
from ..attacks.connections import raise_descriptors
from ..process import BoxError

IDLE, HALF_OPEN, PER_CLIENT = 10_000, 2_000, 100
WITHIN = 0.2
KIB_EACH = 25
SETTINGS = """limits:
  connections-per-worker: 10000
  idle-connection: 300s
"""


def check(box, verdict):
    if box.kind != "homing":
        return verdict.skip("other resolvers serve nobody over TLS here")
    if not raise_descriptors(IDLE + HALF_OPEN + 500):
        return verdict.skip("too few descriptors are allowed here")
    program = _compile(box)
    resolver = box.renew_resolver(extra=SETTINGS, workers=2)
    query = wire.compose_query(1, name.parse(f"www.{box.net.ordinary[0]}"), rdata.number_of("A"))
    for index in range(100):  # what the first clients cost is not what the others do
        tls.exchange(resolver.tls_port, query, source=f"127.0.0.{index + 20}")
    memory, descriptors, begun = resolver.resident(), resolver.descriptors(), time.monotonic()
    crowd = subprocess.Popen([program, str(resolver.tls_port), "40", str(IDLE), str(PER_CLIENT), query.hex()],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    held = []
    try:
        told, took = crowd.stdout.readline().strip(), time.monotonic() - begun
        verdict.expect(told == f"connected {IDLE} failed 0", f"{told}, in {took:.1f} s")
        idle = resolver.resident() - memory
        cost = idle / IDLE / 1024
        verdict.expect(cost <= KIB_EACH, f"an idle connection costs {cost:.1f} KiB, at most {KIB_EACH}")
        _serve(verdict, resolver, query, f"{IDLE} idle connections")
        held = _begin_handshakes(resolver)
        time.sleep(0.2)
        kept = resolver.descriptors() - descriptors
        verdict.expect(kept >= IDLE + HALF_OPEN - 20, f"connections that are kept: {kept}")
        half = resolver.resident() - memory - idle
        cost = (idle + half) / (IDLE + HALF_OPEN) / 1024
        verdict.expect(cost <= KIB_EACH, f"with {HALF_OPEN} handshakes that go no further ({half / HALF_OPEN / 1024:.1f} KiB each) a connection costs "
                                         f"{cost:.1f} KiB, at most {KIB_EACH}")
        _serve(verdict, resolver, query, f"{IDLE} idle connections and {HALF_OPEN} handshakes")
        deadline = time.monotonic() + 8
        while resolver.descriptors() - descriptors > IDLE + 20 and time.monotonic() < deadline:
            time.sleep(0.1)
        verdict.expect(resolver.descriptors() - descriptors <= IDLE + 20, f"connections when the handshakes have had their time: "
                                                                          f"{resolver.descriptors() - descriptors}")
    finally:
        for endpoint in held:
            endpoint.close()
        crowd.stdin.close()
        crowd.wait()
    deadline = time.monotonic() + 5
    while resolver.descriptors() > descriptors + 20 and time.monotonic() < deadline:
        time.sleep(0.1)
    verdict.expect(resolver.descriptors() <= descriptors + 20, f"descriptors from {descriptors} to {resolver.descriptors()}")
    box.drop_resolver()


def _compile(box):
    program = box.directory / "crowd"
    source = __file__.removesuffix("checks/crowd.py") + "crowd.c"
    done = subprocess.run(["gcc", "-std=gnu11", "-O2", "-o", program, source, "-lssl", "-lcrypto"], capture_output=True, text=True)
    if done.returncode:
        raise BoxError(f"crowd.c: {done.stderr[:1000]}")
    return program


def _begin_handshakes(resolver):
    """By turns: nothing, half of what a client says first, and all of it with the server's part never read."""
    hello = tls.client_hello()
    begun = []
    for index in range(HALF_OPEN):
        endpoint = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        endpoint.bind((f"127.41.0.{index // PER_CLIENT + 1}", 0))
        endpoint.connect(("127.0.0.1", resolver.tls_port))
        endpoint.send((b"", hello[:len(hello) // 2], hello)[index % 3])
        begun.append(endpoint)
    return begun


def _serve(verdict, resolver, query, title):
    exchanges = {"UDP": lambda source: client.exchange(resolver.port, query, source=source),
                 "TCP": lambda source: client.exchange(resolver.port, query, source=source, tcp=True),
                 "DoT": lambda source: tls.exchange(resolver.tls_port, query, source)}
    for transport, exchange in exchanges.items():
        times = []
        for index in range(20):
            begun = time.monotonic()
            reply = exchange(f"127.0.0.{index + 20}")
            times.append(time.monotonic() - begun if reply and wire.parse(reply).rcode == "NOERROR" else 9)
        late = sum(each > WITHIN for each in times)
        verdict.expect(late <= 1 and max(times) < 9, f"{title}: {len(times)} new clients over {transport} served in "
                       f"{statistics.median(times) * 1000:.1f} ms, the slowest in {max(times) * 1000:.0f} ms")
