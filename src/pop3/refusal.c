/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The refusal classifier (see refusal.h).
 *
 * A verdict hangs on it, so it works in one direction only: words are first
 * folded into a small vocabulary ("SSL/TLS", "STLS", "a secure connection" are
 * all "tls"; "not allowed" is "denied"; "not required" is "optional"), one
 * sentence a line, and then only phrases of that vocabulary count. What is
 * left over, or contradicts itself, is REFUSAL_UNKNOWN: never a guess.
 */
#include "pop3/refusal.h"

#include <string.h>

#include "model/memo.h"

enum {
	TEXT_MAX = 512,    /* octets of a reply that are looked at (RFC 1939: 512 with CRLF) */
	WORD_MAX = 32,     /* a longer word is none that we know */
	WORDS_MAX = 128,   /* words that are kept */
	FOLDED_MAX = 3072, /* WORDS_MAX of them, mostly shorter than WORD_MAX */
	PHRASE_MAX = 64,
	CODE_MAX = 40, /* octets of a response code in brackets */
};

struct synonyms {
	const char *to;
	const char *from; /* a list */
};

/* Words that mean the same here, in any form: the word, and what is folded into it. */
static const struct synonyms folds[] = {
	{ "tls", "ssl stls starttls pop3s encryption" },
	{ "insecure", "nonsecure unsecure unsecured unencrypted" },
	{ "plaintext", "cleartext" },
	{ "secure", "secured" },
	{ "encrypted", "encrypt" },
	{ "connection",
		"connections session sessions channel channels link links transport "
		"tunnel" },
	{ "required", "needed mandatory necessary compulsory obligatory enforced" },
	{ "requires", "require need needs" },
	{ "denied", "disallowed forbidden prohibited" },
	{ "refused", "denied rejected declined" },
	{ "disabled", "deactivated" },
	{ "allowed", "permitted" },
	{ "allow", "allows permits permit accepts accept" },
	{ "via", "over through using with under on after inside within by" },
	{ "not", "isnt arent dont doesnt wasnt never wont didnt" },
	{ "cannot", "cant couldnt" },
	{ "login", "logins logon logons signin" },
	{ "authentication", "auth authenticate authenticating authentications" },
	{ "password", "passwords passwd passphrase" },
	{ "user", "username usernames userid users" },
	{ "account", "accounts" },
	{ "mailbox", "mailboxes" },
	{ "credentials", "credential" },
	{ "failed", "fail fails failure unsuccessful" },
	{ "bad", "invalid incorrect wrong illegal" },
	{ "unknown", "unrecognized unrecognised unkown" },
	{ "command", "commands cmd verb" },
	{ "mechanism", "mechanisms method methods" },
	{ "argument", "arguments parameter parameters args" },
};

/* Words that change nothing. */
static const char fillers[] =
	"a an the is are be been being was were it has had does do did "
	"now yet strictly currently presently always generally usually normally "
	"please sorry absolutely really also";

/* Two folded words in a row that are one. */
static const struct synonyms joints[] = {
	{ "plaintext", "plain text,clear text" },
	{ "tls",
		"start tls,tls tls,tls connection,secure connection,encrypted connection,"
		"tls layer,security layer,secure layer,protection layer" },
	{ "insecure",
		"non secure,non tls,non encrypted,not secure,not encrypted,insecure tls,"
		"insecure connection,plaintext connection" },
	{ "optional", "not required,not requires,longer required,longer requires" },
	{ "mustnot", "must not" },
	{ "cannot", "can not,could not,unable to" },
	{ "denied", "not allowed" },
	{ "allowed", "not denied,not refused" },
	{ "refused", "not accepted" },
	{ "enabled", "not disabled" },
	{ "disabled", "turned off,switched off" },
	{ "unsupported", "not supported" },
	{ "unimplemented", "not implemented" },
	{ "unknown", "not recognized,not recognised,not known" },
	{ "bad", "not correct,not valid" },
	{ "login", "log in,log via,sign in,logging in" },
	{ "user", "user name,user id,login name,user disabled" },
	{ "userpass", "user pass" },
	{ "account", "account disabled" },
	{ "mailbox", "mailbox disabled" },
	{ "backend", "back end" },
	{ "via", "via this,via that" },
};

