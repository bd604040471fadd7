/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the mnemonics share: mnemonic.c has the table and finds a
 * row, mnemonic_form.c reads what a form has, mnemonic_operand.c one operand.
 */
#ifndef RAWBPF_ASM_MNEMONIC_H
#define RAWBPF_ASM_MNEMONIC_H

#include "impl.h"

enum form {
	F_ALU,
	F_DST,
	F_MOVS,
	F_MOVSX,
	F_BITS,
	F_JCC,
	F_LDX,
	F_STX,
	F_ST,
	F_LDABS,
	F_LDIND,
	F_ATOMIC,
	F_LDDW,
	F_JA,
	F_JAL,
	F_CALL,
	F_EXIT,
	F_LOCK,
	F_REFUSED,
	F_COUNT
};

/* What isa.def knows, by the names of its rows. */
enum {
#define ALU(name, op, off, text, token, is_signed, group, cpu)                                     \
	ALU_##name = op, ALU_OFF_##name = off,
#define END(name, code, imm, text, group, cpu) END_CODE_##name = code, END_IMM_##name = imm,
#define MOVSX(type, off, in_w, group, cpu) MOVSX_##type = off,
#define JCC(name, op, text, token, is_signed, group, cpu) JCC_##name = op,
#define SIZE(type, bits, bytes, group, cpu) SIZE_##type = bits,
#define SSIZE(type, bits, bytes, group, cpu) SIZE_##type = bits,
#define ATOMIC(name, imm, shape, text32, text64, group, cpu) ATOMIC_##name = imm,
#define OTHER(name, code, src, text, group, cpu) OTHER_##name = code,
#include "isa.def"
};

struct mnem {
	const char *text;
	uint8_t form, dialects, code;
	int16_t off;
	int32_t imm;
	const char *why; /* F_REFUSED only */
};

/* Instructions of these classes are on 32 bits. */
static inline bool mnem_is_32(const struct mnem *m)
{
	return (m->code & 7) == 4 || (m->code & 7) == 6;
}

/* After the mnemonic, which is `t`. */
int rawbpf_asm_mnem_form(struct asm_ctx *a, const struct mnem *m, const struct asm_tok *t);

/* "expected WHAT, not 'seen'; it is written 'add ...'" */
int rawbpf_asm_mnem_expected(struct asm_ctx *a, const struct mnem *m, const char *what);
int rawbpf_asm_mnem_comma(struct asm_ctx *a, const struct mnem *m);
bool rawbpf_asm_mnem_at_reg(const struct asm_ctx *a);
/* %r1, r1, or %fp as GNU's name of r10. */
int rawbpf_asm_mnem_reg(struct asm_ctx *a, const struct mnem *m, uint8_t *num);
/* [%r1+8], [%r1-8], [%r1+-8], [%r1] */
int rawbpf_asm_mnem_memory(struct asm_ctx *a, const struct mnem *m, uint8_t *base, int16_t *off);
/* 32 bits; *pos spans the expression. */
int rawbpf_asm_mnem_number(struct asm_ctx *a, const struct mnem *m, int32_t *imm, struct asm_val *v,
	struct asm_pos *pos);

#endif
