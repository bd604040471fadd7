/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pseudo-C: the instructions as the kernel's verifier log and LLVM write them.
 * This file: registers, jumps and calls. pseudoc_alu.c: arithmetic;
 * pseudoc_mem.c: memory.
 */
#include "impl.h"

/* ---- registers ------------------------------------------------------------------ */

bool rawbpf_asm_is_reg(const struct asm_tok *t)
{
	return t->kind == T_NAME && t->name->reg;
}

int rawbpf_asm_reg(struct asm_ctx *a, struct asm_tok *reg)
{
	const struct asm_tok *t = &a->tok;
	char hint[ASM_SEEN_MAX * 2], seen[ASM_SEEN_MAX];

	*reg = *t;
	if (rawbpf_asm_is_reg(t)) {
		rawbpf_asm_next(a);
		return 0;
	}
	if (t->kind != T_NAME)
		return rawbpf_asm_expected(a, "a register");
	return rawbpf_asm_err(a, &t->pos, "%s is no register: they are r0 to r10 and w0 to w10%s",
		rawbpf_asm_seen(t, seen),
		rawbpf_asm_suggest(a, t->name->text, t->name->len, SUGGEST_REG, hint));
}

int rawbpf_asm_reg_of(struct asm_ctx *a, unsigned kind, struct asm_tok *reg)
{
	if (rawbpf_asm_reg(a, reg))
		return -EINVAL;
	if (reg->name->reg & kind)
		return 0;
	return rawbpf_asm_err(a, &reg->pos, "expected the %s register %c%d, not %.*s",
		kind == REG_R ? "64-bit" : "32-bit", kind == REG_R ? 'r' : 'w',
		REG_NUM(reg->name->reg), (int)reg->name->len, reg->name->text);
}

/* `rN` in the place of a second operand; it must be as wide as the first. */
int rawbpf_asm_same_width(struct asm_ctx *a, const struct asm_tok *dst, struct asm_tok *src)
{
	if (rawbpf_asm_reg(a, src))
		return -EINVAL;
	if (asm_is_w(dst) == asm_is_w(src))
		return 0;
	return rawbpf_asm_err(a, &src->pos,
		"%.*s and %.*s are of different width: both must be r (64 bits) or both w (32 "
		"bits)",
		(int)dst->name->len, dst->name->text, (int)src->name->len, src->name->text);
}

/* A name in the place of an operand that may be meant as a register: r11, R1, rl. */
bool rawbpf_asm_looks_like_reg(const struct asm_tok *t)
{
	const struct asm_name *n;
	bool digits = true;

	if (t->kind != T_NAME)
		return false;
	n = t->name;
	for (uint32_t i = 1; i < n->len; i++)
		digits = digits && n->text[i] >= '0' && n->text[i] <= '9';
	return n->reg || (!n->value && digits && n->len > 1 && n->len < 4 &&
				 (n->text[0] == 'r' || n->text[0] == 'w' || n->text[0] == 'R' ||
					 n->text[0] == 'W'));
}

/* The `s` of s> and s>>=: only directly before its operator. */
bool rawbpf_asm_take_s(struct asm_ctx *a)
{
	if (a->tok.kind != T_NAME || a->tok.name->kw != K_S)
		return false;
	rawbpf_asm_next(a);
	return true;
}

/* ---- jumps ---------------------------------------------------------------------- */

int rawbpf_asm_target(struct asm_ctx *a, enum asm_fix_kind kind)
{
	struct asm_tok first = a->tok;
	uint64_t delta;
	struct asm_pos pos;

	if (first.kind == T_NAME && first.name->kw != K_PC) {
		if (rawbpf_asm_looks_like_reg(&first))
			return rawbpf_asm_expected(a, "a label, +N or -N");
		rawbpf_asm_next(a);
		return rawbpf_asm_add_fixup(a, kind, first.name, 0, &first.pos);
	}
	if (first.kind == T_NAME)
		rawbpf_asm_next(a);
	if (a->tok.kind == T_NUM && !asm_has_mnemonics(a))
		return rawbpf_asm_err(a, &a->tok.pos,
			"a jump by a number of slots has a sign: +%.*s", (int)a->tok.pos.len,
			a->tok.pos.at);
	if (a->tok.kind != T_ADD && a->tok.kind != T_SUB && a->tok.kind != T_NUM)
		return rawbpf_asm_expected(a, "a label, +N or -N");
	if (rawbpf_asm_expr_in(a, "a jump", INT32_MIN, INT32_MAX, &delta))
		return -EINVAL;
	pos = rawbpf_asm_span(a, &first.pos);
	return rawbpf_asm_add_fixup(a, kind, NULL, (int64_t)delta, &pos);
}

static int jump(struct asm_ctx *a, uint8_t code, enum asm_fix_kind kind)
{
	int rc = rawbpf_asm_target(a, kind);

	return rc ? rc : rawbpf_asm_emit(a, (struct asm_insn){ .code = code });
}

