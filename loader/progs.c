/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs: the global functions of code sections. Static ones and those of .text are
 * subprograms.
 */
#include <elf.h>
#include <errno.h>

#include "attach.h"
#include "describe.h"
#include "mem.h"

#define SLOT ((unsigned)sizeof(struct rawbpf_insn))

bool rawbpf_is_code(const struct rawbpf_elf_section *s)
{
	return s->type == SHT_PROGBITS && (s->flags & SHF_EXECINSTR) && s->size;
}

/* Functions of .text are subprograms: they run only when another one calls them. */
static bool holds_programs(const struct rawbpf_elf_section *s)
{
	return rawbpf_is_code(s) && strcmp(s->name, ".text");
}

static int by_place(const void *a, const void *b)
{
	const struct rawbpf_elf_symbol *x = *(const struct rawbpf_elf_symbol *const *)a;
	const struct rawbpf_elf_symbol *y = *(const struct rawbpf_elf_symbol *const *)b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return x->value < y->value ? -1 : x->value > y->value;
}

/* The index of the one that covers the slot, or -ENOENT; they are sorted. */
static int64_t find(const struct rawbpf_prog *list, size_t n, uint32_t section, uint64_t slot)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct rawbpf_prog *prog = &list[mid];

		if (prog->section_index < section ||
			(prog->section_index == section &&
				(uint64_t)prog->section_slot + prog->ninsns <= slot))
			low = mid + 1;
		else if (prog->section_index > section || prog->section_slot > slot)
			high = mid;
		else
			return (int64_t)mid;
	}
	return -ENOENT;
}

int64_t rawbpf_describe_func_at(const struct rawbpf_describe *d, uint32_t section, uint64_t slot)
{
	const struct rawbpf_obj *obj = d->obj;
	int64_t i = find(obj->progs, obj->nprogs, section, slot);

	if (i >= 0)
		return i;
	i = find(obj->subprogs, obj->nsubprogs, section, slot);
	return i >= 0 ? i + (int64_t)obj->nprogs : i;
}

struct rawbpf_prog *rawbpf_describe_func(const struct rawbpf_describe *d, uint32_t number)
{
	return number < d->obj->nprogs ? &d->obj->progs[number]
				       : &d->obj->subprogs[number - d->obj->nprogs];
}

struct rawbpf_prog *rawbpf_describe_reached_at(
	const struct rawbpf_describe *d, uint32_t section, uint64_t slot)
{
	int64_t i = rawbpf_describe_func_at(d, section, slot);

	return i >= 0 && d->reached[i] ? rawbpf_describe_func(d, (uint32_t)i) : NULL;
}

/* From the object's bytes to the host's struct: byte order, and the register nibbles with it. */
static void decode(struct rawbpf_insn *out, const unsigned char *bytes, size_t n, bool swap)
{
	memcpy(out, bytes, n * sizeof(*out));
	for (size_t i = 0; swap && i < n; i++) {
		out[i].regs = (uint8_t)(out[i].regs << 4 | out[i].regs >> 4);
		out[i].off = (int16_t)__builtin_bswap16((uint16_t)out[i].off);
		out[i].imm = (int32_t)__builtin_bswap32((uint32_t)out[i].imm);
	}
}

static int set_section(struct rawbpf_prog *prog, const char *section)
{
	const struct rawbpf_section_kind *kind = rawbpf_section_kind(section);

	prog->autoload = *section != '?';
	prog->section = rawbpf_copy(section, strlen(section), 1);
	if (!prog->section)
		return -ENOMEM;
	if (kind) {
		prog->type = kind->prog_type;
		prog->expected_attach_type = kind->expected_attach_type;
		prog->sleepable = kind->sleepable;
		prog->xdp_frags = kind->xdp_frags;
	}
	return 0;
}

/* Functions come by place, so both lists are sorted. */
static struct rawbpf_prog *new_func(struct rawbpf_obj *obj, bool subprog)
{
	struct rawbpf_prog **list = subprog ? &obj->subprogs : &obj->progs, *more;
	size_t *n = subprog ? &obj->nsubprogs : &obj->nprogs;

	more = rawbpf_array_more(*list, *n, sizeof(*more));
	if (!more)
		return NULL;
	*list = more;
	return &more[(*n)++];
}

static int add_func(
	struct rawbpf_describe *d, const struct rawbpf_elf_symbol *sym, uint64_t size, bool subprog)
{
	const struct rawbpf_elf_section *s = &d->elf->sections[sym->section];
	struct rawbpf_obj *obj = d->obj;
	struct rawbpf_prog *prog;
	int rc = rawbpf_describe_copy(d, size);

