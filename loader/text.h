/* SPDX-License-Identifier: BSD-2-Clause */
/* Text files through the door: whole small ones, long ones line by line, and nearest names. */
#ifndef RAWBPF_TEXT_H
#define RAWBPF_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The first len - 1 bytes of a file, NUL-terminated, newlines at the end cut
 * off. Returns the length or -errno (buf is "" then).
 */
int rawbpf_text_read(int dirfd, const char *path, char *buf, size_t len);
/* The first number in the file, decimal or 0x: -errno, or -EINVAL if there is none. */
int rawbpf_text_read_number(int dirfd, const char *path, long *value);
/*
 * The text after "KEY:" and blanks in the "KEY:\tVALUE" lines of a file such as
 * /proc/self/status. -ENOENT if no line has it.
 */
int rawbpf_text_field(const char *path, const char *key, char *buf, size_t len);

struct rawbpf_lines {
	int fd;
	long err;       /* 0, or why reading ended early: -errno */
	size_t at, end; /* the bytes of buf that no line was made of yet */
	char buf[8192];
};

/* 0 or -errno; after 0 the caller calls rawbpf_lines_close. */
int rawbpf_lines_open(struct rawbpf_lines *lines, int dirfd, const char *path);
/*
 * The next line without its newline, valid until the next call; NULL at the
 * end. A line too long for the buffer comes in pieces.
 */
char *rawbpf_lines_next(struct rawbpf_lines *lines);
/* Closes; 0, or why reading ended early. */
int rawbpf_lines_close(struct rawbpf_lines *lines);

/* The name nearest to `want` among those shown, for "did you mean". */
struct rawbpf_nearest {
	const char *want;
	unsigned distance; /* edits from `want` to `name` */
	char name[96];     /* "" while nothing was near */
};

void rawbpf_nearest_init(struct rawbpf_nearest *nearest, const char *want);
void rawbpf_nearest_see(struct rawbpf_nearest *nearest, const char *name);

/* "0x10" or "16", all of `text`: 0 or -EINVAL. */
int rawbpf_text_number(const char *text, uint64_t *value);

#endif
