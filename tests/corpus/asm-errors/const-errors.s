# SPDX-License-Identifier: BSD-2-Clause
.const a, type=u8, value=256
.const b, type=s8, value=-129
.const c, type=u32
.const d, value=1
.const e, type=float, value=1
.const f, type=u32, value="text"
.const g, type=char, value=65
.const h, type=u32, value=1, size=4
.const i
