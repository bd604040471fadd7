# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	r1 = w2
	w1 += r2
	if r1 == w2 goto +0
	r1 = (s8)w2
	exit
