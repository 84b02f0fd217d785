"""RDATA: master-file text to wire, and wire to one canonical text, so that two answers compare as strings.

Each known type is a row of fields; everything else is RFC 3597's `\\# length hex`.
"""

import ipaddress
import re
import struct

from . import name

NUMBERS = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "HINFO": 13, "MX": 15, "TXT": 16, "RP": 17, "AAAA": 28, "LOC": 29,
    "SRV": 33, "NAPTR": 35, "DNAME": 39, "OPT": 41, "DS": 43, "SSHFP": 44, "DNSKEY": 48, "TLSA": 52, "SPF": 99,
    "RRSIG": 46, "NSEC": 47, "NSEC3": 50, "NSEC3PARAM": 51,
    "SVCB": 64, "HTTPS": 65, "URI": 256, "CAA": 257, "KEY": 25, "DHCID": 49,
    "TKEY": 249, "TSIG": 250, "IXFR": 251, "AXFR": 252, "MAILB": 253, "MAILA": 254, "ANY": 255,
}
TYPES = {number: text for text, number in NUMBERS.items()}

FIELDS = {
    "A": ["ipv4"], "AAAA": ["ipv6"],
    "NS": ["name"], "CNAME": ["name"], "DNAME": ["name"], "PTR": ["name"],
    "SOA": ["name", "name", "u32", "u32", "u32", "u32", "u32"],
    "MX": ["u16", "name"], "RP": ["name", "name"],
    "TXT": ["strings"], "SPF": ["strings"], "HINFO": ["string", "string"],
    "SRV": ["u16", "u16", "u16", "name"],
    "NAPTR": ["u16", "u16", "string", "string", "string", "name"],
    "CAA": ["u8", "tag", "rest"], "URI": ["u16", "u16", "rest"],
    "DS": ["u16", "u8", "u8", "hex"], "SSHFP": ["u8", "u8", "hex"], "TLSA": ["u8", "u8", "u8", "hex"],
    "SVCB": ["u16", "name", "parameters"], "HTTPS": ["u16", "name", "parameters"],
}
INTEGERS = {"u8": "!B", "u16": "!H", "u32": "!I"}
SERVICE_KEYS = {"alpn": 1, "no-default-alpn": 2, "port": 3, "ipv4hint": 4, "ipv6hint": 6}


def number_of(type_text):
    return NUMBERS[type_text] if type_text in NUMBERS else int(type_text.removeprefix("TYPE"))


def type_of(number):
    return TYPES.get(number, f"TYPE{number}")


def compile(type_text, text):
    """The wire form of master-file `text`, names absolute and uncompressed."""
    if text.startswith("\\#"):
        return bytes.fromhex("".join(text.split()[2:]))
    words = [_unquote(word) for word in re.findall(r'"(?:\\.|[^"\\])*"|\S+', text)]
    wire = b""
    for field in FIELDS[type_text]:
        if field in ("strings", "parameters", "hex"):
            return wire + _compile_rest(field, words)
        wire += _compile_field(field, words.pop(0))
    return wire


def _unquote(word):
    return re.sub(r"\\(.)", r"\1", word[1:-1]) if word.startswith('"') else word


def _compile_field(field, word):
    if field in INTEGERS:
        return struct.pack(INTEGERS[field], int(word))
    if field == "name":
        return name.wire(name.parse(word))
    if field in ("ipv4", "ipv6"):
        return ipaddress.ip_address(word).packed
    octets = word.encode("latin-1")
    return octets if field == "rest" else bytes((len(octets),)) + octets


def _compile_rest(field, words):
    if field == "hex":
        return bytes.fromhex("".join(words))
    if field == "strings":
        return b"".join(_compile_field("string", word) for word in words)
    parameters = sorted(_compile_parameter(word) for word in words)
    return b"".join(struct.pack("!HH", key, len(value)) + value for key, value in parameters)


def _compile_parameter(word):
    key, _, value = word.partition("=")
    if key == "port":
        return 3, struct.pack("!H", int(value))
    if key == "alpn":
        return 1, b"".join(_compile_field("string", protocol) for protocol in value.split(","))
    if key in ("ipv4hint", "ipv6hint"):
        return SERVICE_KEYS[key], b"".join(ipaddress.ip_address(address).packed for address in value.split(","))
    if key.startswith("key"):
        return int(key[3:]), value.encode("latin-1")
    return SERVICE_KEYS[key], b""


def show(number, message, start, end, read_name):
    """Canonical text of the RDATA at `message[start:end]`; `read_name(message, offset)` follows compression.

    Names come out in lower case, since neither case nor compression is part of an answer's meaning.
    """
    fields = FIELDS.get(type_of(number))
    if fields is None:
        return _show_unknown(message[start:end])
    words, position = [], start
    for field in fields:
        if field == "name":
            target, position = read_name(message, position)
            words.append(name.show(name.lower(target)))
        elif field in INTEGERS:
            words.append(str(struct.unpack_from(INTEGERS[field], message, position)[0]))
            position += struct.calcsize(INTEGERS[field])
        elif field in ("string", "tag"):
            length = message[position]
            words.append(_quote(message[position + 1:position + 1 + length]))
            position += 1 + length
        elif field == "strings":
            while position < end:
                length = message[position]
                words.append(_quote(message[position + 1:position + 1 + length]))
                position += 1 + length
        elif field in ("ipv4", "ipv6"):
            words.append(str(ipaddress.ip_address(bytes(message[position:end]))))
            position = end
        else:
            rest = bytes(message[position:end])
            words.append(_quote(rest) if field == "rest" else rest.hex())
            position = end
    if position != end:
        raise ValueError(f"RDATA of type {type_of(number)} does not end where its length says")
    return " ".join(words)


def _show_unknown(octets):
    return f"\\# {len(octets)} {bytes(octets).hex()}".rstrip()


def _quote(octets):
    plain = "".join(chr(octet) if 0x20 <= octet <= 0x7E and octet not in b'"\\' else f"\\{octet:03d}" for octet in octets)
    return f'"{plain}"'
