# SPDX-License-Identifier: Apache-2.0
"""Servers that mislead whoever looks at the CAPA list, or is satisfied too soon.

Each says how it must be judged at standard depth, at gentle depth and without
the credential; the exact texts are the products' own (facts/detection.md).
"""
import dataclasses

from fakeserver import (
    Pop3, after, by_connection, capa, close, hang, in_turn, limited, login, reset, sasl, stls)

CHECKED = "permits credentials-checked"
INVITED = "permits continuation"
TRUSTED = "permits trusted-network"
REFUSED = "refuses refused"
LATE = "refuses refused-late"
TLS_ONLY = "refuses tls-only"
UNTRIED = "undetermined pass-not-tried"
UNKNOWN = "undetermined unknown-refusal"
TEMPORARY = "undetermined temporary"
TIMEOUT = "undetermined timeout"
GREETING = "undetermined greeting-refused"
SAME_HOST = "undetermined same-host"
NOT_ASKED = "undetermined not-asked"
UNDETERMINED = "undetermined"  # whatever the reason: the point is that it is neither of the two

PERMITTED = {"cleartext-login"}
INVITES = {"password-invited"}
ADVERTISES = {"advertises-but-refuses"}
NO_STLS = {"stls-missing"}


@dataclasses.dataclass
class Trap:
    name: str
    behave: object  # makes the behaviour, anew for each run
    standard: str
    gentle: str = ""  # like standard
    no_credential: str = ""  # like gentle
    findings: set = dataclasses.field(default_factory=set)  # at standard depth, exactly
    timeout: float = 9
    tls: bool = False
    url: str = ""  # the scheme by which it is asked; else host:port
    source: str = ""
    quits: bool = True  # gentle may end with QUIT here
    bug: str = ""  # known, and how: it fails at standard depth

    def __post_init__(self):
        self.gentle = self.gentle or self.standard
        self.no_credential = self.no_credential or self.gentle


traps = []


def trap(name, behave, standard, gentle="", no_credential="", findings=(), **options):
    traps.append(Trap(name, behave, standard, gentle, no_credential, set(findings), **options))


def pop3(*table, **options):
    """A maker of servers by table, with STLS unless the table says otherwise."""
    rows = table[0] if table else {}
    return lambda: Pop3({"STLS": stls, **rows}, **options)


def everything(answer, **more):
    """All three ways to log in get the same answer."""
    return {"USER": answer, "AUTH": answer, **more}


BAD_LOGIN = "-ERR [AUTH] Authentication failed"
USER_PASS = {"USER": "+OK send PASS", "PASS": BAD_LOGIN}
NO_TLS = "-ERR Unknown command"  # to STLS
IN_TLS = {"CAPA": capa("USER", "UIDL"), "USER": "+OK"}  # what is there once TLS is up

# --- products, as detection.md section 5 has them -----------------------------------

COURIER = capa("STLS", "TOP", "USER", "LOGIN-DELAY 10", "PIPELINING", "UIDL", "UTF8 USER",
               "IMPLEMENTATION Courier Mail Server")

trap("Courier that requires TLS lists USER",
     pop3(everything("-ERR TLS required to log in.", CAPA=COURIER,
                     QUIT=["+OK Better luck next time.", close]),
          greeting="+OK Hello there.", unknown="-ERR Invalid command."),
     REFUSED, findings=ADVERTISES)
trap("Courier in clear",
     pop3({"CAPA": COURIER, "USER": "+OK Password required.", "PASS": "-ERR Login failed."},
          greeting="+OK Hello there.", unknown="-ERR Invalid command."),
     CHECKED, UNTRIED, findings=PERMITTED)

ZIMBRA = capa("TOP", "USER", "UIDL", "STLS", "SASL", "EXPIRE 31 USER", "XOIP",
              "IMPLEMENTATION ZimbraInc")
trap("Zimbra lists USER and EXPIRE 31 USER",
     pop3({"CAPA": ZIMBRA, "USER": "-ERR only valid after entering TLS mode",
           "AUTH": "-ERR mechanism not supported"},
          greeting="+OK mail.example.com POP3 Service Zimbra POP3 server ready"),
     REFUSED, findings=ADVERTISES)
trap("Zimbra in clear",
     pop3({"CAPA": ZIMBRA, "USER": "+OK hello popseal, please enter your password",
           "PASS": "-ERR invalid username/password", "AUTH": "-ERR mechanism not supported"},
          greeting="+OK mail.example.com Zimbra POP3 server ready"),
     CHECKED, UNTRIED, findings=PERMITTED)

JAMES = {"CAPA": capa("PIPELINING", "USER", "TOP", "UIDL", "STLS"), "USER": "+OK",
         "PASS": "-ERR Authentication requires TLS.", "AUTH": "-ERR Authentication requires TLS."}
trap("James takes USER and refuses PASS",
     pop3(JAMES, greeting="+OK <17.1700000000@mail> POP3 server (JAMES POP3 Server ) ready "),
     LATE, UNTRIED, findings=ADVERTISES | INVITES)
trap("the words of James from a server of no name", pop3(JAMES),
     LATE, UNTRIED, findings=ADVERTISES | INVITES)

WILDDUCK = "+OK WildDuck Server ready for requests from 127.0.0.1 a1b2c3d4"
trap("WildDuck refuses, and closes at the first unknown command",
     pop3({"CAPA": capa("TOP", "UIDL", "PIPELINING", "STLS", "IMPLEMENTATION WildDuck"),
           "USER": "-ERR Command is not valid in this state",
           "AUTH PLAIN": "-ERR Command is not valid in this state"},
          greeting=WILDDUCK, unknown=limited(1, "-ERR bad command")),
     REFUSED, NOT_ASKED, REFUSED)
