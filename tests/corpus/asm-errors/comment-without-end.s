# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	exit /* and so on
