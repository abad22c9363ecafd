# SPDX-License-Identifier: Apache-2.0
"""What a refusal means hangs on its words: these must not be misread.

One server for each reply. "Neither" stands for words that settle nothing:
neither `permits` nor `refuses` may be said of them.
"""
import tap
from fakeserver import FakeServer, Pop3, capa, stls
from program import scan

# USER is refused because of the name (ours is random), not for want of TLS: a name
# that exists may well be taken. The first two are RFC 1939's own examples (sections 7, 13).
ABOUT_THE_NAME = (
    "never heard of mailbox name",
    "sorry, no mailbox for popseal here",
    "no such user",
    "no such user here",
    "Unknown user",
    "[AUTH] Unknown user name",
    "invalid user name",
    "User unknown",
    "user does not exist",
    "mailbox does not exist",
    "mailbox not found",
    "account does not exist",
    "not a valid mailbox name",
    "Name is not a valid mailbox",
    "can't find user",
    "user name must contain a domain",
    "please use your full e-mail address as the user name",
    "invalid user name format, use user@domain",
    "that user has no mailbox here",
    "user account is disabled",
    "this account has been suspended",
    "user is not allowed to use POP3",
    "the domain of this user is not served here",
)

# The same, or it may be, in words that hold none of "user", "name", "account", "mailbox", ...
ABOUT_THE_NAME_UNSEEN = (
    "unknown login",
    "no such login",
    "this login is disabled",
    "Login for this user is not permitted",
    "maildrop does not exist",
    "no maildrop",
    "recipient unknown",
    "customer not found",
    "invalid id",
    "not found",
    "locked",
    "Sorry, I do not know you",
    "realm required",
    "USER not supported",  # the command, or this user?
    "command failed",
    "command rejected",
    "request rejected",
    "Login not allowed",
    "login not permitted",
    "Permission denied",
    "Access denied",
    "{name}: login disabled",
    "login {name} is disabled",
    "{name}",
    "{name}?",
    "unknown: {name}",
    "not implemented for tenant of {name}",
    "authentication method not allowed for this user",
    "pas de boîte",
    "Benutzer unbekannt",
    "Kennung gesperrt",
    "usuario desconocido",
    "unknown",
    "invalid",
    "error",
    "failed",
    "no",
    "?",
    "",
    "[AUTH]",
    "[AUTH] nope",
    "[SYS/PERM] xyzzy",
    "expired",
    "suspended",
    "quota exceeded",
    "not a subscriber",
    "unlicensed seat",
    "need name@realm",
    "hash table lookup returned nothing",
    "550 5.1.1",
)

# Refused in clear in words that say nothing, and taken with the same name over TLS.
ONLY_OVER_TLS = (
    "",
    "no",
    "nope",
    "USER not supported",
    "Befehl unbekannt",
    "[AUTH] nope",
    "not found",
    "Access refused",
)

# USER is refused whatever the name.
WHATEVER_THE_NAME = (
    "TLS required",
    "STLS is required.",
    "must issue a STLS command first",
    "Plaintext authentication disallowed on non-secure (SSL/TLS) connections.",
    "[AUTH] Cleartext authentication disallowed on non-secure (SSL/TLS) connections.",
    "[AUTH] USER command only available under a layer",
    "[AUTH] You must use TLS/SSL or stronger authentication such as APOP",
    "Login is disabled",
    "[AUTH] cleartext disallowed, use STLS",
)

# The same, by words that a server might also have for a name: where they are true, it takes
# USER over TLS, or its CAPA list has no USER.
ABOUT_THE_COMMAND = (
    "invalid command",
    "Unknown command.",
    "Unknown AUTHORIZATION state command",
    "Command is not valid in this state",
    "Incorrect state",
    "command not implemented",
    "bad sequence of commands",
)

# PASS reached the check of the credential, or its back end.
CHECKED = (
    "bad login",
    "Login failed.",
    "invalid password",
    "Password incorrect",
    "[AUTH] Authentication failed",
    "[AUTH] Invalid login",
    "authentication failed",
    "authorization failed",
    "Authentication failed (bad password?)",
    "Logon failure: unknown user name or bad password.",
    "invalid username/password",
    "Unknown user or incorrect password",
    "[AUTH] Password supplied for \"popseal\" is incorrect.",
    "internal server error",
)

# PASS was refused for want of TLS, or because logins are off.
LATE = (
    "Authentication requires TLS.",
    "TLS required",
    "A SSL/TLS-connection is required for authentication.",
    "authentication failed: SSL required",
    "[AUTH] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.",
    "only valid after entering TLS mode",
    "must use STLS first",
    "Login Disabled",
    "[AUTH] cleartext disallowed, use STLS",
    "[AUTH] STLS required",
    "logins are not allowed",
)