trap("WildDuck without STARTTLS hides the login that it takes",
     pop3({"CAPA": capa("TOP", "UIDL", "PIPELINING", "IMPLEMENTATION WildDuck"),
           "AUTH PLAIN": sasl(BAD_LOGIN), "STLS": "-ERR Command is not valid in this state",
           **USER_PASS},
          greeting=WILDDUCK, unknown=limited(1, "-ERR bad command")),
     CHECKED, INVITED, findings=PERMITTED | NO_STLS | {"hides-but-accepts"})

HMAIL = {"greeting": "+OK POP3", "unknown": "-ERR Invalid command in current state."}
HMAIL_CAPA = capa("UIDL", "TOP", "USER", "STLS")
trap("hMailServer whose range rule wants TLS lists USER",
     pop3({"CAPA": HMAIL_CAPA,
           "USER": "-ERR A SSL/TLS-connection is required for authentication."}, **HMAIL),
     REFUSED, findings=ADVERTISES)
trap("hMailServer whose range rule speaks at PASS",
     pop3({"CAPA": HMAIL_CAPA, "USER": "+OK Send your password",
           "PASS": "-ERR A SSL/TLS-connection is required for authentication."}, **HMAIL),
     LATE, UNTRIED, findings=ADVERTISES | INVITES)
trap("hMailServer that requires STLS",
     pop3({"CAPA": capa("UIDL", "TOP", "STLS"), "USER": "-ERR STLS is required."}, **HMAIL),
     REFUSED)

EXCHANGE = "+OK The Microsoft Exchange POP3 service is ready."
INVALID = "-ERR Command is not valid in this state."
trap("Exchange, PlainTextLogin: SASL NTLM GSSAPI PLAIN",
     pop3({"CAPA": capa("TOP", "UIDL", "SASL NTLM GSSAPI PLAIN", "USER", "STLS"),
           "AUTH": "-ERR Protocol error. 14", "AUTH NTLM": sasl(BAD_LOGIN),
           "AUTH PLAIN": sasl("-ERR Logon failure: unknown user name or bad password."),
           "USER": "+OK", "PASS": "-ERR Logon failure: unknown user name or bad password."},
          greeting=EXCHANGE),
     CHECKED, INVITED, findings=PERMITTED | {"challenge-in-clear"})
trap("Exchange, PlainTextAuthentication: NTLM alone before TLS",
     pop3({"CAPA": capa("TOP", "UIDL", "SASL NTLM GSSAPI", "STLS"), "USER": INVALID,
           "AUTH": INVALID, "AUTH NTLM": sasl(BAD_LOGIN)}, greeting=EXCHANGE),
     REFUSED, findings={"challenge-in-clear"})
trap("Exchange, SecureLogin",
     pop3(everything(INVALID, CAPA=capa("TOP", "UIDL", "STLS")), greeting=EXCHANGE), REFUSED)

trap("nginx with starttls only says invalid command",
     pop3({"CAPA": capa("TOP", "UIDL", "STLS")}, greeting="+OK POP3 ready",
          unknown="-ERR invalid command", over_tls=IN_TLS),
     REFUSED)
trap("nginx without its auth service has processed the login",
     pop3({"CAPA": capa("TOP", "USER", "UIDL", "SASL PLAIN LOGIN"), "USER": "+OK",
           "PASS": "-ERR internal server error", "STLS": "-ERR invalid command"},
          greeting="+OK POP3 ready", unknown="-ERR invalid command"),
     CHECKED, UNTRIED, findings=PERMITTED | NO_STLS)

STUNNEL = {"CAPA": "-ERR Stunnel does not support capabilities"}
trap("stunnel closes on anything but STLS",
     pop3({**STUNNEL, **everything(close)}, greeting="+OK POP3 ready + stunnel",
          unknown=close, over_tls=IN_TLS),
     REFUSED, NOT_ASKED, REFUSED)
trap("stunnel closes on anything but STLS, and its back end on USER",
     pop3({**STUNNEL, **everything(close)}, greeting="+OK POP3 ready + stunnel",
          unknown=close),
     NOT_ASKED)
trap("stunnel resets on anything but STLS",
     pop3({**STUNNEL, **everything(reset)}, greeting="+OK POP3 ready + stunnel",
          unknown=reset, over_tls=IN_TLS),
     REFUSED, NOT_ASKED, REFUSED)
trap("a wrapper that closes on CAPA too",
     pop3({"CAPA": close}, unknown=close, over_tls=IN_TLS),
     REFUSED, NOT_ASKED, REFUSED)

trap("popa3d has a bare -ERR for what it does not know",
     pop3({"USER": "+OK", "PASS": "-ERR Authentication failed (bad password?)",
           "STLS": "-ERR"}, greeting="+OK", unknown="-ERR"),
     CHECKED, UNTRIED, findings=PERMITTED | NO_STLS)
trap("qmail-popup: no CAPA, a timestamp",
     pop3({"USER": "+OK ", "PASS": ["-ERR authorization failed", close],
           "STLS": "-ERR authorization first"},
          greeting="+OK <1234.1700000000@mail.example.com>", unknown="-ERR authorization first"),
     CHECKED, UNTRIED, findings=PERMITTED | NO_STLS | {"challenge-in-clear"})

DOVECOT_CAPA = ("CAPA", "TOP", "UIDL", "RESP-CODES", "PIPELINING", "AUTH-RESP-CODE", "STLS")
DOVECOT = {"greeting": "+OK Dovecot ready.",
           "unknown": limited(3, "-ERR Unknown command.",
                              "-ERR Too many invalid bad commands.")}
DOVECOT_IN_CLEAR = {
    "CAPA": "\n".join(("+OK", *DOVECOT_CAPA, "USER", "SASL PLAIN LOGIN", ".")),
    "AUTH PLAIN": sasl("-ERR [AUTH] Authentication failed."),
    "AUTH LOGIN": login("-ERR [AUTH] Authentication failed."),
    "USER": "+OK", "PASS": "-ERR [AUTH] Authentication failed."}
