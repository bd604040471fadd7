# SPDX-License-Identifier: BSD-2-Clause
# args: -D 3=4 -D X=
.prog p, "socket"
	exit
