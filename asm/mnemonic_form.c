/* SPDX-License-Identifier: BSD-2-Clause */
/* Mnemonics: the operands of each form, and the instruction that they make. */
#include "mnemonic.h"

static struct asm_insn insn_of(const struct mnem *m)
{
	return (struct asm_insn){ .code = m->code, .off = m->off, .imm = m->imm };
}

/* ---- forms ---------------------------------------------------------------------- */

static int mov_number(struct asm_ctx *a, int32_t *imm, struct asm_val *v, struct asm_pos *pos)
{
	char seen[ASM_SEEN_MAX];

	*pos = a->tok.pos;
	if (rawbpf_asm_expr(a, v))
		return -EINVAL;
	*pos = rawbpf_asm_span(a, pos);
	*imm = (int32_t)(uint32_t)v->bits;
	if (rawbpf_asm_in_range(*v, INT32_MIN, UINT32_MAX))
		return 0;
	return rawbpf_asm_err(a, pos,
		"'mov' takes 32 bits, -2147483648 to 4294967295 (0xffffffff), not %s: 'lddw' takes "
		"64",
		rawbpf_asm_val_text(*v, seen));
}

static int alu_number(struct asm_ctx *a, const struct mnem *m, struct asm_insn *insn)
{
	struct asm_pos pos;
	struct asm_val v;

	if (asm_at_end(a))
		return rawbpf_asm_mnem_expected(a, m, "a register or a number");
	if (m->code == (0x07 | ALU_MOV) ? mov_number(a, &insn->imm, &v, &pos)
					: rawbpf_asm_mnem_number(a, m, &insn->imm, &v, &pos))
		return -EINVAL;
	rawbpf_asm_warn_imm(a, &pos, m->code & 0xf0, mnem_is_32(m) ? 32 : 64, v);
	return 0;
}

static int alu(struct asm_ctx *a, const struct mnem *m)
{
	struct asm_insn insn = insn_of(m);

	if (rawbpf_asm_mnem_reg(a, m, &insn.dst) || rawbpf_asm_mnem_comma(a, m))
		return -EINVAL;
	if (!rawbpf_asm_mnem_at_reg(a))
		return alu_number(a, m, &insn) ? -EINVAL : rawbpf_asm_emit(a, insn);
	insn.code |= 0x08;
	return rawbpf_asm_mnem_reg(a, m, &insn.src) ? -EINVAL : rawbpf_asm_emit(a, insn);
}

static int only_dst(struct asm_ctx *a, const struct mnem *m)
{
	struct asm_insn insn = insn_of(m);

	return rawbpf_asm_mnem_reg(a, m, &insn.dst) ? -EINVAL : rawbpf_asm_emit(a, insn);
}

/* A third operand that is one of a few numbers. */
static int width(struct asm_ctx *a, const struct mnem *m, const char *which, uint64_t low,
	uint64_t high, uint64_t *bits)
{
	struct asm_pos pos;
	struct asm_val v;
	int32_t imm;

	if (rawbpf_asm_mnem_comma(a, m) || rawbpf_asm_mnem_number(a, m, &imm, &v, &pos))
		return -EINVAL;
	*bits = v.bits;
	if (!v.neg && v.bits >= low && v.bits <= high && !(v.bits & (v.bits - 1)))
		return 0;
	return rawbpf_asm_err(a, &pos, "'%s' takes %s bits", m->text, which);
}

static int movs(struct asm_ctx *a, const struct mnem *m)
{
	struct asm_insn insn = insn_of(m);
	bool in_w = mnem_is_32(m);
	uint64_t bits;

	if (rawbpf_asm_mnem_reg(a, m, &insn.dst) || rawbpf_asm_mnem_comma(a, m) ||
		rawbpf_asm_mnem_reg(a, m, &insn.src) ||
		width(a, m, in_w ? "8 or 16" : "8, 16 or 32", MOVSX_s8,
			in_w ? MOVSX_s16 : MOVSX_s32, &bits))
		return -EINVAL;
	insn.off = (int16_t)bits;
	return rawbpf_asm_emit(a, insn);
}

static int movsx(struct asm_ctx *a, const struct mnem *m)
{
	struct asm_insn insn = insn_of(m);

	if (rawbpf_asm_mnem_reg(a, m, &insn.dst) || rawbpf_asm_mnem_comma(a, m) ||
		rawbpf_asm_mnem_reg(a, m, &insn.src))
		return -EINVAL;
	return rawbpf_asm_emit(a, insn);
}

static int dst_bits(struct asm_ctx *a, const struct mnem *m)
{
	struct asm_insn insn = insn_of(m);
	uint64_t bits;

	if (rawbpf_asm_mnem_reg(a, m, &insn.dst) || width(a, m, "16, 32 or 64", 16, 64, &bits))
		return -EINVAL;
	insn.imm = (int32_t)bits;
	return rawbpf_asm_emit(a, insn);
}

