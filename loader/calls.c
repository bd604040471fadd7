/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which instruction names which function. Compilers agree about relocations that name a
 * symbol of a section; for those that name the function, LLVM leaves -1 (calls) or 0
 * (addresses) in the field and GNU as what it would be in bytes. So where the symbol says
 * the place, the field does not count.
 */
#include <elf.h>
#include <errno.h>

#include "describe.h"
#include "mem.h"

#define OP_LDDW 0x18
#define OP_CALL 0x85

static bool is_local_call(const struct rawbpf_insn *insn)
{
	return insn->code == OP_CALL && rawbpf_insn_src(insn) == RAWBPF_PSEUDO_CALL;
}

static bool is_in_code(const struct rawbpf_describe *d, const struct rawbpf_elf_symbol *sym)
{
	return sym->section && sym->section < d->elf->nsections &&
	       rawbpf_is_code(&d->elf->sections[sym->section]);
}

/* The slot of its section that `sym` and the instruction's field say; -1: none. */
static int64_t place_of(const struct rawbpf_elf_symbol *sym, const struct rawbpf_insn *insn)
{
	int64_t imm = insn->imm, value = (int64_t)(sym->value & INT64_MAX);

	if (sym->type == STT_SECTION && insn->code == OP_CALL)
		return imm + 1;
	if (sym->type == STT_SECTION)
		value = imm;
	else if (insn->code == OP_LDDW && imm != value && value <= UINT32_MAX)
		value += imm;
	return value % 8 ? -1 : value / 8;
}

/* sym NULL: the distance in the instruction is right within its section. */
static int add(struct rawbpf_describe *d, uint32_t from, uint32_t slot,
	const struct rawbpf_elf_symbol *sym)
{
	const struct rawbpf_prog *prog = rawbpf_describe_func(d, from);
	struct rawbpf_call *c = rawbpf_array_more(d->calls, d->ncalls, sizeof(*c));
	int64_t to = -ENOENT;

	if (!c)
		return -ENOMEM;
	d->calls = c;
	c += d->ncalls++;
	c->from = from;
	c->slot = slot;
	c->sym = sym;
	c->section = sym ? is_in_code(d, sym) ? sym->section : 0 : prog->section_index;
	c->section_slot = sym ? place_of(sym, &prog->insns[slot])
			      : (int64_t)prog->section_slot + slot + prog->insns[slot].imm + 1;
	if (c->section && c->section_slot >= 0)
		to = rawbpf_describe_func_at(d, c->section, (uint64_t)c->section_slot);
	c->to = to < 0 ? RAWBPF_NO_FUNC : (uint32_t)to;
	if (to >= 0)
		c->to_slot =
			(uint32_t)(c->section_slot - rawbpf_describe_func(d, c->to)->section_slot);
	return 0;
}

static int add_relocated(struct rawbpf_describe *d, uint32_t section)
{
	const struct rawbpf_elf_section *s = &d->elf->sections[section];
	int rc = 0;

	for (size_t i = 0; i < s->nrels && !rc; i++) {
		const struct rawbpf_elf_symbol *sym = &d->elf->symbols[s->rels[i].symbol];
		int64_t from = rawbpf_describe_func_at(d, section, s->rels[i].offset / 8);
		const struct rawbpf_prog *prog;
		uint32_t slot;

		if (s->rels[i].offset % 8 || from < 0)
			continue; /* reloc.c says why not */
		prog = rawbpf_describe_func(d, (uint32_t)from);
		slot = (uint32_t)(s->rels[i].offset / 8) - prog->section_slot;
		if (prog->insns[slot].code == OP_CALL ||
			(prog->insns[slot].code == OP_LDDW && slot + 1 < prog->ninsns &&
				is_in_code(d, sym)))
			rc = add(d, (uint32_t)from, slot, sym);
	}
	return rc;
}

static int by_place(const void *a, const void *b)
{
	const struct rawbpf_call *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->slot < y->slot ? -1 : x->slot > y->slot;
}

/* Sorted, one per slot: a file may say a thing a million times. */
static void sort(struct rawbpf_describe *d)
{
	size_t n = 0;

	if (d->ncalls)
		qsort(d->calls, d->ncalls, sizeof(*d->calls), by_place);
	for (size_t i = 0; i < d->ncalls; i++) {
		if (!n || by_place(&d->calls[n - 1], &d->calls[i]))
			d->calls[n++] = d->calls[i];
	}
	d->ncalls = n;
}

/* Calls within one section have no relocation. `*next`: the first of the sorted that may be it. */
static int add_plain(struct rawbpf_describe *d, uint32_t from, size_t nsorted, size_t *next)
{
	const struct rawbpf_prog *prog = rawbpf_describe_func(d, from);
	int rc = 0;

	for (uint32_t slot = 0; slot < prog->ninsns && !rc; slot++) {
		const struct rawbpf_call here = { .from = from, .slot = slot };

		while (*next < nsorted && by_place(&d->calls[*next], &here) < 0)
			++*next;
		if (is_local_call(&prog->insns[slot]) &&
			(*next == nsorted || by_place(&d->calls[*next], &here)))
			rc = add(d, from, slot, NULL);
		slot += prog->insns[slot].code == OP_LDDW;
	}
	return rc;
}

static int index_calls(struct rawbpf_describe *d, uint32_t nfuncs)
{
	size_t at = 0;

	d->first_call = calloc((size_t)nfuncs + 1, sizeof(*d->first_call));
	if (!d->first_call)
		return -ENOMEM;
	for (uint32_t i = 0; i <= nfuncs; i++) {
		while (at < d->ncalls && d->calls[at].from < i)
			at++;
		d->first_call[i] = at;
	}
	return 0;
}

/* From the programs on; no recursion, as a file may nest calls as deep as it likes. */
static int reach(struct rawbpf_describe *d, uint32_t nfuncs)
{
	uint32_t *todo = calloc((size_t)nfuncs + 1, sizeof(*todo)), n = 0;

	d->reached = calloc((size_t)nfuncs + 1, sizeof(*d->reached));
	if (!todo || !d->reached) {
		free(todo);
		return -ENOMEM;
	}
	for (; n < d->obj->nprogs; n++) {
		todo[n] = n;
		d->reached[n] = true;
	}
	while (n) {
		uint32_t from = todo[--n];

		for (size_t i = d->first_call[from]; i < d->first_call[from + 1]; i++) {
			uint32_t to = d->calls[i].to;

			if (to == RAWBPF_NO_FUNC || d->reached[to])
				continue;
			d->reached[to] = true;
			todo[n++] = to;
		}
	}
	free(todo);
	return 0;
}

int rawbpf_describe_calls(struct rawbpf_describe *d)
{
	size_t nfuncs = d->obj->nprogs + d->obj->nsubprogs, nsorted, next = 0;
	int rc = 0;

	if (nfuncs >= RAWBPF_NO_FUNC)
		return -ENOMEM;
	for (uint32_t i = 1; i < d->elf->nsections && !rc; i++) {
		if (rawbpf_is_code(&d->elf->sections[i]))
			rc = add_relocated(d, i);
	}
	sort(d);
	nsorted = d->ncalls;
	for (uint32_t i = 0; i < nfuncs && !rc; i++)
		rc = add_plain(d, i, nsorted, &next);
	sort(d);
	if (!rc)
		rc = index_calls(d, (uint32_t)nfuncs);
	return rc ? rc : reach(d, (uint32_t)nfuncs);
}
