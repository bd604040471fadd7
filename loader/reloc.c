/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Relocations of programs, described. The relocation's type number is never
 * looked at, as compilers disagree about it: what counts is the instruction, and
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

static unsigned src_reg(const struct rawbpf_insn *insn)
{
	return RAWBPF_HOST_BIG_ENDIAN ? insn->regs & 0xf : insn->regs >> 4;
}

/* A function that covers this slot of the section, for messages; "" if none does. */
static const char *function_at(const struct rawbpf_elf *elf, uint32_t section, int64_t slot)
{
	for (size_t i = 0; i < elf->nsymbols; i++) {
		const struct rawbpf_elf_symbol *s = &elf->symbols[i];

		if (s->type == STT_FUNC && s->section == section && slot >= 0 &&
			s->value / 8 <= (uint64_t)slot &&
			(uint64_t)slot < (s->value + (s->size ? s->size : 8)) / 8)
			return s->name;
	}
	return "";
}

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
	if (rawbpf_is_code(&elf->sections[u->sym->section]))
		return REFUSE(u, -ENOTSUP,
			"program \"%s\" takes the address of function \"%s\": callbacks are not "
			"supported yet",
			u->prog->name, u->sym->name);
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
	return rawbpf_is_data(s) ? data_use(u) : refuse_lddw(u);
}

/* A call to slot `target` of section `section`. */
static int call_to(const struct use *u, uint32_t section, int64_t target, const char *name)
{
	struct rawbpf_prog *prog = u->prog;
	int64_t local = target - prog->section_slot;

	if (section == prog->section_index && local >= 0 && local < prog->ninsns) {
		prog->insns[u->slot].imm = (int32_t)(local - u->slot - 1);
		return 0;
	}
	if (!name || !*name)
		name = function_at(u->d->elf, section, target);
	return REFUSE(u, -ENOTSUP,
		"program \"%s\" calls function \"%s\" (%s:%" PRId64
		"): calls between functions are "
		"not supported yet; make it inline",
		prog->name, *name ? name : "?", u->d->elf->sections[section].name, target);
}

static int call_use(const struct use *u)
{
	const struct rawbpf_elf_symbol *sym = u->sym;
	const struct rawbpf_elf *elf = u->d->elf;

	if (!sym->section || sym->section >= elf->nsections)
		return REFUSE(u, -ENOTSUP,
			"program \"%s\" calls \"%s\", which is not defined in this object: a "
			"helper without its declaration, or a kernel function (not supported yet)",
			u->prog->name, sym->name);
	if (!rawbpf_is_code(&elf->sections[sym->section]))
		return REFUSE(u, -ENOEXEC, "program \"%s\" calls \"%s\", which is not code",
			u->prog->name, sym->name);
	/* for a named symbol the field is -1 (LLVM), or a number of bytes (GNU as) */
	if (sym->type == STT_SECTION)
		return call_to(u, sym->section, (int64_t)u->prog->insns[u->slot].imm + 1, NULL);
	return call_to(u, sym->section, (int64_t)(sym->value / 8 & INT32_MAX), sym->name);
}

/* One entry; `done` marks the calls that have one, a bit per slot of the section. */
static int apply(struct rawbpf_describe *d, uint32_t section, const struct rawbpf_elf_rel *rel,
	unsigned char *done)
{
	const struct rawbpf_elf_section *s = &d->elf->sections[section];
	struct use u = { .d = d, .sym = &d->elf->symbols[rel->symbol] };

	if (rel->offset % 8 || rel->offset >= s->size)
		return rawbpf_error(d->sink, -ENOEXEC, d->obj->path,
			"%s: a relocation to \"%s\" at byte %" PRIu64
			" hits no instruction (section of %" PRIu64 " bytes)",
			s->name, u.sym->name, rel->offset, s->size);
	u.prog = rawbpf_describe_prog_at(d, section, rel->offset / 8);
	if (!u.prog)
		return 0; /* in a subprogram, or in a weak function that was replaced */
	u.slot = (uint32_t)(rel->offset / 8) - u.prog->section_slot;
	done[rel->offset / 64] |= (unsigned char)(1U << (rel->offset / 8 % 8));
	switch (u.prog->insns[u.slot].code) {
	case OP_LDDW:
		return lddw_use(&u);
	case OP_CALL:
		return call_use(&u);
	}
	return REFUSE(&u, -ENOEXEC,
		"a relocation to \"%s\" on opcode 0x%02x, which is neither lddw nor call",
		u.sym->name, u.prog->insns[u.slot].code);
}

/* Calls within one section have no relocation: the distance is right unless it leaves the program.
 */
static int check_calls(
	struct rawbpf_describe *d, struct rawbpf_prog *prog, const unsigned char *done)
{
	int rc = 0;

	for (uint32_t i = 0; i < prog->ninsns && !rc; i++) {
		const struct rawbpf_insn *insn = &prog->insns[i];
		struct use u = { .d = d, .prog = prog, .slot = i };
		uint32_t at = prog->section_slot + i;

		if (insn->code != OP_CALL || src_reg(insn) != RAWBPF_PSEUDO_CALL ||
			done[at / 8] >> at % 8 & 1)
			continue;
		rc = call_to(&u, prog->section_index, (int64_t)at + insn->imm + 1, NULL);
	}
	return rc;
}

/* `*next` is the first program of this section; programs are sorted by section. */
static int code_section(struct rawbpf_describe *d, uint32_t section, size_t *next)
{
	const struct rawbpf_elf_section *s = &d->elf->sections[section];
	struct rawbpf_obj *obj = d->obj;
	unsigned char *done = calloc((size_t)s->size / 64 + 1, 1);
	int rc = done ? 0 : -ENOMEM;

	for (size_t i = 0; i < s->nrels && !rc; i++)
		rc = apply(d, section, &s->rels[i], done);
	for (; *next < obj->nprogs && obj->progs[*next].section_index == section && !rc; ++*next)
		rc = check_calls(d, &obj->progs[*next], done);
	free(done);
	return rc;
}

int rawbpf_describe_relocs(struct rawbpf_describe *d)
{
	size_t next = 0;
	int rc = 0;

	while (next < d->obj->nprogs && !rc)
		rc = code_section(d, d->obj->progs[next].section_index, &next);
	return rc;
}