static int branch(struct asm_ctx *a, const struct mnem *m)
{
	struct asm_insn insn = insn_of(m);
	struct asm_pos pos;
	struct asm_val v;

	if (rawbpf_asm_mnem_reg(a, m, &insn.dst) || rawbpf_asm_mnem_comma(a, m))
		return -EINVAL;
	if (rawbpf_asm_mnem_at_reg(a)) {
		insn.code |= 0x08;
		if (rawbpf_asm_mnem_reg(a, m, &insn.src))
			return -EINVAL;
	} else if (rawbpf_asm_mnem_number(a, m, &insn.imm, &v, &pos)) {
		return -EINVAL;
	}
	if (rawbpf_asm_mnem_comma(a, m) || rawbpf_asm_target(a, FIX_OFF16))
		return -EINVAL;
	return rawbpf_asm_emit(a, insn);
}

static int load(struct asm_ctx *a, const struct mnem *m)
{
	struct asm_insn insn = insn_of(m);

	if (rawbpf_asm_mnem_reg(a, m, &insn.dst) || rawbpf_asm_mnem_comma(a, m) ||
		rawbpf_asm_mnem_memory(a, m, &insn.src, &insn.off))
		return -EINVAL;
	return rawbpf_asm_emit(a, insn);
}

/* Also the atomic operations. */
static int store(struct asm_ctx *a, const struct mnem *m)
{
	struct asm_insn insn = insn_of(m);

	if (rawbpf_asm_mnem_memory(a, m, &insn.dst, &insn.off) || rawbpf_asm_mnem_comma(a, m) ||
		rawbpf_asm_mnem_reg(a, m, &insn.src))
		return -EINVAL;
	return rawbpf_asm_emit(a, insn);
}

static int store_number(struct asm_ctx *a, const struct mnem *m)
{
	static const uint8_t bits[] = {
#define SIZE(type, bits, bytes, group, cpu) [bits] = bytes * 8,
#include "isa.def"
	};
	struct asm_insn insn = insn_of(m);
	struct asm_pos pos;
	struct asm_val v;

	if (rawbpf_asm_mnem_memory(a, m, &insn.dst, &insn.off) || rawbpf_asm_mnem_comma(a, m))
		return -EINVAL;
	if (rawbpf_asm_mnem_at_reg(a))
		return rawbpf_asm_err(a, &a->tok.pos, "a register is stored with 'stx%s'",
			m->text + strlen("st"));
	if (rawbpf_asm_mnem_number(a, m, &insn.imm, &v, &pos))
		return -EINVAL;
	rawbpf_asm_warn_store(a, &pos, bits[m->code & 0x18], v);
	return rawbpf_asm_emit(a, insn);
}

static int packet_load(struct asm_ctx *a, const struct mnem *m)
{
	struct asm_insn insn = insn_of(m);
	struct asm_pos pos;
	struct asm_val v;

	if (m->form == F_LDIND &&
		(rawbpf_asm_mnem_reg(a, m, &insn.src) || rawbpf_asm_mnem_comma(a, m)))
		return -EINVAL;
	return rawbpf_asm_mnem_number(a, m, &insn.imm, &v, &pos) ? -EINVAL
								 : rawbpf_asm_emit(a, insn);
}

static int lddw(struct asm_ctx *a, const struct mnem *m)
{
	struct asm_insn insn = insn_of(m);
	struct asm_val v = { 0 };
	int rc = 0;

	if (rawbpf_asm_mnem_reg(a, m, &insn.dst) || rawbpf_asm_mnem_comma(a, m))
		return -EINVAL;
	if (asm_at_end(a) || rawbpf_asm_mnem_at_reg(a))
		return rawbpf_asm_mnem_expected(a, m, "a number or the name of a map or variable");
	if (a->tok.kind == T_NAME && !a->tok.name->value) {
		rc = rawbpf_asm_add_reloc(a, &a->tok);
		rawbpf_asm_next(a);
	} else {
		rc = rawbpf_asm_expr(a, &v);
	}
	insn.imm = (int32_t)(uint32_t)v.bits;
	if (!rc)
		rc = rawbpf_asm_emit(a, insn);
	return rc ? rc : rawbpf_asm_emit_half(a, (int32_t)(uint32_t)(v.bits >> 32));
}

static int jump(struct asm_ctx *a, const struct mnem *m, enum asm_fix_kind kind)
{
	int rc = rawbpf_asm_target(a, kind);

	return rc ? rc : rawbpf_asm_emit(a, insn_of(m));
}

/* ---- calls ---------------------------------------------------------------------- */

static int call_reg(struct asm_ctx *a, const struct mnem *m, const struct asm_pos *pos)
{
	struct asm_insn insn = { .code = OTHER_CALLX };

	if (rawbpf_asm_mnem_reg(a, m, &insn.dst))
		return -EINVAL;
	rawbpf_asm_warn(
		a, pos, "a call through a register: no kernel through Linux 7.2 accepts it");
	return rawbpf_asm_emit(a, insn);
}

static int call_number(struct asm_ctx *a, const struct mnem *m, uint8_t src)
{
	struct asm_insn insn = insn_of(m);
	struct asm_pos pos;
	struct asm_val v;

	insn.src = src;
	return rawbpf_asm_mnem_number(a, m, &insn.imm, &v, &pos) ? -EINVAL
								 : rawbpf_asm_emit(a, insn);
}

