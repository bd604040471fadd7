/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Integer constant expressions: C's operators and precedence, exact arithmetic.
 *
 * A value is a mathematical integer from -2^63 to 2^64 - 1, held as 65 bits of
 * two's complement; a result outside is an error. So 0xffffffffffffffff and -1
 * are different numbers until an instruction takes their bits.
 */
#include <string.h>

#include "impl.h"

static int overflow(struct asm_ctx *a, const struct asm_pos *pos)
{
	struct asm_pos p = rawbpf_asm_span(a, pos);

	return rawbpf_asm_err(a, &p, "this needs more than 64 bits");
}

/* ---- arithmetic on 65 bits ------------------------------------------------------ */

static uint64_t magnitude(struct asm_val v)
{
	return v.neg ? 0 - v.bits : v.bits;
}

/* False if it does not fit. */
static bool make(bool neg, uint64_t mag, struct asm_val *out)
{
	if (neg && mag > (uint64_t)1 << 63)
		return false;
	*out = (struct asm_val){ neg ? 0 - mag : mag, neg && mag };
	return true;
}

static bool add(struct asm_val x, struct asm_val y, struct asm_val *out)
{
	uint64_t mx = magnitude(x), my = magnitude(y);

	if (x.neg == y.neg)
		return mx + my >= mx && make(x.neg, mx + my, out);
	return mx >= my ? make(x.neg, mx - my, out) : make(y.neg, my - mx, out);
}

static bool negate(struct asm_val x, struct asm_val *out)
{
	return make(!x.neg, magnitude(x), out);
}

static bool multiply(struct asm_val x, struct asm_val y, struct asm_val *out)
{
	uint64_t product;

	return !__builtin_mul_overflow(magnitude(x), magnitude(y), &product) &&
	       make(x.neg != y.neg, product, out);
}

/* -1, 0, 1 */
static int compare(struct asm_val x, struct asm_val y)
{
	if (x.neg != y.neg)
		return x.neg ? -1 : 1;
	return x.bits < y.bits ? -1 : x.bits > y.bits;
}

static bool from_bits(uint64_t bits, bool neg, struct asm_val *out)
{
	if (neg && !(bits >> 63))
		return false;
	*out = (struct asm_val){ bits, neg };
	return true;
}

/* x >> n rounds down, also for negative x; x << n must not lose bits. */
static bool shift(struct asm_val x, unsigned n, bool left, struct asm_val *out)
{
	if (left)
		return multiply(x, (struct asm_val){ (uint64_t)1 << n, false }, out);
	*out = (struct asm_val){ x.bits >> n, x.neg };
	if (x.neg && n)
		out->bits |= UINT64_MAX << (64 - n);
	return true;
}

/* ---- operators ------------------------------------------------------------------ */

static unsigned precedence(enum asm_tok_kind k)
{
	switch (k) {
	case T_MUL:
	case T_DIV:
	case T_MOD:
		return 10;
	case T_ADD:
	case T_SUB:
		return 9;
	case T_SHL:
	case T_SHR:
		return 8;
	case T_LT:
	case T_GT:
	case T_LE:
	case T_GE:
		return 7;
	case T_EQ:
	case T_NE:
		return 6;
	case T_AND:
		return 5;
	case T_XOR:
		return 4;
	case T_OR:
		return 3;
	case T_ANDAND:
		return 2;
	case T_OROR:
		return 1;
	default:
		return 0;
	}
}

static int divide(struct asm_ctx *a, const struct asm_tok *op, struct asm_val x, struct asm_val y,
	struct asm_val *out)
{
	uint64_t mx = magnitude(x), my = magnitude(y);

	if (!my)
		return rawbpf_asm_err(a, &op->pos, "division by zero");
	if (op->kind == T_DIV)
		return make(x.neg != y.neg, mx / my, out) ? 0 : overflow(a, &op->pos);
	return make(x.neg, mx % my, out) ? 0 : overflow(a, &op->pos);
}

