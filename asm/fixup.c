/* SPDX-License-Identifier: BSD-2-Clause */
/* The open program: its instructions, its labels, and the jumps that wait for them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "decode.h"

static struct asm_section *open_section(struct asm_ctx *a)
{
	return &a->sections.v[a->progs.v[a->progs.n - 1].section];
}

/* ---- emitting ------------------------------------------------------------------- */

/* Said once: one forgotten .prog is one mistake. */
static int homeless(struct asm_ctx *a, const struct asm_pos *pos)
{
	if (!a->homeless_said)
		rawbpf_asm_err(a, pos,
			"no program yet: '.prog NAME, \"SECTION\"' comes before its labels and "
			"instructions");
	a->homeless_said = true;
	return -EINVAL;
}

/* No program is open. An object needs one, with its section; bare instructions do not. */
static int need_prog(struct asm_ctx *a, const struct asm_pos *pos)
{
	struct asm_tok t = { .kind = T_NAME, .pos = *pos };

	if (a->opts->format == RAWBPF_ASM_ELF || a->progs.n || a->homeless_said)
		return homeless(a, pos);
	t.name = rawbpf_asm_name(a, "prog");
	return t.name ? rawbpf_asm_prog_begin(a, &t, "prog") : -ENOMEM;
}

int rawbpf_asm_begin_insn(struct asm_ctx *a)
{
	int rc = a->prog_open ? 0 : need_prog(a, &a->tok.pos);
	struct asm_section *s;
	struct asm_line *l;

	if (rc)
		return rc;
	s = open_section(a);
	if (s->insns.n > ASM_MAX_SLOTS)
		return rawbpf_asm_err(
			a, &a->tok.pos, "more than %u slots in one section", ASM_MAX_SLOTS);
	/* Only BTF and the comments of C tell lines. */
	if (a->opts->format != RAWBPF_ASM_ELF && a->opts->format != RAWBPF_ASM_C)
		return 0;
	l = ASM_PUSH(a, s->lines);
	if (!l)
		return -ENOMEM;
	*l = (struct asm_line){ (uint32_t)s->insns.n, a->tok.pos.line, a->tok.pos.src,
		a->tok.pos.at };
	return 0;
}

int rawbpf_asm_emit(struct asm_ctx *a, struct asm_insn insn)
{
	struct asm_section *s = open_section(a);
	struct asm_insn *slot = ASM_PUSH(a, s->insns);

	if (!slot)
		return -ENOMEM;
	*slot = insn;
	return 0;
}

int rawbpf_asm_emit_half(struct asm_ctx *a, int32_t imm)
{
	return rawbpf_asm_emit(a, (struct asm_insn){ .imm = imm });
}

int rawbpf_asm_quad(struct asm_ctx *a)
{
	uint64_t v;
	int rc = rawbpf_asm_begin_insn(a);

	if (!rc)
		rc = rawbpf_asm_expr_in(a, "a .quad", INT64_MIN, UINT64_MAX, &v);
	if (!rc)
		rc = rawbpf_asm_emit(a, rawbpf_asm_from_quad(v, a->big_endian));
	/* Where a slot is missing, jumps by a number of slots say nothing. */
	a->prog_broken = a->prog_broken || rc;
	return rc;
}

int rawbpf_asm_add_fixup(struct asm_ctx *a, enum asm_fix_kind kind, const struct asm_name *name,
	int64_t delta, const struct asm_pos *pos)
{
	struct asm_fixup *f = ASM_PUSH(a, a->fixups);

	if (!f)
		return -ENOMEM;
	*f = (struct asm_fixup){ kind, (uint32_t)open_section(a)->insns.n, name, delta, *pos };
	return 0;
}

int rawbpf_asm_add_reloc(struct asm_ctx *a, const struct asm_tok *t)
{
	struct asm_section *s = open_section(a);
	struct asm_reloc *r = ASM_PUSH(a, s->relocs);

	if (!r)
		return -ENOMEM;
	*r = (struct asm_reloc){ (uint32_t)s->insns.n, t->name, t->pos, false, NULL };
	return 0;
}

