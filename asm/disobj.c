/* SPDX-License-Identifier: BSD-2-Clause */
/* An ELF object as text: license, maps, constants, then its programs. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>

#include "dis_impl.h"

/* ---- license and version ---------------------------------------------------------- */

static void license_and_version(struct dis *d)
{
	const struct dis_section *s = rawbpf_dis_section(d, "license");

	if (s && s->size <= ASM_MAX_LICENSE + 1 &&
		memchr(s->data, 0, s->size) == s->data + s->size - 1) {
		rawbpf_dis_printf(d, ".license ");
		rawbpf_dis_quoted(d, (const char *)s->data);
		rawbpf_dis_printf(d, "\n");
	} else if (s) {
		rawbpf_dis_note(d, "section license: it is not one string of up to %d bytes",
			ASM_MAX_LICENSE);
	}
	s = rawbpf_dis_section(d, "version");
	if (s && s->size == 4)
		rawbpf_dis_printf(
			d, ".version %#x\n", (unsigned)rawbpf_asm_get(s->data, 4, d->big_endian));
	else if (s)
		rawbpf_dis_note(d, "section version: it has %llu bytes, not 4",
			(unsigned long long)s->size);
}

/* ---- which programs there are ----------------------------------------------------- */

struct part {
	const char *name;
	uint32_t section, slot, nslots;
	size_t order; /* of its symbol */
};

typedef ASM_VEC(struct part) parts_vec;

static bool is_programs(const struct dis_section *s)
{
	return s->type == SHT_PROGBITS && s->flags & SHF_EXECINSTR && s->data;
}

/*
 * A function that only this file knows, after others of its section, is part of the
 * one before it: a call there needs no relocation, so a label says it.
 */
static bool starts_program(const struct dis *d, const struct dis_symbol *s)
{
	if (s->type != STT_FUNC || !s->section || !is_programs(&d->sections[s->section]) ||
		s->value % 8 || s->value >= d->sections[s->section].size)
		return false;
	return s->bind != STB_LOCAL || !s->value;
}

static void add_part(struct dis *d, parts_vec *parts, const char *name, uint32_t section,
	uint64_t at, size_t order)
{
	struct part *p = ASM_PUSH(d->a, *parts);

	if (p)
		*p = (struct part){ name, section, (uint32_t)(at / 8), 0, order };
}

/* Slots before the first function, or a section without one. */
static void add_nameless(struct dis *d, parts_vec *parts, uint32_t section, size_t order)
{
	char *name;

	for (size_t i = 0; i < parts->n; i++)
		if (parts->v[i].section == section && !parts->v[i].slot)
			return;
	name = rawbpf_asm_alloc(d->a, 24);
	if (!name)
		return;
	snprintf(name, 24, "section_%u", section);
	add_part(d, parts, name, section, 0, order);
	rawbpf_dis_note(d, "section %.80s: no symbol names the program at its start",
		rawbpf_dis_clean(d, d->sections[section].name, 80));
}

