/* SPDX-License-Identifier: BSD-2-Clause */
/* The view over BTF bytes: every type, every name, every size, by walking and by id. */
#include "fuzz.h"
#include "../../loader/btf.h"

static void touch_type(const struct rawbpf_btf *btf, uint32_t id)
{
	struct rawbpf_btf_type type, stripped;
	uint32_t end = id, size;
	const char *name;

	if (rawbpf_btf_get(btf, id, &type) < 0)
		return;
	name = rawbpf_btf_str(btf, type.name_off);
	fuzz_touch(name, strlen(name));
	if (type.kind == RAWBPF_BTF_DATASEC)
		FUZZ_CHECK(rawbpf_btf_datasec(btf, name), "section %s is not found", name);
	if (type.kind == RAWBPF_BTF_STRUCT || type.kind == RAWBPF_BTF_UNION ||
		type.kind == RAWBPF_BTF_DATASEC)
		for (unsigned i = 0; i < type.vlen; i++) {
			const char *member = rawbpf_btf_str(btf,
				rawbpf_btf_word(btf, type.members + i * RAWBPF_BTF_MEMBER_SIZE, 0));

			rawbpf_btf_word(btf, type.members + i * RAWBPF_BTF_MEMBER_SIZE, 2);
			fuzz_touch(member, strlen(member));
		}
	if (rawbpf_btf_strip(btf, &end, &stripped) >= 0)
		FUZZ_CHECK(end < btf->ntypes, "type %u leads to %u", id, end);
	if (rawbpf_btf_sizeof(btf, id, &size) < 0)
		return;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rawbpf_btf btf;
	struct rawbpf_btf_type type;
	uint32_t pos = 0, n = 1;
	int rc;

	if (rawbpf_btf_open(&btf, data, size) < 0) {
		FUZZ_CHECK(btf.why && *btf.why, "nothing is said");
		return 0;
	}
	while ((rc = rawbpf_btf_next(&btf, &pos, &type)) > 0)
		n++;
	FUZZ_CHECK(pos <= btf.types_len, "%u behind the types", pos);
	FUZZ_CHECK(!rc || (btf.why && *btf.why), "nothing is said");
	if (rawbpf_btf_index(&btf) >= 0) {
		FUZZ_CHECK(
			!rc && btf.ntypes == n, "%u types by walking, %u by index", n, btf.ntypes);
		for (uint32_t id = 0; id <= n; id++)
			touch_type(&btf, id);
	}
	rawbpf_btf_close(&btf);
	return 0;
}
