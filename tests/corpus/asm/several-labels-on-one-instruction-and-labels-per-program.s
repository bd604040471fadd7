# SPDX-License-Identifier: BSD-2-Clause
.prog a, "socket"
a1: a2: .L3:
$4:	if w1 != w2 goto a1
	goto a2; goto .L3; goto $4
.prog b, "socket"	# the same names again
a1: exit
	goto a1
