# SPDX-License-Identifier: BSD-2-Clause
# args: --arch arm -I lib
.include "common.inc"; .prog p, "socket"
	r1 = COMMON
	r2 = WIDTH
	exit
