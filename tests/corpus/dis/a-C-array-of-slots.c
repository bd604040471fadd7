/* SPDX-License-Identifier: BSD-2-Clause */
// args: -EB
uint64_t prog[] = { 0xb700000000000001, 0x9500000000000000 };
