/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which implementation an IFUNC stands for. Only the dynamic loader runs the
 * resolver; so processes that it has set up are asked, which map the same file.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* RTLD_*, dlvsym, process_vm_readv */
#endif
#include "elfsym.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../syscall/sys.h"

/* A static program has no dynamic loader: weak, these are NULL there and pull in nothing. */
#pragma weak dlsym
#ifdef __GLIBC__
#pragma weak dlvsym
#endif

#define MAX_PIECES 16  /* executable mappings of one file in one process */
#define MAX_OBJECTS 64 /* files whose bindings are looked at in one process */

/* ---- a process and where it maps our file ------------------------------------------ */

struct process {
	int pid; /* 0: ourselves */
	struct {
		uint64_t start, end, offset;
	} pieces[MAX_PIECES];
	size_t npieces;
	uint64_t base; /* where file offset 0 is mapped */
	bool has_base;
};

static int maps_open(struct rawbpf_lines *lines, int pid)
{
	char path[64];

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	else
		snprintf(path, sizeof(path), "/proc/self/maps");
	return rawbpf_lines_open(lines, RAWBPF_AT_FDCWD, path);
}

/* The file behind a mapping as we can open it. False: it does not fit. */
static bool reach(int pid, const char *seen, char *path, size_t len)
{
	int n = pid ? snprintf(path, len, "/proc/%d/root%s", pid, seen)
		    : snprintf(path, len, "%s", seen);

	return n < (int)len;
}

static bool is_file(const struct rawbpf_exe *exe, int pid, const struct rawbpf_mapping *m)
{
	char path[4096 + 32];
	struct stat st;

	return m->inode == exe->ino && m->path[0] == '/' &&
	       reach(pid, m->path, path, sizeof(path)) && stat(path, &st) == 0 &&
	       (uint64_t)st.st_dev == exe->dev && (uint64_t)st.st_ino == exe->ino;
}

static void add_piece(struct process *p, const struct rawbpf_mapping *m)
{
	if (!m->offset && !p->has_base) {
		p->base = m->start;
		p->has_base = true;
	}
	if (!m->executable || p->npieces == MAX_PIECES)
		return;
	p->pieces[p->npieces].start = m->start;
	p->pieces[p->npieces].end = m->end;
	p->pieces[p->npieces++].offset = m->offset;
}

static int read_maps(struct process *p, const struct rawbpf_exe *exe)
{
	struct rawbpf_lines lines;
	struct rawbpf_mapping m;
	char *line;
	int rc = maps_open(&lines, p->pid);

	if (rc < 0)
		return rc;
	while ((line = rawbpf_lines_next(&lines)))
		if (rawbpf_mapping_parse(line, &m) && is_file(exe, p->pid, &m))
			add_piece(p, &m);
	rc = rawbpf_lines_close(&lines);
	return rc < 0 ? rc : p->npieces && p->has_base ? 0 : -ENOENT;
}

/* An address of the process as an offset in our file, if it is code there. */
static bool to_offset(const struct process *p, uint64_t address, uint64_t *offset)
{
	for (size_t i = 0; i < p->npieces; i++) {
		if (address < p->pieces[i].start || address >= p->pieces[i].end)
			continue;
		*offset = address - p->pieces[i].start + p->pieces[i].offset;
		return true;
	}
	return false;
}

/* ---- our own process: the dynamic loader answers ------------------------------------ */

/*
 * The first definition in the search order; if another file's stands before
 * ours (a sanitizer's, a preloaded one), it is not in our file and does not count.
 */
static bool ask_loader(const struct process *p, const char *name, uint64_t *offset)
{
	size_t len = strcspn(name, "@");
	const char *version = name + len + strspn(name + len, "@");
	char base[512];
	void *address = NULL;

	if (!dlsym || len >= sizeof(base))
		return false;
	memcpy(base, name, len);
	base[len] = '\0';
	if (!*version)
		address = dlsym(RTLD_DEFAULT, base);
#ifdef __GLIBC__
	else if (dlvsym)
		address = dlvsym(RTLD_DEFAULT, base, version);
#endif
	return address && to_offset(p, (uint64_t)(uintptr_t)address, offset);
}

/* ---- any process: what its relocations were made to ------------------------------------ */

struct reloc_types {
	uint16_t machine;
	uint32_t slot, data, irelative; /* JUMP_SLOT, GLOB_DAT (or a plain word), IRELATIVE */
};

static const struct reloc_types reloc_types[] = {
	{ EM_X86_64, 7, 6, 37 },
	{ EM_386, 7, 6, 42 },
	{ EM_AARCH64, 1026, 1025, 1032 },
	{ EM_ARM, 22, 21, 160 },
	{ EM_RISCV, 5, 2, 58 },
	{ EM_S390, 11, 10, 61 },
	{ EM_PPC64, 21, 20, 248 },
};

