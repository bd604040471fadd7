/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys.h"

int rawbpf_map_create(struct rawbpf_attr_map_create *attr)
{
	return rawbpf_sys_bpf(RAWBPF_MAP_CREATE, attr, sizeof(*attr));
}

static int elem(enum rawbpf_cmd cmd, int fd, const void *key, const void *value, uint64_t flags)
{
	struct rawbpf_attr_map_elem attr = {
		.map_fd = (uint32_t)fd,
		.key = rawbpf_ptr(key),
		.value = rawbpf_ptr(value),
		.flags = flags,
	};

	return rawbpf_sys_bpf(cmd, &attr, sizeof(attr));
}

int rawbpf_map_lookup_elem(int fd, const void *key, void *value, uint64_t flags)
{
	return elem(RAWBPF_MAP_LOOKUP_ELEM, fd, key, value, flags);
}

int rawbpf_map_update_elem(int fd, const void *key, const void *value, uint64_t flags)
{
	return elem(RAWBPF_MAP_UPDATE_ELEM, fd, key, value, flags);
}

int rawbpf_map_delete_elem(int fd, const void *key)
{
	return elem(RAWBPF_MAP_DELETE_ELEM, fd, key, NULL, 0);
}

int rawbpf_map_get_next_key(int fd, const void *key, void *next_key)
{
	return elem(RAWBPF_MAP_GET_NEXT_KEY, fd, key, next_key, 0);
}

int rawbpf_map_lookup_and_delete_elem(int fd, const void *key, void *value, uint64_t flags)
{
	return elem(RAWBPF_MAP_LOOKUP_AND_DELETE_ELEM, fd, key, value, flags);
}

int rawbpf_map_freeze(int fd)
{
	return elem(RAWBPF_MAP_FREEZE, fd, NULL, NULL, 0);
}

/*
 * A kernel that refuses the call outright leaves the count as it was asked; one
 * that fails underway has written how far it came, which is less. Only the end
 * of the map (-ENOENT) can come together with a full batch.
 */
static int batch(enum rawbpf_cmd cmd, struct rawbpf_attr_map_batch *attr, uint32_t *count)
{
	int err;

	attr->count = *count;
	err = rawbpf_sys_bpf(cmd, attr, sizeof(*attr));
	if (err < 0 && err != -RAWBPF_ENOENT && attr->count == *count)
		attr->count = 0;
	*count = attr->count;
	return err;
}

int rawbpf_map_lookup_batch(int fd, const void *in_batch, void *out_batch, void *keys, void *values,
	uint32_t *count, uint64_t elem_flags)
{
	struct rawbpf_attr_map_batch attr = {
		.in_batch = rawbpf_ptr(in_batch),
		.out_batch = rawbpf_ptr(out_batch),
		.keys = rawbpf_ptr(keys),
		.values = rawbpf_ptr(values),
		.map_fd = (uint32_t)fd,
		.elem_flags = elem_flags,
	};

	return batch(RAWBPF_MAP_LOOKUP_BATCH, &attr, count);
}

int rawbpf_map_lookup_and_delete_batch(int fd, const void *in_batch, void *out_batch, void *keys,
	void *values, uint32_t *count, uint64_t elem_flags)
{
	struct rawbpf_attr_map_batch attr = {
		.in_batch = rawbpf_ptr(in_batch),
		.out_batch = rawbpf_ptr(out_batch),
		.keys = rawbpf_ptr(keys),
		.values = rawbpf_ptr(values),
		.map_fd = (uint32_t)fd,
		.elem_flags = elem_flags,
	};

	return batch(RAWBPF_MAP_LOOKUP_AND_DELETE_BATCH, &attr, count);
}

int rawbpf_map_update_batch(
	int fd, const void *keys, const void *values, uint32_t *count, uint64_t elem_flags)
{
	struct rawbpf_attr_map_batch attr = {
		.keys = rawbpf_ptr(keys),
		.values = rawbpf_ptr(values),
		.map_fd = (uint32_t)fd,
		.elem_flags = elem_flags,
	};

	return batch(RAWBPF_MAP_UPDATE_BATCH, &attr, count);
}

int rawbpf_map_delete_batch(int fd, const void *keys, uint32_t *count, uint64_t elem_flags)
{
	struct rawbpf_attr_map_batch attr = {
		.keys = rawbpf_ptr(keys),
		.map_fd = (uint32_t)fd,
		.elem_flags = elem_flags,
	};

	return batch(RAWBPF_MAP_DELETE_BATCH, &attr, count);
}
