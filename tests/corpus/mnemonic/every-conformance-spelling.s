# SPDX-License-Identifier: BSD-2-Clause
# args: --dialect conformance
# comments only with '#', blanks after commas
mov %r0, 0xffffffffff >> 8
movsx832 %r1, %r2
movsx1632 %r1, %r2
movsx864 %r1, %r2
movsx1664 %r1, %r2
movsx3264 %r1, %r2
le16 %r1
be32 %r2
bswap64 %r3
swap16 %r4
ldxb %r1, [%r2]
ldxdw %r1, [%r2-0x8]
lock add [%r10-8], %r1
lock add32 [%r10-8], %r1
lock or [%r10-8], %r1
lock and32 [%r10-8], %r1
lock xor [%r10-8], %r1
lock fetch add [%r10-8], %r1
lock fetch or32 [%r10-8], %r1
lock fetch and [%r10-8], %r1
lock fetch xor [%r10-8], %r1
lock xchg [%r10-8], %r1
lock xchg32 [%r10-8], %r1
lock cmpxchg [%r10-8], %r1
lock cmpxchg32 [%r10-8], %r1
ja32 end
call local func
call helper 5
call runtime 7
call helper map_lookup_elem
jeq32 %r1, -1, end
end:
exit
func:
exit
