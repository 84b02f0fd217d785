"""Who may change what: rules as BIND's update-policy has them, and what must follow from each."""

from . import message, ways
from .peculiar import known
from .zones import Key, Zone

ZONE, REVERSE = "policy.example.", "127.in-addr.arpa."
ALICE, BOB, HOST = Key("alice"), Key("bob"), Key(f"host.{ZONE.rstrip('.')}")
KEYS = [ALICE, BOB, HOST]

GRANTS = (
    f"deny alice name secret.{ZONE} ANY",
    f"grant alice name exact.{ZONE} A AAAA",
    f"grant alice subdomain sub.{ZONE} ANY",
    f"grant alice wildcard *.wild.{ZONE} TXT",
    f"grant alice name secret.{ZONE} ANY",
    "grant bob zonesub TXT",
    f"deny * subdomain shut.{ZONE} ANY",
    f"grant {HOST.name} self {HOST.name} A",
    f"grant {HOST.name} selfsub {HOST.name} AAAA",
    f"grant {HOST.name} selfwild {HOST.name} TXT",
)
ZONES = [Zone(ZONE, "limited 300 IN A 192.0.2.1\n", grants=GRANTS), Zone(REVERSE, grants=("grant * tcp-self . PTR",))]

# Whose key, which name below the zone, which type, and whether it may.
CASES = [
    (ALICE, "exact", "A", True), (ALICE, "exact", "AAAA", True), (ALICE, "EXACT", "A", True), (ALICE, "exact", "TXT", False),
    (ALICE, "below.exact", "A", False), (ALICE, "sub", "MX", True), (ALICE, "a.sub", "A", True), (ALICE, "a.b.sub", "TXT", True),
    (ALICE, "asub", "A", False), (ALICE, "x.wild", "TXT", True), (ALICE, "x.y.wild", "TXT", True), (ALICE, "wild", "TXT", False),
    (ALICE, "x.wild", "A", False), (ALICE, "secret", "A", False), (ALICE, "@", "TXT", False),
    (BOB, "anything", "TXT", True), (BOB, "@", "TXT", True), (BOB, "anything", "A", False), (BOB, "secret", "TXT", True), (BOB, "x.shut", "TXT", True),
    (HOST, "host", "A", True), (HOST, "other", "A", False), (HOST, "x.host", "A", False), (HOST, "x.host", "AAAA", True), (HOST, "host", "AAAA", True),
    (HOST, "x.host", "TXT", True), (HOST, "host", "TXT", False), (HOST, "x.host", "MX", False),
    (None, "anything", "TXT", False), (None, "exact", "A", False),
]
TEXTS = {"A": "192.0.2.7", "AAAA": "2001:db8::7", "TXT": '"seven"', "MX": f"7 exact.{ZONE}", "PTR": f"exact.{ZONE}"}


def run(verdict, server):
    if known(server.kind, "policy"):
        return verdict.skip(known(server.kind, "policy"))
    way = ways.of(server)
    for key, owner, type_text, may in CASES:
        qname = ZONE if owner == "@" else f"{owner}.{ZONE}"
        got = ways.send(way["UDP"], message.update(ZONE, [message.add(qname, type_text, TEXTS[type_text])]), key)
        verdict.count(got == ("NOERROR" if may else "REFUSED"), f"policy: {key.name if key else 'nobody'} adds {qname} {type_text}: {got}")
    verdict.say(f"policy: {len(CASES)} cases of {len(GRANTS)} rules")
    own = message.update(REVERSE, [message.add("1.0.0.127.in-addr.arpa.", "PTR", TEXTS["PTR"])])
    for title, octets, wanted in (("TCP", own, "NOERROR"), ("UDP", own, "REFUSED"),
                                  ("TCP", message.update(REVERSE, [message.add("2.0.0.127.in-addr.arpa.", "PTR", TEXTS["PTR"])]), "REFUSED"),
                                  ("TCP", message.update(REVERSE, [message.add("1.0.0.127.in-addr.arpa.", "TXT", TEXTS["TXT"])]), "REFUSED")):
        got = ways.send(way[title], octets)
        verdict.expect(got == wanted, f"policy: tcp-self over {title}: {got}")
