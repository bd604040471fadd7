/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Classic programs that are numbers: rows of C ("{ 0x28, 0, 0, 0x0000000c },", with or without
 * the array around them) and decimal ones ("2,40 0 0 12,6 0 0 1", and tcpdump -ddd's lines).
 */
#include "classic_impl.h"

static int field(struct classic *c, const char *what, uint64_t max, uint64_t *v)
{
	return rawbpf_asm_expr_in(c->a, what, max == UINT32_MAX ? INT32_MIN : 0, max, v);
}

/* ---- C ---------------------------------------------------------------------------- */

static void skip_newlines(struct asm_ctx *a)
{
	while (a->tok.kind == T_NL)
		rawbpf_asm_next(a);
}

/* static struct sock_filter code[] = { */
int rawbpf_classic_array(struct classic *c)
{
	struct asm_ctx *a = c->a;
	struct asm_tok t = a->tok;

	if (c->insns.n)
		return rawbpf_asm_err(a, &t.pos, "a second program in this file");
	while (a->tok.kind == T_NAME || a->tok.kind == T_LBRACKET || a->tok.kind == T_RBRACKET ||
		a->tok.kind == T_NUM)
		rawbpf_asm_next(a);
	if (rawbpf_asm_expect(a, T_ASSIGN, "'=' and the rows of an array"))
		return -EINVAL;
	skip_newlines(a);
	if (rawbpf_asm_expect(a, T_LBRACE, "'{'"))
		return -EINVAL;
	for (;;) {
		skip_newlines(a);
		if (a->tok.kind != T_LBRACE)
			break;
		if (rawbpf_classic_row_of_c(c))
			return -EINVAL;
	}
	/* "};": what follows the brace is a comment. */
	return rawbpf_asm_expect(a, T_RBRACE, "'}' or a row '{ code, jt, jf, k }'");
}

int rawbpf_classic_row_of_c(struct classic *c)
{
	struct asm_ctx *a = c->a;
	struct asm_pos pos = a->tok.pos;
	uint64_t code, jt, jf, k;

	rawbpf_asm_next(a);
	if (field(c, "the code of an instruction", UINT16_MAX, &code) ||
		rawbpf_asm_expect(a, T_COMMA, "','") || field(c, "jt", UINT8_MAX, &jt) ||
		rawbpf_asm_expect(a, T_COMMA, "','") || field(c, "jf", UINT8_MAX, &jf) ||
		rawbpf_asm_expect(a, T_COMMA, "','") || field(c, "k", UINT32_MAX, &k))
		return -EINVAL;
	asm_take(a, T_COMMA);
	if (rawbpf_asm_expect(a, T_RBRACE, "'}'"))
		return -EINVAL;
	pos = rawbpf_asm_span(a, &pos);
	asm_take(a, T_COMMA);
	return rawbpf_classic_add(c, &pos,
		(struct rawbpf_classic_insn){
			(uint16_t)code, (uint8_t)jt, (uint8_t)jf, (uint32_t)k });
}

/* ---- decimal ---------------------------------------------------------------------- */

static int number(struct classic *c, const char *what, uint64_t max, uint64_t *v)
{
	struct asm_ctx *a = c->a;

	if (a->tok.kind != T_NUM && a->tok.kind != T_SUB)
		return rawbpf_asm_expected(a, what);
	return field(c, what, max, v);
}

/* The first number is the length if it stands alone. */
int rawbpf_classic_decimals(struct classic *c)
{
	struct asm_ctx *a = c->a;
	struct asm_pos pos = a->tok.pos;
	uint64_t code, jt, jf, k;

	if (number(c, "code", UINT16_MAX, &code))
		return -EINVAL;
	if (a->tok.kind == T_COMMA || asm_at_end(a)) {
		if (c->insns.n || c->has_count)
			return rawbpf_asm_err(
				a, &pos, "an instruction is four numbers, 'code jt jf k', not one");
		c->has_count = true;
		c->count = code;
		c->count_pos = pos;
		asm_take(a, T_COMMA);
		return 0;
	}
	if (number(c, "jt", UINT8_MAX, &jt) || number(c, "jf", UINT8_MAX, &jf) ||
		number(c, "k", UINT32_MAX, &k))
		return -EINVAL;
	pos = rawbpf_asm_span(a, &pos);
	if (!asm_take(a, T_COMMA) && !asm_at_end(a))
		return rawbpf_asm_expected(a, "',' or the end of the line after four numbers");
	return rawbpf_classic_add(c, &pos,
		(struct rawbpf_classic_insn){
			(uint16_t)code, (uint8_t)jt, (uint8_t)jf, (uint32_t)k });
}

void rawbpf_classic_check_count(struct classic *c)
{
	if (c->has_count && c->count != c->insns.n)
		rawbpf_asm_err(c->a, &c->count_pos,
			"the program says that it has %llu instructions, but %zu follow",
			(unsigned long long)c->count, c->insns.n);
}
