# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	r1 = (u8)r2
	w1 = (s32)w2
	r1 = (s64)r2
	exit
