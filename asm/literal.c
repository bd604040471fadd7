/* SPDX-License-Identifier: BSD-2-Clause */
/* Tokens with a value: numbers, characters, strings. */
#include <ctype.h>
#include <string.h>

#include "impl.h"

void rawbpf_asm_bad_token(struct asm_ctx *a, uint32_t len, const char *why)
{
	a->tok.pos.len = len;
	rawbpf_asm_err(a, &a->tok.pos, "%s", why);
	a->tok.kind = T_BAD;
}

static unsigned digit_value(char c)
{
	unsigned digit = (unsigned char)c - '0', letter = ((unsigned char)c | 32) - 'a';

	return digit < 10 ? digit : letter < 26 ? letter + 10 : 99;
}

void rawbpf_asm_scan_number(struct asm_ctx *a)
{
	const char *from = a->at.p, *p = from, *end;
	unsigned base = 10;
	uint64_t v = 0;

	for (end = p; asm_class(*end) & (C_NAME | C_DIGIT); end++)
		;
	a->at.p = end;
	a->tok.kind = T_NUM;
	if (*p == '0' && (p[1] | 32) == 'x')
		base = 16, p += 2;
	else if (*p == '0' && (p[1] | 32) == 'b')
		base = 2, p += 2;
	else if (*p == '0' && end - p > 1)
		base = 8, p += 1;
	if (p == end) {
		rawbpf_asm_bad_token(a, (uint32_t)(end - from), "a number without digits");
		return;
	}
	if (base == 8 && a->dialect == DIALECT_CONFORMANCE) {
		rawbpf_asm_bad_token(a, (uint32_t)(end - from),
			"a number that starts with 0 is decimal to bpf_conformance and octal "
			"elsewhere: write it without the 0, or with 0x");
		return;
	}
	for (; p < end; p++) {
		unsigned d = digit_value(*p);

		if (d >= base) {
			rawbpf_asm_err(a, &(struct asm_pos){ a->at.src, p, a->at.line, 1 },
				"'%c' is not a digit of %s number%s", *p,
				base == 10   ? "a decimal"
				: base == 16 ? "a hexadecimal"
				: base == 8  ? "an octal"
					     : "a binary",
				base == 8 ? " (it starts with 0)" : "");
			a->tok.kind = T_BAD;
			return;
		}
		if (__builtin_mul_overflow(v, base, &v) || __builtin_add_overflow(v, d, &v)) {
			rawbpf_asm_bad_token(
				a, (uint32_t)(end - from), "this number needs more than 64 bits");
			return;
		}
	}
	a->tok.num = v;
}

/* ---- characters and strings ----------------------------------------------------- */

static int simple_escape(char c)
{
	static const char from[] = "abfnrtv0\\'\"", to[] = "\a\b\f\n\r\t\v\0\\'\"";
	const char *at = c ? strchr(from, c) : NULL;

	return at ? (unsigned char)to[at - from] : -1;
}

int rawbpf_asm_unescape(const char **text)
{
	const char *p = *text;
	int v;

	if (*p != '\\') {
		*text = p + 1;
		return (unsigned char)*p;
	}
	if (p[1] == 'x' && isxdigit((unsigned char)p[2]) && isxdigit((unsigned char)p[3])) {
		*text = p + 4;
		return (int)(digit_value(p[2]) * 16 + digit_value(p[3]));
	}
	v = simple_escape(p[1]);
	*text = v < 0 ? p + 1 : p + 2;
	return v;
}

static const char unknown_escape[] =
	"unknown escape: there are \\a \\b \\f \\n \\r \\t \\v \\0 \\\\ \\' \\\" and \\xHH";

/* One byte between quotes: 'a', '\n', '\x1b'. */
void rawbpf_asm_scan_char(struct asm_ctx *a)
{
	const char *p = a->at.p + 1;
	int v = (unsigned char)*p;

	a->tok.kind = T_NUM;
	if (v < ' ' || v == '\'' || v > '~') {
		a->at.p++;
		rawbpf_asm_bad_token(a, 1, "expected one ASCII character between quotes");
		return;
	}
	v = rawbpf_asm_unescape(&p);
	a->at.p = *p == '\'' ? p + 1 : p;
	if (v < 0)
		rawbpf_asm_bad_token(a, 2, unknown_escape);
	else if (*p != '\'')
		rawbpf_asm_bad_token(a, 1, "this character constant has no closing quote");
	a->tok.num = (uint64_t)v;
}

/* Where the string goes wrong: the token starts there, so that the caret does. */
static void bad_string(struct asm_ctx *a, const char *at, uint32_t len, const char *why)
{
	a->at.p = asm_end_of_line(&a->at, at);
	a->tok.pos.at = at;
	rawbpf_asm_bad_token(a, len, why);
}

void rawbpf_asm_scan_string(struct asm_ctx *a)
{
	const char *from = a->at.p, *p = from + 1, *at = p;
	int v = 1;

	a->tok.kind = T_STR;
	while (*p != '"' && (unsigned char)*p >= ' ' && v > 0) {
		at = p;
		v = rawbpf_asm_unescape(&p);
	}
	if (v < 0)
		bad_string(a, at, 2, unknown_escape);
	else if (v == 0)
		bad_string(
			a, at, 2, "a string ends in a NUL of its own; it cannot have one inside");
	else if (*p != '"' && *p && !strchr("\n\r", *p))
		bad_string(a, p, 1, "a control character in a string");
	else if (*p != '"')
		bad_string(a, from, 1, "this string has no closing quote on its line");
	else
		a->at.p = p + 1;
}
