/* SPDX-License-Identifier: BSD-2-Clause */
/* Constants: .equ and -D, which exist only here, and .const, which the object has too. */
#include <string.h>

#include "impl.h"

/* ---- names for values ----------------------------------------------------------- */

static bool same(struct asm_val x, struct asm_val y)
{
	return x.bits == y.bits && x.neg == y.neg;
}

static int may_define(struct asm_ctx *a, const struct asm_tok *t)
{
	const struct asm_name *n = t->name;
	const char *is = n->reg     ? "a register"
			 : n->type  ? "a type"
			 : n->kw    ? "a word of the language"
			 : n->label ? "a label"
				    : NULL;

	if (n->obj_kind)
		is = n->obj_kind == OBJ_MAP   ? "a map"
		     : n->obj_kind == OBJ_VAR ? "a variable"
					      : "a program";
	if (!is)
		return 0;
	return rawbpf_asm_err(
		a, &t->pos, "'%.*s' is %s: it cannot be a constant", (int)n->len, n->text, is);
}

int rawbpf_asm_set_const(
	struct asm_ctx *a, const struct asm_tok *t, struct asm_val v, bool may_change)
{
	struct asm_const *c = t->name->value;
	bool fixed = !may_change || (c && !c->may_change);
	char old[ASM_SEEN_MAX];

	if (may_define(a, t))
		return -EINVAL;
	if (c && fixed && !same(c->value, v)) {
		rawbpf_asm_err(a, &t->pos, "'%.*s' is %s already%s", (int)t->name->len,
			t->name->text, rawbpf_asm_val_text(c->value, old),
			c->pos.src ? "" : " (built in)");
		rawbpf_asm_note(a, &c->pos, "it was defined here");
		return -EINVAL;
	}
	if (!c)
		c = t->name->value = rawbpf_asm_alloc(a, sizeof(*c));
	if (!c)
		return -ENOMEM;
	*c = (struct asm_const){ v, t->pos, !fixed };
	return 0;
}

/* `-D NAME` alone is 1. The text becomes a source of its own, so that messages can point into it.
 */
int rawbpf_asm_define(struct asm_ctx *a, const char *text)
{
	struct asm_val v = { 1, false };
	struct asm_src *src;
	struct asm_tok name;

	if (rawbpf_asm_add_text(a, text, strlen(text), "-D", &src))
		return a->fatal;
	a->at = (struct asm_frame){ 0 };
	rawbpf_asm_push_src(a, src);
	rawbpf_asm_next(a);
	name = a->tok;
	if (name.kind != T_NAME)
		return rawbpf_asm_expected(a, "NAME=VALUE");
	rawbpf_asm_next(a);
	if (asm_take(a, T_ASSIGN) && rawbpf_asm_expr(a, &v))
		return -EINVAL;
	/* Nothing that a later line or statement says may be lost. */
	if (!asm_at_end(a) || a->tok.kind == T_SEMI || a->at.p != src->text + src->len)
		return rawbpf_asm_expected(a, "NAME=VALUE");
	return rawbpf_asm_set_const(a, &name, v, false);
}

/* ---- .const --------------------------------------------------------------------- */

int rawbpf_asm_attr_key(struct asm_ctx *a, const char *const *keys, size_t n, unsigned *given,
	const char *directive)
{
	struct asm_tok key = a->tok;
	char hint[ASM_SEEN_MAX * 2], seen[ASM_SEEN_MAX];

	if (key.kind != T_NAME)
		return rawbpf_asm_expected(a, "attribute=value");
	rawbpf_asm_next(a);
	if (rawbpf_asm_expect(a, T_ASSIGN, "'=' after the attribute"))
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (strlen(keys[i]) != key.name->len ||
			memcmp(keys[i], key.name->text, key.name->len))
			continue;
		if (*given & 1U << i)
			return rawbpf_asm_err(a, &key.pos, "'%s' is given twice", keys[i]);
		*given |= 1U << i;
		return (int)i;
	}
	return rawbpf_asm_err(a, &key.pos, "%s has no attribute %s%s", directive,
		rawbpf_asm_seen(&key, seen),
		rawbpf_asm_suggest_word(key.name->text, key.name->len, keys, n, hint));
}

