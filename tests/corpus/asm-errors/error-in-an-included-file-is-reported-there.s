# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
.include "lib/error.inc"
	exit