static bool truth(enum asm_tok_kind k, struct asm_val x, struct asm_val y)
{
	int c = compare(x, y);

	switch (k) {
	case T_LT:
		return c < 0;
	case T_GT:
		return c > 0;
	case T_LE:
		return c <= 0;
	case T_GE:
		return c >= 0;
	case T_EQ:
		return c == 0;
	case T_NE:
		return c != 0;
	case T_ANDAND:
		return x.bits && y.bits;
	default:
		return x.bits || y.bits;
	}
}

static int apply(struct asm_ctx *a, const struct asm_tok *op, struct asm_val x, struct asm_val y,
	struct asm_val *out)
{
	struct asm_val minus;
	bool fits;

	switch (op->kind) {
	case T_MUL:
		fits = multiply(x, y, out);
		break;
	case T_DIV:
	case T_MOD:
		return divide(a, op, x, y, out);
	case T_ADD:
		fits = add(x, y, out);
		break;
	case T_SUB:
		/* -(2^64 - 1) is no value, yet x - (2^64 - 1) may be one. */
		fits = negate(y, &minus) ? add(x, minus, out)
					 : !x.neg && make(x.bits < y.bits,
							     x.bits < y.bits ? y.bits - x.bits
									     : x.bits - y.bits,
							     out);
		break;
	case T_SHL:
	case T_SHR:
		if (y.neg || y.bits > 63)
			return rawbpf_asm_err(a, &op->pos, "the shift count must be 0 to 63");
		fits = shift(x, (unsigned)y.bits, op->kind == T_SHL, out);
		break;
	case T_AND:
		fits = from_bits(x.bits & y.bits, x.neg && y.neg, out);
		break;
	case T_OR:
		fits = from_bits(x.bits | y.bits, x.neg || y.neg, out);
		break;
	case T_XOR:
		fits = from_bits(x.bits ^ y.bits, x.neg != y.neg, out);
		break;
	default:
		*out = (struct asm_val){ truth(op->kind, x, y), false };
		return 0;
	}
	return fits ? 0 : overflow(a, &op->pos);
}

/* ---- operands ------------------------------------------------------------------- */

static int ternary(struct asm_ctx *a, struct asm_val *v, unsigned depth);

static int not_constant(struct asm_ctx *a, const struct asm_tok *t)
{
	const struct asm_name *n = t->name;
	char hint[ASM_SEEN_MAX * 2];
	int len = n->len > 40 ? 40 : (int)n->len;

	if (rawbpf_asm_is_reg(t))
		return rawbpf_asm_err(
			a, &t->pos, "register %.*s in a constant expression", len, n->text);
	if (n->kw || n->type)
		return rawbpf_asm_expected(a, "a number or a constant");
	if (n->obj_kind == OBJ_MAP || n->obj_kind == OBJ_VAR)
		return rawbpf_asm_err(a, &t->pos,
			"'%.*s' is a %s, not a constant: its address is written '%s%.*s%s'", len,
			n->text, n->obj_kind == OBJ_MAP ? "map" : "variable",
			asm_has_mnemonics(a) ? "lddw %rN, " : "rN = ", len, n->text,
			asm_has_mnemonics(a) ? "" : " ll");
	return rawbpf_asm_err(a, &t->pos, "no constant '%.*s' is defined above this line%s", len,
		n->text, rawbpf_asm_suggest(a, n->text, n->len, SUGGEST_CONST | SUGGEST_REG, hint));
}

static int primary(struct asm_ctx *a, struct asm_val *v, unsigned depth)
{
	struct asm_tok t = a->tok;

	if (asm_take(a, T_NUM)) {
		*v = (struct asm_val){ t.num, false };
		return 0;
	}
	if (t.kind == T_NAME) {
		if (!t.name->value)
			return not_constant(a, &t);
		*v = t.name->value->value;
		rawbpf_asm_next(a);
		return 0;
	}
	if (t.kind != T_LPAREN)
		return rawbpf_asm_expected(a, "a number or a constant");
	rawbpf_asm_next(a);
	if (ternary(a, v, depth + 1))
		return -EINVAL;
	return rawbpf_asm_expect(a, T_RPAREN, "')'");
}