/*
 * What follows are lists of phrases, looked for in one folded sentence; '*' stands for any words,
 * "=" for the whole sentence.
 */

/* A sentence with one of these may only muse about TLS: it never says that TLS is required. */
static const char hedges[] =
	"optional|if|whether|maybe|perhaps|may|might|could|can|should|check|ensure|verify|sure|"
	"when|mustnot";

static const char negations[] = "not|no|none|nothing|without|false|off";

/* Says that TLS is wanted first, in a sentence without a negation. */
static const char tls_required[] =
	"tls required|tls must|requires tls|requires use of tls|requires to use tls|"
	"requires you to use tls|requires encrypted|must use tls|must first use tls|"
	"must start tls|must issue tls|must first issue tls|must enable tls|must negotiate tls|"
	"must encrypted|must via tls|have to use tls|required to use tls|use tls first|"
	"issue tls|tls first|tls command first|only via tls|only allowed via tls|"
	"only available via tls|only valid via tls|only valid via entering tls|"
	"only possible via tls|allowed only via tls|available only via tls|only allow tls|"
	"only available via layer|only allowed via layer|denied until tls|disabled until tls|"
	"refused until tls|denied before tls|disabled before tls|denied unless tls|"
	"disabled unless tls";

/* The same, in sentences that carry their own negation. */
static const char insecure_refused[] =
	"denied without tls|disabled without tls|refused without tls|without tls denied|"
	"without tls disabled|no login without tls|cannot login without tls|"
	"cannot authentication without tls|not available without tls|not possible without tls|"
	"not available until tls|not possible until tls|cannot login until tls|"
	"plaintext denied|plaintext disabled|plaintext login denied|plaintext login disabled|"
	"plaintext authentication denied|plaintext authentication disabled|"
	"plaintext password denied|plaintext password disabled|"
	"plaintext password authentication denied|plaintext password authentication disabled|"
	"plaintext mechanism denied|plaintext mechanism disabled|plaintext login refused via|"
	"plaintext authentication refused via|no plaintext login allowed|"
	"no plaintext authentication allowed|no plaintext password allowed|denied via insecure|"
	"disabled via insecure|refused via insecure|unsupported via insecure|"
	"cannot login via insecure|cannot authentication via insecure|via insecure denied|"
	"via insecure disabled|insecure denied|insecure login denied|insecure login disabled|"
	"insecure authentication denied|insecure authentication disabled|denied via plaintext|"
	"disabled via plaintext|refused via plaintext|cannot login via plaintext|"
	"cannot authentication via plaintext|unsupported via plaintext";

/* Says so too, but only where nothing else is said. */
static const char tls_advised[] = "use tls|tls only|must * via tls|only * via tls";

static const char temporary[] =
	"temporar*|try again later|try later|retry later|try again in|come back later|too many|"
	"busy|overload*|shutting down|maximum * connection|maximum connection|connection limit|"
	"maintenance";

static const char try_again[] = "try again";

static const char access_list[] =
	"refused from|denied from|access from|refused access|access refused for|from your|"
	"your ip|your host|your address|your network|your location|your country|from host|"
	"from ip|from address|from network|disabled for host|disabled for ip|banned|blacklist*|"
	"blocklist*|blocked|relay|relaying";

static const char login_disabled[] =
	"login disabled|authentication disabled|logindisabled|"
	"userpass authentication denied|password authentication denied|password login denied";

/* In the plural it speaks of all: "logins are not allowed", but not "login not allowed". */
static const char *const all_logins[] = { "*logins*", "*logons*", NULL };
static const char logins_denied[] = "login denied";

