/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An object in two steps.
 *
 * Described: `struct rawbpf_obj`, plain data read from ELF bytes. The same on
 * every machine; no kernel was asked, no ELF handle is open. Its structs are
 * open: read them, and change them before loading (a program's type, a map's
 * size, a constant in .rodata).
 *
 * Loaded: `struct rawbpf_loaded`, the fds of one kernel.
 */
#ifndef RAWBPF_OBJ_H
#define RAWBPF_OBJ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../rawbpf_diag.h"
#include "../syscall/abi.h"

enum rawbpf_map_origin {
	RAWBPF_MAP_LEGACY, /* section `maps`, struct bpf_map_def of any size */
	RAWBPF_MAP_BTF,    /* section `.maps`, described by BTF */
	RAWBPF_MAP_DATA,   /* .rodata, .data, .bss: one array element, filled from `data` */
};

struct rawbpf_map {
	char *name; /* of the symbol; data maps: of the section */
	enum rawbpf_map_origin origin;
	uint32_t type, key_size, value_size, max_entries, map_flags, numa_node;
	uint64_t map_extra;
	uint32_t btf_key_type_id, btf_value_type_id; /* 0: none */
	uint32_t pinning;                            /* 0 none, 1 by name */
	unsigned char *data;                         /* value_size bytes, or NULL (zeroes) */
	bool read_only;                              /* frozen before programs load */
	uint32_t section;                            /* ELF section index ... */
	uint64_t offset; /* ... and byte offset, which relocations name */
};

enum rawbpf_reloc_kind {
	RAWBPF_RELOC_MAP_FD,    /* lddw = the map */
	RAWBPF_RELOC_MAP_VALUE, /* lddw = address of byte `offset` of the map's first value */
};

struct rawbpf_reloc {
	enum rawbpf_reloc_kind kind;
	uint32_t slot; /* of the program, counted in 8-byte slots */
	uint32_t map;  /* index into obj->maps */
	uint32_t offset;
};

/* A function's instructions within a program: up to the next part, or the end. */
struct rawbpf_part {
	uint32_t slot; /* of the program: where it begins */
	uint32_t func; /* index into obj->progs, or obj->nprogs + an index into obj->subprogs */
};

/*
 * A program's slots are those of its own function, then those of each function that it
 * reaches through calls and callbacks, in the order of a walk depth-first. Each program has
 * its own copy of them. The distances of calls are set; `relocs`, `funcs` and `lines` cover
 * all parts.
 */
struct rawbpf_prog {
	char *name;    /* of the function symbol */
	char *section; /* "kprobe/memcpy"; says type and place */
	uint32_t type; /* enum rawbpf_prog_type; 0: the section name is unknown */
	uint32_t expected_attach_type;
	bool sleepable; /* BPF_F_SLEEPABLE */
	bool xdp_frags; /* BPF_F_XDP_HAS_FRAGS */
	bool autoload;  /* false for sections that start with '?' */
	struct rawbpf_insn *insns;
	uint32_t ninsns;        /* slots; lddw is two */
	uint32_t section_index; /* ELF section, and ... */
	uint32_t section_slot;  /* ... its first slot there; programs are sorted by both */
	struct rawbpf_reloc *relocs;
	size_t nrelocs;
	/* BTF.ext records, insn_off already in slots of this program */
	struct rawbpf_func_info *funcs;
	size_t nfuncs;
	struct rawbpf_line_info *lines;
	size_t nlines;
	struct rawbpf_part *parts; /* by slot; none if the program calls no other function */
	size_t nparts;
};

/* A symbol in a data section: a global variable, a `const volatile` setting. */
struct rawbpf_var {
	char *name;
	uint32_t map;          /* index into obj->maps */
	uint32_t offset, size; /* bytes in the map's value */
};

struct rawbpf_obj {
	char *path; /* for messages */
	bool big_endian;
	char *license;         /* "" if the object has none */
	uint32_t kern_version; /* 0 if the object has none */
	struct rawbpf_map *maps;
	size_t nmaps;
	struct rawbpf_prog *progs;
	size_t nprogs;
	/*
	 * Functions that run only when a program reaches them: those of .text, and static ones.
	 * As compiled: what loads is the copies in the programs. Sorted like these.
	 */
	struct rawbpf_prog *subprogs;
	size_t nsubprogs;
	struct rawbpf_var *vars;
	size_t nvars;
	unsigned char
		*btf; /* the .BTF section, DATASEC sizes and offsets filled in; NULL if none */
	uint32_t btf_len;
};

/* ---- described (elfread.c) ------------------------------------------------ */

/*
 * Reads an object from a file or from `len` bytes in memory (which it does not
 * keep). *out is the caller's, freed with rawbpf_obj_free.
 * -ENOENT, -EACCES, ...: the file; -ENOEXEC: not a BPF object, or a broken one;
 * -ENOTSUP: a thing in it that this loader does not handle; -ENOMEM.
 */
int rawbpf_obj_read_file(struct rawbpf_obj **out, const char *path, const struct rawbpf_sink *sink);
int rawbpf_obj_read_mem(struct rawbpf_obj **out, const void *elf, size_t len, const char *path,
	const struct rawbpf_sink *sink);
void rawbpf_obj_free(struct rawbpf_obj *obj);

/* NULL if there is none. */
struct rawbpf_map *rawbpf_obj_map(const struct rawbpf_obj *obj, const char *name);
struct rawbpf_var *rawbpf_obj_var(const struct rawbpf_obj *obj, const char *name);

/*
 * Sets the integer variable `name` before loading, in the object's byte order.
 * -ENOENT: no such variable; -ERANGE: the value does not fit its size (1, 2, 4
 * or 8 bytes); -ENOTSUP: another size.
 */
int rawbpf_obj_set(struct rawbpf_obj *obj, const char *name, uint64_t value);
/* Its present value, by the same rules. */
int rawbpf_obj_value(const struct rawbpf_obj *obj, const char *name, uint64_t *value);

/* ---- loaded (load.c) -------------------------------------------------------- */

struct rawbpf_load_opts {
	uint32_t log_level; /* 0: a log only when a program is refused */
	bool verbose;       /* notes about what this kernel made us leave out or change */
	/* Where the whole verifier log goes, if anywhere; the sink gets the explanation. */
	void (*log)(void *arg, const char *prog, const char *text);
	void *log_arg;
};

struct rawbpf_loaded {
	const struct rawbpf_obj *obj; /* must outlive this */
	int btf_fd;                   /* -1: none */
	int *map_fds;                 /* obj->nmaps; -1: not created */
	int *prog_fds;                /* obj->nprogs; -1: not loaded */
};

/*
 * Creates the maps, fills and freezes data maps, then patches and loads each
 * program whose autoload is set. opts may be NULL. On failure nothing is left.
 */
int rawbpf_obj_load(struct rawbpf_loaded **out, const struct rawbpf_obj *obj,
	const struct rawbpf_load_opts *opts, const struct rawbpf_sink *sink);
/* Closes every fd; pins and links made meanwhile live on. NULL is accepted. */
void rawbpf_loaded_free(struct rawbpf_loaded *loaded);

/* /sys/devices/system/cpu/possible (at least 1), or -errno. */
int rawbpf_possible_cpus(void);

#endif
