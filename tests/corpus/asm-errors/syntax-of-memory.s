# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	r1 = *u8 (r2 + 1)
	r1 = *(u8)(r2 + 1)
	r1 = *(u8 *)r2
	r1 = *(u8 *)(r2 + 1
	r1 = *(u8 *)(5)
	r1 = *(u8 *)(r2 * 2)
	r0 = *(u8 *)skb(4)
	r0 = *(u8 *)skb[r1 * 4]
	r2 = atomic_fetch_add(r1 + 8, r2)
	r2 = atomic_fetch_add((u64 *)(r1 + 8))
	r2 = xchg_64((u64 *)(r1 + 8), r2)
	store_release((u64 *)(r1 + 8))
	exit
