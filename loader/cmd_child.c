/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"

static void close_pair(int p[2])
{
	close(p[0]);
	close(p[1]);
}

static void be_child(int go, int failed, char *const argv[])
{
	sigset_t none;
	char byte;
	int err;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (read(go, &byte, 1) != 1)
		_exit(0); /* the parent gave up */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	execvp(argv[0], argv);
	err = errno;
	if (write(failed, &err, sizeof(err)) != sizeof(err))
		_exit(126);
	_exit(127);
}

int rawbpf_child_fork(struct rawbpf_child *child, char *const argv[])
{
	int go[2], failed[2], err;

	memset(child, 0, sizeof(*child));
	if (pipe2(go, O_CLOEXEC))
		return -errno;
	if (pipe2(failed, O_CLOEXEC)) {
		err = -errno;
		close_pair(go);
		return err;
	}
	child->pid = fork();
	if (child->pid < 0) {
		err = -errno;
		child->pid = 0;
		close_pair(go);
		close_pair(failed);
		return err;
	}
	if (!child->pid) {
		close(go[1]);
		close(failed[0]);
		be_child(go[0], failed[1], argv);
	}
	close(go[0]);
	close(failed[1]);
	child->go = go[1];
	child->failed = failed[0];
	return 0;
}

static void close_pipes(struct rawbpf_child *child)
{
	if (child->go)
		close(child->go);
	if (child->failed)
		close(child->failed);
	child->go = child->failed = 0;
}

int rawbpf_child_start(struct rawbpf_child *child)
{
	int err = 0;

	if (write(child->go, "", 1) != 1 || read(child->failed, &err, sizeof(err)) < 0)
		err = errno;
	close_pipes(child);
	if (err)
		rawbpf_child_end(child);
	return -err;
}

int rawbpf_child_ended(struct rawbpf_child *child)
{
	int status;

	if (!child->pid || waitpid(child->pid, &status, WNOHANG) != child->pid)
		return -1;
	child->pid = 0;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void rawbpf_child_end(struct rawbpf_child *child)
{
	const struct timespec tick = { 0, 10 * 1000 * 1000 };
	pid_t pid = child->pid;

	close_pipes(child);
	if (!pid)
		return;
	kill(pid, SIGTERM);
	for (int i = 0; i < 100; i++) {
		if (rawbpf_child_ended(child) >= 0)
			return;
		nanosleep(&tick, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	child->pid = 0;
}