int rawbpf_asm_add_label(struct asm_ctx *a, const struct asm_tok *t)
{
	struct asm_name *n = t->name;
	struct asm_label *l;
	int rc;

	if (n->reg || n->kw == K_PC)
		return rawbpf_asm_err(a, &t->pos,
			"'%.*s' cannot be a label: it has a meaning in jumps", (int)n->len,
			n->text);
	rc = a->prog_open ? 0 : need_prog(a, &t->pos);
	if (rc)
		return rc;
	/* `call NAME` could mean either. */
	if (n->value) {
		rawbpf_asm_err(a, &t->pos, "'%.*s' is a constant: it cannot be a label",
			(int)n->len, n->text);
		rawbpf_asm_note(a, &n->value->pos, "it was defined here");
		return -EINVAL;
	}
	if (n->label) {
		rawbpf_asm_err(a, &t->pos, "label '%.*s' is in this program already", (int)n->len,
			n->text);
		rawbpf_asm_note(a, &a->labels.v[n->label - 1].pos, "it was defined here");
		return -EINVAL;
	}
	l = ASM_PUSH(a, a->labels);
	if (!l)
		return -ENOMEM;
	*l = (struct asm_label){ n, t->pos, (uint32_t)open_section(a)->insns.n, false };
	n->label = (uint32_t)a->labels.n;
	return 0;
}

/* ---- ending a program ----------------------------------------------------------- */

static int no_label(struct asm_ctx *a, const struct asm_fixup *f)
{
	const struct asm_name *n = f->name;
	char hint[ASM_SEEN_MAX * 2];

	return rawbpf_asm_err(a, &f->pos, "no label '%.*s' in this program%s",
		n->len > 60 ? 60 : (int)n->len, n->text,
		rawbpf_asm_suggest(a, n->text, n->len, SUGGEST_LABEL, hint));
}

/* Both ends of a jump that cannot be: where it stands is the error, where it goes the note. */
static int too_far(struct asm_ctx *a, const struct asm_fixup *f, int64_t delta, uint32_t target)
{
	const struct asm_prog *prog = &a->progs.v[a->progs.n - 1];

	rawbpf_asm_err(a, &f->pos,
		"a jump from slot %u to slot %u is %" PRId64
		" slots: the limit is -32768 to 32767%s",
		f->slot - prog->slot, target - prog->slot, delta,
		open_section(a)->insns.v[f->slot].code == 0x05 ? " (gotol goes further)" : "");
	if (f->name)
		rawbpf_asm_note(a, &a->labels.v[f->name->label - 1].pos, "the target is here");
	return -EINVAL;
}

/* The target's slot in the section, or -EINVAL. */
static int64_t target_of(struct asm_ctx *a, const struct asm_fixup *f)
{
	const struct asm_prog *prog = &a->progs.v[a->progs.n - 1];
	const struct asm_section *s = open_section(a);
	int64_t target;

	if (f->name && !f->name->label)
		return no_label(a, f);
	/* Where instructions are missing, slots say nothing. */
	if (a->prog_broken && !f->name)
		return -EINVAL;
	target = f->name ? a->labels.v[f->name->label - 1].slot : (int64_t)f->slot + 1 + f->delta;
	if (target < prog->slot || target >= (int64_t)s->insns.n) {
		if (a->prog_broken)
			return -EINVAL;
		rawbpf_asm_err(a, &f->pos,
			"this goes to slot %" PRId64 ", but the program has slots 0 to %zu",
			target - prog->slot, s->insns.n - prog->slot - 1);
		if (f->name)
			rawbpf_asm_note(a, &a->labels.v[f->name->label - 1].pos,
				"no instruction follows the label");
		return -EINVAL;
	}
	/* No instruction has code 0: it is the second half of lddw, or what .quad says. */
	if (s->insns.v[target].code == 0)
		return rawbpf_asm_err(a, &f->pos, "this goes to slot %" PRId64 ", %s",
			target - prog->slot,
			target > prog->slot && s->insns.v[target - 1].code == 0x18
				? "the second half of a 64-bit load"
				: "a .quad that is no instruction (opcode 0)");
	return target;
}

