# SPDX-License-Identifier: Apache-2.0
"""The interop lab: one real POP3 server at a time, in namespaces of its own.

A running variant is an `Instance`: a server namespace and a client namespace
joined by a veth pair, and inside the first a chroot into an overlay of the
root that tools/lab made. All its processes live in one PID namespace, so
ending the first process ends them all; it is also tied to this process by a
parent-death signal, so that even SIGKILL of the suite leaves no server behind.
"""
import atexit
import contextlib
import ctypes
import functools
import itertools
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field

REPO = pathlib.Path(__file__).resolve().parents[2]
LAB = pathlib.Path(os.environ.get("POPSEAL_LAB") or REPO / "build" / "lab")
HELPERS = pathlib.Path(__file__).resolve().parent / "helpers"

USER, PASSWORD = "tester", "right-horse-77"
SERVER_ADDRESS, CLIENT_ADDRESS = "10.77.0.1", "10.77.0.2"
CLEAR_PORT, TLS_PORT = 110, 995
START_SECONDS = 20

PREFIX = "pops"
CLONE_NEWNET = 0x40000000


@dataclass(frozen=True)
class Variant:
    """One configuration of one server, and what is expected of it.

    `verdict` is what popseal must say about port 110. It is checked against the
    measured truth before popseal is asked. `truth` is given where the two differ
    (popseal is asked from a place that hides it); where `login_works` is false
    nothing can be measured but that no login works.
    """
    server: str
    name: str
    product: str
    verdict: str
    start: str                      # shell, in the chroot; the last command stays in front
    stls: str = "none"              # none, optional, required, broken
    tls_port: bool = False          # 995 is served, with TLS from the first byte
    suite: str = "bookworm"
    files: dict = field(default_factory=dict)     # path in the chroot: text
    helpers: tuple = ()             # (script in helpers/, argument...) in the server namespace
    inner_ports: tuple = ()         # what must listen behind the server before it is asked
    truth: str = ""                 # what logins show, where it is not `verdict`
    login_works: bool = True
    reasons: tuple = ()             # the reason words that are right; empty: any
    findings: tuple = ()            # rules that must have fired at standard depth
    vantage: str = "remote"
    tls_product: str = ""           # where the greeting on 995 comes from something else
    from_server: bool = False       # ask from the server's own namespace
    hint: tuple = ()                # verdicts that gentle may give besides the right one

    @property
    def title(self):
        return f"{self.server}/{self.name}"

    @property
    def serves_clear(self):
        return self.verdict != "no-service"

    @property
    def ports(self):
        """All that must listen before the variant is up."""
        served = ((CLEAR_PORT, self.serves_clear), (TLS_PORT, self.tls_port))
        return [port for port, is_served in served if is_served] + list(self.inner_ports)


class LabError(Exception):
    """The lab, not popseal, does not work."""


def unusable():
    """The reason why no variant can run on this machine, or None."""
    if os.geteuid() != 0:
        return "needs root"
    missing = [tool for tool in ("ip", "unshare", "setpriv", "openssl", "chroot", "mount")
               if not shutil.which(tool)]
    if missing:
        return "needs " + ", ".join(missing)
    probe = subprocess.run(["unshare", "--net", "--pid", "--mount", "--uts", "--ipc", "--fork",
                            "sh", "-ec", TRY_OVERLAY], capture_output=True, text=True)
    if probe.returncode:
        return f"no namespaces or overlays: {probe.stderr.strip()}"
    netns = f"{PREFIX}-{os.getpid()}-try{next(Instance.numbers)}"
    try:
        ip("netns", "add", netns)
    except LabError as error:
        return str(error)
    ip("netns", "delete", netns)
    return None


TRY_OVERLAY = """
mount -t tmpfs tmpfs /mnt
mkdir /mnt/lower /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir=/mnt/lower,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
"""


# ---- namespaces

def ip(*words, check=True):
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if check and done.returncode != 0:
        raise LabError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


@contextlib.contextmanager
def inside(netns):
    """Run a block with this thread in a network namespace; sockets made there stay there."""
    with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{netns}") as other:
        set_network(other)
        try:
            yield
        finally:
            set_network(home)


