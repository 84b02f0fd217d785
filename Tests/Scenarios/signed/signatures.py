"""Signatures that do not count, each for one reason."""

from .keys import ZONE, JunkKey, Key
from .records import Record
from .scenario import chain, com_zone, example_zone, island
from .zones import Zone

WWW = ("www.example.com.", "A")


def lying(name, title, about, ede, status="bogus", key=WWW, question="www.example.com. A", **fields):
    zone = example_zone()
    zone.signing[key] = fields or None
    s = island(name, title, about, zone)
    s.ask(question).check(status, ede=ede if status == "bogus" else None)
    return s


def times():
    lying("dnssec-signature-expired", "an expired signature",
          "RFC 4035 §5.3.1, RFC 8914 §4.8: the signature ended an hour before now, more than clocks may differ: bogus.",
          7, inception="20250601000000", expiration="20250630230000")
    lying("dnssec-signature-not-yet-valid", "a signature from the future",
          "RFC 4035 §5.3.1, RFC 8914 §4.9: the signature begins an hour from now: bogus.", 8,
          inception="20250701010000", expiration="20250801000000")
    lying("dnssec-signature-expired-within-skew", "a signature that has just expired",
          "RFC 4035 §5.3.1: clocks differ.\nIt ended 200 seconds ago, less than the default of 300 seconds: secure.", None,
          "secure", inception="20250601000000", expiration="20250630235640")
    lying("dnssec-signature-future-within-skew", "a signature that is about to begin",
          "RFC 4035 §5.3.1: clocks differ.\nIt begins in 200 seconds: secure.", None, "secure",
          inception="20250701000320", expiration="20250801000000")
    lying("dnssec-signature-ends-before-it-begins", "a signature whose end is before its beginning",
          "RFC 4034 §3.1.5: inception and expiration are the wrong way round, and now is between them: bogus.", "any",
          inception="20250801000000", expiration="20250601000000")
    for kind in ("nsec", "nsec3"):
        zone = example_zone(denial=kind)
        zone.signing[kind.upper()] = {"expiration": "20250630230000"}
        s = island(f"dnssec-signature-expired-denial-{kind}", f"an expired {kind.upper()}",
                   f"RFC 4035 §5.4: the SOA is fine, the {kind.upper()} records have expired: a denial without proof.", zone)
        s.ask("nothing.example.com. A").check("bogus", ede="any")
        s.ask("www.example.com. TXT").check("bogus", ede="any")
    zone = example_zone()
    zone.signing["DNSKEY"] = {"expiration": "20250630230000"}
    s = chain("dnssec-signature-expired-keys", "expired signatures over keys",
              "RFC 4035 §5.2, RFC 8914 §4.8: the DNSKEY RRset's signature ended an hour ago; the data's did not: bogus.", zone)
    s.ask("www.example.com. A").check("bogus", ede=7)
    zone = example_zone()
    com = com_zone(zone)
    com.signing["DS"] = {"expiration": "20250630230000"}
    s = chain("dnssec-signature-expired-ds", "an expired DS",
              "RFC 4035 §5.2, RFC 8914 §4.8: the parent let the signature of the DS expire: bogus.", zone, com=com)
    s.ask("www.example.com. A").check("bogus", ede=7)


def fields():
    lying("dnssec-signature-missing", "no signature",
          "RFC 4035 §5, RFC 8914 §4.11: an unsigned RRset in a signed zone, and no cut between them: bogus.", 10)
    lying("dnssec-signature-corrupt", "a signature with one bit changed",
          "RFC 4035 §5.3.3, RFC 8914 §4.7: it does not verify: bogus.", 6, corrupt=True)
    lying("dnssec-signature-unknown-key", "a signature by a key that the zone does not have",
          "RFC 4035 §5.3.1: signer, tag and algorithm must fit a key of the DNSKEY RRset.", "any",
          key=("www.example.com.", "A"), **{"tag": 4711})
    lying("dnssec-signature-too-many-labels", "more labels than the name has",
          "RFC 4035 §5.3.1: the labels field must not be larger than the number of labels of the owner name.", 6,
          label_count=4)
    lying("dnssec-signature-other-algorithm", "a signature that claims another algorithm",
          "RFC 4035 §5.3.1: the algorithm must be the key's.", "any", algorithm=8)
    lying("dnssec-signature-signer-below", "a signer below the zone",
          "RFC 4035 §5.3.1: the signer's name must be that of the zone.\nIt is the name of the host.", "any",
          signer="www.example.com.")
    lying("dnssec-signature-signer-above", "a signer above the zone",
          "RFC 4035 §5.3.1: the signer's name must be that of the zone.\nIt is that of the parent, which is unsigned.",
          "any", signer="com.")
    lying("dnssec-signature-signer-elsewhere", "a signer of another tree",
          "RFC 4035 §5.3.1; attack row: forged proofs.\nThe signer is example.net., which nobody here may ask for keys on "
          "this account.", "any", signer="example.net.").count("=", 0, question="example.net. DNSKEY")
    zone = example_zone()
    com = com_zone(zone)
    zone.signing[WWW] = {"key": com.keys[0], "signer": "com."}
    s = chain("dnssec-signature-by-parent", "the parent's key over the child's data",
              "RFC 4035 §5.3.1: com. is secure and its key made the signature, with com. as the signer; but the data are "
              "below a cut, in another zone: bogus.", zone, com=com)
    s.ask("www.example.com. A").check("bogus", ede="any")
    s = island("dnssec-rrset-added", "an RRset with one record more",
               "RFC 4035 §5.3.2: the signature is over the whole RRset; somebody put an address in.", example_zone(),
               change=lambda reply, qname, qtype: added(reply) if qtype == "A" else reply)
    s.ask("www.example.com. A").check("bogus", ede=6)
    s = island("dnssec-rrset-record-lost", "an RRset with one record less",
               "RFC 4035 §5.3.2: the signature is over the whole RRset; somebody took an address out.",
               example_zone("two A 203.0.113.2", "two A 203.0.113.3"),
               change=lambda reply, qname, qtype: lost(reply) if qtype == "A" else reply)
    s.ask("two.example.com. A").check("bogus", ede=6)
    s = island("dnssec-rrset-of-another-name", "somebody else's RRset under a new name",
               "RFC 4035 §5.3.2: an address and its signature, taken from another name of the zone: the name is part of "
               "what is signed.", example_zone("other A 203.0.113.66"), change=renamed)
    s.ask("www.example.com. A").check("bogus", ede=6)


