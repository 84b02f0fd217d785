"""A signed zone file as a list of records: the three tools write one record a line, each in its own fashion."""

import re
from dataclasses import dataclass

from .. import name

LINE = re.compile(r"(?P<owner>[^\s;]\S*)\s+(?P<ttl>\d+)\s+(?:IN\s+)?(?P<type>[A-Z]\w*)\s+(?P<text>.*)")


@dataclass(slots=True)
class Record:
    owner: tuple
    ttl: int
    type: str
    text: str

    def covers(self):
        """Of an RRSIG, the type that it signs."""
        return self.text.split()[0] if self.type == "RRSIG" else None

    def is_of(self, owner, type_text):
        """Whether this is one of the RRset, or a signature of it."""
        return name.lower(self.owner) == owner and type_text in (self.type, self.covers())


def read(path):
    matched = (LINE.match(line) for line in path.read_text().splitlines())
    return [Record(name.parse(match["owner"]), int(match["ttl"]), match["type"], match["text"]) for match in matched if match]


def write(path, records):
    path.write_text("".join(f"{name.show(record.owner)} {record.ttl} IN {record.type} {record.text}\n" for record in records))
