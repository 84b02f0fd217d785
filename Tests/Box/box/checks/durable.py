"""What was acknowledged is on disk: a server that is killed again and again, one whose power is cut, one whose disk fails."""

import errno
import random
import socket
import subprocess
import threading
import time

from ..dynamic import copies, disk, ledger, message, syscalls, tsig, ways
from ..dynamic.peculiar import known
from ..dynamic.server import DynamicServer
from ..dynamic.watcher import Watcher
from ..dynamic.zones import Key, Zone
from ..process import BoxError

KEY = Key("durable-key")
APEXES = tuple(f"durable-{index}.example." for index in range(4))
CLIENTS = 8
SHORTEST, LONGEST = 0.1, 1.0   # seconds between two kills
RESTART = 10                   # seconds within which a server is back
CUTS = 20
TRACED = 300
THOROUGH = 10                  # copies of each zone that are compared at the end


def check(box, verdict):
    if box.kind not in ("homing", "bind", "knot"):
        return verdict.skip(f"{box.kind} has no dynamic zones here")
    _kills(box, verdict, box.options.kills)
    _trace(box, verdict)
    _power_cuts(box, verdict)
    _faults(box, verdict)


def _server(box, title, **options):
    zones = [Zone(apex, grants=(f"grant {KEY.name} zonesub ANY",), transfer=(KEY,)) for apex in APEXES]
    options.setdefault("binary", box.binary)
    return DynamicServer(box.kind, box.directory / title, zones, [KEY], **options)


class Siege:
    """A server, the clients that write to it, and those who watch."""

    def __init__(self, server, directory, seed):
        directory.mkdir(exist_ok=True)
        self.server, self.random = server, random.Random(seed)
        self.clients = [ledger.Client(index, APEXES[index % len(APEXES)], KEY, server.port, directory) for index in range(CLIENTS)]
        self.watchers = [Watcher(server, apex, KEY) for apex in APEXES]
        self.slowest = 0

    def burst(self, seconds):
        """Updates for so long; then the server dies, and everyone stops."""
        stop = threading.Event()
        watching = [threading.Thread(target=watcher.follow, args=(stop,)) for watcher in self.watchers]
        for each in [*self.clients]:
            each.go()
        for thread in watching:
            thread.start()
        time.sleep(seconds)
        alive = self.server.program.running()
        self.server.kill()
        stop.set()
        for client in self.clients:
            client.halt()
        for thread in watching:
            thread.join()
        return alive

    def restart(self, **options):
        begun = time.monotonic()
        self.server.start(patience=RESTART, **options)
        self.slowest = max(self.slowest, time.monotonic() - begun)

    def judge(self, thorough=False):
        """Everything that is wrong with what the server has now."""
        wrong = []
        for watcher in self.watchers:
            records = _addresses(watcher.compare(watcher.some(THOROUGH) if thorough else self._few(watcher)))
            for client in self.clients:
                if client.zone == watcher.apex:
                    wrong += client.judge(records)
            wrong += watcher.wrong
            watcher.wrong.clear()
        return wrong

    def _few(self, watcher):
        """The newest copies, to which changes came that were just written; an older one now and then."""
        late = list(watcher.copies)[-30:]
        return {*late[-2:], *(self.random.sample(late, 1) if late and self.random.random() < 0.2 else ())}

    def end(self):
        for client in self.clients:
            client.end()
        self.server.stop()

    def __str__(self):
        count = lambda word: sum(getattr(client, word) for client in self.clients)
        serials = sum(len(watcher.contents) for watcher in self.watchers)
        transfers = sum(watcher.transfers for watcher in self.watchers)
        ixfr, axfr = (sum(getattr(watcher, word) for watcher in self.watchers) for word in ("incremental", "whole"))
        return (f"{count('acknowledged')} updates acknowledged, {count('unanswered')} unanswered, {count('refused')} failed; "
                f"{serials} serials seen in {transfers} transfers, IXFR compared {ixfr} times ({axfr} more came whole)")


def _addresses(copy):
    """(owner, address) of a zone's A records."""
    found = set()
    for owner, number, _, octets in copy.records:
        if number == 1:
            labels, position = [], 0
            while owner[position]:
                labels.append(owner[position + 1:position + 1 + owner[position]].decode())
                position += 1 + owner[position]
            found.add((".".join(labels) + ".", ".".join(map(str, octets))))
    return found


