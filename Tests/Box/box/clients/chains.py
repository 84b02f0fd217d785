"""Certificates for servers: an authority, and chains of a certificate and its key, in PEM files."""

import base64
import datetime
import hashlib
import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


@dataclass
class Chain:
    chain: Path
    key: Path
    serial: int
    pin: str  # the digest of its public key, as RFC 7858 has it


class Authority:
    def __init__(self, directory, title="The box's authority"):
        directory.mkdir(exist_ok=True)
        self.directory, self._key, self._name = directory, ec.generate_private_key(ec.SECP256R1()), _name(title)
        now = _now()
        self._certificate = (x509.CertificateBuilder().subject_name(self._name).issuer_name(self._name).public_key(self._key.public_key())
                             .serial_number(x509.random_serial_number()).not_valid_before(now - 30 * DAY).not_valid_after(now + 300 * DAY)
                             .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(self._key, hashes.SHA256()))
        self.path = directory / "authority.pem"
        self.path.write_bytes(_pem(self._certificate))

    def issue(self, title, names, addresses=(), until=100 * DAY):
        """A new key and certificate. `until` may be negative: then it has expired."""
        key, now, serial = ec.generate_private_key(ec.SECP256R1()), _now(), x509.random_serial_number()
        alternatives = [*map(x509.DNSName, names), *(x509.IPAddress(ipaddress.ip_address(address)) for address in addresses)]
        certificate = (x509.CertificateBuilder().subject_name(_name(names[0])).issuer_name(self._name).public_key(key.public_key())
                       .serial_number(serial).not_valid_before(now - 20 * DAY).not_valid_after(now + until)
                       .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
                       .add_extension(x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
                       .sign(self._key, hashes.SHA256()))
        chain, secret = self.directory / f"{title}.pem", self.directory / f"{title}.key"
        chain.write_bytes(_pem(certificate) + self.path.read_bytes())
        secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        for path in (chain, secret):
            os.chmod(path, 0o644)  # for daemons that become another user
        public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return Chain(chain, secret, serial, base64.b64encode(hashlib.sha256(public).digest()).decode())


def _now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)
