"""What a dynamic server is told: its keys, its zones, and who may do what with them."""

import base64
import hashlib
from dataclasses import dataclass, field

SOA = "@ 300 IN SOA ns1 hostmaster 1 {refresh} {retry} {expire} 60\n"
SERVERS = "@ 300 IN NS ns1\nns1 300 IN A 127.0.0.1\n"


@dataclass(frozen=True)
class Key:
    """A secret that two share (RFC 8945). `algorithm` as configuration files spell it: hmac-sha256."""
    name: str
    algorithm: str = "hmac-sha256"
    seed: str = ""

    @property
    def secret(self):
        digest = hashlib.sha512(f"{self.name} {self.algorithm} {self.seed}".encode()).digest()
        return digest[:{"hmac-md5": 16, "hmac-sha1": 20, "hmac-sha224": 28, "hmac-sha256": 32, "hmac-sha384": 48}.get(self.algorithm, 64)]

    @property
    def base64(self):
        return base64.b64encode(self.secret).decode()

    @property
    def words(self):
        """As nsupdate, knsupdate and dnsperf want to be told: after -y."""
        return f"{self.algorithm}:{self.name}:{self.base64}"


@dataclass(frozen=True)
class Peer:
    """Another server: where it listens, and the key that is shared with it."""
    port: int
    key: Key = None
    address: str = "127.0.0.1"


@dataclass
class Zone:
    """`records` are master-file lines without an origin; without any it holds SOA, NS and an address. `grants` are rules as BIND's
    update-policy has them. `transfer` are keys that may transfer it, `notify` peers that are told of changes, and with `primaries` it
    is a secondary zone. `catalog` says whose members it lists: "producer" or "consumer".
    """
    apex: str
    records: str = ""
    grants: tuple = ()
    transfer: tuple = ()
    notify: tuple = ()
    primaries: tuple = ()
    catalog: str = ""
    members: tuple = ()
    timers: tuple = (3600, 600, 86400)  # refresh, retry, expire
    settings: dict = field(default_factory=dict)  # kind of server -> more lines for this zone

    @property
    def title(self):
        return self.apex.rstrip(".") or "root"

    def text(self):
        refresh, retry, expire = self.timers
        return f"$ORIGIN {self.apex}\n" + SOA.format(refresh=refresh, retry=retry, expire=expire) + SERVERS + self.records
