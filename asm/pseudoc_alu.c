/* SPDX-License-Identifier: BSD-2-Clause */
/* Pseudo-C: what starts with a register and is no memory access. */
#include "impl.h"

/* ---- arithmetic ----------------------------------------------------------------- */

struct alu {
	uint8_t op, off;
	bool is_signed;
	enum asm_tok_kind token;
};

static const struct alu alus[] = {
#define ALU(name, op, off, text, token, is_signed, group, cpu) { op, off, is_signed, token },
#include "isa.def"
};

static const struct alu *find_alu(enum asm_tok_kind token, bool is_signed)
{
	for (size_t i = 0; i < sizeof(alus) / sizeof(alus[0]); i++)
		if (alus[i].token == token && alus[i].is_signed == is_signed)
			return &alus[i];
	return NULL;
}

void rawbpf_asm_warn_imm(
	struct asm_ctx *a, const struct asm_pos *pos, uint8_t op, unsigned bits, struct asm_val v)
{
	bool shift = op == 0x60 || op == 0x70 || op == 0xc0;

	if (bits == 64 && !v.neg && v.bits > INT32_MAX)
		rawbpf_asm_warn(a, pos,
			"the 32-bit immediate is sign-extended to 0xffffffff%08x; a 64-bit number "
			"is loaded with '%s'",
			(unsigned)v.bits,
			asm_has_mnemonics(a) ? "lddw %rN, NUMBER" : "rN = NUMBER ll");
	if (shift && (v.neg || v.bits >= bits))
		rawbpf_asm_warn(a, pos, "the kernel refuses this: a shift of %u bits takes 0 to %u",
			bits, bits - 1);
	if ((op == 0x30 || op == 0x90) && !v.bits)
		rawbpf_asm_warn(a, pos, "the kernel refuses this: division by zero");
}

static int alu_imm(struct asm_ctx *a, const struct asm_tok *dst, const struct alu *op)
{
	struct asm_pos pos = a->tok.pos;
	struct asm_val v;
	int32_t imm;

	if (rawbpf_asm_looks_like_reg(&a->tok))
		return rawbpf_asm_reg(a, &(struct asm_tok){ 0 });
	if (rawbpf_asm_imm32(a, &imm, &v))
		return -EINVAL;
	pos = rawbpf_asm_span(a, &pos);
	rawbpf_asm_warn_imm(a, &pos, op->op, asm_is_w(dst) ? 32 : 64, v);
	return rawbpf_asm_emit(a, (struct asm_insn){ .code = (asm_is_w(dst) ? 0x04 : 0x07) | op->op,
					  .dst = asm_num(dst),
					  .off = op->off,
					  .imm = imm });
}

static int alu(struct asm_ctx *a, const struct asm_tok *dst, const struct alu *op)
{
	struct asm_tok src;

	if (!rawbpf_asm_is_reg(&a->tok))
		return alu_imm(a, dst, op);
	if (rawbpf_asm_same_width(a, dst, &src))
		return -EINVAL;
	return rawbpf_asm_emit(a, (struct asm_insn){ .code = (asm_is_w(dst) ? 0x0c : 0x0f) | op->op,
					  .dst = asm_num(dst),
					  .src = asm_num(&src),
					  .off = op->off });
}

/* ---- rN = ... ------------------------------------------------------------------- */

static int must_be_dst(struct asm_ctx *a, const struct asm_tok *dst, const char *what)
{
	struct asm_tok src;

	if (rawbpf_asm_reg(a, &src))
		return -EINVAL;
	if (src.name == dst->name)
		return 0;
	return rawbpf_asm_err(a, &src.pos,
		"%s works in place: its source must be %.*s, as its destination", what,
		(int)dst->name->len, dst->name->text);
}

static int negation(struct asm_ctx *a, const struct asm_tok *dst)
{
	if (must_be_dst(a, dst, "negation"))
		return -EINVAL;
	return rawbpf_asm_emit(
		a, (struct asm_insn){ .code = asm_is_w(dst) ? 0x84 : 0x87, .dst = asm_num(dst) });
}

static int byte_order(struct asm_ctx *a, const struct asm_tok *dst)
{
	static const struct asm_insn rows[] = {
#define END(name, code_, imm_, text, group, cpu) { .code = code_, .imm = imm_ },
#include "isa.def"
	};
	struct asm_insn insn = rows[a->tok.name->row];

	if (asm_is_w(dst))
		return rawbpf_asm_err(a, &dst->pos, "%.*s takes a 64-bit register: r%d",
			(int)a->tok.name->len, a->tok.name->text, asm_num(dst));
	rawbpf_asm_next(a);
	if (must_be_dst(a, dst, "a byte swap"))
		return -EINVAL;
	insn.dst = asm_num(dst);
	return rawbpf_asm_emit(a, insn);
}

