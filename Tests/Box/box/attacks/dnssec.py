"""Attacks on who validates: KeyTrap, bad keys, NSEC3 without end, padded denials, and proofs that are forged or taken from elsewhere.

They have a resolver of their own, which validates whatever the one under test does otherwise.
"""

import contextlib
import copy
import os

from .. import name, wire
from ..dnssec import canonical, keys
from . import client
from .bystander import Bystander
from .signed import ADDRESS, SOA, TTL, SignedZone, rsa_noise, with_tag
from .stage import record

PORT = 5304
BOUND = 100  # milliseconds of CPU that one question may cost, whatever its answer says
TAG = 4711
SECURE = "NOERROR AD 23.1.2.3"


def run(scene):
    own = copy.copy(scene)
    own.resolver = scene.box.start_resolver(scene.box.kind, scene.box.binary, port=PORT, validation=scene.box.validation)
    own.bystander = Bystander(PORT, f"www.{scene.box.net.ordinary[0]}", "flood-wild.app.", scene.box.directory / "bystander-dnssec.tsv")
    apex, address = scene.box.net.marks["trap"]
    own.trap = SignedZone(scene.stage, apex, address, key=scene.box.net.zones[apex].keys[0])
    own.trap.put("honest").put("zz-honest")
    own.addresses = iter(f"185.7.{third}.{fourth}" for third in range(100, 120) for fourth in range(1, 255))
    try:
        own.equal(told(own, "honest.trap.example."), SECURE, "attacks on validation: what is in order")
        for title, attack in (("KeyTrap", keytrap), ("bad keys", bad_keys), ("NSEC3 iterations", iterations),
                              ("NSEC3 closest encloser", closest_encloser), ("padded denials", padding), ("forged proofs", forged)):
            with own.watched(title):
                attack(own, title)
        own.expect(own.resolver.program.running(), "attacks on validation: the resolver still runs")
    finally:
        own.bystander.stop()
        own.resolver.program.stop()


def zone(scene, label, **options):
    return SignedZone(scene.stage, f"{label}.trap.example.", next(scene.addresses), scene.trap, **options)


def told(scene, qname, qtype="A"):
    """The answer in few words: RCODE, AD, data."""
    try:
        reply = client.ask(scene.resolver.port, qname, qtype, flags=wire.AD, patience=11)
    except ValueError as error:
        return f"MALFORMED {error}"
    if reply is None:
        return "silence"
    return " ".join([reply.rcode, *["AD"] * bool(reply.flags & wire.AD), *sorted({entry.text for entry in reply.answer})])


@contextlib.contextmanager
def cheap(scene, what, bound=BOUND):
    """Whatever happens within costs the resolver little."""
    begun = scene.resolver.cpu()
    yield
    scene.most((scene.resolver.cpu() - begun) * 1000, bound, f"{what}: milliseconds of CPU")


# KeyTrap (CVE-2023-50387)

