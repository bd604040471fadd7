/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzz targets share. A target is a program of libFuzzer: it takes bytes, and crashes
 * when something is wrong. The first byte of an input (of asm, classic, dis) chooses options;
 * the rest is text or an object.
 */
#ifndef RAWBPF_FUZZ_H
#define RAWBPF_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../rawbpf_diag.h"

/* Of the first byte. */
#define FUZZ_BIG 0x01

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that does not hold ends the run as a finding. */
#define FUZZ_CHECK(holds, ...)                                                                     \
	do {                                                                                       \
		if (!(holds)) {                                                                    \
			fprintf(stderr, "%s:%d: %s does not hold: ", __FILE__, __LINE__, #holds);  \
			fprintf(stderr, __VA_ARGS__);                                              \
			fputc('\n', stderr);                                                       \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* Makes a sanitizer look at every byte: what is handed out must be there. */
static inline uint64_t fuzz_touch(const void *p, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += ((const unsigned char *)p)[i];
	return sum;
}

/* A sink that reads what it is told, counts it by kind, and keeps the first error. */
struct fuzz_said {
	unsigned n[3];
	char first[300];
};

static inline void fuzz_hear(void *arg, const struct rawbpf_diag *d)
{
	struct fuzz_said *said = arg;
	size_t len = strlen(d->msg);

	FUZZ_CHECK(len > 0 && len < RAWBPF_DIAG_MAX, "a message of %zu bytes", len);
	if (d->source)
		FUZZ_CHECK(!d->col || d->col <= strlen(d->source) + 1, "column %u of '%s'", d->col,
			d->source);
	if (d->kind == RAWBPF_ERROR && !said->n[RAWBPF_ERROR])
		snprintf(said->first, sizeof(said->first), "%s:%u: %s", d->file ? d->file : "",
			d->line, d->msg);
	said->n[d->kind]++;
}

/* ---- elf.c: what asm and dis share ------------------------------------------------ */

/*
 * The text that the disassembler made of an object must assemble to an object with the same
 * sections; `whole` says that it promised so. Else only the instructions are compared.
 */
void fuzz_assemble_again(const char *text, size_t len, const void *elf, size_t elf_len, bool whole);
/* Disassembles an object of our own assembler and does the above. */
void fuzz_round_trip(const void *elf, size_t elf_len);
bool fuzz_is_big_endian(const void *elf);
/* A section's bytes by hand, not through libelf; NULL: there is none, or it has no bytes. */
const unsigned char *fuzz_section(const void *elf, size_t len, const char *name, size_t *size);

#endif
