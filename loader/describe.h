/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps from ELF to struct rawbpf_obj, in the order in which they run.
 * Each says its errors itself and returns 0 or -errno; what they made so far
 * belongs to d->obj, which the caller frees.
 */
#ifndef RAWBPF_DESCRIBE_H
#define RAWBPF_DESCRIBE_H

#include "btf.h"
#include "elfread.h"
#include "obj.h"

/*
 * Functions have numbers: first obj->progs, then obj->subprogs.
 *
 * An instruction that names a function: a call, or lddw of its address.
 */
struct rawbpf_call {
	uint32_t from, slot;  /* the instruction: number of its function, slot there */
	uint32_t to, to_slot; /* RAWBPF_NO_FUNC: no function is there */
	uint32_t section;     /* where it points to, for messages; 0: the symbol has none */
	int64_t section_slot;
	const struct rawbpf_elf_symbol *sym; /* NULL: no relocation */
};
#define RAWBPF_NO_FUNC UINT32_MAX

struct rawbpf_describe {
	struct rawbpf_obj *obj;
	const struct rawbpf_elf *elf;
	const struct rawbpf_sink *sink;
	struct rawbpf_btf btf;     /* over obj->btf, indexed; only if obj->btf is there */
	size_t budget;             /* bytes that may still be copied; see rawbpf_describe_copy */
	struct rawbpf_call *calls; /* sorted by from and slot, one per slot */
	size_t ncalls;
	size_t *first_call; /* by number of the function; with one more for the end */
	bool *reached;      /* by number: it is a program, or one reaches it */
};

/* objread.c */
/*
 * Takes `size` from the budget, which starts as the file's length: -ENOEXEC when
 * sections share their bytes in the file, so that a small file cannot ask for
 * much memory.
 */
int rawbpf_describe_copy(struct rawbpf_describe *d, uint64_t size);
/* The index of a section that symbols and relocations name. */
uint32_t rawbpf_describe_section(
	const struct rawbpf_describe *d, const struct rawbpf_elf_section *section);

/* btffix.c: copies .BTF into the object and fills in what compilers leave to the loader */
int rawbpf_describe_btf(struct rawbpf_describe *d);
/* maps.c */
int rawbpf_describe_legacy_maps(struct rawbpf_describe *d);
/* btfmaps.c */
int rawbpf_describe_btf_maps(struct rawbpf_describe *d);
/* progs.c */
int rawbpf_describe_progs(struct rawbpf_describe *d);
/* calls.c: who calls whom; what no program reaches is left alone by the steps after it */
int rawbpf_describe_calls(struct rawbpf_describe *d);
/* btfext.c: func_info and line_info of each function */
int rawbpf_describe_btf_ext(struct rawbpf_describe *d);
/* btffix.c: what the attribute "hidden" means */
int rawbpf_describe_hidden(struct rawbpf_describe *d);
/* datamaps.c: a map for each data section that has a global variable in it */
int rawbpf_describe_globals(struct rawbpf_describe *d);
/* reloc.c: may add data maps */
int rawbpf_describe_relocs(struct rawbpf_describe *d);
/* subprogs.c: each program gets its copies of what it calls */
int rawbpf_describe_subprogs(struct rawbpf_describe *d);
/* datamaps.c: the variables of all data maps; refuses pointers in them */
int rawbpf_describe_vars(struct rawbpf_describe *d);

/* maps.c: appends a map, of which `name` is copied. */
int rawbpf_describe_add_map(struct rawbpf_describe *d, struct rawbpf_map **out, const char *name,
	enum rawbpf_map_origin origin, uint32_t section, uint64_t offset);
/* maps.c: the index of the map that begins there, or -ENOENT. */
int rawbpf_describe_find_map(const struct rawbpf_describe *d, uint32_t section, uint64_t offset);
/* maps.c: legacy `maps` sections, `.maps`. */
bool rawbpf_is_legacy_maps(const struct rawbpf_elf_section *section);
bool rawbpf_is_maps(const struct rawbpf_elf_section *section);
/* datamaps.c */
bool rawbpf_is_data(const struct rawbpf_elf_section *section);
/* The index of the section's map, made if it is not there yet; or -errno, said. */
int rawbpf_describe_data_map(struct rawbpf_describe *d, uint32_t section);
/* progs.c: the number of the function that this slot of this section belongs to, or -ENOENT. */
int64_t rawbpf_describe_func_at(const struct rawbpf_describe *d, uint32_t section, uint64_t slot);
/* progs.c: the function of that number. */
struct rawbpf_prog *rawbpf_describe_func(const struct rawbpf_describe *d, uint32_t number);
/* progs.c: the function at that place, if it is one that is reached; else NULL. */
struct rawbpf_prog *rawbpf_describe_reached_at(
	const struct rawbpf_describe *d, uint32_t section, uint64_t slot);
/* progs.c: holds instructions. */
bool rawbpf_is_code(const struct rawbpf_elf_section *section);

#endif
