"""A zone: its records, signatures and denial chain, and what an authoritative server of it answers (RFC 4035 §3.1,
RFC 5155 §7.2)."""

import base64
import calendar
import hashlib
import time
from dataclasses import dataclass, field

from .keys import Key
from .records import (
    TYPES, Record, ancestors, base32hex, by_number, is_below, join, labels, name_wire, order, parent, rdata_wire)

NOW = "20250701000000"
INCEPTION = "20250601000000"
EXPIRATION = "20250801000000"


def seconds(stamp):
    return calendar.timegm(time.strptime(stamp, "%Y%m%d%H%M%S"))


@dataclass
class Reply:
    """A response without its question."""

    rcode: str = "NOERROR"
    authoritative: bool = True
    answer: list = field(default_factory=list)
    authority: list = field(default_factory=list)
    additional: list = field(default_factory=list)
    #: The cut that a referral leads to.
    cut: str = None
    flags: str = ""

    def sections(self):
        return (self.answer, self.authority, self.additional)

    def remove(self, *types, owner=None):
        """Takes records out; `RRSIG` is every signature, `RRSIG A` those of one type."""
        def goes(record):
            names = {record.type}
            if record.type == "RRSIG":
                names.add("RRSIG " + record.text.split()[0])
            return bool(names & set(types)) and owner in (None, record.owner)
        for section in self.sections():
            section[:] = [record for record in section if not goes(record)]
        return self

    def without_dnssec(self):
        """What a client sees that did not set DO (RFC 4035 §3.2.1)."""
        def stays(record):
            return record.type not in ("RRSIG", "NSEC", "NSEC3")
        return Reply(self.rcode, self.authoritative, *([r for r in s if stays(r)] for s in self.sections()), self.cut)


