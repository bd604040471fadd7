# SPDX-License-Identifier: BSD-2-Clause
# Counts how often tracepoint/syscalls/sys_enter_openat fires.
.license "Dual BSD/GPL"
.map hits, type=array, key=u32, value=u64, entries=1
.prog count_tracepoint, "tracepoint/syscalls/sys_enter_openat"
	r1 = 0
	*(u32 *)(r10 - 4) = r1
	r1 = hits ll
	r2 = r10
	r2 += -4
	call map_lookup_elem
	if r0 == 0 goto out
	r1 = 1
	lock *(u64 *)(r0 + 0) += r1
out:	r0 = 0
	exit
