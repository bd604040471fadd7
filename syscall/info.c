/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys.h"

int rawbpf_obj_pin(const char *path, int fd)
{
	struct rawbpf_attr_obj attr = {
		.pathname = rawbpf_ptr(path),
		.bpf_fd = (uint32_t)fd,
	};

	return rawbpf_sys_bpf(RAWBPF_OBJ_PIN, &attr, sizeof(attr));
}

int rawbpf_obj_get(const char *path, uint32_t file_flags)
{
	struct rawbpf_attr_obj attr = {
		.pathname = rawbpf_ptr(path),
		.file_flags = file_flags,
	};

	return rawbpf_sys_bpf(RAWBPF_OBJ_GET, &attr, sizeof(attr));
}

int rawbpf_obj_get_info_by_fd(int fd, void *info, uint32_t *len)
{
	struct rawbpf_attr_info attr = {
		.bpf_fd = (uint32_t)fd,
		.info_len = *len,
		.info = rawbpf_ptr(info),
	};
	int err = rawbpf_sys_bpf(RAWBPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));

	*len = attr.info_len;
	return err;
}

/* Ids are positive ints in the kernel (idr_alloc_cyclic), so they fit the result. */
static int next_id(enum rawbpf_cmd cmd, uint32_t id)
{
	struct rawbpf_attr_get_id attr = { .id = id };
	int err = rawbpf_sys_bpf(cmd, &attr, sizeof(attr));

	return err < 0 ? err : (int)attr.next_id;
}

int rawbpf_prog_get_next_id(uint32_t id)
{
	return next_id(RAWBPF_PROG_GET_NEXT_ID, id);
}

int rawbpf_map_get_next_id(uint32_t id)
{
	return next_id(RAWBPF_MAP_GET_NEXT_ID, id);
}

int rawbpf_btf_get_next_id(uint32_t id)
{
	return next_id(RAWBPF_BTF_GET_NEXT_ID, id);
}

int rawbpf_link_get_next_id(uint32_t id)
{
	return next_id(RAWBPF_LINK_GET_NEXT_ID, id);
}

static int fd_by_id(enum rawbpf_cmd cmd, uint32_t id)
{
	struct rawbpf_attr_get_id attr = { .id = id };

	return rawbpf_sys_bpf(cmd, &attr, sizeof(attr));
}

int rawbpf_prog_get_fd_by_id(uint32_t id)
{
	return fd_by_id(RAWBPF_PROG_GET_FD_BY_ID, id);
}

int rawbpf_map_get_fd_by_id(uint32_t id)
{
	return fd_by_id(RAWBPF_MAP_GET_FD_BY_ID, id);
}

int rawbpf_btf_get_fd_by_id(uint32_t id)
{
	return fd_by_id(RAWBPF_BTF_GET_FD_BY_ID, id);
}

int rawbpf_link_get_fd_by_id(uint32_t id)
{
	return fd_by_id(RAWBPF_LINK_GET_FD_BY_ID, id);
}

int rawbpf_enable_stats(enum rawbpf_stats_type type)
{
	struct rawbpf_attr_enable_stats attr = { .type = type };

	return rawbpf_sys_bpf(RAWBPF_ENABLE_STATS, &attr, sizeof(attr));
}

int rawbpf_task_fd_query(struct rawbpf_attr_task_fd_query *attr)
{
	return rawbpf_sys_bpf(RAWBPF_TASK_FD_QUERY, attr, sizeof(*attr));
}
