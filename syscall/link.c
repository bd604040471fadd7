/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys.h"

int rawbpf_link_create(struct rawbpf_attr_link_create *attr)
{
	return rawbpf_sys_bpf(RAWBPF_LINK_CREATE, attr, sizeof(*attr));
}

int rawbpf_link_update(int link_fd, int new_prog_fd, int old_prog_fd)
{
	struct rawbpf_attr_link_update attr = {
		.link_fd = (uint32_t)link_fd,
		.new_prog_fd = (uint32_t)new_prog_fd,
	};

	if (old_prog_fd >= 0) {
		attr.flags = RAWBPF_F_REPLACE;
		attr.old_prog_fd = (uint32_t)old_prog_fd;
	}
	return rawbpf_sys_bpf(RAWBPF_LINK_UPDATE, &attr, sizeof(attr));
}

int rawbpf_link_detach(int link_fd)
{
	struct rawbpf_attr_link_detach attr = { .link_fd = (uint32_t)link_fd };

	return rawbpf_sys_bpf(RAWBPF_LINK_DETACH, &attr, sizeof(attr));
}
