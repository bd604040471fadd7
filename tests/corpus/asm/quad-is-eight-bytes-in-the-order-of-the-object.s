# SPDX-License-Identifier: BSD-2-Clause
# args: -EB
.equ SLOT, 0xb7100000 << 32 | 5		# r1 = 5, in big endian
.prog p, "s"
	if r1 == 0 goto here
	.quad 0x0123456789abcdef
here:	.quad SLOT
	.quad -2
	r0 = 0; .quad 0; exit
