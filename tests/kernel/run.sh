#!/bin/sh
# rawbpf run on this machine's kernel, as a user starts it. It attaches to a function of
# samples/copy_load only, which this test starts. TAP; run.sh BUILD_DIR
set -u
cd "$(dirname "$0")/../.." || exit 1
PATH=$PATH:/usr/sbin:/sbin
build=$1
tool=$build/rawbpf
load=$build/samples/copy_load
here="uprobe:$load:copy:3"
d=$(mktemp -d) || exit 1
trap 'rm -rf "$d"' EXIT
n=0 bad=0

ok() { n=$((n + 1)) && echo "ok $n - $1"; }
skip() { n=$((n + 1)) && echo "ok $n # SKIP $1: $2"; }
not_ok() { # name, file to show...
	n=$((n + 1)) bad=1
	echo "not ok $n - $1"
	shift
	for f; do sed "s|^|# ${f##*/}: |" "$f"; done
}
check() { # name, command...: it must succeed
	name=$1
	shift
	if "$@" >"$d/check" 2>&1; then ok "$name"; else not_ok "$name" "$d/check" "$d/out" "$d/err"; fi
}
# Runs the tool; $status, $d/out, $d/err.
run() {
	timeout 30 "$tool" run "$@" >"$d/out" 2>"$d/err" </dev/null
	status=$?
}
# What differs from run to run: the clock, the interval, where the workload was built.
as_expected() {
	sed -E 's/^[0-9:]{8}  /TIME  /; s/last [0-9]+\.[0-9] s/last N.N s/
		s|uprobe on .*copy_load:copy \(\+0x[0-9a-f]+\)|uprobe on copy_load:copy|
		s/^.*: bpf_trace_printk: /TASK [CPU] TIME: bpf_trace_printk: /' "$d/out" |
		diff - "$d/expected"
}
expect() { # the file beside the sample, without its first line, which is the command
	tail -n +2 "$1" >"$d/expected"
}
refused() { # name, text of the message; the run before it must have ended with 1 and one error
	if [ "$status" -eq 1 ] && [ "$(grep -c 'error:' "$d/err")" -eq 1 ] && grep -qF -- "$2" "$d/err" &&
		[ ! -s "$d/out" ]; then
		ok "$1"
	else
		not_ok "$1 (exit status $status)" "$d/err" "$d/out"
	fi
}

# ---- bad input: no privilege is needed to be refused -------------------------------------

run "$d/absent.o"
refused a_missing_file_is_named "$d/absent.o: error: cannot open it: No such file or directory"
run samples/memcpy_stat.c
refused c_source_is_answered_with_the_compilers_command "clang -O2 -g -target bpf -c samples/memcpy_stat.c"
run "$d/absent.s" "$load" exact
[ "$status" -eq 2 ] && grep -qF "a command is written after --: $load" "$d/err" &&
	ok a_second_file_is_no_command || not_ok a_second_file_is_no_command "$d/err"
run "$d/absent.s"
refused a_missing_source_is_named "$d/absent.s"
echo "not an object" >"$d/text.o"
run "$d/text.o"
refused what_is_not_elf_is_said_to_be "$d/text.o: error: not an ELF file"
"$tool" asm samples/memcpy_stat.s -o "$d/stat.o" || exit 1
head -c 700 "$d/stat.o" >"$d/cut.o"
run "$d/cut.o"
refused a_truncated_object_is_refused "$d/cut.o: error:"
printf '.license "GPL"\n.prog p, "kprob/f"\n\tr0 = 0\n\texit\n' >"$d/section.s"
run "$d/section.s"
refused an_unknown_section_gets_the_nearest_name "kprobe"
run "$d/stat.o" --map size
refused an_unknown_map_is_answered_with_the_known_ones 'no map "size"; there is: sizes'
run "$d/stat.o" -s size=1
refused an_unknown_variable_is_named '-s size=1: the object has no variable "size"'
run "$d/stat.o" --on kprobe:
refused a_place_without_a_name_is_refused "kprobe:FUNCTION"
printf '.license "GPL"\n.prog p, "?kprobe/f"\n\tr0 = 0\n\texit\n' >"$d/optional.s"
run "$d/optional.s" --on "$here"
refused a_program_that_is_not_loaded_does_not_count_for_on "one program; this one has 0 (those of '?'"
run "$d/stat.o" --every never
[ "$status" -eq 2 ] && grep -q -- '--every never' "$d/err" && ok a_wrong_option_ends_with_2 ||
	not_ok a_wrong_option_ends_with_2 "$d/err"
