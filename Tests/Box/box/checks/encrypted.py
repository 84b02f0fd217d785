"""The clients that people use encrypted: each resolves names through Homing, and holds it to its certificate where it can."""

import base64
import re
import socket
import ssl

from .. import dnsperf, name, network, rdata, stub, wire
from ..clients import browser, command, front, library, stubs
from ..clients.page import TEXT, Page
from ..model import Question

LOAD_SECONDS, REQUESTS = 3, 10_000
CURL = ["curl", "--silent", "--show-error", "--max-time", "20"]
DISCOVERY = Question(name.parse("_dns.resolver.arpa."), "SVCB", "")


def check(box, verdict):
    if box.kind != "homing":
        verdict.skip(f"{box.kind} is not asked encrypted here")
        return
    _undiscovered(box, verdict)
    resolver = front.open_front(box)
    try:
        authority = front.authority(box, resolver)
        questions = [question for question in box.net.questions if question.shape == "ordinary" and question.kind == "normal"
                     and question.qtype == "A" and question.qname[0] == b"www"]
        first = questions[0]
        addresses = [record.split()[-1] for record in first.answer]
        message = box.directory / "query.dns"
        message.write_bytes(wire.compose_query(0, first.qname, rdata.number_of("A"), payload=0))
        _discovered(box, verdict, authority)
        _kdig_and_dig(verdict, authority, name.show(first.qname), addresses)
        _curl(box, verdict, authority, message, addresses)
        _http2_tools(verdict, message)
        library.check(verdict, str(authority), name.show(first.qname), addresses)
        stubs.check(box, verdict, authority, questions[:100])
        _chromium(box, verdict, authority)
        _load(box, verdict)
    finally:
        box.drop_resolver()


def _kdig_and_dig(verdict, authority, qname, addresses):
    wanted = [re.escape(address) for address in addresses]
    trust = [f"+tls-ca={authority}", f"+tls-hostname={front.NAME}"]
    answered = [r"status: NOERROR", *wanted]
    for server in front.ADDRESSES:
        command.expect(verdict, ["kdig", f"@{server}", "+tls", *trust, qname, "A"], [*answered, r"TLS1\.3", r"PADDING", r"Received 468 B"])
        command.expect(verdict, ["kdig", f"@{server}", "+https", *trust, qname, "A"], [*answered, r"HTTP/2-POST.*status: 200"])
    at = ["@127.0.0.1"]
    command.expect(verdict, ["kdig", *at, "+https-get", *trust, qname, "A"], [*answered, r"HTTP/2-GET.*status: 200"])
    command.expect(verdict, ["kdig", *at, "+tls", "+keepopen", *trust, qname, "A", "nope." + qname, "A", qname, "AAAA"],
                   [r"(?s)NOERROR.*NXDOMAIN.*NOERROR"])
    command.expect(verdict, ["kdig", *at, "+tls", f"+tls-ca={authority}", "+tls-hostname=other.example", qname, "A"], [], answered[:1], status=None)
    command.expect(verdict, ["kdig", *at, "+tls", "+tls-ca", f"+tls-hostname={front.NAME}", qname, "A"], [], answered[:1], status=None)
    command.expect(verdict, ["dig", *at, "+tls", *trust, qname, "A"], [*answered, r"SERVER: .*\(TLS\)"])
    command.expect(verdict, ["dig", *at, "+tls", *trust, qname, "A", "+dnssec"], [*answered, r"RRSIG"])
    command.expect(verdict, ["dig", *at, "+https", *trust, qname, "A"], [*answered, r"SERVER: .*\(HTTPS\)"])
    command.expect(verdict, ["dig", *at, "+https-get", *trust, qname, "A"], [*answered, r"SERVER: .*\(HTTPS-GET\)"])
    for way, said in (("+http-plain", "HTTP"), ("+http-plain-get", "HTTP-GET")):
        command.expect(verdict, ["dig", *at, "-p", front.HTTP_PORT, way, qname, "A"], [*answered, rf"SERVER: .*\({said}\)"])
    command.expect(verdict, ["dig", *at, "+tls", f"+tls-ca={authority}", "+tls-hostname=other.example", "+time=5", "+tries=1", qname, "A"],
                   [], answered[:1], status=None)


def _curl(box, verdict, authority, message, addresses):
    host = box.net.zones[name.parse("records-0.net.")].servers[0]
    url, resolver = f"http://{name.show(host.name).rstrip('.')}/", f"https://127.0.0.1{front.PATH}"
    with Page(host):
        command.expect(verdict, [*CURL, "--doh-url", resolver, "--cacert", authority, url], [re.escape(TEXT)])
        command.expect(verdict, [*CURL, "--doh-url", resolver, url], [], [re.escape(TEXT)], status=6)
    named = [*CURL, "--include", "--cacert", authority, "--resolve", f"{front.NAME}:443:127.0.0.1", "--output", box.directory / "curl.reply"]
    query = f"https://{front.NAME}{front.PATH}?dns=" + base64.urlsafe_b64encode(message.read_bytes()).rstrip(b"=").decode()
    post = ["--header", "Content-Type: application/dns-message", "--data-binary", f"@{message}", f"https://{front.NAME}{front.PATH}"]
    for version in ("--http1.1", "--http2"):
        for words in ([query], post):
            command.expect(verdict, [*named, version, *words])
            _reply_of_curl(box, verdict, addresses, "HTTP/2" if version == "--http2" else "HTTP/1.1")


