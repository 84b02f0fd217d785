"""Connections that are only there to be in the way: 10,000 that send slowly, 1,000 that never read."""

import resource
import select
import socket
import statistics
import struct
import time

from .. import name, rdata, wire
from . import client
from .scene import GOOD

SLOW, DEAF, PER_CLIENT = 10_000, 1_000, 100
WITHIN = 0.2
PIPELINED = 60  # queries of each connection that never reads


def run(scene):
    raised = raise_descriptors(SLOW + DEAF + 500)
    slow, deaf = (SLOW, DEAF) if raised else (5_000, 500)
    if not raised:
        scene.verdict.skip("connection exhaustion: too few descriptors are allowed here; half of the connections")
    with scene.watched("connection exhaustion"):
        exhaust(scene, "connection exhaustion", slow, deaf)


def raise_descriptors(wanted):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), max(hard, wanted)))
    except (ValueError, OSError):
        return False
    return True


def exhaust(scene, title, slow, deaf):
    texts = [("TXT", '"' + f"{index}".rjust(250, "x") + '"') for index in range(40)]
    scene.stage.on("large.attack.biz.", lambda query: [query.answer(*texts)])
    large = scene.ask("www.large.attack.biz.", "TXT", tcp=True)
    scene.equal(len(large.answer), 40, f"{title}: an answer of 10 KB is cached for those who will not read it, records")
    memory, descriptors, begun = scene.resolver.resident(), scene.resolver.descriptors(), time.monotonic()
    query = wire.compose_query(1, name.parse("www.large.attack.biz."), rdata.number_of("TXT"))
    frames = (struct.pack("!H", len(query)) + query) * PIPELINED
    held = []
    try:
        held += connect(scene, 3, deaf, frames, small=True)
        held += connect(scene, 2, slow, b"\0")
        took = time.monotonic() - begun
        times = {"TCP": [], "UDP": []}
        for index in range(20):
            for endpoint in held[deaf + index::97]:  # they go on sending slowly
                try:
                    endpoint.send(b"\0")
                except OSError:
                    pass
            for transport in times:
                start = time.monotonic()
                told = scene.says("www.parsed.attack.biz.", tcp=transport == "TCP", source=f"127.0.0.{index + 20}")
                times[transport].append(time.monotonic() - start if told == f"NOERROR {GOOD}" else 9)
        for transport, seconds in times.items():
            late = sum(each > WITHIN for each in seconds)
            scene.expect(late <= 1 and max(seconds) < 9, f"{title}: {slow} slow and {deaf} deaf connections made in {took:.1f} s: {len(seconds)} new clients "
                         f"over {transport} served in {statistics.median(seconds) * 1000:.1f} ms, the slowest in {max(seconds) * 1000:.0f} ms")
        kept = scene.resolver.descriptors() - descriptors
        scene.most(kept, 1000 * scene.workers, f"{title}: connections that the resolver keeps")
        scene.most((scene.resolver.resident() - memory) / 2**20, 192, f"{title}: MiB that it grew by")
    finally:
        for endpoint in held:
            endpoint.close()
    deadline = time.monotonic() + 5
    while scene.resolver.descriptors() > descriptors + 20 and time.monotonic() < deadline:
        time.sleep(0.1)
    scene.most(scene.resolver.descriptors(), descriptors + 20, f"{title}: descriptors afterwards")


def connect(scene, network, count, first, small=False):
    """Connections from addresses in 127.NETWORK.0.0/16, each of which has as many as one may have."""
    made, poll = {}, select.epoll()
    for index in range(count):
        endpoint = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if small:
            endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        # Closed by a reset, or 11,000 ports would stay taken.
        endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        endpoint.setblocking(False)
        endpoint.bind((f"127.{network}.{index // PER_CLIENT // 200}.{index // PER_CLIENT % 200 + 1}", 0))
        endpoint.connect_ex(("127.0.0.1", scene.resolver.port))
        made[endpoint.fileno()] = endpoint
        poll.register(endpoint.fileno(), select.EPOLLOUT)
        if index % 200 == 199:
            finish(poll, made, first, 0.01)
    finish(poll, made, first, 0.5)
    poll.close()
    return list(made.values())


def finish(poll, made, first, patience):
    """Sends the first octets on each connection that came about."""
    while ready := poll.poll(patience, 256):
        for number, _ in ready:
            poll.unregister(number)
            try:
                made[number].send(first)
            except OSError:
                pass
