"""Nobody is told what is no longer so: after an acknowledgement the next question sees the change, whatever was cached before."""

import itertools
import subprocess
import threading

from ..attacks import client
from ..dynamic import compile, copies, message, ways
from ..dynamic.server import DynamicServer
from ..dynamic.zones import Key, Zone
from ..internet.dynamic import ALIASES, COUNT, TARGET
from ..process import BoxError, wait_until

KEY = Key("fresh-key")
TRIES = 40       # of each thing that was cached, over each transport
SEEING = 5000    # questions that show that stale answers are seen
OTHER = "fresh-too.example."
LATE = "late.example."


def check(box, verdict):
    if box.kind not in ("homing", "bind"):
        return verdict.skip(f"{box.kind} is not tried with this")
    recursive = box.kind == "homing"
    zones = [Zone(apex, grants=(f"grant {KEY.name} zonesub ANY",), transfer=(KEY,)) for apex in (TARGET, OTHER)]
    server = DynamicServer(box.kind, box.directory / "fresh", zones, [KEY], binary=box.binary,
                           validation=box.usual_validation() if recursive else None)
    server.start()
    try:
        _cached_before(verdict, server, recursive)
        _under_load(box, verdict, server, ALIASES.rstrip(".") if recursive else "-")
        if recursive:
            _created_late(box, verdict, server)
    finally:
        server.stop()


# --- A million questions ---

def _under_load(box, verdict, server, aliases):
    seen = _ask(box, server, SEEING, "-", OTHER, define="BELIEVES_TOO_EARLY")[1]
    verdict.expect(seen != "0", f"of {SEEING} questions of who takes an update for acknowledged when it is sent, {seen} are seen to be stale")
    stop, reader = threading.Event(), _Reader(server)
    thread = threading.Thread(target=reader.read, args=(stop,))
    thread.start()
    try:
        checks, stale, torn, wrong, lost, updates, refused, reconnections, seconds, *told = _ask(box, server, box.options.questions, aliases)
    finally:
        stop.set()
        thread.join()
    verdict.expect(int(checks) >= box.options.questions and stale == torn == wrong == refused == "0" and int(lost) <= int(checks) // 1000,
                   f"{checks} answers in {seconds} s beside {updates} updates: {stale} stale, {torn} of two versions, {wrong} wrong, {lost} lost; "
                   f"{refused} updates refused, {reconnections} connections anew" + "".join(f"\n    {line}" for line in told))
    verdict.expect(reader.count > 10 and not reader.wrong, f"{reader.count} transfers meanwhile, {len(reader.wrong)} of two versions {reader.wrong[:3]}")


def _ask(box, server, questions, aliases, zone=TARGET, **options):
    """What the program counted, as words, and what it complained of."""
    program = compile.program(box.directory, "freshness", "-lssl", "-lcrypto", **options)
    command = [program, server.port, server.tls_port, KEY.name, KEY.secret.hex(), zone, COUNT, questions, aliases]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=1200)
    if done.returncode:
        raise BoxError(f"freshness: {done.stderr.strip()[:1000]}")
    return [*done.stdout.split(), *done.stderr.splitlines()]


class _Reader:
    """Transfers the zone again and again: what one update brought must be there together."""

    def __init__(self, server):
        self.server, self.count, self.wrong = server, 0, []

    def read(self, stop):
        while not stop.wait(0.05):
            try:
                copy = copies.whole(self.server, TARGET, KEY)
            except (copies.BadTransfer, OSError) as error:
                self.wrong.append(str(error))
                continue
            self.count += 1
            seen = {}
            for owner, number, _, octets in copy.records:
                if number == 1 and owner[1:2] in b"fg":
                    seen.setdefault(owner[2:1 + owner[0]], []).append((owner[1:2], octets[0], octets[1:]))
            for label, found in seen.items():
                if {each[:2] for each in found} != {(b"f", 11), (b"f", 12), (b"g", 11)} or len({each[2] for each in found}) != 1 or len(found) != 3:
                    self.wrong.append(f"writer {label.decode()} at serial {copy.serial}: {found}")


