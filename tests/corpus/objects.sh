#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Objects from real compilers: what the loader makes of them, and what libbpf makes of them. TAP.
set -u
build=$(realpath "$1") || exit 1
cd "$(dirname "$0")/objects" || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
bad=0 n=0
ok() {
	n=$((n + 1))
	echo "ok $n - $1"
}
not_ok() { # name, file to show
	n=$((n + 1)) bad=1
	echo "not ok $n - $1"
	sed 's/^/# /' "$2" | head -n 40
}
skip() {
	n=$((n + 1))
	echo "ok $n # SKIP $1: $2"
}
check() { # name, expected file, got file
	if diff -u "$2" "$3" >"$tmp/diff" 2>&1; then ok "$1"; else not_ok "$1" "$tmp/diff"; fi
}

san=
nm "$build/librawbpf.a" 2>/dev/null | grep -q __asan_init && san=-fsanitize=address,undefined
${CC:-gcc} $san -std=gnu11 -g -D_FILE_OFFSET_BITS=64 -o "$tmp/dump" dump.c "$build/librawbpf.a" \
	-lelf 2>"$tmp/err" || {
	not_ok the_helper_program_builds "$tmp/err"
	exit 1
}
dump=$tmp/dump

# Variables sorted: their order is the compiler's.
describe() {
	"$dump" describe "$1" >"$tmp/all" 2>&1
	grep -v '^var' "$tmp/all"
	grep '^var' "$tmp/all" | LC_ALL=C sort
}

compile() { # compiler, source, object
	case $1 in
	clang) clang -target bpfel -O2 -g -c "$2" -o "$3" ;;
	clang-big) clang -target bpfeb -O2 -g -c "$2" -o "$3" ;;
	clang-no-btf) clang -target bpfel -O2 -c "$2" -o "$3" ;;
	gcc) bpf-gcc -O2 -gbtf -c "$2" -o "$3" ;;
	esac
}

have_clang= have_gcc=
command -v clang >/dev/null 2>&1 && clang --print-targets 2>/dev/null | grep -q bpfel && have_clang=1
command -v bpf-gcc >/dev/null 2>&1 && have_gcc=1

for source in counters.c legacy.c; do
	for compiler in clang clang-big gcc; do
		name=${source%.c}_from_${compiler}_is_described
		case $compiler in
		gcc) [ "$have_gcc" ] || { skip "$name" "bpf-gcc is not installed" && continue; } ;;
		*) [ "$have_clang" ] || { skip "$name" "no clang with a BPF target" && continue; } ;;
		esac
		o=$tmp/${source%.c}.$compiler.o
		compile "$compiler" "$source" "$o" 2>"$tmp/err" || { not_ok "$name" "$tmp/err" && continue; }
		describe "$o" >"$tmp/got"
		want=${source%.c}.$compiler.expected
		if [ "$compiler" = clang-big ]; then # all the same but the byte order
			sed 's/^object little/object big/' "${source%.c}.clang.expected" >"$tmp/want"
			want=$tmp/want
		fi
		check "$name" "$want" "$tmp/got"
		[ "$source" = counters.c ] || continue
		if "$dump" mangle "$o" >"$tmp/err" 2>&1; then
			ok "${source%.c}_from_${compiler}_cut_and_changed_is_refused_aloud"
		else
			not_ok "${source%.c}_from_${compiler}_cut_and_changed_is_refused_aloud" "$tmp/err"
		fi
	done
done

# Each bad_*.c says in its second line what the loader must say.
for source in bad_*.c; do
	name=${source%.c}_is_refused_with_its_reason
	[ "$have_clang" ] || { skip "$name" "no clang with a BPF target" && continue; }
	want=$(sed -n '2s|^/\* want: \(.*\) \*/$|\1|p' "$source")
	compile clang "$source" "$tmp/bad.o" 2>"$tmp/err" || { not_ok "$name" "$tmp/err" && continue; }
	if "$dump" describe "$tmp/bad.o" >"$tmp/got" 2>&1; then
		not_ok "$name" "$tmp/got"
	elif grep -qF -- "$want" "$tmp/got" && [ "$(grep -c 'error: ' "$tmp/got")" = 1 ]; then
		ok "$name"
	else
		not_ok "$name" "$tmp/got"
	fi
done

