#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# amd64: memcpy is on the kprobe blacklist, so the ladder goes down to __check_object_size.
# shellcheck source-path=SCRIPTDIR disable=SC2016
. ./lib.sh

run rawbpf run samples/memcpy_stat.s --for 6 --every 2 -- sh -c 'datagrams 1000 500; datagrams 300 3000; exec copy_load 20'
check memcpy_stat_exits_well exits 0
check refused_kprobe_on_memcpy_is_on_the_blacklist says 'kprobe on memcpy.*blacklist'
check refused_breakpoint_on_memcpy_is_said says 'breakpoint on memcpy.*blacklist'
check next_rung_is_check_object_size says 'attached: kprobe on __check_object_size'
check tables_count_each_datagram_twice tables 3 2600 8 2000
check larger_ones_are_in_the_last_row tables 3 2600 16 600
check memcpy_stat_leaves_nothing nothing_left

run rawbpf run samples/memcpy_stat.s --log2 --for 2 --every 1 -- sh -c 'datagrams 1000 500; exec sleep 5'
check log2_shows_the_power_of_two says '^ +256 - 511 +[12][0-9][0-9][0-9] .*@'

run rawbpf run samples/memcpy_stat.s --on kprobe:memcpy:3 --for 1
check chosen_place_that_is_refused_fails exits 1
check chosen_place_that_is_refused_says_why says 'kprobe on memcpy.*blacklist'
run rawbpf run samples/memcpy_stat.s --on kprobe:vfs_write:3 --for 2 -- dd if=/dev/zero of=/dev/null bs=500 count=1000
check chosen_place_counts tables 1 1000 8 1000
run rawbpf run samples/memcpy_kprobe.s --on kprobe:vfs_write:3 --for 2 -- dd if=/dev/zero of=/dev/null bs=4321 count=5
check memcpy_kprobe_shows_the_trace_pipe says 'memcpy size 4321'

# counted NAME FILE: the counter of a program of ours goes up.
counted() {
	run rawbpf run "$2" --for 3 --every 1 -- sh -c 'for i in $(seq 20); do dd if=/etc/passwd of=/dev/null bs=1 2>/dev/null; done; exec sleep 5'
	check "$1" says '^ *0: [1-9][0-9]+'
}
counted tracepoint_counts progs/tracepoint.s
counted raw_tracepoint_counts progs/raw_tracepoint.s
counted kprobe_counts progs/kprobe.s
counted kretprobe_counts progs/kretprobe.s
check attaching_leaves_nothing nothing_left

# Without the PMU in sight the tracefs way is taken.
mkdir -p empty
mount --bind empty /sys/bus/event_source/devices/kprobe
counted kprobe_through_tracefs_counts progs/kprobe.s
counted kretprobe_through_tracefs_counts progs/kretprobe.s
check tracefs_events_are_removed nothing_left
rawbpf run progs/kprobe.s --for 20 >out 2>&1 &
pid=$!
sleep 2
check tracefs_event_is_there_while_it_runs grep -q vfs_read /sys/kernel/tracing/kprobe_events
check terminated_run_ends ends $pid
wait $pid
check terminated_run_leaves_nothing nothing_left
umount /sys/bus/event_source/devices/kprobe
finish
