# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	*(u64 *)(r1 + 8) += r2
	lock *(u64 *)(r1 + 8) -= r2
	lock r1 += r2
	exit
