"""Our own signer, for what the tools refuse or cannot make: algorithms of nobody, keys with wrong flags, signatures that lie.

A `Signing`'s tweaks, owners relative to the zone:
    sets     (owner, type) -> a function of `Making`, owner, type, TTL and RDATA that gives the RRset's signatures
    bitmaps  owner -> types that its NSEC or NSEC3 claims besides
    omitted  owners that are left out of the chain of NSEC or NSEC3
"""

from .. import name
from ..model import DAY
from . import canonical, keys
from .records import Record, write

NEGATIVE_TTL = 600


def make_key(zone, signing, plan, directory):
    flags = (keys.ZONE if plan.is_zone_key else 0) | (keys.ENTRY if plan.role != "zsk" else 0) | (keys.REVOKED if plan.revoked else 0)
    key = keys.generate(zone.apex, plan.algorithm or signing.algorithm, flags, plan.bits, plan.exponent)
    key.protocol = plan.protocol
    return key


def sign(zone, signing, directory, source, target, now):
    write(target, Making(zone, signing, now).records())


class Making:
    def __init__(self, zone, signing, now):
        self.zone, self.signing, self.now = zone, signing, now
        self.apex = name.lower(zone.apex)
        self.begins, self.ends = now + signing.begins, now + signing.ends
        self.pairs = list(zip(signing.keys, zone.keys))
        self._tweaks = {word: {self._absolute(owner): value for owner, value in dict(signing.tweaks.get(word, {})).items()}
                        for word in ("sets", "bitmaps")}
        self._omitted = {self._absolute(owner) for owner in signing.tweaks.get("omitted", ())}

    def _absolute(self, place):
        if isinstance(place, tuple):
            return name.lower(name.parse(place[0], self.apex)), place[1]
        return name.lower(name.parse(place, self.apex))

    # RRsets: (owner, type) -> (TTL, RDATA)

    def records(self):
        sets = self._own_sets()
        denied = self._nsec(sets) if self.signing.denial == "nsec" else self._nsec3(sets)
        made = []
        for (owner, type_text), (ttl, entries) in [*sets.items(), *denied.items()]:
            written = self.zone.spelling.get(owner, owner)
            made += [Record(written, ttl, type_text, f"\\# {len(octets)} {octets.hex()}") for octets in entries]
            if self._is_signed(owner, type_text):
                made += [Record(written, ttl, "RRSIG", canonical.show_signature(octets))
                         for octets in self._signatures(owner, type_text, ttl, entries)]
        return made + self._below()

    def _own_sets(self):
        sets = {}
        for owner in sorted(self.zone.rrsets, key=lambda owner: owner != self.apex):
            for type_text, rrset in sorted(self.zone.rrsets[owner].items(), key=lambda pair: pair[0] != "SOA"):
                sets[owner, type_text] = rrset.ttl, rrset.wire
        if self.signing.denial != "nsec":
            sets[self.apex, "NSEC3PARAM"] = 0, [canonical.nsec3_parameters(self.signing.iterations, self._salt())]
        for cut, (servers, _) in self.zone.cuts.items():
            sets[cut, "NS"] = DAY, [name.wire(server) for server in servers]
        return sets

    def _below(self):
        glue = {(owner, type_text, text) for _, records in self.zone.cuts.values() for owner, type_text, text in records}
        return [Record(owner, DAY, type_text, text) for owner, type_text, text in sorted(glue)]

    def _is_signed(self, owner, type_text):
        return owner not in self.zone.cuts or type_text in ("DS", "NSEC")

    # Signatures

    def sign(self, key, owner, type_text, ttl, entries, **lies):
        """One signature; `lies` are those of `canonical.signature`, or other times."""
        begins, ends = lies.pop("begins", self.begins), lies.pop("ends", self.ends)
        return canonical.signature(key, owner, type_text, ttl, entries, begins, ends, **lies)

    def signing_keys(self, type_text):
        roles = ("ksk", "csk") if type_text == "DNSKEY" else ("zsk", "csk")
        return [key for plan, key in self.pairs if plan.signs and plan.role in roles]

    def _signatures(self, owner, type_text, ttl, entries):
        tweak = self._tweaks["sets"].get((owner, type_text))
        if tweak:
            return tweak(self, owner, type_text, ttl, entries)
        return [self.sign(key, owner, type_text, ttl, entries) for key in self.signing_keys(type_text)]

    # Denial

    def _chain(self, sets):
        """Names in the chain, each with its types."""
        types = {}
        for owner, type_text in sets:
            types.setdefault(owner, set()).add(type_text)
        if self.signing.denial == "opt-out":
            types = {owner: held for owner, held in types.items() if owner not in self.zone.cuts or "DS" in held}
        return {owner: held for owner, held in types.items() if owner not in self._omitted}

    def _nsec(self, sets):
        chain = self._chain(sets)
        owners = sorted(chain, key=canonical.order)
        made = {}
        for owner, following in zip(owners, owners[1:] + owners[:1]):
            types = chain[owner] | {"NSEC", "RRSIG"} | self._tweaks["bitmaps"].get(owner, set())
            made[owner, "NSEC"] = NEGATIVE_TTL, [canonical.nsec(following, types)]
        return made

    def _nsec3(self, sets):
        chain = self._chain(sets)
        for owner in list(chain):  # empty non-terminals
            while len(owner) > len(self.apex) + 1:
                owner = owner[1:]
                chain.setdefault(owner, set())
        salt, iterations, flags = self._salt(), self.signing.iterations, self.signing.denial == "opt-out"
        hashed = sorted((canonical.nsec3_hash(owner, iterations, salt), owner) for owner in chain)
        made = {}
        for (place, owner), (following, _) in zip(hashed, hashed[1:] + hashed[:1]):
            types = set(chain[owner]) | self._tweaks["bitmaps"].get(owner, set())
            if types and types != {"NS"}:
                types.add("RRSIG")
            entry = canonical.nsec3(following, types, iterations, salt, flags)
            made[(canonical.hash_label(place), *self.apex), "NSEC3"] = NEGATIVE_TTL, [entry]
        return made

    def _salt(self):
        return bytes.fromhex(self.signing.salt)
