"""What every peer is told alike."""

import pathlib
from dataclasses import dataclass

PORT, TLS_PORT, HTTPS_PORT = 5300, 853, 443
BACKEND_PORT = 5301  # of the resolver behind one that forwards
CONNECTIONS = 1000   # that one client may have


@dataclass
class Certificate:
    """Paths of files in PEM form."""
    chain: pathlib.Path
    key: pathlib.Path


@dataclass
class Settings:
    """`cache` in MiB. `anchors` are those of a `Validation`; without any, nothing is validated. `encrypted` opens the ports for TLS and HTTPS too."""
    directory: pathlib.Path
    certificate: Certificate
    anchors: dict
    threads: int = 1
    cache: int = 512
    port: int = PORT
    encrypted: bool = True

    @property
    def root_anchors(self):
        """RDATA of DS records of the root: key tag, algorithm, digest type and digest."""
        for _, ds in self.anchors.values():
            yield int.from_bytes(ds[:2], "big"), ds[2], ds[3], ds[4:].hex()
