# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	w1 = *(u64 *)(r2 + 8)
	*(u64 *)(r2 + 8) = w1
	w1 = *(s8 *)(r2 + 0)
	r1 = *(u32 *)(w2 + 0)
	lock *(u64 *)(r1 + 8) += w2
	w2 = atomic_fetch_add((u64 *)(r1 + 8), w2)
	w0 = cmpxchg_64(r1 + 8, w0, w2)
	w0 = load_acquire((u64 *)(r1 + 8))
	exit
