"""What the clients that people use make of the resolver: dig, kdig, dnsperf."""

import re
import subprocess
from dataclasses import dataclass, field

from .. import dnsperf, name, network

DNSPERF_SECONDS = 5


@dataclass
class Case:
    """A client's arguments, and patterns that its output must have, or must not."""
    arguments: str
    wanted: list
    unwanted: list = field(default_factory=list)
    program: str = "dig"
    local: bool = False  # must be answered without a packet upstream


NOERROR, NXDOMAIN, SERVFAIL = "status: NOERROR", "status: NXDOMAIN", "status: SERVFAIL"


def cases(net, kind, validates):
    first, zone, homing = net.ordinary[0], net.ordinary[7], kind == "homing"
    asked = name.parse(f"www.{first}")
    www = [re.escape(record.split()[-1]) for question in net.questions
           if question.qname == asked and question.qtype == "A" for record in question.answer]
    return [
        Case(f"www.{first} A", [NOERROR, r"flags: qr rd ra ad;" if validates else r"flags: qr rd ra;", r"EDNS: version: 0", *www],
             [r"flags: [a-z ]*\b(aa|tc)\b"]),
        Case(f"www.{first} A +tcp", [NOERROR, r"\(TCP\)", *www]),
        Case(f"www.{first} A +noedns", [NOERROR, *www], [r"EDNS"]),
        Case(f"WwW.{first.upper()} A", [rf"(?m)^;WwW\.{re.escape(first.upper())}", *www]),
        Case(f"nope.{first} A", [NXDOMAIN, r"AUTHORITY: 1", r"IN\s+SOA"]),
        Case(f"only4.{zone} AAAA", [NOERROR, r"ANSWER: 0", r"IN\s+SOA"]),
        Case("hundred.large-0.com A +noedns +ignore", [r"flags: qr [a-z ]*tc", r"MSG SIZE +rcvd: ([1-4]?\d{1,2}|50\d|51[0-2])\b"]),
        Case("hundred.large-0.com A +noedns", [r"Truncated, retrying in TCP mode", r"ANSWER: 100,"]),
        Case("hundred.large-0.com A +bufsize=1232 +ignore", [r"flags: qr [a-z ]*tc"]),
        Case("hundred.large-0.com A +bufsize=4096", [r"ANSWER: 100,"]),
        Case("just-over.large-0.com TXT +bufsize=512 +ignore", [r"flags: qr [a-z ]*tc", r"MSG SIZE +rcvd: ([1-4]?\d{1,2}|50\d|51[0-2])\b"]),
        Case("thirty-kilobytes.large-1.com TXT +tcp", [r"ANSWER: 120,", r"MSG SIZE +rcvd: 3\d{4}"]),
        Case("-x 23.10.20.1", [NOERROR, r"PTR\s+host-1\.reverse-servers\.net\."]),
        Case("-x 2600:1f00::1", [NXDOMAIN]),
        Case("-x 2600:1f00:1000::a", [NOERROR, r"PTR\s+six-a\.reverse-servers\.net\."]),
        Case("chain-0.alias-one.com A +short", [r"chain-8\.alias-three\.de\.\n23\."]),
        Case(f"www.{zone} A +dnssec", [NOERROR, r"flags: do;"]),
        Case(f"www.{zone} A +ednsopt=65001:abcdef", [NOERROR]),
        Case(f"www.{zone} A +edns=1 +noednsnegotiation", [r"status: BADVERS", r"EDNS: version: 0"]),
        Case(f"www.{zone} A +cookie=0123456789abcdef", [NOERROR] + ([r"COOKIE: 0123456789abcdef[0-9a-f]{16,} \(good\)"] if homing else [])),
        Case(f"{zone} ANY", [NOERROR, r"ANSWER: [1-9]"]),
        Case(f"{zone} A +opcode=15", [r"status: NOTIMP"], local=True),
        Case("version.bind TXT CH", [r"status: REFUSED"] if homing else [r"status: (NOERROR|REFUSED)"], local=True),
        Case("localhost A", [NOERROR, r"127\.0\.0\.1"], local=True),
        Case("-x 127.0.0.1", [r"PTR\s+localhost\."], local=True),
        Case("-x 10.1.2.3", [NXDOMAIN], local=True),
        Case("some.test A", [NXDOMAIN], local=True),
        Case("some.onion A", [NXDOMAIN], local=True),
        Case("www.all-closed.info A +time=11 +tries=1", [SERVFAIL] if homing else ["status: SERVFAIL|timed out"]),
        Case(f"www.{first} A", [r"NOERROR", *www], program="kdig"),
        Case(f"+tcp +keepopen www.{first} A www.{zone} AAAA nope.{zone} A", [r"(?s)NOERROR.*NOERROR.*NXDOMAIN"], program="kdig"),
        Case("https.records-1.net HTTPS", [r'alpn="?h2,h3'], program="kdig"),
        Case("unknown.records-2.net TYPE65280", [r"\\# 4 0A000001"], program="kdig"),
        Case("naptr.records-0.net NAPTR +tcp", [r"SIP\+D2U"], program="kdig"),
    ] + (_signed_cases(first, www, kind) if validates else [])


def _signed_cases(first, www, kind):
    """What is different for who validates; `first` is a signed zone."""
    told = [r"EDE: (6|9) "] if kind != "bind" else []
    return [
        Case(f"www.{first} A +noadflag", [r"flags: qr rd ra;", *www], [r"RRSIG"]),
        Case(f"www.{first} A +dnssec", [r"flags: qr rd ra ad;", r"flags: do;", r"RRSIG\s+A ", *www]),
        Case(f"www.{first} A +dnssec", [r"RRSIG\s+A ", *www], program="kdig"),
        Case(f"nope.{first} A +dnssec", [NXDOMAIN, r"flags: qr rd ra ad;", r"RRSIG\s+SOA ", r"NSEC"]),
        Case("www.dnssec-failed.example A", [SERVFAIL, *told]),
        Case("www.dnssec-failed.example A +cdflag", [NOERROR, r"flags: qr rd ra cd;"]),
    ]


def check(box, verdict):
    everything = cases(box.net, box.kind, box.mode == "validate")
    for case in everything:
        _run(case, box, "127.0.0.1", verdict)
    _run(everything[0], box, "::1", verdict)
    questions = dnsperf.write_questions(box.net, box.directory / "dnsperf.questions")
    for mode in ("udp", "tcp"):
        load = dnsperf.start(box.resolver.port, "-m", mode, "-c", 20, "-q", 100, "-l", DNSPERF_SECONDS, questions=questions)
        report = dnsperf.finish(load)
        verdict.expect(report.lost == 0 and set(report.rcodes) <= {"NOERROR", "NXDOMAIN"}, f"dnsperf over {mode}: {report}")


def _run(case, box, address, verdict):
    command = [case.program, f"@{address}", "-p", str(box.resolver.port), *case.arguments.split()]
    before = network.count()
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    packets, output = network.count() - before, done.stdout + done.stderr
    missing = [pattern for pattern in case.wanted if not re.search(pattern, output)]
    present = [pattern for pattern in case.unwanted if re.search(pattern, output)]
    leaked = case.local and packets
    good = not missing and not present and not leaked
    shown = " ".join(command)
    if good:
        verdict.expect(True, shown)
    else:
        why = [f"without {missing}"] * bool(missing) + [f"with {present}"] * bool(present) + [f"{packets} packets upstream"] * bool(leaked)
        verdict.expect(False, f"{shown}: {', '.join(why)}:\n{output.strip()}", required=box.kind != "bind")  # it has no local names
