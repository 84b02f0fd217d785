"""Clients that write down what they mean to do, do it, and write down what they were told: each in a synced file of its own.

A client works on pairs of names that come and go together, several at once, and on one name that moves. What it knows of a zone is then
a set of facts: must be there, must not be there, or either (nothing was answered before the server died).
"""

import multiprocessing
import os
import select
import socket
import struct
import time

from . import message, tsig

KEPT = 40         # pairs that a client leaves standing; then the oldest goes
AT_ONCE = 4       # updates of a client that wait for their answer
PATIENCE = 3      # seconds; servers that are killed do not answer
ADD, DELETE, MOVE = "add", "delete", "move"


def pair(zone, client, number):
    """The two records that update `number` of a client brings, as (owner, address)."""
    address = f"10.{client}.{number >> 8 & 255}.{number & 255}"
    return ((f"a{number}.c{client}.{zone}", address), (f"b{number}.c{client}.{zone}", address))


def mover(zone, client, number):
    """A name whose two addresses are of one update, whichever."""
    owner = f"moves.c{client}.{zone}"
    return ((owner, f"11.{client}.{number >> 8 & 255}.{number & 255}"), (owner, f"12.{client}.{number >> 8 & 255}.{number & 255}"))


class Client:
    """What the check holds of a client process."""

    def __init__(self, number, zone, key, port, directory):
        self.number, self.zone = number, zone
        self.path = directory / f"ledger-{number}"
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_work, args=(theirs, number, zone, key, port, self.path), daemon=True)
        self._process.start()
        theirs.close()
        self._read = 0
        self.standing = {}   # number of a pair -> True (must be), None (may be)
        self.moved = {0}     # numbers of the move that may be in force, 0 for none
        self.acknowledged = self.unanswered = self.refused = 0

    def go(self):
        self._pipe.send("go")

    def halt(self):
        """Ends the burst, and reads what the ledger says of it. The client waits for what it is told of the zone."""
        self._pipe.send("halt")
        if not self._pipe.poll(30):
            raise RuntimeError("a client hangs")
        self._pipe.recv()
        intents = {}
        with open(self.path) as ledger:
            ledger.seek(self._read)
            for line in ledger:
                words = line.split()
                if words[0] == "intent":
                    intents[int(words[1])] = words[2:]
                else:
                    self._settle(int(words[1]), intents.pop(int(words[1])), words[2])
            self._read = ledger.tell()
        for number, intent in intents.items():
            self._settle(number, intent, "unanswered")

    def _settle(self, number, intent, result):
        kind, subject = intent[0], int(intent[1])
        self.acknowledged += result == "NOERROR"
        self.unanswered += result == "unanswered"
        self.refused += result not in ("NOERROR", "unanswered")
        if result == "NOERROR":
            if kind == ADD:
                self.standing[subject] = True
            elif kind == DELETE:
                self.standing.pop(subject, None)
            else:
                self.moved = {subject}
        elif result == "unanswered":
            if kind == MOVE:
                self.moved.add(subject)
            else:
                self.standing[subject] = None

    def judge(self, records):
        """What is wrong with a zone: `records` are its (owner, address) pairs. What may be either is known from now on."""
        wrong, own = [], {record for record in records if record[0].endswith(f".c{self.number}.{self.zone}")}
        for number, must in list(self.standing.items()):
            wanted = pair(self.zone, self.number, number)
            there = sum(record in own for record in wanted)
            own.difference_update(wanted)
            if there == 1:
                wrong.append(f"half of pair {number} of client {self.number} is there")
            elif must and not there:
                wrong.append(f"pair {number} of client {self.number} was acknowledged and is missing")
            if there == 2:
                self.standing[number] = True
            else:
                del self.standing[number]
        moved = {record for record in own if record[0].startswith("moves.")}
        own -= moved
        possible = {number for number in self.moved if moved == set(mover(self.zone, self.number, number) if number else ())}
        if not possible:
            wrong.append(f"client {self.number} moved to one of {sorted(self.moved)}, and there is {sorted(moved)}")
        self.moved = possible or {0}
        if own:
            wrong.append(f"{len(own)} records of client {self.number} that should have gone: {sorted(own)[:4]}")
        self._pipe.send(sorted(self.standing))
        return wrong

    def end(self):
        self._process.kill()
        self._process.join()


# --- The client's own process ---

def _work(pipe, client, zone, key, port, path):
    number, standing = 0, []
    with open(path, "a") as ledger:
        while True:
            try:
                pipe.recv()
            except EOFError:
                return
            number = _burst(pipe, client, zone, key, port, ledger, number, standing)
            pipe.send("halted")
            standing = pipe.recv()


def _burst(pipe, client, zone, key, port, ledger, number, standing):
    """Updates, until told to stop or the server is gone."""
    endpoint = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    endpoint.connect(("127.0.0.1", port))
    waiting, gone = {}, False  # identifier -> (number, kind, subject, MAC, begun at)
    standing = list(standing)
    moving = False
    while not pipe.poll():
        now = time.monotonic()
        gone = gone or any(now - begun > PATIENCE for *_, begun in waiting.values())
        while not gone and len(waiting) < AT_ONCE:
            number += 1
            kind, subject = ADD, number
            if len(standing) > KEPT:
                kind, subject = DELETE, standing.pop(0)
            elif number % 5 == 0 and not moving:
                kind, moving = MOVE, True
            octets = tsig.sign(_compose(zone, client, kind, subject, number & 0xFFFF), key)
            _write(ledger, f"intent {number} {kind} {subject}")
            waiting[number & 0xFFFF] = (number, kind, subject, tsig.mac_of(octets), now)
            try:
                endpoint.send(octets)
            except ConnectionError:
                gone = True
        readable, _, _ = select.select([endpoint, pipe], [], [], 0.2)
        if endpoint not in readable:
            continue
        try:
            reply = endpoint.recv(4096)
        except ConnectionError:
            gone = True
            continue
        found = waiting.pop(struct.unpack_from("!H", reply)[0], None)
        if found is None:
            continue
        done, kind, subject, mac, _ = found
        code = reply[3] & 15
        try:
            tsig.verify(reply, key, mac)
        except tsig.BadSignature:
            code = 16
        if code == 0:
            _write(ledger, f"answer {done} NOERROR")
            if kind == ADD:
                standing.append(subject)
        else:
            _write(ledger, f"answer {done} RCODE{code}")
        moving = moving and kind != MOVE
    pipe.recv()
    endpoint.close()
    return number


def _compose(zone, client, kind, subject, identifier):
    if kind == MOVE:
        records = mover(zone, client, subject)
        changes = [message.delete(records[0][0], "A"), *(message.add(owner, "A", address) for owner, address in records)]
    elif kind == ADD:
        changes = [message.add(owner, "A", address) for owner, address in pair(zone, client, subject)]
    else:
        changes = [message.delete(owner) for owner, _ in pair(zone, client, subject)]
    return message.update(zone, changes, identifier=identifier)


def _write(ledger, line):
    ledger.write(line + "\n")
    ledger.flush()
    os.fdatasync(ledger.fileno())
