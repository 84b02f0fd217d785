"""Reads a trace of system calls (strace -f): was there a sync between what came and what was said of it?"""

import re
from dataclasses import dataclass

CALLS = "trace=recvfrom,recvmsg,recvmmsg,read,readv,sendto,sendmsg,sendmmsg,write,writev,pwrite64,pwritev,fsync,fdatasync,openat,ftruncate"
COMMAND = ["strace", "-f", "-ttt", "-xx", "-v", "-s", "64", "-e", CALLS, "-y", "-o"]
LINE = re.compile(r"^(\d+) +(\d+\.\d+) (.*)$")
SYNCS = ("fsync", "fdatasync")
WRITES = ("write", "writev", "pwrite64", "pwritev", "ftruncate")
RECEIVES = ("recvfrom", "recvmsg", "recvmmsg", "read", "readv")
SENDS = ("sendto", "sendmsg", "sendmmsg", "write", "writev")
FILE = re.compile(r"<((?:\\x[0-9a-f]{2})+)>")
OCTETS = re.compile(r'"((?:\\x[0-9a-f]{2})+)"')


@dataclass
class Happening:
    kind: str       # received, said, wrote, synced
    place: int      # in the order of the trace
    about: int = None  # the ID of a message; where a sync that ends here began


def read(path, root):
    """What concerns updates and the directory `root`, in order. Requests and replies are known by opcode and QR bit."""
    happenings, unfinished = [], {}
    for place, line in enumerate(open(path, errors="replace")):
        found = LINE.match(line)
        if not found:
            continue
        thread, _, rest = found.groups()
        if rest.startswith("<... "):
            text, begun = unfinished.pop(thread, ("", place))
            happenings += _happened(text + rest.split("resumed>", 1)[1], begun, place, root)
        elif rest.rstrip().endswith("<unfinished ...>"):
            unfinished[thread] = rest.rsplit("<unfinished", 1)[0], place
        else:
            happenings += _happened(rest, place, place, root)
    return sorted(happenings, key=lambda happening: happening.place)


def _happened(text, begun, ended, root):
    """What is sent is out when the call begins, and what is received is there when it ends. A sync covers what was written before it begins, from
    when it ends.
    """
    name = text.split("(", 1)[0]
    if name in SYNCS and _is_below(text, root):
        if text.rstrip().endswith("= 0"):
            yield Happening("synced", ended, begun)
    elif name in WRITES and _is_below(text, root):
        yield Happening("wrote", begun)
    elif name in SENDS and (said := list(_updates(text, is_reply=True))):
        yield from (Happening("said", begun, identifier) for identifier in said)
    elif name in RECEIVES and _file(text).startswith(("socket:", "TCP:", "UDP:")):
        yield from (Happening("received", ended, identifier) for identifier in _updates(text, is_reply=False))


def _file(text):
    """What the call's descriptor is open for."""
    found = FILE.search(text)
    return _octets(found.group(1)).decode(errors="replace") if found else ""


def _is_below(text, root):
    return _file(text).startswith(f"{root}/")


def _octets(hexed):
    return bytes.fromhex(hexed.replace("\\x", ""))


def _updates(text, is_reply):
    """The IDs of messages with the opcode of updates, at the start of any string of a call."""
    for string in OCTETS.findall(text):
        octets = _octets(string)
        if len(octets) >= 12 and octets[2] >> 3 & 15 == 5 and bool(octets[2] & 0x80) == is_reply:
            yield octets[0] << 8 | octets[1]


def replies_before_sync(happenings):
    """IDs of replies that were sent when no sync had begun and ended since their request came; and how many replies there were."""
    received, early, replies = {}, [], 0
    covered = -1  # where the latest began of the syncs that have ended
    for happening in happenings:
        if happening.kind == "received":
            received.setdefault(happening.about, happening.place)
        elif happening.kind == "synced":
            covered = max(covered, happening.about)
        elif happening.kind == "said" and happening.about in received:
            replies += 1
            if covered < received.pop(happening.about):
                early.append(happening.about)
    return early, replies
