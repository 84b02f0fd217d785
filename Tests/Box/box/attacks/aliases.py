"""Aliases that lead in a circle, or too far; and addresses that no public name may have (rebinding)."""

import time

from .. import name
from .scene import GOOD
from .stage import record

CHAIN_LIMIT = 11


def run(scene):
    for title, attack in (("CNAME loops and chains", chains), ("rebinding", rebinding)):
        with scene.watched(title):
            attack(scene, title)


def chains(scene, title):
    """`WORD-N` is an alias for `WORD-(N-1)`, and `WORD-0` an address; `up-N` never ends."""
    suffix = "alias.attack.biz."

    def target(label):
        word, _, number = label.rpartition("-")
        if word == "up":
            return f"up-{int(number) + 1}.{suffix}"
        if word in ("loop", "whole-loop"):
            return f"{word}-{(int(number) + 1) % 3}.{suffix}"
        return f"{word}-{int(number) - 1}.{suffix}" if int(number) else None

    def script(query):
        label = query.qname[0].decode()
        reply, following = query.reply(), label.startswith("whole")
        while (following or not reply.answer) and len(reply.answer) < 20 and (there := target(label)):
            reply.answer.append(record(f"{label}.{suffix}", "CNAME", there))
            label = there.split(".")[0]
        if not target(label):
            reply.answer.append(record(f"{label}.{suffix}", "A", GOOD)) if following or not reply.answer else None
        reply.answer[0] = (query.message.qname, *reply.answer[0][1:])
        return [reply]

    scene.stage.on(suffix, script)
    right = f"chain-{CHAIN_LIMIT}.{suffix}"
    scene.expect(GOOD in str(scene.ask(right).answer), f"{title}: a chain of {CHAIN_LIMIT} is followed to its end")
    for label, bound in (("self-1", 2), ("loop-0", 4), ("whole-loop-0", 2), ("long-12", CHAIN_LIMIT + 1), ("whole-12", CHAIN_LIMIT + 1), ("up-1", CHAIN_LIMIT + 1)):
        if label == "self-1":
            scene.stage.on("self-1.alias.attack.biz.", script)
            scene.stage.refer("self-1.alias.attack.biz.", lambda query: [query.answer(("CNAME", f"self-1.{suffix}"))])
        qname, begun = f"{label}.{suffix}", time.monotonic()
        scene.equal(scene.says(qname), "SERVFAIL", f"{title}: {label}")
        scene.most(scene.stage.count(suffix, since=begun), bound, f"{title}: {label}, packets upstream")
        begun = time.monotonic()
        scene.equal(scene.says(qname), "SERVFAIL", f"{title}: {label} again")
        scene.equal(scene.stage.count(suffix, since=begun), 0, f"{title}: {label} again, packets upstream")


PRIVATE = {
    "ten": ("A", ["10.1.2.3"]), "loop": ("A", ["127.0.0.1"]), "zero": ("A", ["0.0.0.0"]), "link": ("A", ["169.254.169.254"]),
    "mapped": ("AAAA", ["::ffff:127.0.0.1"]), "mapped-ten": ("AAAA", ["::ffff:10.0.0.1"]), "six": ("AAAA", ["::1"]),
    "local": ("AAAA", ["fd00::1"]), "link-six": ("AAAA", ["fe80::1"]), "hint": ("HTTPS", ["1 . ipv4hint=10.0.0.1"]),
    "hint-six": ("HTTPS", ["1 . ipv6hint=::1"]), "mixed": ("A", [GOOD, "192.168.1.1", "172.16.0.1"]),
}


def rebinding(scene, title):
    def script(query):
        label = query.qname[0].decode()
        if label.startswith("to-"):
            return [query.answer(("CNAME", f"{label[3:]}.rebind.attack.biz."))]
        kind, texts = PRIVATE[label]
        return [query.answer(*((kind, text) for text in texts))] if query.qtype == kind else [query.nothing()]

    scene.stage.on("rebind.attack.biz.", script)
    for label, (kind, texts) in PRIVATE.items():
        wanted = {text for text in texts if text == GOOD}
        for qname, way in ((f"{label}.rebind.attack.biz.", {}), (f"{label}.rebind.attack.biz.", {"recursion": False}),
                           (f"{label}.rebind.attack.biz.", {"tcp": True}), (f"to-{label}.rebind.attack.biz.", {})):
            reply = scene.ask(qname, kind, **way)
            found = {entry.text for entry in reply.answer if entry.type != 5}
            scene.verdict.count(reply.rcode == "NOERROR" and found == wanted or not scene.box.strict,
                                f"{title}: {qname} {kind} {way}: {reply.rcode} {found}")
    scene.verdict.say(f"      {title}: {len(PRIVATE)} sets of addresses, asked, asked for from the cache, over TCP, and by an alias")
    servers = ("127.0.0.1", "10.53.0.1", "::ffff:10.53.0.1")
    begun = time.monotonic()
    scene.stage.refer("inward.attack.biz.", lambda query: [query.reply(flags=0x8000, authority=[record("inward.attack.biz.", "NS", f"ns{index}.inward.attack.biz.") for index in range(3)],
        additional=[record(f"ns{index}.inward.attack.biz.", "AAAA" if ":" in address else "A", address) for index, address in enumerate(servers)])])
    for address in ("127.0.0.1", "10.53.0.1"):
        scene.stage.open(address)
    scene.equal(scene.says("www.inward.attack.biz.", patience=11), "SERVFAIL", f"{title}: servers at private addresses")
    inside = sum(scene.stage.count("inward.attack.biz.", since=begun, address=address) for address in ("127.0.0.1", "10.53.0.1"))
    scene.equal(inside, 0, f"{title}: packets to servers at private addresses")
    for address in ("127.0.0.1", "10.53.0.1"):
        scene.stage.close(address)