def keytrap(scene, title):
    many = [with_tag(rsa_noise(2048), TAG).rdata() for _ in range(50)]
    costly = [with_tag(rsa_noise(3072, os.urandom(383) + b"\1"), TAG).rdata() for _ in range(12)]
    curve = keys.generate((), 14)
    curved = [keys.Key((), keys.ZONE, 14, curve.public).rdata()]
    shapes = {  # keys beside the right one, and the false signatures of an address: algorithm, tag, how many, size
        "50 keys of one tag, 50 signatures": (many, (8, TAG, 50, 256)), "50 keys of one tag, 1 signature": (many, (8, TAG, 1, 256)),
        "12 keys with huge exponents, 50 signatures": (costly, (8, TAG, 50, 384)),
        "1 key of P-384, 200 signatures": (curved, (14, curve.tag(), 200, 96)),
    }
    for index, (what, (held, false)) in enumerate(shapes.items()):
        trapped = zone(scene, f"keytrap-{index}")
        trapped.keys += held

        def script(query, trapped=trapped, false=false):
            if query.qtype != "A":
                return [trapped.no_type(query)]
            return [query.reply(answer=[(query.message.qname, "A", TTL, ADDRESS),
                                        *trapped.false_signatures(query.message.qname, "A", *false)])]

        for label in ("www", "other"):
            trapped.put(label, script=script)
        trapped.put("good")
        with cheap(scene, f"{title}: {what}"):
            scene.equal(told(scene, f"www.keytrap-{index}.trap.example."), "SERVFAIL", f"{title}: {what}")
        with cheap(scene, f"{title}: {what}, asked again", 5):
            scene.equal(told(scene, f"www.keytrap-{index}.trap.example."), "SERVFAIL", f"{title}: {what}, asked again")
        with cheap(scene, f"{title}: {what}, another name"):
            scene.equal(told(scene, f"other.keytrap-{index}.trap.example."), "SERVFAIL", f"{title}: {what}, another name")
        scene.equal(told(scene, f"good.keytrap-{index}.trap.example."), SECURE, f"{title}: {what}, what is well signed beside them")
    _on_keys(scene, title, many)
    _in_a_denial(scene, title, many)


def _on_keys(scene, title, many):
    """The keys themselves: 50 of the tag that 50 DS have and 50 signatures name."""
    entries = [with_tag(rsa_noise(2048), TAG, flags=keys.ZONE | keys.ENTRY) for _ in range(50)]
    for index, (what, right) in enumerate((("50 DS that match no key", False), ("50 DS that match 50 keys", True))):
        trapped = zone(scene, f"keytrap-ds-{index}", ds=[])
        apex = trapped.apex
        for entry in entries:
            entry.owner = apex
        trapped.ds = [entry.ds(keys.SHA384, right) for entry in entries]
        trapped.keys = [entry.rdata() for entry in entries]
        trapped.at[apex, "DNSKEY"] = lambda query, trapped=trapped: [query.reply(answer=[
            *((trapped.apex, "DNSKEY", TTL, octets) for octets in trapped.keys),
            *trapped.false_signatures(trapped.apex, "DNSKEY", 8, TAG, 50, 256)])]
        trapped.put("www")
        with cheap(scene, f"{title}: {what}"):
            scene.equal(told(scene, f"www.keytrap-ds-{index}.trap.example."), "SERVFAIL", f"{title}: {what}")


def _in_a_denial(scene, title, many):
    """Not one RRset with false signatures but many: an authority section full of them."""
    trapped = zone(scene, "keytrap-denial")
    trapped.keys += many

    def deny(query):
        authority = trapped.soa()
        for index in range(60):
            owner = (b"%02d" % index, *trapped.apex)
            authority += [(owner, "NSEC", 60, canonical.nsec((b"\0", *owner), {"NSEC", "RRSIG"})),
                          *trapped.false_signatures(owner, "NSEC", 8, TAG, 8, 256)]
        return query.reply(3, authority=authority)

    trapped.deny = lambda query: deny(query) if query.qtype == "A" else trapped.no_type(query)
    with cheap(scene, f"{title}: 60 NSEC with 8 false signatures each"):
        scene.equal(told(scene, "www.keytrap-denial.trap.example."), "SERVFAIL", f"{title}: 60 NSEC with 8 false signatures each")


# Keys that are none (CVE-2025-8677)