static const struct reloc_types *types_of(uint16_t machine)
{
	for (size_t i = 0; i < sizeof(reloc_types) / sizeof(reloc_types[0]); i++)
		if (reloc_types[i].machine == machine)
			return &reloc_types[i];
	return NULL;
}

static bool read_word(
	const struct process *p, const struct rawbpf_exe *exe, uint64_t address, uint64_t *value)
{
	unsigned char word[8];
	size_t size = exe->is64 ? 8 : 4;
	struct iovec here = { word, size }, there = { (void *)(uintptr_t)address, size };

	if (address > UINTPTR_MAX || process_vm_readv(p->pid ? p->pid : getpid(), &here, 1, &there,
					     1, 0) != (ssize_t)size)
		return false;
	*value = rawbpf_exe_get(exe, word, size);
	return true;
}

/* One relocation section's view: the entries, and names if they are wanted. */
struct relocs {
	const struct rawbpf_exe *exe; /* whose relocations */
	uint64_t bias;                /* what the process adds to its virtual addresses */
	unsigned char *entries, *syms, *strings;
	uint64_t n, entsize, nsyms, sym_size, strings_size;
	bool rela;
};

static uint64_t word_at(const struct rawbpf_exe *exe, const unsigned char *p, unsigned n)
{
	size_t size = exe->is64 ? 8 : 4;

	return rawbpf_exe_get(exe, p + n * size, size);
}

static bool is_named(const struct relocs *r, uint64_t symbol, const char *name)
{
	size_t len = strcspn(name, "@");
	uint64_t at;

	if (!r->syms || symbol >= r->nsyms)
		return false;
	at = rawbpf_exe_get(r->exe, r->syms + symbol * r->sym_size, 4);
	if (at >= r->strings_size)
		return false;
	return !strncmp((char *)r->strings + at, name, len) && !r->strings[at + len];
}

/* REL entries have no addend: it is what the file holds at the place. */
static bool addend_is(const struct relocs *r, const unsigned char *entry, uint64_t value)
{
	const struct rawbpf_exe *exe = r->exe;
	unsigned char word[8];
	uint64_t offset;

	if (r->rela)
		return word_at(exe, entry, 2) == value;
	return rawbpf_exe_offset(exe, word_at(exe, entry, 0), &offset) >= 0 &&
	       rawbpf_exe_read(exe, offset, word, exe->is64 ? 8 : 4) >= 0 &&
	       rawbpf_exe_get(exe, word, exe->is64 ? 8 : 4) == value;
}

/* What is looked for in the relocations of one file of the process. */
struct quest {
	const struct process *p;
	const struct rawbpf_function *function;
	const char *name;
	bool by_resolver; /* the file with the IFUNC itself: IRELATIVE to its resolver */
	uint64_t *offset;
};

static bool look_through(const struct quest *q, const struct relocs *r)
{
	const struct reloc_types *types = types_of(r->exe->machine);
	uint64_t value;

	for (uint64_t i = 0; types && i < r->n; i++) {
		const unsigned char *entry = r->entries + i * r->entsize;
		uint64_t info = word_at(r->exe, entry, 1);
		uint32_t type = r->exe->is64 ? (uint32_t)info : (uint32_t)(info & 0xff);
		uint64_t symbol = r->exe->is64 ? info >> 32 : info >> 8;

		if (q->by_resolver ? type != types->irelative ||
					     !addend_is(r, entry, q->function->value)
				   : (type != types->slot && type != types->data) ||
					     !is_named(r, symbol, q->name))
			continue;
		/* a slot that is not bound yet points into its own file, so not into ours */
		if (read_word(q->p, r->exe, r->bias + word_at(r->exe, entry, 0), &value) &&
			to_offset(q->p, value, q->offset) && *q->offset != q->function->offset)
			return true;
	}
	return false;
}

static bool load_names(struct relocs *r, uint32_t section)
{
	const struct rawbpf_exe_section *s;

	if (section >= r->exe->nsections)
		return false;
	s = &r->exe->sections[section];
	r->sym_size = s->entsize;
	if (s->entsize < (r->exe->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym)) ||
		rawbpf_exe_load(r->exe, section, &r->syms) < 0 ||
		rawbpf_exe_load(r->exe, s->link, &r->strings) < 0)
		return false;
	r->nsyms = s->size / s->entsize;
	r->strings_size = r->exe->sections[s->link].size;
	return true;
}