name=maps_without_btf_are_refused_with_a_hint
if [ "$have_clang" ]; then
	compile clang-no-btf counters.c "$tmp/bad.o"
	"$dump" describe "$tmp/bad.o" >"$tmp/got" 2>&1
	if grep -q 'section .maps is described by BTF, and there is none: compile with -g' "$tmp/got"; then
		ok "$name"
	else
		not_ok "$name" "$tmp/got"
	fi
else
	skip "$name" "no clang with a BPF target"
fi

# libbpf as the oracle: what the kernel holds after bpftool loaded an object, and after we did.
why=
[ "$have_clang" ] || why="no clang with a BPF target"
command -v bpftool >/dev/null 2>&1 || why="bpftool is not installed"
[ -z "$why" ] && ! "$dump" load "$tmp/legacy.clang.o" >"$tmp/got" 2>&1 && why=$(head -n 1 "$tmp/got")
as_libbpf() { # name, compiler, source
	[ -z "$why" ] || { skip "$1" "$why" && return; }
	command -v "$2" >/dev/null 2>&1 || { skip "$1" "$2 is not installed" && return; }
	"$2" -target bpfel -O2 -g -c "$3" -o "$tmp/oracle.o" 2>"$tmp/err" || { not_ok "$1" "$tmp/err" && return; }
	"$dump" load "$tmp/oracle.o" >"$tmp/ours" 2>&1
	# a bpffs of our own, in a mount namespace of our own: it ends with the shell
	if ! unshare -m sh -c 'mount -t bpf none "$1" && cd "$1" &&
		bpftool prog loadall "$2" "$1/p" 2>/dev/null && exec "$3" pins "$1"/p/*' \
		sh /mnt "$tmp/oracle.o" "$dump" >"$tmp/theirs" 2>"$tmp/err"; then
		skip "$1" "bpftool cannot load it here: $(head -n 1 "$tmp/err")"
		return
	fi
	check "$1" "$tmp/theirs" "$tmp/ours"
}
for source in oracle.c oracle_data.c; do
	as_libbpf "${source%.c}_is_loaded_as_libbpf_loads_it" clang "$source"
done
for source in oracle_calls.c oracle_callback.c; do
	for compiler in clang-14 clang-19 clang-22; do
		as_libbpf "${source%.c}_from_${compiler}_are_placed_as_libbpf_places_them" $compiler "$source"
	done
done

# What libbpf does not take, or not from gcc: each program has the functions that it reaches, in
# their order, and the kernel takes it.
for source in calls.c oracle_calls.c; do
	for compiler in clang-14 clang-19 clang-22 bpf-gcc; do
		name=functions_of_${source%.c}_from_${compiler}_go_with_the_programs_that_reach_them
		command -v $compiler >/dev/null 2>&1 || { skip "$name" "$compiler is not installed" && continue; }
		case $compiler in
		bpf-gcc) set -- -gbtf ;;
		*) set -- -g -target bpfel ;;
		esac
		$compiler "$@" -O2 -c "$source" -o "$tmp/c.o" 2>"$tmp/err" || { not_ok "$name" "$tmp/err" && continue; }
		"$dump" describe "$tmp/c.o" 2>&1 | grep -E '^prog|^  with' | sed 's/ lines$//' >"$tmp/got"
		check "$name" "${source%.c}.expected" "$tmp/got"
		"$dump" mangle "$tmp/c.o" >"$tmp/err" 2>&1 && ok "${name}_or_are_refused_when_broken" ||
			not_ok "${name}_or_are_refused_when_broken" "$tmp/err"
		name=calls_of_${source%.c}_from_${compiler}_are_taken_by_the_kernel
		[ -z "$why" ] || { skip "$name" "$why" && continue; }
		"$dump" load "$tmp/c.o" >"$tmp/got" 2>&1 && ok "$name" || not_ok "$name" "$tmp/got"
	done
done
for compiler in gcc clang; do
	name=legacy_maps_from_${compiler}_load
	[ -z "$why" ] && [ -f "$tmp/legacy.$compiler.o" ] || { skip "$name" "${why:-bpf-gcc is not installed}" && continue; }
	if "$dump" load "$tmp/legacy.$compiler.o" >"$tmp/got" 2>&1 && grep -q 'map sizes' "$tmp/got"; then
		ok "$name"
	else
		not_ok "$name" "$tmp/got"
	fi
done
[ "$bad" -eq 0 ]
