# SPDX-License-Identifier: BSD-2-Clause
# args: --dialect kernel
.license "Dual BSD/GPL"
.map hits, type=percpu_array, key=u32, value=u64, entries=1
.const limit, type=u32, value=100000
.const format, type=char, value="%d\n"
.prog count, "kprobe/vfs_read"
	r1 = 1; *(u32 *)(r10 - 4) = 0	# source text
	r2 = r10
	r2 += -4
	r1 = hits ll
	call map_lookup_elem
	if r0 == 0 goto out
	r1 = 1
	lock *(u64 *)(r0 + 0) += r1
again:	w1 = atomic_fetch_add((u32 *)(r0 + 4), w1)
	r3 = limit ll
	r4 = 0x1122334455667788 ll
	r0 = *(u16 *)skb[r1 + 14]
	if w1 s>= -7 goto again
	r1 = addr_space_cast(r2, 0, 1)
	call sub
	.quad 0x10000	# off is 1
out:	exit
sub:	r0 = (s8)r1
	r0 = load_acquire((u64 *)(r1 + 8))
	goto +1
	goto sub
	gotol out