static const char credentials[] =
	"authentication failed|login failed|failed login|failed authentication|"
	"failed to authentication|failed to login|authorization failed|authorisation failed|"
	"login bad|bad login|bad password|password bad|password mismatch|password not match|"
	"password supplied * bad|password for * bad|or password bad|or password unknown|"
	"bad user|user bad|unknown user|user unknown|no such user|no such mailbox|"
	"no such account|unknown mailbox|unknown account|user not found|account not found|"
	"mailbox not found|user not exist|account not exist|mailbox not exist|bad credentials|"
	"credentials bad|credentials failed|credentials refused|user and password refused|"
	"user or password refused|bad name or password|no mailbox for|no mailbox here|"
	"=no mailbox|=not authenticated|"
	"=user not authenticated";

/* With one of these beside it, a phrase about credentials is not to be trusted. */
static const char contradictions[] =
	"tls|insecure|plaintext|secure|encrypted|layer|security|command|mechanism|argument|"
	"syntax|state|disabled|denied|unsupported|unimplemented|policy|optional|until|unless|"
	"userpass|confidentiality|protected|unprotected|995|port|only|instead|must|required|"
	"requires|apop|cram|digest|md5|ntlm|gssapi|kerberos|oauth|oauth2|xoauth2|oauthbearer";

/* TLS that somebody else wants, behind the server. */
static const char elsewhere[] = "ldap|directory|upstream|backend|back end|database|radius";

/* TLS, or its lack, matters for somebody only: another name may be taken without. */
static const char particular[] =
	"for user|for account|for mailbox|for domain|for customer|for you|for tenant|for this|"
	"user requires|account requires|mailbox requires|domain requires|this user|this account|"
	"this domain|your account|your domain|your user";

/* What a refusal of USER speaks of where the name is to blame. */
static const char names[] = "name|account|mailbox|domain|address|email|mail|you|your";
static const char user[] = "user"; /* ... or of the command itself */

/* Words of a refusal that blames the command, and that may stand in it: nothing else may. */
static const char commands[] = "command|state|sequence|order|unimplemented|what|huh";
static const char command[] = "command";
static const char alternatives[] = "or"; /* "unknown login or command" */
static const char command_talk[] =
	"command state sequence order unimplemented what huh not bad unknown in via out of user "
	"unsupported unavailable available allowed denied disabled at here server pop3 error "
	"this current authorization authentication transaction i dont understand";

/* What may stand beside "login disabled", in the whole reply. */
static const char disabled_talk[] =
	"login disabled denied authentication logindisabled userpass user password pass failed "
	"error pop3 pop server service mail email here on via to at for port 110 connection all "
	"remote and or";

/* The same for the code [AUTH] beside unknown words: RFC 3206 uses it for policy too. */
static const char policies[] =
	"refused|only|first|before|must|required|requires|allowed|allow|cannot|connection|"
	"enabled|use|not|no|via|without";

static const char backend[] =
	"internal server error|internal error|server error|server failed|backend|"
	"authentication service|authentication server|authdaemon|authdaemond|cannot connect|"
	"ldap|database|radius";

/* What may stand beside it, in the whole reply. */
static const char backend_talk[] =
	"internal server error failed backend authentication service authdaemon authdaemond "
	"cannot connect to upstream connection refused ldap database radius query lookup timeout "
	"timed out died gone down dead unavailable not available responding reachable contact "
	"remote mail pop3 pop imap host lost broken unexpected : 500 503";

static const char mechanism[] =
	"unsupported mechanism|unsupported * mechanism|mechanism unsupported|"
	"mechanism not available|mechanism unavailable|no mechanism available|"
	"unknown mechanism|unknown * mechanism|mechanism unknown|bad mechanism|bad * mechanism|"
	"authentication mechanism|mechanism disabled|mechanism denied|mechanism not enabled|"
	"unsupported authentication|authentication unsupported|authentication type unsupported|"
	"apop disabled|apop not enabled";

static const char syntax[] = "syntax|argument|line too long|command too long";