# Words that hint at TLS or at the password, and settle neither.
NEITHER = (
    "",
    "nope",
    "[SYS/PERM] sorry",
    "Anmeldung fehlgeschlagen",
    "Ошибка входа",
    "maildrop already locked",
    "bad command: PASS",
    "unknown user command",
    "Invalid password command in this state",
    "login failed, the connection is not protected",
    "Authentication failed: confidentiality required",
    "Login failed: use port 995",
    "Login failed. Use POP3S on port 995.",
    "bad login: please connect to port 995 instead",
    "not authenticated; try STLS",
    "authentication failed, try pop3s",
    "Login failed: unprotected connection",
    "authentication failed: method not allowed",
    "login disabled for this account",
    "[AUTH] POP access is disabled for your domain",
    "Your account is not enabled for POP3 access",
    "unable to start TLS with the back end",
    "the LDAP server requires TLS",
    "ldap_start_tls: TLS required by the directory server",
    "upstream server requires STLS",
    "authentication failed (TLS is not enabled)",
    "TLS is not required",
    "TLS required: no",
    "Login not allowed",
    "Login denied",
    "login is not permitted",
    "authentication not allowed",
    "this login is disabled",
    "{name}: login disabled",
    "login disabled, call the help desk",
    "bad login: APOP only",
    "Login failed: use APOP instead",
    "login failed, CRAM-MD5 is required",
    "authentication failed: only webmail here",
    "Login failed: Verschluesselung",
    "Login failed: sichere Verbindung",
    "[AUTH] Nur mit Verschluesselung",
    "[AUTH] conexion segura por favor",
    "[AUTH] STLS please",
    "[IN-USE] maildrop busy",
    "[LOGIN-DELAY] minimum time between mail checks violation",
    "[SYS/TEMP] authentication service is down",
    "too many login failures, try again later",
    "access denied from your network",
)


def quoting(words):
    """An -ERR by these words; "{name}" is the name that the last USER had."""
    def answer(connection, _):
        users = [line for line in connection.commands if line[:5] == b"USER "]
        name = users[-1][5:].decode() if users else ""
        connection.say(f"-ERR {words}".replace("{name}", name))
    return answer


def verdict_of(replies, over_tls=None):
    server = Pop3({"CAPA": capa("UIDL", "STLS"), "STLS": stls, **replies}, over_tls=over_tls)
    with FakeServer(server) as fake:
        record = scan("--timeout", "9", fake.target).endpoint
    tap.true(fake.credentials <= 1, "more than one credential")
    return record["verdict"], record["reason"]


def user_is_unsettled(words):
    verdict, reason = verdict_of({"USER": quoting(words)})
    tap.equal(verdict, "undetermined", f"verdict ({reason}) on USER -ERR {words}")


def user_is_refused(words):
    tap.equal(verdict_of({"USER": quoting(words)}), ("refuses", "refused"), words)


def command_is_refused(words):
    rows = {"USER": quoting(words), "STLS": "-ERR no"}
    tap.equal(verdict_of(rows), ("refuses", "refused"), f"{words}, and no USER listed")
    listed = verdict_of({**rows, "CAPA": capa("USER", "STLS")})
    tap.equal(listed[0], "undetermined", f"{words}, and USER listed")
    user_is_unsettled(words)


def user_is_taken_over_tls(words):
    tap.equal(verdict_of({"USER": quoting(words)}, {"USER": "+OK"}), ("refuses", "refused"), words)


def pass_is_answered(words, *wanted):
    got = verdict_of({"USER": "+OK", "PASS": quoting(words)})
    tap.true(got in wanted or got[0] in wanted, f"{got} on PASS -ERR {words}, wanted {wanted}")


for line in ABOUT_THE_NAME + ABOUT_THE_NAME_UNSEEN:
    tap.add(f"USER: {line!r} is about the name", user_is_unsettled, line)
for line in ABOUT_THE_COMMAND:
    tap.add(f"USER: {line!r} is a refusal of the command", command_is_refused, line)
for line in ABOUT_THE_COMMAND + ONLY_OVER_TLS:
    tap.add(f"USER: {line!r}, but not over TLS", user_is_taken_over_tls, line)
for line in WHATEVER_THE_NAME:
    tap.add(f"USER: {line!r} is a refusal", user_is_refused, line)
for line in CHECKED:
    tap.add(f"PASS: {line!r} was checked", pass_is_answered, line,
            ("permits", "credentials-checked"))
for line in LATE:
    tap.add(f"PASS: {line!r} is a late refusal", pass_is_answered, line,
            ("refuses", "refused-late"))
for line in NEITHER:
    tap.add(f"PASS: {line!r} settles nothing", pass_is_answered, line, "undetermined")

if __name__ == "__main__":
    tap.main()
