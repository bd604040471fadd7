/* SPDX-License-Identifier: BSD-2-Clause */
/* Section `maps`, as objects before libbpf 1.0 have it. */
#include "bpf.h"

struct bpf_map_def SEC(
	"maps") sizes = { .type = 1, .key_size = 4, .value_size = 8, .max_entries = 128 };
struct bpf_map_def SEC(
	"maps") slots = { .type = 2, .key_size = 4, .value_size = 8, .max_entries = 3 };

SEC("kprobe/memcpy") int memcpy_stat(void *ctx)
{
	u32 key = 2;
	u64 *v = lookup(&slots, &key), one = 1;

	if (v)
		*v += 1;
	update(&sizes, &key, &one, 0);
	return 0;
}

char _license[] SEC("license") = "GPL";