	if (rc)
		return rc;
	prog = new_func(obj, subprog);
	if (!prog)
		return -ENOMEM;
	prog->name = rawbpf_copy(sym->name, strlen(sym->name), 1);
	prog->ninsns = (uint32_t)(size / SLOT);
	prog->insns = calloc(prog->ninsns, SLOT);
	prog->section_index = sym->section;
	prog->section_slot = (uint32_t)(sym->value / SLOT);
	if (!prog->name || !prog->insns)
		return -ENOMEM;
	decode(prog->insns, s->data + sym->value, prog->ninsns,
		obj->big_endian != RAWBPF_HOST_BIG_ENDIAN);
	return set_section(prog, s->name);
}

/* A function of `sym` may reach up to byte `end` of its section. */
static int check_and_add(struct rawbpf_describe *d, const struct rawbpf_elf_symbol *sym,
	uint64_t end, const char *next)
{
	const struct rawbpf_elf_section *s = &d->elf->sections[sym->section];
	/* hand-written assembly often has no .size */
	uint64_t size = sym->size || sym->value > end ? sym->size : end - sym->value;

	if (sym->value % SLOT || size % SLOT || !size || sym->value > s->size ||
		size > s->size - sym->value || size > INT32_MAX)
		return rawbpf_error(d->sink, -ENOEXEC, d->obj->path,
			"function \"%s\" (%llu bytes at byte %llu) is not made of whole 8-byte "
			"slots of section %s (%llu bytes)",
			sym->name, (unsigned long long)size, (unsigned long long)sym->value,
			s->name, (unsigned long long)s->size);
	if (sym->value + size > end)
		return rawbpf_error(d->sink, -ENOEXEC, d->obj->path,
			"functions \"%s\" and \"%s\" overlap in section %s", sym->name, next,
			s->name);
	return add_func(d, sym, size, sym->bind == STB_LOCAL || !holds_programs(s));
}

static bool is_function(const struct rawbpf_describe *d, const struct rawbpf_elf_symbol *sym)
{
	return sym->type == STT_FUNC && sym->section && sym->section < d->elf->nsections &&
	       rawbpf_is_code(&d->elf->sections[sym->section]);
}

/* Two names for one place, of which a subprogram needs only one. */
static bool is_alias(const struct rawbpf_describe *d, const struct rawbpf_elf_symbol *sym,
	const struct rawbpf_elf_symbol *next)
{
	return next->value == sym->value && !holds_programs(&d->elf->sections[sym->section]);
}

static bool has_function(const struct rawbpf_describe *d, uint32_t section)
{
	for (size_t i = 0; i < d->obj->nsubprogs; i++) {
		if (d->obj->subprogs[i].section_index == section)
			return true;
	}
	return false;
}

/* Says what there is instead of programs. */
static int no_programs(const struct rawbpf_describe *d)
{
	bool text = false;

	for (size_t i = 1; i < d->elf->nsections; i++) {
		const struct rawbpf_elf_section *s = &d->elf->sections[i];

		if (holds_programs(s))
			return rawbpf_error(d->sink, -ENOEXEC, d->obj->path,
				"no programs: section %s holds instructions, but no global "
				"function (%s)",
				s->name,
				has_function(d, (uint32_t)i)
					? "its functions are static"
					: "its symbols are not of type @function");
		text |= rawbpf_is_code(s);
	}
	return rawbpf_error(d->sink, -ENOEXEC, d->obj->path, "no programs%s",
		text ? ": all functions are in .text; a program needs a section that names its "
		       "kind, as SEC(\"kprobe/vfs_read\") gives it"
		     : " and no instructions in it");
}

int rawbpf_describe_progs(struct rawbpf_describe *d)
{
	const struct rawbpf_elf *elf = d->elf;
	const struct rawbpf_elf_symbol **list = calloc(elf->nsymbols + 1, sizeof(*list));
	size_t n = 0;
	int rc = 0;

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < elf->nsymbols; i++) {
		if (is_function(d, &elf->symbols[i]))
			list[n++] = &elf->symbols[i];
	}
	qsort(list, n, sizeof(*list), by_place);
	for (size_t i = 0; i < n && !rc; i++) {
		bool last = i + 1 == n || list[i + 1]->section != list[i]->section;

		if (!last && is_alias(d, list[i], list[i + 1]))
			continue;
		rc = check_and_add(d, list[i],
			last ? elf->sections[list[i]->section].size : list[i + 1]->value,
			last ? "" : list[i + 1]->name);
	}
	free(list);
	return rc || d->obj->nprogs ? rc : no_programs(d);
}
