"""Proofs that verify and do not prove what they are used for (RFC 6840 §4, ATTACKS: forged proofs)."""

from .keys import Key
from .records import Record
from .scenario import chain, com_zone, example_zone, island
from .zones import Reply, Zone


def only_for(name, change):
    return lambda reply, qname, qtype: change(reply, qname, qtype) if qname == name else reply


def by_parent():
    for kind in ("nsec", "nsec3"):
        child = example_zone()
        com = com_zone(child, denial=kind)
        proof = com.nsec("example.com.") if kind == "nsec" else com.nsec3("example.com.")
        s = chain(f"dnssec-forged-nodata-by-parent-{kind}", f"the parent's {kind.upper()} denies data of the child's apex",
                  f"RFC 6840 §4.1, §4.4: the {kind.upper()} at a cut, with NS and without SOA, is the parent's and says "
                  "nothing about the child's types.\nIt verifies with the parent's key, and is no proof here: bogus.",
                  child, com=com,
                  change=only_for("example.com.", lambda reply, qname, qtype: Reply(
                      authority=com.soa() + proof) if qtype == "MX" else reply))
        s.ask("example.com. MX").check("bogus")
        child = example_zone()
        com = com_zone(child, denial=kind)
        s = chain(f"dnssec-forged-nxdomain-by-parent-{kind}", f"the parent's {kind.upper()} denies names of the child",
                  f"RFC 6840 §4.1: an {kind.upper()} of a delegation must not be used to deny names below it.\nThe parent's "
                  "records cover www.example.com. in the order of names, and it is there: bogus.", child, com=com,
                  change=only_for("www.example.com.", lambda reply, qname, qtype: Reply(
                      "NXDOMAIN", authority=com.soa() + com.deny_all("www.example.com."))))
        s.ask("www.example.com. A").check("bogus")


def ancestor_delegation():
    """The zone's own NSEC and NSEC3 of a cut, used to deny what is below the cut."""
    for kind in ("nsec", "nsec3"):
        zone = example_zone(denial=kind)
        sub = Zone("sub.example.com.", "www A 203.0.113.9", address="198.51.100.5")
        zone.delegate(sub)
        # As the zone would deny if there were no cut.
        if kind == "nsec":
            proof = zone.nsec("sub.example.com.") + zone.nsec("*.sub.example.com.")
        else:
            proof = (zone.nsec3("sub.example.com.") + zone.nsec3("www.sub.example.com.", covering=True)
                     + zone.nsec3("*.sub.example.com.", covering=True))
        proof = list(dict.fromkeys(proof))
        s = chain(f"dnssec-forged-nxdomain-below-cut-{kind}", f"an ancestor's {kind.upper()} denies names below a cut",
                  "RFC 6840 §4.1: the record has NS and no SOA: it is that of a delegation, and must not deny anything below "
                  "it.\nThe servers of sub.example.com. repeat what its parent can prove: bogus.", zone)
        s.serve("198.51.100.5", sub, change=only_for("www.sub.example.com.", lambda reply, qname, qtype, proof=proof,
                                                     zone=zone: Reply("NXDOMAIN", authority=zone.soa() + proof)),
                about="sub.example.com., with denials that are its parent's.")
        s.ask("www.sub.example.com. A").check("bogus")
    zone = example_zone("tree DNAME tree.example.net.")
    s = island("dnssec-forged-nxdomain-below-dname", "the NSEC of a DNAME denies what is redirected",
               "RFC 6840 §4.1: an NSEC with the DNAME bit must not deny names below its owner: they are redirected.\nBogus.",
               zone, change=only_for("www.tree.example.com.", lambda reply, qname, qtype: Reply(
                   "NXDOMAIN", authority=zone.soa() + list(dict.fromkeys(
                       zone.nsec("tree.example.com.") + zone.nsec("*.example.com."))))))
    s.ask("www.tree.example.com. A").check("bogus")


