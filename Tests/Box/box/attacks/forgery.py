"""Replies that are forged or spoiled: off-path poisoning, SAD DNS, TuDoor, records that nobody asked for, 0x20."""

import random
import socket
import struct

from .. import name, rdata, wire
from .scene import EVIL, GOOD
from .stage import record


def run(scene):
    for title, attack in (("off-path flood", flood), ("off-path sources", strangers), ("SAD DNS", unreachable),
                          ("TuDoor", garbage), ("unsolicited records", unsolicited), ("0x20", folded)):
        with scene.watched(title):
            attack(scene, title)


def flood(scene, title):
    """ID after ID from the server's own address, and then the right reply."""
    def script(query):
        count, good = int(query.qname[0].decode()[1:]), query.answer(("A", GOOD))
        evil = query.answer(("A", EVIL), ttl=86400).compose()
        forged = (struct.pack("!H", query.message.id + step & 0xFFFF) + evil[2:] for step in range(1, count + 1))
        return [good] if query.over_tcp else [*forged, (0.02, good)]

    scene.stage.on("flood.attack.biz.", script)
    scene.stage.delegate("flood-without-tcp.attack.biz.", "185.7.0.1", script, tcp=False)
    for suffix, counts in (("flood.attack.biz.", (2, 90, 1000)), ("flood-without-tcp.attack.biz.", (2, 90))):
        for count in counts:
            qname = f"n{count}.{suffix}"
            scene.equal(scene.says(qname, patience=11), f"NOERROR {GOOD}", f"{title}: {count} wrong IDs before the right one, {qname}")
            scene.equal(scene.cached(qname), f"NOERROR {GOOD}", f"{title}: {count} wrong IDs, cached afterwards")
            scene.most(scene.stage.count(qname), 5, f"{title}: {count} wrong IDs, packets upstream")
    scene.expect(scene.stage.count("n1000.flood.attack.biz.", over_tcp=True) == 1, f"{title}: near misses moved the question to TCP")


def strangers(scene, title):
    """Right port, right ID, but from another address, or from another port of the server."""
    scene.stage.open("185.7.0.2")

    def script(query):
        evil = query.answer(("A", EVIL)).compose()
        for address, port in (("185.7.0.2", 5353), ("185.7.0.3", 53), (query.address, 5353)):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as endpoint:
                endpoint.bind((address, port))
                for _ in range(20):
                    endpoint.sendto(evil, query.source)
        return [(0.02, query.answer(("A", GOOD)))]

    scene.stage.on("strangers.attack.biz.", script)
    scene.equal(scene.says("www.strangers.attack.biz."), f"NOERROR {GOOD}", f"{title}: right ID and port, wrong sender")
    scene.equal(scene.cached("www.strangers.attack.biz."), f"NOERROR {GOOD}", f"{title}: cached afterwards")
    scene.most(scene.stage.count("www.strangers.attack.biz."), 2, f"{title}: packets upstream")


def unreachable(scene, title):
    """ICMP that says of the server that it is not there, while the server thinks."""
    def script(query):
        for kind, code, mtu in ((3, 3, 0), (3, 1, 0), (3, 13, 0), (3, 4, 68), (11, 0, 0)):
            for _ in range(5):
                send_icmp(query, kind, code, mtu)
        return [(0.1, query.answer(("A", GOOD)))]

    scene.stage.delegate("icmp.attack.biz.", "185.7.0.4", script)  # a server whose speed is not known: no repetition in 0.3 s
    scene.equal(scene.says("www.icmp.attack.biz."), f"NOERROR {GOOD}", f"{title}: ICMP errors before the answer")
    scene.equal(scene.cached("www.icmp.attack.biz."), f"NOERROR {GOOD}", f"{title}: cached afterwards")
    scene.equal(scene.stage.count("www.icmp.attack.biz."), 1, f"{title}: ICMP ends nothing early, packets upstream")


