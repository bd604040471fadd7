/* SPDX-License-Identifier: BSD-2-Clause */
/* Pseudo-C: loads, stores, packet loads and atomics. */
#include "impl.h"

/* *(TYPE *)(base + off) */
struct mem {
	struct asm_tok type_tok;
	uint8_t type; /* enum asm_type */
	uint8_t bits; /* of the code */
	struct asm_tok base;
	int16_t off;
};

static unsigned size_of(const struct mem *m)
{
	return rawbpf_asm_types[m->type].size;
}

static uint8_t size_bits(unsigned type)
{
	static const uint8_t bits[] = {
#define SIZE(type, bits, bytes, group, cpu) [bytes] = bits,
#include "isa.def"
	};

	return bits[rawbpf_asm_types[type].size];
}

/* (TYPE *) */
static int pointer_type(struct asm_ctx *a, struct mem *m)
{
	char hint[ASM_SEEN_MAX * 2], seen[ASM_SEEN_MAX];

	if (rawbpf_asm_expect(a, T_LPAREN, "'('"))
		return -EINVAL;
	m->type_tok = a->tok;
	if (a->tok.kind != T_NAME)
		return rawbpf_asm_expected(a, "a type (u8, u16, u32, u64, s8, s16, s32)");
	if (!a->tok.name->type)
		return rawbpf_asm_err(a, &a->tok.pos,
			"%s is no type: they are u8, u16, u32, u64, s8, s16, s32 and those of "
			".typedef%s",
			rawbpf_asm_seen(&a->tok, seen),
			rawbpf_asm_suggest(
				a, a->tok.name->text, a->tok.name->len, SUGGEST_TYPE, hint));
	m->type = a->tok.name->type;
	m->bits = size_bits(m->type);
	rawbpf_asm_next(a);
	if (rawbpf_asm_expect(a, T_MUL, "'*'"))
		return -EINVAL;
	return rawbpf_asm_expect(a, T_RPAREN, "')'");
}

/* r10 - 8, r1 + SIZE * 2, r1 */
static int base_and_offset(struct asm_ctx *a, struct mem *m)
{
	uint64_t off = 0;

	if (rawbpf_asm_reg_of(a, REG_R, &m->base))
		return -EINVAL;
	/* The sign belongs to the expression: r1 - 4 + 2 is 2 below r1. */
	if ((a->tok.kind == T_ADD || a->tok.kind == T_SUB) &&
		rawbpf_asm_expr_in(a, "a memory offset", INT16_MIN, INT16_MAX, &off))
		return -EINVAL;
	m->off = (int16_t)(int64_t)off;
	return 0;
}

/* (TYPE *)(base + off) */
static int memory(struct asm_ctx *a, struct mem *m)
{
	if (pointer_type(a, m) || rawbpf_asm_expect(a, T_LPAREN, "'('") || base_and_offset(a, m))
		return -EINVAL;
	return rawbpf_asm_expect(a, T_RPAREN, "'+', '-' or ')'");
}

/* A w register holds up to 32 bits; an r register takes any width. */
static int check_width(struct asm_ctx *a, const struct mem *m, const struct asm_tok *reg)
{
	if (!asm_is_w(reg) || size_of(m) < 8)
		return 0;
	return rawbpf_asm_err(a, &reg->pos, "8 bytes do not fit %.*s: use r%d", (int)reg->name->len,
		reg->name->text, asm_num(reg));
}

static int check_type(struct asm_ctx *a, const struct mem *m, bool ok, const char *wanted)
{
	char seen[ASM_SEEN_MAX];

	if (ok)
		return 0;
	return rawbpf_asm_err(
		a, &m->type_tok.pos, "%s, not %s", wanted, rawbpf_asm_seen(&m->type_tok, seen));
}

static struct asm_insn insn_for(
	const struct mem *m, uint8_t code, const struct asm_tok *dst, const struct asm_tok *src)
{
	return (struct asm_insn){
		.code = code | m->bits,
		.dst = dst ? asm_num(dst) : 0,
		.src = src ? asm_num(src) : 0,
		.off = m->off,
	};
}

/* ---- loads ---------------------------------------------------------------------- */

/* skb[14], skb[r1], skb[r1 + 14]; at skb */
static int packet_load(struct asm_ctx *a, const struct asm_tok *dst, struct mem *m)
{
	struct asm_insn insn = { 0 };
	struct asm_tok src;
	struct asm_val v;

	if (asm_num(dst) != 0)
		return rawbpf_asm_err(a, &dst->pos, "a packet load goes to r0, not %.*s",
			(int)dst->name->len, dst->name->text);
	if (check_type(a, m, size_of(m) < 8 && !rawbpf_asm_types[m->type].is_signed,
		    "a packet load is of u8, u16 or u32"))
		return -EINVAL;
	rawbpf_asm_next(a);
	if (rawbpf_asm_expect(a, T_LBRACKET, "'['"))
		return -EINVAL;
	insn.code = 0x20 | m->bits;
	if (rawbpf_asm_looks_like_reg(&a->tok)) {
		if (rawbpf_asm_reg_of(a, REG_R, &src))
			return -EINVAL;
		insn.code = 0x40 | m->bits;
		insn.src = asm_num(&src);
	}
	if (!(insn.code & 0x40) || a->tok.kind == T_ADD || a->tok.kind == T_SUB)
		if (rawbpf_asm_imm32(a, &insn.imm, &v))
			return -EINVAL;
	if (rawbpf_asm_expect(a, T_RBRACKET, "']'"))
		return -EINVAL;
	return rawbpf_asm_emit(a, insn);
}