def bad_keys(scene, title):
    curve, edwards, rsa = keys.generate((), 13).public, keys.generate((), 15).public, rsa_noise(1024)
    shapes = {
        5: [b"", b"\1", rsa[:20]], 7: [b"\0", b"\3\1\0\1"],
        8: [b"", b"\0", b"\0\0", b"\0\0\0", b"\1", b"\1\3", b"\xff" + b"\1" * 254, b"\0\xff\xff" + b"\1" * 100, b"\3\1\0\1", b"\3\1\0\1\0",
            b"\3\1\0\1" + bytes(128), b"\1\0" + rsa[4:], b"\1\1" + rsa[4:], b"\1\2" + rsa[4:], rsa[:5], rsa[:4 + 16], b"\3\1\0\1" + b"\xff" * 1025,
            b"\3\1\0\1" + b"\xff" * 8000, b"\x80" + b"\xff" * 128 + rsa[4:], b"\3\0\0\1" + rsa[4:]],
        10: [b"", b"\3\1\0\1" + b"\xff" * 32, rsa[:30]],
        13: [b"", b"\0" * 64, b"\xff" * 64, curve[:-1], curve + b"\0", curve[:63] + bytes((curve[63] ^ 1,)), curve[:32], b"\4" + curve, b"\2" + curve[:32]],
        14: [b"", b"\0" * 96, b"\xff" * 96, curve, os.urandom(96), os.urandom(95)],
        15: [b"", b"\0" * 32, b"\xff" * 32, edwards[:-1], edwards + b"\0", b"\1" + b"\0" * 31],
        16: [b"", b"\0" * 57, b"\xff" * 57, os.urandom(56), os.urandom(58)],
        0: [b""], 1: [rsa], 2: [b"\0" * 64], 3: [b"", b"\x09" + b"\1" * 200], 6: [b"\0"], 12: [b"\1" * 64], 252: [b""], 253: [b"", b"\xc0\x0c", b"\x3f"], 254: [b"", b"\6"], 255: [b""],
    }
    bad = [keys.Key((), keys.ZONE, algorithm, public) for algorithm, publics in shapes.items() for public in publics]
    bad += [keys.Key((), flags, 13, curve, protocol) for flags in (0, 1, 0x80, 0xFFFF, 0x100) for protocol in (0, 1, 3, 255)]
    broken = zone(scene, "bad-keys")
    broken.keys += [key.rdata() for key in bad]
    sizes = {13: 64, 14: 96, 15: 64, 16: 114}
    for index, key in enumerate(bad):
        def script(query, key=key):
            return [query.reply(answer=[(query.message.qname, "A", TTL, ADDRESS),
                                        *broken.false_signatures(query.message.qname, "A", key.algorithm, key.tag(), 1, sizes.get(key.algorithm, 128))])]
        broken.put(f"n{index}", script=script)
    broken.put("good")
    with cheap(scene, f"{title}: {len(bad)} malformed keys in one set"):
        scene.equal(told(scene, "good.bad-keys.trap.example."), SECURE, f"{title}: what the one good key among {len(bad) + 1} signs")
    answers = {told(scene, f"n{index}.bad-keys.trap.example.") for index in range(len(bad))}
    scene.equal(answers - {"NOERROR 23.1.2.3"}, {"SERVFAIL"}, f"{title}: names signed with each of them, none of which is secure")
    scene.equal(SECURE in answers, False, f"{title}: one of these is taken for secure")
    # DS that lead to such keys alone.
    verdicts = set()
    for index, key in enumerate(bad[:60]):
        alone = zone(scene, f"alone-{index}", ds=[])
        key.owner, key.flags = alone.apex, keys.ZONE | keys.ENTRY
        alone.ds, alone.keys = [key.ds()], [key.rdata()]
        alone.at[alone.apex, "DNSKEY"] = lambda query, alone=alone, key=key: [query.reply(answer=[
            (alone.apex, "DNSKEY", TTL, key.rdata()), *alone.false_signatures(alone.apex, "DNSKEY", key.algorithm, key.tag(), 1, sizes.get(key.algorithm, 128))])]
        alone.put("www")
        verdicts.add(told(scene, f"www.alone-{index}.trap.example."))
    scene.equal(verdicts - {"NOERROR 23.1.2.3"}, {"SERVFAIL"}, f"{title}: zones whose DS lead to such a key; those of algorithms that nobody knows are insecure")


# NSEC3 (CVE-2023-50868, RFC 9276)

