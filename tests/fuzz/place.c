/* SPDX-License-Identifier: BSD-2-Clause */
/* Places, from section names and from --on: parsed, printed, cleared. */
#include "fuzz.h"
#include "../../loader/attach.h"

static void finish(int rc, struct rawbpf_place *place, const struct fuzz_said *said)
{
	char small[8], large[8192];
	int n;

	FUZZ_CHECK(!rc == !said->n[RAWBPF_ERROR], "%d after %u errors", rc, said->n[RAWBPF_ERROR]);
	if (rc) {
		FUZZ_CHECK(!place->symbol && !place->path, "a refused place has strings");
		return;
	}
	n = rawbpf_place_print(place, large, sizeof(large));
	FUZZ_CHECK(n > 0 && rawbpf_place_print(place, small, sizeof(small)) == n, "%d", n);
	FUZZ_CHECK(strlen(small) < sizeof(small), "cut");
	rawbpf_place_prog_type(place);
	rawbpf_place_clear(place);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_said said[2] = { 0 };
	const struct rawbpf_sink sinks[2] = { { fuzz_hear, &said[0] }, { fuzz_hear, &said[1] } };
	struct rawbpf_place place;
	const char *guess;
	char *text = malloc(size + 1);
	int rc;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = 0;
	rc = rawbpf_place_from_section(&place, text, &sinks[0]);
	finish(rc, &place, &said[0]);
	rc = rawbpf_place_from_on(&place, text, &sinks[1]);
	finish(rc, &place, &said[1]);
	rawbpf_section_kind(text);
	guess = rawbpf_section_guess(text);
	if (guess)
		FUZZ_CHECK(*guess, "an empty guess");
	free(text);
	return 0;
}
