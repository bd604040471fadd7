/* SPDX-License-Identifier: BSD-2-Clause */
/* One instruction as text. No printf: a program may have a million of them. */
#include "decode.h"

const char *rawbpf_asm_helper(int32_t id)
{
	static const char *const names[] = {
#define X(name, id) [id] = "bpf_" #name,
#include "helpers.def"
#undef X
	};

	return id >= 0 && (size_t)id < sizeof(names) / sizeof(names[0]) ? names[id] : NULL;
}

/* ---- numbers ---------------------------------------------------------------------- */

char *rawbpf_asm_put_uint(char *to, uint64_t v)
{
	char digits[20];
	unsigned n = 0;

	do
		digits[n++] = (char)('0' + v % 10);
	while (v /= 10);
	while (n)
		*to++ = digits[--n];
	return to;
}

char *rawbpf_asm_put_hex(char *to, uint64_t v)
{
	unsigned shift = 60;

	*to++ = '0';
	*to++ = 'x';
	while (shift && !(v >> shift & 15))
		shift -= 4;
	for (;; shift -= 4) {
		*to++ = "0123456789abcdef"[v >> shift & 15];
		if (!shift)
			return to;
	}
}

static char *put_int(char *to, int32_t v)
{
	if (v < 0)
		*to++ = '-';
	return rawbpf_asm_put_uint(to, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

static char *put_text(char *to, const char *text)
{
	size_t n = strlen(text);

	memcpy(to, text, n);
	return to + n;
}

/* "+ 8"; the kernel puts the sign before the number. */
static char *put_signed(char *to, int32_t v, bool blank)
{
	*to++ = v < 0 ? '-' : '+';
	if (blank)
		*to++ = ' ';
	return rawbpf_asm_put_uint(to, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

/* ---- operands --------------------------------------------------------------------- */

static char *put_helper(char *to, int32_t id, bool kernel)
{
	const char *name = rawbpf_asm_helper(id);

	if (!name && !kernel)
		return put_int(to, id);
	to = put_text(to, name ? name : "unknown");
	if (!kernel)
		return to;
	*to++ = '#';
	return put_int(to, id);
}

static char *put_target(
	char *to, const struct asm_form *f, const struct asm_insn *i, bool kernel, const char *name)
{
	if (name)
		return put_text(to, name);
	if (kernel || f->target == TARGET_CALL)
		to = put_text(to, "pc");
	return put_signed(to, f->target == TARGET_OFF ? i->off : i->imm, false);
}

static char *put_wide(
	char *to, const struct asm_insn *i, const struct asm_insn *next, const char *name)
{
	if (name)
		return put_text(to, name);
	return rawbpf_asm_put_hex(to, (uint64_t)(uint32_t)next->imm << 32 | (uint32_t)i->imm);
}

/* " + 4" after a register; LLVM reads no zero there. */
static char *put_addend(char *to, int32_t v, bool kernel)
{
	if (!v && !kernel)
		return to;
	*to++ = ' ';
	return put_signed(to, v, true);
}

char *rawbpf_asm_insn_text(char *to, const struct asm_form *f, const struct asm_insn *i,
	const struct asm_insn *next, bool kernel, const char *name)
{
	for (const char *t = kernel && f->kernel ? f->kernel : f->text; *t; t++) {
		if (*t < 'A' || *t > 'Z') {
			*to++ = *t;
			continue;
		}
		switch (*t) {
		case 'D':
			to = rawbpf_asm_put_uint(to, i->dst);
			break;
		case 'S':
			to = rawbpf_asm_put_uint(to, i->src);
			break;
		case 'O':
			to = put_signed(to, i->off, !kernel);
			break;
		case 'H':
			to = kernel ? rawbpf_asm_put_hex(to, (uint32_t)i->imm)
				    : put_int(to, i->imm);
			break;
		case 'I':
			to = put_int(to, i->imm);
			break;
		case 'J':
			to = put_addend(to, i->imm, kernel);
			break;
		case 'X':
			to = put_wide(to, i, next, name);
			break;
		case 'P':
			to = rawbpf_asm_put_uint(to, (uint32_t)i->imm >> 16);
			break;
		case 'Q':
			to = rawbpf_asm_put_uint(to, (uint32_t)i->imm & 0xffff);
			break;
		case 'L':
			to = put_target(to, f, i, kernel, name);
			break;
		default:
			to = put_helper(to, i->imm, kernel);
		}
	}
	return to;
}
