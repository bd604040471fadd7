/* SPDX-License-Identifier: BSD-2-Clause */
/* Directives and statements; .map is in mapdef.c. */
#include <string.h>

#include "impl.h"

/* A string token as a C string that lives as long as the context. */
static const char *take_string(struct asm_ctx *a)
{
	size_t len = a->tok.pos.len - 2;
	char *s = rawbpf_asm_alloc(a, len + 1);

	if (s)
		memcpy(s, a->tok.pos.at + 1, len);
	rawbpf_asm_next(a);
	return s;
}

static int take_name(struct asm_ctx *a, const char *what, struct asm_tok *name)
{
	*name = a->tok;
	return rawbpf_asm_expect(a, T_NAME, what);
}

/* ---- .prog, .license, .version -------------------------------------------------------------- */

/* .prog NAME, "SECTION" */
static int prog(struct asm_ctx *a)
{
	struct asm_tok name, section;
	const char *text;

	rawbpf_asm_prog_end(a);
	a->homeless_said = true; /* if this fails, what follows has no program, as was said */
	if (take_name(a, "the name of a program", &name) || rawbpf_asm_expect(a, T_COMMA, "','"))
		return -EINVAL;
	section = a->tok;
	if (section.kind != T_STR)
		return rawbpf_asm_expected(a, "a section in quotes, such as \"kprobe/vfs_read\"");
	text = take_string(a);
	if (!text)
		return -ENOMEM;
	if (!*text || *text == '.' || !strcmp(text, "license") || !strcmp(text, "version") ||
		!strcmp(text, "maps"))
		return rawbpf_asm_err(
			a, &section.pos, "a program cannot be in section \"%s\"", text);
	return rawbpf_asm_prog_begin(a, &name, text);
}

static int license(struct asm_ctx *a, const struct asm_pos *pos)
{
	struct asm_tok t = a->tok;

	if (t.kind != T_STR)
		return rawbpf_asm_expected(a, "a license in quotes, such as \"GPL\"");
	if (a->license) {
		rawbpf_asm_err(a, pos, "a second .license");
		rawbpf_asm_note(a, &a->license_pos, "the first is here");
		return -EINVAL;
	}
	if (t.pos.len - 2 > ASM_MAX_LICENSE)
		return rawbpf_asm_err(a, &t.pos, "a license may have %d bytes; this one has %u",
			ASM_MAX_LICENSE, t.pos.len - 2);
	a->license = take_string(a);
	a->license_pos = *pos;
	return a->license ? 0 : -ENOMEM;
}

static int version(struct asm_ctx *a, const struct asm_pos *pos)
{
	uint64_t v;

	if (a->has_version)
		return rawbpf_asm_err(a, pos, "a second .version");
	if (rawbpf_asm_expr_in(a, "a version", 0, UINT32_MAX, &v))
		return -EINVAL;
	a->has_version = true;
	a->version = (uint32_t)v;
	return 0;
}

/* ---- .equ, .set, .include, .typedef -----------------------------------------------------------
 */

static int equ(struct asm_ctx *a, bool may_change)
{
	struct asm_tok name;
	struct asm_val v;

	if (take_name(a, "the name of a constant", &name) || rawbpf_asm_expect(a, T_COMMA, "','") ||
		rawbpf_asm_expr(a, &v))
		return -EINVAL;
	return rawbpf_asm_set_const(a, &name, v, may_change);
}

/* The file is scanned after the rest of this line. */
static int include(struct asm_ctx *a)
{
	struct asm_tok file = a->tok;
	const char *name;

	if (file.kind != T_STR || file.pos.len == 2)
		return rawbpf_asm_expected(a, "a file name in quotes");
	name = take_string(a);
	if (!name)
		return -ENOMEM;
	if (!asm_at_end(a))
		return rawbpf_asm_expected(a, "the end of the line");
	return rawbpf_asm_include(a, name, &file.pos);
}

static int type_name(struct asm_ctx *a, uint8_t *type)
{
	char hint[ASM_SEEN_MAX * 2], seen[ASM_SEEN_MAX];
	const struct asm_tok *t = &a->tok;

	if (t->kind != T_NAME)
		return rawbpf_asm_expected(a, "a type (u8 to u64, s8 to s64)");
	if (!t->name->type)
		return rawbpf_asm_err(a, &t->pos,
			"%s is no type: they are u8 to u64 and s8 to s64%s",
			rawbpf_asm_seen(t, seen),
			rawbpf_asm_suggest(a, t->name->text, t->name->len, SUGGEST_TYPE, hint));
	*type = t->name->type;
	rawbpf_asm_next(a);
	return 0;
}

/* .typedef ulong, u64 */
static int typedefinition(struct asm_ctx *a)
{
	struct asm_tok name;
	uint8_t type;

	if (take_name(a, "the name of a type", &name) || rawbpf_asm_expect(a, T_COMMA, "','") ||
		type_name(a, &type))
		return -EINVAL;
	if (name.name->type == type)
		return 0;
	if (name.name->type)
		return rawbpf_asm_err(a, &name.pos, "type '%.*s' is %s already",
			(int)name.name->len, name.name->text,
			rawbpf_asm_types[name.name->type].name);
	if (name.name->reg || name.name->kw || name.name->value)
		return rawbpf_asm_err(a, &name.pos,
			"'%.*s' has another meaning: it cannot be a type", (int)name.name->len,
			name.name->text);
	name.name->type = type;
	return 0;
}

