/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps, variables and programs by name, and what instructions say of them. */
#include "impl.h"

static const struct asm_pos *where(const struct asm_ctx *a, const struct asm_name *n)
{
	if (n->obj_kind == OBJ_MAP)
		return &a->maps.v[n->obj].pos;
	return n->obj_kind == OBJ_VAR ? &a->vars.v[n->obj].pos : &a->progs.v[n->obj].pos;
}

int rawbpf_asm_claim(
	struct asm_ctx *a, const struct asm_tok *t, enum asm_obj_kind kind, uint32_t index)
{
	static const char *const kinds[] = { "", "map", "variable", "program" };
	struct asm_name *n = t->name;

	if (rawbpf_asm_check_ident(a, t, kinds[kind]))
		return -EINVAL;
	if (n->reg || n->type || n->kw)
		return rawbpf_asm_err(a, &t->pos,
			"'%.*s' is a word of the language: it cannot name a %s", (int)n->len,
			n->text, kinds[kind]);
	if (n->len == strlen("_license") && !memcmp(n->text, "_license", n->len))
		return rawbpf_asm_err(a, &t->pos,
			"'_license' is the symbol of the license: it cannot name a %s",
			kinds[kind]);
	if (n->value) {
		rawbpf_asm_err(a, &t->pos, "'%.*s' is a constant: it cannot name a %s", (int)n->len,
			n->text, kinds[kind]);
		rawbpf_asm_note(a, &n->value->pos, "it was defined here");
		return -EINVAL;
	}
	if (n->obj_kind) {
		rawbpf_asm_err(a, &t->pos, "'%.*s' is the name of a %s already", (int)n->len,
			n->text, kinds[n->obj_kind]);
		rawbpf_asm_note(a, where(a, n), "it was defined here");
		return -EINVAL;
	}
	if (kind != OBJ_PROG && index >= ASM_MAX_OBJECTS)
		return rawbpf_asm_err(a, &t->pos, "more than %d %ss", ASM_MAX_OBJECTS, kinds[kind]);
	n->obj_kind = (uint8_t)kind;
	n->obj = index;
	return 0;
}

static void check_reloc(struct asm_ctx *a, const struct asm_reloc *r)
{
	const struct asm_name *n = r->name;
	int len = n->len > 60 ? 60 : (int)n->len;
	char hint[ASM_SEEN_MAX * 2];

	if (r->call) {
		rawbpf_asm_check_call(a, r);
		return;
	}
	if (n->obj_kind == OBJ_MAP || n->obj_kind == OBJ_VAR || rawbpf_asm_is_function(a, n))
		return;
	if (n->obj_kind == OBJ_PROG)
		rawbpf_asm_err(a, &r->pos,
			"'%.*s' is a program: '%s' takes a map, a variable or a number", len,
			n->text, asm_has_mnemonics(a) ? "lddw" : "ll");
	else
		rawbpf_asm_err(a, &r->pos, "no map, variable or constant '%.*s'%s", len, n->text,
			rawbpf_asm_suggest(
				a, n->text, n->len, SUGGEST_OBJECT | SUGGEST_CONST, hint));
}

void rawbpf_asm_check_relocs(struct asm_ctx *a)
{
	for (size_t i = 0; i < a->sections.n; i++)
		for (size_t j = 0; j < a->sections.v[i].relocs.n; j++)
			check_reloc(a, &a->sections.v[i].relocs.v[j]);
	rawbpf_asm_check_functions(a);
}
