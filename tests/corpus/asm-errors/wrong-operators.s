# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	r1 s+= 5
	r1 == 5
	r1++
	if r1 = 5 goto +0
	if r1 s& 5 goto +0
	if (r1 == 5) goto +0
	if r1 == 5 then goto +0
	r1 s>>> 5
	exit