int rawbpf_asm_load(struct asm_ctx *a, const struct asm_tok *dst)
{
	const struct asm_type_info *t;
	struct mem m;

	rawbpf_asm_next(a);
	if (pointer_type(a, &m))
		return -EINVAL;
	if (a->tok.kind == T_NAME && a->tok.name->kw == K_SKB)
		return packet_load(a, dst, &m);
	if (rawbpf_asm_expect(a, T_LPAREN, "'(' or 'skb'") || base_and_offset(a, &m) ||
		rawbpf_asm_expect(a, T_RPAREN, "'+', '-' or ')'"))
		return -EINVAL;
	t = &rawbpf_asm_types[m.type];
	if (check_type(a, &m, m.type != TY_S64, "a load of 8 bytes is of u64") ||
		check_width(a, &m, dst))
		return -EINVAL;
	if (t->is_signed && asm_is_w(dst))
		return rawbpf_asm_err(
			a, &dst->pos, "a signed load extends to 64 bits: use r%d", asm_num(dst));
	return rawbpf_asm_emit(a, insn_for(&m, t->is_signed ? 0x81 : 0x61, dst, &m.base));
}

/* ---- stores --------------------------------------------------------------------- */

void rawbpf_asm_warn_store(
	struct asm_ctx *a, const struct asm_pos *pos, unsigned bits, struct asm_val v)
{
	char seen[ASM_SEEN_MAX];

	if (bits < 32 &&
		!rawbpf_asm_in_range(v, -((int64_t)1 << (bits - 1)), ((uint64_t)1 << bits) - 1))
		rawbpf_asm_warn(a, pos, "only the low %u bits of %s are stored", bits,
			rawbpf_asm_val_text(v, seen));
	if (bits == 64 && !v.neg && v.bits > INT32_MAX)
		rawbpf_asm_warn(a, pos, "the 32-bit immediate is sign-extended to 0xffffffff%08x",
			(unsigned)v.bits);
}

static int store_imm(struct asm_ctx *a, const struct mem *m)
{
	struct asm_insn insn = insn_for(m, 0x62, &m->base, NULL);
	struct asm_pos pos = a->tok.pos;
	struct asm_val v;

	if (rawbpf_asm_imm32(a, &insn.imm, &v))
		return -EINVAL;
	pos = rawbpf_asm_span(a, &pos);
	rawbpf_asm_warn_store(a, &pos, size_of(m) * 8, v);
	return rawbpf_asm_emit(a, insn);
}

int rawbpf_asm_store(struct asm_ctx *a)
{
	struct asm_tok src;
	struct mem m;

	rawbpf_asm_next(a);
	if (memory(a, &m) || check_type(a, &m, !rawbpf_asm_types[m.type].is_signed,
				     "a store is of u8, u16, u32 or u64"))
		return -EINVAL;
	if (a->tok.kind >= T_ADD_ASSIGN && a->tok.kind <= T_SHR_ASSIGN)
		return rawbpf_asm_err(a, &a->tok.pos,
			"arithmetic on memory is atomic and starts with 'lock': lock *(u64 *)(r1 + "
			"8) += r2");
	if (rawbpf_asm_expect(a, T_ASSIGN, "'='"))
		return -EINVAL;
	if (!rawbpf_asm_looks_like_reg(&a->tok))
		return store_imm(a, &m);
	if (rawbpf_asm_reg(a, &src) || check_width(a, &m, &src))
		return -EINVAL;
	return rawbpf_asm_emit(a, insn_for(&m, 0x63, &m.base, &src));
}

/* ---- atomics -------------------------------------------------------------------- */

static int emit_atomic(
	struct asm_ctx *a, const struct mem *m, const struct asm_tok *src, int32_t op)
{
	struct asm_insn insn = insn_for(m, 0xc3, &m->base, src);

	insn.imm = op;
	return rawbpf_asm_emit(a, insn);
}

static int32_t lock_op(enum asm_tok_kind k)
{
	switch (k) {
	case T_ADD_ASSIGN:
		return 0x00;
	case T_OR_ASSIGN:
		return 0x40;
	case T_AND_ASSIGN:
		return 0x50;
	case T_XOR_ASSIGN:
		return 0xa0;
	default:
		return -1;
	}
}

static int word_type(struct asm_ctx *a, const struct mem *m)
{
	return check_type(a, m, size_of(m) >= 4 && !rawbpf_asm_types[m->type].is_signed,
		"an atomic operation is on u32 or u64");
}