PLAINTEXT = "-ERR [AUTH] Plaintext authentication disallowed on non-secure (SSL/TLS) connections."
UNTIL_TLS = "-ERR [AUTH] Authentication not allowed until SSL/TLS is enabled."
trap("Dovecot trap A: lists USER and refuses it",
     pop3({"CAPA": "\n".join(("+OK", *DOVECOT_CAPA, "USER", "SASL", ".")), "USER": PLAINTEXT,
           "AUTH": UNTIL_TLS}, **DOVECOT),
     REFUSED, findings=ADVERTISES)
trap("Dovecot trap B: asked from its own address", pop3(DOVECOT_IN_CLEAR, **DOVECOT), SAME_HOST)
trap("Dovecot asked from another address", pop3(DOVECOT_IN_CLEAR, **DOVECOT),
     CHECKED, INVITED, findings=PERMITTED, source="127.0.0.2")
trap("Dovecot in a trusted network",
     pop3(DOVECOT_IN_CLEAR, **{**DOVECOT, "greeting": "+OK [XCLIENT] Dovecot ready."}),
     TRUSTED, findings=PERMITTED, source="127.0.0.2")
trap("a server that closes at the third unknown command",
     pop3(USER_PASS, unknown=limited(3, "-ERR Unknown command.")),
     CHECKED, UNTRIED, findings=PERMITTED)

LAYER = "-ERR [AUTH] {} command only available under a layer"
trap("Cyrus that wants a layer",
     pop3({"CAPA": capa("SASL", "STLS", "EXPIRE NEVER", "LOGIN-DELAY 0", "TOP", "UIDL",
                        "PIPELINING", "RESP-CODES", "AUTH-RESP-CODE",
                        "IMPLEMENTATION Cyrus POP3 3.6.1"),
           "USER": LAYER.format("USER"), "AUTH": LAYER.format("AUTH"),
           "APOP": LAYER.format("APOP")},
          greeting="+OK mail Cyrus POP3 3.6.1 server ready <123.1700000000@mail>",
          unknown="-ERR Unrecognized command"),
     REFUSED)
trap("UW ipop3d with plain text disabled",
     pop3({"CAPA": capa("TOP", "LOGIN-DELAY 180", "UIDL", "STLS")},
          greeting="+OK POP3 mail 2007e.104 server ready",
          unknown="-ERR Unknown AUTHORIZATION state command", over_tls=IN_TLS),
     REFUSED)
trap("GNU mailutils in the wrong state",
     pop3({"CAPA": capa("TOP", "UIDL", "RESP-CODES", "XTLSREQUIRED", "STLS"),
           "PASS": "-ERR Invalid command"}, greeting="+OK POP3 Ready <29509.1795466167@vm>",
          unknown="-ERR Incorrect state"),
     REFUSED)
trap("a proxy that disables logins at PASS",
     pop3({**USER_PASS, "PASS": "-ERR Login Disabled", "CAPA": capa("UIDL", "STLS")}),
     LATE, UNTRIED, findings=INVITES)

STALWART = {**everything("-ERR Cannot authenticate over plain-text."),
            "CAPA": capa("SASL OAUTHBEARER XOAUTH2", "STLS", "TOP", "UIDL",
                         "IMPLEMENTATION Stalwart Server")}
TOKENS = PERMITTED | {"token-in-clear"}
# What gentle does not ask, it must not deny either.
trap("Stalwart takes OAUTHBEARER and nothing else",
     pop3({**STALWART, "AUTH OAUTHBEARER": sasl(BAD_LOGIN)},
          greeting="+OK Stalwart POP3 at your service."),
     INVITED, UNDETERMINED, INVITED, findings=TOKENS)
trap("XOAUTH2 is taken where it is listed",
     pop3({**STALWART, "CAPA": capa("SASL XOAUTH2", "STLS"), "AUTH XOAUTH2": sasl(BAD_LOGIN)}),
     INVITED, UNDETERMINED, INVITED, findings=TOKENS)
trap("XOAUTH2 is listed, and refused",
     pop3({**STALWART, "CAPA": capa("SASL XOAUTH2", "STLS")}), REFUSED, "", REFUSED)
traps[-1].gentle = UNDETERMINED
trap("XOAUTH2 is listed, and out of order today",
     pop3({**STALWART, "CAPA": capa("SASL XOAUTH2", "STLS"),
           "AUTH XOAUTH2": "-ERR [SYS/TEMP] try again later"}),
     UNDETERMINED)
trap("XOAUTH2 is listed, and closes the connection",
     pop3({**STALWART, "CAPA": capa("SASL XOAUTH2", "STLS"), "AUTH XOAUTH2": close}),
     UNDETERMINED)
trap("XOAUTH2 is listed, and not answered",
     pop3({**STALWART, "CAPA": capa("SASL XOAUTH2", "STLS"), "AUTH XOAUTH2": hang}),
     UNDETERMINED, timeout=1)

TOKEN_OVER_TLS = {"CAPA": capa("SASL XOAUTH2", "UIDL")}
trap("XOAUTH2 is listed over TLS only, and taken in clear",
     pop3({**STALWART, "CAPA": capa("STLS", "UIDL"), "AUTH XOAUTH2": sasl(BAD_LOGIN)},
          over_tls=TOKEN_OVER_TLS),
     INVITED, REFUSED, INVITED, findings=TOKENS | {"hides-but-accepts"})
trap("XOAUTH2 is listed over TLS only, and refused in clear",
     pop3({**STALWART, "CAPA": capa("STLS", "UIDL")}, over_tls=TOKEN_OVER_TLS), REFUSED)
trap("CAPA is refused, lists XOAUTH2 over TLS, and it is taken in clear",
     pop3({**STALWART, "CAPA": "-ERR unknown command", "AUTH XOAUTH2": sasl(BAD_LOGIN)},
          over_tls=TOKEN_OVER_TLS),
     INVITED, REFUSED, INVITED, findings=TOKENS)
