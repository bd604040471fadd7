# SPDX-License-Identifier: BSD-2-Clause
# args: --arch arm65
.prog p, "socket"
	exit
