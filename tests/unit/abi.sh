#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Compares syscall/abi.h, its tables and syscall/stub.h with the installed kernel headers.
#
# One check per line of a generated file, one run of the compiler. A line whose
# name the headers lack is "not in these headers" and counted as such; any other
# error is a failure. So no check can vanish without a trace, and the last test
# wants to have compared most of them.
# Newer headers: CPATH=dir/include:dir/arch-include tests/unit/abi.sh BUILD
set -u
build=$1
here=$(dirname "$0")
root=$(cd "$here/../.." && pwd)
work=$build/tests/unit/abi
cc=${CC:-gcc}
mkdir -p "$work"

headers='linux/bpf.h linux/perf_event.h linux/hw_breakpoint.h linux/fcntl.h linux/errno.h asm/unistd.h'
for h in $headers; do
	if ! echo "#include <$h>" | $cc -E - >/dev/null 2>&1; then
		echo "ok 1 # SKIP the_abi_is_the_kernels: no <$h> here"
		exit 0
	fi
done

checks=$work/checks.c
{
	for h in $headers; do echo "#include <$h>"; done
	echo "#include \"$root/syscall/abi.h\""
	echo "#include \"$root/syscall/stub.h\""
	cat <<-'C'
	#include <stddef.h>
	#define SIZE(s, f) sizeof(((s *)0)->f)
	#define C(theirs, ours) _Static_assert((theirs) == (long long)(ours), #ours);
	#define F(k, kf, s, f) _Static_assert(offsetof(k, kf) == offsetof(s, f) && SIZE(k, kf) == SIZE(s, f), #s "." #f);
	#define SUM(s, sum) _Static_assert(sizeof(s) == (sum), "fields of " #s " that no check names");
	C
} >"$checks"

# the X-macro tables
table() {
	sed -n "s/^X(\(.*\), \([0-9]*\))\$/C($2\1, $3\1)/p" "$root/syscall/$1.def" >>"$checks"
}
table cmds BPF_ RAWBPF_
table map_types BPF_MAP_TYPE_ RAWBPF_MAP_TYPE_
table prog_types BPF_PROG_TYPE_ RAWBPF_PROG_TYPE_
table attach_types BPF_ RAWBPF_
table link_types BPF_LINK_TYPE_ RAWBPF_LINK_TYPE_

# all other enum constants and plain #defines of abi.h that have the kernel's name
$cc -E -P -dD "$root/syscall/abi.h" | grep -oE '\<RAWBPF_[A-Z0-9_]+\>' | sort -u |
	sed -n 's/^RAW\(.*\)$/\1/p' >"$work/names"
for name in $(cat "$work/names"); do
	case $name in
	BPF_ABI_H | BPF_PERF_FLAG | BPF_PERF_EVENT | *_TYPE_ | BPF_IOC_ | BPF_LINE_INFO_*) continue ;;
	BPF_PERF_DISABLED | BPF_PERF_INHERIT | BPF_PERF_EXCLUDE_* | BPF_PERF_FREQ) continue ;; # in bits.c
	BPF_PERF_* | BPF_HW_* | BPF_AT_* | BPF_ENOENT | BPF_EAGAIN) echo "C(${name#BPF_}, RAW$name)" ;;
	BPF_STATS_*) echo "C($name, RAW$name)" ;;
	*) grep -q "^C($name," "$checks" || echo "C($name, RAW$name)" ;;
	esac
done >"$work/rest"
cat "$work/rest" >>"$checks"

# numbers of system calls, where stub.h has this machine's
numbers=
if $cc -dM -E "$root/syscall/stub.h" | grep -q 'define RAWBPF_STUB 1'; then
	numbers=$(grep -oE 'RAWBPF_NR_[a-z0-9_]+' "$root/syscall/stub.h" | sort -u)
fi
for nr in $numbers; do
	theirs=${nr#RAWBPF_NR_}
	case $($cc -dM -E - </dev/null) in
	*'__arm__ 1'*) [ "$theirs" = fcntl ] && theirs=fcntl64 ;;
	esac
	echo "C(__NR_$theirs, $nr)"