/* The value must fit the type, which may come after it. */
static int check_value(
	struct asm_ctx *a, const struct asm_var *var, const struct asm_pos *pos, struct asm_val v)
{
	const struct asm_type_info *t = &rawbpf_asm_types[var->type];
	int64_t min = t->is_signed ? -(INT64_MAX >> (64 - t->size * 8)) - 1 : 0;
	uint64_t max = UINT64_MAX >> (64 - t->size * 8 + t->is_signed);
	char seen[ASM_SEEN_MAX], low[ASM_SEEN_MAX], high[ASM_SEEN_MAX];

	if (rawbpf_asm_in_range(v, min, max))
		return 0;
	return rawbpf_asm_err(a, pos, "type %s holds %s to %s, not %s", t->name,
		rawbpf_asm_val_text((struct asm_val){ (uint64_t)min, min < 0 }, low),
		rawbpf_asm_val_text((struct asm_val){ max, false }, high),
		rawbpf_asm_val_text(v, seen));
}

static bool is_word(const struct asm_tok *t, const char *word)
{
	return t->kind == T_NAME && t->name->len == strlen(word) &&
	       !memcmp(t->name->text, word, t->name->len);
}

/* What value= said, until type= is known, too. */
struct const_value {
	struct asm_pos pos;
	struct asm_val number;
	const char *text; /* a string was given */
};

static int const_value(struct asm_ctx *a, struct const_value *v)
{
	v->pos = a->tok.pos;
	if (a->tok.kind == T_STR) {
		v->text = rawbpf_asm_take_string(a);
		return v->text ? 0 : -ENOMEM;
	}
	if (rawbpf_asm_expr(a, &v->number))
		return -EINVAL;
	v->pos = rawbpf_asm_span(a, &v->pos);
	return 0;
}

static int const_type(struct asm_ctx *a, struct asm_var *var)
{
	if (!is_word(&a->tok, "char"))
		return rawbpf_asm_type_name(a, &var->type);
	var->type = TY_CHAR;
	rawbpf_asm_next(a);
	return 0;
}

static int const_attributes(struct asm_ctx *a, struct asm_var *var)
{
	static const char *const keys[] = { "type", "value" };
	struct const_value v = { .pos = var->pos };
	unsigned given = 0;

	while (asm_take(a, T_COMMA)) {
		int key = rawbpf_asm_attr_key(a, keys, 2, &given, ".const");

		if (key < 0 || (key ? const_value(a, &v) : const_type(a, var)))
			return -EINVAL;
	}
	if (!asm_at_end(a))
		return rawbpf_asm_expected(a, "',' or the end of the line");
	if (given != 3)
		return rawbpf_asm_err(a, &var->pos,
			".const needs %s: .const NAME, type=u32, value=EXPR",
			given == 1   ? "value="
			: given == 2 ? "type="
				     : "type= and value=");
	if (!v.text != (var->type != TY_CHAR))
		return rawbpf_asm_err(a, &v.pos, "%s",
			v.text ? "a string is a value of type=char"
			       : "a value of type=char is a string");
	var->value = v.number.bits;
	var->text = v.text;
	return v.text ? 0 : check_value(a, var, &v.pos, v.number);
}

/* .const NAME, type=u32, value=EXPR: a variable in .rodata, naturally aligned */
int rawbpf_asm_const(struct asm_ctx *a)
{
	struct asm_var var = { 0 }, *slot;
	struct asm_tok name = a->tok;
	uint32_t align;
	int rc;

	if (rawbpf_asm_expect(a, T_NAME, "the name of a variable"))
		return -EINVAL;
	var.name = name.name;
	var.pos = name.pos;
	rc = const_attributes(a, &var);
	/* A broken one still has its name, so that its uses are not reported too. */
	if (rawbpf_asm_claim(a, &name, OBJ_VAR, (uint32_t)a->vars.n))
		return -EINVAL;
	align = rawbpf_asm_types[var.type].size;
	var.size = var.text ? (uint32_t)strlen(var.text) + 1 : align;
	if (a->rodata_size > ASM_MAX_RODATA - var.size)
		return rawbpf_asm_err(
			a, &name.pos, ".rodata has more than %u bytes", ASM_MAX_RODATA);
	var.offset = align ? (a->rodata_size + align - 1) & ~(align - 1) : a->rodata_size;
	a->rodata_size = var.offset + var.size;
	slot = ASM_PUSH(a, a->vars);
	if (!slot)
		return -ENOMEM;
	*slot = var;
	return rc;
}
