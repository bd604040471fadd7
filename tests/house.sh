#!/bin/sh
# The rules of the house that a grep can check (docs/design.md). TAP; house.sh BUILD_DIR
set -u
cd "$(dirname "$0")/.." || exit 1
build=$1
n=0
report() { # name, what was found wrong (empty: nothing)
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		echo "$2" | sed 's/^/# /'
		bad=1
	fi
}
bad=0
code=$(ls syscall/*.[ch] loader/*.[ch] asm/*.[ch] rawbpf.c rawbpf_diag.h)
library=$(ls syscall/*.c loader/*.c asm/*.c | grep -v /cmd_)

report every_extern_name_is_ours \
	"$(nm -g --defined-only "$build/librawbpf.a" 2>/dev/null | awk 'NF == 3 && $3 !~ /^(__odr_asan\.)?rawbpf_/')"
report kernel_names_are_never_redefined \
	"$(grep -nE '^#[[:space:]]*define[[:space:]]+(BPF|PERF|HW_BREAKPOINT|PT_REGS)_' $code)"
report syscall_includes_only_itself \
	"$(grep -nE '#include "' syscall/*.[ch] | grep -vE '#include "[a-z_0-9]+\.(h|def)"')"
report asm_knows_neither_syscall_nor_loader_but_their_tables \
	"$(grep -nE '#include "\.\./' asm/*.[ch] | grep -vE '"\.\./(rawbpf_diag\.h|syscall/[a-z_]+\.def)"')"
report loader_does_not_know_asm "$(grep -nE '#include ".*asm/' loader/*.[ch])"
report libelf_is_read_in_one_file_of_each_room_and_written_in_one \
	"$(grep -lE '#include <(libelf|gelf)\.h>' $code | grep -vE '^(loader/elfread|asm/elfdis|asm/elfwrite)\.c$')"
# Messages may speak of errno; code may not read it.
report only_the_door_and_the_verbs_read_errno \
	"$(grep -nE '(^|[^_a-zA-Z"])errno([^_a-zA-Z.]|$)' $(ls syscall/*.c loader/*.c | grep -vE '/(sys|cmd_[a-z_]+)\.c$') | grep -vE '^[^:]*:[0-9]*:[[:space:]]*(/?\*|//)')"
report the_library_never_exits_prints_or_reads_the_environment \
	"$(grep -nE '(^|[^_a-z])(exit|abort|getenv|system|popen)\(|\bstd(err|out)\b' $library)"
report no_libbpf_anywhere \
	"$(grep -nE '#include <bpf/|-lbpf\b' $code Makefile)"
report every_source_names_its_licence \
	"$(for f in $(git ls-files '*.c' '*.h' '*.def' '*.s' '*.inc'); do
		head -n 2 "$f" | grep -q 'SPDX-License-Identifier: BSD-2-Clause' || echo "$f"; done)"
report no_source_outgrows_a_newcomer \
	"$(wc -l syscall/*.c loader/*.c asm/*.c rawbpf.c | awk '$2 != "total" && $1 > 450 { print $2 ": " $1 " lines" }')"
report top_level_is_the_design \
	"$(git ls-files | cut -d/ -f1 | sort -u | grep -vxE 'Makefile|README\.md|CHANGELOG\.md|LICENSE|\.ci|\.clang-format|\.editorconfig|\.gitignore|rawbpf\.c|rawbpf_diag\.h|asm|loader|syscall|samples|tests|docs')"
report no_mirror_and_no_path_of_one_machine \
	"$(git grep -nIE '(https?|ftp)://[a-z.]*debian\.org/debian|/work/(main|shared|\.library)' -- . ':!tests/house.sh')"

# Writable data in the library would be state shared by all its users.
globals() {
	for o in $(echo "$library" | sed "s|\(.*\)\.c|$build/\1.o|"); do
		readelf -SW "$o" 2>/dev/null | sed 's/^ *\[ *[0-9]*\] *//' |
			awk -v o="$o" '($1 == ".data" || $1 == ".bss") && $5 !~ /^0+$/ { print o ": " $1 " has 0x" $5 " bytes" }'
	done
}
if grep -q fsanitize "$build/rawbpf" 2>/dev/null || nm "$build/rawbpf" | grep -q __asan_init; then
	n=$((n + 1))
	echo "ok $n # SKIP the_library_has_no_globals: a sanitizer adds its own"
else
	report the_library_has_no_globals "$(globals)"
fi

verbs=$(sed -n 's/^\t{ "\([a-z]*\)", verb_.*/\1/p' rawbpf.c | grep -v help)
report every_verb_has_a_man_page \
	"$(for v in $verbs; do ls docs/rawbpf-"$v".[18] >/dev/null 2>&1 || echo "rawbpf-$v"; done)"
if command -v mandoc >/dev/null 2>&1; then
	report man_pages_are_clean "$(mandoc -Tlint -Wwarning docs/*.[1-9] 2>&1)"
else
	n=$((n + 1))
	echo "ok $n # SKIP man_pages_are_clean: mandoc is not installed"
fi

# install and uninstall share one list: what one lays down the other takes away.
d=$(mktemp -d) || exit 1
trap 'rm -rf "$d"' EXIT
left=$(make --no-print-directory O="$build" PREFIX="$d/p" install >/dev/null 2>&1 || echo "make install failed"
	[ -x "$d/p/bin/rawbpf" ] || echo "no bin/rawbpf"
	echo '#include <rawbpf/loader/attach.h>
#include <rawbpf/loader/obj.h>
#include <rawbpf/asm/asm.h>
#include <rawbpf/syscall/sys.h>
int main(void) { rawbpf_obj_free(0); return rawbpf_sys_close(-1); }' >"$d/t.c"
	# shellcheck disable=SC2046
	${CC:-cc} -o "$d/t" "$d/t.c" -I"$d/p/include" -L"$d/p/lib" $(nm "$build/rawbpf" | grep -q __asan_init && echo -fsanitize=address,undefined) -lrawbpf -lelf 2>&1 && "$d/t"
	grep -qx "prefix=$d/p" "$d/p/lib/pkgconfig/rawbpf.pc" || sed -n 1p "$d/p/lib/pkgconfig/rawbpf.pc"
	make --no-print-directory O="$build" PREFIX="$d/p" uninstall >/dev/null 2>&1 || echo "make uninstall failed"
	find "$d/p" -type f)
report what_is_installed_builds_a_program_and_uninstalls_whole "$left"

echo "1..$n"
exit $bad
