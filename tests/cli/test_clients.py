# SPDX-License-Identifier: Apache-2.0
"""The clients' data against real clients: what they send to a listener on loopback.

Where a client or its TLS library is on this machine, in the version that the data
is about, its ClientHello must be the entry's, value for value and in order, and it
must take the shortest DH prime that the entry allows and no shorter one. A Python
test, since it drives other programs; the reading of the data is tested in
tests/unit/test-tls-clients.c.
"""
import atexit
import configparser
import dataclasses
import functools
import os
import pathlib
import pty
import re
import shutil
import subprocess
import tempfile
import threading

import clienthello
import tap

SOURCE = pathlib.Path(os.environ.get("POPSEAL_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
DATA = SOURCE / "data" / "mail-clients.ini"
NAME = "mail.example.org"
DHE = 0x0033  # TLS_DHE_RSA_WITH_AES_128_CBC_SHA, which every client that knows DHE offers
DEBIAN_12_OPENSSL = ("openssl-3.0-debian-12", "OpenSSL 3.0.")

# Of IANA's registries what the entries compared here name: they are read without our C.
GROUPS = {
    "secp256r1": 23, "secp384r1": 24, "secp521r1": 25, "X25519": 29, "X448": 30, "ffdhe2048": 256,
    "ffdhe3072": 257, "ffdhe4096": 258, "ffdhe6144": 259, "ffdhe8192": 260, "X25519MLKEM768": 4588,
}
SIGNATURES = {
    "rsa_pkcs1_sha1": 0x201, "dsa_sha1": 0x202, "ecdsa_sha1": 0x203, "rsa_pkcs1_sha224": 0x301,
    "dsa_sha224": 0x302, "ecdsa_sha224": 0x303, "rsa_pkcs1_sha256": 0x401, "dsa_sha256": 0x402,
    "ecdsa_secp256r1_sha256": 0x403, "rsa_pkcs1_sha384": 0x501, "dsa_sha384": 0x502,
    "ecdsa_secp384r1_sha384": 0x503, "rsa_pkcs1_sha512": 0x601, "dsa_sha512": 0x602,
    "ecdsa_secp521r1_sha512": 0x603, "rsa_pss_rsae_sha256": 0x804, "rsa_pss_rsae_sha384": 0x805,
    "rsa_pss_rsae_sha512": 0x806, "ed25519": 0x807, "ed448": 0x808, "rsa_pss_pss_sha256": 0x809,
    "rsa_pss_pss_sha384": 0x80a, "rsa_pss_pss_sha512": 0x80b,
}
VERSIONS = {"SSLv3": 0x300, "TLSv1": 0x301, "TLSv1.1": 0x302, "TLSv1.2": 0x303, "TLSv1.3": 0x304}
NSS_GROUPS = {"X25519": "x25519", "secp256r1": "P256", "secp384r1": "P384", "secp521r1": "P521",
              "ffdhe2048": "FF2048", "ffdhe3072": "FF3072"}


_making = threading.RLock()


def once(function):
    """Its value is made by whichever test asks first; tests run side by side."""
    kept = functools.lru_cache(maxsize=None)(function)

    def locked(*arguments):
        with _making:
            return kept(*arguments)
    return locked


@once
def scratch():
    folder = tempfile.mkdtemp(prefix="popseal-clients-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return pathlib.Path(folder)


def place(name):
    return scratch() / name


# --- the data ------------------------------------------------------------------------------------

@once
def data():
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",),
                                       comment_prefixes=("#",))
    parser.optionxform = str
    parser.read(DATA, encoding="ascii")
    return parser


@once
def cipher_numbers():
    """IANA's names to numbers, as OpenSSL knows them."""
    out = subprocess.run(["openssl", "ciphers", "-V", "-stdname", "-ciphersuites",
                          "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
                          "TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256",
                          "ALL:COMPLEMENTOFALL:@SECLEVEL=0"],
                         check=True, capture_output=True, text=True).stdout
    found = {name: int(high + low, 16) for high, low, name in
             re.findall(r"0x(\w\w),0x(\w\w) - (\S+)", out)}
    return {"TLS_RSA_WITH_3DES_EDE_CBC_SHA": 0x000a, **found}  # Debian's is built without 3DES


class Entry:
    """A stack of the data, or a client with what its stack says."""

    def __init__(self, group):
        self.group = group
        self.values = dict(data()[group])
        if "stack" in self.values:
            self.values = {**data()["stack " + self.values["stack"]], **self.values}

    def words(self, key):
        return self.values.get(key, "").replace(";", "\n").split()

    def numbers(self, key, table):
        return tuple(table[word] for word in self.words(key))

    @property
    def versions(self):
        listed = self.numbers("versions", VERSIONS)
        highest, lowest = (VERSIONS[self.values[key]] for key in ("highest", "lowest"))
        if not listed and highest == 0x304:
            listed = tuple(range(highest, lowest - 1, -1))
        return listed

    @property
    def ciphers(self):
        return self.numbers("ciphers", cipher_numbers())

    @property
    def dh_bits_min(self):
        return int(self.values["dh-bits-min"])


def stack(name):
    return Entry("stack " + name)


def same_hello(hello, entry):
    """The entry's values and no other, in its order."""
    tap.equal(hello.versions, entry.versions, "versions")
    tap.equal(hello.version, min(VERSIONS[entry.values["highest"]], 0x303), "version")
    tap.equal([f"{number:#06x}" for number in hello.ciphers],
              [f"{number:#06x}" for number in entry.ciphers], "ciphers")
    tap.equal(hello.groups, entry.numbers("groups", GROUPS), "groups")
    tap.equal([f"{number:#06x}" for number in hello.signatures],
              [f"{number:#06x}" for number in entry.numbers("signatures", SIGNATURES)],
              "signatures")
    tap.equal(hello.staple, entry.values["staple"] == "yes", "staple")
    tap.true(hello.sni or entry.values["sni"] == "no", "no SNI")


# --- what is on this machine ---------------------------------------------------------------------

def said(*words):
    """What a program says of its version, or a skip where it is not there."""
    if shutil.which(words[0]) is None:
        raise tap.Skip(f"{words[0]} is not installed")
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=60)
    return done.stdout


def needs(text, part, what):
    """The data is about certain versions: on another machine there is nothing to compare."""
    if part not in text:
        raise tap.Skip(f"the entry is about {part.strip()}; {what} is "
                       f"{text.strip().splitlines()[0] if text.strip() else 'silent'}")


def needs_debian_12():
    """Its OpenSSL has another security level than OpenSSL's own."""
    try:
        text = pathlib.Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        text = ""
    if not ("ID=debian\n" in text and 'VERSION_ID="12"' in text):
        raise tap.Skip("the entry is about Debian 12, and this is another system")


def start(*words, **options):
    """A client: called with the port, it starts the program with PORT replaced."""
    def client(port):
        return subprocess.Popen([word.replace("PORT", str(port)) for word in words],
                                **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                                   "stderr": subprocess.STDOUT, **options})
    return client


