# SPDX-License-Identifier: BSD-2-Clause
.equ ONE, 1
.set ONE, 1
.set ONE, 2
.set BPF_ANY, 0
.set BPF_ANY, 7
.set FREE, 1
.set FREE, 2
.prog p, "socket"
	r0 = ONE + BPF_ANY + FREE
	exit
