"""How a zone is meant to be signed, and what a validating resolver must make of it."""

from dataclasses import dataclass, field

from .keys import SHA256

DAY = 86400
YEAR = 365 * DAY
SECURE, INSECURE, BOGUS = "secure", "insecure", "bogus"

# Extended DNS errors (RFC 8914) that say why an answer is bogus or insecure.
UNKNOWN_ALGORITHM, UNKNOWN_DIGEST, BOGUS_CODE, EXPIRED, NOT_YET = 1, 2, 6, 7, 8
NO_DNSKEY, NO_RRSIG, NO_ZONE_BIT, NO_NSEC, EXPIRED_BEFORE_VALID, ITERATIONS = 9, 10, 11, 12, 25, 27


@dataclass
class KeyPlan:
    """One key of a zone. `ds` are the digests that the parent has of it; a negative number is one that is wrong."""
    role: str = "zsk"  # ksk signs the DNSKEY RRset, zsk the rest, csk all
    algorithm: int = None  # the zone's own if None
    bits: int = 1280  # of RSA; larger ones take their time to be made
    signs: bool = True
    published: bool = True
    revoked: bool = False
    is_zone_key: bool = True
    protocol: int = 3
    exponent: int = 65537
    ds: tuple = None

    def digests(self):
        if self.ds is not None:
            return self.ds
        return (SHA256,) if self.role != "zsk" and self.signs and self.published else ()


def ksk(**options):
    return KeyPlan("ksk", **options)


def zsk(**options):
    return KeyPlan("zsk", **options)


def csk(**options):
    return KeyPlan("csk", **options)


@dataclass
class Spoiling:
    """Something broken on purpose once the zone is signed: `edit` takes its records and gives others."""
    edit: callable
    sets: tuple = ()      # pairs of owner and type whose answers are bogus by it
    denial: bool = False  # what the zone denies is bogus by it
    chain: bool = False   # all of the zone is bogus by it
    codes: frozenset = frozenset()  # EDE codes of which a bogus answer has at least one


@dataclass
class Signing:
    """`tool` is bind, knot, ldns or hand; online: the odd server signs what it says; none: keys are made, but the zone stays unsigned."""
    tool: str
    algorithm: int = 13
    denial: str = "nsec"  # or nsec3, or opt-out
    iterations: int = 0
    salt: str = ""
    keys: tuple = field(default_factory=lambda: (ksk(), zsk()))
    begins: int = -YEAR   # seconds from now
    ends: int = 10 * YEAR
    yields: str = SECURE         # what the zone's own data is, if its parent's DS is secure
    denial_yields: str = SECURE  # and what it denies
    codes: frozenset = frozenset()
    denial_codes: frozenset = frozenset()
    spoilings: tuple = ()
    tweaks: dict = field(default_factory=dict)  # for the signer by hand

    def __post_init__(self):
        if self.iterations > 50:  # RFC 9276 §3.2
            self.denial_yields, self.denial_codes = INSECURE, frozenset({ITERATIONS})
