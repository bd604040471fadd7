/* SPDX-License-Identifier: BSD-2-Clause */
struct sock_filter code[] = {
	{ 0x28, 0, 0, 0x0000000c },
};
