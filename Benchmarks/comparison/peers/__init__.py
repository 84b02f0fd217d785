"""Who is measured. One module for each says what it can do and how it is told to: its own defaults but for what the comparison needs, nothing logged.

A module has: TITLE; PACKAGE of Debian's, None if it is none; WAYS in which its clients may come in; RESOLVES, whether it asks authoritative servers itself;
TWO, whether it can use two threads; FORWARDS, whether it asks another resolver and so needs one behind it; PROCESSES, whether a thread is a process of its
own; `files(settings)`, which gives name -> text; and `command(settings, binary)`.
"""

from . import bind, dnsdist, dnsmasq, floor, homing, knot, kresd, powerdns, unbound

KINDS = {"homing": homing, "unbound": unbound, "kresd": kresd, "bind": bind, "powerdns": powerdns, "dnsdist": dnsdist, "dnsmasq": dnsmasq,
         "knot": knot, "floor": floor}
NAMES = {kind: module.TITLE for kind, module in KINDS.items()}
ENCRYPTED = ("dot", "doh-get", "doh-post")
ALL_WAYS = ("udp", "tcp", *ENCRYPTED)