done >>"$checks"

# fields: OURS | THEIRS | part of ours (?: overlaps others) | part of theirs | fields; =x: their name; -: padding
while IFS='|' read -r ours theirs part kpart fields; do
	[ -n "$ours" ] || continue
	s="struct rawbpf_$ours" sum=0 overlaid=
	[ "$part" = '?' ] && part= overlaid=1
	for f in $fields; do
		f_ours=${f%%=*} f_theirs=${f##*=}
		case $f in
		-*) f_ours=${f#-} ;;
		*) echo "F($theirs, $kpart$f_theirs, $s, $part$f_ours)" ;;
		esac
		sum="$sum + SIZE($s, $part$f_ours)"
	done
	case $part$overlaid in
	1) ;;
	'') echo "SUM($s, $sum)" ;;
	*.) echo "SUM(((($s *)0)->${part%.}), $sum)" ;;
	esac
done >>"$checks" <<'T'
attr_map_create|union bpf_attr|||map_type key_size value_size max_entries map_flags inner_map_fd numa_node map_name map_ifindex btf_fd btf_key_type_id btf_value_type_id btf_vmlinux_value_type_id map_extra value_type_btf_obj_fd map_token_fd excl_prog_hash excl_prog_hash_size -pad_
attr_map_elem|union bpf_attr|||map_fd -pad_ key value flags
attr_map_batch|union bpf_attr||batch.|in_batch out_batch keys values count map_fd elem_flags flags
attr_prog_load|union bpf_attr|||prog_type insn_cnt insns license log_level log_size log_buf kern_version prog_flags prog_name prog_ifindex expected_attach_type prog_btf_fd func_info_rec_size func_info func_info_cnt line_info_rec_size line_info line_info_cnt attach_btf_id attach_prog_fd core_relo_cnt fd_array core_relos core_relo_rec_size log_true_size prog_token_fd fd_array_cnt signature signature_size keyring_id
attr_obj|union bpf_attr|||pathname bpf_fd file_flags path_fd -pad_
attr_prog_attach|union bpf_attr|||target_fd attach_bpf_fd attach_type attach_flags replace_bpf_fd relative_fd expected_revision
attr_prog_test_run|union bpf_attr||test.|prog_fd retval data_size_in data_size_out data_in data_out repeat duration ctx_size_in ctx_size_out ctx_in ctx_out flags cpu batch_size -pad_
attr_get_id|union bpf_attr|||id=start_id next_id open_flags fd_by_id_token_fd
attr_info|union bpf_attr||info.|bpf_fd info_len info
attr_raw_tracepoint_open|union bpf_attr||raw_tracepoint.|name prog_fd -pad_ cookie
attr_btf_load|union bpf_attr|||btf btf_log_buf btf_size btf_log_size btf_log_level btf_log_true_size btf_flags btf_token_fd
attr_task_fd_query|union bpf_attr||task_fd_query.|pid fd flags buf_len buf prog_id fd_type probe_offset probe_addr
attr_link_create|union bpf_attr||link_create.|prog_fd target_fd attach_type flags -all_
attr_link_create|union bpf_attr|?|link_create.|target_btf_id iter_info iter_info_len
attr_link_create|union bpf_attr|perf_event.|link_create.perf_event.|bpf_cookie
attr_link_create|union bpf_attr|kprobe_multi.|link_create.kprobe_multi.|flags cnt syms addrs cookies
attr_link_create|union bpf_attr|tracing.|link_create.tracing.|target_btf_id -pad_ cookie
attr_link_create|union bpf_attr|netfilter.|link_create.netfilter.|pf hooknum priority flags
attr_link_create|union bpf_attr|tcx.|link_create.tcx.|relative_fd -pad_ expected_revision
attr_link_create|union bpf_attr|netkit.|link_create.netkit.|relative_fd -pad_ expected_revision
attr_link_create|union bpf_attr|cgroup.|link_create.cgroup.|relative_fd -pad_ expected_revision
attr_link_create|union bpf_attr|uprobe_multi.|link_create.uprobe_multi.|path offsets ref_ctr_offsets cookies cnt flags pid path_fd
attr_link_create|union bpf_attr|tracing_multi.|link_create.tracing_multi.|ids cookies cnt -pad_
attr_link_update|union bpf_attr||link_update.|link_fd new_prog_fd flags old_prog_fd
attr_link_detach|union bpf_attr||link_detach.|link_fd
attr_enable_stats|union bpf_attr||enable_stats.|type
attr_prog_bind_map|union bpf_attr||prog_bind_map.|prog_fd map_fd flags
prog_info|struct bpf_prog_info|||type id tag jited_prog_len xlated_prog_len jited_prog_insns xlated_prog_insns load_time created_by_uid nr_map_ids map_ids name ifindex -gpl_compatible netns_dev netns_ino nr_jited_ksyms nr_jited_func_lens jited_ksyms jited_func_lens btf_id func_info_rec_size func_info nr_func_info nr_line_info line_info jited_line_info nr_jited_line_info line_info_rec_size jited_line_info_rec_size nr_prog_tags prog_tags run_time_ns run_cnt recursion_misses verified_insns attach_btf_obj_id attach_btf_id -pad_
map_info|struct bpf_map_info|||type id key_size value_size max_entries map_flags name ifindex btf_vmlinux_value_type_id netns_dev netns_ino btf_id btf_key_type_id btf_value_type_id btf_vmlinux_id map_extra hash hash_size -pad_
btf_info|struct bpf_btf_info|||btf btf_size id name name_len kernel_btf
link_info|struct bpf_link_info|||type id prog_id -pad_ -all_
link_info|struct bpf_link_info|raw_tracepoint.|raw_tracepoint.|tp_name tp_name_len -pad_ cookie
link_info|struct bpf_link_info|tracing.|tracing.|attach_type target_obj_id target_btf_id -pad_ cookie
link_info|struct bpf_link_info|cgroup.|cgroup.|cgroup_id attach_type -pad_
link_info|struct bpf_link_info|netns.|netns.|netns_ino attach_type
link_info|struct bpf_link_info|xdp.|xdp.|ifindex
link_info|struct bpf_link_info|struct_ops.|struct_ops.|map_id
link_info|struct bpf_link_info|netfilter.|netfilter.|pf hooknum priority flags
link_info|struct bpf_link_info|kprobe_multi.|kprobe_multi.|addrs count flags missed cookies
link_info|struct bpf_link_info|uprobe_multi.|uprobe_multi.|path offsets ref_ctr_offsets cookies path_size count flags pid
link_info|struct bpf_link_info|perf_event.|perf_event.|type -pad_ name=kprobe.func_name name_len=kprobe.name_len offset=kprobe.offset addr=kprobe.addr missed=kprobe.missed cookie=kprobe.cookie
link_info|struct bpf_link_info|tcx.|tcx.|ifindex attach_type
link_info|struct bpf_link_info|netkit.|netkit.|ifindex attach_type
link_info|struct bpf_link_info|sockmap.|sockmap.|map_id attach_type
insn|struct bpf_insn|||code -regs off imm
func_info|struct bpf_func_info|||insn_off type_id
line_info|struct bpf_line_info|||insn_off file_name_off line_off line_col
perf_event_attr|struct perf_event_attr|||type size config sample_period sample_type read_format -flags wakeup_events bp_type config1 config2 branch_sample_type sample_regs_user sample_stack_user clockid sample_regs_intr aux_watermark sample_max_stack reserved_2=__reserved_2
T

