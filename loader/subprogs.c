/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each program gets a copy of just the functions that it reaches: behind its own, in the order
 * of a walk depth-first, as libbpf places them. The verifier refuses instructions that nobody
 * reaches, so it must not be more. Recursion is the verifier's to refuse.
 */
#include <errno.h>
#include <inttypes.h>

#include "describe.h"
#include "mem.h"
#include "where.h"

#define OP_LDDW 0x18
#define PROG_SLOTS_MAX 1000000U  /* what the kernel takes */
#define TOTAL_SLOTS_MAX 4000000U /* a small file can ask for many copies of much */

struct frame {
	uint32_t func;
	size_t call; /* the next to look at */
};

struct linker {
	struct rawbpf_describe *d;
	uint32_t main;
	uint32_t *placed_for; /* by function: 1 + the program that `place` is of */
	uint32_t *place;      /* its first slot there */
	uint32_t *order;      /* the functions as they were placed */
	struct frame *stack;  /* each function is on it at most once */
	uint32_t norder;
	uint32_t nslots, total;
	size_t nrelocs, nfuncs, nlines;
	bool all_funcs, all_lines; /* so far every function has them */
};

/* ---- what cannot be called ---------------------------------------------------------- */

static int refuse(const struct rawbpf_describe *d, const struct rawbpf_call *c)
{
	const struct rawbpf_prog *from = rawbpf_describe_func(d, c->from);
	const char *name = c->sym ? c->sym->name : "";

	if (!c->section && (!c->sym->section || c->sym->section >= d->elf->nsections))
		return rawbpf_error_at(d->sink, -ENOTSUP, d->obj, from, c->slot,
			"function \"%s\" calls \"%s\", which is not defined in this object: a "
			"helper without its declaration, or a kernel function (not supported yet)",
			from->name, name);
	if (!c->section)
		return rawbpf_error_at(d->sink, -ENOEXEC, d->obj, from, c->slot,
			"function \"%s\" calls \"%s\", which is not code", from->name, name);
	return rawbpf_error_at(d->sink, -ENOEXEC, d->obj, from, c->slot,
		"function \"%s\" %s slot %" PRId64
		" of section %s, where no function is: no symbol of type @function covers it",
		from->name, from->insns[c->slot].code == OP_LDDW ? "takes the address of" : "calls",
		c->section_slot, d->elf->sections[c->section].name);
}

static int check_calls(struct rawbpf_describe *d)
{
	int rc = 0;

	for (size_t i = 0; i < d->ncalls && !rc; i++) {
		const struct rawbpf_call *c = &d->calls[i];
		struct rawbpf_prog *to;

		if (c->to == RAWBPF_NO_FUNC) {
			rc = d->reached[c->from] ? refuse(d, c) : 0;
			continue;
		}
		to = rawbpf_describe_func(d, c->to);
		/* not a program at all: a section of functions that others call */
		if (!to->type && c->from != c->to)
			to->autoload = false;
	}
	return rc;
}

/* ---- placing ------------------------------------------------------------------------- */

static int too_large(const struct linker *l, uint32_t limit, const char *what)
{
	const struct rawbpf_prog *prog = &l->d->obj->progs[l->main];

	return rawbpf_error(l->d->sink, -ENOEXEC, l->d->obj->path,
		"program \"%s\": with the functions that it calls, %s more than %u instructions",
		prog->name, what, limit);
}

static int place(struct linker *l, uint32_t func)
{
	const struct rawbpf_prog *f = rawbpf_describe_func(l->d, func);

	l->placed_for[func] = l->main + 1;
	l->place[func] = l->nslots;
	l->order[l->norder++] = func;
	/* what one program alone has is the kernel's to judge */
	if (l->norder > 1 && (f->ninsns > PROG_SLOTS_MAX || l->nslots > PROG_SLOTS_MAX - f->ninsns))
		return too_large(l, PROG_SLOTS_MAX, "it has");
	l->nslots += f->ninsns;
	l->nrelocs += f->nrelocs;
	l->nfuncs += f->nfuncs;
	l->nlines += f->nlines;
	l->all_funcs &= f->nfuncs > 0;
	l->all_lines &= f->nlines > 0;
	return 0;
}

static int walk(struct linker *l)
{
	const struct rawbpf_describe *d = l->d;
	size_t depth = 1;
	int rc;

	l->norder = l->nslots = 0;
	l->nrelocs = l->nfuncs = l->nlines = 0;
	l->all_funcs = l->all_lines = true;
	l->stack[0] = (struct frame){ l->main, d->first_call[l->main] };
	rc = place(l, l->main);
	while (depth && !rc) {
		struct frame *top = &l->stack[depth - 1];
		uint32_t to;

		if (top->call == d->first_call[top->func + 1]) {
			depth--;
			continue;
		}
		to = d->calls[top->call++].to;
		if (l->placed_for[to] == l->main + 1)
			continue;
		rc = place(l, to);
		l->stack[depth++] = (struct frame){ to, d->first_call[to] };
	}
	if (!rc && (l->total += l->nslots) > TOTAL_SLOTS_MAX && l->norder > 1)
		rc = too_large(l, TOTAL_SLOTS_MAX, "all programs of the object up to it have");
	return rc;
}

