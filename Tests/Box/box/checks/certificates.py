"""The certificate files change a hundred times while clients ask over TLS and HTTPS: nobody loses an answer or a connection."""

import os
import signal
import time

from .. import dnsperf, rdata, wire
from ..clients import chains, front, wires
from ..process import wait_until

SWAPS = 100
RATE = 1000          # queries a second of each load; this is no test of speed
STEADY_CONNECTIONS = 20
PATIENCE = 10


def check(box, verdict):
    if box.kind != "homing":
        verdict.skip(f"{box.kind} is not asked encrypted here")
        return
    directory = box.directory / "certificates"
    authority = chains.Authority(directory)
    turns = [authority.issue(title, [front.NAME], front.ADDRESSES) for title in ("one", "two")]
    served = directory / "served.pem", directory / "served.key"
    _put(turns[0], served)
    identity = f"{front.IDENTITY}  certificates:\n    - chain: {served[0]}\n      key: {served[1]}\n"
    resolver = front.open_front(box, extra=identity)
    loads = []
    try:
        questions = dnsperf.write_questions(box.net, directory / "dnsperf.questions")
        query = wire.compose_query(0, box.net.questions[0].qname, rdata.number_of("NS"))
        _expect_serial(authority, turns[0], query)
        steady = [_open(authority, way) for way in range(STEADY_CONNECTIONS)]
        for port, mode in ((front.TLS_PORT, ["-m", "dot"]), (front.HTTPS_PORT, ["-m", "doh", "-O", f"doh-uri=https://127.0.0.1{front.PATH}"])):
            loads.append((mode[1], dnsperf.start(port, *mode, "-c", 5, "-q", 50, "-Q", RATE, "-l", 600, questions=questions)))
        begun, tries = time.monotonic(), 0
        for turn in range(1, SWAPS + 1):
            chain = turns[turn % 2]
            _put(chain, served)
            os.kill(resolver.program.pid, signal.SIGHUP)
            tries += _expect_serial(authority, chain, query)
            for connection in steady:
                connection.ask(query)
        verdict.expect(True, f"{SWAPS} certificates in {time.monotonic() - begun:.1f} s, each shown to one of the next {tries / SWAPS:.1f} "
                             f"connections; {STEADY_CONNECTIONS} old connections were answered after each")
        for connection in steady:
            connection.close()
    except (OSError, EOFError, ValueError) as error:
        verdict.expect(False, f"a connection of our own: {error!r}")
    finally:
        for mode, load in loads:
            load.send_signal(signal.SIGINT)
            report = dnsperf.finish(load)
            verdict.expect(report.lost == 0 and report.reconnections == 0 and report.sent > 0 and set(report.rcodes) <= {"NOERROR", "NXDOMAIN"},
                           f"dnsperf over {mode} meanwhile: {report}; {report.reconnections} connections lost")
        box.drop_resolver()
    errors = [line for line in resolver.program.log.read_text().splitlines() if " warning:" in line or " error:" in line]
    verdict.expect(not errors, f"the log has {len(errors)} warnings {errors[:3]}")


def _put(chain, served):
    """As an ACME client does: each file in one step, the pair not."""
    for source, target in zip((chain.key, chain.chain), reversed(served)):
        new = target.with_suffix(".new")
        new.write_bytes(source.read_bytes())
        os.replace(new, target)


def _open(authority, number):
    if number % 2:
        return wires.Stream(wires.connect(front.TLS_PORT, authority.path, ["dot"]))
    return wires.Streams(wires.connect(front.HTTPS_PORT, authority.path, ["h2"]), "POST", "https")


def _expect_serial(authority, chain, query):
    """Connects until the certificate is shown, and asks on each connection. Returns how many that took."""
    tries = 0

    def shown():
        nonlocal tries
        tries += 1
        with wires.connect(front.TLS_PORT if tries % 2 else front.HTTPS_PORT, authority.path, ["dot"] if tries % 2 else ["h2"]) as connection:
            serial = int(connection.getpeercert()["serialNumber"], 16)
            if tries % 2:
                wires.Stream(connection).ask(query)
            else:
                wires.Streams(connection, "GET", "https").ask(query)
        return serial == chain.serial

    wait_until(shown, PATIENCE, f"clients are shown the certificate with serial {chain.serial:x}")
    return tries
