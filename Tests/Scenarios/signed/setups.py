"""Trust anchors, negative ones, forwarders and stub zones."""

from .keys import Key
from .records import Record
from .scenario import COM_ADDRESS, EXAMPLE_ADDRESS, ROOT_ADDRESS, Scenario, chain, com_zone, example_zone, island, root_zone
from .zones import Reply, Zone

FORWARDER = "192.0.2.53"


def broken_zone(*lines):
    zone = example_zone(*lines)
    zone.signing["A"] = {"corrupt": True}
    return zone


def anchors():
    zone = example_zone()
    s = island("dnssec-anchor-dnskey", "a trust anchor that is a key",
               "RFC 4033 §2 (trust anchor), RFC 4035 §4.4: an anchor may be a DNSKEY instead of a DS.", zone,
               anchors=[f"example.com. IN DNSKEY {zone.keys[0].text}"])
    s.ask("www.example.com. A").check("secure")
    zone = example_zone()
    old = Key("the last key").ds("example.com.")
    s = island("dnssec-anchor-old-and-new", "two anchors for one zone",
               "RFC 5011 §4, RFC 4035 §4.4: one anchor is of a key that is gone, the other one fits: secure.", zone,
               anchors=[f"example.com. IN DS {old}", f"example.com. IN DS {zone.keys[0].ds('example.com.')}"])
    s.ask("www.example.com. A").check("secure")
    s = island("dnssec-anchor-stale", "an anchor whose key is gone",
               "RFC 4035 §5: no key of the zone fits the anchor: everything in the zone is bogus.", example_zone(),
               anchors=[f"example.com. IN DS {old}"])
    s.ask("www.example.com. A").check("bogus")
    s.ask("nothing.example.com. A").check("bogus")
    zone = example_zone(keys=[Key("example.com.", 13, publish_as=200)])
    s = island("dnssec-anchor-unknown-algorithm", "an anchor of an algorithm that nobody knows",
               "RFC 4035 §5.2; issue: such an anchor leaves its zone insecure.", zone)
    s.ask("www.example.com. A").check("insecure")
    zone = example_zone()
    s = island("dnssec-anchor-unknown-digest", "an anchor of a digest type that nobody knows",
               "RFC 4035 §5.2: the same for a digest type: insecure.", zone,
               anchors=[f"example.com. IN DS {zone.keys[0].ds('example.com.', 200)}"])
    s.ask("www.example.com. A").check("insecure")
    zone = example_zone()
    s = island("dnssec-anchor-one-unknown", "an unknown anchor beside a known one",
               "RFC 4035 §5.2: what nobody knows is left out, and the other anchor counts.", zone,
               anchors=["example.com. IN DS 4711 200 2 " + "ab" * 32,
                        f"example.com. IN DS {zone.keys[0].ds('example.com.')}"])
    s.ask("www.example.com. A").check("secure")


def islands():
    """Root signed and anchored, com. unsigned."""
    def build(name, title, about, zone, anchored=True, settings=()):
        s = Scenario(name, title, about, settings=settings)
        com = com_zone(zone, signed=False, ds=False)
        com.add("other.com. A 203.0.113.4")
        root = root_zone(com, keys=[Key(".", 8)], ds=False)
        s.serve(ROOT_ADDRESS, root).serve(COM_ADDRESS, com).serve(zone.address, zone).anchor(root)
        return s.anchor(zone) if anchored else s
    s = build("dnssec-island", "an island of security",
              "RFC 4033 §2 (island of security): root is anchored, com. is provably insecure, and below it example.com. has an "
              "anchor of its own: secure. The rest of com. is insecure.", example_zone())
    s.ask("www.example.com. A").check("secure")
    s.ask("other.com. A").check("insecure")
    s = build("dnssec-island-broken", "a broken island",
              "RFC 4033 §2 (island of security): an anchor below an insecure zone is one: what does not verify is bogus.",
              broken_zone())
    s.ask("www.example.com. A").check("bogus")
    s = build("dnssec-island-without-anchor", "an island without an anchor",
              "RFC 4033 §5: nothing leads to the signed zone: insecure, its corrupted signature notwithstanding.",
              broken_zone(), anchored=False)
    s.ask("www.example.com. A").check("insecure")


def negative():
    s = chain("dnssec-negative-anchor", "a negative trust anchor",
              "RFC 7646 §2: the operator says that a zone is not to be validated.\nIts address has a corrupted signature: it is "
              "given, without AD. The zones around it stay secure.", broken_zone(), settings=['domain-insecure: "example.com"'])
    s.ask("www.example.com. A").check("insecure")
    s.ask("example.com. DS").check("secure")
    s.ask("com. SOA").check("secure")
    zone = example_zone()
    sub = Zone("sub.example.com.", "www A 203.0.113.9", address="198.51.100.5")
    sub.signing["A"] = {"corrupt": True}
    zone.delegate(sub)
    s = chain("dnssec-negative-anchor-below", "a negative trust anchor for one zone of a secure tree",
              "RFC 7646 §2: everything at and below the name is insecure, and what is above it is secure.", zone,
              settings=['domain-insecure: "sub.example.com"'])
    s.serve("198.51.100.5", sub, about="sub.example.com., with a corrupted signature.")
    s.ask("www.sub.example.com. A").check("insecure")
    s.ask("www.example.com. A").check("secure")
    s = chain("dnssec-negative-anchor-above-positive", "a negative anchor above a positive one",
              "RFC 7646 §2, RFC 4035 §4.4: the nearest anchor at or above a name counts.\nThere is to be no validation in com., and "
              "example.com. below it has an anchor of its own: secure.", example_zone(), settings=['domain-insecure: "com"'])
    s.anchor(s.servers[2].zones[0])
    s.ask("www.example.com. A").check("secure")
    s.ask("nothing.com. A").check("insecure")
    s = chain("dnssec-negative-anchor-of-other-name", "a negative anchor of a name that only ends alike",
              "RFC 7646 §2: names are compared by labels: ample.com. is not above example.com.", broken_zone(),
              settings=['domain-insecure: "ample.com"'])
    s.ask("www.example.com. A").check("bogus")