TOKEN_LISTED = {**STALWART, "AUTH XOAUTH2": sasl(BAD_LOGIN), "STLS": NO_TLS}
for trouble, words in (("refused for now", "-ERR [SYS/TEMP] later"), ("lost", close)):
    trap(f"CAPA is {trouble} at first, then lists XOAUTH2",
         lambda words=words: Pop3({**TOKEN_LISTED, "CAPA": in_turn(words, capa("SASL XOAUTH2"))}),
         INVITED, UNDETERMINED, INVITED, findings=TOKENS | NO_STLS)
trap("CAPA is refused for now, whenever it is asked",
     pop3({**TOKEN_LISTED, "CAPA": "-ERR [SYS/TEMP] later"}),
     INVITED, UNDETERMINED, INVITED, findings=TOKENS | NO_STLS)

# --- what stands in the CAPA list, or instead of it -----------------------------------

trap("SASL NTLM GSSAPI PLAIN without a USER line",
     pop3({"CAPA": capa("SASL NTLM GSSAPI PLAIN", "STLS"), "USER": "-ERR Command not known",
           "AUTH PLAIN": sasl(BAD_LOGIN)}),
     CHECKED, INVITED, findings=PERMITTED)
trap("UTF8 USER is no USER",
     pop3(everything("-ERR TLS required", CAPA=capa("UTF8 USER", "STLS"))),
     REFUSED, findings=ADVERTISES)
trap("EXPIRE NEVER USER, LOGIN-DELAY 10 USER are no USER",
     pop3(everything("-ERR TLS required",
                     CAPA=capa("EXPIRE NEVER USER", "LOGIN-DELAY 10 USER", "STLS"))),
     REFUSED, findings=ADVERTISES)
trap("CAPA hides a login that works", pop3({"CAPA": capa("UIDL", "STLS"), **USER_PASS}),
     CHECKED, UNTRIED, findings=PERMITTED | {"hides-but-accepts"})
trap("an empty CAPA list", pop3({"CAPA": "+OK\n.", **USER_PASS}),
     CHECKED, UNTRIED, findings=PERMITTED | {"hides-but-accepts"})
trap("a CAPA list in lower case, with dots",
     pop3({"CAPA": capa("sasl plain", "..x", "stls", "implementation 1.2.3."),
           "AUTH PLAIN": sasl(BAD_LOGIN)}),
     CHECKED, INVITED, findings=PERMITTED)
trap("CAPA is refused, and a bare AUTH lists PLAIN",
     pop3({"AUTH$": "+OK methods supported:\nPLAIN\nLOGIN\n.", "AUTH PLAIN": sasl(BAD_LOGIN)}),
     CHECKED, INVITED, findings=PERMITTED)
trap("CAPA is refused, and a bare AUTH lists XOAUTH2",
     pop3({"AUTH$": "+OK\nXOAUTH2\n.", "AUTH XOAUTH2": sasl(BAD_LOGIN), "AUTH": "-ERR no",
           "USER": "-ERR TLS required"}),
     INVITED, UNKNOWN, INVITED, findings=TOKENS)


def bytewise(behave):
    """The same server, which sends each byte in a segment of its own."""
    def served(connection):
        connection.send = lambda data: whole(connection, data)
        behave()(connection)
    def whole(connection, data):
        del connection.send
        connection.trickle(data)
        connection.send = lambda data: whole(connection, data)
    return lambda: served


IN_CLEAR = {"CAPA": capa("USER", "SASL PLAIN", "STLS"), "AUTH PLAIN": sasl(BAD_LOGIN), **USER_PASS}
IN_TLS_ONLY = everything("-ERR TLS required", CAPA=capa("UIDL", "STLS"))

trap("every byte in its own segment, permitted", bytewise(pop3(IN_CLEAR)),
     CHECKED, INVITED, findings=PERMITTED)
trap("every byte in its own segment, refused", bytewise(pop3(IN_TLS_ONLY)), REFUSED)
trap("line feeds only", pop3({"CAPA": capa("USER", "STLS"), **USER_PASS}, end="\n"),
     CHECKED, UNTRIED, findings=PERMITTED)
trap("+ok and -err in lower case",
     pop3({"CAPA": "+ok\nuser\nstls\n.", "USER": "+ok", "PASS": "-err bad login",
           "QUIT": ["+ok", close]}, greeting="+ok ready", unknown="-err unknown command"),
     CHECKED, UNTRIED, findings=PERMITTED)
trap("a greeting that comes after 5 s", pop3(IN_CLEAR, greeting=after(5, "+OK at last")),
     CHECKED, INVITED, findings=PERMITTED, timeout=15)
trap("a + without a space", pop3({**IN_CLEAR, "AUTH PLAIN": sasl(BAD_LOGIN, "+")}),
     CHECKED, INVITED, findings=PERMITTED)
trap("+ERR is a refusal",
     pop3({"CAPA": capa("STLS"), "USER": "+ERR TLS required"}, unknown="+ERR TLS required"),
     REFUSED)
trap("ERR without its sign is a refusal",
     pop3({"CAPA": capa("STLS"), "USER": "ERR TLS required"}, unknown="ERR TLS required"),
     REFUSED)

# --- greetings ----------------------------------------------------------------------------

trap("a greeting with -ERR", pop3(greeting=["-ERR go away", close]), GREETING)
trap("a greeting with -ERR that goes on", pop3(USER_PASS, greeting="-ERR hm"), GREETING)
trap("a greeting with -ERR [SYS/PERM]", pop3(greeting=["-ERR [SYS/PERM] no", close]), GREETING)
trap("a greeting by an access list",
     pop3(greeting=["-ERR access from your network is denied", close]), GREETING)
