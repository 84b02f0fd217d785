"""Where the chain of trust goes on, ends with a proof, or breaks."""

from .keys import REVOKED, SEP, ZONE, Key
from .records import Record
from .scenario import (
    COM_ADDRESS, EXAMPLE_ADDRESS, ROOT_ADDRESS, Scenario, chain, com_zone, example_zone, island, root_zone)
from .zones import Reply, Zone


def unsigned(*lines, **options):
    return Zone("example.com.", "www A 203.0.113.1", *lines, denial=None, address=EXAMPLE_ADDRESS, **options)


def insecure():
    for kind in ("nsec", "nsec3"):
        z = unsigned()
        s = chain(f"dnssec-insecure-delegation-{kind}", f"a delegation without DS, proven by {kind.upper()}",
                  "RFC 4035 §5.2, RFC 5155 §8.9: the parent proves that the cut has no DS: what is below is insecure.\nThe "
                  "answer is given without AD; the denial of DS itself is secure.", z, com=com_zone(z, denial=kind))
        s.ask("www.example.com. A").check("insecure")
        s.ask("nothing.example.com. A").check("insecure")
        s.ask("example.com. DS").check("secure")
    z = unsigned()
    s = chain("dnssec-insecure-deeper", "everything below an insecure zone is insecure",
              "RFC 4033 §5: a signed zone below an unsigned one has no chain.\nsub.example.com. is signed, its parent is "
              "not: the answer is insecure, whatever its signatures are.", z)
    sub = Zone("sub.example.com.", "www A 203.0.113.9", address="198.51.100.5")
    sub.signing["A"] = {"corrupt": True}
    z.delegate(sub)
    s.serve("198.51.100.5", sub, about="sub.example.com., signed, with a corrupted signature.")
    s.ask("www.sub.example.com. A").check("insecure")


def stripped():
    """Referrals and denials of DS that prove nothing."""
    def bare(reply, qname, qtype):
        if reply.cut or qtype == "DS":
            reply.remove("DS", "NSEC", "NSEC3", "RRSIG DS", "RRSIG NSEC", "RRSIG NSEC3")
            reply.answer = []
        return reply
    z = unsigned()
    s = chain("dnssec-insecure-without-proof", "no DS and no proof",
              "RFC 4035 §5.2: that a delegation is unsigned must be proven.\nThe parent's servers leave the proof out, in "
              "the referral and when asked for DS: bogus.", z, com_change=bare,
              server_about="example.com., unsigned.")
    s.servers[1].about = "com., without the NSEC records of its delegations."
    s.ask("www.example.com. A").check("bogus")
    signed = example_zone()
    s = chain("dnssec-ds-stripped", "a DS that was taken out on the way",
              "RFC 4035 §5.2: the zone is signed, its DS is missing in what the parent's servers say, and there is no proof "
              "of that: bogus and not insecure.", signed, com_change=bare)
    s.servers[1].about = "com., whose DS records somebody takes out."
    s.ask("www.example.com. A").check("bogus")

    def denies(reply, qname, qtype):
        proof = com.nsec("example.com.")
        if qtype == "DS":
            return Reply(authority=com.soa() + proof)
        if reply.cut:
            reply.remove("DS", "RRSIG DS")
            reply.authority += proof
        return reply
    signed = example_zone()
    com = com_zone(signed)
    s = chain("dnssec-ds-denied-against-bitmap", "a denial of DS by an NSEC that lists DS",
              "RFC 4035 §5.4: the NSEC of the cut says that there is a DS; it cannot be used to deny it: bogus.",
              signed, com=com, com_change=denies)
    s.servers[1].about = "com., in which somebody replaced the DS by the NSEC of that name."
    s.ask("www.example.com. A").check("bogus")

    def by_child(reply, qname, qtype):
        if qtype == "DS" or reply.cut:
            proof = child.nsec("example.com.")
            reply.remove("DS", "RRSIG DS")
            if qtype == "DS":
                return Reply(authority=child.soa() + proof)
            reply.authority += proof
        return reply
    child = example_zone()
    s = chain("dnssec-ds-denied-by-child", "a denial of DS by the child's own NSEC",
              "RFC 6840 §4.4, RFC 4035 §5.2: the NSEC of the child's apex has the SOA bit and says nothing about the "
              "parent's DS: bogus.", child, com_change=by_child)
    s.servers[1].about = "com., in which somebody replaced the DS by the NSEC of the child's apex."
    s.ask("www.example.com. A").check("bogus")