/* func_SLOT, with '_' after it while that is a label elsewhere. */
static struct asm_name *name_for_slot(struct asm_ctx *a, const struct asm_fixup *f, int64_t target)
{
	const int64_t slot = target - a->progs.v[a->progs.n - 1].slot;
	struct asm_name *name;

	for (int more = 0; more <= 8; more++) {
		char *text = rawbpf_asm_alloc(a, 40);

		if (!text)
			return NULL;
		snprintf(text, 40, "func_%" PRId64 "%.*s", slot, more, "________");
		name = rawbpf_asm_name(a, text);
		if (!name || !name->label || a->labels.v[name->label - 1].slot == target)
			return name;
	}
	rawbpf_asm_err(a, &f->pos, "the function at slot %" PRId64 " needs a label", slot);
	return NULL;
}

/* `call pc+5` names no function, but BTF must. */
static struct asm_label *label_for_slot(
	struct asm_ctx *a, const struct asm_fixup *f, int64_t target)
{
	struct asm_name *name = name_for_slot(a, f, target);

	if (!name)
		return NULL;
	if (!name->label) {
		struct asm_label *l = ASM_PUSH(a, a->labels);

		if (!l)
			return NULL;
		*l = (struct asm_label){ name, f->pos, (uint32_t)target, false };
		name->label = (uint32_t)a->labels.n;
	}
	return &a->labels.v[name->label - 1];
}

/* A function of its own, in BTF and for the verifier. */
static int mark_called(struct asm_ctx *a, const struct asm_fixup *f, int64_t target)
{
	struct asm_label *l = f->name ? &a->labels.v[f->name->label - 1] : NULL;

	if (f->name && f->name->helper && f->kind == FIX_CALL)
		return rawbpf_asm_err(a, &f->pos,
			"'%.*s' is a label of this program and helper %u: give the label another "
			"name",
			(int)f->name->len, f->name->text, f->name->helper);
	if (!l)
		l = label_for_slot(a, f, target);
	if (!l)
		return a->fatal ? a->fatal : -EINVAL;
	l->called = true;
	return rawbpf_asm_check_ident(a,
		&(struct asm_tok){ .kind = T_NAME, .pos = f->pos, .name = l->name },
		"called label");
}

static void resolve(struct asm_ctx *a, const struct asm_fixup *f)
{
	struct asm_insn *insn = &open_section(a)->insns.v[f->slot];
	bool call = f->kind == FIX_CALL || f->kind == FIX_LOCAL;
	int64_t target, delta;

	if (f->kind == FIX_CALL && f->name && !f->name->label && f->name->helper) {
		insn->imm = f->name->helper;
		return;
	}
	if (f->kind == FIX_CALL && f->name && !f->name->label) {
		rawbpf_asm_call_later(a, f);
		return;
	}
	target = target_of(a, f);
	if (target < 0)
		return;
	delta = target - f->slot - 1;
	if (call && mark_called(a, f, target))
		return;
	if (call)
		insn->src = 1;
	if (f->kind != FIX_OFF16)
		insn->imm = (int32_t)delta;
	else if (delta < INT16_MIN || delta > INT16_MAX)
		too_far(a, f, delta, (uint32_t)target);
	else
		insn->off = (int16_t)delta;
}

static int by_slot(const void *x, const void *y)
{
	uint32_t a = ((const struct asm_func *)x)->slot, b = ((const struct asm_func *)y)->slot;

	return a < b ? -1 : a > b;
}

static int add_function(struct asm_ctx *a, const struct asm_name *name, uint32_t slot, bool local)
{
	struct asm_func *f = ASM_PUSH(a, open_section(a)->funcs);

	if (!f)
		return -ENOMEM;
	*f = (struct asm_func){ name, slot, local };
	return 0;
}

