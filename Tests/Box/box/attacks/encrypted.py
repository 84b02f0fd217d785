"""Attacks on the listeners over TLS and HTTP: each is made by a process of its own, while other clients ask over UDP and on new connections over TLS."""

import itertools
import multiprocessing
import socket
import statistics
import struct
import subprocess
import time

from .. import frames, name, rdata, tls, wire
from ..frames import Connection
from . import client
from .scene import GOOD

WITHIN = 0.2      # seconds for another client
SECONDS = 1.2     # of each attack
GROWTH = 48       # MiB that an attack may cost
BATCH = 50        # frames that are sent before looking whether the connection is still there
PER_CLIENT = 100
ODD = (2**31 - 1) // 2


def run(scene):
    if scene.box.kind != "homing":
        return scene.verdict.skip("encrypted: other resolvers serve nobody over TLS and HTTP here")
    scene.stage.on("encrypted.attack.biz.", lambda query: [query.answer(("A", GOOD))])
    scene.equal(scene.says("www.encrypted.attack.biz."), f"NOERROR {GOOD}", "encrypted: the name that the others ask for")
    texts = [("TXT", '"' + f"{index}".rjust(250, "x") + '"') for index in range(40)]
    scene.stage.on("heavy.attack.biz.", lambda query: [query.answer(*texts)])
    scene.stage.on("silent.attack.biz.", lambda query: [])
    scene.equal(len(scene.ask("www.heavy.attack.biz.", "TXT", tcp=True).answer), 40, "encrypted: an answer of 10 KB is cached, records")
    for act in (floods_of_frames, unread_over_http, unread_over_tls, half_handshakes, handshakes, new_keys, slow_requests):
        act(scene)


def query_for(text, rtype="A"):
    return wire.compose_query(0, name.parse(text), rdata.number_of(rtype))


# Beside the attack

def beside(scene, title, attack, growth=GROWTH, within=WITHIN):
    """Makes the attack and measures what others have of it; `within` is for those over TLS. What the attack says of itself is returned."""
    memory = scene.resolver.resident()
    mine, its = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=lambda: its.send(attack()))
    query = query_for("www.encrypted.attack.biz.")
    times, most = {"UDP": [], "DoT": []}, 0
    with scene.watched(title):
        process.start()
        for turn in itertools.count():
            source = f"127.0.0.{turn % 200 + 20}"
            for transport in times:
                begun = time.monotonic()
                reply = (client.exchange(scene.resolver.port, query, source=source) if transport == "UDP"
                         else tls.exchange(scene.resolver.tls_port, query, source))
                times[transport].append(time.monotonic() - begun if reply and client.said(wire.parse(reply)) == f"NOERROR {GOOD}" else 9)
            most = max(most, scene.resolver.resident() - memory)
            if not process.is_alive() or mine.poll():
                break
        told = mine.recv() if mine.poll(1) else None
        process.join()
    for transport, seconds in times.items():
        late = sum(each > (within if transport == "DoT" else WITHIN) for each in seconds)
        scene.expect(late <= len(seconds) // 20 and max(seconds) < 2, f"{title}: {len(seconds)} other clients over {transport} served in "
                     f"{statistics.median(seconds) * 1000:.1f} ms, the slowest in {max(seconds) * 1000:.0f} ms")
    scene.most(most / 2**20, growth, f"{title}: MiB that the resolver grew by")
    return told


# Frames without end

def flood(scene, opening, piece, settings=b""):
    """Connection after connection: sends pieces until it ends. How often that was, the pieces of the longest, and the reasons."""
    def attack():
        connections, longest, reasons, ends = 0, 0, set(), time.monotonic() + SECONDS
        while time.monotonic() < ends:
            attacker = Connection(scene.resolver.http_port, f"127.5.0.{connections % 200 + 1}", settings)
            attacker.send(opening)
            connections += 1
            sent = 0
            while not attacker.has_ended and sent < 50_000:
                attacker.send(b"".join(piece(sent + index) for index in range(BATCH)))
                sent += BATCH
                attacker.read()
            attacker.read(0.2)
            attacker.close()
            longest = max(longest, sent)
            reasons.add(attacker.reason if attacker.has_ended else "no end")
        return connections, longest, reasons
    return attack


def stream_of(index):
    return 1 + 2 * (index % ODD)