def unknown():
    zone = example_zone(keys=[Key("example.com.", 13, publish_as=200)])
    s = chain("dnssec-ds-unknown-algorithm", "a DS of an algorithm that nobody knows",
              "RFC 4035 §5.2, RFC 8914 §4.2: when no DS has an algorithm that is supported the zone is as if it were "
              "unsigned.\nIts signatures are passed on, and there is no AD.", zone)
    s.ask("www.example.com. A").check("insecure")
    s.ask("nothing.example.com. A").check("insecure")
    zone = example_zone()
    s = chain("dnssec-ds-unknown-digest", "a DS of a digest type that nobody knows",
              "RFC 4035 §5.2, RFC 8914 §4.3: the same for digest types: insecure.", zone,
              ds=[zone.keys[0].ds("example.com.", 200)])
    s.ask("www.example.com. A").check("insecure")
    zone = example_zone()
    s = chain("dnssec-ds-one-known", "an unknown DS beside a known one",
              "RFC 4035 §5.2: unknown algorithms and digests are left out; one DS is left and the zone is secure.", zone,
              ds=["12345 200 2 " + "00" * 32, zone.keys[0].ds("example.com.", 200), zone.keys[0].ds("example.com.")])
    s.ask("www.example.com. A").check("secure")
    zone = example_zone()
    wrong = Key("somebody else").ds("example.com.", 2).split()[3]
    s = chain("dnssec-ds-sha1-beside-sha256", "a weak digest beside a strong one",
              "RFC 4509 §3: where there is a DS with SHA-256, those with SHA-1 are not looked at.\nThe SHA-1 digest fits "
              "the key and the SHA-256 digest does not: bogus.", zone,
              ds=[zone.keys[0].ds("example.com.", 1), f"{zone.keys[0].tag} 13 2 {wrong}"])
    s.ask("www.example.com. A").check("bogus", ede=9)


def mismatched():
    def case(name, title, about, zone, ede, **options):
        s = chain(name, title, about, zone, **options)
        s.ask("www.example.com. A").check("bogus", ede=ede)
        return s
    case("dnssec-ds-mismatch", "a DS of another key",
         "RFC 4035 §5.2, RFC 8914 §4.10: the DS fits none of the zone's keys: bogus.\nWhat a rollover without the parent "
         "leaves behind.", example_zone(), 9, ds=[Key("the old key").ds("example.com.")])
    zone = example_zone()
    right = zone.keys[0].ds("example.com.")
    case("dnssec-ds-wrong-digest", "a DS with the right tag and a wrong digest",
         "RFC 4035 §5.2: tag and algorithm fit the zone's key and the digest does not: bogus.", zone, 9,
         ds=[right[:-8] + "00000000"])
    case("dnssec-dnskey-missing", "a zone without keys below a DS",
         "RFC 4035 §5.2, RFC 8914 §4.10: the DS promises keys and the zone has none, with an honest NSEC: bogus.",
         example_zone(), 9, change=no_keys(example_zone()),
         server_about="example.com., which lost its keys.")
    case("dnssec-dnskey-unsigned", "keys without a signature",
         "RFC 4035 §5.2, RFC 8914 §4.11: the DNSKEY RRset must be signed by a key that the DS names.", example_zone(), 10,
         change=lambda reply, qname, qtype: reply.remove("RRSIG") if qtype == "DNSKEY" else reply)
    zone = example_zone(keys=[Key("ksk"), Key("zsk", flags=ZONE)])
    zone.signing["DNSKEY"] = {"key": zone.keys[1]}
    case("dnssec-dnskey-signed-by-other", "keys signed by a key that no DS names",
         "RFC 4035 §5.2: the zone's other key signed the DNSKEY RRset, the one of the DS did not: bogus.", zone, "any")
    zone = example_zone(keys=[Key("example.com.", flags=SEP)])
    case("dnssec-zone-key-bit", "a key without the zone key bit",
         "RFC 4034 §2.1.1, RFC 8914 §4.12: a DNSKEY without this bit does not sign zones, whatever its DS says.", zone, 11)
    zone = example_zone(keys=[Key("example.com.", flags=ZONE | SEP | REVOKED)])
    case("dnssec-key-revoked", "a revoked key",
         "RFC 5011 §2.1, §7: a key with the REVOKE bit is of no use for anything but its own revocation.\nThe DS names it "
         "as it is now, and still: bogus.", zone, "any")
    zone = example_zone(keys=[Key("example.com.", protocol=1)])
    case("dnssec-key-protocol", "a key of another protocol",
         "RFC 4034 §2.1.2: a DNSKEY whose protocol is not 3 is not used.", zone, "any")
    zone = example_zone(keys=[Key("ksk"), Key("revoked", flags=ZONE | REVOKED)])
    s = case("dnssec-data-by-revoked-key", "data signed by a revoked key",
             "RFC 5011 §2.1: the zone's keys are fine, and the data are signed by the one that is revoked: bogus.", zone,
             "any")