static int unary(struct asm_ctx *a, struct asm_val *v, unsigned depth)
{
	struct asm_tok op = a->tok;
	bool fits = true;

	if (op.kind != T_ADD && op.kind != T_SUB && op.kind != T_TILDE && op.kind != T_NOT)
		return primary(a, v, depth);
	if (depth >= ASM_MAX_DEPTH)
		return rawbpf_asm_err(
			a, &op.pos, "an expression nested more than %d deep", ASM_MAX_DEPTH);
	rawbpf_asm_next(a);
	if (unary(a, v, depth + 1))
		return -EINVAL;
	if (op.kind == T_SUB)
		fits = negate(*v, v);
	else if (op.kind == T_TILDE)
		fits = from_bits(~v->bits, !v->neg, v);
	else if (op.kind == T_NOT)
		*v = (struct asm_val){ !v->bits, false };
	return fits ? 0 : overflow(a, &op.pos);
}

static int binary(struct asm_ctx *a, struct asm_val *v, unsigned least, unsigned depth)
{
	struct asm_val right;
	struct asm_tok op;

	if (unary(a, v, depth))
		return -EINVAL;
	while (precedence(a->tok.kind) >= least) {
		op = a->tok;
		rawbpf_asm_next(a);
		if (binary(a, &right, precedence(op.kind) + 1, depth) ||
			apply(a, &op, *v, right, v))
			return -EINVAL;
	}
	return 0;
}

/* Both sides are evaluated: an expression that cannot be computed is a mistake anywhere. */
static int ternary(struct asm_ctx *a, struct asm_val *v, unsigned depth)
{
	struct asm_val yes, no;

	if (depth >= ASM_MAX_DEPTH)
		return rawbpf_asm_err(
			a, &a->tok.pos, "an expression nested more than %d deep", ASM_MAX_DEPTH);
	if (binary(a, v, 1, depth))
		return -EINVAL;
	if (!asm_take(a, T_QUESTION))
		return 0;
	if (ternary(a, &yes, depth + 1) || rawbpf_asm_expect(a, T_COLON, "':'") ||
		ternary(a, &no, depth + 1))
		return -EINVAL;
	*v = v->bits ? yes : no;
	return 0;
}

int rawbpf_asm_expr(struct asm_ctx *a, struct asm_val *v)
{
	return ternary(a, v, 0);
}

/* ---- values in their place ------------------------------------------------------ */

bool rawbpf_asm_in_range(struct asm_val v, int64_t min, uint64_t max)
{
	if (v.neg)
		return (int64_t)v.bits >= min;
	return v.bits <= max && (min <= 0 || v.bits >= (uint64_t)min);
}

int rawbpf_asm_expr_in(
	struct asm_ctx *a, const char *what, int64_t min, uint64_t max, uint64_t *bits)
{
	struct asm_pos pos = a->tok.pos;
	char seen[ASM_SEEN_MAX], low[ASM_SEEN_MAX], high[ASM_SEEN_MAX];
	struct asm_val v;

	if (rawbpf_asm_expr(a, &v))
		return -EINVAL;
	*bits = v.bits;
	if (rawbpf_asm_in_range(v, min, max))
		return 0;
	pos = rawbpf_asm_span(a, &pos);
	return rawbpf_asm_err(a, &pos, "%s must be %s to %s, not %s", what,
		rawbpf_asm_val_text((struct asm_val){ (uint64_t)min, min < 0 }, low),
		rawbpf_asm_val_text((struct asm_val){ max, false }, high),
		rawbpf_asm_val_text(v, seen));
}

int rawbpf_asm_imm32(struct asm_ctx *a, int32_t *imm, struct asm_val *v)
{
	struct asm_pos pos = a->tok.pos;
	char seen[ASM_SEEN_MAX];

	if (rawbpf_asm_expr(a, v))
		return -EINVAL;
	*imm = (int32_t)(uint32_t)v->bits;
	if (rawbpf_asm_in_range(*v, INT32_MIN, UINT32_MAX))
		return 0;
	pos = rawbpf_asm_span(a, &pos);
	return rawbpf_asm_err(a, &pos,
		"an immediate has 32 bits, -2147483648 to 4294967295 (0xffffffff), not %s",
		rawbpf_asm_val_text(*v, seen));
}
