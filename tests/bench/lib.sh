# SPDX-License-Identifier: BSD-2-Clause
# What the parts of make bench share: they are given the build folder, and are run from the root
# of the tree.
# shellcheck shell=sh disable=SC2034 # used where this is sourced
set -u
PATH=$PATH:/usr/sbin:/sbin
build=$1
tool=$build/rawbpf
out=$build/bench
mkdir -p "$out"
bad=0

# what, "ours peer ratio", unit, the ratio that is promised ("-": none; "aim:R": not reached yet is
# no failure, but said)
row() {
	# shellcheck disable=SC2086 # three numbers in one word
	set -- "$1" "$2" "$3" "$4" $2
	if [ $# -ne 7 ]; then
		printf '%-52s | not measured\n' "$1"
		bad=1
		return
	fi
	verdict="ok, at most ${4#aim:}"
	if [ "$4" = - ]; then
		verdict="for information"
	elif awk -v r="$7" -v most="${4#aim:}" 'BEGIN { exit !(r > most) }'; then
		verdict="OVER $4"
		case $4 in aim:*) verdict="not yet ${4#aim:}" ;; *) bad=1 ;; esac
	fi
	printf '%-52s | %9s %s | %9s %s | %5s  %s\n' "$1" "$5" "$3" "$6" "$3" "$7" "$verdict"
}
have() { command -v "$1" >/dev/null 2>&1; }
