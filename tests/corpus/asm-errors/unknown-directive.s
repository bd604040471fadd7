# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	.porg x, "y"
	.globl p
	.
	exit