trap("a greeting with -ERR [SYS/TEMP]", pop3(greeting=["-ERR [SYS/TEMP] busy", close]), TEMPORARY)
trap("a greeting with -ERR [SYS/TEMP] at first",
     pop3({"CAPA": capa("USER", "STLS"), **USER_PASS},
          greeting=by_connection(lambda c, l: c.give(["-ERR [SYS/TEMP] busy", close], l), "+OK")),
     CHECKED, TEMPORARY, UNTRIED, findings=PERMITTED)
trap("a second connection with an -ERR greeting leaves questions open",
     pop3({**USER_PASS, "CAPA": "-ERR what?"},
          greeting=by_connection("+OK", lambda c, l: c.give(["-ERR too many", close], l))),
     UNDETERMINED, UNTRIED, UNDETERMINED)
for what, greeting in (("an extra line after the greeting", "+OK ready\n-ERR by the way"),
                       ("a greeting of two lines", "+OK hello\n+OK ready")):
    trap(f"{what}, permitted", pop3({"CAPA": capa("USER", "STLS"), **USER_PASS},
                                    greeting=greeting), UNDETERMINED,
         quits=False)  # it leaves with lines unread, and the reset may overtake its QUIT
    trap(f"{what}, and QUIT is not answered",
         pop3({**USER_PASS, "QUIT": close, "STLS": NO_TLS}, greeting=greeting), UNDETERMINED,
         timeout=2, quits=False)
trap("an extra line that comes late, and QUIT is not answered",
     pop3({**USER_PASS, "QUIT": close, "STLS": NO_TLS},
          greeting=["+OK ready", after(0.2, "-ERR by the way")]),
     UNDETERMINED)
trap("every refusal has two lines, and USER is taken",
     pop3({"USER": "+OK", "PASS": BAD_LOGIN, "STLS": NO_TLS},
          unknown="-ERR unknown command\n-ERR known are: USER, PASS, QUIT"),
     UNDETERMINED)

# --- closing, resetting, changing one's mind ----------------------------------------------


def once(answer):
    """Gives the answer, then closes the connection."""
    return [answer, close]


trap("a server that closes after each reply, refusing",
     pop3({key: once(value) for key, value in IN_TLS_ONLY.items()}, unknown=once("-ERR what?")),
     REFUSED, NOT_ASKED, REFUSED)
trap("a server that closes after each reply, and takes USER",
     pop3({"CAPA": once(capa("USER", "STLS")), "USER": once("+OK")}, unknown=once("-ERR no")),
     UNDETERMINED, NOT_ASKED, UNTRIED, findings=INVITES)
trap("a server that closes on AUTH and takes USER",
     pop3({"CAPA": capa("USER", "STLS"), "AUTH": close, **USER_PASS}),
     CHECKED, NOT_ASKED, UNTRIED, findings=PERMITTED)
trap("a server that closes on every command", lambda: Pop3({"QUIT": close}, unknown=close),
     UNDETERMINED)
trap("a firewall that cuts every connection but the first",
     lambda: Pop3({"CAPA": by_connection(capa("UIDL"), close),
                   "AUTH": by_connection("-ERR unknown command", close),
                   "USER": by_connection("+OK", close), "PASS": BAD_LOGIN,
                   "STLS": by_connection(NO_TLS, close)}),
     UNDETERMINED, UNTRIED, UNDETERMINED)
trap("a single close on a fresh connection is no refusal",
     lambda: Pop3({"USER": in_turn(close, "+OK"), "PASS": BAD_LOGIN, "CAPA": capa("UIDL")}),
     CHECKED, UNDETERMINED, UNTRIED, findings=PERMITTED | NO_STLS | {"hides-but-accepts"})
trap("a single close within a connection is no refusal",
     lambda: Pop3({"CAPA": capa("USER", "STLS"), "AUTH": "-ERR TLS required", "STLS": stls,
                   "USER": in_turn(close, "+OK"), "PASS": BAD_LOGIN}),
     CHECKED, UNDETERMINED, UNTRIED, findings=PERMITTED)


def outage(lasting, **table):
    """A server that closes on logins for its first connections, and then takes them."""
    shut = [close] * lasting
    return pop3({"AUTH": by_connection(*shut, "-ERR unknown mechanism"),
                 "USER": by_connection(*shut, "+OK"), "PASS": BAD_LOGIN, **table})


trap("an outage that is over when STLS shows life",
     outage(5, CAPA=capa("USER", "STLS")), CHECKED, UNDETERMINED, findings=PERMITTED)
trap("an outage that is over when CAPA shows life",
     outage(6, CAPA=capa("USER"), STLS=NO_TLS), CHECKED, UNDETERMINED,
     findings=PERMITTED | NO_STLS)
trap("an outage that closes on the token as well",
     pop3({**STALWART, "CAPA": capa("SASL XOAUTH2", "STLS"),
           "AUTH XOAUTH2": by_connection(*[close] * 3, sasl(BAD_LOGIN))}),
     INVITED, UNDETERMINED, INVITED, findings=TOKENS)
trap("a load balancer: the first server permits, the others refuse",
     pop3({"CAPA": capa("STLS"), "AUTH PLAIN": by_connection(sasl(BAD_LOGIN), "-ERR TLS required"),
           "USER": by_connection("+OK", "-ERR TLS required")}),
     INVITED, findings=PERMITTED | {"hides-but-accepts"})
trap("a load balancer: the first server knows little, the others permit",
     pop3({"CAPA": by_connection("-ERR what?", capa("USER", "STLS")),
           "AUTH": by_connection("-ERR what?", login(BAD_LOGIN)), "AUTH$": "-ERR what?",
           "USER": by_connection("-ERR what?", "+OK"), "PASS": BAD_LOGIN}),
     CHECKED, UNKNOWN, INVITED, findings=PERMITTED)
