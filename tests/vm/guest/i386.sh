#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# i386: the one stock kernel that takes kprobe:memcpy. The classic demo, exactly as it was meant.
# shellcheck source-path=SCRIPTDIR disable=SC2016
. ./lib.sh

run rawbpf run samples/memcpy_stat.s --for 6 --every 2 -- sh -c 'for i in $(seq 20); do cat /proc/self/maps >/dev/null; done; exec copy_load 20'
check memcpy_stat_exits_well exits 0
check memcpy_itself_is_probed says 'attached: kprobe on memcpy'
check no_rung_is_refused does_not_say refused
check tables_count_real_memcpy_calls tables 3 50
check memcpy_stat_leaves_nothing nothing_left

run rawbpf run samples/memcpy_kprobe.s --for 3 -- sh -c 'cat /proc/self/maps >/dev/null; exec sleep 5'
check memcpy_kprobe_exits_well exits 0
check trace_pipe_shows_sizes says 'memcpy size [0-9]+$'
# Reading the trace pipe copies memory, which fills it again: a run must not drown in that.
rawbpf run samples/memcpy_kprobe.s >out 2>&1 &
pid=$!
sleep 3
check flooded_trace_pipe_does_not_stop_a_signal ends $pid
wait $pid
check memcpy_kprobe_leaves_nothing nothing_left

run rawbpf run samples/memcpy_stat.s --on kprobe:__check_object_size:2 --for 3 --every 1 -- sh -c 'datagrams 1000 500; exec sleep 5'
check kprobe_counts_each_datagram_twice tables 2 2000 8 2000
finish