/* ---- .const -------------------------------------------------------------------------------------
 */

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
	unsigned bits = t->size * 8;
	char seen[ASM_SEEN_MAX];

	if (t->is_signed ? rawbpf_asm_in_range(
				   v, INT64_MIN >> (64 - bits), (uint64_t)INT64_MAX >> (64 - bits))
			 : rawbpf_asm_in_range(v, 0, UINT64_MAX >> (64 - bits)))
		return 0;
	return rawbpf_asm_err(
		a, pos, "%s is no value of a %s", rawbpf_asm_val_text(v, seen), t->name);
}

static int const_attributes(struct asm_ctx *a, struct asm_var *var)
{
	static const char *const keys[] = { "type", "value" };
	struct asm_pos pos = var->pos;
	struct asm_val v = { 0 };
	unsigned given = 0;

	while (asm_take(a, T_COMMA)) {
		int key = rawbpf_asm_attr_key(a, keys, 2, &given, ".const");

		if (key < 0)
			return key;
		if (key == 0 && type_name(a, &var->type))
			return -EINVAL;
		if (key == 1) {
			pos = a->tok.pos;
			if (rawbpf_asm_expr(a, &v))
				return -EINVAL;
			pos = rawbpf_asm_span(a, &pos);
		}
	}
	if (given != 3)
		return rawbpf_asm_err(a, &var->pos,
			".const needs %s: .const NAME, type=u32, value=EXPR",
			given == 1   ? "value="
			: given == 2 ? "type="
				     : "type= and value=");
	var->value = v.bits;
	return check_value(a, var, &pos, v);
}

/* .const NAME, type=u32, value=EXPR: a variable in .rodata, naturally aligned */
static int constant(struct asm_ctx *a)
{
	struct asm_var var = { 0 }, *slot;
	struct asm_tok name;
	uint32_t size;
	int rc;

	if (take_name(a, "the name of a variable", &name))
		return -EINVAL;
	var.name = name.name;
	var.pos = name.pos;
	rc = const_attributes(a, &var);
	/* A broken one still has its name, so that its uses are not reported too. */
	if (rawbpf_asm_claim(a, &name, OBJ_VAR, (uint32_t)a->vars.n))
		return -EINVAL;
	size = var.type ? rawbpf_asm_types[var.type].size : 1;
	var.offset = (a->rodata_size + size - 1) & ~(size - 1);
	a->rodata_size = var.offset + size;
	slot = ASM_PUSH(a, a->vars);
	if (!slot)
		return -ENOMEM;
	*slot = var;
	return rc;
}

/* ---- statements
 * ----------------------------------------------------------------------------------- */

int rawbpf_asm_directive(struct asm_ctx *a)
{
	struct asm_tok t = a->tok;
	char hint[ASM_SEEN_MAX * 2], seen[ASM_SEEN_MAX];

	if (t.name->kw >= K_D_MAP)
		rawbpf_asm_next(a);
	switch (t.name->kw) {
	case K_D_MAP:
		return rawbpf_asm_map(a);
	case K_D_PROG:
		return prog(a);
	case K_D_LICENSE:
		return license(a, &t.pos);
	case K_D_VERSION:
		return version(a, &t.pos);
	case K_D_CONST:
		return constant(a);
	case K_D_EQU:
	case K_D_SET:
		return equ(a, t.name->kw == K_D_SET);
	case K_D_INCLUDE:
		return include(a);
	case K_D_TYPEDEF:
		return typedefinition(a);
	default:
		return rawbpf_asm_err(a, &t.pos, "no directive %s%s", rawbpf_asm_seen(&t, seen),
			rawbpf_asm_suggest(a, t.name->text, t.name->len, SUGGEST_DIRECTIVE, hint));
	}
}

/* A label, a directive, an instruction; labels may share a line with what follows. */
static int statement(struct asm_ctx *a)
{
	struct asm_tok t = a->tok;
	int rc;

	if (t.kind == T_NAME && rawbpf_asm_take_label_colon(a)) {
		rc = rawbpf_asm_add_label(a, &t);
		a->prog_broken = a->prog_broken || rc;
		return rc;
	}
	if (t.kind == T_NAME && t.name->text[0] == '.')
		rc = rawbpf_asm_directive(a);
	else
		rc = rawbpf_asm_pseudoc(a);
	if (!rc && !asm_at_end(a))
		rc = rawbpf_asm_expected(a, "the end of the instruction");
	if (rc && !(t.kind == T_NAME && t.name->text[0] == '.'))
		a->prog_broken = true;
	return rc;
}

void rawbpf_asm_statements(struct asm_ctx *a)
{
	while (a->tok.kind != T_EOF && !a->fatal && a->errors < ASM_MAX_ERRORS) {
		if (a->tok.kind == T_NL || a->tok.kind == T_SEMI)
			rawbpf_asm_next(a);
		else if (statement(a))
			rawbpf_asm_skip_statement(a);
	}
	if (!a->fatal && a->errors < ASM_MAX_ERRORS)
		rawbpf_asm_prog_end(a);
}