static const char unknown_command[] =
	"unknown command|unknown * command|command unknown|bad command|command unsupported|"
	"unsupported command|unimplemented|no such command|=what|=huh";

static const char unknown[] = "unknown";
static const char order[] = "state|sequence|order|before|first|after";

/* Parts of words that contradict a phrase about credentials, whatever stands around them. */
static const char *const security_parts[] = {
	"*tls*",
	"*ssl*",
	"*encrypt*",
	"*secure*",
	"*plaintext*",
	"*plain text*",
	"*plain-text*",
	"*cleartext*",
	"*clear text*",
	"*clear-text*",
	"*crypt*",
	"*schluessel*",
	"*sicher*",
	"*chiffr*",
	"*cifrad*",
	"*szyfr*",
	"*securi*",
	"*segur*",
	"*sicur*",
	NULL,
};

/* A reply, taken apart. */
struct reply_words {
	char text[TEXT_MAX + 1];  /* behind "-ERR " */
	char plain[TEXT_MAX + 1]; /* behind the code, without the probe's own name */
	char code[CODE_MAX + 1];  /* "AUTH" */
	bool foreign;             /* holds bytes that are not ASCII */
	bool named;               /* quotes the probe's own name */
	/* The sentences, each " word word " and a NUL; an empty one ends them. */
	char folded[FOLDED_MAX];
};

static const char *
skip_spaces(const char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

/* Returns what stands behind "-ERR " ("ERR", "+ERR", lower case and leading spaces are borne). */
static const char *
behind_err(const char *line)
{
	const char *at = skip_spaces(line);
	const char *word = *at == '-' || *at == '+' ? at + 1 : at;

	if (g_ascii_strncasecmp(word, "ERR", 3) != 0)
		return at;
	if (word[3] != '\0' && word[3] != ' ' && word[3] != '\t' && word[3] != ':')
		return at;
	return skip_spaces(word[3] == ':' ? word + 4 : word + 3);
}

/* Copies the response code in front of the text; returns what stands behind it. */
static const char *
take_code(char *code, const char *text)
{
	const char *end = text[0] == '[' ? strchr(text, ']') : NULL;

	if (!end || end - text > CODE_MAX)
		return text;
	memcpy(code, text + 1, (size_t)(end - text - 1));
	code[end - text - 1] = '\0';
	return skip_spaces(end + 1);
}

/* Returns whether the list holds the item; the separator stands between items. */
static bool
list_holds(const char *list, char separator, const char *item)
{
	size_t length = strlen(item);

	while (list) {
		if (list[0] == item[0] && strncmp(list, item, length) == 0 &&
			(list[length] == separator || list[length] == '\0'))
			return true;
		list = strchr(list, separator);
		if (list)
			list++;
	}
	return false;
}

static const char *
fold(const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(folds); i++) {
		if (list_holds(folds[i].from, ' ', word))
			return folds[i].to;
	}
	return word;
}

static const char *
join(const char *first, const char *second)
{
	char both[2 * WORD_MAX];

	g_strlcpy(both, first, sizeof(both));
	g_strlcat(both, " ", sizeof(both));
	g_strlcat(both, second, sizeof(both));
	for (size_t i = 0; i < G_N_ELEMENTS(joints); i++) {
		if (list_holds(joints[i].from, ',', both))
			return joints[i].to;
	}
	return NULL;
}

static bool
word_octet(char c)
{
	return g_ascii_isalnum(c) || c == '\'' || (c & 0x80);
}

/* Takes one word in lower case, without its apostrophes; a too long one becomes "?". */
static const char *
take_word(const char *at, char word[WORD_MAX])
{
	size_t length = 0;

	for (; word_octet(*at); at++) {
		if (*at == '\'')
			continue;
		if (length < WORD_MAX)
			word[length++] = ascii_lower(*at);
	}
	g_strlcpy(word + (length < WORD_MAX ? length : 0), length < WORD_MAX ? "" : "?", 2);
	return at;
}