# errors as LINE: TEXT; of a line that the headers cannot have, only the first counts
LC_ALL=C $cc -std=gnu11 -w -fmax-errors=0 -ftrack-macro-expansion=0 -fsyntax-only "$checks" 2>"$work/errors"
sed -n "s/; did you mean.*//; s|^$checks:\([0-9]*\):[0-9]*: error: |\1: |p" "$work/errors" >"$work/located"
grep -nE '^[CF]\(' "$checks" | sed 's/:.*//' >"$work/comparisons"
awk 'NR == FNR { may[$1] = 1; next }
	{ line = $1 + 0 }
	/RAWBPF_|struct rawbpf_/ { next }
	may[line] && /undeclared|has no member named|undefined type/ { print line }' \
	"$work/comparisons" "$work/located" | sort -nu >"$work/absent"
awk 'NR == FNR { absent[$1] = 1; next } !absent[$1 + 0]' "$work/absent" "$work/located" >"$work/wrong"
all=$(grep -cE '^[CF]\(' "$checks")
absent=$(grep -c . "$work/absent")
compared=$((all - absent))

n=0
result() { # NAME, passed?, why
	n=$((n + 1))
	if [ "$2" -eq 0 ]; then echo "ok $n - $1"; else
		echo "not ok $n - $1"
		sed 's/^/# /' "$3"
	fi
}
# an absent line must be one of a newer kernel's; the compiler may not have failed for another reason
grep -q 'fatal error' "$work/errors" && cat "$work/errors" >>"$work/wrong"
[ ! -s "$work/wrong" ]
result every_constant_and_offset_is_the_kernels $? "$work/wrong"