/* The word before the operand: call local f, call helper 5, call runtime 5. */
static bool take_kind(struct asm_ctx *a, const char *word)
{
	enum asm_tok_kind next;

	if (!(a->dialect & DIALECT_CONFORMANCE) || !asm_is_word(&a->tok, word))
		return false;
	next = rawbpf_asm_peek(a).kind;
	if (next <= T_SEMI)
		return false;
	rawbpf_asm_next(a);
	return true;
}

static int call(struct asm_ctx *a, const struct mnem *m, const struct asm_pos *pos)
{
	bool helper;

	if (take_kind(a, "local"))
		return jump(a, m, FIX_LOCAL);
	if (take_kind(a, "runtime"))
		return call_number(a, m, 2);
	helper = take_kind(a, "helper");
	if (rawbpf_asm_mnem_at_reg(a))
		return call_reg(a, m, pos);
	if (helper && a->tok.kind != T_NAME)
		return call_number(a, m, 0);
	return rawbpf_asm_call(a);
}

static int leave(struct asm_ctx *a, const struct mnem *m, const struct asm_tok *t)
{
	const struct asm_section *s = &a->sections.v[a->progs.v[a->progs.n - 1].section];

	if (a->dialect & DIALECT_CONFORMANCE && !a->first_exit.name)
		a->first_exit = (struct asm_label){ t->name, t->pos, (uint32_t)s->insns.n, false };
	return rawbpf_asm_emit(a, insn_of(m));
}

/* ---- lock add32 [%r1+8], %r2 ---------------------------------------------------- */

static const struct lock {
	const char *text, *text32;
	int32_t imm, fetch;
} locks[] = {
#define M_LOCK(text, row, fetching)                                                                \
	{ "lock " text, "lock " text "32", ATOMIC_##row, ATOMIC_##fetching },
#include "mnemonic.def"
};

/* Of "lock add", what follows. */
#define LOCKED(text) ((text) + sizeof("lock"))
#define NLOCKS (sizeof(locks) / sizeof(locks[0]))

static int no_lock(struct asm_ctx *a)
{
	char hint[ASM_SEEN_MAX * 2], seen[ASM_SEEN_MAX];
	const struct asm_tok *t = &a->tok;
	const char *words[NLOCKS * 2];

	for (size_t i = 0; i < NLOCKS; i++) {
		words[i * 2] = LOCKED(locks[i].text);
		words[i * 2 + 1] = LOCKED(locks[i].text32);
	}
	return rawbpf_asm_err(a, &t->pos,
		"expected an atomic operation (add, or, and, xor, xchg, cmpxchg; with 32 for 32 "
		"bits), not %s%s",
		rawbpf_asm_seen(t, seen),
		t->kind == T_NAME ? rawbpf_asm_suggest_word(
					    t->name->text, t->name->len, words, NLOCKS * 2, hint)
				  : "");
}

static int lock(struct asm_ctx *a)
{
	struct mnem m = { .form = F_ATOMIC, .code = 0xc3 | SIZE_u64 };
	bool fetch = false;
	size_t i;

	if (asm_is_word(&a->tok, "fetch")) {
		fetch = true;
		rawbpf_asm_next(a);
	}
	for (i = 0; i < NLOCKS; i++)
		if (asm_is_word(&a->tok, LOCKED(locks[i].text)) ||
			asm_is_word(&a->tok, LOCKED(locks[i].text32)))
			break;
	if (i == NLOCKS)
		return no_lock(a);
	if (asm_is_word(&a->tok, LOCKED(locks[i].text32)))
		m.code = 0xc3 | SIZE_u32;
	m.text = m.code & SIZE_u64 ? locks[i].text : locks[i].text32;
	m.imm = fetch ? locks[i].fetch : locks[i].imm;
	rawbpf_asm_next(a);
	return store(a, &m);
}

/* ---- all forms ------------------------------------------------------------------ */

int rawbpf_asm_mnem_form(struct asm_ctx *a, const struct mnem *m, const struct asm_tok *t)
{
	switch ((enum form)m->form) {
	case F_ALU:
		return alu(a, m);
	case F_DST:
		return only_dst(a, m);
	case F_MOVS:
		return movs(a, m);
	case F_MOVSX:
		return movsx(a, m);
	case F_BITS:
		return dst_bits(a, m);
	case F_JCC:
		return branch(a, m);
	case F_LDX:
		return load(a, m);
	case F_STX:
	case F_ATOMIC:
		return store(a, m);
	case F_ST:
		return store_number(a, m);
	case F_LDABS:
	case F_LDIND:
		return packet_load(a, m);
	case F_LDDW:
		return lddw(a, m);
	case F_JA:
		return jump(a, m, FIX_OFF16);
	case F_JAL:
		return jump(a, m, FIX_IMM32);
	case F_CALL:
		return call(a, m, &t->pos);
	case F_EXIT:
		return leave(a, m, t);
	case F_LOCK:
		return lock(a);
	default:
		return rawbpf_asm_err(a, &t->pos, "'%s' cannot be assembled: %s", m->text, m->why);
	}
}