def set_network(handle):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(handle.fileno(), CLONE_NEWNET) != 0:
        raise LabError(f"setns: {os.strerror(ctypes.get_errno())}")


def is_listening(netns, port):
    """Look in the namespace's own table, so that the server is not disturbed."""
    with inside(netns):
        for table in ("tcp", "tcp6"):
            rows = pathlib.Path(f"/proc/thread-self/net/{table}").read_text().splitlines()[1:]
            for local, state in ((row.split()[1], row.split()[3]) for row in rows):
                if state == "0A" and int(local.rsplit(":", 1)[1], 16) == port:
                    return True
    return False


def sweep():
    """Remove what a suite that was killed outright left: only ours, only of dead processes."""
    for line in ip("netns", "list", check=False).splitlines():
        match = re.match(rf"({PREFIX}-(\d+)-\S+)", line)
        if match and not os.path.exists(f"/proc/{match[2]}"):
            ip("netns", "delete", match[1], check=False)
    for folder in pathlib.Path(tempfile.gettempdir()).glob(f"{PREFIX}-*-*"):
        match = re.fullmatch(rf"{PREFIX}-(\d+)-\w+", folder.name)
        if match and not os.path.exists(f"/proc/{match[1]}"):
            shutil.rmtree(folder, ignore_errors=True)


# ---- instances