/* The program and its called labels, sorted by slot, one function per slot. */
static void add_functions(struct asm_ctx *a, const struct asm_prog *prog)
{
	struct asm_section *s = open_section(a);
	size_t first = s->funcs.n, n = first + 1;

	add_function(a, prog->name, prog->slot, rawbpf_asm_is_function(a, prog->name));
	for (size_t i = 0; i < a->labels.n; i++)
		if (a->labels.v[i].called && a->labels.v[i].slot != prog->slot)
			add_function(a, a->labels.v[i].name, a->labels.v[i].slot, true);
	if (a->fatal)
		return;
	qsort(s->funcs.v + first, s->funcs.n - first, sizeof(*s->funcs.v), by_slot);
	for (size_t i = n; i < s->funcs.n; i++)
		if (s->funcs.v[i].slot != s->funcs.v[n - 1].slot)
			s->funcs.v[n++] = s->funcs.v[i];
	s->funcs.n = n;
}

/* bpf_conformance: without a label of that name, `exit` is the program's first exit. */
static void add_implicit_exit(struct asm_ctx *a)
{
	struct asm_label *l, *exit = &a->first_exit;

	if (exit->name && !exit->name->label && (l = ASM_PUSH(a, a->labels))) {
		*l = *exit;
		exit->name->label = (uint32_t)a->labels.n;
	}
	exit->name = NULL;
}

void rawbpf_asm_prog_end(struct asm_ctx *a)
{
	struct asm_prog *prog;

	if (!a->prog_open)
		return;
	prog = &a->progs.v[a->progs.n - 1];
	prog->nslots = (uint32_t)(open_section(a)->insns.n - prog->slot);
	if (!prog->nslots && !a->prog_broken)
		rawbpf_asm_err(a, &prog->pos, "program '%.*s' has no instructions",
			(int)prog->name->len, prog->name->text);
	add_implicit_exit(a);
	for (size_t i = 0; i < a->fixups.n && !a->fatal; i++)
		resolve(a, &a->fixups.v[i]);
	rawbpf_asm_sort_relocs(a, prog);
	if (!a->fatal)
		add_functions(a, prog);
	for (size_t i = 0; i < a->labels.n; i++)
		a->labels.v[i].name->label = 0;
	a->labels.n = a->fixups.n = 0;
	a->prog_open = a->prog_broken = false;
}

static int find_section(
	struct asm_ctx *a, const struct asm_pos *pos, const char *text, uint32_t *index)
{
	struct asm_name *name = rawbpf_asm_name(a, text);
	struct asm_section *s;

	if (!name)
		return -ENOMEM;
	if (!name->section) {
		if (a->sections.n >= ASM_MAX_SECTIONS)
			return rawbpf_asm_err(a, pos, "more than %d sections", ASM_MAX_SECTIONS);
		s = ASM_PUSH(a, a->sections);
		if (!s)
			return -ENOMEM;
		*s = (struct asm_section){ .name = text };
		name->section = (uint32_t)a->sections.n;
	}
	*index = name->section - 1;
	return 0;
}

int rawbpf_asm_prog_begin(struct asm_ctx *a, const struct asm_tok *name, const char *section)
{
	struct asm_prog *p;
	uint32_t index = 0;

	if (!strcmp(section, ".text") && name->name->helper)
		return rawbpf_asm_err(a, &name->pos,
			"'%.*s' is helper %u: give the function another name", (int)name->name->len,
			name->name->text, name->name->helper);
	/* The claim comes last: a name that has it has its program. */
	if (find_section(a, &name->pos, section, &index) ||
		rawbpf_asm_claim(a, name, OBJ_PROG, (uint32_t)a->progs.n))
		return a->fatal ? a->fatal : -EINVAL;
	p = ASM_PUSH(a, a->progs);
	if (!p)
		return -ENOMEM;
	*p = (struct asm_prog){ name->name, name->pos, index,
		(uint32_t)a->sections.v[index].insns.n, 0 };
	a->prog_open = true;
	return 0;
}
