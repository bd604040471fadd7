/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Relocations to maps and data, described; those to functions are in calls.c. The relocation's type
 * number is never looked at, as compilers disagree about it: what counts is the instruction, and
 * the section that the symbol lies in.
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>

#include "describe.h"
#include "mem.h"
#include "where.h"

#define OP_LDDW 0x18
#define OP_CALL 0x85

struct use {
	struct rawbpf_describe *d;
	struct rawbpf_prog *prog;
	uint32_t slot;
	const struct rawbpf_elf_symbol *sym;
};

#define REFUSE(u, err, ...)                                                                        \
	rawbpf_error_at((u)->d->sink, err, (u)->d->obj, (u)->prog, (u)->slot, __VA_ARGS__)

static int add_reloc(const struct use *u, enum rawbpf_reloc_kind kind, int map, uint32_t offset)
{
	struct rawbpf_prog *prog = u->prog;
	struct rawbpf_reloc *r = rawbpf_array_more(prog->relocs, prog->nrelocs, sizeof(*r));

	if (!r)
		return -ENOMEM;
	prog->relocs = r;
	r += prog->nrelocs++;
	r->kind = kind;
	r->slot = u->slot;
	r->map = (uint32_t)map;
	r->offset = offset;
	return 0;
}

static int map_use(const struct use *u)
{
	const struct rawbpf_insn *insn = &u->prog->insns[u->slot];
	/* a section symbol says where in the instruction; a named one does not use the field */
	uint64_t offset = u->sym->type == STT_SECTION ? (uint32_t)insn->imm : u->sym->value;
	int map = rawbpf_describe_find_map(u->d, u->sym->section, offset);

	if (map < 0)
		return REFUSE(u, -ENOEXEC,
			"\"%s\" is not a map: none begins at byte %" PRIu64 " of %s", u->sym->name,
			offset, u->d->elf->sections[u->sym->section].name);
	return add_reloc(u, RAWBPF_RELOC_MAP_FD, map, 0);
}

/*
 * LLVM leaves the field 0 for a named symbol, GNU as writes the symbol's value
 * there as well. So a field that equals the value is not an addend.
 */
static int data_use(const struct use *u)
{
	int64_t imm = u->prog->insns[u->slot].imm, offset = imm;
	int map;

	if (u->sym->type != STT_SECTION && (uint64_t)imm != u->sym->value)
		offset += (int64_t)(u->sym->value & INT32_MAX);
	map = rawbpf_describe_data_map(u->d, u->sym->section);
	if (map < 0)
		return map;
	if (offset < 0 || offset >= u->d->obj->maps[map].value_size)
		return REFUSE(u, -ENOEXEC, "\"%s\" at byte %" PRId64 " is outside of %s (%u bytes)",
			u->sym->name, offset, u->d->obj->maps[map].name,
			u->d->obj->maps[map].value_size);
	return add_reloc(u, RAWBPF_RELOC_MAP_VALUE, map, (uint32_t)offset);
}

static int refuse_lddw(const struct use *u)
{
	const struct rawbpf_elf *elf = u->d->elf;

	switch (u->sym->section) {
	case RAWBPF_ELF_UNDEF:
		return REFUSE(u, -ENOTSUP,
			"\"%s\" is not defined in this object; kernel symbols and settings "
			"(__ksym, __kconfig) are not supported yet",
			u->sym->name);
	case RAWBPF_ELF_COMMON:
		return REFUSE(u, -ENOTSUP,
			"\"%s\" is a common symbol: give the variable an initial value, or "
			"compile with -fno-common",
			u->sym->name);
	case RAWBPF_ELF_ABS:
		return REFUSE(u, -ENOTSUP, "\"%s\" is an absolute symbol: not a map and no data",
			u->sym->name);
	}
	return REFUSE(u, -ENOTSUP, "\"%s\" lies in section %s, which is neither maps nor data",
		u->sym->name, elf->sections[u->sym->section].name);
}

static int lddw_use(const struct use *u)
{
	const struct rawbpf_elf *elf = u->d->elf;
	const struct rawbpf_elf_section *s;

	if (u->slot + 1 >= u->prog->ninsns)
		return REFUSE(
			u, -ENOEXEC, "lddw in the last slot of program \"%s\"", u->prog->name);
	if (!u->sym->section || u->sym->section >= elf->nsections)
		return refuse_lddw(u);
	s = &elf->sections[u->sym->section];
	if (rawbpf_is_maps(s))
		return map_use(u);
	if (rawbpf_is_code(s))
		return 0; /* a callback: subprogs.c */
	return rawbpf_is_data(s) ? data_use(u) : refuse_lddw(u);
}

static int apply(struct rawbpf_describe *d, uint32_t section, const struct rawbpf_elf_rel *rel)
{
	const struct rawbpf_elf_section *s = &d->elf->sections[section];
	struct use u = { .d = d, .sym = &d->elf->symbols[rel->symbol] };

	if (rel->offset % 8 || rel->offset >= s->size)
		return rawbpf_error(d->sink, -ENOEXEC, d->obj->path,
			"%s: a relocation to \"%s\" at byte %" PRIu64
			" hits no instruction (section of %" PRIu64 " bytes)",
			s->name, u.sym->name, rel->offset, s->size);
	u.prog = rawbpf_describe_reached_at(d, section, rel->offset / 8);
	if (!u.prog)
		return 0; /* in a function that nobody calls, or a weak one that was replaced */
	u.slot = (uint32_t)(rel->offset / 8) - u.prog->section_slot;
	switch (u.prog->insns[u.slot].code) {
	case OP_LDDW:
		return lddw_use(&u);
	case OP_CALL:
		return 0; /* subprogs.c */
	}
	return REFUSE(&u, -ENOEXEC,
		"a relocation to \"%s\" on opcode 0x%02x, which is neither lddw nor call",
		u.sym->name, u.prog->insns[u.slot].code);
}

int rawbpf_describe_relocs(struct rawbpf_describe *d)
{
	int rc = 0;

	for (uint32_t i = 1; i < d->elf->nsections && !rc; i++) {
		const struct rawbpf_elf_section *s = &d->elf->sections[i];

		for (size_t k = 0; rawbpf_is_code(s) && k < s->nrels && !rc; k++)
			rc = apply(d, i, &s->rels[k]);
	}
	return rc;
}