static bool
sentence_ends(const char *at)
{
	return *at && strchr(".;!", *at) && (at[1] == ' ' || at[1] == '\0');
}

/* A sentence while it is folded. */
struct sentence {
	char words[WORDS_MAX][WORD_MAX];
	size_t count;
};

static void
sentence_add(struct sentence *sentence, const char *word)
{
	const char *joined;

	word = fold(word);
	if (!*word || list_holds(fillers, ' ', word))
		return;
	while (sentence->count > 0 && (joined = join(sentence->words[sentence->count - 1], word))) {
		word = joined;
		sentence->count--;
	}
	if (sentence->count < WORDS_MAX)
		g_strlcpy(sentence->words[sentence->count++], word, WORD_MAX);
}

/* Appends " word word " and a NUL; returns where the next sentence goes. */
static char *
sentence_write(struct sentence *sentence, char *to, const char *end)
{
	char *at = to;

	if (sentence->count == 0)
		return to;
	for (size_t i = 0; i < sentence->count; i++) {
		size_t length = strlen(sentence->words[i]);

		if ((size_t)(end - at) < length + 4)
			break;
		*at++ = ' ';
		memcpy(at, sentence->words[i], length);
		at += length;
	}
	*at++ = ' ';
	*at++ = '\0';
	sentence->count = 0;
	return at;
}

static void
fold_words(struct reply_words *reply, const char *at)
{
	struct sentence sentence = { .count = 0 };
	char *to = reply->folded;
	const char *end = reply->folded + sizeof(reply->folded) - 1;
	char word[WORD_MAX];

	while (*at) {
		if (word_octet(*at)) {
			at = take_word(at, word);
			sentence_add(&sentence, word);
		} else {
			if (sentence_ends(at))
				to = sentence_write(&sentence, to, end);
			else if (*at == ':') /* no phrase goes across it, but a "no" does */
				sentence_add(&sentence, ":");
			at++;
		}
	}
	to = sentence_write(&sentence, to, end);
	*to = '\0';
}

/* Copies the words without the probe's own user name: a server that quotes it says nothing. */
static void
copy_without_name(char *to, const char *at)
{
	while (*at) {
		if (g_ascii_strncasecmp(at, "popseal-", 8) != 0) {
			*to++ = *at++;
			continue;
		}
		while (word_octet(*at) || *at == '-' || *at == '_' || *at == '@')
			at++;
	}
	*to = '\0';
}

static void
take_apart(struct reply_words *reply, const char *line)
{
	memset(reply, 0, sizeof(*reply));
	g_strlcpy(reply->text, behind_err(line), sizeof(reply->text));
	g_strchomp(reply->text);
	copy_without_name(reply->plain, take_code(reply->code, reply->text));
	reply->named = strlen(reply->plain) < strlen(take_code(reply->code, reply->text));
	for (const char *at = reply->plain; *at; at++)
		reply->foreign = reply->foreign || (*at & 0x80);
	fold_words(reply, reply->plain);
}

/* A sentence begins and ends with a space, so that a phrase is found as whole words. */
static bool
sentence_holds_words(const char *sentence, const char *phrase, size_t length)
{
	for (const char *at = sentence; at && at[1]; at = strchr(at + 1, ' ')) {
		if (at[1] == phrase[0] && strncmp(at + 1, phrase, length) == 0 &&
			at[1 + length] == ' ')
			return true;
	}
	return false;
}

static bool
sentence_holds(const char *sentence, const char *phrase, size_t length)
{
	char pattern[PHRASE_MAX + 8];

	if (phrase[0] == '=')
		return strncmp(sentence + 1, phrase + 1, length - 1) == 0 &&
			strcmp(sentence + length, " ") == 0;
	if (!memchr(phrase, '*', length))
		return sentence_holds_words(sentence, phrase, length);
	g_snprintf(pattern, sizeof(pattern), "* %.*s *", (int)length, phrase);
	return pattern_match(pattern, sentence);
}

