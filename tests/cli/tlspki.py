# SPDX-License-Identifier: Apache-2.0
"""Certificates of every kind that a verifier has to tell apart, made when they are first asked for.

    pki().leaf("good").certificate      the leaf alone, PEM
    pki().leaf("good").chain            what the server sends: leaf and intermediate
    pki().root                          what --ca is given

All are made with the openssl tool: a root, an intermediate below it, leaves below
that. NAME is what the good ones are made out to.
"""
import atexit
import dataclasses
import datetime
import functools
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading

NAME = "pop.popseal.test"
OTHER = "other.popseal.test"

CONFIG = """
[ca]
default_ca = here
[here]
dir = {folder}
database = {folder}/{ca}.index
serial = {folder}/{ca}.serial
new_certs_dir = {folder}
default_md = sha256
policy = anything
unique_subject = no
copy_extensions = none
[anything]
commonName = supplied
[req]
distinguished_name = nothing
[nothing]
"""

ROOT = "basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign, cRLSign\n"
SERVER = ("basicConstraints = CA:FALSE\nkeyUsage = digitalSignature, keyEncipherment\n"
          "extendedKeyUsage = serverAuth\n")
SRV_OID = "1.3.6.1.5.5.7.8.7"  # id-on-dnsSRV, RFC 4985


@dataclasses.dataclass(frozen=True)
class Kind:
    """How a leaf is made; the defaults are those of a good one."""
    names: str = f"DNS:{NAME}"      # as openssl writes subjectAltName; "" = none
    subject: str = NAME             # the common name
    key: str = "rsa2048"
    digest: str = "sha256"
    begins: float = -10             # days from now
    ends: float = 300
    issuer: str = "inter"           # an authority, another leaf, or "self"
    sends: str = "inter"            # what stands behind the leaf: certificates' names, by blanks
    usage: str = SERVER
    staple: str = ""                # which OCSP response is made: good, revoked, old, broken


KINDS = {
    "good": Kind(),
    "ec": Kind(key="ec"),
    "expired": Kind(begins=-400, ends=-3),
    "not-yet": Kind(begins=5, ends=300),
    "expiring": Kind(ends=5, begins=-360),
    "expiring-29": Kind(ends=29.5, begins=-335),
    "expiring-31": Kind(ends=31.5, begins=-334),
    # Ninety days in all, as certificates that renew themselves have.
    "short-life": Kind(ends=25.5, begins=-64.5),
    "short-life-late": Kind(ends=20.5, begins=-69.5),
    "wrong-name": Kind(names=f"DNS:{OTHER}", subject=OTHER),
    "cn-only": Kind(names=""),
    "srv-only": Kind(names=f"otherName:{SRV_OID};IA5STRING:_pop3s.{NAME}"),
    "srv-clear": Kind(names=f"otherName:{SRV_OID};IA5STRING:_pop3.{NAME}"),
    "srv-imap": Kind(names=f"otherName:{SRV_OID};IA5STRING:_imaps.{NAME}"),
    "wildcard": Kind(names="DNS:*.popseal.test"),
    "wildcard-deep": Kind(names="DNS:*.test"),
    "wildcard-part": Kind(names="DNS:p*.popseal.test"),
    "ip": Kind(names="IP:127.0.0.1"),
    "many-names": Kind(names=",".join([f"DNS:n{i}.popseal.test" for i in range(150)]
                                      + [f"DNS:{NAME}"])),
    "self-signed": Kind(issuer="self", sends=""),
    "rsa1024": Kind(key="rsa1024"),
    "sha1": Kind(digest="sha1"),
    "sha1-above": Kind(issuer="ca-sha1", sends="ca-sha1"),
    "sha1-anchor": Kind(issuer="ca-sha1-root", sends="ca-sha1-root"),
    "no-intermediate": Kind(sends=""),
    "whole": Kind(sends="inter root"),
    "unknown-root": Kind(issuer="stranger-inter", sends="stranger-inter stranger"),
    "old-above": Kind(issuer="ca-old", sends="ca-old"),
    "beside-old": Kind(sends="inter ca-old"),
    "hidden-old": Kind(issuer="ca-old", sends="inter " * 12 + "ca-old"),  # beyond what is kept
    "old-root": Kind(issuer="ca-old-root", sends=""),
    "wrong-usage": Kind(usage=SERVER.replace("serverAuth", "codeSigning")),
    "below-a-leaf": Kind(issuer="good", subject="below", sends="good inter"),
    "hostile": Kind(subject='</td><script>alert(1)</script>"'),
    "staple-good": Kind(staple="good"),
    "staple-revoked": Kind(staple="revoked"),
    "staple-old": Kind(staple="old"),
    "staple-broken": Kind(staple="broken"),
}

