# SPDX-License-Identifier: BSD-2-Clause
.equ SIZE, 8
mov %r1, SIZE*2
ldxb %r1, [%r10 - SIZE + 1]
stw [%r10+-SIZE-SIZE], 'a'
jeq %r1, BPF_ANY, +1
add %r1, 0x10 % 5
exit