def no_keys(zone):
    lines = Zone("example.com.", "www A 203.0.113.1", address=EXAMPLE_ADDRESS)
    lines.records.pop(("example.com.", "DNSKEY"))

    def change(reply, qname, qtype):
        return lines.reply(qname, qtype) if qtype == "DNSKEY" else reply
    return change


def shared_servers():
    zone = example_zone("a.b A 203.0.113.5")
    zone.address = COM_ADDRESS
    zone.records[("ns.example.com.", "A")] = []
    zone.add(f"ns A {COM_ADDRESS}")
    s = Scenario("dnssec-cut-on-one-server", "parent and child on one server",
                 "RFC 4035 §5, RFC 6840 §6.1: com. and example.com. have the same server, so no referral between them is "
                 "ever seen.\nThe cut is found by its DS, the chain is complete and the answer is secure.",
                 cuts=True, minimise=False)
    com = com_zone(zone)
    root = root_zone(com, keys=[Key(".", 8)])
    s.serve(ROOT_ADDRESS, root).serve(COM_ADDRESS, com, zone).anchor(root)
    s.ask("www.example.com. A").check("secure")
    s.ask("nothing.example.com. A").check("secure")

    z = unsigned()
    z.records[("ns.example.com.", "A")] = []
    z.add(f"ns A {COM_ADDRESS}")
    s = Scenario("dnssec-cut-insecure-on-one-server", "a signed parent and an unsigned child on one server",
                 "RFC 4035 §5.2, RFC 6840 §6.1: an unsigned answer comes from the server of a signed zone.\nA question for DS "
                 "shows the unsigned cut between them: insecure and not bogus.", cuts=True, minimise=False)
    com = com_zone(z)
    root = root_zone(com, keys=[Key(".", 8)])
    s.serve(ROOT_ADDRESS, root).serve(COM_ADDRESS, com, z).anchor(root)
    s.ask("www.example.com. A").check("insecure")
    s.ask("nothing.example.com. A").check("insecure")

    for kind, title, ds in (("insecure", "an unsigned grandchild", False), ("secure", "a signed grandchild", True)):
        zone = example_zone()
        grandchild = Zone("deep.sub.example.com.", "www A 203.0.113.9", address=EXAMPLE_ADDRESS,
                          denial="nsec" if ds else None)
        zone.delegate(grandchild)
        s = chain(f"dnssec-cut-grandchild-{kind}", f"{title} whose cut nobody sees",
                  "RFC 4035 §5, RFC 6840 §6.1: the server of example.com. also has deep.sub.example.com. and answers "
                  "for it at once.\nBetween them lies sub.example.com., an empty non-terminal and no cut. The status is "
                  "the one that the DS at the cut gives.", zone, cuts=True, minimise=False)
        s.servers[2].zones = (zone, grandchild)
        s.ask("www.deep.sub.example.com. A").check(kind)

    zone = example_zone()
    sub = Zone("sub.example.com.", "www A 203.0.113.9", address="198.51.100.5")
    zone.delegate(sub)
    s = chain("dnssec-chain-four-zones", "four zones deep",
              "RFC 4035 §5: the chain through a zone that is no more than a step on the way.", zone)
    s.serve("198.51.100.5", sub)
    s.ask("www.sub.example.com. A").check("secure")
    s.ask("nothing.sub.example.com. A").check("secure")


def build():
    insecure()
    stripped()
    unknown()
    mismatched()
    shared_servers()
