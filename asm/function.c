/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions of .text, which any program may call. A call may stand before its function, so what
 * is no label and no helper waits for the end of the source; it is a relocation, as LLVM
 * makes it, and a loader copies the function into each program that calls it.
 */
#include <stdlib.h>

#include "impl.h"

bool rawbpf_asm_is_function(const struct asm_ctx *a, const struct asm_name *n)
{
	return n->obj_kind == OBJ_PROG &&
	       !strcmp(a->sections.v[a->progs.v[n->obj].section].name, ".text");
}

/* Said at the end, when the program's labels are forgotten: so what is near is looked for now. */
static const char *hint_for(struct asm_ctx *a, const struct asm_name *n)
{
	char hint[ASM_SEEN_MAX * 2], *copy;

	if (n->obj_kind || a->call_hints >= ASM_MAX_ERRORS)
		return "";
	a->call_hints++;
	rawbpf_asm_suggest(a, n->text, n->len, SUGGEST_LABEL | SUGGEST_HELPER, hint);
	copy = rawbpf_asm_alloc(a, strlen(hint) + 1);
	return copy ? strcpy(copy, hint) : "";
}

int rawbpf_asm_call_later(struct asm_ctx *a, const struct asm_fixup *f)
{
	struct asm_section *s = &a->sections.v[a->progs.v[a->progs.n - 1].section];
	struct asm_reloc *r = ASM_PUSH(a, s->relocs);

	if (!r)
		return -ENOMEM;
	s->insns.v[f->slot].src = 1;
	s->insns.v[f->slot].imm = -1;
	*r = (struct asm_reloc){ f->slot, f->name, f->pos, true, hint_for(a, f->name) };
	return 0;
}

static int by_slot(const void *x, const void *y)
{
	uint32_t a = ((const struct asm_reloc *)x)->slot, b = ((const struct asm_reloc *)y)->slot;

	return a < b ? -1 : a > b;
}

void rawbpf_asm_sort_relocs(struct asm_ctx *a, const struct asm_prog *prog)
{
	struct asm_section *s = &a->sections.v[prog->section];
	size_t first = s->relocs.n;

	while (first && s->relocs.v[first - 1].slot >= prog->slot)
		first--;
	if (s->relocs.n - first > 1)
		qsort(s->relocs.v + first, s->relocs.n - first, sizeof(*s->relocs.v), by_slot);
}

void rawbpf_asm_check_call(struct asm_ctx *a, const struct asm_reloc *r)
{
	const struct asm_name *n = r->name;
	int len = n->len > 60 ? 60 : (int)n->len;
	char hint[ASM_SEEN_MAX * 2];

	if (n->obj_kind == OBJ_PROG && !rawbpf_asm_is_function(a, n)) {
		rawbpf_asm_err(a, &r->pos,
			"'%.*s' is a program of section \"%s\": a function that is called is in "
			"section \".text\"",
			len, n->text, a->sections.v[a->progs.v[n->obj].section].name);
		rawbpf_asm_note(a, &a->progs.v[n->obj].pos, "it is here");
	} else if (n->obj_kind != OBJ_PROG) {
		rawbpf_asm_err(a, &r->pos, "no helper, label or function '%.*s'%s", len, n->text,
			*r->hint ? r->hint
				 : rawbpf_asm_suggest(a, n->text, n->len, SUGGEST_CALLEE, hint));
	} else if (a->opts->format != RAWBPF_ASM_ELF) {
		rawbpf_asm_err(a, &r->pos,
			"'%.*s' is a function of its own: only an object (-f elf) can say that "
			"this calls it",
			len, n->text);
	}
}

void rawbpf_asm_check_functions(struct asm_ctx *a)
{
	for (size_t i = 0; i < a->sections.n; i++) {
		const struct asm_section *s = &a->sections.v[i];

		for (size_t j = 0; j < s->funcs.n; j++) {
			const struct asm_name *n = s->funcs.v[j].name;
			const struct asm_prog *p;

			if (!s->funcs.v[j].local || !rawbpf_asm_is_function(a, n))
				continue;
			p = &a->progs.v[n->obj];
			if (p->section != i || p->slot != s->funcs.v[j].slot)
				rawbpf_asm_err(a, &p->pos,
					"'%.*s' is also a label that is called: which one is "
					"meant?",
					n->len > 60 ? 60 : (int)n->len, n->text);
		}
	}
}
