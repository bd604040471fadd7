/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions in executables and libraries: ELF32 and ELF64, both byte orders.
 * The files are untrusted and may be large: only the parts that are needed are
 * read, every offset against the file's size.
 */
#ifndef RAWBPF_ELFSYM_H
#define RAWBPF_ELFSYM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

/* ---- exefile.c ---------------------------------------------------------------------- */

struct rawbpf_segment { /* a PT_LOAD */
	uint64_t offset, vaddr, filesz;
};

struct rawbpf_exe_section {
	uint32_t type, link, info;
	uint64_t offset, size, entsize;
};

struct rawbpf_exe {
	int fd;
	bool is64, big;
	uint16_t machine;
	uint64_t size; /* of the file, bytes */
	uint64_t dev, ino;
	struct rawbpf_segment *segments;
	size_t nsegments;
	struct rawbpf_exe_section *sections;
	size_t nsections;
};

/*
 * 0 and the caller calls rawbpf_exe_close; -ENOEXEC: not an executable or a
 * library, or broken; -ENOENT, -EACCES, ...: the file.
 */
int rawbpf_exe_open(struct rawbpf_exe *exe, const char *path);
void rawbpf_exe_close(struct rawbpf_exe *exe);

/* The section's bytes and one NUL after them, in *data for the caller to free. 0 or -errno. */
int rawbpf_exe_load(const struct rawbpf_exe *exe, size_t section, unsigned char **data);
/* `size` bytes at file offset `offset`: 0, -ENOEXEC (beyond the end) or -EIO. */
int rawbpf_exe_read(const struct rawbpf_exe *exe, uint64_t offset, void *buf, size_t size);
/* The 1, 2, 4 or 8 byte number at p, in the file's byte order. */
uint64_t rawbpf_exe_get(const struct rawbpf_exe *exe, const unsigned char *p, size_t size);
/* Where a field stands in the 32-bit and in the 64-bit form of a record, and its size. */
struct rawbpf_exe_field {
	uint8_t at32, size32, at64, size64;
};
#define RAWBPF_EXE_FIELD(rec, name)                                                                \
	{                                                                                          \
		offsetof(Elf32_##rec, name), sizeof(((Elf32_##rec *)0)->name),                     \
			offsetof(Elf64_##rec, name), sizeof(((Elf64_##rec *)0)->name)              \
	}
/* That field of the record, which the caller knows to be long enough. */
uint64_t rawbpf_exe_field(
	const struct rawbpf_exe *exe, const unsigned char *record, struct rawbpf_exe_field f);
/* File offset of a virtual address; -ENOENT if no segment has it. */
int rawbpf_exe_offset(const struct rawbpf_exe *exe, uint64_t vaddr, uint64_t *offset);

/* ---- elfsym.c ----------------------------------------------------------------------- */

struct rawbpf_function {
	uint64_t value, size; /* virtual address, bytes */
	uint64_t offset;      /* in the file */
	bool ifunc;           /* value is the resolver's */
	bool local;
	unsigned char other; /* st_other */
	unsigned versions;   /* different functions of that name under other versions */
	bool wrong_version;  /* with -ENOENT: the name is there, the version is not */
	unsigned same_name;  /* with -EADDRNOTAVAIL: so many */
};

/*
 * "memcpy", "memcpy@GLIBC_2.14": in .dynsym, then .symtab; without a version,
 * the default one. -ENOENT: `near` (or NULL) may know a similar name; -EADDRNOTAVAIL: several
 * local functions have the name; -ENOTSUP: Thumb code; -ENOEXEC: broken.
 */
int rawbpf_exe_function(const struct rawbpf_exe *exe, const char *name, struct rawbpf_function *out,
	struct rawbpf_nearest *near);

/* ---- ifunc.c ----------------------------------------------------------------------- */

/*
 * The file offset of the implementation that this CPU picked for an IFUNC: what the process's
 * own binding (pid > 0), ours, our parent's or init's says. -ENOENT:
 * none of them tells; `tried` then says what was looked at.
 */
int rawbpf_ifunc_offset(const struct rawbpf_exe *exe, const struct rawbpf_function *function,
	const char *name, int pid, uint64_t *offset, char *tried, size_t tried_len);

/* ---- exefind.c ---------------------------------------------------------------------- */

/*
 * The file that "libc", "libc.so.6", "ls" or a path means, for process `pid`
 * or -1. Looked for in /proc/PID/maps, the usual folders of commands, our own
 * maps, the usual folders of libraries. -ENOENT: nowhere; -ESRCH: no such process.
 */
int rawbpf_exe_find(const char *name, int pid, char *path, size_t len);

/* A line of /proc/PID/maps. */
struct rawbpf_mapping {
	uint64_t start, end, offset, inode;
	bool executable;
	const char *path; /* "" if there is none; within the line */
};
bool rawbpf_mapping_parse(char *line, struct rawbpf_mapping *out);

#endif
