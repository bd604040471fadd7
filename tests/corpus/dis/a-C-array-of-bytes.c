/* SPDX-License-Identifier: BSD-2-Clause */
// args: -EL
unsigned char prog_bin[] = { 0xb7, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x95, 0, 0, 0, 0, 0, 0,
	0 };
unsigned int prog_bin_len = 16;
