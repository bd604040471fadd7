/* SPDX-License-Identifier: BSD-2-Clause */
/* Loaded by libbpf and by us: the kernel must end up with the same. One program a section. */
#include "bpf.h"

struct value {
	u64 hits, bytes;
};

struct {
	__uint(type, 5);
	__uint(max_entries, 64);
	__type(key, u32);
	__type(value, struct value);
} per_cpu SEC(".maps");

struct {
	__uint(type, 27);
	__uint(max_entries, 5000);
} ring_of_odd_size SEC(".maps");

struct {
	__uint(type, 4);
	__uint(key_size, 4);
	__uint(value_size, 4);
} events SEC(".maps");

struct {
	__uint(type, 3);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, u32);
} a_map_whose_name_is_too_long SEC(".maps");

static long (*const ring_output)(void *ring, void *data, u64 size, u64 flags) = (void *)130;
static long (*const event_output)(
	void *ctx, void *map, u64 flags, void *data, u64 size) = (void *)25;
static long (*const tail_call)(void *ctx, void *map, u32 index) = (void *)12;

SEC("kprobe/vfs_read") int on_read(void *ctx)
{
	u32 key = 3;
	struct value *v = lookup(&per_cpu, &key);

	if (!v)
		return 0;
	v->hits++;
	ring_output(&ring_of_odd_size, &key, sizeof(key), 0);
	event_output(ctx, &events, 0, &key, sizeof(key));
	tail_call(ctx, &a_map_whose_name_is_too_long, 1);
	return 0;
}

SEC("xdp") int pass(void *ctx)
{
	return 2;
}

char _license[] SEC("license") = "GPL";