trap("USER is refused for now, then taken",
     lambda: Pop3({"CAPA": capa("USER", "STLS"), "PASS": BAD_LOGIN, "STLS": stls,
                   "USER": in_turn("-ERR [SYS/TEMP] not now", "+OK")}),
     CHECKED, TEMPORARY, UNTRIED, findings=PERMITTED)
trap("USER is refused for now, always",
     pop3({"CAPA": capa("USER", "STLS"), "USER": "-ERR [SYS/TEMP] not now"}), TEMPORARY)
trap("a reset on USER, and no STLS",
     pop3({"CAPA": capa("UIDL"), "USER": reset, "STLS": NO_TLS}), UNDETERMINED,
     findings=NO_STLS)
trap("USER is not answered",
     pop3({"CAPA": capa("USER"), "USER": hang, "STLS": NO_TLS}), TIMEOUT, timeout=1,
     findings=NO_STLS, quits=False)

# --- the credential ------------------------------------------------------------------------

LISTS_USER = {"CAPA": capa("USER", "STLS"), "USER": "+OK"}
trap("PASS is answered with +OK", pop3({**LISTS_USER, "PASS": "+OK welcome"}),
     CHECKED, UNTRIED, findings=PERMITTED)
trap("PASS closes the connection", pop3({**LISTS_USER, "PASS": close}),
     UNKNOWN, UNTRIED, findings=INVITES)
trap("PASS resets the connection", pop3({**LISTS_USER, "PASS": reset}),
     UNKNOWN, UNTRIED, findings=INVITES)
trap("PASS is not answered", pop3({**LISTS_USER, "PASS": hang}),
     TIMEOUT, UNTRIED, findings=INVITES, timeout=1)
trap("PASS is answered by something that is no answer",
     pop3({**LISTS_USER, "PASS": "550 no such mailbox"}), UNKNOWN, UNTRIED, findings=INVITES)
trap("AUTH LOGIN that takes * for a name",
     pop3({"CAPA": capa("SASL LOGIN", "STLS"), "USER": "-ERR no",
           "AUTH LOGIN": login("-ERR bad login", cancelled=None)}),
     CHECKED, INVITED, findings=PERMITTED, quits=False)
trap("AUTH PLAIN that takes * for a response",
     pop3({"CAPA": capa("SASL PLAIN", "STLS"), "USER": "-ERR no",
           "AUTH PLAIN": sasl("-ERR bad base64", cancelled=None)}),
     UNKNOWN, INVITED, findings=INVITES)
trap("AUTH PLAIN that does not answer *",
     pop3({"CAPA": capa("SASL PLAIN", "STLS"), "AUTH PLAIN": ["+ ", hang]}),
     UNDETERMINED, INVITED, findings=INVITES, timeout=1, quits=False)
trap("AUTH PLAIN invites, and the response is refused for want of TLS",
     pop3({"CAPA": capa("SASL PLAIN", "STLS"), "USER": "-ERR TLS required",
           "AUTH LOGIN": "-ERR TLS required",
           "AUTH PLAIN": sasl("-ERR Plaintext authentication requires TLS")}),
     LATE, INVITED, findings=INVITES | ADVERTISES)
trap("two are invited, one is refused for want of TLS",
     pop3({"CAPA": capa("SASL PLAIN LOGIN", "STLS"), "USER": "-ERR TLS required",
           "AUTH": sasl("-ERR Plaintext authentication requires TLS")}),
     UNTRIED, INVITED, findings=INVITES)
trap("AUTH PLAIN wants an initial response",
     pop3({"CAPA": capa("SASL PLAIN", "STLS"), "USER": "-ERR use AUTH", "AUTH LOGIN": "-ERR no",
           "AUTH PLAIN": "-ERR missing argument"}),
     UNDETERMINED)
trap("AUTH is answered with +OK",
     pop3({"CAPA": capa("SASL PLAIN", "STLS"), "AUTH": "+OK go ahead",
           "USER": "-ERR TLS required"}),
     UNDETERMINED)
trap("a honeypot that says +OK to everything", lambda: Pop3({}, unknown="+OK"),
     CHECKED, TIMEOUT, UNTRIED, findings=PERMITTED, timeout=1, quits=False)

STAMPED = {"greeting": "+OK ready <17.1700000000@mail.example.com>"}
trap("APOP is checked, the rest refused",
     pop3({**IN_TLS_ONLY, "APOP": "-ERR [AUTH] authentication failed"}, **STAMPED),
     REFUSED, findings={"challenge-in-clear"})
trap("APOP is refused for want of TLS",
     pop3({**IN_TLS_ONLY, "APOP": "-ERR TLS required"}, **STAMPED), REFUSED)
trap("APOP logs the random name in", pop3({**IN_TLS_ONLY, "APOP": "+OK welcome"}, **STAMPED),
     REFUSED, findings={"challenge-in-clear"})

# --- TLS -----------------------------------------------------------------------------------


def plaintext_then_tls(connection, _):
    connection.say("+OK begin\n+OK and this was in clear")
    connection.start_tls()


trap("plaintext after the +OK to STLS", pop3({**IN_TLS_ONLY, "STLS": plaintext_then_tls}),
     REFUSED, findings={"stls-broken"})
trap("STLS goes on in plaintext, permitted",
     pop3({"CAPA": capa("USER", "STLS"), "STLS": "+OK begin", **USER_PASS}),
     CHECKED, UNTRIED, findings=PERMITTED | {"stls-broken"})
trap("STLS goes on in plaintext, refused", pop3({**IN_TLS_ONLY, "STLS": "+OK begin"}),
     REFUSED, findings={"stls-broken"})
trap("STLS is listed and refused", pop3({**IN_TLS_ONLY, "STLS": "-ERR not now"}),
     REFUSED, findings={"stls-broken"})
