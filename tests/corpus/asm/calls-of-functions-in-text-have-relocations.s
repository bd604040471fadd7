# SPDX-License-Identifier: BSD-2-Clause
# The function may stand behind its calls, and in a section that has labels of its own.
.prog first, "socket"
	call later
	r1 = later ll
	call within
	exit
within:	r0 = 1
	exit

.prog later, ".text"
	if r1 == 0 goto out
	r1 = 0
	call later
	call other
out:	r0 = 0
	exit

.prog second, "socket"
	call other
	exit

.prog other, ".text"
	r0 = 2
	exit