def incomplete():
    """One part of a proof is missing, or it is that of something else."""
    def case(name, title, about, kind, question, change, *lines, ede="any"):
        zone = example_zone("m A 203.0.113.5", "z A 203.0.113.6", "*.wild A 203.0.113.8", *lines, denial=kind)
        qname = question.split()[0]
        s = island(name, title, about, zone,
                   change=only_for(qname, lambda reply, qname, qtype: change(zone, reply) if qtype == question.split()[1]
                                   else reply))
        s.ask(question).check("bogus", ede=ede)

    def without(zone, reply, proof):
        gone = set(proof)
        reply.authority = [r for r in reply.authority if r not in gone]
        return reply
    for kind in ("nsec", "nsec3"):
        big = kind.upper()
        case(f"dnssec-incomplete-no-proof-{kind}", f"NXDOMAIN without any {big}",
             "RFC 4035 §5.4, RFC 8914 §4.13: a signed SOA alone denies nothing: bogus.", kind, "p.example.com. A",
             lambda zone, reply: reply.remove("NSEC", "NSEC3", "RRSIG NSEC", "RRSIG NSEC3"), ede=12)
        case(f"dnssec-incomplete-nodata-no-proof-{kind}", f"NODATA without any {big}",
             "RFC 4035 §5.4, RFC 8914 §4.13: a signed SOA alone denies nothing: bogus.", kind, "www.example.com. TXT",
             lambda zone, reply: reply.remove("NSEC", "NSEC3", "RRSIG NSEC", "RRSIG NSEC3"), ede=12)
        case(f"dnssec-incomplete-wildcard-not-denied-{kind}", "NXDOMAIN without the denial of the wildcard",
             f"RFC 4035 §5.4, RFC 5155 §8.4: that the name is not there is shown, that no wildcard is is not: bogus.", kind,
             "p.example.com. A", lambda zone, reply: without(
                 zone, reply, zone.nsec("*.example.com.") if zone.denial == "nsec"
                 else zone.nsec3("*.example.com.", covering=True)))
        case(f"dnssec-incomplete-name-not-denied-{kind}", "NXDOMAIN without the denial of the name",
             f"RFC 4035 §5.4, RFC 5155 §8.4: that no wildcard is there is shown, that the name is not is not: bogus.", kind,
             "p.example.com. A", lambda zone, reply: without(zone, reply, zone.deny_name("p.example.com.")))
        case(f"dnssec-incomplete-expansion-{kind}", "a wildcard's answer without proof",
             "RFC 4035 §5.3.4, RFC 5155 §8.8: fewer labels in the signature than in the name, and nothing shows that no nearer "
             "name exists: bogus.", kind, "any.wild.example.com. A",
             lambda zone, reply: without(zone, reply, list(reply.authority)))
        case(f"dnssec-incomplete-wildcard-nodata-{kind}", "a wildcard's NODATA without the wildcard",
             "RFC 4035 §5.4, RFC 5155 §8.7: the name does not exist, and nothing shows what types the wildcard has: bogus.",
             kind, "any.wild.example.com. TXT", lambda zone, reply: without(zone, reply, zone.deny_type("*.wild.example.com.")))
        case(f"dnssec-incomplete-bitmap-{kind}", f"NODATA by an {big} that lists the type",
             "RFC 4035 §5.4, RFC 5155 §8.5: the type is there and somebody took it out of the answer: bogus.", kind,
             "www.example.com. A", lambda zone, reply: Reply(authority=zone.soa() + zone.deny_type("www.example.com.")))
        case(f"dnssec-incomplete-bitmap-alias-{kind}", f"NODATA by an {big} that lists CNAME",
             "RFC 6840 §4.3: the name is an alias; that it has no address says nothing: bogus.", kind,
             "alias.example.com. A", lambda zone, reply: Reply(authority=zone.soa() + zone.deny_type("alias.example.com.")),
             "alias CNAME www.example.com.")
        case(f"dnssec-incomplete-other-name-{kind}", f"NODATA by the {big} of another name",
             "RFC 4035 §5.4, RFC 5155 §8.5: it verifies, and it is about another name: bogus.", kind,
             "www.example.com. TXT", lambda zone, reply: Reply(authority=zone.soa() + zone.deny_type("m.example.com.")))
        case(f"dnssec-incomplete-nxdomain-of-existing-{kind}", f"NXDOMAIN of a name that the {big} shows to exist",
             "RFC 4035 §5.4, RFC 5155 §8.4: the records are those of the name itself and of another span: they cover it not: "
             "bogus.", kind, "www.example.com. A", lambda zone, reply: Reply("NXDOMAIN", authority=list(dict.fromkeys(
                 zone.soa() + zone.deny_type("www.example.com.") + zone.deny_all("p.example.com.")))))
    case("dnssec-nsec3-unknown-hash", "NSEC3 of a hash algorithm that nobody knows",
         "RFC 5155 §8.1: such records are ignored; nothing is left to prove the denial: bogus.", "nsec3", "p.example.com. A",
         lambda zone, reply: rewritten(zone, reply, lambda words: ["2"] + words[1:]))
    case("dnssec-nsec3-unknown-flags", "NSEC3 with a flag that nobody knows",
         "RFC 5155 §8.2: such records are ignored; nothing is left to prove the denial: bogus.", "nsec3", "p.example.com. A",
         lambda zone, reply: rewritten(zone, reply, lambda words: [words[0], "2"] + words[2:]))


def rewritten(zone, reply, change):
    """The NSEC3 records are changed and signed anew: what the zone itself would serve."""
    made = []
    for record in reply.authority:
        if record.type == "NSEC3":
            text = " ".join(change(record.text.split()))
            made += zone.signed([Record(record.owner, record.ttl, "NSEC3", text)])
        elif not record.text.startswith("NSEC3 "):
            made.append(record)
    reply.authority = made
    return reply