class HashedZone(SignedZone):
    """Denies by NSEC3, made for each question: what lies just around the hashes that are asked for."""

    def __init__(self, *arguments, iterations=0, salt=b"", opt_out=False, **options):
        super().__init__(*arguments, **options)
        self.iterations, self.salt, self.flags = iterations, salt, canonical.OPT_OUT if opt_out else 0
        self.deny, self.deny_ds = self.no_name, self.no_ds

    def hashed(self, owner):
        return int.from_bytes(canonical.nsec3_hash(owner, self.iterations, self.salt), "big")

    def proof(self, place, following, types=(), **lies):
        octets = lambda number: (number % (1 << 160)).to_bytes(20, "big")
        entry = canonical.nsec3(octets(following), types, self.iterations, self.salt, self.flags)
        return self.rrset((canonical.hash_label(octets(place)), *self.apex), "NSEC3", entry, ttl=60, **lies)

    def matching(self, owner, types):
        place = self.hashed(owner)
        return self.proof(place, place + 1, types)

    def covering(self, owner):
        place = self.hashed(owner)
        return self.proof(place - 1, place + 1)

    def no_name(self, query):
        closest = (*query.qname[-len(self.apex) - 1:],)
        return query.reply(3, authority=self.soa() + self.matching(self.apex, {"SOA", "NS", "DNSKEY", "RRSIG", "NSEC3PARAM"})
                           + self.covering(closest) + self.covering((b"*", *self.apex)))

    def no_ds(self, query, cut=None):
        return query.reply(authority=self.soa() + self.matching(cut or query.qname, {"NS"} if cut else {"A", "RRSIG"}))

    def no_type(self, query, cut=None):
        return self.no_ds(query, cut)


def hashed_zone(scene, label, **options):
    return HashedZone(scene.stage, f"{label}.trap.example.", next(scene.addresses), scene.trap, **options)


def iterations(scene, title):
    for count in (50, 51, 150, 65_535):
        hashed = hashed_zone(scene, f"iterations-{count}", iterations=count, salt=b"salt")
        hashed.put("www")
        child = SignedZone(scene.stage, f"child.iterations-{count}.trap.example.", next(scene.addresses), hashed, signed=False)
        child.put("www")
        marked = " AD" if count <= 50 else ""
        told(scene, f"www.iterations-{count}.trap.example.")
        with cheap(scene, f"{title}: {count}, denied, without a type, and an unsigned child"):
            scene.equal(told(scene, f"no.iterations-{count}.trap.example."), f"NXDOMAIN{marked}", f"{title}: {count}, a name that is denied")
            scene.equal(told(scene, f"www.iterations-{count}.trap.example.", "TXT"), f"NOERROR{marked}", f"{title}: {count}, a type that is denied")
            scene.equal(told(scene, f"www.child.iterations-{count}.trap.example."), "NOERROR 23.1.2.3", f"{title}: {count} on the referral to an unsigned child")
        scene.equal(told(scene, f"www.iterations-{count}.trap.example."), SECURE, f"{title}: {count}, what is there")


