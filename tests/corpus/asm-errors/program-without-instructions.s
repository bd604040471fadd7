# SPDX-License-Identifier: BSD-2-Clause
.prog a, "socket"
.prog b, "socket"
	exit