run "$d/stat.o" --narate
[ "$status" -eq 2 ] && grep -qx 'rawbpf run: no option --narate; did you mean --narrate?' "$d/err" &&
	ok a_misspelt_option_gets_the_nearest_one || not_ok a_misspelt_option_gets_the_nearest_one "$d/err"
run "$d/stat.o" --count
[ "$status" -eq 2 ] && grep -qx 'rawbpf run: --count wants a value' "$d/err" &&
	ok an_option_without_its_value_is_named || not_ok an_option_without_its_value_is_named "$d/err"

# ---- without privilege ---------------------------------------------------------------------

if [ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null 2>&1; then
	skip no_privilege_names_the_missing_capability "needs root and setpriv to give privilege away"
else
	cp "$tool" "$d/rawbpf" && chmod 755 "$d" "$d/rawbpf" && chmod 644 "$d/stat.o"
	setpriv --reuid 65534 --regid 65534 --clear-groups "$d/rawbpf" run "$d/stat.o" --on "$here" \
		>"$d/out" 2>"$d/err"
	status=$?
	refused no_privilege_names_the_missing_capability CAP_BPF
fi

echo "not root" >"$d/err"
if [ "$(id -u)" -ne 0 ] || ! "$tool" run "$d/stat.o" --on "$here" --count 0 -- "$load" exact 2>"$d/err"; then
	for t in rows_of_the_assembly_sample rows_of_the_c_samples histogram trace_pipe json openmetrics \
		narrated_calls verifier_refusal signals; do
		skip $t "attaching a uprobe needs root: $(tail -n 1 "$d/err" | cut -c1-160)"
	done
	exit 0
fi

programs() { bpftool prog show name memcpy_stat 2>/dev/null | sed -n 's/^\([0-9]*\):.*/\1/p'; }
programs_before=$(programs)

# ---- what it shows ---------------------------------------------------------------------------

expect samples/memcpy_stat.out
run samples/memcpy_stat.s --on "$here" -- "$load" exact
check the_assembly_sample_counts_each_copy_in_its_row as_expected
run samples/memcpy_stat.s --on "$here" --all --for 0.5
[ "$status" -eq 0 ] && [ "$(awk 'NR > 2 && $NF ~ /^[0-9]+$/ { s += $NF } END { print s + 0 }' "$d/out")" -eq 0 ] &&
	ok with_nothing_to_count_every_row_is_0 || not_ok with_nothing_to_count_every_row_is_0 "$d/out" "$d/err"

tables_after_the_command() { # its last bytes are copied just after a poll, and still shown
	run samples/memcpy_stat.s --every 1 --on "$here" -- "$load" 1.05
	[ "$(grep -c ' bytes ' "$d/out")" -eq 2 ]
}
check the_end_of_a_command_is_shown_however_soon_after_a_poll tables_after_the_command

# The tracepoint does not exist, so nothing is attached.
printf '.license "GPL"\n.prog p, "raw_tp.w/rawbpf_absent"\n\tr0 = 0\n\texit\n' >"$d/writable.s"
run "$d/writable.s" --narrate
check a_writable_raw_tracepoint_program_is_loaded_as_one \
	grep -q 'BPF_PROG_LOAD.*raw_tracepoint_writable program' "$d/err"
printf '.license "GPL"\n.prog p, "kprobe.multi/f"\n\tr0 = 0\n\texit\n' >"$d/multi.s"
run "$d/multi.s" --narrate --count 0 --on "$here"
loaded_for_its_place() { [ "$status" -eq 0 ] && ! grep -q KPROBE_MULTI "$d/err"; }
check another_place_takes_the_attach_type_of_the_section_away loaded_for_its_place

arch=$(uname -m)
case $arch in i?86) arch=i386 ;; aarch64) arch=arm64 ;; armv*) arch=arm ;; esac
for cc in clang clang-14 clang-19 clang-22; do
	command -v $cc >/dev/null 2>&1 || { skip "${cc}_objects_count_the_same" "$cc is not installed"; continue; }
	expect samples/memcpy_stat.out
	for flavour in "-g" "-DLEGACY_MAPS"; do
		name="${cc}_object_with_$([ "$flavour" = -g ] && echo btf || echo legacy)_maps_counts_the_same"
		# shellcheck disable=SC2086
		$cc -O2 $flavour -target bpf -D__TARGET_ARCH_$arch -c samples/memcpy_stat.c -o "$d/c.o" 2>"$d/err" &&
			run "$d/c.o" --on "$here" -- "$load" exact
		check "$name" as_expected
	done
	expect samples/memcpy_kprobe.out
	$cc -O2 -DLEGACY_MAPS -target bpf -D__TARGET_ARCH_$arch -c samples/memcpy_kprobe.c -o "$d/c.o" 2>"$d/err" &&
		run "$d/c.o" --on "$here" -- "$load" exact
	check "${cc}_object_prints_each_size_to_the_trace_pipe" as_expected