trap("STLS is there though not listed", pop3({**IN_TLS_ONLY, "CAPA": capa("UIDL")}), REFUSED)
trap("clear POP3 on the TLS port", pop3({"CAPA": capa("USER", "STLS"), **USER_PASS}),
     CHECKED, UNDETERMINED, UNTRIED, findings=PERMITTED | {"implicit-tls-missing"}, url="pop3s")
trap("TLS on the clear port", pop3(IN_CLEAR), TLS_ONLY, TIMEOUT, TLS_ONLY, tls=True, timeout=2,
     url="pop3", quits=False)
trap("POP3 in TLS from the first byte", pop3(IN_CLEAR), TLS_ONLY, tls=True, url="pop3s")

# --- long lists ----------------------------------------------------------------------------

CAPABILITIES_MAX = 64  # lines of a list that are kept


def token_behind(*lines, **more):
    """A server that takes XOAUTH2 alone, which it lists behind these lines."""
    return pop3({**STALWART, "CAPA": capa(*lines, "SASL XOAUTH2"), "AUTH XOAUTH2": sasl(BAD_LOGIN),
                 **more})


for count in (CAPABILITIES_MAX - 1, CAPABILITIES_MAX, 200):
    trap(f"XOAUTH2 is listed behind {count} other lines",
         token_behind("STLS", *["X-LINE"] * (count - 1)),
         INVITED, UNDETERMINED, INVITED, findings=TOKENS)
    trap(f"XOAUTH2 is listed behind {count} SASL lines",
         token_behind(*["SASL X-NONE"] * count), INVITED, UNDETERMINED, INVITED, findings=TOKENS)
    trap(f"XOAUTH2 comes behind {count} others of a bare AUTH",
         pop3({**STALWART, "CAPA": "-ERR unknown command", "AUTH XOAUTH2": sasl(BAD_LOGIN),
               "AUTH$": "\n".join(("+OK", *["X-NONE"] * count, "XOAUTH2", "."))}),
         INVITED, REFUSED, INVITED, findings=TOKENS)
    trap(f"STLS is listed behind {count} other lines",
         pop3(everything("-ERR TLS required", CAPA=capa(*["X-LINE"] * count, "STLS"),
                         STLS="-ERR not now")),
         REFUSED, findings={"stls-broken"})
trap("XOAUTH2 is listed behind 4096 octets of its line",
     token_behind("SASL " + "X" * 4096 + " XOAUTH2"),
     INVITED, UNDETERMINED, INVITED, findings=TOKENS)
trap("SASL, a tab, XOAUTH2", pop3({**STALWART, "CAPA": capa(" SASL\tPLAIN\tXOAUTH2", "STLS"),
                                   "AUTH XOAUTH2": sasl(BAD_LOGIN)}),
     INVITED, UNDETERMINED, INVITED, findings=TOKENS)
trap("a list that never ends has XOAUTH2 somewhere",
     pop3({**STALWART, "CAPA": capa(*["X-LINE"] * 30000, "SASL XOAUTH2"),
           "AUTH XOAUTH2": sasl(BAD_LOGIN)}),
     INVITED, UNDETERMINED, INVITED, findings=TOKENS, quits=False)
trap("a list that closes in its midst",
     pop3({**STALWART, "CAPA": ["+OK\nTOP", close], "AUTH XOAUTH2": sasl(BAD_LOGIN)}),
     INVITED, UNDETERMINED, INVITED, findings=TOKENS)
ONLY_TOKEN = {**STALWART, "CAPA": close, "STLS": NO_TLS}
trap("a list that is lost each time has XOAUTH2",
     pop3({**ONLY_TOKEN, "AUTH XOAUTH2": sasl(BAD_LOGIN)}),
     INVITED, UNDETERMINED, INVITED, findings=TOKENS | NO_STLS)
trap("a list that is lost each time, and tokens are refused", pop3(ONLY_TOKEN),
     REFUSED, UNDETERMINED, REFUSED, findings=NO_STLS)

# --- what came before on the connection ------------------------------------------------------


def only_behind(*allowed, answer="+OK", otherwise="-ERR bad sequence of commands"):
    """Gives the answer where nothing else came before it on the connection."""
    def give(connection, line):
        asked = {line.split()[0] for line in connection.commands[:-1]}
        connection.give(answer if asked <= set(allowed) else otherwise, line)
    return give


for otherwise in ("-ERR bad sequence of commands", "-ERR unknown command", "-ERR",
                  "-ERR Incorrect state", "-ERR not now", "-ERR invalid command"):
    for allowed in ((), (b"CAPA",)):
        trap(f"USER is taken behind {len(allowed)} commands, and else {otherwise!r}",
             pop3({"CAPA": capa("STLS"), "AUTH": "-ERR TLS required",
                   "USER": only_behind(*allowed, otherwise=otherwise), "PASS": BAD_LOGIN}),
             CHECKED, UNDETERMINED, UNTRIED, findings=PERMITTED | {"hides-but-accepts"})
trap("AUTH LOGIN is taken where no AUTH came before it",
     pop3({"CAPA": capa("STLS"), "AUTH PLAIN": "-ERR mechanism not supported",
           "AUTH LOGIN": only_behind(answer=login(BAD_LOGIN)), "USER": "-ERR TLS required"}),
     CHECKED, UNDETERMINED, INVITED, findings=PERMITTED | {"hides-but-accepts"})
trap("AUTH PLAIN is taken where no CAPA came before it",
     pop3({"CAPA": "-ERR bad sequence", "AUTH$": "-ERR bad sequence",
           "AUTH PLAIN": only_behind(answer=sasl(BAD_LOGIN), otherwise="-ERR bad sequence"),
           "AUTH LOGIN": "-ERR TLS required", "USER": "-ERR TLS required"}),
     CHECKED, UNDETERMINED, INVITED, findings=PERMITTED)
