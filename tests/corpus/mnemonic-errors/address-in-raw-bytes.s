# SPDX-License-Identifier: BSD-2-Clause
.map hits, type=array, key=u32, value=u64, entries=1
.prog p, "socket"
	lddw %r1, hits
	exit
