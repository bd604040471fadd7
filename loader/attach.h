/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a program hangs.
 *
 * A place is parsed from a section name ("kprobe/vfs_read") or from `--on`
 * ("kprobe:vfs_read:2"), opened (which asks the kernel, needs no program, and
 * gives the true reason of a refusal), and then bound to a loaded program.
 */
#ifndef RAWBPF_ATTACH_H
#define RAWBPF_ATTACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../rawbpf_diag.h"
#include "../syscall/abi.h"

enum rawbpf_place_kind {
	RAWBPF_PLACE_NONE,   /* loads, but is attached elsewhere */
	RAWBPF_PLACE_KPROBE, /* symbol[+offset] */
	RAWBPF_PLACE_KRETPROBE,
	RAWBPF_PLACE_UPROBE, /* path, symbol[+offset] or offset in the file */
	RAWBPF_PLACE_URETPROBE,
	RAWBPF_PLACE_TRACEPOINT, /* category, name */
	RAWBPF_PLACE_RAW_TRACEPOINT,
	RAWBPF_PLACE_BREAKPOINT, /* hardware execution breakpoint on a kernel symbol */
};

struct rawbpf_place {
	enum rawbpf_place_kind kind;
	char *symbol; /* function, or the tracepoint's name; NULL if offset alone */
	char *path; /* uprobe: binary as given ("libc", a path, "memcpy_load"); tracepoint: category
		     */
	uint64_t offset; /* bytes added to symbol, or into the file */
	int pid;         /* uprobe and perf-event places: -1 all processes */
	unsigned arg;    /* `--on`: which argument is counted, from 1; 0: not said */
};

/* What a section name means (sections.def). */
struct rawbpf_section_kind {
	const char *prefix;
	uint32_t prog_type, expected_attach_type;
	bool sleepable;    /* loaded with BPF_F_SLEEPABLE */
	bool xdp_frags;    /* loaded with BPF_F_XDP_HAS_FRAGS */
	bool needs_btf_id; /* the kernel wants attach_btf_id */
	enum rawbpf_place_kind place;
};

/*
 * The row that `section` belongs to, or NULL. A leading '?' is ignored. A row
 * whose prefix ends in '/' takes "prefix" alone as well.
 */
const struct rawbpf_section_kind *rawbpf_section_kind(const char *section);
/* The known prefix nearest to a misspelt one, for "did you mean"; NULL if none is near. */
const char *rawbpf_section_guess(const char *section);

/*
 * "kprobe/SYM", "kprobe/SYM+OFF", "uprobe/PATH:SYM", "uprobe//abs/path:0x1234",
 * "tracepoint/CAT/NAME", "raw_tp/NAME", "breakpoint/SYM", ...
 * -EINVAL with the expected form said. On success free with rawbpf_place_clear.
 */
int rawbpf_place_from_section(
	struct rawbpf_place *out, const char *section, const struct rawbpf_sink *sink);
/* "kprobe:SYM[:ARG]", "breakpoint:SYM[:ARG]", "uprobe:PATH:SYM[:ARG]", also kretprobe, uretprobe.
 */
int rawbpf_place_from_on(
	struct rawbpf_place *out, const char *text, const struct rawbpf_sink *sink);
void rawbpf_place_clear(struct rawbpf_place *place);
/* "kprobe on memcpy", "uprobe on /lib/.../libc.so.6:memcpy (+0x9ab40)": bytes written, as snprintf.
 */
int rawbpf_place_print(const struct rawbpf_place *place, char *buf, size_t len);
/* The program type that this place needs. */
uint32_t rawbpf_place_prog_type(const struct rawbpf_place *place);

/* An attachment: event fds, perhaps a tracefs event to remove. */
struct rawbpf_link;

/*
 * Asks the kernel for the place, without a program. A refusal is said in one
 * line with its true cause, as the kernel shows it (not in kallsyms; on the
 * kprobe blacklist; notrace; no CONFIG_KPROBES; the missing capability or
 * sysctl). Newest way first (perf PMU), then tracefs.
 * -ENOENT: no such symbol, file or tracepoint; -EPERM, -EACCES: privilege;
 * -EOPNOTSUPP: this kernel cannot; -EINVAL: the kernel refuses this symbol;
 * -EADDRNOTAVAIL: several functions have the name; -ENOSPC: no breakpoint slot is
 * free; -ESRCH: no such process.
 * An IFUNC (libc's memcpy) is taken at the implementation that this CPU picked.
 * A raw tracepoint is asked for when it is bound: it cannot be without a program.
 */
int rawbpf_link_open(
	struct rawbpf_link **out, const struct rawbpf_place *place, const struct rawbpf_sink *sink);
/* Binds the program and enables the event. On failure all is detached at once; free as ever. */
int rawbpf_link_bind(struct rawbpf_link *link, int prog_fd, const struct rawbpf_sink *sink);
/* The place as it was really taken (uprobe: resolved path and offset), as snprintf. */
int rawbpf_link_print(const struct rawbpf_link *link, char *buf, size_t len);
/* Detaches and leaves nothing behind: events closed, the tracefs event removed. NULL is accepted.
 */
void rawbpf_link_free(struct rawbpf_link *link);

/*
 * The tracefs directory as a dirfd, wherever it is mounted; if it is not, an
 * instance of our own without a mount point. The caller closes it.
 */
int rawbpf_tracefs_open(const struct rawbpf_sink *sink);

/*
 * Why bpf() or perf_event_open() said EPERM or EACCES here: writes one clause
 * that names the missing capability, sysctl or lockdown. As snprintf.
 */
int rawbpf_why_eperm(char *buf, size_t len);

#endif
