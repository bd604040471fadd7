# SPDX-License-Identifier: BSD-2-Clause
.license "GPL"
.map foo, type=array, key=4, value=4, entries=1
.typedef foo, u64
.prog _license, "socket"
	exit