def at_home(**more):
    """An environment without this user's settings."""
    return {**{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            "HOME": str(scratch()), "TERM": "xterm", **more}


def implicit(peer):
    return peer.hello()


def by_stls(peer):
    peer.stls()
    return peer.hello()


# --- OpenSSL -------------------------------------------------------------------------------------

def s_client():
    name, version = DEBIAN_12_OPENSSL
    needs(said("openssl", "version"), version, "openssl")
    needs_debian_12()
    return stack(name), start("openssl", "s_client", "-connect", "127.0.0.1:PORT",
                              "-servername", NAME)


@tap.test
def openssl_hello():
    """OpenSSL 3.0 of Debian 12: its hello is the entry's"""
    entry, client = s_client()
    same_hello(clienthello.visit(client, implicit), entry)


def fetchmail(name, ssl):
    def client(port):
        path = place(name)
        path.write_text(f'poll 127.0.0.1 protocol pop3 port {port} user "x" password "y" {ssl}\n',
                        encoding="ascii")
        path.chmod(0o600)
        return start("fetchmail", "--fetchmailrc", str(path), "--nosyslog", "--nodetach",
                     "--pidfile", str(place(name + ".pid")), env=at_home())(port)
    return client


def fetchmail_hello(ssl, behave):
    text = said("fetchmail", "--version")
    needs(text, "fetchmail release 6.4", "fetchmail")
    needs(text, "OpenSSL 3.0.", "its library")
    needs_debian_12()
    same_hello(clienthello.visit(fetchmail(f"fetchmailrc-{behave.__name__}", ssl), behave),
               Entry("client fetchmail 6.4 (OpenSSL 3.0, Debian 12)"))


tap.add("fetchmail 6.4: its hello on a TLS port is the entry's", fetchmail_hello, "ssl", implicit)
tap.add("fetchmail 6.4: its hello behind STLS is the entry's", fetchmail_hello, "", by_stls)


def getmail(port):
    folder = place("getmail")
    folder.mkdir(exist_ok=True)
    mailbox = folder / "mbox"
    mailbox.touch()
    (folder / "getmailrc").write_text(
        f"[retriever]\ntype = SimplePOP3SSLRetriever\nserver = localhost\nport = {port}\n"
        f"username = x\npassword = y\n[destination]\ntype = Mboxrd\npath = {mailbox}\n",
        encoding="ascii")
    return start("getmail", "--getmaildir", str(folder), "--rcfile", "getmailrc",
                 env=at_home())(port)


@tap.test
def getmail_hello():
    """getmail 6: its hello is the entry's"""
    needs(said("getmail", "--version"), "getmail 6.", "getmail")
    needs(said("/usr/bin/python3", "-c", "import ssl, sys; print(sys.version, ssl.OPENSSL_VERSION)"),
          "OpenSSL 3.0.", "Python's library")
    needs_debian_12()
    same_hello(clienthello.visit(getmail, implicit),
               Entry("client getmail 6 (Python 3.11, Debian 12)"))


# --- GnuTLS --------------------------------------------------------------------------------------

def gnutls_cli():
    needs(said("gnutls-cli", "--version"), "gnutls-cli 3.7.", "gnutls-cli")
    return stack("gnutls-3.7"), start(
        "gnutls-cli", "--port", "PORT", "--sni-hostname", NAME, "--insecure", "--priority",
        "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2", "127.0.0.1")


@tap.test
def gnutls_hello():
    """GnuTLS 3.7 with the versions that mutt allows: its hello is the entry's"""
    entry, client = gnutls_cli()
    same_hello(clienthello.visit(client, implicit), entry)


class OnTerminal(subprocess.Popen):
    """A program that wants a terminal, and says yes to what it asks there."""

    def __init__(self, words, **options):
        ours, theirs = pty.openpty()
        os.write(ours, b"y")
        super().__init__(words, stdin=theirs, stdout=theirs, stderr=theirs,
                         start_new_session=True, **options)
        os.close(theirs)
        self.terminal = os.fdopen(ours, "rb", buffering=0)

    def communicate(self, *_):
        try:
            while self.terminal.read(4096):
                pass
        except OSError:  # the program has ended
            pass
        self.wait()


def mutt(name, scheme):
    def client(port):
        path = place(name)
        path.write_text(f'set ssl_starttls=yes ssl_force_tls=yes pop_authenticators="user"\n'
                        f'set pop_pass="y" folder="{path.parent}"\n', encoding="ascii")
        return OnTerminal(["mutt", "-n", "-F", str(path), "-f", f"{scheme}://x@localhost:{port}/"],
                          env=at_home())
    return client


def mutt_hello(scheme, behave):
    text = said("mutt", "-v")
    needs(text, "Mutt 2.2", "mutt")
    needs(text, "+USE_SSL_GNUTLS", "its build")
    needs_debian_12()
    same_hello(clienthello.visit(mutt(f"muttrc-{scheme}", scheme), behave),
               Entry("client mutt 2.2 (GnuTLS 3.7, Debian 12)"))


tap.add("mutt 2.2: its hello on a TLS port is the entry's", mutt_hello, "pops", implicit)
tap.add("mutt 2.2: its hello behind STLS is the entry's", mutt_hello, "pop", by_stls)


# --- NSS and Thunderbird -------------------------------------------------------------------------

@once
def nss_database():
    said("tstclnt")
    said("certutil", "--help")
    folder = place("nss")
    folder.mkdir()
    subprocess.run(["certutil", "-N", "-d", f"sql:{folder}", "--empty-password"], check=True)
    return f"sql:{folder}"


def tstclnt(*words):
    return start("tstclnt", "-d", nss_database(), "-h", "127.0.0.1", "-p", "PORT", "-a", NAME,
                 "-o", *words)


def in_order(part, whole, what):
    left = iter(whole)
    tap.true(all(number in left for number in part), f"{what}: {part} in {whole}, in that order")


@tap.test
def nss_hello():
    """NSS by itself: all that Thunderbird 115 offers is among it, in the same order

    Thunderbird's preferences make of it what the data says: fewer ciphers (no DHE, none with
    SHA-2 and CBC), fewer groups, a list of signatures with an order of its own, no TLS 1.0 and
    1.1, and a staple.
    """
    entry = stack("nss-thunderbird-115")
    hello = clienthello.visit(tstclnt(), implicit)
    in_order(entry.ciphers, hello.ciphers, "ciphers")
    in_order(entry.numbers("groups", GROUPS), hello.groups, "groups")
    missing = set(entry.numbers("signatures", SIGNATURES)) - set(hello.signatures)
    tap.equal(missing, set(), "signatures that NSS lacks")
    tap.true(set(entry.versions) <= set(hello.versions), "versions")


def nss_with_preferences(name):
    """With Thunderbird's settings NSS must send what the data has for Thunderbird.

    Thunderbird 60 offers a draft of TLS 1.3, without which NSS sends no FFDHE groups; the draft
    is not in the data.
    """
    entry = stack(name)
    draft = entry.values["highest"] != "TLSv1.3"
    client = tstclnt(
        "-V", "tls1.0:tls1.3" if draft else "tls1.2:tls1.3", "-T",
        "-c", "".join(f":{number:04x}" for number in sorted({*entry.ciphers, 0x1301})),
        "-I", ",".join(NSS_GROUPS[word] for word in entry.words("groups")),
        "-J", ",".join(entry.words("signatures")))
    hello = clienthello.visit(client, implicit)
    if draft:
        hello = dataclasses.replace(hello, versions=(),
                                    ciphers=tuple(c for c in hello.ciphers if c != 0x1301))
    same_hello(hello, entry)


for known in ("nss-thunderbird-60", "nss-thunderbird-78", "nss-thunderbird-115"):
    tap.add(f"NSS with the preferences of {known}: its hello is the entry's",
            nss_with_preferences, known)


def thunderbird_profile(folder, port, stls):
    mail = folder / "Mail"
    mail.mkdir(parents=True)
    server, account = "mail.server.server1", "mail.account.account1"
    preferences = {
        "mail.accountmanager.accounts": "account1", f"{account}.server": "server1",
        f"{account}.identities": "id1", "mail.identity.id1.useremail": f"x@{NAME}",
        f"{server}.type": "pop3", f"{server}.hostname": "localhost", f"{server}.port": port,
        f"{server}.socketType": 2 if stls else 3, f"{server}.userName": "x",
        f"{server}.login_at_startup": True, f"{server}.directory": str(mail),
        f"{server}.name": "x", f"{server}.authMethod": 3, "network.dns.disableIPv6": True,
        "offline.autoDetect": False, "network.manage-offline-status": False,
        "app.update.enabled": False, "mailnews.start_page.enabled": False,
        "datareporting.policy.dataSubmissionEnabled": False,
    }
    lines = []
    for name, value in preferences.items():
        word = f'"{value}"' if isinstance(value, str) else str(value).lower()
        lines.append(f'user_pref("{name}", {word});\n')
    (folder / "user.js").write_text("".join(lines), encoding="ascii")


def thunderbird(stls):
    """In a network namespace of its own: it would speak to others too."""
    def client(port):
        folder = place(f"thunderbird-{stls}")
        thunderbird_profile(folder, port, stls)
        return start("thunderbird", "--headless", "--no-remote", "--profile", str(folder),
                     env=at_home(MOZ_CRASHREPORTER_DISABLE="1"))(port)
    return client


def thunderbird_version():
    text = said("thunderbird", "--version")
    found = re.search(r"Thunderbird (\d+)\.", text)
    name = f"client Thunderbird {found[1]}" if found else ""
    if name not in data():
        raise tap.Skip(f"the data knows no {found[0] if found else text!r}")
    return name


def thunderbird_hello(stls):
    """Runs in the namespace (see below)."""
    hello = clienthello.visit(thunderbird(stls), by_stls if stls else implicit)
    same_hello(hello, Entry(thunderbird_version()))


def thunderbird_apart(stls):
    thunderbird_version()
    done = subprocess.run(
        ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", "python3",
         __file__, "--thunderbird", "stls" if stls else "tls"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=180)
    if "unshare failed" in done.stdout:
        raise tap.Skip("no network namespace can be made, and Thunderbird must not leave one")
    if "said nothing" in done.stdout:
        raise tap.Skip("Thunderbird starts no session on this machine")
    tap.equal(done.returncode, 0, done.stdout)


tap.add("Thunderbird: its hello on a TLS port is the entry's", thunderbird_apart, False)
tap.add("Thunderbird: its hello behind STLS is the entry's", thunderbird_apart, True)


# --- Java ----------------------------------------------------------------------------------------

JAVA = """
public class Hello {
    public static void main(String[] words) throws Exception {
        var plain = new java.net.Socket("127.0.0.1", Integer.parseInt(words[0]));
        var factory = (javax.net.ssl.SSLSocketFactory) javax.net.ssl.SSLSocketFactory.getDefault();
        ((javax.net.ssl.SSLSocket) factory.createSocket(plain, "mail.example.org", 995, true))
            .startHandshake();
    }
}
"""


def java():
    needs(said("java", "-version"), 'version "17.', "java")
    said("javac", "-version")
    path = place("Hello.java")
    path.write_text(JAVA, encoding="ascii")
    return path


@tap.test
def java_hello():
    """Java 17: its hello is the entry's"""
    same_hello(clienthello.visit(start("java", str(java()), "PORT"), implicit), stack("java-17"))


# --- the shortest DH prime -----------------------------------------------------------------------

@once
def identity():
    return clienthello.Identity(scratch())


def takes(client, bits):
    """The modulus is no prime: clients measure it, and do not look for its factors."""
    modulus = (1 << bits) - 159
    tap.equal(modulus.bit_length(), bits, "length of the modulus")
    return clienthello.visit(client, lambda peer: clienthello.takes_prime(
        peer, peer.hello(), identity(), DHE, modulus))


def shortest_prime(make):
    entry, client = make()
    tap.true(takes(client, entry.dh_bits_min), f"{entry.dh_bits_min} bits are refused")
    tap.true(not takes(client, entry.dh_bits_min - 1), f"{entry.dh_bits_min - 1} bits are taken")


def nss():
    return stack("nss-thunderbird-60"), tstclnt()


def java_trusting():
    """Java looks at the certificate first."""
    said("keytool", "-help")
    path, store = java(), place("store.p12")
    subprocess.run(["keytool", "-importcert", "-noprompt", "-file", identity().pem, "-keystore",
                    store, "-storetype", "PKCS12", "-storepass", "changeit", "-alias", "x"],
                   check=True, capture_output=True)
    return stack("java-17"), start("java", f"-Djavax.net.ssl.trustStore={store}",
                                   "-Djavax.net.ssl.trustStorePassword=changeit", str(path), "PORT")


for library, maker in (("OpenSSL 3.0 of Debian 12", s_client), ("GnuTLS 3.7", gnutls_cli),
                       ("NSS", nss), ("Java 17", java_trusting)):
    tap.add(f"{library}: the shortest DH prime that it takes is the entry's", shortest_prime, maker)


# --- the reader of hellos itself -----------------------------------------------------------------

@tap.test
def greased():
    """GREASE, signals and padding are left out of what a hello offers"""
    ciphers = bytes.fromhex("0a0a130100ff5600c02f")
    extensions = bytes.fromhex("3a3a0000" "000a0006" "0004" "2a2a001d" "00150002" "0000"
                               "002b0005" "04" "7a7a0304" "00050000")
    body = (b"\x03\x03" + b"r" * 32 + b"\0" + len(ciphers).to_bytes(2, "big") + ciphers + b"\1\0" +
            len(extensions).to_bytes(2, "big") + extensions)
    hello = clienthello.parse(body)
    tap.equal(hello, clienthello.Hello(0x303, b"r" * 32, (0x304,), (0x1301, 0xc02f), (29,),
                                       staple=True), "hello")
    for length in range(len(body)):
        try:
            clienthello.parse(body[:length])
        except clienthello.NoHello:
            continue
        # Without its extensions it is a hello too, as old clients sent it.
        tap.equal(length, len(body) - len(extensions) - 2, "octets that pass for a hello")


if __name__ == "__main__":
    import sys
    if sys.argv[1:2] == ["--thunderbird"]:
        thunderbird_hello(sys.argv[2] == "stls")
    else:
        tap.main(jobs=2)
