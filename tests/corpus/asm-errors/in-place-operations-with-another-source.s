# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	r1 = -r2
	r1 = be16 r2
	w1 = be16 w1
	r3 = atomic_fetch_add((u64 *)(r1 + 8), r2)
	r1 = cmpxchg_64(r1 + 8, r0, r2)
	r0 = cmpxchg_64(r1 + 8, r3, r2)
	exit
