# SPDX-License-Identifier: BSD-2-Clause
.equ x, 1
.map x, type=hash, key=4, value=8, entries=1
.map y, type=hash, key=4, value=8, entries=1
.const y, type=u32, value=1
.prog y, "socket"
	exit
.prog p, "socket"
	exit
.prog p, "socket"
	exit
.map r1, type=hash, key=4, value=8, entries=1
.equ y, 3
.equ r2, 3
.equ goto, 3
