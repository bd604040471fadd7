# SPDX-License-Identifier: BSD-2-Clause
# args: --source --raw
.prog count, "kprobe/vfs_read"
	r1 = 1; *(u32 *)(r10 - 4) = 0	# source text
	r2 = r10
	r2 += -4
	exit
