"""Runs dnsperf and reads its report."""

import re
import subprocess
import sys
from dataclasses import dataclass

from . import name
from .process import BoxError


@dataclass
class Report:
    sent: int
    completed: int
    lost: int
    per_second: float
    average_latency: float
    rcodes: dict
    reconnections: int
    text: str

    def __str__(self):
        codes = ", ".join(f"{count} {rcode}" for rcode, count in self.rcodes.items())
        return (f"{self.completed} of {self.sent} answered, {self.lost} lost, {self.per_second:.0f} a second, "
                f"{self.average_latency * 1000:.2f} ms on average; {codes}")


def write_questions(net, path):
    """The everyday names: dnsperf does not read the odd ones. A zero TTL among them keeps the way upstream in use."""
    shapes = ("ordinary", "glueless", "ttl", "wildcard", "cname-across", "chain-of-8", "reverse")
    lines = [f"{name.show(question.qname)} {question.qtype}\n" for question in net.questions
             if question.kind == "normal" and question.shape in shapes and "\\" not in name.show(question.qname)]
    path.write_text("".join(lines))
    return path


def start(port, *options, questions=None, names=None, output=subprocess.PIPE):
    """Asks the questions of a file over and over, or `names` random names once. Returns the process, whose output may go to an open file."""
    command = ["dnsperf", "-s", "127.0.0.1", "-p", str(port), "-f", "inet", "-W", *map(str, options)]
    if questions:
        return subprocess.Popen([*command, "-d", str(questions)], stdin=subprocess.DEVNULL, text=True,
                                stdout=output, stderr=subprocess.STDOUT)
    source = subprocess.Popen([sys.executable, "-m", "box.flood_names", str(names)], stdout=subprocess.PIPE)
    process = subprocess.Popen([*command, "-n", "1"], stdin=source.stdout, text=True, stdout=output, stderr=subprocess.STDOUT)
    source.stdout.close()
    return process


def finish(process):
    text, _ = process.communicate()
    return parse(text)


def parse(text):
    """The report at the end of its output."""
    try:
        number = lambda pattern: re.search(pattern, text).group(1)
        rcodes = re.findall(r"(\w+) (\d+) \(", number(r"Response codes: +(.*)"))
        return Report(int(number(r"Queries sent: +(\d+)")), int(number(r"Queries completed: +(\d+)")), int(number(r"Queries lost: +(\d+)")),
                      float(number(r"Queries per second: +([\d.]+)")), float(number(r"Average Latency \(s\): +([\d.]+)")),
                      {rcode: int(count) for rcode, count in rcodes},
                      int((re.search(r"Reconnections: +(\d+)", text) or [0, 0])[1]), text)
    except AttributeError:
        raise BoxError("dnsperf said something unexpected:\n" + text[-2000:]) from None