trap("XOAUTH2 is taken where no AUTH came before it",
     pop3({**STALWART, "CAPA": capa("SASL XOAUTH2", "STLS"),
           "AUTH XOAUTH2": only_behind(answer=sasl(BAD_LOGIN))}),
     INVITED, UNDETERMINED, INVITED, findings=TOKENS)
trap("USER is refused on every connection, and every time otherwise",
     lambda: Pop3({"CAPA": capa("STLS"), "STLS": stls,
                   "USER": in_turn("-ERR bad sequence", "-ERR what?", "-ERR no")},
                  over_tls={"USER": "+OK"}),
     REFUSED, UNKNOWN, REFUSED)
trap("USER is refused in words of no meaning, and taken over TLS",
     pop3({"CAPA": capa("STLS"), "USER": "-ERR"}, over_tls={"USER": "+OK"}),
     REFUSED, UNKNOWN, REFUSED)
trap("USER is refused in words of no meaning, and closes over TLS",
     pop3({"CAPA": capa("STLS"), "USER": "-ERR"}, over_tls={"USER": close}), UNKNOWN)
trap("USER is refused in words of no meaning, and is not answered over TLS",
     pop3({"CAPA": capa("STLS"), "USER": "-ERR"}, over_tls={"USER": hang}), UNDETERMINED,
     timeout=1)
trap("USER is refused in words of no meaning, and there is no STLS",
     pop3({"CAPA": capa("UIDL"), "USER": "-ERR", "STLS": NO_TLS}, unknown="-ERR"), UNKNOWN,
     findings=NO_STLS)

# --- the words of AUTH -----------------------------------------------------------------------

trap("a listed PLAIN is refused in words of no meaning",
     pop3({"CAPA": capa("SASL PLAIN", "STLS"), "AUTH": "-ERR no", "USER": "-ERR TLS required"}),
     UNKNOWN)
trap("AUTH wants an initial response, and there is no list",
     pop3({"AUTH": "-ERR missing argument", "USER": "-ERR TLS required"}), UNDETERMINED)

# --- names that a server does not like -------------------------------------------------------

for what, answer in (("closes", close), ("resets", reset)):
    trap(f"a server {what} on an unknown name, and refuses AUTH",
         pop3({"CAPA": capa("STLS"), "AUTH": "-ERR TLS required", "USER": answer}),
         UNDETERMINED)
trap("a server closes on an unknown name, and on AUTH",
     pop3({"CAPA": capa("STLS"), **everything(close)}), UNDETERMINED)
trap("a server closes on an unknown name, and on AUTH, and has no TLS",
     pop3(everything(close, CAPA=capa("UIDL"), STLS=NO_TLS)), UNDETERMINED, findings=NO_STLS)
trap("a server closes on USER, but not over TLS",
     pop3({"CAPA": capa("STLS"), "AUTH": "-ERR TLS required", "USER": close}, over_tls=IN_TLS),
     REFUSED, NOT_ASKED, REFUSED)


def names_of(letters, answer="+OK", otherwise="-ERR unknown command"):
    """Knows USER only with a name of these letters, as a pattern for the whole line may have it."""
    def give(connection, line):
        known = set(line[5:].decode()) <= set(letters)
        connection.give(answer if known else otherwise, line)
    return give


for listed in (("USER", "STLS"), ("STLS",)):
    trap(f"a hyphen makes USER an unknown command; CAPA has {listed}",
         pop3({"CAPA": capa(*listed), "USER": names_of("abcdefghijklmnopqrstuvwxyz0123456789")}),
         UNKNOWN)
trap("a hyphen makes USER an unknown command, and there is no TLS",
     pop3({"CAPA": capa("USER"), "STLS": NO_TLS, "USER": names_of("abcdefghijklmnopqrstuvwxyz")}),
     UNKNOWN, findings=NO_STLS)
trap("a server that knows no command, as far as we can see", lambda: Pop3({}), UNKNOWN,
     findings=NO_STLS)
trap("a server that has STLS, and knows no command",
     pop3({"CAPA": capa("UIDL", "STLS")}), UNKNOWN, REFUSED, UNKNOWN)
trap("a server that lists STLS alone, and has no session to offer",
     pop3({"CAPA": capa("UIDL", "STLS"), "STLS": "-ERR not now"}), REFUSED,
     findings={"stls-broken"})
trap("STLS is broken, and USER refused in words of no meaning",
     pop3({"CAPA": capa("UIDL", "STLS"), "STLS": "-ERR not now", "USER": "-ERR no"}), UNKNOWN,
     findings={"stls-broken"})
for word in ("nope", "go away", "Policy 4711"):
    trap(f"all logins are refused alike: {word}, without STLS",
         lambda word=word: Pop3({"CAPA": capa("UIDL")}, unknown=f"-ERR {word}"),
         REFUSED, UNKNOWN, REFUSED, findings=NO_STLS)
    trap(f"{word} is said to all logins alike, but USER is listed",
         lambda word=word: Pop3({"CAPA": capa("USER")}, unknown=f"-ERR {word}"), UNKNOWN,
         findings=NO_STLS)
for words in ("plaintext login disabled for this user", "TLS is required for your account",
              "domain requires TLS"):
    trap(f"USER is refused, as {words}", pop3({"CAPA": capa("STLS"), "USER": f"-ERR {words}"}),
         UNDETERMINED)

# --- PASS is refused, and checked it was not ---------------------------------------------------

for words in ("connection refused", "session rejected", "not over this database",
              "log in at the authentication service"):
    trap(f"PASS is refused: {words}", pop3({**LISTS_USER, "PASS": f"-ERR {words}"}),
         UNKNOWN, UNTRIED, findings=INVITES)
trap("PASS is refused in Exchange's words, for want of TLS",
     pop3({**LISTS_USER, "PASS": "-ERR Logon failure: TLS required"}, greeting=EXCHANGE),
     UNKNOWN, UNTRIED, findings=INVITES)