def closest_encloser(scene, title):
    """Deep names, the largest salt, and far more NSEC3 than are needed."""
    deep, _ = (hashed_zone(scene, label, iterations=50, salt=b"s" * 255) for label in ("deep", "shallow"))
    qname = ".".join("a" * 100) + ".deep.trap.example."
    with cheap(scene, f"{title}: 100 labels below the closest encloser, 50 iterations, a salt of 255 octets"):
        found = told(scene, qname)
    scene.expect(found in ("NXDOMAIN AD", "NXDOMAIN", "SERVFAIL"), f"{title}: 100 labels, rightly denied: {found}")
    scene.equal(told(scene, "a.b.c.d.e.shallow.trap.example."), "NXDOMAIN AD", f"{title}: 5 labels, rightly denied")
    crowded = hashed_zone(scene, "crowded", iterations=50, salt=b"s" * 255)
    step = (1 << 160) // 97

    def crowd(query):
        records = crowded.soa()
        for index in range(64):
            records += crowded.proof(index * step + 7, index * step + 8, {"A", "RRSIG"})
        return [query.reply(3, authority=records)]

    crowded.deny = lambda query: crowd(query)[0]
    qname = ".".join("b" * 100) + ".crowded.trap.example."
    with cheap(scene, f"{title}: 64 signed NSEC3 that fit nothing, for 100 labels"):
        scene.equal(told(scene, qname), "SERVFAIL", f"{title}: 64 signed NSEC3 that fit nothing, for 100 labels")
    mixed = hashed_zone(scene, "mixed")

    def mix(query):
        """Each NSEC3 with parameters of its own: each would need hashes of its own."""
        records = mixed.soa()
        for index in range(60):
            mixed.iterations, mixed.salt = index % 51, bytes((index,)) * 200
            records += mixed.proof(index * step, index * step + 1)
        return query.reply(3, authority=records)

    mixed.deny = mix
    qname = ".".join("c" * 100) + ".mixed.trap.example."
    with cheap(scene, f"{title}: 60 NSEC3 of 60 salts, for 100 labels"):
        scene.equal(told(scene, qname), "SERVFAIL", f"{title}: 60 NSEC3 of 60 salts, for 100 labels")


# Negative answers with far too much in them

def padding(scene, title):
    padded = zone(scene, "padded")

    def fill(kind, count, signatures):
        """So many records with so many false signatures each, composed once."""
        records = []
        for index in range(count):
            if kind == "NSEC":
                owner, octets = (b"%04d" % index, *padded.apex), canonical.nsec((b"%04dz" % index, *padded.apex), {"A", "NSEC", "RRSIG"})
            else:
                place = os.urandom(20)
                owner, octets = (canonical.hash_label(place), *padded.apex), canonical.nsec3(os.urandom(20), {"A", "RRSIG"})
            records.append((owner, kind, 60, octets))
            if signatures:
                records += padded.false_signatures(owner, kind, 13, padded.key.tag(), signatures, 64)
        return records

    shapes = {"1,000 NSEC without signatures": ("NSEC", 1000, 0), "800 NSEC3 without signatures": ("NSEC3", 800, 0), "300 NSEC with false signatures": ("NSEC", 300, 1),
              "250 NSEC3 with false signatures": ("NSEC3", 250, 1), "1 NSEC with 400 false signatures": ("NSEC", 1, 400)}
    for index, (what, shape) in enumerate(shapes.items()):
        records = fill(*shape)
        for word, rcode in (("denied", 3), ("empty", 0)):
            padded.put(f"{word}-{index}", script=lambda query, records=records, rcode=rcode: [query.reply(rcode, authority=padded.soa() + records)])
            with cheap(scene, f"{title}: {what}, {word}"):
                scene.equal(told(scene, f"{word}-{index}.padded.trap.example."), "SERVFAIL", f"{title}: {what}, {word}")


# Proofs that are forged, or that are another's

