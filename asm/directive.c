/* SPDX-License-Identifier: BSD-2-Clause */
/* Directives and statements; .map is in mapdef.c. */
#include <string.h>

#include "impl.h"

const char *rawbpf_asm_take_string(struct asm_ctx *a)
{
	const char *p = a->tok.pos.at + 1, *end = a->tok.pos.at + a->tok.pos.len - 1;
	char *s = rawbpf_asm_alloc(a, a->tok.pos.len), *to = s;

	while (s && p < end)
		*to++ = (char)rawbpf_asm_unescape(&p);
	rawbpf_asm_next(a);
	return s;
}

static int take_name(struct asm_ctx *a, const char *what, struct asm_tok *name)
{
	*name = a->tok;
	return rawbpf_asm_expect(a, T_NAME, what);
}

/* ---- .prog, .license, .version -------------------------------------------------- */

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
	text = rawbpf_asm_take_string(a);
	if (!text)
		return -ENOMEM;
	if (!*text || (*text == '.' && strcmp(text, ".text")) || !strcmp(text, "license") ||
		!strcmp(text, "version") || !strcmp(text, "maps"))
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
	a->license = rawbpf_asm_take_string(a);
	a->license_pos = *pos;
	if (a->license && strlen(a->license) > ASM_MAX_LICENSE)
		return rawbpf_asm_err(a, &t.pos, "a license may have %d bytes; this one has %zu",
			ASM_MAX_LICENSE, strlen(a->license));
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

/* ---- .equ, .set, .include, .typedef --------------------------------------------- */

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
	name = rawbpf_asm_take_string(a);
	if (!name)
		return -ENOMEM;
	if (!asm_at_end(a))
		return rawbpf_asm_expected(a, "the end of the line");
	return rawbpf_asm_include(a, name, &file.pos);
}

int rawbpf_asm_type_name(struct asm_ctx *a, uint8_t *type)
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
		rawbpf_asm_type_name(a, &type))
		return -EINVAL;
	if (name.name->type == type)
		return 0;
	if (name.name->type)
		return rawbpf_asm_err(a, &name.pos, "type '%.*s' is %s already",
			(int)name.name->len, name.name->text,
			rawbpf_asm_types[name.name->type].name);
	if (name.name->reg || name.name->kw || name.name->value || name.name->obj_kind)
		return rawbpf_asm_err(a, &name.pos,
			"'%.*s' has another meaning: it cannot be a type", (int)name.name->len,
			name.name->text);
	name.name->type = type;
	return 0;
}

/* ---- statements
 * ----------------------------------------------------------------------------------- */

int rawbpf_asm_directive(struct asm_ctx *a)
{
	struct asm_tok t = a->tok;
	char hint[ASM_SEEN_MAX * 2], seen[ASM_SEEN_MAX];

	if (t.name->kw == K_D_DIALECT)
		return rawbpf_asm_dialect(a);
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
		return rawbpf_asm_const(a);
	case K_D_EQU:
	case K_D_SET:
		return equ(a, t.name->kw == K_D_SET);
	case K_D_INCLUDE:
		return include(a);
	case K_D_TYPEDEF:
		return typedefinition(a);
	case K_D_QUAD:
		return rawbpf_asm_quad(a);
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
		rc = asm_has_mnemonics(a) ? rawbpf_asm_mnemonic(a) : rawbpf_asm_pseudoc(a);
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