done

expect samples/memcpy_stat.log2.out
run samples/memcpy_stat.s --log2 --on "$here" -- "$load" exact
check log2_draws_a_row_per_power_of_two as_expected
expect samples/memcpy_kprobe.out
run samples/memcpy_kprobe.s --on "$here" -- "$load" exact
check each_size_comes_through_the_trace_pipe as_expected

# 4 threads, 2 or more CPUs, one row; and one poll, however slow the machine is.
run samples/memcpy_stat.s --every 60 --on "$here" -- "$load" threads 50000
check no_count_is_lost_when_threads_meet_in_one_row grep -qE '^ +1 - 64 +200000 +200000$' "$d/out"

run samples/memcpy_kprobe.s -j --on "$here" -- "$load" exact
json_lines_of_trace() { [ "$(grep -cE '^\{"trace":".*: memcpy size [0-9]+"\}$' "$d/out")" -eq 66 ] && [ "$(wc -l <"$d/out")" -eq 66 ]; }
check trace_lines_are_json_too json_lines_of_trace
run samples/memcpy_stat.s -j --on "$here" -- "$load" exact
json_is_right() {
	[ "$(wc -l <"$d/out")" -eq 1 ] && grep -qF '"map":"sizes","rows":[{"from":0,"to":0,"count":1,"total":1},{"from":1,"to":64,"count":9,"total":9}' "$d/out" &&
		grep -qF '{"from":961,"to":null,"count":38,"total":38}]}' "$d/out"
}
check json_has_one_object_per_poll json_is_right

run samples/memcpy_stat.s --openmetrics "$d/copies.prom" --on "$here" -- "$load" exact
metrics_are_right() {
	grep -q '^rawbpf_size_bytes_bucket{.*map="sizes",le="64"} 10$' "$d/copies.prom" &&
		grep -q '^rawbpf_size_bytes_bucket{.*le="+Inf"} 66$' "$d/copies.prom" &&
		grep -q '^rawbpf_size_bytes_count{.*} 66$' "$d/copies.prom" &&
		[ "$(tail -n 1 "$d/copies.prom")" = "# EOF" ] && [ -z "$(ls "$d" | grep tmp)" ]
}
check the_textfile_holds_the_whole_histogram metrics_are_right

"$tool" run samples/memcpy_stat.s --every 0.002 --for 1 --openmetrics "$d/often.prom" --on "$here" --all >/dev/null 2>&1 &
watched=$!
seen=0 torn=0
while kill -0 $watched 2>/dev/null; do
	[ -e "$d/often.prom" ] || continue
	text=$(cat "$d/often.prom")
	seen=$((seen + 1))
	case $text in *"# EOF") ;; *) torn=$((torn + 1)) ;; esac
done
wait $watched
[ $seen -gt 20 ] && [ $torn -eq 0 ] && ok "the_textfile_is_never_seen_half_written" || {
	echo "seen $seen times, torn $torn" >"$d/err"
	not_ok the_textfile_is_never_seen_half_written "$d/err"
}

run samples/memcpy_stat.s --narrate --on "$here" -- "$load" exact
narrated() {
	for call in 'bpf(BPF_BTF_LOAD)' 'bpf(BPF_MAP_CREATE): a percpu_array named "sizes", key 4 bytes, value 8 bytes, 65 entries' \
		'bpf(BPF_MAP_FREEZE)' 'bpf(BPF_PROG_LOAD): kprobe program "memcpy_stat"' 'perf_event_open(uprobe ' \
		'ioctl(PERF_EVENT_IOC_SET_BPF)' 'ioctl(PERF_EVENT_IOC_ENABLE)'; do
		grep -F "$call" "$d/err" | grep -qE -- '-> (fd [0-9]+|0)$' || { echo "not told: $call"; return 1; }
	done
}
check every_call_is_told_with_its_result narrated
check the_load_makes_its_own_calls_and_no_probes [ "$(grep -c '^bpf(' "$d/err")" -eq 7 ]

