#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# arm64: kprobes on memcpy are refused, but a hardware breakpoint counts memcpy() itself.
# shellcheck source-path=SCRIPTDIR disable=SC2016
. ./lib.sh

run rawbpf run samples/memcpy_stat.s --for 6 --every 2 -- sh -c 'for i in $(seq 50); do cat /proc/self/maps >/dev/null; done; exec copy_load 20'
check memcpy_stat_exits_well exits 0
check refused_kprobe_on_memcpy_says_why says 'kprobe on memcpy.*refused'
check next_rung_is_the_breakpoint says 'attached: .*breakpoint on memcpy'
check check_object_size_is_not_needed does_not_say __check_object_size
check tables_count_real_memcpy_calls tables 3 50
check breakpoints_leave_nothing nothing_left

run rawbpf run samples/memcpy_stat.s --on kprobe:__check_object_size:2 --for 3 --every 1 -- sh -c 'datagrams 1000 500; exec sleep 5'
check kprobe_counts_each_datagram_twice tables 2 2000 8 2000
check kprobe_leaves_nothing nothing_left
finish