/* The off of a sign-extending move; 0: there is none. */
static int16_t movsx_off(const struct asm_type_info *type, bool in_w)
{
	static const struct {
		int16_t off;
		bool in_w;
	} rows[] = {
#define MOVSX(name, off, in_w, group, cpu) { off, in_w },
#include "isa.def"
	};

	for (size_t i = 0; type->is_signed && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (type->size * 8 == rows[i].off && (rows[i].in_w || !in_w))
			return rows[i].off;
	return 0;
}

/* At the type in `(s8)r2`; the parenthesis is taken. */
static int move_signed(struct asm_ctx *a, const struct asm_tok *dst)
{
	struct asm_tok type = a->tok, src;
	int16_t off = movsx_off(&rawbpf_asm_types[type.name->type], asm_is_w(dst));

	if (!off)
		return rawbpf_asm_err(a, &type.pos, "a sign-extending move to %.*s takes %s",
			(int)dst->name->len, dst->name->text,
			asm_is_w(dst) ? "(s8) or (s16)" : "(s8), (s16) or (s32)");
	rawbpf_asm_next(a);
	if (rawbpf_asm_expect(a, T_RPAREN, "')'") || rawbpf_asm_same_width(a, dst, &src))
		return -EINVAL;
	return rawbpf_asm_emit(a, (struct asm_insn){ .code = asm_is_w(dst) ? 0xbc : 0xbf,
					  .dst = asm_num(dst),
					  .src = asm_num(&src),
					  .off = off });
}

/* r1 = addr_space_cast(r2, 0, 1): to, from. */
static int addr_space_cast(struct asm_ctx *a, const struct asm_tok *dst)
{
	struct asm_tok src;
	uint64_t to, from;

	rawbpf_asm_next(a);
	if (asm_is_w(dst))
		return rawbpf_asm_err(a, &dst->pos, "addr_space_cast takes 64-bit registers");
	if (rawbpf_asm_expect(a, T_LPAREN, "'('") || rawbpf_asm_reg_of(a, REG_R, &src) ||
		rawbpf_asm_expect(a, T_COMMA, "','") ||
		rawbpf_asm_expr_in(a, "an address space", 0, 0xffff, &to) ||
		rawbpf_asm_expect(a, T_COMMA, "','") ||
		rawbpf_asm_expr_in(a, "an address space", 0, 0xffff, &from) ||
		rawbpf_asm_expect(a, T_RPAREN, "')'"))
		return -EINVAL;
	return rawbpf_asm_emit(a, (struct asm_insn){ .code = 0xbf,
					  .dst = asm_num(dst),
					  .src = asm_num(&src),
					  .off = 1,
					  .imm = (int32_t)(uint32_t)(to << 16 | from) });
}

static int wide(struct asm_ctx *a, const struct asm_tok *dst, uint8_t src, uint64_t bits)
{
	int rc = rawbpf_asm_emit(a, (struct asm_insn){ .code = 0x18,
					    .dst = asm_num(dst),
					    .src = src,
					    .imm = (int32_t)(uint32_t)bits });

	return rc ? rc : rawbpf_asm_emit_half(a, (int32_t)(uint32_t)(bits >> 32));
}

/* Is this name the first word of `sizes ll`? */
static bool is_address(struct asm_ctx *a)
{
	struct asm_tok next;

	if (a->tok.name->value || a->tok.name->reg)
		return false;
	next = rawbpf_asm_peek(a);
	return next.kind == T_NAME && next.name->kw == K_LL;
}

/* After `ll`'s number or name has been read. */
static int take_ll(struct asm_ctx *a, const struct asm_tok *dst)
{
	if (asm_is_w(dst))
		return rawbpf_asm_err(
			a, &dst->pos, "a 64-bit load takes the 64-bit register r%d", asm_num(dst));
	if (a->tok.kind != T_NAME || a->tok.name->kw != K_LL)
		return rawbpf_asm_expected(a, "'ll'");
	rawbpf_asm_next(a);
	return 0;
}

static int load_address(struct asm_ctx *a, const struct asm_tok *dst)
{
	struct asm_tok object = a->tok;
	int rc;

	rawbpf_asm_next(a);
	if (take_ll(a, dst))
		return -EINVAL;
	rc = rawbpf_asm_add_reloc(a, &object);
	return rc ? rc : wide(a, dst, 0, 0);
}

/* `r1 = typo`: it may have been meant as a constant, or as the name of a map. */
static int unknown_operand(struct asm_ctx *a)
{
	const struct asm_name *n = a->tok.name;
	char hint[ASM_SEEN_MAX * 2];

	return rawbpf_asm_err(a, &a->tok.pos,
		"'%.*s' is no register, constant or function; the address of a map or variable is "
		"'rN = %.*s ll'%s",
		n->len > 40 ? 40 : (int)n->len, n->text, n->len > 40 ? 40 : (int)n->len, n->text,
		rawbpf_asm_suggest(
			a, n->text, n->len, SUGGEST_REG | SUGGEST_CONST | SUGGEST_FUNCTION, hint));
}

/* A number: 32 bits are a mov, any 64 bits with `ll`. */
static int assign_number(struct asm_ctx *a, const struct asm_tok *dst)
{
	const struct alu *mov = find_alu(T_ASSIGN, false);
	struct asm_pos pos = a->tok.pos;
	char seen[ASM_SEEN_MAX];
	struct asm_val v;

	if (a->tok.kind == T_NAME && !a->tok.name->value && !a->tok.name->obj_kind)
		return unknown_operand(a);
	if (rawbpf_asm_expr(a, &v))
		return -EINVAL;
	pos = rawbpf_asm_span(a, &pos);
	if (a->tok.kind == T_NAME && a->tok.name->kw == K_LL)
		return take_ll(a, dst) ? -EINVAL : wide(a, dst, 0, v.bits);
	if (!rawbpf_asm_in_range(v, INT32_MIN, UINT32_MAX))
		return rawbpf_asm_err(a, &pos,
			"an immediate has 32 bits, -2147483648 to 4294967295 (0xffffffff), not "
			"%s%s",
			rawbpf_asm_val_text(v, seen),
			asm_is_w(dst) ? "" : "; with 'll' after the number it may have 64");
	rawbpf_asm_warn_imm(a, &pos, mov->op, asm_is_w(dst) ? 32 : 64, v);
	return rawbpf_asm_emit(a, (struct asm_insn){ .code = asm_is_w(dst) ? 0xb4 : 0xb7,
					  .dst = asm_num(dst),
					  .imm = (int32_t)(uint32_t)v.bits });
}

static int assign_named(struct asm_ctx *a, const struct asm_tok *dst)
{
	switch (a->tok.name->kw) {
	case K_END:
		return byte_order(a, dst);
	case K_ADDR_SPACE_CAST:
		return addr_space_cast(a, dst);
	case K_FETCH:
	case K_FETCH64:
	case K_XCHG:
	case K_CMPXCHG:
	case K_CMPXCHG_MEM:
	case K_LOAD_ACQUIRE:
		return rawbpf_asm_atomic(a, dst);
	}
	if (is_address(a))
		return load_address(a, dst);
	if (rawbpf_asm_looks_like_reg(&a->tok))
		return alu(a, dst, find_alu(T_ASSIGN, false));
	return assign_number(a, dst);
}

static int assign(struct asm_ctx *a, const struct asm_tok *dst)
{
	struct asm_tok next;

	if (rawbpf_asm_is_reg(&a->tok))
		return alu(a, dst, find_alu(T_ASSIGN, false));
	if (a->tok.kind == T_NAME)
		return assign_named(a, dst);
	if (a->tok.kind == T_MUL)
		return rawbpf_asm_load(a, dst);
	next = a->tok.kind == T_SUB || a->tok.kind == T_LPAREN ? rawbpf_asm_peek(a) : a->tok;
	if (a->tok.kind == T_SUB && rawbpf_asm_is_reg(&next)) {
		rawbpf_asm_next(a);
		return negation(a, dst);
	}
	if (a->tok.kind == T_LPAREN && next.kind == T_NAME && next.name->type) {
		rawbpf_asm_next(a);
		return move_signed(a, dst);
	}
	return assign_number(a, dst);
}

int rawbpf_asm_reg_statement(struct asm_ctx *a)
{
	struct asm_tok dst = a->tok;
	const struct alu *op;
	bool is_signed;

	rawbpf_asm_next(a);
	if (asm_take(a, T_ASSIGN))
		return assign(a, &dst);
	is_signed = rawbpf_asm_take_s(a);
	op = find_alu(a->tok.kind, is_signed);
	if (!op || op->op == 0xb0)
		return rawbpf_asm_expected(
			a, is_signed ? "one of >>= /= %= after 's'"
				     : "one of = += -= *= /= %= &= |= ^= <<= >>= s>>= s/= s%=");
	rawbpf_asm_next(a);
	return alu(a, &dst, op);
}
