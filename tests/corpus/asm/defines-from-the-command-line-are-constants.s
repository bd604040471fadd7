# SPDX-License-Identifier: BSD-2-Clause
# args: -D A=0x10+1 -D B
.equ B, 1	# the same value again is no conflict
.prog p, "socket"
	r1 = A
	r2 = B
	exit