# --- What was cached ---

def _cached_before(verdict, server, recursive):
    """Asked for over each transport until it must be in every cache, changed over one, asked for again over all at once."""
    way, stale = ways.of(server), []
    for number, (title, changer) in itertools.product(range(TRIES), way.items()):
        owner = f"cached-{title.lower()}-{number}.{TARGET}"
        names = [(owner, "A"), (f"deep.below.{owner}", "A"), (owner, "TXT")]
        steps = [([], [("NXDOMAIN", []), ("NXDOMAIN", []), ("NXDOMAIN", [])]),
                 ([message.add(owner, "A", "192.0.2.1")], [("NOERROR", ["192.0.2.1"]), ("NXDOMAIN", []), ("NOERROR", [])]),
                 ([message.add(names[1][0], "A", "192.0.2.2"), message.delete(owner, "A"), message.add(owner, "TXT", '"now"')],
                  [("NOERROR", []), ("NOERROR", ["192.0.2.2"]), ("NOERROR", ['"now"'])]),
                 ([message.delete(owner)], [("NOERROR", []), ("NOERROR", ["192.0.2.2"]), ("NOERROR", [])]),
                 ([message.add(f"*.below.{owner}", "A", "192.0.2.3"), message.delete(names[1][0])], [("NOERROR", []), ("NOERROR", ["192.0.2.3"]), ("NOERROR", [])]),
                 ([message.delete(f"*.below.{owner}")], [("NXDOMAIN", []), ("NXDOMAIN", []), ("NXDOMAIN", [])])]
        for changes, wanted in steps:
            if changes and (said := ways.send(changer, message.update(TARGET, changes), KEY)) != "NOERROR":
                stale.append(f"the update was answered {said}")
            for other, asker in way.items():
                found = [ways.look(asker, *each, recursion=recursive) for each in names]
                if found != wanted:
                    stale.append(f"{owner} over {other} after a change over {title}: {found}, not {wanted}")
    verdict.expect(not stale, f"names that were there, were not, and had other types, {TRIES * 3} of them through six changes each: {len(stale)} stale {stale[:3]}")


def _created_late(box, verdict, server):
    """A zone comes to be where public names are cached, those that do not exist too; and goes again."""
    public = box.net.ordinary[3]
    names = [f"www.{public}", f"nope.{public}", f"late.{ALIASES}", f"www.{LATE}"]
    ask = lambda qname: client.ask(server.port, qname, "A")
    for _ in range(10):  # by every worker
        before = [client.said(ask(qname)) for qname in names]
    records = "www 300 IN A 192.0.2.77\nnope 300 IN A 192.0.2.78\n"
    zones = server.zones
    server.zones = [*zones, Zone(public, records), Zone(LATE, records)]
    server.renew()
    wait_until(lambda: server.serial(public) is not None and server.serial(LATE) is not None, 10, f"{public} is held here now", server.program)
    wanted = ["NOERROR 192.0.2.77", "NOERROR 192.0.2.78", "NOERROR 192.0.2.77 www.late.example.", "NOERROR 192.0.2.77"]
    after = [[client.said(ask(qname)) for qname in names] for _ in range(20)]
    wrong = [each for each in after if each != wanted]
    verdict.expect(not wrong, f"a zone created over cached public names: {before}, then {after[0]}; {len(wrong)} of {len(after)} times stale {wrong[:2]}")
    server.zones = zones
    server.renew()
    gone = lambda: [client.said(ask(qname)) for qname in names] == before
    try:
        wait_until(gone, 10, "public names again")
        good = True
    except BoxError:
        good = False
    verdict.expect(good, f"when the zone goes the public names are back: {[client.said(ask(qname)) for qname in names]}")
