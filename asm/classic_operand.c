/* SPDX-License-Identifier: BSD-2-Clause */
/* What follows a classic mnemonic. */
#include <stdio.h>

#include "classic_impl.h"

static bool takes(const struct classic_row *row, enum classic_operand form)
{
	const struct classic_row *first = row, *end = rawbpf_classic_rows + rawbpf_classic_nrows;

	for (; row < end && rawbpf_classic_same(row, first); row++)
		if (row->operand == form)
			return true;
	return false;
}

static int value(struct classic *c, uint32_t *k)
{
	struct asm_val v;
	int32_t imm;

	classic_join(c, false);
	if (rawbpf_asm_imm32(c->a, &imm, &v))
		return -EINVAL;
	*k = (uint32_t)imm;
	return 0;
}

static int expect(struct classic *c, enum asm_tok_kind kind, const char *what)
{
	classic_join(c, false);
	return rawbpf_asm_expect(c->a, kind, what);
}

/* A name of a thing that the kernel knows, with or without '#'. */
static bool take_ext(struct classic *c, struct classic_arg *arg)
{
	const struct classic_word *w;

	if (c->a->tok.kind != T_NAME)
		return false;
	w = rawbpf_classic_word(c->a->tok.name);
	if (w->kind != W_EXT && w->kind != W_LEN)
		return false;
	arg->form = w->kind == W_LEN ? OP_LEN : OP_EXT;
	arg->k = w->kind == W_LEN ? 0 : CLASSIC_AD_OFF + w->value;
	rawbpf_asm_next(c->a);
	return true;
}

/* [k], [x + k], and libpcap's [vlanp] */
static int brackets(struct classic *c, struct classic_arg *arg)
{
	struct asm_ctx *a = c->a;

	rawbpf_asm_next(a);
	classic_join(c, false);
	if (take_ext(c, arg))
		return expect(c, T_RBRACKET, "']'");
	if (asm_take(a, T_MOD) && classic_kind(&a->tok) != W_X)
		return rawbpf_asm_expected(a, "'x' after '%'");
	arg->form = OP_ABS;
	if (classic_kind(&a->tok) == W_X) {
		arg->form = OP_IND;
		rawbpf_asm_next(a);
		classic_join(c, false);
		if (a->tok.kind == T_RBRACKET)
			return rawbpf_asm_next(a), 0;
		/* The minus of [x - 4] is the number's own. */
		if (a->tok.kind != T_SUB && rawbpf_asm_expect(a, T_ADD, "'+' or ']'"))
			return -EINVAL;
	}
	if (value(c, &arg->k))
		return -EINVAL;
	return expect(c, T_RBRACKET, "']'");
}

static int cell(struct classic *c, struct classic_arg *arg)
{
	arg->form = OP_MEM;
	rawbpf_asm_next(c->a);
	if (expect(c, T_LBRACKET, "'[' after M") || value(c, &arg->k))
		return -EINVAL;
	return expect(c, T_RBRACKET, "']'");
}

static int exactly(struct classic *c, uint64_t number, const char *what)
{
	struct asm_tok t;

	classic_join(c, false);
	t = c->a->tok;
	if (rawbpf_asm_expect(c->a, T_NUM, what))
		return -EINVAL;
	if (t.num != number)
		return rawbpf_asm_err(c->a, &t.pos,
			"the instruction computes 4*([k]&0xf): this must be %s, not %llu", what,
			(unsigned long long)t.num);
	return 0;
}

/* 4*([k]&0xf): the length of an IP header */
static int header_length(struct classic *c, struct classic_arg *arg)
{
	arg->form = OP_MSH;
	if (exactly(c, 4, "4") || expect(c, T_MUL, "'*' of 4*([k]&0xf)") ||
		expect(c, T_LPAREN, "'(' of 4*([k]&0xf)") ||
		expect(c, T_LBRACKET, "'[' of 4*([k]&0xf)") || value(c, &arg->k) ||
		expect(c, T_RBRACKET, "']'") || expect(c, T_AND, "'&' of 4*([k]&0xf)"))
		return -EINVAL;
	return exactly(c, 0xf, "0xf") ? -EINVAL : expect(c, T_RPAREN, "')'");
}

