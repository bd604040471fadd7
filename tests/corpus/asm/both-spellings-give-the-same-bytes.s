# SPDX-License-Identifier: BSD-2-Clause
# The kernel's verifier log on one side, LLVM on the other; both sections must be equal.
.prog kernel, "kernel"
	r1 = *(u64 *)(r10 -8)
	r2 = *(s16 *)(r1 +2)
	*(u32 *)(r10 -4) = 7
	*(u32 *)(r10 -4) = r2
	*(u8 *)(r1 +0) = r2
	lock *(u64 *)(r1 +8) += r2
	r2 = atomic64_fetch_add((u64 *)(r1 +8), r2)
	r2 = atomic_fetch_or((u32 *)(r1 +8), r2)
	r2 = atomic64_xchg((u64 *)(r1 +8), r2)
	r2 = atomic_xchg((u32 *)(r1 +8), r2)
	r0 = atomic64_cmpxchg((u64 *)(r1 +8), r0, r2)
	r0 = atomic_cmpxchg((u32 *)(r1 +8), r0, r2)
	r0 = load_acquire((u8 *)(r1 +8))
	r0 = *(u32 *)skb[r1 + 0]
	if r1 s> 0x5 goto pc+1
	call bpf_map_lookup_elem#1
	gotol pc-2
	may_goto pc+0
	exit
.prog llvm, "llvm"
	r1 = *(u64 *)(r10 - 8)
	r2 = *(s16 *)(r1 + 2)
	*(u32 *)(r10 - 4) = 7
	*(u32 *)(r10 - 4) = w2
	*(u8 *)(r1) = w2
	lock *(u64 *)(r1 + 8) += r2
	r2 = atomic_fetch_add((u64 *)(r1 + 8), r2)
	w2 = atomic_fetch_or((u32 *)(r1 + 8), w2)
	r2 = xchg_64(r1 + 8, r2)
	w2 = xchg32_32(r1 + 8, w2)
	r0 = cmpxchg_64(r1 + 8, r0, r2)
	w0 = cmpxchg32_32(r1 + 8, w0, w2)
	w0 = load_acquire((u8 *)(r1 + 8))
	r0 = *(u32 *)skb[r1]
	if r1 s> 5 goto +1
	call 1
	gotol -2
	may_goto +0
	exit
