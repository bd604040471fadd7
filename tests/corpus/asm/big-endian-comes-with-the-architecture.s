# SPDX-License-Identifier: BSD-2-Clause
# args: --arch s390x
.prog p, "socket"
	r1 = 2
	exit
