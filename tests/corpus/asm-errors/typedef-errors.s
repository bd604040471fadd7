# SPDX-License-Identifier: BSD-2-Clause
.typedef ulong, u65
.typedef ulong, u64
.typedef ulong, u32
.typedef r1, u32
.typedef u8, u16