static bool
sentence_has(const char *sentence, const char *phrases)
{
	while (*phrases) {
		size_t length = strcspn(phrases, "|");

		if (sentence_holds(sentence, phrases, length))
			return true;
		phrases += phrases[length] == '|' ? length + 1 : length;
	}
	return false;
}

static bool
says(const struct reply_words *reply, const char *phrases)
{
	for (const char *at = reply->folded; *at; at += strlen(at) + 1) {
		if (sentence_has(at, phrases))
			return true;
	}
	return false;
}

static bool
matches_any(const char *text, const char *const *patterns)
{
	for (; *patterns; patterns++) {
		if (pattern_match(*patterns, text))
			return true;
	}
	return false;
}

/* Returns whether the reply holds words, and none that is not in the list (spaces between). */
static bool
consists_of(const struct reply_words *reply, const char *list)
{
	char word[WORD_MAX + 1];

	for (const char *at = reply->folded; *at; at += strlen(at) + 1) {
		for (const char *from = at + 1; *from; from += strlen(word) + 1) {
			g_strlcpy(word, from, MIN(sizeof(word), strcspn(from, " ") + 1));
			if (word[0] != ':' && !list_holds(list, ' ', word))
				return false;
		}
	}
	return reply->folded[0] != '\0';
}

static bool
says_login_disabled(const struct reply_words *reply)
{
	return says(reply, login_disabled) ||
		(says(reply, logins_denied) && matches_any(reply->plain, all_logins));
}

static bool
says_tls_required(const struct reply_words *reply)
{
	for (const char *at = reply->folded; *at; at += strlen(at) + 1) {
		if (sentence_has(at, hedges))
			continue;
		if (sentence_has(at, insecure_refused))
			return true;
		if (sentence_has(at, tls_required) && !sentence_has(at, negations))
			return true;
	}
	return false;
}

static bool
contradicts(const struct reply_words *reply)
{
	return says(reply, contradictions) || matches_any(reply->plain, security_parts);
}

static enum refusal
classify_code(const char *code)
{
	static const char *const codes[] = { "SYS/TEMP", "IN-USE", "LOGIN-DELAY", "LOGIN-DELAY *",
		"SYS/TEMP *", "IN-USE *", NULL };

	return matches_any(code, codes) ? REFUSAL_TEMPORARY : REFUSAL_NONE;
}

/* The code [AUTH] beside words that nobody knows. */
static enum refusal
classify_auth_code(const struct reply_words *reply)
{
	if (g_ascii_strcasecmp(reply->code, "AUTH") != 0 || reply->foreign)
		return REFUSAL_UNKNOWN;
	if (contradicts(reply) || says(reply, policies) || says(reply, hedges))
		return REFUSAL_UNKNOWN;
	return REFUSAL_CREDENTIALS;
}

static enum refusal
classify_rest(const struct reply_words *reply)
{
	if (says(reply, mechanism))
		return REFUSAL_MECHANISM;
	if (says(reply, syntax))
		return REFUSAL_SYNTAX;
	if (says(reply, unknown_command)) /* ... or known, but not now */
		return says(reply, order) && !says(reply, unknown) ? REFUSAL_UNKNOWN :
								     REFUSAL_UNKNOWN_COMMAND;
	if (says(reply, tls_advised) && !says(reply, hedges) && !says(reply, negations))
		return REFUSAL_TLS_REQUIRED;
	return classify_auth_code(reply);
}

static enum refusal
classify_words(const struct reply_words *reply)
{
	bool about_credentials = says(reply, credentials);

	if (says_tls_required(reply))
		return says(reply, elsewhere) || says(reply, particular) ? REFUSAL_UNKNOWN :
									   REFUSAL_TLS_REQUIRED;
	if (says(reply, temporary) || (says(reply, try_again) && !about_credentials))
		return REFUSAL_TEMPORARY;
	if (says(reply, access_list))
		return REFUSAL_ACCESS;
	if (about_credentials)
		return contradicts(reply) ? REFUSAL_UNKNOWN : REFUSAL_CREDENTIALS;
	if (says_login_disabled(reply))
		return consists_of(reply, disabled_talk) && !reply->named ? REFUSAL_LOGIN_DISABLED :
									    REFUSAL_UNKNOWN;
	if (says(reply, backend))
		return consists_of(reply, backend_talk) ? REFUSAL_BACKEND : REFUSAL_UNKNOWN;
	return classify_rest(reply);
}