def send_icmp(query, kind, code, mtu):
    """As if a router answered the resolver's query: with the first octets of the packet that it could not deliver."""
    host, port = query.source[:2]
    udp = struct.pack("!4H", port, 53, 60, 0)
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 80, 1, 0, 64, 17, 0, socket.inet_aton(host), socket.inet_aton(query.address))
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    body = struct.pack("!BBHHH", kind, code, 0, 0, mtu) + header + udp
    body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as endpoint:
        endpoint.sendto(body, (host, 0))


def checksum(octets):
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def garbage(scene, title):
    """Garbage in many shapes, all with the right ID where there is room for one, and then the good reply."""
    draw = random.Random(5300)

    def shapes(query):
        good = query.answer(("A", GOOD)).compose()
        head, question_end = good[:12], 12 + len(name.wire(query.message.qname)) + 4
        flags = lambda value: good[:2] + struct.pack("!H", value) + good[4:]
        return {
            "empty": b"", "octet": b"\0", "id-only": good[:2], "short": good[:11], "header": head, "no-answer": good[:question_end],
            "cut": good[:-3], "query": flags(0x0100), "opcode": flags(0xA400), "noise": draw.randbytes(300),
            "noise-with-id": good[:2] + draw.randbytes(300), "long-noise": good[:2] + draw.randbytes(8000),
            "counts": good[:4] + b"\xff" * 8 + good[12:], "two-questions": good[:4] + b"\0\2" + good[6:],
            "other-type": good[:question_end - 4] + b"\0\x1c" + good[question_end - 2:],
            "other-class": good[:question_end - 2] + b"\0\3" + good[question_end:],
            "other-name": good[:13] + b"zzz" + good[16:], "no-question": good[:4] + b"\0\0" + good[6:12] + good[question_end:],
        }

    def script(query):
        good = query.answer(("A", GOOD))
        if query.over_tcp or query.qname[0] == b"plain":
            return [good]
        return [shapes(query)[query.qname[0].decode().removeprefix("www-")], (0.01, good)]

    scene.stage.delegate("tudoor.attack.biz.", "185.7.0.5", script)
    sample = wire.parse(wire.compose_query(0, name.parse("www-x.tudoor.attack.biz."), 1))
    words = list(shapes(type("Sample", (), {"message": sample, "answer": lambda self, *pairs: _plain(sample)})()))
    told = {word: scene.says(f"www-{word}.tudoor.attack.biz.") for word in words}
    wrong = {word: text for word, text in told.items() if text != f"NOERROR {GOOD}"}
    scene.equal(wrong, {}, f"{title}: {len(words)} shapes of garbage, each before the good reply; wrong answers")
    stored = {word: text for word in words if (text := scene.cached(f"www-{word}.tudoor.attack.biz.")) != f"NOERROR {GOOD}"}
    scene.equal(stored, {}, f"{title}: cached wrongly afterwards")
    packets = [scene.stage.count(f"www-{word}.tudoor.attack.biz.") for word in words]
    scene.most(max(packets), 2, f"{title}: packets upstream for one name")
    scene.equal(scene.says("plain.tudoor.attack.biz."), f"NOERROR {GOOD}", f"{title}: the server is still good")
    scene.equal(scene.stage.count("plain.tudoor.attack.biz."), 1, f"{title}: packets for one name more")


def _plain(message):
    from ..odd_answers import Reply
    return Reply(message.id, (message.qname, message.qtype), answer=[record(message.qname, "A", GOOD)], edns_version=0)


# Where nothing of the liar's may ever be believed.
VICTIMS = (("www.victim-bank.com.", "A"), ("victim-bank.com.", "NS"), ("victim-bank.com.", "A"), ("com.", "NS"), ("biz.", "NS"),
           ("attack.biz.", "NS"), ("attack.biz.", "DNAME"), ("www.honest.attack.biz.", "A"), ("honest.attack.biz.", "NS"),
           ("ns1.attack.biz.", "A"), ("a.nic.biz.", "A"), ("a.root-servers.net.", "A"), ("under.liar.attack.biz.", "DNAME"),
           ("other.liar.attack.biz.", "A"), ("ns.liar.attack.biz.", "A"))


