# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	call .L1
	exit
.L1:	exit