echo "# $compared of $all constants and offsets compared, $absent are newer than these headers"
[ "$compared" -ge 380 ]
result nearly_all_of_the_abi_was_compared $? "$work/errors"

# a check that must fail, so that the method itself is checked
printf 'C(BPF_MAP_TYPE_HASH, RAWBPF_MAP_TYPE_ARRAY)\n' | cat "$checks" - >"$work/must_fail.c"
LC_ALL=C $cc -std=gnu11 -w -fsyntax-only "$work/must_fail.c" 2>&1 | grep -q 'static assertion failed: "RAWBPF_MAP_TYPE_ARRAY"'
result a_wrong_constant_would_be_seen $? "$work/errors"

# bit-fields have no offset: their bits are looked at
cat >"$work/bits.c" <<C
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include "$root/syscall/abi.h"
#define BIT(field, flag) do { \\
	struct perf_event_attr a = { .field = 1 }; \\
	const struct rawbpf_perf_event_attr b = { .flags = flag }; \\
	if (memcmp(&a, &b, sizeof(b))) { puts(#field); bad = 1; } } while (0)
int main(void)
{
	int bad = 0;
	BIT(disabled, RAWBPF_PERF_DISABLED);
	BIT(inherit, RAWBPF_PERF_INHERIT);
	BIT(exclude_user, RAWBPF_PERF_EXCLUDE_USER);
	BIT(exclude_kernel, RAWBPF_PERF_EXCLUDE_KERNEL);
	BIT(freq, RAWBPF_PERF_FREQ);
	return bad;
}
C
$cc -std=gnu11 -o "$work/bits" "$work/bits.c" 2>"$work/bits.log" && "$work/bits" >>"$work/bits.log"
result perf_event_attr_bits_are_where_the_compiler_puts_them $? "$work/bits.log"

# garbage in the compiler's own padding would reach the kernel and be refused with E2BIG
echo "#include \"$root/syscall/abi.h\"" >"$work/padded.c"
$cc -std=gnu11 -Wpadded -Werror -fsyntax-only "$work/padded.c" 2>"$work/padded.log"
result no_attr_has_padding_that_an_initializer_leaves_unset $? "$work/padded.log"

# the tables are dense: row n has number n
for t in cmds map_types prog_types attach_types link_types; do
	sed -n 's/^X(.*, \([0-9]*\))$/\1/p' "$root/syscall/$t.def" |
		awk -v t=$t '$1 != NR - 1 { print t ": row " NR - 1 " has number " $1; bad = 1 }
			END { if (NR < 10) { print t ": " NR " rows"; bad = 1 } exit bad }'
done >"$work/dense.log"
[ ! -s "$work/dense.log" ]
result the_tables_have_no_holes $? "$work/dense.log"
echo "1..$n"