# What stands above the leaves: name, who signed it, key, digest, days of its life.
AUTHORITIES = {
    "root": ("self", "rsa2048", "sha256", (-1000, 3000)),
    "inter": ("root", "rsa2048", "sha256", (-1000, 3000)),
    "stranger": ("self", "ec", "sha256", (-1000, 3000)),
    "stranger-inter": ("stranger", "ec", "sha256", (-1000, 3000)),
    "ca-sha1": ("root", "ec", "sha1", (-1000, 3000)),
    "ca-sha1-root": ("self", "rsa2048", "sha1", (-1000, 3000)),
    "ca-old": ("root", "ec", "sha256", (-900, -3)),
    "ca-old-root": ("self", "ec", "sha256", (-900, -3)),
}

KEYS = {
    "rsa2048": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
    "rsa1024": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"),
    "ec": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
}


@dataclasses.dataclass(frozen=True)
class Leaf:
    name: str
    key: pathlib.Path
    certificate: pathlib.Path
    chain: pathlib.Path             # leaf first, then what is sent with it
    behind: pathlib.Path | None     # the same without the leaf; None where there is nothing
    staple: pathlib.Path | None     # a DER OCSP response


def openssl(*words, folder=None):
    done = subprocess.run(["openssl", *map(str, words)], cwd=folder, capture_output=True,
                          stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise RuntimeError(f"openssl {' '.join(map(str, words))}: {done.stderr.decode()[-600:]}")
    return done.stdout


def date(days):
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return when.strftime("%Y%m%d%H%M%SZ")


class Pki:
    """One folder of keys and certificates; everything in it is made once."""

    def __init__(self, folder):
        self.folder = folder
        self._made = {}
        self._lock = threading.RLock()

    @property
    def root(self):
        return self.authority("root")

    def path(self, name):
        return self.folder / name

    def leaf(self, name):
        with self._lock:
            if name not in self._made:
                self._made[name] = self._make_leaf(name, KINDS[name])
            return self._made[name]

    def authority(self, name):
        """Its certificate, PEM."""
        with self._lock:
            if name not in self._made:
                issuer, _, digest, life = AUTHORITIES[name]
                self._made[name] = self._sign(name, name.replace("-", " "), issuer, digest, life,
                                              ROOT)
            return self._made[name]

    def _certificate(self, name):
        return self.authority(name) if name in AUTHORITIES else self.leaf(name).certificate

    def _key(self, name):
        """An authority has a key of its own; all leaves share one of each kind."""
        kind = AUTHORITIES[name][1] if name in AUTHORITIES else KINDS[name].key
        path = self.path(f"{name if name in AUTHORITIES else kind}.key")
        if not path.exists():
            openssl("genpkey", *KEYS[kind], "-out", path)
        return path

    def _config(self, signer):
        path = self.path(f"{signer}.conf")
        if not path.exists():
            path.write_text(CONFIG.format(folder=self.folder, ca=signer))
            self.path(f"{signer}.index").touch()
            # Serial numbers are of one signer's, and file names in one folder.
            self.path(f"{signer}.serial").write_text(f"{len(self._made) + 16:04X}0001\n")
        return path

    def _sign(self, name, subject, issuer, digest, life, extensions):
        path, wish, extra = (self.path(f"{name}.{end}") for end in ("pem", "csr", "ext"))
        signer = name if issuer == "self" else issuer
        how = ["-selfsign"] if issuer == "self" else ["-cert", self._certificate(issuer)]
        config = self._config(signer)
        extra.write_text("subjectKeyIdentifier = hash\n" + extensions)
        openssl("req", "-new", "-config", config, "-key", self._key(name), "-out", wish,
                "-subj", "/CN=" + subject.replace("/", "\\/"))
        openssl("ca", "-batch", "-notext", "-config", config, *how, "-keyfile", self._key(signer),
                "-md", digest, "-in", wish, "-out", path, "-extfile", extra,
                "-startdate", date(life[0]), "-enddate", date(life[1]))
        return path

    def _make_leaf(self, name, kind):
        extensions = kind.usage + (names_section(kind.names) if kind.names else "")
        certificate = self._sign(name, kind.subject, kind.issuer, kind.digest,
                                 (kind.begins, kind.ends), extensions)
        behind = [self._certificate(part) for part in kind.sends.split()]
        chain, rest = self.path(f"{name}-chain.pem"), self.path(f"{name}-behind.pem")
        chain.write_text("".join(part.read_text() for part in [certificate, *behind]))
        rest.write_text("".join(part.read_text() for part in behind))
        return Leaf(name, self._key(name), certificate, chain, rest if behind else None,
                    self._staple(name, kind, certificate))

    def _staple(self, name, kind, certificate):
        if not kind.staple:
            return None
        signer = self.authority(kind.issuer)
        key, path = self._key(kind.issuer), self.path(f"{name}.ocsp")
        if kind.staple == "revoked":
            openssl("ca", "-config", self._config(kind.issuer), "-revoke", certificate,
                    "-keyfile", key, "-cert", signer)
        openssl("ocsp", "-index", self.path(f"{kind.issuer}.index"), "-CA", signer,
                "-rsigner", signer, "-rkey", key, "-issuer", signer, "-cert", certificate,
                "-respout", path, "-ndays", "7", "-resp_no_certs")
        if kind.staple == "old":
            path.write_bytes(self._dated_back(path.read_bytes(), key))
        if kind.staple == "broken":
            path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1]))
        return path

    def _dated_back(self, response, key):
        """The openssl tool answers as of now only: other dates, and the RSA signature anew."""
        basic = response.index(b"\x30", response.index(b"\x04\x82"))  # within the OCTET STRING
        begin = basic + 4
        end = der_end(response, begin)
        signed = re.sub(rb"\x18\x0f\d{14}Z", lambda _: b"\x18\x0f" + date(-30).encode(),
                        response[begin:end])
        text = self.path("dated-back")
        text.write_bytes(signed)
        signature = openssl("dgst", "-sha256", "-sign", key, text)
        return response[:begin] + signed + response[end:-len(signature)] + signature


def der_end(data, begin):
    """Where the value that begins there ends."""
    length, at = data[begin + 1], begin + 2
    if length > 127:
        length, at = int.from_bytes(data[at:at + length - 128], "big"), at + length - 128
    return at + length


def names_section(names):
    """A section of its own: names may hold what is special on one line."""
    parts = [part.split(":", 1) for part in names.split(",")]
    lines = [f"{what}.{number} = {value}\n" for number, (what, value) in enumerate(parts)]
    return "subjectAltName = @names\n[names]\n" + "".join(lines)


@functools.lru_cache(maxsize=None)
def _pki():
    folder = tempfile.mkdtemp(prefix="popseal-pki-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Pki(pathlib.Path(folder))


_making = threading.Lock()


def pki():
    with _making:
        return _pki()
