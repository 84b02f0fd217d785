"""Zone keys made from seeds, so that each run makes the same ones and the same signatures."""

import base64
import functools
import hashlib
import random

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa, utils

from .records import name_wire

RSA = {5: hashes.SHA1(), 7: hashes.SHA1(), 8: hashes.SHA256(), 10: hashes.SHA512()}
CURVES = {13: (ec.SECP256R1(), hashes.SHA256(), 32), 14: (ec.SECP384R1(), hashes.SHA384(), 48)}
ORDERS = {
    13: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    14: int("F" * 48 + "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16),
}
DIGESTS = {1: hashlib.sha1, 2: hashlib.sha256, 4: hashlib.sha384}
SEP, ZONE, REVOKED = 1, 256, 128


@functools.cache
def private_key(seed, algorithm, bits):
    material = hashlib.shake_256(f"{seed}/{algorithm}".encode()).digest(64)
    if algorithm in RSA:
        return rsa_key(material, bits)
    if algorithm in CURVES:
        secret = int.from_bytes(material, "big") % (ORDERS[algorithm] - 1) + 1
        return ec.derive_private_key(secret, CURVES[algorithm][0])
    if algorithm == 15:
        return ed25519.Ed25519PrivateKey.from_private_bytes(material[:32])
    if algorithm == 16:
        return ed448.Ed448PrivateKey.from_private_bytes(material[:57])
    raise ValueError(f"no keys of algorithm {algorithm}")


def word_sum(octets):
    return sum(octet << 8 if index % 2 == 0 else octet for index, octet in enumerate(octets))


def folded(total):
    return (total + (total >> 16 & 0xFFFF)) & 0xFFFF


class Key:
    """One key pair. `publish_as` is the algorithm number that the DNSKEY record claims."""

    def __init__(self, seed, algorithm=13, flags=ZONE | SEP, protocol=3, bits=1024, publish_as=None):
        self.algorithm = algorithm
        self.flags = flags
        self.protocol = protocol
        self.number = publish_as or algorithm
        self.private = private_key(seed, algorithm, bits)
        self.public = self.public_octets()

    def public_octets(self):
        public = self.private.public_key()
        if self.algorithm in RSA:
            numbers = public.public_numbers()
            exponent = numbers.e.to_bytes((numbers.e.bit_length() + 7) // 8, "big")
            return bytes([len(exponent)]) + exponent + numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
        if self.algorithm in CURVES:
            numbers, size = public.public_numbers(), CURVES[self.algorithm][2]
            return numbers.x.to_bytes(size, "big") + numbers.y.to_bytes(size, "big")
        return public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)

    @property
    def wire(self):
        return self.flags.to_bytes(2, "big") + bytes([self.protocol, self.number]) + self.public

    @property
    def text(self):
        return f"{self.flags} {self.protocol} {self.number} {base64.b64encode(self.public).decode()}"

    @property
    def tag(self):
        """RFC 4034 §B."""
        return folded(word_sum(self.wire))

    def ds(self, owner, digest=2):
        """The DS record's text; a digest type that nobody knows gets octets of no meaning."""
        make = DIGESTS.get(digest, hashlib.sha256)
        return f"{self.tag} {self.number} {digest} {make(name_wire(owner) + self.wire).hexdigest()}"

    def sign(self, data):
        if self.algorithm in RSA:
            return self.private.sign(data, padding.PKCS1v15(), RSA[self.algorithm])
        if self.algorithm in CURVES:
            _, hash, size = CURVES[self.algorithm]
            r, s = utils.decode_dss_signature(self.private.sign(data, ec.ECDSA(hash, deterministic_signing=True)))
            return r.to_bytes(size, "big") + s.to_bytes(size, "big")
        return self.private.sign(data)


class JunkKey:
    """Octets in the shape of a key with a chosen tag; nobody can sign with it."""

    def __init__(self, seed, tag, algorithm=8, flags=ZONE, size=68):
        self.algorithm = self.number = algorithm
        self.flags, self.protocol = flags, 3
        octets = bytearray(hashlib.shake_256(f"junk {seed}".encode()).digest(size))
        if algorithm in RSA:
            octets[0:4] = b"\x03\x01\x00\x01"
            octets[4] |= 0x80
            octets[-1] |= 1
        # The tag is a sum of 16-bit words: one word in the middle makes it what it should be.
        octets[32:34] = b"\0\0"
        self.public = bytes(octets)
        rest = word_sum(self.wire)
        word = next(w for w in range(65536) if folded(rest + w) == tag)
        octets[32:34] = word.to_bytes(2, "big")
        self.public = bytes(octets)

    wire, text, tag, ds = Key.wire, Key.text, Key.tag, Key.ds

    def sign(self, data):
        size = 64 if self.algorithm not in RSA else len(self.public) - 4
        return hashlib.shake_256(self.public + data).digest(size)


def rsa_key(material, bits):
    """Primes by Miller and Rabin from a seeded generator: good for tests alone."""
    source = random.Random(material)
    half, e = bits // 2, 65537
    while True:
        p, q = prime(source, half), prime(source, half)
        if p != q and (p * q).bit_length() == bits and (p - 1) % e and (q - 1) % e:
            break
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), rsa.RSAPublicNumbers(e, p * q))
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def prime(source, bits):
    while True:
        candidate = source.getrandbits(bits) | 3 << bits - 2 | 1
        if all(candidate % small for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31)) and all(
            passes(candidate, source.randrange(2, candidate - 1)) for _ in range(20)
        ):
            return candidate


def passes(n, base):
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    x = pow(base, odd, n)
    if x in (1, n - 1):
        return True
    for _ in range(twos - 1):
        x = x * x % n
        if x == n - 1:
            return True
    return False


def colliding_keys(seed, algorithm=15, flags=ZONE | SEP):
    """Two real keys with one tag."""
    seen = {}
    number = 0
    while True:
        key = Key(f"{seed} {number}", algorithm, flags)
        if key.tag in seen:
            return seen[key.tag], key
        seen[key.tag] = key
        number += 1