def floods_of_frames(scene):
    fresh = itertools.count()
    asked = lambda: query_for(f"n{next(fresh)}.silent.attack.biz.")  # nobody answers for it
    known = query_for("www.encrypted.attack.biz.")
    bomb = frames.field(b"x" * 10, b"y" * 4000, b"\x40") + b"\xbe" * 12_000
    cases = [
        # What it is, what is sent at first, then again and again.
        ("rapid reset", b"", lambda index: frames.request(stream_of(index), asked()) + frames.reset(stream_of(index))),
        ("resets that the client provokes", b"", lambda index: frames.request(stream_of(index), asked()) + frames.window(stream_of(index), 2**31 - 1)),
        ("CONTINUATION without end", frames.frame(frames.HEADERS, 0, 1, frames.fields(known)),
         lambda index: frames.frame(frames.CONTINUATION, 0, 1, frames.field(b"a", b"b" * 100))),
        ("empty CONTINUATION", frames.frame(frames.HEADERS, 0, 1, frames.fields(known)), lambda index: frames.frame(frames.CONTINUATION, 0, 1)),
        ("SETTINGS", b"", lambda index: frames.frame(frames.SETTINGS)),
        ("PING", b"", lambda index: frames.frame(frames.PING, payload=b"12345678")),
        ("PRIORITY", b"", lambda index: frames.frame(frames.PRIORITY, 0, stream_of(index), struct.pack("!IB", 0, 15))),
        ("WINDOW_UPDATE", b"", lambda index: frames.window(0, 1)),
        ("frames of no known type", b"", lambda index: frames.frame(0x42, payload=b"x")),
        ("empty DATA", frames.request(1, method=b"POST", ends=False), lambda index: frames.frame(frames.DATA, 0, 1)),
        ("header fields that unfold", b"", lambda index: frames.frame(frames.HEADERS, frames.END_HEADERS | frames.END_STREAM, stream_of(index),
                                                                     frames.fields(known) + bomb)),
        ("POST without end", b"", lambda index: frames.request(stream_of(index), method=b"POST", ends=False)),
    ]
    for title, opening, piece in cases:
        title = f"HTTP/2: {title}"
        told = beside(scene, title, flood(scene, opening, piece))
        if not scene.expect(told, f"{title}: the attack was made"):
            continue
        connections, longest, reasons = told
        # Who goes on sending may have the connection reset before its GOAWAY is read. What was sent and never read counts, too.
        scene.expect(reasons <= {frames.ENHANCE_YOUR_CALM, None} and frames.ENHANCE_YOUR_CALM in reasons,
                     f"{title}: {connections} connections were ended, sent {longest} times at most, for {reasons}")


# Who does not read

def unread_over_http(scene):
    heavy = query_for("www.heavy.attack.biz.", "TXT")

    def attack(settings, opened, connections, requests):
        made = []
        for index in range(connections):
            attacker = Connection(scene.resolver.http_port, f"127.6.{index // PER_CLIENT}.1", settings)
            attacker.send(b"".join(frames.request(stream_of(each), heavy) + opened(stream_of(each)) for each in range(requests)))
            made.append(attacker)
        time.sleep(SECONDS)
        for attacker in made:
            attacker.read()
        return sum(attacker.has_ended for attacker in made)

    closed, nothing = frames.setting(frames.INITIAL_WINDOW, 0), lambda stream: b""
    # Each worker keeps 64 MiB for all its connections, and libnghttp2 and the allocator need some beside.
    most = 64 * scene.workers * 1.25
    for title, settings, opened, connections, requests, growth in (
            ("HTTP/2: a window of 0", closed, nothing, 300, 90, GROWTH),
            ("HTTP/2: windows of single octets", closed, lambda stream: frames.window(stream, 1), 300, 90, GROWTH),
            ("HTTP/2: who never reads", frames.frame(frames.SETTINGS), nothing, 300, 90, GROWTH),
            # What one connection may keep, for many of them.
            ("HTTP/2: windows of 0 on 900 connections", closed, nothing, 900, 24, most)):
        told = beside(scene, title, lambda: attack(settings, opened, connections, requests), growth)
        if requests == 90 and settings == closed:
            scene.expect(told == connections, f"{title}: of {connections} connections {told} were ended")


def unread_over_tls(scene):
    heavy = query_for("www.heavy.attack.biz.", "TXT")
    pipelined = (struct.pack("!H", len(heavy)) + heavy) * 60

    def attack():
        made = []
        for index in range(200):
            session = tls.connect(scene.resolver.tls_port, f"127.7.{index // PER_CLIENT}.1", small=True)
            session.sendall(pipelined)
            made.append(session)
        time.sleep(SECONDS)
        return len(made)

    beside(scene, "DoT: who never reads", attack, growth=64)


# Handshakes