printf '.license "GPL"\n.map m, type=hash, key=4, value=8, entries=1\n.prog p, "kprobe/memcpy"\n\tr1 = 0\n\t*(u32 *)(r10 - 4) = r1\n\tr2 = r10\n\tr2 += -4\n\tr1 = m ll\n\tcall map_lookup_elem\n\tr0 = *(u64 *)(r0 + 0)\n\texit\n' >"$d/bad.s"
run "$d/bad.s" --on "$here" --all
refused a_refused_program_is_explained_at_its_line "$d/bad.s:10:"
run samples/memcpy_stat.s --on "$here" -- /nonexistent/command
refused a_command_that_cannot_start_is_named "/nonexistent/command"

# ---- how it ends -----------------------------------------------------------------------------

gone() { # pid: within 3 s
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
		kill -0 "$1" 2>/dev/null || return 0
		sleep 0.2
	done
	return 1
}
# The command's pid: the child of the tool.
child_of() { cat "/proc/$1/task/$1/children" 2>/dev/null | tr -d ' '; }
started() { # until the tool says that it is attached
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		grep -q 'rawbpf: attached' "$d/err" && return 0
		sleep 0.1
	done
	return 1
}
for sig in INT TERM HUP KILL; do
	: >"$d/err"
	# A shell that starts a background job makes it ignore INT; env -i keeps it default.
	"$tool" run samples/memcpy_stat.s --every 0.1 --on "$here" -- "$load" 30 >"$d/out" 2>"$d/err" &
	pid=$!
	started
	sleep 0.2
	child=$(child_of $pid)
	kill -$sig $pid
	wait $pid
	status=$?
	want=0
	[ $sig = KILL ] && want=137
	ends_well() { [ -n "$child" ] && [ "$status" -eq $want ] && gone "$child"; }
	check "${sig}_ends_the_tool_and_its_command" ends_well
done
under_nohup() { # it must end by itself
	(trap '' HUP && exec "$tool" run samples/memcpy_stat.s --for 1.5 --on "$here" -- "$load" 30) >"$d/out" 2>"$d/err" &
	pid=$!
	started && kill -HUP $pid && sleep 0.3 && kill -0 $pid && wait $pid
}
: >"$d/err"
check a_hangup_that_nohup_ignores_does_not_end_the_run under_nohup
mkfifo "$d/unread"
sleep 20 <>"$d/unread" &
reader=$!
: >"$d/err"
"$tool" run samples/memcpy_stat.s --every 0.001 --on "$here" --all >"$d/unread" 2>"$d/err" &
pid=$!
started
sleep 1
kill -TERM $pid
check a_signal_ends_the_tool_while_nobody_reads_its_output gone $pid
kill -KILL $pid $reader 2>/dev/null
wait $pid $reader 2>/dev/null
timeout 30 "$tool" run samples/memcpy_stat.s --every 0.1 --on "$here" --all --count 3 >/dev/full 2>"$d/err"
status=$?
: >"$d/out"
refused a_full_disk_behind_standard_output_is_an_error "standard output: error: cannot write: No space left on device"
mkfifo "$d/endless.o"
"$tool" run "$d/endless.o" >"$d/out" 2>"$d/err" &
pid=$!
sleep 0.3
kill -TERM $pid
check a_signal_ends_the_tool_while_it_still_reads_its_object gone $pid
kill -KILL $pid 2>/dev/null
wait $pid 2>/dev/null
"$tool" run samples/memcpy_stat.s --every 0.01 --on "$here" --all 2>"$d/err" | head -n 3 >"$d/out"
check a_reader_that_goes_away_ends_the_run [ "$(wc -l <"$d/out")" -eq 3 ]

# Every program that this test loaded has gone with its process. What was there before is somebody
# else's, and so may be what is new: it is given time to end.
programs_left() {
	sleep 0.3
	for id in $(programs | grep -vxF -e "${programs_before:-none}"); do
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			bpftool prog show id "$id" >/dev/null 2>&1 || continue 2
			sleep 1
		done
		bpftool prog show id "$id" && return 1
	done
	return 0
}
if command -v bpftool >/dev/null 2>&1; then
	check no_program_is_left programs_left
else
	skip no_program_is_left "bpftool is not installed to look"
fi
echo "1..$n"
exit $bad
