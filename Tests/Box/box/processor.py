"""Processor time that the kernel has charged to a process and to the children that it has."""

import os
from dataclasses import dataclass

TICKS = os.sysconf("SC_CLK_TCK")  # a second, as /proc counts them


@dataclass(frozen=True)
class Reading:
    """`exact` in seconds. The ticks only tell how it falls to the process's own work and to the kernel's: a tick goes whole to whoever it meets."""
    exact: float
    user_ticks: int
    system_ticks: int

    def __add__(self, other):
        return Reading(self.exact + other.exact, self.user_ticks + other.user_ticks, self.system_ticks + other.system_ticks)

    def since(self, earlier):
        """Seconds of user and of system time."""
        spent, user, system = self.exact - earlier.exact, self.user_ticks - earlier.user_ticks, self.system_ticks - earlier.system_ticks
        share = user / (user + system) if user + system > 0 else 1
        return spent * share, spent * (1 - share)


def read(*roots):
    """Of these processes, their threads, their children, and children that have ended."""
    total = Reading(0, 0, 0)
    for pid in roots:
        total += _read_one(pid)
    return total


def _read_one(pid):
    tasks = f"/proc/{pid}/task"
    running, children = 0, []
    for task in os.listdir(tasks):
        try:
            running += int(open(f"{tasks}/{task}/schedstat").read().split()[0])
            children += map(int, open(f"{tasks}/{task}/children").read().split())
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has ended since
    # Fields 14 to 17 (proc(5)), after the name in brackets, which may hold anything.
    user, system, ended_user, ended_system = map(int, open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[11:15])
    reading = Reading(running / 1e9 + (ended_user + ended_system) / TICKS, user + ended_user, system + ended_system)
    for child in children:
        try:
            reading += _read_one(child)
        except (FileNotFoundError, ProcessLookupError):
            pass
    return reading


def resident(*pids):
    """Resident memory in octets."""
    return sum(_resident(pid) for pid in pids)


def _resident(pid):
    lines = open(f"/proc/{pid}/status").read().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))