def forged(scene, title):
    evil, honest = zone(scene, "evil"), zone(scene, "evil-twin")
    honest.put("www")
    outside = name.parse("zzz.trap.example.")
    types = {"A", "NSEC", "RRSIG"}
    parent = scene.trap
    evil.put("www")

    def denied(*records):
        return lambda query: [query.reply(3, authority=evil.soa() + [entry for rrset in records for entry in rrset])]

    def proof(owner, following, **lies):
        owner, following = name.parse(owner), name.parse(following)
        return evil.rrset(owner, "NSEC", canonical.nsec(following, types | ({"SOA", "NS"} if owner == evil.apex else set())), ttl=60, **lies)

    def hashed(owner_labels, apex=None, flags=0):
        octets = canonical.nsec3(b"\xff" * 20, {"A", "RRSIG"}, flags=flags)
        return evil.rrset((*owner_labels, *(apex or evil.apex)), "NSEC3", octets, ttl=60)

    zeros = b"0" * 32
    lies = {
        "the next name is outside of the zone": denied(proof("evil.trap.example.", "zzz.trap.example.")),
        "the owner is outside of the zone": denied(proof("a.trap.example.", "zzz.trap.example.")),
        "the next name is the root": denied(proof("evil.trap.example.", ".")),
        "the signer is the parent": denied(proof("evil.trap.example.", "z.evil.trap.example.", signer=parent.apex)),
        "the signer is the root": denied(proof("evil.trap.example.", "z.evil.trap.example.", signer=())),
        "the signer is another zone": denied(proof("evil.trap.example.", "z.evil.trap.example.", signer=honest.apex)),
        "the signature has too few labels": denied(proof("evil.trap.example.", "z.evil.trap.example.", labels=1)),
        "the signature has too many labels": denied(proof("evil.trap.example.", "z.evil.trap.example.", labels=5)),
        "the NSEC is a wildcard's, expanded": denied(evil.rrset(name.parse("a.evil.trap.example."), "NSEC",
            canonical.nsec(name.parse("z.evil.trap.example."), types), ttl=60, labels=3)),
        "an ancestor's NSEC of the delegation": denied(parent.rrset(evil.apex, "NSEC", canonical.nsec(name.parse("evil-a.trap.example."),
            {"NS", "DS", "NSEC", "RRSIG"}), ttl=60)),
        "the parent's NSEC, wide": denied(parent.rrset(name.parse("a.trap.example."), "NSEC", canonical.nsec(outside, types), ttl=60)),
        "an NSEC3 below a name in the zone": denied(hashed((zeros, b"sub"))),
        "an NSEC3 without a hash as its label": denied(hashed((b"x",))),
        "an NSEC3 of half a hash": denied(hashed((b"0" * 16,))),
        "an NSEC3 of the parent": denied(parent.rrset((zeros, *parent.apex), "NSEC3", canonical.nsec3(b"\xff" * 20, {"A"}), ttl=60)),
        "an NSEC3 of an unknown hash": denied(evil.rrset((zeros, *evil.apex), "NSEC3", b"\x09" + canonical.nsec3(b"\xff" * 20, ())[1:], ttl=60)),
        "an NSEC3 with unknown flags": denied(evil.rrset((zeros, *evil.apex), "NSEC3", canonical.nsec3(b"\xff" * 20, (), flags=0x82), ttl=60)),
        "an NSEC3 whose hash length lies": denied(evil.rrset((zeros, *evil.apex), "NSEC3", canonical.nsec3(b"\xff" * 20, ())[:5] + b"\xff" + b"\xff" * 20, ttl=60)),
        "an NSEC without a next name": denied(evil.rrset(evil.apex, "NSEC", b"", ttl=60)),
        "an NSEC with a bitmap that ends early": denied(evil.rrset(evil.apex, "NSEC", name.wire(name.parse("z.evil.trap.example.")) + b"\0\x20\1", ttl=60)),
        "only the SOA": denied(),
    }
    for index, (what, script) in enumerate(lies.items()):
        evil.put(f"n{index}", script=script)
        evil.put(f"t{index}", script=lambda query, script=script: [_without_rcode(reply) for reply in script(query)])
        found = told(scene, f"n{index}.evil.trap.example."), told(scene, f"t{index}.evil.trap.example.")
        scene.equal(found, ("SERVFAIL", "SERVFAIL"), f"{title}: {what}, for a name and for a type")
    unrelated = {qname: told(scene, qname) for qname in (
        "honest.trap.example.", "zz-honest.trap.example.", "www.evil-twin.trap.example.", "www.evil.trap.example.")}
    scene.equal({qname: text for qname, text in unrelated.items() if text != SECURE}, {}, f"{title}: {len(unrelated)} names that the lies denied; not secure now")
    fresh = {}
    for label in ("b-fresh", "f-fresh", "y-fresh"):
        parent.put(label)
        fresh[label] = told(scene, f"{label}.trap.example.")
    scene.equal({label: text for label, text in fresh.items() if text != SECURE}, {}, f"{title}: new names in the range that the lies denied; not secure")
    _of_ds(scene, title)
    _of_wildcards(scene, title)