static int bare(struct classic *c, struct classic_arg *arg)
{
	arg->form = OP_BARE;
	return value(c, &arg->k);
}

static int immediate(struct classic *c, const struct classic_row *rows, struct classic_arg *arg)
{
	rawbpf_asm_next(c->a);
	classic_join(c, false);
	if ((takes(rows, OP_EXT) || takes(rows, OP_LEN)) && take_ext(c, arg))
		return 0;
	arg->form = OP_IMM;
	return value(c, &arg->k);
}

static int named(struct classic *c, const struct classic_row *rows, struct classic_arg *arg)
{
	switch (classic_kind(&c->a->tok)) {
	case W_A:
	case W_X:
		arg->form = classic_kind(&c->a->tok) == W_A ? OP_A : OP_X;
		rawbpf_asm_next(c->a);
		return 0;
	case W_MEM:
		return cell(c, arg);
	case W_EXT:
	case W_LEN:
		return take_ext(c, arg) ? 0 : -EINVAL;
	default:
		break;
	}
	if (takes(rows, OP_BARE))
		return bare(c, arg);
	arg->form = OP_COUNT;
	return 0;
}

int rawbpf_classic_operand(
	struct classic *c, const struct classic_row *rows, struct classic_arg *arg)
{
	struct asm_ctx *a = c->a;

	*arg = (struct classic_arg){ .form = OP_NOTHING, .pos = a->tok.pos };
	switch (a->tok.kind) {
	case T_HASH:
		return immediate(c, rows, arg);
	case T_LBRACKET:
		return brackets(c, arg);
	case T_MOD: /* %x */
		rawbpf_asm_next(a);
		if (classic_kind(&a->tok) != W_A && classic_kind(&a->tok) != W_X)
			return rawbpf_asm_expected(a, "'a' or 'x' after '%'");
		return named(c, rows, arg);
	case T_NAME:
		return named(c, rows, arg);
	case T_BAD:
		return -EINVAL;
	case T_EOF:
	case T_NL:
		return 0;
	default:
		break;
	}
	if (takes(rows, OP_MSH) && a->tok.kind == T_NUM)
		return header_length(c, arg);
	if (a->tok.kind == T_COMMA)
		return 0;
	return bare(c, arg);
}

/* ---- what would have been right --------------------------------------------------- */

static const char *const forms[OP_COUNT] = {
	[OP_IMM] = "#k",
	[OP_BARE] = "k",
	[OP_A] = "a",
	[OP_X] = "x",
	[OP_ABS] = "[k]",
	[OP_IND] = "[x + k]",
	[OP_MEM] = "M[k]",
	[OP_MSH] = "4*([k]&0xf)",
	[OP_LEN] = "len",
	[OP_EXT] = "an extension such as 'proto'",
};

int rawbpf_classic_wrong_operand(struct classic *c, const struct asm_tok *t,
	const struct classic_row *rows, const struct classic_arg *arg)
{
	struct asm_pos pos = rawbpf_asm_span(c->a, &arg->pos);
	char list[128] = "", seen[ASM_SEEN_MAX];
	const char *sep = "";
	size_t n = 0;

	for (unsigned i = 0; i < OP_COUNT; i++) {
		if (!forms[i] || !takes(rows, i))
			continue;
		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s", sep, forms[i]);
		sep = ", ";
	}
	if (arg->form == OP_NOTHING || arg->form == OP_COUNT)
		return rawbpf_asm_err(c->a, &c->a->tok.pos, "%s takes %s, not %s", rows->name, list,
			rawbpf_asm_seen(&c->a->tok, seen));
	if (arg->form == OP_BARE && takes(rows, OP_IMM))
		return rawbpf_asm_err(c->a, &pos,
			"%s takes %s: a number is written with '#' before it", rows->name, list);
	return rawbpf_asm_err(c->a, &pos, "%s takes %s, not %s", rows->name, list,
		arg->form == OP_EXT    ? "an extension"
		: arg->form == OP_BARE ? "a number"
				       : forms[arg->form]);
}