/* ---- copying ------------------------------------------------------------------------- */

/* Space for `n` in the new program; one more, so that 0 of them are no failure. */
#define NEW(n, p) calloc((size_t)(n) + 1, sizeof(*(p)))

static int make_room(const struct linker *l, struct rawbpf_prog *out)
{
	out->insns = NEW(l->nslots, out->insns);
	out->relocs = NEW(l->nrelocs, out->relocs);
	out->funcs = NEW(l->nfuncs, out->funcs);
	out->lines = NEW(l->nlines, out->lines);
	out->parts = NEW(l->norder, out->parts);
	return out->insns && out->relocs && out->funcs && out->lines && out->parts ? 0 : -ENOMEM;
}

/* The distance of a call, or of a callback's address, now that both ends have their place. */
static void connect(const struct linker *l, struct rawbpf_prog *out, const struct rawbpf_call *c)
{
	uint32_t at = l->place[c->from] + c->slot;
	struct rawbpf_insn *insn = &out->insns[at];
	bool address = insn->code == OP_LDDW;

	insn->imm = (int32_t)((int64_t)l->place[c->to] + c->to_slot - at - 1);
	rawbpf_insn_set_src(insn, address ? RAWBPF_PSEUDO_FUNC : RAWBPF_PSEUDO_CALL);
	if (address)
		insn[1].imm = 0;
}

static void append(const struct linker *l, struct rawbpf_prog *out, uint32_t func)
{
	const struct rawbpf_prog *f = rawbpf_describe_func(l->d, func);
	uint32_t at = l->place[func];

	memcpy(out->insns + at, f->insns, rawbpf_size_mul(f->ninsns, sizeof(*f->insns)));
	for (size_t i = 0; i < f->nrelocs; i++) {
		out->relocs[out->nrelocs] = f->relocs[i];
		out->relocs[out->nrelocs++].slot += at;
	}
	for (size_t i = 0; i < f->nfuncs && l->all_funcs; i++) {
		out->funcs[out->nfuncs] = f->funcs[i];
		out->funcs[out->nfuncs++].insn_off += at;
	}
	for (size_t i = 0; i < f->nlines && l->all_lines; i++) {
		out->lines[out->nlines] = f->lines[i];
		out->lines[out->nlines++].insn_off += at;
	}
	out->parts[out->nparts++] = (struct rawbpf_part){ at, func };
	out->ninsns += f->ninsns;
	for (size_t i = l->d->first_call[func]; i < l->d->first_call[func + 1]; i++)
		connect(l, out, &l->d->calls[i]);
}

/* The parts that link_one() makes anew; the rest of *out stays empty. */
static void clear(struct rawbpf_prog *prog)
{
	free(prog->insns);
	free(prog->relocs);
	free(prog->funcs);
	free(prog->lines);
	free(prog->parts);
}

static int link_one(struct linker *l, uint32_t main, struct rawbpf_prog *out)
{
	int rc;

	l->main = main;
	rc = walk(l);
	if (!rc)
		rc = make_room(l, out);
	for (uint32_t i = 0; i < l->norder && !rc; i++)
		append(l, out, l->order[i]);
	if (l->norder == 1) /* it calls but itself */
		out->nparts = 0;
	return rc;
}

static void take(struct rawbpf_prog *prog, const struct rawbpf_prog *linked)
{
	clear(prog);
	prog->insns = linked->insns;
	prog->ninsns = linked->ninsns;
	prog->relocs = linked->relocs;
	prog->nrelocs = linked->nrelocs;
	prog->funcs = linked->funcs;
	prog->nfuncs = linked->nfuncs;
	prog->lines = linked->lines;
	prog->nlines = linked->nlines;
	prog->parts = linked->parts;
	prog->nparts = linked->nparts;
}

/* A program may be called by others, so all are copied before the first one changes. */
static int link_all(struct linker *l)
{
	struct rawbpf_describe *d = l->d;
	uint32_t n = (uint32_t)d->obj->nprogs;
	struct rawbpf_prog *linked = calloc((size_t)n + 1, sizeof(*linked));
	int rc = linked ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < n && !rc; i++) {
		if (d->first_call[i] < d->first_call[i + 1])
			rc = link_one(l, i, &linked[i]);
	}
	for (uint32_t i = 0; i < n && linked; i++) {
		if (rc)
			clear(&linked[i]);
		else if (linked[i].insns)
			take(&d->obj->progs[i], &linked[i]);
	}
	free(linked);
	return rc;
}

/* ---- the step ------------------------------------------------------------------------ */

int rawbpf_describe_subprogs(struct rawbpf_describe *d)
{
	size_t n = d->obj->nprogs + d->obj->nsubprogs;
	struct linker l = { .d = d };
	int rc = check_calls(d);

	if (rc || !d->ncalls)
		return rc;
	l.placed_for = calloc(n, sizeof(*l.placed_for));
	l.place = calloc(n, sizeof(*l.place));
	l.order = calloc(n, sizeof(*l.order));
	l.stack = calloc(n, sizeof(*l.stack));
	rc = l.placed_for && l.place && l.order && l.stack ? link_all(&l) : -ENOMEM;
	free(l.placed_for);
	free(l.place);
	free(l.order);
	free(l.stack);
	return rc;
}
