"""The key files that BIND's tools and ldns share: K<zone>+<algorithm>+<tag>.key and .private."""

import base64

from .. import name
from .keys import Key


def read(owner, directory, title):
    """`title` is the files' common name, by which the tools know the key."""
    for line in (directory / f"{title}.key").read_text().splitlines():
        words = line.split(";")[0].split()
        if "DNSKEY" in words:
            flags, protocol, algorithm, *public = words[words.index("DNSKEY") + 1:]
            return Key(owner, int(flags), int(algorithm), base64.b64decode("".join(public)), int(protocol), private=title)
    raise ValueError(f"no DNSKEY in {directory / title}.key")


def line(key):
    """The DNSKEY as a line of a zone file."""
    return f"{name.show(key.owner)} 3600 IN DNSKEY {key.flags} {key.protocol} {key.algorithm} {base64.b64encode(key.public).decode()}\n"
