"""Keys: DNSKEY records, their tags and digests (RFC 4034), and private keys of our own for what no tool signs."""

import hashlib
import math
import os
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, ed448, padding, rsa, utils

from .. import name

ZONE, REVOKED, ENTRY = 0x0100, 0x0080, 0x0001  # flags of a DNSKEY
SHA1, SHA256, SHA384 = 1, 2, 4
DIGESTS = {SHA1: hashlib.sha1, SHA256: hashlib.sha256, SHA384: hashlib.sha384}
UNKNOWN_DIGEST, UNKNOWN_ALGORITHM = 240, 200  # assigned to nobody
PRIVATE_ALGORITHM = 253                       # PRIVATEDNS: the key begins with a name

RSA_HASHES = {5: hashes.SHA1, 7: hashes.SHA1, 8: hashes.SHA256, 10: hashes.SHA512}
CURVES = {13: (ec.SECP256R1, hashes.SHA256, 32), 14: (ec.SECP384R1, hashes.SHA384, 48)}
EDWARDS = {15: ed25519.Ed25519PrivateKey, 16: ed448.Ed448PrivateKey}
SIGNATURE_OF_NO_ALGORITHM = 64                # octets


@dataclass
class Key:
    """A DNSKEY of the zone `owner`."""
    owner: tuple
    flags: int
    algorithm: int
    public: bytes
    protocol: int = 3
    private: object = None  # one of ours, or where a tool keeps it

    @property
    def is_entry(self):
        return bool(self.flags & ENTRY)

    def rdata(self):
        return self.flags.to_bytes(2, "big") + bytes((self.protocol, self.algorithm)) + self.public

    def tag(self):
        """RFC 4034, Appendix B."""
        octets = self.rdata()
        total = sum(octet if index & 1 else octet << 8 for index, octet in enumerate(octets))
        return total + (total >> 16) & 0xFFFF

    def ds(self, digest=SHA256, right=True):
        """RDATA of the parent's DS; a wrong one has another digest."""
        octets = name.wire(name.lower(self.owner)) + self.rdata()
        hashed = DIGESTS[digest](octets).digest() if digest in DIGESTS else hashlib.sha512(octets).digest()[:40]
        if not right:
            hashed = bytes(octet ^ 0x5A for octet in hashed)
        return self.tag().to_bytes(2, "big") + bytes((self.algorithm, digest)) + hashed

    def sign(self, octets):
        if self.algorithm in RSA_HASHES:
            return self.private.sign(octets, padding.PKCS1v15(), RSA_HASHES[self.algorithm]())
        if self.algorithm in CURVES:
            _, hashing, size = CURVES[self.algorithm]
            r, s = utils.decode_dss_signature(self.private.sign(octets, ec.ECDSA(hashing())))
            return r.to_bytes(size, "big") + s.to_bytes(size, "big")
        if self.algorithm in EDWARDS:
            return self.private.sign(octets)
        return os.urandom(SIGNATURE_OF_NO_ALGORITHM)


def generate(owner, algorithm, flags=ZONE, bits=2048, exponent=65537):
    if algorithm in RSA_HASHES:
        private = _generate_rsa(bits, exponent)
        return Key(owner, flags, algorithm, rsa_public(private.public_key().public_numbers().n, exponent), private=private)
    if algorithm in CURVES:
        curve, _, size = CURVES[algorithm]
        private = ec.generate_private_key(curve())
        numbers = private.public_key().public_numbers()
        return Key(owner, flags, algorithm, numbers.x.to_bytes(size, "big") + numbers.y.to_bytes(size, "big"), private=private)
    if algorithm in EDWARDS:
        private = EDWARDS[algorithm].generate()
        public = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return Key(owner, flags, algorithm, public, private=private)
    if algorithm == PRIVATE_ALGORITHM:
        return Key(owner, flags, algorithm, name.wire(name.parse("algorithm.example.")) + os.urandom(32))
    return Key(owner, flags, algorithm, os.urandom(64))


def _generate_rsa(bits, exponent):
    """The library makes keys with the usual exponent only: others are worked out from the primes of one."""
    while True:
        usual = rsa.generate_private_key(65537, bits)
        numbers = usual.private_numbers()
        order = (numbers.p - 1) * (numbers.q - 1)
        if exponent == 65537:
            return usual
        if math.gcd(exponent, order) == 1:
            d = pow(exponent, -1, order)
            return rsa.RSAPrivateNumbers(
                numbers.p, numbers.q, d, d % (numbers.p - 1), d % (numbers.q - 1), numbers.iqmp,
                rsa.RSAPublicNumbers(exponent, numbers.p * numbers.q)).private_key()


def rsa_public(modulus, exponent):
    """RFC 3110."""
    size = (exponent.bit_length() + 7) // 8
    length = bytes((size,)) if size < 256 else b"\0" + size.to_bytes(2, "big")
    return length + exponent.to_bytes(size, "big") + modulus.to_bytes((modulus.bit_length() + 7) // 8, "big")