def forwarders():
    zone = example_zone("*.wild A 203.0.113.8")
    com, root = com_zone(zone), None
    root = root_zone(com, keys=[Key(".", 8)])
    clause = f'forward-zone:\n    name: "."\n    forward-addr: {FORWARDER}'
    s = Scenario("dnssec-forwarder", "validation through a forwarder",
                 "RFC 4035 §4.7, §5: the forwarder resolves, and every link of the chain is asked of it and checked here.\nAn "
                 "address, a denial, a wildcard.", clauses=[clause])
    s.serve(FORWARDER, root, com, zone, forwarder=True, about="The forwarder.").anchor(root)
    s.ask("www.example.com. A").check("secure")
    s.ask("nothing.example.com. A").check("secure")
    s.ask("any.wild.example.com. A").check("secure")

    def lies(reply, qname, qtype):
        if qtype == "A" and qname.startswith("www"):
            reply.answer = [Record(r.owner, r.ttl, r.type, "203.0.113.66") if r.type == "A" else r for r in reply.answer]
        return reply
    s = Scenario("dnssec-forwarder-lies", "a forwarder that changes an address",
                 "RFC 4035 §5: a forwarder is believed no more than anybody else: bogus.", clauses=[clause])
    s.serve(FORWARDER, root, com, zone, forwarder=True, change=lies, about="The forwarder, with an address of its own.")
    s.anchor(root).ask("www.example.com. A").check("bogus")
    s = Scenario("dnssec-forwarder-strips", "a forwarder that does not know DNSSEC",
                 "RFC 4035 §5: without signatures and proofs there is nothing to check: bogus, and never a guess that the zone were "
                 "unsigned.", clauses=[clause])
    s.serve(FORWARDER, root, com, zone, forwarder=True, about="The forwarder, which leaves out all that is DNSSEC's.",
            change=lambda reply, qname, qtype: stripped(reply))
    s.anchor(root).ask("www.example.com. A").check("bogus")
    plain = Zone("example.com.", "www A 203.0.113.1", denial=None, address=EXAMPLE_ADDRESS)
    com = com_zone(plain)
    root = root_zone(com, keys=[Key(".", 8)])
    s = Scenario("dnssec-forwarder-insecure", "an unsigned zone through a forwarder",
                 "RFC 4035 §5.2: the forwarder hands on the proof that the zone has no DS: insecure.", clauses=[clause])
    s.serve(FORWARDER, root, com, plain, forwarder=True, about="The forwarder.").anchor(root)
    s.ask("www.example.com. A").check("insecure")
    s.ask("nothing.example.com. A").check("insecure")


def stripped(reply):
    bare = reply.without_dnssec()
    bare.answer = [r for r in bare.answer if r.type not in ("DS", "DNSKEY")]
    bare.flags, bare.authoritative = reply.flags, False
    return bare


def stubs():
    zone = example_zone()
    clause = f'stub-zone:\n    name: "example.com"\n    stub-addr: {EXAMPLE_ADDRESS}'
    s = chain("dnssec-stub-zone", "a signed zone with servers of its own",
              "RFC 4035 §5: where a zone's servers are known from the settings no referral is seen; its DS is asked of the parent: "
              "secure.", zone, clauses=[clause])
    s.ask("www.example.com. A").check("secure")
    s.ask("nothing.example.com. A").check("secure")

    def private(name, title, about, status, settings=()):
        inner = Zone("corp.example.com.", "www A 203.0.113.40", denial=None, address="198.51.100.20")
        s = chain(name, title, about, example_zone(), settings=settings, clauses=[
            'stub-zone:\n    name: "corp.example.com"\n    stub-addr: 198.51.100.20'])
        s.serve("198.51.100.20", inner, about="corp.example.com., a private zone.")
        s.ask("www.corp.example.com. A").check(status)
        s.ask("www.example.com. A").check("secure")
    private("dnssec-stub-zone-denied", "a private zone that the public tree denies",
            "RFC 4035 §5: the zone above is signed and proves that there is no such name: data of a private zone in that place are "
            "bogus.", "bogus")
    private("dnssec-stub-zone-negative-anchor", "a private zone under a negative trust anchor",
            "RFC 7646 §1.1: the private zone under a signed one needs a negative anchor: insecure.", "insecure",
            ['domain-insecure: "corp.example.com"'])


def build():
    anchors()
    islands()
    negative()
    forwarders()
    stubs()
