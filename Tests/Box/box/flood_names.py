"""Writes so many random names for dnsperf: half below a wildcard, half below nothing. No two runs write the same."""

import random
import sys

BATCH = 1000


def write(count):
    draw = random.SystemRandom().getrandbits(64)
    for start in range(0, count, BATCH):
        lines = []
        for index in range(start, min(start + BATCH, count)):
            apex = "flood-none.app" if index & 1 else "flood-wild.app"
            lines.append(f"{(draw + index * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF:016x}.{apex} A\n")
        sys.stdout.write("".join(lines))


if __name__ == "__main__":
    try:
        write(int(sys.argv[1]))
    except BrokenPipeError:  # dnsperf had a time limit
        sys.stderr.close()