def foreign():
    """Proofs with names that are not in the zone."""
    def case(name, title, about, make, *lines, question="p.example.com. A", rcode="NXDOMAIN"):
        zone = example_zone("m A 203.0.113.5", "z A 203.0.113.6", *lines)
        qname = question.split()[0]
        s = island(name, title, about, zone, change=only_for(
            qname, lambda reply, qname, qtype: Reply(rcode, authority=zone.soa() + make(zone)) if qtype == question.split()[1]
            else reply))
        s.ask(question).check("bogus")
        s.ask("z.example.com. A").check("secure")
    case("dnssec-forged-next-outside", "an NSEC whose next name is outside of the zone",
         "Attack row: forged proofs (CVE-2026-44690 and its kin).\nThe next name of an NSEC must be in the zone (RFC 4034 "
         "§4.1.1). A span from m.example.com. to example.net. would deny the rest of this zone, z.example.com. included.",
         lambda zone: zone.signed([Record("m.example.com.", 900, "NSEC", "example.net. A RRSIG NSEC")])
         + zone.nsec("*.example.com."))
    other = Zone("example.net.", "a A 203.0.113.66", keys=[Key("example.net.", 15)], address="198.51.100.2")
    case("dnssec-forged-nsec-of-another-zone", "an NSEC of another zone",
         "Attack row: forged proofs.\nThe records are signed by example.net., which is secure, but has no say here: bogus.",
         lambda zone: [r for owner, text in (("m.example.com.", "z.example.com. A RRSIG NSEC"),
                                             ("example.com.", "m.example.com. NS SOA RRSIG NSEC DNSKEY"))
                       for made in [[Record(owner, 900, "NSEC", text)]] for r in made + other.sign(made)])
    case("dnssec-forged-nsec-from-wildcard", "an NSEC that was expanded from a wildcard",
         "RFC 4035 §5.3.4; attack row: forged proofs (labels).\nThe signature of *.wild's own NSEC has fewer labels than the "
         "owner name it is shown under; taken for an NSEC of that name it would deny what it never covered: bogus.",
         lambda zone: [r.with_owner("n.wild.example.com.") for r in zone.nsec("*.wild.example.com.")],
         "*.wild TXT \"x\"", question="nn.wild.example.com. TXT")
    case("dnssec-forged-nsec-backwards", "an NSEC that covers everything",
         "RFC 4034 §4.1.1; attack row: forged proofs.\nOnly the last NSEC of a zone may point backwards, and only to the apex; "
         "this one points from m to a and would cover both ends of the zone: bogus.",
         lambda zone: zone.signed([Record("m.example.com.", 900, "NSEC", "a.example.com. A RRSIG NSEC")]))
    zone = example_zone(denial="nsec3")

    def deeper(reply, qname, qtype):
        """The same NSEC3 records below a label of their own."""
        reply.authority = [r.with_owner(r.owner.replace(".example.com.", ".sub.example.com.")) if r.type == "NSEC3"
                           else r for r in reply.authority]
        made = []
        for r in reply.authority:
            if r.type == "NSEC3":
                made += zone.signed([r])
            elif not r.text.startswith("NSEC3 "):
                made.append(r)
        reply.authority = made
        return reply
    s = island("dnssec-forged-nsec3-owner", "NSEC3 records that are not directly below the apex",
               "RFC 5155 §3; attack row: forged proofs.\nThe owner of an NSEC3 is one label and the name of the zone. These are "
               "signed and one label deeper: bogus.", zone, change=only_for("nothing.example.com.", deeper))
    s.ask("nothing.example.com. A").check("bogus")


def injected():
    s = island("dnssec-injected-answer", "an unsigned answer for a name that does not exist",
               "RFC 4035 §5; attack row: off-path poisoning.\nSomebody answers in place of the zone's server, without "
               "signatures: bogus, and nobody is sent to 203.0.113.66.", example_zone(),
               change=only_for("evil.example.com.", lambda reply, qname, qtype: Reply(
                   answer=[Record(qname, 3600, "A", "203.0.113.66")]) if qtype == "A" else reply))
    s.ask("evil.example.com. A", do=False).check("bogus")
    s = island("dnssec-injected-nxdomain", "an unsigned denial of a name that exists",
               "RFC 4035 §5.4; attack row: off-path poisoning.\nA bare NXDOMAIN with an unsigned SOA: bogus.", example_zone(),
               change=only_for("www.example.com.", lambda reply, qname, qtype: Reply(
                   "NXDOMAIN", authority=example_zone().get("example.com.", "SOA")) if qtype == "A" else reply))
    s.ask("www.example.com. A", do=False).check("bogus")
    s = island("dnssec-injected-empty", "an empty answer without any proof",
               "RFC 4035 §5.4: NOERROR and nothing in it, from a signed zone: bogus.", example_zone(),
               change=only_for("www.example.com.", lambda reply, qname, qtype: Reply() if qtype == "A" else reply))
    s.ask("www.example.com. A", do=False).check("bogus")


def build():
    by_parent()
    ancestor_delegation()
    incomplete()
    foreign()
    injected()