class Zone:
    """
    keys: of the zone; those with SEP sign the DNSKEY RRset, the others the rest, and one alone signs everything.
    denial: "nsec", "nsec3" or None for an unsigned zone.
    """

    def __init__(self, name, *lines, keys=None, denial="nsec", iterations=0, salt="-", opt_out=False, ttl=3600,
                 minimum=900, server=None, address=None, soa_ttl=3600):
        self.name = name
        self.denial = denial
        self.keys = ([Key(name)] if keys is None else keys) if denial else []
        self.iterations, self.salt, self.opt_out = iterations, salt, opt_out
        self.ttl, self.minimum = ttl, minimum
        self.records = {}
        self.times = (INCEPTION, EXPIRATION)
        #: Changes to how single RRsets are signed: (owner, type) or type -> arguments of `sign`.
        self.signing = {}
        self.extra_hashes = []
        self.server = server or join("ns", name)
        self.address = address
        self.add(f"@ {soa_ttl} SOA {self.server} {join('hostmaster', name)} 1 7200 3600 1209600 {minimum}")
        self.add(f"@ {ttl} NS {self.server}")
        if address and is_below(self.server, name):
            self.add(f"{self.server} {ttl} A {address}")
        for line in lines:
            self.add(line)
        for key in self.keys:
            self.add(f"@ {ttl} DNSKEY {key.text}")
        if self.denial == "nsec3":
            self.add(f"@ 0 NSEC3PARAM 1 0 {iterations} {salt}")

    # --- Contents ---

    def absolute(self, name):
        return self.name if name == "@" else name if name.endswith(".") else join(name, self.name)

    def add(self, line):
        """`owner [ttl] type rdata`, the owner relative to the zone unless it ends with a dot."""
        owner, *rest = line.split(None, 2)
        ttl = self.ttl
        if rest[0].isdigit():
            ttl, (type, text) = int(rest[0]), rest[1].split(None, 1)
        else:
            type, text = rest
        self.records.setdefault((self.absolute(owner), type), []).append(
            Record(self.absolute(owner), ttl, type, text))
        return self

    def delegate(self, child, ds=True):
        """NS, glue and DS of another zone. `ds` may be a list of texts; False leaves the delegation unsigned."""
        for server in child.get(child.name, "NS"):
            self.add(f"{child.name} {self.ttl} NS {server.text}")
            for glue in child.get(server.text, "A"):
                self.add(f"{server.text} {self.ttl} A {glue.text}")
        texts = [key.ds(child.name) for key in child.keys if key.flags & 1] if ds is True else ds or []
        for text in texts:
            self.add(f"{child.name} {self.ttl} DS {text}")
        return self

    def get(self, owner, type):
        return self.records.get((owner, type), [])

    def types(self, owner):
        return {type for name, type in self.records if name == owner}

    def cut_of(self, name):
        """The topmost delegation at or above `name`."""
        found = None
        for above in ancestors(name, self.name):
            if above != self.name and self.get(above, "NS"):
                found = above
        return found

    def owners(self):
        """Names with data of this zone or delegations: no glue."""
        names = {owner for owner, _ in self.records}
        return sorted((n for n in names if self.cut_of(n) in (None, n) and is_below(n, self.name)), key=order)

    def exists(self, name):
        return any(is_below(owner, name) for owner in self.owners())

    # --- Signatures ---

    def signers(self, type):
        entry = [k for k in self.keys if k.flags & 1]
        if type == "DNSKEY":
            return entry or self.keys
        return [k for k in self.keys if not k.flags & 1] or entry

    def sign(self, rrset, key=None, signer=None, inception=None, expiration=None, label_count=None, tag=None,
             original_ttl=None, algorithm=None, corrupt=False, signed_owner=None):
        """The RRSIG records of an RRset; every argument makes one of its fields lie (or not)."""
        first = rrset[0]
        owner = signed_owner or first.owner
        made = []
        for k in [key] if key else self.signers(first.type):
            own_labels = labels(owner)
            count = len(own_labels) - (own_labels[:1] == ["*"]) if label_count is None else label_count
            kept = own_labels[len(own_labels) - count:] if count < len(own_labels) else own_labels
            signed_name = owner if len(kept) == len(own_labels) else "*." + ".".join(kept) + "."
            ttl = first.ttl if original_ttl is None else original_ttl
            begin, end = inception or self.times[0], expiration or self.times[1]
            number = k.number if algorithm is None else algorithm
            key_tag = k.tag if tag is None else tag
            head = TYPES[first.type].to_bytes(2, "big") + bytes([number, count]) + ttl.to_bytes(4, "big")
            head += seconds(end).to_bytes(4, "big") + seconds(begin).to_bytes(4, "big") + key_tag.to_bytes(2, "big")
            head += name_wire(signer or self.name)
            line = name_wire(signed_name) + TYPES[first.type].to_bytes(2, "big") + b"\0\1" + ttl.to_bytes(4, "big")
            data = head
            for wire in sorted(rdata_wire(r.type, r.text) for r in rrset):
                data += line + len(wire).to_bytes(2, "big") + wire
            signature = bytearray(k.sign(data))
            if corrupt:
                signature[len(signature) // 2] ^= 1
            made.append(Record(first.owner, first.ttl, "RRSIG", (
                f"{first.type} {number} {count} {ttl} {end} {begin} {key_tag} {signer or self.name} "
                + base64.b64encode(bytes(signature)).decode())))
        return made

    def signed(self, rrset):
        """The RRset with its signatures; nothing for none, no signatures where the zone makes none."""
        if not rrset or not self.denial:
            return list(rrset)
        first = rrset[0]
        if first.type == "NS" and first.owner != self.name:
            return list(rrset)
        if self.cut_of(first.owner) and first.type not in ("DS", "NSEC", "NSEC3"):
            return list(rrset)
        options = self.signing.get((first.owner, first.type), self.signing.get(first.type, {}))
        if options is None:
            return list(rrset)
        return list(rrset) + self.sign(rrset, **options)

    # --- Denial chains ---

    def nsec(self, owner):
        """The NSEC RRset at or before `owner` in canonical order, signed."""
        names = self.owners()
        before = [n for n in names if order(n) <= order(owner)]
        at = before[-1] if before else names[-1]
        following = names[(names.index(at) + 1) % len(names)]
        types = self.types(at) | {"RRSIG", "NSEC"}
        if self.cut_of(at):
            types &= {"NS", "DS", "RRSIG", "NSEC"}
        return self.signed([Record(at, self.minimum, "NSEC", f"{following} {by_number(types)}")])

    def hash(self, name):
        """RFC 5155 §5."""
        salt = b"" if self.salt == "-" else bytes.fromhex(self.salt)
        digest = hashlib.sha1(name_wire(name) + salt).digest()
        for _ in range(self.iterations):
            digest = hashlib.sha1(digest + salt).digest()
        return digest

    def hashed_names(self):
        """By hash, the names that have an NSEC3: owners and empty non-terminals, without what opt-out leaves out."""
        names = set()
        for owner in self.owners():
            if self.opt_out and self.cut_of(owner) and not self.get(owner, "DS"):
                continue
            names.update(ancestors(owner, self.name))
        return {self.hash(name): name for name in names}

    def nsec3(self, name, covering=False):
        """The NSEC3 RRset that matches `name`, or covers it, signed; empty where there is none."""
        table = self.hashed_names()
        hashes = sorted(table)
        wanted = self.hash(name)
        if (wanted in table) == covering:
            return []
        before = [h for h in hashes if h <= wanted]
        return self.nsec3_record(before[-1] if before else hashes[-1])

    def nsec3_record(self, at):
        table = self.hashed_names()
        hashes = sorted(table)
        following = hashes[(hashes.index(at) + 1) % len(hashes)]
        owner = table[at]
        types = self.types(owner)
        if self.cut_of(owner):
            types &= {"NS", "DS"}
        if types and types != {"NS"}:
            types = types | {"RRSIG"}
        text = (f"1 {int(self.opt_out)} {self.iterations} {self.salt} {base32hex(following)} " + by_number(types))
        return self.signed([Record(join(base32hex(at), self.name), self.minimum, "NSEC3", text.strip())])

    def closest_encloser(self, qname):
        return next(n for n in ancestors(qname, self.name) if n == self.name or self.exists(n))

    def next_closer(self, qname):
        chain = list(ancestors(qname, self.name))
        return chain[chain.index(self.closest_encloser(qname)) - 1]

    def deny_type(self, name):
        """That an existing name lacks a type."""
        if self.denial == "nsec":
            return self.nsec(name)
        if self.denial == "nsec3":
            return self.nsec3(name) or self.opt_out_proof(name)
        return []

    def opt_out_proof(self, name):
        """RFC 5155 §7.2.4: the closest provable encloser, and the span over the next closer name."""
        table = self.hashed_names().values()
        chain = list(ancestors(name, self.name))
        encloser = next(n for n in chain if n in table)
        return self.nsec3(encloser) + self.nsec3(chain[chain.index(encloser) - 1], covering=True)

    def deny_name(self, qname):
        """That no nearer name than the closest encloser exists."""
        if self.denial == "nsec":
            return self.nsec(qname)
        if self.denial == "nsec3":
            return self.nsec3(self.next_closer(qname), covering=True)
        return []

    def deny_all(self, qname):
        """That neither the name nor a wildcard for it exists."""
        wildcard = join("*", self.closest_encloser(qname))
        if self.denial == "nsec":
            return unique(self.nsec(qname) + self.nsec(wildcard))
        if self.denial == "nsec3":
            return unique(self.nsec3(self.closest_encloser(qname)) + self.deny_name(qname)
                          + self.nsec3(wildcard, covering=True))
        return []

    def soa(self):
        """As negative answers carry it (RFC 2308 §3)."""
        soa = self.get(self.name, "SOA")[0]
        ttl = min(soa.ttl, self.minimum)
        return [Record(r.owner, ttl, r.type, r.text) for r in self.signed([soa])]

    # --- Answers ---

    def reply(self, qname, qtype):
        cut = self.cut_of(qname)
        if cut and not (qtype == "DS" and qname == cut):
            return self.referral(cut)
        for above in ancestors(qname, self.name):
            dname = self.get(above, "DNAME")
            if dname and above != qname:
                return self.redirect(qname, qtype, dname)
        if self.types(qname):
            return self.at(qname, qname, qtype)
        if self.exists(qname):
            return Reply(authority=self.soa() + self.deny_type(qname))
        wildcard = join("*", self.closest_encloser(qname))
        if self.types(wildcard):
            return self.expand(wildcard, qname, qtype)
        return Reply("NXDOMAIN", authority=self.soa() + self.deny_all(qname))

    def referral(self, cut):
        reply = Reply(authoritative=False, cut=cut, authority=list(self.get(cut, "NS")))
        if self.get(cut, "DS"):
            reply.authority += self.signed(self.get(cut, "DS"))
        else:
            reply.authority += self.deny_type(cut)
        for record in self.get(cut, "NS"):
            reply.additional += self.get(record.text, "A")
        return reply

    def at(self, node, qname, qtype):
        """The answer from `node`'s own records."""
        alias = self.get(node, "CNAME")
        if alias and qtype not in ("CNAME", "RRSIG", "NSEC", "ANY"):
            reply = Reply(answer=self.signed(alias))
            return self.follow(reply, alias[0].text, qtype)
        if qtype == "ANY":
            answer = [r for t in sorted(self.types(node)) for r in self.signed(self.get(node, t))]
            return Reply(answer=answer)
        if qtype == "NSEC" and self.denial == "nsec":
            return Reply(answer=self.nsec(node))
        if self.get(node, qtype):
            return Reply(answer=self.signed(self.get(node, qtype)))
        return Reply(authority=self.soa() + self.deny_type(node))

    def follow(self, reply, target, qtype):
        """An alias is followed inside the zone."""
        if not is_below(target, self.name) or self.cut_of(target):
            return reply
        rest = self.reply(target, qtype)
        reply.rcode = rest.rcode
        reply.answer += rest.answer
        reply.authority += rest.authority
        return reply

    def expand(self, wildcard, qname, qtype):
        reply = self.at(wildcard, wildcard, qtype)
        if not reply.answer:
            proof = unique(self.deny_name(qname) + self.deny_type(wildcard))
            if self.denial == "nsec3":
                proof = unique(self.nsec3(self.closest_encloser(qname)) + proof)
            return Reply(authority=self.soa() + proof)
        reply.answer = [r.with_owner(qname) if r.owner == wildcard else r for r in reply.answer]
        reply.authority = unique(self.deny_name(qname) + reply.authority)
        return reply

    def redirect(self, qname, qtype, dname):
        owner, target = dname[0].owner, dname[0].text
        synthesized = qname[: -len(owner)] + target
        reply = Reply(answer=self.signed(dname) + [Record(qname, dname[0].ttl, "CNAME", synthesized)])
        return self.follow(reply, synthesized, qtype)


def unique(records):
    return list(dict.fromkeys(records))