static int jump_to_reg(struct asm_ctx *a, uint8_t code)
{
	struct asm_tok reg;

	if (rawbpf_asm_reg_of(a, REG_R, &reg))
		return -EINVAL;
	return rawbpf_asm_emit(a, (struct asm_insn){ .code = code, .dst = asm_num(&reg) });
}

static uint8_t condition(enum asm_tok_kind token, bool is_signed)
{
	static const struct {
		uint8_t op;
		bool is_signed;
		enum asm_tok_kind token;
	} rows[] = {
#define JCC(name, op, text, token, is_signed, group, cpu) { op, is_signed, token },
#include "isa.def"
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].token == token && rows[i].is_signed == is_signed)
			return rows[i].op;
	return 0;
}

/* The second operand of a comparison that is no register. */
static int compare_imm(struct asm_ctx *a, const struct asm_tok *dst, int32_t *imm)
{
	struct asm_pos pos = a->tok.pos;
	struct asm_val v;

	if (rawbpf_asm_imm32(a, imm, &v))
		return -EINVAL;
	pos = rawbpf_asm_span(a, &pos);
	if (!asm_is_w(dst) && !v.neg && v.bits > INT32_MAX)
		rawbpf_asm_warn(a, &pos,
			"the 32-bit immediate is sign-extended to 0xffffffff%08x; a 64-bit number "
			"is loaded with 'rN = NUMBER ll'",
			(unsigned)v.bits);
	return 0;
}

/* After `if`. */
static int branch(struct asm_ctx *a)
{
	struct asm_insn insn = { 0 };
	struct asm_tok dst, src;
	bool is_signed;
	int rc;

	if (rawbpf_asm_reg(a, &dst))
		return -EINVAL;
	is_signed = rawbpf_asm_take_s(a);
	insn.code = condition(a->tok.kind, is_signed);
	if (!insn.code)
		return rawbpf_asm_expected(a, is_signed ? "one of > >= < <= after 's'"
							: "one of == != > >= < <= & s> s>= s< s<=");
	rawbpf_asm_next(a);
	insn.code |= asm_is_w(&dst) ? 0x06 : 0x05;
	insn.dst = asm_num(&dst);
	if (rawbpf_asm_looks_like_reg(&a->tok)) {
		if (rawbpf_asm_same_width(a, &dst, &src))
			return -EINVAL;
		insn.code |= 0x08;
		insn.src = asm_num(&src);
	} else if (compare_imm(a, &dst, &insn.imm)) {
		return -EINVAL;
	}
	if (a->tok.kind != T_NAME || a->tok.name->kw != K_GOTO)
		return rawbpf_asm_expected(a, "'goto'");
	rawbpf_asm_next(a);
	rc = rawbpf_asm_target(a, FIX_OFF16);
	return rc ? rc : rawbpf_asm_emit(a, insn);
}

/* ---- calls ---------------------------------------------------------------------- */

/* call NAME#ID, as the kernel prints it: both must say the same. */
static int call_with_id(struct asm_ctx *a, const struct asm_tok *name)
{
	uint64_t id;

	rawbpf_asm_next(a);
	if (rawbpf_asm_expr_in(a, "the number of a helper", 0, INT32_MAX, &id))
		return -EINVAL;
	if (name->name->helper && name->name->helper != id)
		return rawbpf_asm_err(a, &name->pos, "%.*s is helper %u, not %llu",
			(int)name->name->len, name->name->text, name->name->helper,
			(unsigned long long)id);
	return rawbpf_asm_emit(a, (struct asm_insn){ .code = 0x85, .imm = (int32_t)id });
}

/* Which one a name is, is known at the end of the program. */
int rawbpf_asm_call(struct asm_ctx *a)
{
	struct asm_insn insn = { .code = 0x85 };
	struct asm_tok t = a->tok;
	char seen[ASM_SEEN_MAX];
	struct asm_val v;
	int rc;

	if (t.kind != T_NAME && (t.kind == T_EOF || t.kind == T_NL || t.kind == T_SEMI))
		return rawbpf_asm_expected(a, "a helper, a label or a number");
	if (rawbpf_asm_is_reg(&t))
		return rawbpf_asm_err(a, &t.pos,
			"a call through a register is written 'callx %.*s'", (int)t.name->len,
			t.name->text);
	if (t.kind == T_NAME && t.name->value && t.name->helper &&
		(t.name->value->value.neg || t.name->value->value.bits != t.name->helper)) {
		rawbpf_asm_err(a, &t.pos,
			"'%.*s' is a constant and helper %u: give the constant another name",
			(int)t.name->len, t.name->text, t.name->helper);
		rawbpf_asm_note(a, &t.name->value->pos, "it was defined here");
		return -EINVAL;
	}
	if (t.kind != T_NAME || t.name->value) {
		rc = rawbpf_asm_imm32(a, &insn.imm, &v);
		if (!rc && !rawbpf_asm_in_range(v, INT32_MIN, INT32_MAX))
			rc = rawbpf_asm_err(a, &t.pos,
				"a helper's number is at most 2147483647, not %s",
				rawbpf_asm_val_text(v, seen));
		return rc ? rc : rawbpf_asm_emit(a, insn);
	}
	if (t.name->kw == K_PC)
		return jump(a, 0x85, FIX_CALL);
	rawbpf_asm_next(a);
	if (a->tok.kind == T_HASH)
		return call_with_id(a, &t);
	rc = rawbpf_asm_add_fixup(a, FIX_CALL, t.name, 0, &t.pos);
	return rc ? rc : rawbpf_asm_emit(a, insn);
}

