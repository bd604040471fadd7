# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	r1 = *(s64 *)(r2 + 0)
	*(s32 *)(r2 + 0) = r1
	lock *(u16 *)(r2 + 0) += r1
	r2 = atomic64_fetch_add((u32 *)(r1 + 8), r2)
	store_release((s8 *)(r1 + 8), r2)
	r0 = *(u64 *)skb[4]
	r1 = *(u32 *)skb[4]
	r1 = *(int *)(r2 + 0)
	r1 = *(u23 *)(r2 + 0)
	exit