# --- Killed at random moments ---

def _kills(box, verdict, count):
    siege = Siege(_server(box, "killed"), box.directory / "ledgers-killed", seed=count)
    begun, wrong = time.monotonic(), []
    try:
        siege.restart()
        for turn in range(count):
            siege.burst(siege.random.uniform(SHORTEST, LONGEST))
            if turn % 8 == 7:  # while it reads what it left
                siege.server.start(wait=False)
                time.sleep(siege.random.uniform(0, 0.15))
                siege.server.kill()
            siege.restart()
            found = siege.judge()
            wrong += found
            verdict.count(not found, f"kill {turn + 1}: " + "; ".join(found[:3]))
            if turn % 50 == 49:
                verdict.say(f"{turn + 1} kills after {time.monotonic() - begun:.0f} s")
            if len(wrong) > 20:
                break
        final = siege.judge(thorough=True)
        verdict.count(not final, "at the end: " + "; ".join(final[:3]))
    finally:
        siege.end()
    verdict.expect(not wrong, f"killed {count} times in {time.monotonic() - begun:.0f} s, back within {siege.slowest:.2f} s: {siege}")


# --- What the system was asked for ---

def _trace(box, verdict):
    """A sync begins after each update has come and ends before it is answered."""
    path = box.directory / "trace"
    server = _server(box, "traced", wrapper=[*syscalls.COMMAND, path])
    server.start(patience=60)
    try:
        way = ways.of(server)["UDP"]
        for number in range(TRACED // 3):  # one at a time
            changes = [message.add(f"alone{number}.{APEXES[0]}", "A", "192.0.2.1")]
            verdict.count(ways.send(way, message.update(APEXES[0], changes), KEY) == "NOERROR", "an update of a server that is traced")
        _many_at_once(server, TRACED - TRACED // 3)
    finally:
        server.stop()
    happenings = syscalls.read(path, server.state.resolve())
    early, replies = syscalls.replies_before_sync(happenings)
    syncs = sum(happening.kind == "synced" for happening in happenings)
    verdict.expect(replies >= TRACED * 0.9 and not early,
                   f"traced: of {replies} updates {len(early)} were answered before a sync that began after they came; {syncs} syncs")


def _many_at_once(server, count):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as endpoint:
        endpoint.settimeout(20)
        endpoint.connect(("127.0.0.1", server.port))
        for number in range(count):
            zone = APEXES[number % len(APEXES)]
            endpoint.send(tsig.sign(message.update(zone, [message.add(f"many{number}.{zone}", "A", "192.0.2.1")]), KEY))
            if number % 20 == 19:
                for _ in range(20):
                    endpoint.recv(4096)


# --- Power cuts ---

def _power_cuts(box, verdict):
    """After each, only what was synced is there. A server that does not sync must be found out by the same means."""
    lenient = bool(known(box.kind, "names are synced"))
    lost = _cut(box, verdict, "cut", {}, lenient, CUTS)
    verdict.expect(not lost, f"power cut {CUTS} times: {len(lost)} things wrong: {'; '.join(lost[:3])}")
    lost = _cut(box, verdict, "cut-unsynced", {"says-so": True}, lenient, 3)
    verdict.expect(lost, f"power cut with a disk that does not sync: {len(lost)} things wrong, as it must be: {'; '.join(lost[:2])}")
    if box.options.unsynced_binary:
        lost = _cut(box, verdict, "cut-unsynced-build", {"binary": box.options.unsynced_binary}, lenient, 3)
        verdict.expect(lost, f"power cut with a daemon that does not sync: {len(lost)} things wrong, as it must be: {'; '.join(lost[:2])}")
    elif box.kind == "homing":
        verdict.skip("no daemon that does not sync was given (--unsynced-binary)")


def _cut(box, verdict, title, manner, lenient, count):
    options = {"binary": manner["binary"]} if "binary" in manner else {}
    server = _server(box, title, **options)
    below = disk.Disk(server.state, box.directory / f"disk-{title}", lenient=lenient)
    server.environment = below.environment
    siege, wrong = Siege(server, box.directory / f"ledgers-{title}", seed=title), []
    whole_blocks = known(box.kind, "writes that were not synced")
    try:
        siege.restart()
        if manner.get("says-so"):
            below.fail(disk.SYNC_SAYS_SO, 1)
        for turn in range(count):
            siege.burst(siege.random.uniform(0.3, LONGEST))
            below.cut_power(mixed=siege.random if turn % 2 and not whole_blocks else None)
            try:
                siege.restart()
                wrong += siege.judge()
            except (BoxError, OSError, copies.BadTransfer) as error:
                wrong.append(f"after a power cut: {str(error).splitlines()[0]}")
            if wrong:
                break
        verdict.say(f"{title}: {siege}")
    finally:
        siege.end()
    return wrong


# --- Disks that fail ---

def _faults(box, verdict):
    """Updates fail, nothing changes, questions are answered; when the disk is well again updates go on, with no restart."""
    server = _server(box, "failing")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", server.state], check=True)
    for zone in server.zones:
        server.zone_file(zone).write_text(zone.text())
    below = disk.Disk(server.state, box.directory / "disk-failing", shadowed=False)
    server.environment = below.environment
    server.start()
    try:
        apply = lambda what, error: (lambda: below.fail(what, error))
        cases = [("syncs fail (EIO)", apply(disk.SYNC, errno.EIO), below.heal), ("writes fail (EIO)", apply(disk.WRITE, errno.EIO), below.heal),
                 ("writes fail (ENOSPC)", apply(disk.WRITE, errno.ENOSPC), below.heal),
                 ("it is read-only (EROFS)", lambda: (below.fail(disk.WRITE, errno.EROFS), below.fail(disk.OPEN, errno.EROFS)), below.heal),
                 ("it is full", lambda: _fill(server.state), lambda: (server.state / "filling").unlink())]
        for number, (title, spoil, heal) in enumerate(cases):
            _fail(verdict, server, number, title, spoil, heal)
        wrong = _restarted(server)
        verdict.expect(not wrong, f"a disk that failed: after a kill and a restart everything is as it was {wrong}")
    finally:
        server.stop()
        subprocess.run(["umount", "-l", server.state], check=False)


def _fail(verdict, server, number, title, spoil, heal):
    way, apex = ways.of(server)["UDP"], APEXES[number % len(APEXES)]
    send = lambda word: ways.send(way, message.update(apex, [message.add(f"{word}.{apex}", "A", "192.0.2.1"), message.add(f"{word}-too.{apex}", "TXT", '"' + "x" * 200 + '"')]), KEY)
    excuse = known(server.kind, f"disk: {title}")
    before = send(f"before{number}"), server.serial(apex)
    spoil()
    during = [send(f"during{number}-{index}") for index in range(3 if title != "it is full" else 600)]
    refused = [code for code in during if code != "NOERROR"]
    stood = server.serial(apex)
    answered = ways.look(way, f"before{number}.{apex}", "A")
    seen = [code for index, code in enumerate(during) if (ways.look(way, f"during{number}-{index}.{apex}", "A")[0] == "NOERROR") != (code == "NOERROR")]
    heal()
    deadline = time.monotonic() + 10
    while (after := send(f"after{number}")) != "NOERROR" and time.monotonic() < deadline:
        time.sleep(0.2)
    good = (before[0] == "NOERROR" and refused and set(refused) == {"SERVFAIL"} and not seen and answered == ("NOERROR", ["192.0.2.1"]) and after == "NOERROR"
            and (title == "it is full" or stood == before[1]))
    what = (f"a disk that fails, {title}: {len(refused)} of {len(during)} updates {sorted(set(refused))}, serial {before[1]} then {stood}, "
            f"{len(seen)} that are not as they were said to be, a question {answered[0]}, afterwards {after}")
    if not good and excuse:
        verdict.skip(f"{what} ({excuse})")
    else:
        verdict.expect(good, what)


def _fill(directory):
    with open(directory / "filling", "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


def _restarted(server):
    before = {apex: copies.whole(server, apex, KEY) for apex in APEXES}
    server.kill()
    server.start(patience=RESTART)
    return [copies.difference(copies.whole(server, apex, KEY).records, copy.records) for apex, copy in before.items()
            if copies.whole(server, apex, KEY).records != copy.records]
