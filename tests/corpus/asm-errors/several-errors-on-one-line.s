# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	r1 = ; r2 += ; exit ; r3 = r44