def unsolicited(scene, title):
    """Replies that say more than they were asked: in every section, of the liar's zone, its parents, and others."""
    stage, trap = scene.stage, scene.stage.open("185.7.0.66")
    lies = [record(owner, kind, {"NS": "ns.trap.attack.biz.", "DNAME": "trap.attack.biz."}.get(kind, EVIL), 86400) for owner, kind in VICTIMS]
    glue = [record("ns.trap.attack.biz.", "A", trap, 86400), record("ns.liar.attack.biz.", "A", trap, 86400)]

    def script(query):
        where = query.qname[0].decode()
        own = [record("liar.attack.biz.", "NS", "ns.trap.attack.biz.", 86400)]
        if where == "denied":
            return [query.reply(3, authority=[*query.nothing().authority, *own, *lies], additional=glue + lies)]
        if where == "nodata":
            return [query.reply(0, authority=[*query.nothing().authority, *own, *lies], additional=glue + lies)]
        if where == "alias":
            return [query.reply(0, answer=[record(query.message.qname, "CNAME", "www.honest.attack.biz."),
                                           record("www.honest.attack.biz.", "A", EVIL, 86400), *lies], additional=glue)]
        if where not in ("a", "b", "c", "d"):
            return [query.nothing()]
        reply = query.answer(("A", GOOD))
        for section in (("answer",), ("authority",), ("additional",), ("answer", "authority", "additional"))["abcd".index(where)]:
            getattr(reply, section).extend(own * (section != "answer") + lies + glue)
        return [reply]

    stage.delegate("liar.attack.biz.", "185.7.0.6", script)
    stage.delegate("honest.attack.biz.", "185.7.0.7", lambda query: [query.answer(("A", GOOD))])
    wanted = {"a": GOOD, "b": GOOD, "c": GOOD, "d": GOOD, "alias": GOOD, "nodata": "", "denied": ""}
    for label, text in wanted.items():
        found = scene.says(f"{label}.liar.attack.biz.")
        scene.expect(EVIL not in found and text in found, f"{title}: {label}: {found}")
    believed = {f"{owner} {kind}": text for owner, kind in VICTIMS
                if any(lie in (text := scene.cached(owner, kind)) for lie in (EVIL, trap, "trap.attack.biz."))}
    scene.equal(believed, {}, f"{title}: lies in the cache, of {len(VICTIMS)}")
    scene.equal(scene.says("b.liar.attack.biz.", "A"), f"NOERROR {GOOD}", f"{title}: the liar's zone stays where its parent says")
    asked = {f"{owner} {kind}": text for owner, kind in VICTIMS
             if any(lie in (text := scene.says(owner, kind)) for lie in (EVIL, trap)) and not owner.endswith("liar.attack.biz.")}
    scene.equal(asked, {}, f"{title}: lies in answers")
    scene.equal(scene.says("www.honest.attack.biz."), f"NOERROR {GOOD}", f"{title}: the alias's target from its own server")
    scene.says("d.honest.attack.biz.")
    scene.equal(stage.count("attack.biz.", address=trap), 0, f"{title}: packets to the trap")


def folded(scene, title):
    """A server that answers in lower case, whatever it was asked in."""
    def script(query):
        reply = query.answer(("A", GOOD))
        reply.question = (query.qname, query.message.qtype)
        return [reply]

    scene.stage.delegate("fold.attack.biz.", "185.7.0.8", script)
    for turn in range(4):
        qname = f"abcdefghijklmnopqrstuvwxyz-{turn}.fold.attack.biz."
        scene.equal(scene.says(qname), f"NOERROR {GOOD}", f"{title}: question {turn + 1} of a server that folds case")
        packets = [scene.stage.count(qname, over_tcp=tcp) for tcp in (False, True)]
        scene.equal(packets, [1, 1] if turn == 0 else [1, 0], f"{title}: question {turn + 1}, packets over UDP and TCP")
