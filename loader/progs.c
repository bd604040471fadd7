/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs: the global functions of code sections. */
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

struct rawbpf_prog *rawbpf_describe_prog_at(
	const struct rawbpf_describe *d, uint32_t section, uint64_t slot)
{
	size_t low = 0, high = d->obj->nprogs;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		struct rawbpf_prog *prog = &d->obj->progs[mid];

		if (prog->section_index < section ||
			(prog->section_index == section &&
				(uint64_t)prog->section_slot + prog->ninsns <= slot))
			low = mid + 1;
		else if (prog->section_index > section || prog->section_slot > slot)
			high = mid;
		else
			return prog;
	}
	return NULL;
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

static int add_prog(struct rawbpf_describe *d, const struct rawbpf_elf_symbol *sym, uint64_t size)
{
	const struct rawbpf_elf_section *s = &d->elf->sections[sym->section];
	struct rawbpf_obj *obj = d->obj;
	struct rawbpf_prog *prog;
	int rc = rawbpf_describe_copy(d, size);

	if (rc)
		return rc;
	prog = rawbpf_array_more(obj->progs, obj->nprogs, sizeof(*prog));
	if (!prog)
		return -ENOMEM;
	obj->progs = prog;
	prog += obj->nprogs++;
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
	if (sym->bind == STB_LOCAL)
		return 0; /* a static function: a subprogram, wherever it stands */
	return add_prog(d, sym, size);
}

static bool is_function(const struct rawbpf_describe *d, const struct rawbpf_elf_symbol *sym)
{
	return sym->type == STT_FUNC && sym->section && sym->section < d->elf->nsections &&
	       holds_programs(&d->elf->sections[sym->section]);
}

/* Says what there is instead of programs. */
static int no_programs(const struct rawbpf_describe *d, size_t nfuncs)
{
	bool text = false;

	for (size_t i = 1; i < d->elf->nsections; i++) {
		const struct rawbpf_elf_section *s = &d->elf->sections[i];

		if (holds_programs(s))
			return rawbpf_error(d->sink, -ENOEXEC, d->obj->path,
				"no programs: section %s holds instructions, but no global "
				"function (%s)",
				s->name,
				nfuncs ? "its functions are static"
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

		rc = check_and_add(d, list[i],
			last ? elf->sections[list[i]->section].size : list[i + 1]->value,
			last ? "" : list[i + 1]->name);
	}
	free(list);
	return rc || d->obj->nprogs ? rc : no_programs(d, n);
}