def _without_rcode(reply):
    reply.rcode = 0
    return reply


def _of_ds(scene, title):
    """A signed zone whose DS is denied by what does not prove it: to take its security away."""
    lies = {
        "the child's own NSEC": lambda victim: victim.rrset(victim.apex, "NSEC", canonical.nsec((b"\0", *victim.apex), {"SOA", "NS", "NSEC", "RRSIG"}), ttl=60),
        "an NSEC of the parent that covers it": lambda victim: scene.trap.rrset(name.parse("d.trap.example."), "NSEC", canonical.nsec(name.parse("e.trap.example."), {"A", "NSEC", "RRSIG"}), ttl=60),
        "an NSEC of the parent without NS": lambda victim: scene.trap.rrset(victim.apex, "NSEC", canonical.nsec((b"\0", *victim.apex), {"A", "NSEC", "RRSIG"}), ttl=60),
        "an NSEC of the parent with DS": lambda victim: scene.trap.rrset(victim.apex, "NSEC", canonical.nsec((b"\0", *victim.apex), {"NS", "DS", "NSEC", "RRSIG"}), ttl=60),
        "an NSEC of the parent, badly signed": lambda victim: scene.trap.rrset(victim.apex, "NSEC", canonical.nsec((b"\0", *victim.apex), {"NS", "NSEC", "RRSIG"}), ttl=60, spoil=True),
        "nothing": lambda victim: [],
    }
    for index, (what, lie) in enumerate(lies.items()):
        victim = zone(scene, f"ds-victim-{index}", ds=[])
        victim.put("www", script=lambda query: [query.answer(("A", "23.66.66.66"))])
        victim.parent = copy.copy(scene.trap)
        victim.parent.deny_ds = lambda query, cut=None, victim=victim, lie=lie: query.reply(authority=scene.trap.soa() + lie(victim))
        scene.equal(told(scene, f"www.ds-victim-{index}.trap.example."), "SERVFAIL", f"{title}: no DS, says {what}; and an unsigned answer")


def _of_wildcards(scene, title):
    """An answer that says it comes from a wildcard, without a proof that nothing is closer, or with one that is none."""
    wild = zone(scene, "wild")
    star = name.parse("*.wild.trap.example.")
    entry = lambda query: [(query.message.qname, "A", TTL, ADDRESS)]

    def expanded(query, *proofs):
        signature = wild.signature(star, "A", ADDRESS)
        return [query.reply(answer=entry(query) + [(query.message.qname, *signature[1:])], authority=[record for rrset in proofs for record in rrset])]

    nsec = lambda owner, following, types=("A", "NSEC", "RRSIG"): wild.rrset(name.parse(owner), "NSEC", canonical.nsec(name.parse(following), types), ttl=60)
    # A narrow range: what a wide one proves, a resolver may use for the other names (RFC 8198).
    wild.put("good", script=lambda query: expanded(query, nsec("g.wild.trap.example.", "gp.wild.trap.example.")))
    wild.put("none", script=lambda query: expanded(query))
    wild.put("beside", script=lambda query: expanded(query, nsec("x.wild.trap.example.", "y.wild.trap.example.")))
    wild.put("there", script=lambda query: expanded(query, nsec("there.wild.trap.example.", "zz.wild.trap.example.")))
    wild.put("outside", script=lambda query: expanded(query, nsec("*.wild.trap.example.", "zzz.trap.example.")))
    scene.equal(told(scene, "good.wild.trap.example."), SECURE, f"{title}: from a wildcard, with its proof")
    for label in ("none", "beside", "there", "outside"):
        scene.equal(told(scene, f"{label}.wild.trap.example."), "SERVFAIL", f"{title}: from a wildcard, proof '{label}'")