static bool look_in_file(const struct quest *q, const struct rawbpf_exe *exe, uint64_t bias)
{
	bool found = false;

	for (size_t i = 0; i < exe->nsections && !found; i++) {
		const struct rawbpf_exe_section *s = &exe->sections[i];
		struct relocs r = { .exe = exe, .bias = bias, .entsize = s->entsize };

		r.rela = s->type == SHT_RELA;
		if ((!r.rela && s->type != SHT_REL) ||
			s->entsize < (r.rela ? 3U : 2U) * (exe->is64 ? 8 : 4) ||
			rawbpf_exe_load(exe, i, &r.entries) < 0)
			continue;
		r.n = s->size / s->entsize;
		if (q->by_resolver || load_names(&r, s->link))
			found = look_through(q, &r);
		free(r.entries);
		free(r.syms);
		free(r.strings);
	}
	return found;
}

/* Virtual addresses of a file whose start is mapped at `base`. */
static bool bias_of(const struct rawbpf_exe *exe, uint64_t base, uint64_t *bias)
{
	for (size_t i = 0; i < exe->nsegments; i++) {
		if (exe->segments[i].offset)
			continue;
		*bias = base - exe->segments[i].vaddr;
		return true;
	}
	return false;
}

/* Who calls it from another file? Every file that the process maps from its start on. */
static bool ask_callers(const struct quest *q)
{
	char path[4096 + 32];
	struct rawbpf_lines lines;
	struct rawbpf_mapping m;
	struct rawbpf_exe exe;
	unsigned left = MAX_OBJECTS;
	uint64_t bias;
	bool found = false;
	char *line;

	if (maps_open(&lines, q->p->pid) < 0)
		return false;
	while (!found && left && (line = rawbpf_lines_next(&lines))) {
		if (!rawbpf_mapping_parse(line, &m) || m.offset || m.path[0] != '/' ||
			m.start == q->p->base || !reach(q->p->pid, m.path, path, sizeof(path)) ||
			rawbpf_exe_open(&exe, path) < 0)
			continue;
		left--;
		if (bias_of(&exe, m.start, &bias))
			found = look_in_file(q, &exe, bias);
		rawbpf_exe_close(&exe);
	}
	rawbpf_lines_close(&lines);
	return found;
}

/* ---- whom to ask ------------------------------------------------------------------------- */

__attribute__((format(printf, 3, 4))) static void tell(
	char *tried, size_t len, const char *fmt, ...)
{
	size_t n = strlen(tried);
	va_list ap;

	if (n && n + 2 < len)
		n += (size_t)snprintf(tried + n, len - n, "; ");
	va_start(ap, fmt);
	vsnprintf(tried + n, len - n, fmt, ap);
	va_end(ap);
}

static const char *who(int pid, char *buf, size_t len)
{
	if (!pid)
		return "this process";
	snprintf(buf, len, "process %d", pid);
	return buf;
}

static bool ask(const struct rawbpf_exe *exe, const struct rawbpf_function *function,
	const char *name, int pid, uint64_t *offset, char *tried, size_t tried_len)
{
	struct process *p = calloc(1, sizeof(*p));
	struct quest q = { .p = p, .function = function, .name = name, .offset = offset };
	char text[32];
	uint64_t bias;
	bool found = false;
	int rc;

	if (!p)
		return false;
	p->pid = pid;
	rc = read_maps(p, exe);
	if (rc < 0) {
		tell(tried, tried_len,
			rc == -ENOENT ? "%s does not map the file"
				      : "the maps of %s cannot be read",
			who(pid, text, sizeof(text)));
		free(p);
		return false;
	}
	if (!pid)
		found = ask_loader(p, name, offset);
	if (!found && bias_of(exe, p->base, &bias)) {
		q.by_resolver = true;
		found = look_in_file(&q, exe, bias);
	}
	if (!found && !function->versions) {
		/* callers name no version here, so with several the slot may be of another */
		q.by_resolver = false;
		found = ask_callers(&q);
	}
	if (!found)
		tell(tried, tried_len, "%s has not bound it", who(pid, text, sizeof(text)));
	free(p);
	return found;
}

int rawbpf_ifunc_offset(const struct rawbpf_exe *exe, const struct rawbpf_function *function,
	const char *name, int pid, uint64_t *offset, char *tried, size_t tried_len)
{
	/* the target's own answer counts most; init and our parent are usually dynamic programs */
	int pids[4] = { pid > 0 ? pid : 0, 0, (int)getppid(), 1 };

	tried[0] = '\0';
	for (size_t i = 0; i < 4; i++) {
		bool again = false;

		for (size_t j = 0; j < i; j++)
			again |= pids[j] == pids[i];
		if (!again && ask(exe, function, name, pids[i], offset, tried, tried_len))
			return 0;
	}
	return -ENOENT;
}
