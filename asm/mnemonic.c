/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mnemonics: the instructions as GNU as, ubpf and bpf_conformance write them.
 * A row says which instruction a mnemonic is and in which form its operands come.
 */
#include "mnemonic.h"

#define G DIALECT_GNU
#define C DIALECT_CONFORMANCE
#define GC DIALECT_MNEMONICS

static const struct mnem rows[] = {
/* clang-format off */
#define ROW(text, form, dialects, code, off, imm) { text, form, dialects, code, off, imm, NULL },
#define M_ALU(text, row, d) \
	ROW(text, F_ALU, d, 0x07 | ALU_##row, ALU_OFF_##row, 0) \
	ROW(text "32", F_ALU, d, 0x04 | ALU_##row, ALU_OFF_##row, 0)
#define M_NEG(text, row, d) ROW(text, F_DST, d, OTHER_##row, 0, 0)
#define M_MOVS(text, in_w, d) ROW(text, F_MOVS, d, in_w ? 0xbc : 0xbf, 0, 0)
#define M_MOVSX(text, row, in_w, d) ROW(text, F_MOVSX, d, in_w ? 0xbc : 0xbf, MOVSX_##row, 0)
#define M_BITS(text, row, d) ROW(text, F_BITS, d, END_CODE_##row, 0, 0)
#define M_SWAP(text, row, d) ROW(text, F_DST, d, END_CODE_##row, 0, END_IMM_##row)
#define M_JCC(text, row, d) \
	ROW(text, F_JCC, d, 0x05 | JCC_##row, 0, 0) \
	ROW(text "32", F_JCC, d, 0x06 | JCC_##row, 0, 0)
#define M_SIZE(text, row, d) \
	ROW("ldx" text, F_LDX, d, 0x61 | SIZE_##row, 0, 0) \
	ROW("stx" text, F_STX, d, 0x63 | SIZE_##row, 0, 0) \
	ROW("st" text, F_ST, d, 0x62 | SIZE_##row, 0, 0)
#define M_SSIZE(text, row, d) ROW("ldxs" text, F_LDX, d, 0x81 | SIZE_##row, 0, 0)
#define M_PACKET(text, row, d) \
	ROW("ldabs" text, F_LDABS, d, 0x20 | SIZE_##row, 0, 0) \
	ROW("ldind" text, F_LDIND, d, 0x40 | SIZE_##row, 0, 0)
#define M_ATOMIC(text64, text32, row, d) \
	ROW(text64, F_ATOMIC, d, 0xc3 | SIZE_u64, 0, ATOMIC_##row) \
	ROW(text32, F_ATOMIC, d, 0xc3 | SIZE_u32, 0, ATOMIC_##row)
#define M_OTHER(text, row, form, d) ROW(text, form, d, OTHER_##row, 0, 0)
#define M_REFUSED(text, why, d) { text, F_REFUSED, d, 0, 0, 0, why },
/* clang-format on */
#include "mnemonic.def"
};

#define NROWS (sizeof(rows) / sizeof(rows[0]))
_Static_assert(NROWS < 255, "a name holds 1 + its row in 8 bits");

bool rawbpf_asm_is_mnemonic(const char *text, size_t len)
{
	for (size_t i = 0; i < NROWS; i++)
		if (strlen(rows[i].text) == len && !memcmp(rows[i].text, text, len))
			return true;
	return false;
}

int rawbpf_asm_mnemonics_init(struct asm_ctx *a)
{
	for (size_t i = 0; i < NROWS; i++) {
		struct asm_name *n = rawbpf_asm_name(a, rows[i].text);

		if (!n)
			return -ENOMEM;
		n->mnemonic = (uint8_t)(i + 1);
	}
	return 0;
}

/* ---- dispatch ------------------------------------------------------------------- */

static int unknown(struct asm_ctx *a, const struct asm_tok *t)
{
	char hint[ASM_SEEN_MAX * 2], seen[ASM_SEEN_MAX];

	if (t->kind == T_MUL || (t->kind == T_NAME && (t->name->reg || asm_is_word(t, "if") ||
							      asm_is_word(t, "goto"))))
		return rawbpf_asm_err(a, &t->pos,
			"%s starts pseudo-C, but this file is written in mnemonics: a file has one "
			"dialect",
			rawbpf_asm_seen(t, seen));
	if (t->kind != T_NAME)
		return rawbpf_asm_err(a, &t->pos,
			"expected a mnemonic, a label or a directive, not %s",
			rawbpf_asm_seen(t, seen));
	return rawbpf_asm_err(a, &t->pos, "no mnemonic %s%s", rawbpf_asm_seen(t, seen),
		rawbpf_asm_suggest(a, t->name->text, t->name->len, SUGGEST_MNEMONIC, hint));
}

int rawbpf_asm_mnemonic(struct asm_ctx *a)
{
	const struct asm_tok t = a->tok;
	const struct mnem *m;
	int rc = rawbpf_asm_begin_insn(a);

	if (rc)
		return rc;
	if (t.kind != T_NAME || !t.name->mnemonic)
		return unknown(a, &t);
	m = &rows[t.name->mnemonic - 1];
	if (!(m->dialects & a->dialect))
		return rawbpf_asm_err(a, &t.pos,
			"'%s' is a mnemonic of %s, and this file is to be in %s's", m->text,
			m->dialects == G ? "GNU as" : "bpf_conformance",
			m->dialects == G ? "bpf_conformance" : "GNU as");
	rawbpf_asm_next(a);
	return rawbpf_asm_mnem_form(a, m, &t);
}
