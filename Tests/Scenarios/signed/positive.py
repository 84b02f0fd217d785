"""Secure answers: every algorithm and digest, and how keys may be arranged."""

from .keys import Key, colliding_keys
from .scenario import chain, example_zone, island
from .zones import Record

ALGORITHMS = {
    5: ("rsa-sha1", "RFC 3110 §3", "RSA with SHA-1"),
    7: ("rsa-sha1-nsec3", "RFC 5155 §2", "RSA with SHA-1 under its second number"),
    8: ("rsa-sha256", "RFC 5702 §3.1", "RSA with SHA-256"),
    10: ("rsa-sha512", "RFC 5702 §3.2", "RSA with SHA-512"),
    13: ("ecdsa-p256", "RFC 6605 §4", "ECDSA on P-256"),
    14: ("ecdsa-p384", "RFC 6605 §4", "ECDSA on P-384"),
    15: ("ed25519", "RFC 8080 §4", "Ed25519"),
    16: ("ed448", "RFC 8080 §4", "Ed448"),
}


def algorithms():
    for number, (word, section, text) in ALGORITHMS.items():
        zone = example_zone(keys=[Key("example.com.", number)], denial="nsec3" if number == 7 else "nsec")
        s = island(f"dnssec-algorithm-{word}", f"a zone signed with algorithm {number}",
                   f"{section}: {text}.\nAn address, a denial and the DNSKEY RRset of the zone: all secure.", zone)
        s.ask("www.example.com. A").check("secure")
        s.ask("www.example.com. TXT").check("secure")
        s.ask("example.com. DNSKEY").check("secure")


def digests():
    for digest, section in ((1, "RFC 4034 §5.1.3"), (4, "RFC 6605 §2")):
        zone = example_zone()
        s = chain(f"dnssec-digest-{digest}", f"a DS of digest type {digest}",
                  f"{section}: the only DS of the zone has digest type {digest}, and the zone is secure.", zone,
                  ds=[zone.keys[0].ds("example.com.", digest)])
        s.ask("www.example.com. A").check("secure")


def whole_chain():
    s = chain("dnssec-chain-from-the-root", "from the root's anchor to a leaf",
              "RFC 4035 §5: the chain of trust.\nAnchor, DNSKEY of the root (RSA), DS and DNSKEY of com. (ECDSA) and of "
              "example.com. (Ed25519): the answer is secure. The second question needs no key any more.",
              example_zone("mail A 203.0.113.2", keys=[Key("example.com.", 15)]))
    s.ask("www.example.com. A").check("secure")
    s.ask("mail.example.com. A").check("secure").count("=", 1)


def split_keys():
    zone = example_zone(keys=[Key("ksk"), Key("zsk", flags=256)])
    s = chain("dnssec-chain-split-keys", "a key for keys and a key for the zone",
              "RFC 4035 §5.2: the DS names one key of the set, which signs the set.\nThe data are signed by another key "
              "of that set.", zone)
    s.ask("www.example.com. A").check("secure")


def standby_key():
    zone = example_zone(keys=[Key("active"), Key("standby")])
    zone.signing["DNSKEY"] = {"key": zone.keys[0]}
    for type in ("A", "SOA", "NSEC"):
        zone.signing[type] = {"key": zone.keys[0]}
    s = chain("dnssec-chain-standby-key", "a DS for a key that does not sign yet",
              "RFC 4035 §5.2, RFC 6781 §4.1: two DS records, of which one names a key that signs nothing.\nOne path is "
              "enough: the answer is secure.", zone)
    s.ask("www.example.com. A").check("secure")


def two_algorithms():
    zone = example_zone(keys=[Key("rsa", 8), Key("ecdsa", 13)])
    s = chain("dnssec-chain-two-algorithms", "a zone in the middle of an algorithm rollover",
              "RFC 6840 §5.11, RFC 6781 §4.1.4: DS, keys and signatures of two algorithms.\nThe answer is secure; the "
              "client gets the signature that was checked, or all of them.", zone)
    s.ask("www.example.com. A").check("secure", match="flags rcode question")
    zone = example_zone(keys=[Key("rsa", 8), Key("ecdsa", 13)])
    for type in ("A", "SOA", "NSEC", "NS"):
        zone.signing[type] = {"key": zone.keys[1]}
    s = chain("dnssec-chain-one-of-two-algorithms", "data signed by one algorithm of two",
              "RFC 6840 §5.11: a resolver accepts any single valid path and does not insist that every algorithm of the "
              "DS RRset signs everything.", zone)
    s.ask("www.example.com. A").check("secure")