static int callx(struct asm_ctx *a, const struct asm_pos *pos)
{
	rawbpf_asm_warn(a, pos, "callx: no kernel through Linux 7.2 accepts it");
	return jump_to_reg(a, 0x8d);
}

/* ---- dispatch ------------------------------------------------------------------- */

/* ld_pseudo r1, 1, 42: a 64-bit load whose source kind is given. */
static int ld_pseudo(struct asm_ctx *a)
{
	struct asm_tok dst;
	struct asm_val v;
	uint64_t kind;
	int rc;

	if (rawbpf_asm_reg_of(a, REG_R, &dst) || rawbpf_asm_expect(a, T_COMMA, "','") ||
		rawbpf_asm_expr_in(a, "the kind of a 64-bit load", 0, 6, &kind) ||
		rawbpf_asm_expect(a, T_COMMA, "','") || rawbpf_asm_expr(a, &v))
		return -EINVAL;
	rc = rawbpf_asm_emit(a, (struct asm_insn){ .code = 0x18,
					.dst = asm_num(&dst),
					.src = (uint8_t)kind,
					.imm = (int32_t)(uint32_t)v.bits });
	return rc ? rc : rawbpf_asm_emit_half(a, (int32_t)(uint32_t)(v.bits >> 32));
}

static int unknown(struct asm_ctx *a, const struct asm_tok *t)
{
	char hint[ASM_SEEN_MAX * 2], seen[ASM_SEEN_MAX];

	if (t->kind == T_NUM && rawbpf_asm_peek(a).kind == T_COLON)
		return rawbpf_asm_err(a, &t->pos,
			"a label starts with a letter, '_', '.' or '$', not with a digit");
	if (t->kind != T_NAME)
		return rawbpf_asm_err(a, &t->pos,
			"expected an instruction, a label or a directive, not %s",
			rawbpf_asm_seen(t, seen));
	if (rawbpf_asm_looks_like_reg(t))
		return rawbpf_asm_reg(a, &(struct asm_tok){ 0 });
	if (rawbpf_asm_is_mnemonic(t->name->text, t->name->len))
		return rawbpf_asm_err(a, &t->pos,
			"%s is a mnemonic, but this file is pseudo-C: a file has one dialect",
			rawbpf_asm_seen(t, seen));
	return rawbpf_asm_err(a, &t->pos, "no instruction starts with %s%s",
		rawbpf_asm_seen(t, seen),
		rawbpf_asm_suggest(
			a, t->name->text, t->name->len, SUGGEST_KEYWORD | SUGGEST_REG, hint));
}

static int by_keyword(struct asm_ctx *a, const struct asm_tok *t)
{
	switch (t->name->kw) {
	case K_IF:
		return branch(a);
	case K_GOTO:
		return jump(a, 0x05, FIX_OFF16);
	case K_GOTOL:
		return jump(a, 0x06, FIX_IMM32);
	case K_MAY_GOTO:
		return jump(a, 0xe5, FIX_OFF16);
	case K_GOTOX:
		return jump_to_reg(a, 0x0d);
	case K_CALL:
		return rawbpf_asm_call(a);
	case K_CALLX:
		return callx(a, &t->pos);
	case K_EXIT:
		return rawbpf_asm_emit(a, (struct asm_insn){ .code = 0x95 });
	case K_LOCK:
		return rawbpf_asm_lock(a);
	case K_LD_PSEUDO:
		return ld_pseudo(a);
	default:
		return rawbpf_asm_store_release(a);
	}
}

int rawbpf_asm_pseudoc(struct asm_ctx *a)
{
	struct asm_tok t = a->tok;
	int rc = rawbpf_asm_begin_insn(a);

	if (rc)
		return rc;
	if (t.kind == T_MUL)
		return rawbpf_asm_store(a);
	if (t.kind != T_NAME)
		return unknown(a, &t);
	if (t.name->reg)
		return rawbpf_asm_reg_statement(a);
	if (!t.name->kw || (t.name->kw > K_STORE_RELEASE) || t.name->kw == K_LL ||
		t.name->kw == K_SKB || t.name->kw == K_PC || t.name->kw == K_S)
		return unknown(a, &t);
	rawbpf_asm_next(a);
	return by_keyword(a, &t);
}
