# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
.include "include-of-itself.s"
	exit
