/* SPDX-License-Identifier: BSD-2-Clause */
/* Mnemonics: one operand each. */
#include "mnemonic.h"

static const char *const operands[F_COUNT] = {
	[F_ALU] = "%rN, %rN or NUMBER",
	[F_DST] = "%rN",
	[F_MOVS] = "%rN, %rN, 8 or 16 or 32",
	[F_MOVSX] = "%rN, %rN",
	[F_BITS] = "%rN, 16 or 32 or 64",
	[F_JCC] = "%rN, %rN or NUMBER, TARGET",
	[F_LDX] = "%rN, [%rN+OFFSET]",
	[F_STX] = "[%rN+OFFSET], %rN",
	[F_ST] = "[%rN+OFFSET], NUMBER",
	[F_LDABS] = "NUMBER",
	[F_LDIND] = "%rN, NUMBER",
	[F_ATOMIC] = "[%rN+OFFSET], %rN",
	[F_LDDW] = "%rN, NUMBER or NAME",
	[F_LOCK] = "add or another operation",
};

int rawbpf_asm_mnem_expected(struct asm_ctx *a, const struct mnem *m, const char *what)
{
	char seen[ASM_SEEN_MAX];

	return rawbpf_asm_err(a, &a->tok.pos, "expected %s, not %s; it is written '%s %s'", what,
		rawbpf_asm_seen(&a->tok, seen), m->text, operands[m->form]);
}

int rawbpf_asm_mnem_comma(struct asm_ctx *a, const struct mnem *m)
{
	return asm_take(a, T_COMMA) ? 0 : rawbpf_asm_mnem_expected(a, m, "','");
}

bool rawbpf_asm_mnem_at_reg(const struct asm_ctx *a)
{
	return a->tok.kind == T_MOD || rawbpf_asm_looks_like_reg(&a->tok);
}

static int no_reg(struct asm_ctx *a, const struct asm_tok *t)
{
	char hint[ASM_SEEN_MAX * 2], seen[ASM_SEEN_MAX];

	if (t->name->reg & REG_W)
		return rawbpf_asm_err(a, &t->pos,
			"%s is a register of pseudo-C: here it is %%r%d, and the mnemonic says how "
			"wide the operation is",
			rawbpf_asm_seen(t, seen), REG_NUM(t->name->reg));
	return rawbpf_asm_err(a, &t->pos, "%s is no register: they are %%r0 to %%r10%s",
		rawbpf_asm_seen(t, seen),
		rawbpf_asm_suggest(a, t->name->text, t->name->len, SUGGEST_REG, hint));
}

int rawbpf_asm_mnem_reg(struct asm_ctx *a, const struct mnem *m, uint8_t *num)
{
	bool percent = asm_take(a, T_MOD);
	const struct asm_tok t = a->tok;

	if (t.kind != T_NAME)
		return rawbpf_asm_mnem_expected(a, m, "a register");
	if (t.name->reg & REG_R)
		*num = REG_NUM(t.name->reg);
	else if (percent && asm_is_word(&t, "fp"))
		*num = 10;
	else
		return no_reg(a, &t);
	rawbpf_asm_next(a);
	return 0;
}

int rawbpf_asm_mnem_memory(struct asm_ctx *a, const struct mnem *m, uint8_t *base, int16_t *off)
{
	uint64_t v = 0;

	if (!asm_take(a, T_LBRACKET))
		return rawbpf_asm_mnem_expected(a, m, "'['");
	if (rawbpf_asm_mnem_reg(a, m, base))
		return -EINVAL;
	if ((a->tok.kind == T_ADD || a->tok.kind == T_SUB) &&
		rawbpf_asm_expr_in(a, "a memory offset", INT16_MIN, INT16_MAX, &v))
		return -EINVAL;
	*off = (int16_t)(int64_t)v;
	return asm_take(a, T_RBRACKET) ? 0 : rawbpf_asm_mnem_expected(a, m, "'+', '-' or ']'");
}

int rawbpf_asm_mnem_number(struct asm_ctx *a, const struct mnem *m, int32_t *imm, struct asm_val *v,
	struct asm_pos *pos)
{
	*pos = a->tok.pos;
	if (asm_at_end(a) || a->tok.kind == T_LBRACKET)
		return rawbpf_asm_mnem_expected(a, m, "a number");
	if (rawbpf_asm_imm32(a, imm, v))
		return -EINVAL;
	*pos = rawbpf_asm_span(a, pos);
	return 0;
}
