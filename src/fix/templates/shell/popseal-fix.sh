#!/bin/sh
# @SUMMARY@
#
# usage: popseal-fix.sh [--check | --rollback] [--root DIR] [--verify-from HOST] [--address ADDRESS]
#                       [--no-verify] [--reload COMMAND]
#   --check          says whether the files are those of the plan, and changes nothing
#   --rollback       puts the old files back and tells the server
#   --root DIR       in front of each path: the folder of an image or a chroot
#   --verify-from    asks the server's ports from that host, by ssh; it needs python3
#   --address        asks there where the server listens on every address
#   --no-verify      asks nothing
#   --reload         tells the server by this command
#
# Exit: 0 done, 3 usage, 4 nothing was changed, 5 it was changed and taken back.
#
# Files are replaced only if they are as they were when the change was planned; old ones are kept in
# /var/lib/popseal/exported/@ID@. Keep this script as what is in them.
#
# What to mind:
@WARNINGS@
#
# The change:
#
@DIFF@
set -eu
umask 077

# Both are for the shell that runs them: $ROOT is --root there.
# shellcheck disable=SC2016
check_command=@CHECK@
# shellcheck disable=SC2016
reload_command=@RELOAD@
trusts_itself=@TRUSTS@
root=
action=apply
from=
address=
verify=yes

say() {
	printf 'popseal-fix: %s\n' "$*"
}

# stop CODE WORDS...
stop() {
	code=$1
	shift
	say "$@" >&2
	exit "$code"
}

# value WORDS... - the value of the option that is the first of them
value() {
	[ $# -ge 2 ] || stop 3 "$1 needs a value"
	printf '%s\n' "$2"
}

while [ $# -gt 0 ]; do
	case $1 in
	--check) action=check ;;
	--rollback) action=rollback ;;
	--no-verify) verify=no ;;
	--root) root=$(value "$@"); shift ;;
	--verify-from) from=$(value "$@"); shift ;;
	--address) address=$(value "$@"); shift ;;
	--reload) reload_command=$(value "$@"); shift ;;
	*) stop 3 "$1: see the head of this script" ;;
	esac
	shift
done

backup=$root/var/lib/popseal/exported/@ID@

# --- what is written -------------------------------------------------------------------------

# each FUNCTION - calls it with the number, the path and the sums before and after, of every file
each() {
@EACH@
}

# content NUMBER - the new file
content() {
	case $1 in
@CONTENT@
	esac
}

# --- files -----------------------------------------------------------------------------------

sum() {
	if command -v sha256sum >/dev/null; then
		sha256sum <"$1" | cut -d ' ' -f 1
	elif command -v shasum >/dev/null; then
		shasum -a 256 <"$1" | cut -d ' ' -f 1
	else
		openssl dgst -sha256 -r <"$1" | cut -d ' ' -f 1
	fi
}

# replace FILE NEW - with the owner and mode of the file, whole or not at all
replace() {
	temporary=$(mktemp "$(dirname "$1")/.popseal.XXXXXX")
	if cp --preserve=all "$1" "$temporary" 2>/dev/null || cp -p "$1" "$temporary"; then
		if cat "$2" >"$temporary" && { sync "$temporary" 2>/dev/null || sync; } && mv -f "$temporary" "$1"; then
			return 0
		fi
	fi
	rm -f "$temporary"
	return 1
}

# look NUMBER PATH BEFORE AFTER
look() {
	[ -f "$root$2" ] || stop 4 "$root$2 is not there"
	now=$(sum "$root$2")
	case $now in
	"$3") say "$root$2 is to be changed" ;;
	"$4") say "$root$2 is changed already" ;;
	*) stop 4 "$root$2 has changed since the plan; plan again" ;;
	esac
}

keep() {
	if [ "$(sum "$root$2")" = "$3" ]; then
		cat "$root$2" >"$backup/$1"
		[ "$(sum "$backup/$1")" = "$3" ] || stop 4 "$root$2 could not be kept"
	fi
	content "$1" >"$backup/$1.new"
	[ "$(sum "$backup/$1.new")" = "$4" ] || stop 4 "this script is damaged: $2"
}

change() {
	[ "$(sum "$root$2")" = "$3" ] || return 0
	replace "$(readlink -f "$root$2")" "$backup/$1.new" || failed=yes
}

put_back() {
	[ "$(sum "$root$2")" = "$4" ] || return 0
	[ -f "$backup/$1" ] || stop 4 "$backup/$1 is not there: nothing to put back"
	replace "$(readlink -f "$root$2")" "$backup/$1" || failed=yes
}

# --- the server ------------------------------------------------------------------------------

run() {
	[ -n "$2" ] || return 0
	say "$1: $2"
	said=$(ROOT=$root sh -c "$2" 2>&1) && return 0
	printf '%s\n' "$said" >&2
	return 1
}

probe() {
	cat <<'POPSEAL_PROBE'
@PROBE@POPSEAL_PROBE
}

# ask ADDRESS PORT MODE - an empty address is every one of the server's
ask() {
	where=${1:-${address:-${from:+$(hostname -f)}}}
	where=${where:-127.0.0.1}
	for pause in 0 1 2 3 4; do
		sleep $pause
		if [ -n "$from" ]; then
			# shellcheck disable=SC2029 # plain words: an address, a number, a word of ours
			answer=$(probe | ssh "$from" python3 - "$where" "$2" "$3") && break
		else
			answer=$(probe | python3 - "$where" "$2" "$3") && break
		fi
		answer="not proven: $answer"
	done
	say "$3://$where:$2: $answer"
	case $answer in "not proven"*) failed=yes ;; esac
}

prove() {
	[ $verify = yes ] || return 0
@ASK@
}

take_back() {
	say "taken back: $1"
	failed=no
	each put_back
	[ $failed = no ] || stop 4 "not all files could be put back; they are in $backup"
	run reload "$reload_command" || say "the server could not be told"
	exit 5
}

# --- what is done ----------------------------------------------------------------------------

if [ $action = rollback ]; then
	failed=no
	each put_back
	[ $failed = no ] || stop 4 "not all files could be put back; they are in $backup"
	run reload "$reload_command"
	say "all is as before"
	exit 0
fi
each look
[ $action = apply ] || exit 0
if [ $verify = yes ]; then
	[ $trusts_itself = no ] || [ -n "$from" ] ||
		stop 3 "this server trusts its own host: name another one with --verify-from, or --no-verify"
	[ -n "$from" ] || command -v python3 >/dev/null ||
		stop 3 "python3 is not there to ask the ports: use --verify-from, or --no-verify"
fi
[ -n "$reload_command" ] || stop 3 "how is the server told? Name a command with --reload"
mkdir -p "$backup"
each keep
failed=no
trap 'take_back interrupted' HUP INT TERM
each change
[ $failed = no ] || take_back "a file could not be written"
run check "$check_command" || take_back "the server's own checker rejects it"
run reload "$reload_command" || take_back "the server could not be told"
prove
[ $failed = no ] || take_back "it is not proven"
trap - HUP INT TERM
say "done; what was there before: $backup"