def _reply_of_curl(box, verdict, addresses, version):
    headers, _, body = (box.directory / "curl.reply").read_bytes().partition(b"\r\n\r\n")
    fields = headers.decode().lower()
    good = fields.startswith(f"{version.lower()} 200") and "content-type: application/dns-message" in fields and "max-age=" in fields
    found = sorted(record.text for record in wire.parse(body).answer)
    verdict.expect(good and found == sorted(addresses), f"what curl got over {version}: {found}; {fields.splitlines()}")


def _http2_tools(verdict, message):
    query = front.PATH + "?dns=" + base64.urlsafe_b64encode(message.read_bytes()).rstrip(b"=").decode()
    secure, clear = "https://127.0.0.1", f"http://127.0.0.1:{front.HTTP_PORT}"
    for base in (secure, clear):
        command.expect(verdict, ["nghttp", "-v", "-n", base + query], [r":status: 200", r"content-type: application/dns-message", r"END_STREAM"],
                       [r"RST_STREAM"])
    posted = ["-d", message, "-H", "content-type: application/dns-message"]
    for words in ([secure + query], [*posted, secure + front.PATH], ["--h1", secure + query], [clear + query], ["--h1", *posted, clear + front.PATH]):
        at_once = 1 if "--h1" in words else 50
        command.expect(verdict, ["h2load", "-n", REQUESTS, "-c", 8, "-m", at_once, *words],
                       [rf"{REQUESTS} succeeded, 0 failed, 0 errored, 0 timeout", rf"status codes: {REQUESTS} 2xx, 0 3xx, 0 4xx, 0 5xx"])


def _chromium(box, verdict, authority):
    host = box.net.zones[name.parse("records-0.net.")].servers[0]
    text, known = re.escape(TEXT), name.show(host.name).rstrip(".")
    template = f"https://127.0.0.1{front.PATH}"
    trusting = browser.make_home(box.directory / "home-trusting", authority)
    doubting = browser.make_home(box.directory / "home-doubting")
    with Page(host):
        browser.open_page(verdict, trusting, template + "{?dns}", f"http://{known}/", [text])
        browser.open_page(verdict, trusting, template, f"http://{known}/", [text])  # without a variable it is POST
        browser.open_page(verdict, trusting, template, f"http://nope.{known}/", [r"ERR_NAME_NOT_RESOLVED"], [text])
        browser.open_page(verdict, doubting, template, f"http://{known}/", [r"ERR_NAME_NOT_RESOLVED"], [text])


def _load(box, verdict):
    questions = dnsperf.write_questions(box.net, box.directory / "dnsperf.questions")
    url = f"doh-uri=https://127.0.0.1{front.PATH}"
    for port, options in ((front.TLS_PORT, ["-m", "dot"]), (front.HTTPS_PORT, ["-m", "doh", "-O", url, "-O", "doh-method=GET"]),
                          (front.HTTPS_PORT, ["-m", "doh", "-O", url, "-O", "doh-method=POST"])):
        report = dnsperf.finish(dnsperf.start(port, *options, "-c", 10, "-q", 100, "-l", LOAD_SECONDS, questions=questions))
        verdict.expect(report.lost == 0 and report.reconnections == 0 and set(report.rcodes) <= {"NOERROR", "NXDOMAIN"},
                       f"dnsperf {' '.join(options)}: {report}")


def _undiscovered(box, verdict):
    """Where nothing is encrypted there is nothing to discover, and nobody else is asked."""
    port = box.renew_resolver(listen="").port
    network.settle()
    before = network.count()
    outcome, = stub.ask_all([DISCOVERY], port)
    packets = network.count() - before
    verdict.expect((outcome.rcode, outcome.answer, packets) == ("NOERROR", [], 0),
                   f"discovery without anything encrypted: {outcome.rcode} {outcome.answer} {packets} packets upstream")


def _discovered(box, verdict, authority):
    """RFC 9462: what is told in cleartext is what listens, and can be believed by its certificate."""
    port = box.resolver.port
    outcome, = stub.ask_all([DISCOVERY], port)
    told = sorted(record.text for record in outcome.reply.answer) if outcome.reply else []
    added = sorted(map(str, outcome.reply.additional)) if outcome.reply else []
    hints = " ".join(["ipv4hint=127.0.0.1", "ipv6hint=::1"])
    wanted = [rf"1 {re.escape(front.NAME)}\.? alpn=\"?dot\"? {hints}",
              rf"2 {re.escape(front.NAME)}\.? alpn=\"?h2,http/1\.1\"? {hints} (key7|dohpath)=\"?{front.PATH}{{\?dns}}\"?"]
    for words in (["kdig"], ["dig", "+noall", "+answer"]):
        command.expect(verdict, [*words, "@127.0.0.1", "-p", port, "_dns.resolver.arpa", "SVCB"], wanted)
    verdict.expect(len(told) == 2 and added == [f"{front.NAME}. A 127.0.0.1", f"{front.NAME}. AAAA ::1"], f"discovery: {told}; {added}")
    command.expect(verdict, ["dig", "@127.0.0.1", "-p", port, "_dns.resolver.arpa", "A"], [r"status: NOERROR", r"ANSWER: 0"])
    trusting = ssl.create_default_context(cafile=authority)
    for server in front.ADDRESSES:  # a client compares the certificate with the address that it asked (§4.2)
        for number in (front.TLS_PORT, front.HTTPS_PORT):
            try:
                with socket.create_connection((server, number), timeout=5) as plain, trusting.wrap_socket(plain, server_hostname=server) as secured:
                    verdict.expect(True, f"{server} port {number} proves its address: {secured.version()}")
            except OSError as error:
                verdict.expect(False, f"{server} port {number} does not prove its address: {error}")
