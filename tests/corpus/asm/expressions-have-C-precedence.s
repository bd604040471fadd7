# SPDX-License-Identifier: BSD-2-Clause
.equ TWO, 2
.set N, 1
.set N, N + 1
.prog p, "socket"
	w1 = 2 + 3 * 4			# 14
	w1 = (2 + 3) * 4		# 20
	w1 = 1 << 4 | 1			# 17
	w1 = 7 & 3 == 3			# 7 & (3 == 3) = 1
	w1 = 10 - 4 - 3			# 3
	w1 = -7 / 2			# -3
	w1 = -7 % 2			# -1
	w1 = -7 >> 1			# -4
	w1 = ~0				# -1
	w1 = !0 + !5			# 1
	w1 = 1 ? 2 ? 3 : 4 : 5		# 3
	w1 = 0 || 2 && 3		# 1
	w1 = 6 ^ 3			# 5
	w1 = 1 < 2			# 1
	w1 = -1 < 0xffffffffffffffff	# 1: exact numbers, no unsigned surprise
	w1 = 5 >= 6			# 0
	w1 = TWO * N			# 4
	w1 = 'A'			# 65
	w1 = '\n' + '\x10' + '\\'	# 10 + 16 + 92 = 118
	w1 = 0b101 + 010 + 0x10		# 5 + 8 + 16 = 29
	r1 = 0xffffffffffffffff - 0xfffffffffffffffe	# 1
	r1 = 1 << 63 ll
	r1 = -(1 << 63) ll
	r1 = *(u8 *)(r2 - TWO + 1)	# offset -1
	r1 = BPF_F_NO_PREALLOC | BPF_F_MMAPABLE	# 1025
	exit