int rawbpf_asm_lock(struct asm_ctx *a)
{
	struct asm_tok src;
	struct mem m;
	int32_t op;

	if (rawbpf_asm_expect(a, T_MUL, "'*' after 'lock'") || memory(a, &m) || word_type(a, &m))
		return -EINVAL;
	op = lock_op(a->tok.kind);
	if (op < 0)
		return rawbpf_asm_expected(a, "one of += |= &= ^=");
	rawbpf_asm_next(a);
	if (rawbpf_asm_reg(a, &src) || check_width(a, &m, &src))
		return -EINVAL;
	return emit_atomic(a, &m, &src, op);
}

/* What the operation leaves in a register can only be the register that went in. */
static int same_reg(struct asm_ctx *a, const struct asm_tok *dst, const struct asm_tok *src)
{
	if (dst->name == src->name)
		return 0;
	return rawbpf_asm_err(a, &dst->pos,
		"the old value comes back in the source register: %.*s, not %.*s",
		(int)src->name->len, src->name->text, (int)dst->name->len, dst->name->text);
}

static int must_be_r0(struct asm_ctx *a, const struct mem *m, const struct asm_tok *reg)
{
	if (asm_num(reg) == 0)
		return check_width(a, m, reg);
	return rawbpf_asm_err(a, &reg->pos, "compare and exchange uses r0, not %.*s",
		(int)reg->name->len, reg->name->text);
}

/* ", src)" */
static int last_argument(struct asm_ctx *a, const struct mem *m, struct asm_tok *src)
{
	if (rawbpf_asm_expect(a, T_COMMA, "','") || rawbpf_asm_reg(a, src) ||
		check_width(a, m, src))
		return -EINVAL;
	return rawbpf_asm_expect(a, T_RPAREN, "')'");
}

/* ", r0, src)" */
static int cmpxchg(struct asm_ctx *a, const struct asm_tok *dst, const struct mem *m)
{
	struct asm_tok expected, src;

	if (rawbpf_asm_expect(a, T_COMMA, "','") || rawbpf_asm_reg(a, &expected) ||
		must_be_r0(a, m, &expected) || must_be_r0(a, m, dst) || last_argument(a, m, &src))
		return -EINVAL;
	return emit_atomic(a, m, &src, 0xf1);
}

static int fetch(struct asm_ctx *a, const struct asm_tok *dst, const struct mem *m, int32_t op)
{
	struct asm_tok src;

	if (last_argument(a, m, &src) || same_reg(a, dst, &src))
		return -EINVAL;
	return emit_atomic(a, m, &src, op);
}

/* LLVM's xchg_64(r1 + 8, r2): the width is in the name. */
static int bare_memory(struct asm_ctx *a, struct mem *m, unsigned size)
{
	m->type = size == 8 ? TY_U64 : TY_U32;
	m->bits = size_bits(m->type);
	return base_and_offset(a, m);
}

static int load_acquire(struct asm_ctx *a, const struct asm_tok *dst, struct mem *m)
{
	struct asm_insn insn;

	if (check_type(a, m, !rawbpf_asm_types[m->type].is_signed,
		    "an acquiring load is of u8, u16, u32 or u64") ||
		check_width(a, m, dst) || rawbpf_asm_expect(a, T_RPAREN, "')'"))
		return -EINVAL;
	insn = insn_for(m, 0xc3, dst, &m->base);
	insn.imm = 0x100;
	return rawbpf_asm_emit(a, insn);
}

int rawbpf_asm_atomic(struct asm_ctx *a, const struct asm_tok *dst)
{
	const struct asm_name *op = a->tok.name;
	struct mem m = { 0 };

	rawbpf_asm_next(a);
	if (rawbpf_asm_expect(a, T_LPAREN, "'('"))
		return -EINVAL;
	if (op->kw == K_XCHG)
		return bare_memory(a, &m, op->row) ? -EINVAL : fetch(a, dst, &m, 0xe1);
	if (op->kw == K_CMPXCHG)
		return bare_memory(a, &m, op->row) ? -EINVAL : cmpxchg(a, dst, &m);
	if (memory(a, &m))
		return -EINVAL;
	if (op->kw == K_LOAD_ACQUIRE)
		return load_acquire(a, dst, &m);
	if (op->kw == K_FETCH64 || op->row == 8) {
		if (check_type(a, &m, m.type == TY_U64, "a function with 64 in its name is on u64"))
			return -EINVAL;
	} else if (word_type(a, &m)) {
		return -EINVAL;
	}
	return op->kw == K_CMPXCHG_MEM ? cmpxchg(a, dst, &m) : fetch(a, dst, &m, op->row);
}

/* store_release((u64 *)(r1 + 8), r2) */
int rawbpf_asm_store_release(struct asm_ctx *a)
{
	struct asm_tok src;
	struct mem m;

	if (rawbpf_asm_expect(a, T_LPAREN, "'('") || memory(a, &m) ||
		check_type(a, &m, !rawbpf_asm_types[m.type].is_signed,
			"a releasing store is of u8, u16, u32 or u64") ||
		last_argument(a, &m, &src))
		return -EINVAL;
	return emit_atomic(a, &m, &src, 0x110);
}
