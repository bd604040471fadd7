# SPDX-License-Identifier: BSD-2-Clause
.map hits, type=array, key=u32, value=u64, entries=1
.prog p, "socket"
	mov %r1, hits
	lddw %r1, hist
	lddw %r1, p
	lddw %r1, %r2
	exit