def tag_collision():
    first, second = colliding_keys("example.com.")
    zone = example_zone(keys=[first, second])
    zone.signing.update({t: {"key": second} for t in ("DNSKEY", "A", "SOA", "NSEC")})
    s = chain("dnssec-key-tag-collision", "two keys with one tag",
              "RFC 4034 §B, RFC 4035 §5.3.1: a key tag is a hint and no name.\nBoth keys of the zone have the same tag and "
              "algorithm; the DS and all signatures are those of the second one, and the first must not be taken for it.",
              zone, ds=[second.ds("example.com.")])
    s.ask("www.example.com. A").check("secure")


def one_good_signature():
    zone = example_zone()
    rrset = zone.get("www.example.com.", "A")

    def change(reply, qname, qtype):
        if qtype == "A":
            reply.answer = rrset + zone.sign(rrset, corrupt=True) + zone.sign(rrset)
        return reply
    s = island("dnssec-signature-one-of-two", "a bad signature beside a good one",
               "RFC 4035 §5.3: any one signature that verifies is enough.\nThe first of two does not; the answer is secure "
               "all the same.", zone, change=change,
               server_about="example.com., with a signature that does not verify before one that does.")
    s.ask("www.example.com. A").check("secure", match="flags rcode question")


def many_records():
    lines = [f"many A 203.0.113.{n}" for n in (9, 100, 20, 3)]
    s = island("dnssec-rrset-order", "an RRset out of order and in mixed case",
               "RFC 4034 §6: the canonical form.\nFour addresses in no order, a name with capitals in RDATA (NS, CNAME "
               "and MX are folded before they are signed): both verify.",
               example_zone(*lines, "mx MX 10 mail.example.com.", "alias CNAME www.example.com."),
               change=capitals)
    s.ask("many.example.com. A").check("secure")
    s.ask("mx.example.com. MX").check("secure")
    s.ask("alias.example.com. A").check("secure")


def capitals(reply, qname, qtype):
    """Letter case that nobody signed."""
    def loud(record):
        if record.type not in ("MX", "CNAME"):
            return record
        return Record(record.owner.replace("x.exa", "X.eXa"), record.ttl, record.type,
                      record.text.replace("mail", "MaiL").replace("www", "WwW"))
    reply.answer = [loud(record) for record in reply.answer]
    return reply


def question_types():
    zone = example_zone()
    s = chain("dnssec-question-dnskey", "questions for keys and signers",
              "RFC 4035 §3.1.4.1, §5: DNSKEY is the zone's own and is checked against the DS; DS is the parent's, at every "
              "cut and for the apex of the child.\nAll are secure.", zone)
    s.ask("example.com. DNSKEY").check("secure")
    s.ask("example.com. DS").check("secure")
    s.ask("com. DS").check("secure")
    s.ask(". DNSKEY").check("secure")
    for denial in ("nsec", "nsec3"):
        zone = example_zone(denial=denial)
        s = chain(f"dnssec-question-ds-no-cut-{denial}", "DS of a name that is no zone",
                  "RFC 4035 §3.1.4.1: where there is no cut the zone itself denies DS.\nSecure NODATA for a host, secure "
                  "NXDOMAIN for a name that does not exist.", zone)
        s.ask("www.example.com. DS").check("secure")
        s.ask("nothing.example.com. DS").check("secure")
    s = chain("dnssec-question-rrsig", "a question for RRSIG",
              "RFC 4035 §2.2: there is no signature over signatures.\nThe records are given, and never with AD.",
              example_zone(), change=only_signatures)
    s.ask("www.example.com. RRSIG").check("insecure", match="flags rcode question")
    s = chain("dnssec-question-nsec", "a question for NSEC",
              "RFC 4034 §4: NSEC is a type like any other, signed and asked for by name.", example_zone())
    s.ask("www.example.com. NSEC").check("secure")
    s = chain("dnssec-question-any", "a question for ANY in a signed zone",
              "RFC 8482 §4: ANY is answered with little; what is made up is not signed, so there is no AD.",
              example_zone())
    s.ask("www.example.com. ANY").check("insecure", match="flags rcode question")


def only_signatures(reply, qname, qtype):
    if qtype == "RRSIG":
        zone = example_zone()
        made = [r for t in ("A", "NSEC") for r in (
            zone.nsec(qname) if t == "NSEC" else zone.signed(zone.get(qname, t)))]
        reply.answer, reply.authority = [r for r in made if r.type == "RRSIG"], []
    return reply


def build():
    algorithms()
    digests()
    whole_chain()
    split_keys()
    standby_key()
    two_algorithms()
    tag_collision()
    one_good_signature()
    many_records()
    question_types()