def half_handshakes(scene):
    hello = tls.client_hello()

    def attack():
        begun = []
        for index in range(2000):
            endpoint = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            endpoint.settimeout(5)
            endpoint.bind((f"127.8.0.{index // PER_CLIENT + 1}", 0))
            endpoint.connect(("127.0.0.1", (scene.resolver.tls_port, scene.resolver.https_port)[index % 2]))
            try:
                endpoint.send((b"", hello[:len(hello) // 2], hello)[index % 3])
            except OSError:
                pass
            begun.append(endpoint)
        time.sleep(SECONDS)
        return len(begun)

    beside(scene, "TLS: 2,000 handshakes that stop", attack, growth=96)


def handshakes(scene):
    """Each costs the server a signature, and the attacker nothing."""
    hello = tls.client_hello()

    def attack():
        count, ends = 0, time.monotonic() + SECONDS
        while time.monotonic() < ends:
            begun = []
            for index in range(100):
                endpoint = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
                endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                endpoint.settimeout(5)
                endpoint.bind((f"127.9.0.{index % 200 + 1}", 0))
                endpoint.connect(("127.0.0.1", scene.resolver.tls_port))
                endpoint.send(hello)
                begun.append(endpoint)
            for endpoint in begun:
                endpoint.close()
            count += 100
        return count

    # Every core is busy with signatures then, and another handshake waits for its turn.
    told = beside(scene, "TLS: handshakes without pause", attack, within=1)
    scene.expect(told, f"TLS: handshakes without pause: {told} were begun")


def new_keys(scene):
    """OpenSSL's client asks for new keys (K) or another handshake (R) again and again: its connection ends, and soon."""
    for title, version, letter in (("new keys without end", "-tls1_3", "K"), ("another handshake", "-tls1_2", "R")):
        process = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{scene.resolver.tls_port}", "-alpn", "dot", version],
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
        asked, ends = 0, time.monotonic() + 5
        try:
            while process.poll() is None and time.monotonic() < ends:
                process.stdin.write(letter + "\n")
                process.stdin.flush()
                asked += 1
                time.sleep(0.005)
        except OSError:
            pass
        time.sleep(0.1)
        scene.expect(process.poll() is not None, f"TLS: {title}: the connection ended when it was asked for {asked} times")
        process.kill()
        process.wait()


# Who takes his time

def slow_requests(scene):
    """An octet now and then, or frames that are no request: none of them keeps a connection. The idle time-out is 10 s."""
    heavy = query_for("www.heavy.attack.biz.", "TXT")
    known = query_for("www.encrypted.attack.biz.")
    port = scene.resolver.http_port

    def slow(first, piece):
        endpoint = socket.create_connection(("127.0.0.1", port), 5, ("127.10.0.1", 0))
        endpoint.sendall(first)
        return [endpoint, piece, 0, None]

    stream = itertools.count(3, 2)
    clients = {
        "a head of HTTP/1.1": slow(b"GET / HTTP/1.1\r\n", lambda: b"a: b\r\n"),
        "a body of HTTP/1.1": slow(b"POST /dns-query HTTP/1.1\r\nHost: x\r\nContent-Type: application/dns-message\r\nContent-Length: 9999\r\n\r\n",
                                   lambda: b"x"),
        "a chunked body": slow(b"POST /dns-query HTTP/1.1\r\nHost: x\r\nContent-Type: application/dns-message\r\nTransfer-Encoding: chunked\r\n\r\n",
                               lambda: b"1\r\nx\r\n"),
        "PING": slow(frames.PREFACE + frames.frame(frames.SETTINGS), lambda: frames.frame(frames.PING, payload=b"12345678")),
        "a header block": slow(frames.PREFACE + frames.frame(frames.SETTINGS) + frames.request(1, known)[:20], lambda: b""),
        "a body beside requests": slow(frames.PREFACE + frames.frame(frames.SETTINGS) + frames.request(1, method=b"POST", ends=False),
                                       lambda: frames.frame(frames.DATA, 0, 1, b"x") + frames.request(next(stream), known)),
        "a response of single octets": slow(frames.PREFACE + frames.setting(frames.INITIAL_WINDOW, 0) + frames.request(1, heavy),
                                            lambda: frames.window(1, 1)),
    }
    begun = time.monotonic()
    while time.monotonic() < begun + 14 and any(each[3] is None for each in clients.values()):
        time.sleep(0.25)
        for each in clients.values():
            endpoint, piece = each[:2]
            if each[3] is not None:
                continue
            try:
                endpoint.send(piece())
                endpoint.settimeout(0.001)
                while endpoint.recv(65536):
                    pass
                each[3] = time.monotonic() - begun
            except TimeoutError:
                pass
            except OSError:
                each[3] = time.monotonic() - begun
    for title, (endpoint, _, _, ended) in clients.items():
        endpoint.close()
        scene.expect(ended is not None and ended > 8, f"slow: {title}: the connection ended after "
                     + (f"{ended:.1f} s" if ended is not None else "more than 14 s"))