def added(reply):
    reply.answer.insert(1, Record("www.example.com.", 3600, "A", "203.0.113.66"))
    return reply


def lost(reply):
    reply.answer = reply.answer[1:]
    return reply


def renamed(reply, qname, qtype):
    if qtype == "A" and qname.startswith("www"):
        z = example_zone("other A 203.0.113.66")
        reply.answer = [r.with_owner(qname) for r in z.signed(z.get("other.example.com.", "A"))]
    return reply


def key_trap():
    """CVE-2023-50387."""
    real = Key("example.com.", 8)
    junk = [JunkKey(f"trap {n}", real.tag) for n in range(50)]
    zone = example_zone(keys=[real])
    rrset = zone.get("www.example.com.", "A")
    bad = [r for key in junk for r in zone.sign(rrset, key=key, tag=real.tag)]

    def trap(reply, qname, qtype):
        if qtype == "DNSKEY":
            keys = [Record("example.com.", 3600, "DNSKEY", k.text) for k in junk] + zone.get("example.com.", "DNSKEY")
            reply.answer = keys + zone.sign(keys, key=real)
        elif qname == "www.example.com.":
            reply.answer = rrset + bad
        return reply
    other = Zone("example.net.", "www A 203.0.113.2", address="198.51.100.2", keys=[Key("example.net.", 15)])
    s = chain("dnssec-keytrap", "50 keys with one tag and 50 signatures",
              "Attack row: KeyTrap, CVE-2023-50387.\nEvery signature would have to be tried with every key: 2,500 checks. Few "
              "are done, and the client gets SERVFAIL; another zone resolves as before.", zone, change=trap,
              ds=[real.ds("example.com.")])
    net(s, other)
    s.ask("www.example.com. A").check("bogus")
    s.ask("www.example.net. A").check("secure")
    real = Key("example.com.", 13)
    zone = example_zone(keys=[real])
    rrset = zone.get("www.example.com.", "A")
    many = [r for n in range(50) for r in zone.sign(rrset, inception=f"202506{n % 28 + 1:02}0000{n // 28:02}", corrupt=True)]

    def sigs(reply, qname, qtype):
        if qname == "www.example.com." and qtype == "A":
            reply.answer = rrset + many + zone.sign(rrset)
        return reply
    s = chain("dnssec-keytrap-signatures", "50 bad signatures before a good one",
              "Attack row: KeyTrap, CVE-2023-50387.\nOne key, and more signatures than are tried: the good one at the end is "
              "never reached.", zone, change=sigs)
    s.ask("www.example.com. A").check("bogus")
    real = Key("example.com.", 8)
    wrong = [f"{real.tag} 8 2 {n:064x}" for n in range(1, 51)]
    zone = example_zone(keys=[real])
    trapped = [JunkKey(f"ds {n}", real.tag, flags=ZONE | 1) for n in range(20)]

    def keys(reply, qname, qtype):
        if qtype == "DNSKEY":
            all_keys = [Record("example.com.", 3600, "DNSKEY", k.text) for k in trapped]
            all_keys += zone.get("example.com.", "DNSKEY")
            reply.answer = all_keys + zone.sign(all_keys, key=real)
        return reply
    s = chain("dnssec-keytrap-digests", "50 DS records and 21 keys with one tag",
              "Attack row: KeyTrap, HashTrap, CVE-2023-50387.\nEvery DS would have to be held against every key; none fits.",
              zone, change=keys, ds=wrong)
    s.ask("www.example.com. A").check("bogus")


def net(scenario, zone):
    """A second tree beside com.: net. and a zone below it."""
    parent = Zone("net.", server="a.nic.net.", address="192.0.2.2")
    parent.delegate(zone)
    root = scenario.servers[0].zones[0]
    root.delegate(parent, ds=bool(root.keys))
    scenario.serve("192.0.2.2", parent).serve(zone.address, zone)


def build():
    times()
    fields()
    key_trap()