/* A pattern with a gap may say "logged in badly", and what stands in the gap "for want of TLS". */
static enum refusal
room_refusal(const struct wording *wording, const struct reply_words *reply)
{
	bool checked =
		wording->refusal == REFUSAL_CREDENTIALS || wording->refusal == REFUSAL_BACKEND;

	if (checked && strchr(wording->pattern, '*') && says_tls_required(reply))
		return REFUSAL_UNKNOWN;
	return wording->refusal;
}

static enum refusal
classify(const struct wording *room, const char *line)
{
	struct reply_words reply;
	enum refusal refusal;

	take_apart(&reply, line);
	refusal = classify_code(reply.code);
	if (refusal != REFUSAL_NONE)
		return refusal;
	for (; room && room->pattern; room++) {
		if (pattern_match(room->pattern, reply.text))
			return room_refusal(room, &reply);
	}
	return classify_words(&reply);
}

enum refusal
refusal_classify(const struct wording *room, const char *line)
{
	static struct memo memo;
	bool known;
	struct memo_slot *slot = memo_slot(&memo, (uintptr_t)room, line, strlen(line), &known);

	if (slot == NULL)
		return classify(room, line);
	if (!known)
		slot->value = classify(room, line);
	return (enum refusal)slot->value;
}

static bool
blames_command(const struct reply_words *reply, enum refusal refusal)
{
	if (reply->foreign || !says(reply, commands))
		return false;
	if (refusal == REFUSAL_UNKNOWN_COMMAND && says(reply, command))
		return !says(reply, names) && !says(reply, alternatives);
	return consists_of(reply, command_talk) && !reply->named;
}

bool
refusal_may_mean_order(enum refusal refusal, const char *line)
{
	struct reply_words reply;

	take_apart(&reply, line);
	return refusal == REFUSAL_UNKNOWN || reply.folded[0] == '\0';
}

static enum blame
find_blame(enum refusal refusal, const char *line)
{
	struct reply_words reply;

	take_apart(&reply, line);
	switch (refusal) {
	case REFUSAL_TLS_REQUIRED:
	case REFUSAL_LOGIN_DISABLED:
		return BLAME_COMMAND;
	case REFUSAL_CREDENTIALS: /* by its words, or by the code [AUTH] alone? */
		return says(&reply, credentials) || says(&reply, names) ? BLAME_NAME : BLAME_OPEN;
	case REFUSAL_BACKEND:
	case REFUSAL_SYNTAX:
		return BLAME_NAME;
	case REFUSAL_MECHANISM:
		return says(&reply, names) || says(&reply, user) ? BLAME_NAME : BLAME_COMMAND;
	case REFUSAL_UNKNOWN_COMMAND:
	case REFUSAL_UNKNOWN:
		if (blames_command(&reply, refusal))
			return BLAME_COMMAND;
		return says(&reply, names) ? BLAME_NAME : BLAME_OPEN;
	case REFUSAL_NONE:
	case REFUSAL_TEMPORARY:
	case REFUSAL_ACCESS:
		break;
	}
	return BLAME_OPEN;
}

enum blame
refusal_blames(enum refusal refusal, const char *line)
{
	static struct memo memo;
	bool known;
	struct memo_slot *slot = memo_slot(&memo, (uintptr_t)refusal, line, strlen(line), &known);

	if (slot == NULL)
		return find_blame(refusal, line);
	if (!known)
		slot->value = find_blame(refusal, line);
	return (enum blame)slot->value;
}
