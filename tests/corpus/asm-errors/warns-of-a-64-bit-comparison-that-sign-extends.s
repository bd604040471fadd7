# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	r1 = 0
	if r1 > 0xffffffff goto out
	if r1 == 0x7fffffff + 1 goto out
	if w1 == 0xffffffff goto out
	if r1 == 0x7fffffff goto out
	if r1 == -1 goto out
out:	exit