static int by_place(const void *x, const void *y)
{
	const struct part *a = x, *b = y;

	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	if (a->slot != b->slot)
		return a->slot < b->slot ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static int by_order(const void *x, const void *y)
{
	const struct part *a = x, *b = y;

	return a->order < b->order ? -1 : a->order > b->order;
}

/* By place: each ends where the next starts; a second name for one place is noted. */
static void measure(struct dis *d, parts_vec *parts)
{
	size_t n = 0;

	for (size_t i = 0; i < parts->n; i++) {
		struct part *p = &parts->v[i];
		bool more = i + 1 < parts->n && p[1].section == p->section;
		uint64_t end = more ? p[1].slot : d->sections[p->section].size / 8;

		p->nslots = (uint32_t)(end - p->slot);
		if (p->nslots)
			parts->v[n++] = *p;
		else
			rawbpf_dis_note(
				d, "%.80s: another name for the function at its place", p->name);
	}
	parts->n = n;
}

/*
 * The assembler's symbols are in the order of its text; if that puts each section's
 * programs in their places, it is kept, since programs of sections may be mixed.
 */
static void restore_order(struct dis *d, parts_vec *parts)
{
	uint32_t *next = calloc(d->nsections, sizeof(*next));
	bool ok = true;

	if (!next) {
		d->a->fatal = -ENOMEM;
		return;
	}
	qsort(parts->v, parts->n, sizeof(*parts->v), by_order);
	for (size_t i = 0; ok && i < parts->n; i++) {
		ok = parts->v[i].slot == next[parts->v[i].section];
		next[parts->v[i].section] += parts->v[i].nslots;
	}
	if (!ok)
		qsort(parts->v, parts->n, sizeof(*parts->v), by_place);
	free(next);
}

static int find_programs(struct dis *d, parts_vec *parts)
{
	uint64_t total = 0;

	for (size_t i = 0; i < d->nsymbols; i++)
		if (starts_program(d, &d->symbols[i]))
			add_part(d, parts, d->symbols[i].name, d->symbols[i].section,
				d->symbols[i].value, i);
	for (uint32_t i = 1; i < d->nsections; i++) {
		if (!is_programs(&d->sections[i]))
			continue;
		total += d->sections[i].size;
		if (d->sections[i].size % 8)
			return DIS_BROKEN(d, "section %s: %llu bytes are not whole instructions",
				rawbpf_dis_clean(d, d->sections[i].name, 80),
				(unsigned long long)d->sections[i].size);
		add_nameless(d, parts, i, d->nsymbols + i);
	}
	if (total > ASM_MAX_FILE)
		return DIS_BROKEN(d, "sections of programs overlap");
	if (!parts->n || d->a->fatal)
		return d->a->fatal;
	qsort(parts->v, parts->n, sizeof(*parts->v), by_place);
	measure(d, parts);
	restore_order(d, parts);
	return d->a->fatal;
}

/* ---- functions by symbols, where BTF names none ----------------------------------- */

static int func_by_slot(const void *x, const void *y)
{
	uint32_t a = ((const struct dis_func *)x)->slot, b = ((const struct dis_func *)y)->slot;

	return a < b ? -1 : a > b;
}

static void add_functions(struct dis *d)
{
	for (size_t i = 0; i < d->nsymbols; i++) {
		const struct dis_symbol *s = &d->symbols[i];
		struct dis_section *sec = &d->sections[s->section];
		struct dis_func *f;

		if (s->type != STT_FUNC || !s->section || s->value % 8 || s->value >= sec->size ||
			!is_programs(sec) || sec->has_funcs)
			continue;
		f = ASM_PUSH(d->a, sec->funcs);
		if (f)
			*f = (struct dis_func){ (uint32_t)(s->value / 8), s->name };
	}
	for (uint32_t i = 1; i < d->nsections; i++)
		if (d->sections[i].funcs.n && !d->sections[i].has_funcs)
			qsort(d->sections[i].funcs.v, d->sections[i].funcs.n,
				sizeof(struct dis_func), func_by_slot);
}

/* ".L" where a function has a name such as L12. */
static const char *label_prefix(const struct dis *d)
{
	for (uint32_t i = 1; i < d->nsections; i++)
		for (size_t k = 0; k < d->sections[i].funcs.n; k++)
			if (*d->sections[i].funcs.v[k].name == 'L')
				return ".L";
	return "L";
}

/* ---- what is left out ------------------------------------------------------------- */

static bool is_known(const struct dis_section *s)
{
	static const char *const names[] = { "license", "version", ".maps", ".rodata" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(s->name, names[i]))
			return true;
	return false;
}

static void note_sections(struct dis *d)
{
	for (uint32_t i = 1; i < d->nsections; i++) {
		const struct dis_section *s = &d->sections[i];
		const char *name = rawbpf_dis_clean(d, s->name, 80);

		if (!(s->flags & SHF_ALLOC) || !s->size)
			continue;
		if (is_programs(s) && (*s->name == '.' || !*s->name) && strcmp(s->name, ".text"))
			rawbpf_dis_note(d, "section %s: .prog puts nothing there", name);
		else if (!is_programs(s) && (s->type == SHT_NOBITS || !is_known(s)))
			rawbpf_dis_note(d, "section %s (%llu bytes of data)", name,
				(unsigned long long)s->size);
	}
	for (size_t i = 1; i < d->nsymbols; i++)
		if (!d->symbols[i].section && d->symbols[i].bind != STB_LOCAL &&
			*d->symbols[i].name)
			rawbpf_dis_note(d, "extern %.80s", d->symbols[i].name);
}

static void note_counts(struct dis *d)
{
	if (d->calls_left)
		rawbpf_dis_note(
			d, "calls with a relocation stand as their bytes: %zu", d->calls_left);
	if (d->relocs_left)
		rawbpf_dis_note(d, "relocations of other instructions stand in comments: %zu",
			d->relocs_left);
	if (d->cores_left)
		rawbpf_dis_note(d, "CO-RE relocations stand in comments: %zu", d->cores_left);
}

/* ---- the whole -------------------------------------------------------------------- */

static void write_program(struct dis *d, const struct part *p)
{
	const struct dis_section *s = &d->sections[p->section];
	bool named = !strcmp(s->name, ".text"); /* by name_function(), before any call of it */

	rawbpf_dis_program(
		d, &(struct dis_code){
			   .bytes = s->data + (size_t)p->slot * 8,
			   .nslots = p->nslots,
			   .name = named ? p->name : rawbpf_dis_object_name(d, "program", p->name),
			   .section = s->name,
			   .sec = s,
			   .first = p->slot,
		   });
}

/* What is in .text can be called, so it must not have a helper's name. */
static void name_function(struct dis *d, struct part *p)
{
	struct dis_object *o;
	char *name;

	if (strcmp(d->sections[p->section].name, ".text"))
		return;
	p->name = rawbpf_dis_object_name(d, "program", p->name);
	if (!rawbpf_dis_may_name(d, p->name, true)) {
		name = rawbpf_asm_alloc(d->a, strlen(p->name) + 2);
		if (!name)
			return;
		sprintf(name, "_%s", p->name);
		rawbpf_dis_note(d,
			"the name of function '%.80s', as a helper has it: it becomes '%.80s'",
			p->name, name);
		p->name = name;
	}
	o = ASM_PUSH(d->a, d->objects);
	if (o)
		*o = (struct dis_object){ p->name, p->section, (uint64_t)p->slot * 8, true };
}

static void write_object(struct dis *d, parts_vec *parts)
{
	size_t before = d->out.n;

	rawbpf_dis_printf(d, "\n");
	license_and_version(d);
	rawbpf_dis_maps(d);
	rawbpf_dis_consts(d);
	if (d->opts->kernel || d->out.n == before + 1)
		d->out.n = before;
	for (size_t i = 0; i < parts->n; i++)
		name_function(d, &parts->v[i]);
	if (d->objects.n)
		qsort(d->objects.v, d->objects.n, sizeof(*d->objects.v), rawbpf_dis_object_order);
	note_sections(d);
	for (size_t i = 0; i < parts->n && !d->a->fatal; i++)
		write_program(d, &parts->v[i]);
	note_counts(d);
}

int rawbpf_dis_object(struct dis *d, const void *image, size_t len)
{
	parts_vec parts = { 0 };
	int rc = rawbpf_dis_read_elf(d, image, len);

	if (rc)
		return rc;
	rawbpf_dis_open_btf(d);
	rawbpf_dis_read_ext(d);
	add_functions(d);
	d->label_prefix = label_prefix(d);
	rc = find_programs(d, &parts);
	if (!rc && !parts.n && !rawbpf_dis_section(d, ".maps") && !rawbpf_dis_section(d, ".rodata"))
		rc = DIS_BROKEN(d, "no section of programs, maps or constants");
	if (!rc)
		write_object(d, &parts);
	free(parts.v);
	return rc ? rc : d->a->fatal;
}
