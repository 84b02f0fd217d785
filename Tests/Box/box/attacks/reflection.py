"""Replies to somebody who did not ask: rate limits, cookies, and the size of replies (fragments)."""

import struct
import time

from .. import name, network, rdata, wire
from . import client
from .bombs import Crowd

PORT, RATE, VICTIM, OTHER = 5301, 100, "192.168.77.7", "10.53.9.7"
CONFIGURATION = f"""rate-limit:
  enabled: yes
  responses-per-second: {RATE}
"""
LARGEST, WORTH = 1232, 1.5


def run(scene):
    with scene.watched("fragments"):
        fragments(scene, "fragments")
    if scene.box.kind != "homing":
        scene.verdict.skip("reflection: only Homing is configured for it")
        return
    limited = scene.box.start_resolver("homing", scene.box.binary, port=PORT, extra=CONFIGURATION,
                                       validation=scene.box.usual_validation())
    try:
        with scene.watched("reflection"):
            reflection(scene, "reflection", limited)
    finally:
        limited.program.stop()


def large(scene):
    texts = [("TXT", '"' + f"{index}".rjust(200, "x") + '"') for index in range(5)]
    scene.stage.on("reflect.attack.biz.", lambda query: [query.answer(*(texts * (20 if query.qname[0] == b"larger" else 1)))])
    return "www.reflect.attack.biz."


def fragments(scene, title):
    """However much a client offers, replies over UDP fit one packet."""
    qname = large(scene)
    network.count_fragments()
    for word in (qname, "larger.reflect.attack.biz.", "n256.huge.attack.biz."):
        for offered in (0, 512, 1232, 1400, 4096, 65535):
            reply = client.exchange(scene.resolver.port, wire.compose_query(7, name.parse(word), rdata.number_of("A" if "huge" in word else "TXT"), True, offered))
            bound = min(LARGEST, max(512, offered))
            scene.verdict.count(reply is not None and len(reply) <= bound or not scene.box.strict,
                                f"{title}: {word} with {offered} octets offered: a reply of {len(reply or b'')}, at most {bound}")
    scene.equal(network.count("fragments"), 0, f"{title}: 18 replies, to clients that offer 0 to 65,535 octets; fragments seen")
    sizes = {packet.payload for packet in scene.stage.seen("attack.biz.") if packet.payload}
    scene.equal(sizes, {LARGEST}, f"{title}: sizes offered to servers")


def reflection(scene, title, limited):
    """What a forger makes the resolver send to somebody else: with each query 'from' the victim."""
    qname = large(scene)
    cached = client.ask(limited.port, qname, "TXT")
    scene.equal(len(cached.answer), 5, f"{title}: an answer of 1.1 KB is cached, records")
    query = wire.compose_query(9, name.parse(qname), rdata.number_of("TXT"), True, 4096)
    crowd = Crowd(limited.port, [VICTIM] * 8)
    crowd.send([query] * 2000)
    crowd.receive(0.2)
    begun = time.monotonic()
    scene.verdict.say(f"      {title}: until it is limited: {crowd.octets} octets for {2000 * len(query)}")
    crowd.octets, crowd.replies = 0, {}
    crowd.send([query] * 20_000)
    crowd.receive(0.2).close()
    seconds = time.monotonic() - begun
    ratio = crowd.octets / (20_000 * len(query))
    scene.most(ratio, WORTH, f"{title}: once limited, octets to the victim for each octet sent ({crowd.replies} in {seconds:.1f} s)")
    scene.most(crowd.replies.get("NOERROR", 0), RATE * scene.workers * (seconds + 1), f"{title}: whole answers among them")
    scene.expect(crowd.replies.get("NOERROR TC", 0) > 1000, f"{title}: every other of the rest is a way to TCP: {crowd.replies.get('NOERROR TC', 0)}")
    # The victim itself, while its network is limited:
    flood = Crowd(limited.port, [VICTIM] * 8)
    flood.send([query] * 1000)
    reply = client.ask(limited.port, qname, "TXT", source=VICTIM, tcp=True)
    scene.equal(len(reply.answer) if reply else None, 5, f"{title}: the victim itself is served over TCP, records")
    reply = client.ask(limited.port, qname, "TXT", source=OTHER)
    scene.equal(len(reply.answer) if reply else None, 5, f"{title}: another network is not limited, records")
    cookie = fetch_cookie(limited.port, qname)
    scene.equal(len(cookie or b""), 24, f"{title}: octets of a cookie")
    flood.send([query] * 1000)
    whole = sum(is_whole(client.exchange(limited.port, with_cookie(qname, cookie), source=VICTIM, patience=1)) for _ in range(200))
    scene.equal(whole, 200, f"{title}: whole answers to 200 queries with a cookie from the victim's address")
    forged = cookie[:8] + bytes(octet ^ 0x55 for octet in cookie[8:])
    whole = 0
    for _ in range(50):
        flood.send([query] * 100)  # or the limit would be over between two questions
        whole += is_whole(client.exchange(limited.port, with_cookie(qname, forged), source=VICTIM, patience=0.02))
    # As many as the limit lets through meanwhile, which are more on a slow machine; a good cookie gets all 50.
    scene.most(whole, 40, f"{title}: whole answers to 50 queries with a forged cookie")
    flood.receive(0.2).close()


def with_cookie(qname, cookie):
    plain = wire.compose_query(11, name.parse(qname), rdata.number_of("TXT"), True, 1232)
    return plain[:-2] + struct.pack("!HHH", 4 + len(cookie), 10, len(cookie)) + cookie


def fetch_cookie(port, qname):
    """The server's cookie, over TCP."""
    reply = client.exchange(port, with_cookie(qname, b"homingbx"), source=VICTIM, tcp=True)
    place = reply.find(b"homingbx") if reply else -1
    return reply[place:place + 24] if place > 0 else None


def is_whole(reply):
    return bool(reply) and not reply[2] & 2 and reply[7] > 0