class Instance:
    """A running variant. Use `with running(variant) as instance`."""
    live = []
    numbers = itertools.count(1)
    closing = False

    def __init__(self, variant):
        if Instance.closing:
            raise LabError("the suite is ending")
        self.variant = variant
        tag = f"{PREFIX}-{os.getpid()}-{next(Instance.numbers)}"
        self.server_ns, self.client_ns = f"{tag}-srv", f"{tag}-cli"
        self.address = SERVER_ADDRESS
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{PREFIX}-{os.getpid()}-"))
        self.processes = []
        self.syslog = Syslog(self.folder / "log.sock", self.folder / "log")
        Instance.live.append(self)

    @property
    def asking_ns(self):
        return self.server_ns if self.variant.from_server else self.client_ns

    def start(self):
        self.make_network()
        self.lay_files()
        for script, *arguments in self.variant.helpers:
            self.spawn([sys.executable, str(HELPERS / script), *arguments])
        self.spawn(["unshare", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child",
                    "sh", "-e", str(self.folder / "launch.sh")])
        self.wait_until_listening()

    def make_network(self):
        for netns, address in ((self.server_ns, SERVER_ADDRESS), (self.client_ns, CLIENT_ADDRESS)):
            ip("netns", "add", netns)
            ip("-n", netns, "link", "set", "lo", "up")
        # Made inside the namespaces: the host never sees the pair.
        ip("-n", self.server_ns, "link", "add", f"ps{os.getpid()}s", "type", "veth",
           "peer", "name", f"ps{os.getpid()}c", "netns", self.client_ns)
        for netns, end, address in ((self.server_ns, "s", SERVER_ADDRESS),
                                    (self.client_ns, "c", CLIENT_ADDRESS)):
            device = f"ps{os.getpid()}{end}"
            ip("-n", netns, "address", "add", f"{address}/24", "dev", device)
            ip("-n", netns, "link", "set", device, "up")

    def lay_files(self):
        """The variant's files, over the root; the launcher copies them into the overlay."""
        files = {**common_files(), **self.variant.files,
                 "/lab/start.sh": "export PATH=/usr/sbin:/usr/bin:/sbin:/bin\nset -e\n"
                                  + self.variant.start}
        for path, text in files.items():
            target = self.folder / "files" / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
            target.chmod(0o640 if path.endswith("shadow") else 0o644)
        (self.folder / "launch.sh").write_text(LAUNCH.format(
            folder=self.folder, root=LAB / self.variant.suite))

    def spawn(self, command):
        with open(self.folder / "log", "ab") as log:
            self.processes.append(start_tied(["ip", "netns", "exec", self.server_ns, *command],
                                             stdout=log, stderr=log))

    def wait_until_listening(self):
        deadline = time.monotonic() + START_SECONDS
        while not all(is_listening(self.server_ns, port) for port in self.variant.ports):
            if self.processes[-1].poll() is not None:
                raise LabError(f"the server ended: {self.log()}")
            if time.monotonic() > deadline:
                raise LabError(f"not listening after {START_SECONDS} s: {self.log()}")
            time.sleep(0.05)

    def log(self, lines=30):
        text = (self.folder / "log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def close(self):
        for process in self.processes:
            end(process)
        self.syslog.close()
        for netns in (self.server_ns, self.client_ns):
            ip("netns", "delete", netns, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
        with contextlib.suppress(ValueError):
            Instance.live.remove(self)


@contextlib.contextmanager
def running(variant):
    instance = Instance(variant)
    try:
        instance.start()
        yield instance
    finally:
        instance.close()


# The overlay's upper side is a tmpfs inside the mount namespace: it goes with it.
LAUNCH = """
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir={root},upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
cp -a {folder}/files/. /mnt/root/
mount -t proc proc /mnt/root/proc
mount -t tmpfs tmpfs /mnt/root/run
mount -t tmpfs tmpfs /mnt/root/dev
cd /mnt/root/dev
mknod -m 666 null c 1 3; mknod -m 666 zero c 1 5
mknod -m 666 random c 1 8; mknod -m 666 urandom c 1 9
ln -s /proc/self/fd fd; ln -s fd/1 stdout; ln -s fd/2 stderr
touch log; mount --bind {folder}/log.sock log
mkdir -m 1777 shm
hostname pop.lab.test
ip link set lo up
install -d -o 1000 -g 1000 /mnt/root/home/tester
install -o 1000 -g 8 -m 660 /dev/null /mnt/root/var/mail/tester
# Not by exec: the first process must stay root, since the parent-death signal is
# forgotten by one that changes its user, as Cyrus' master does.
chroot /mnt/root /bin/sh /lab/start.sh
"""


@functools.cache
def common_files():
    """What every variant's root has: the account, PAM as Debian lays it out, the certificate."""
    hashed = subprocess.run(["openssl", "passwd", "-6", PASSWORD], check=True,
                            capture_output=True, text=True).stdout.strip()
    pam = {f"/etc/pam.d/common-{kind}": f"{kind} required pam_unix.so{option}\n"
           for kind, option in (("auth", " nodelay"), ("account", ""),
                                ("password", ""), ("session", ""))}
    certificate = {f"/lab/tls/{name}": (LAB / "tls" / name).read_text()
                   for name in ("cert.pem", "key.pem", "both.pem")}
    return {
        "/etc/shadow": f"root:*:19000::::::\n{USER}:{hashed}:19000::::::\n",
        "/lab/users": f"{USER}:{{PLAIN}}{PASSWORD}:1000:1000::/home/{USER}\n",
        **pam, **certificate,
    }


class Syslog:
    """The other end of the chroot's /dev/log: it writes to the instance's log."""

    def __init__(self, path, log):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        os.chmod(path, 0o666)
        log.touch()
        self.log = log
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with contextlib.suppress(OSError), open(self.log, "ab", buffering=0) as log:
            while message := self.socket.recv(8192):
                log.write(message.rstrip(b"\0\n") + b"\n")

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


# ---- processes, and the end however it comes

tied = set()


def start_tied(command, **options):
    """Start a process that does not outlive this one."""
    if Instance.closing:
        raise LabError("the suite is ending")
    process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command],
                               stdin=subprocess.DEVNULL, **options)
    tied.add(process)
    return process


def end(process):
    process.kill()
    process.wait()
    tied.discard(process)


def close_all():
    Instance.closing = True
    for process in list(tied):
        process.kill()
    for instance in list(Instance.live):
        instance.close()


def end_on_signal(number, _frame):
    """Kill what runs; the threads that waited for it then close their instances."""
    if Instance.closing:
        os._exit(128 + number)
    Instance.closing = True
    for process in list(tied):
        process.kill()
    sys.exit(128 + number)


def install_cleanup():
    atexit.register(close_all)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end_on_signal)
