# SPDX-License-Identifier: BSD-2-Clause
.include "no/such/file.inc"
.prog p, "socket"
	r1 = FROM_IT
