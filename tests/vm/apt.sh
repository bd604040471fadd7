# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034
# apt with a state of its own: other suites and other architectures than the system's, with
# signatures verified, and nothing of the system's configuration or lists read or changed
# but the mirror's address and the proxy. Source it after lib.sh.

# The mirror of SUITE, as this machine's apt knows it.
apt_mirror() {
	local kind='/dists/(bullseye|bookworm|trixie|forky|sid|stable|oldstable|testing|unstable)(-updates|-backports)?/'
	[ -n "${RAWBPF_DEBIAN_MIRROR-}" ] && echo "$RAWBPF_DEBIAN_MIRROR" && return
	case $1 in *-security) kind='/dists/[a-z]*-security/' ;; esac
	apt-get --print-uris update 2>/dev/null | tr -d "'" |
		sed -nE "s#^([^ ]*)${kind}InRelease .*#\1#p" | head -n 1
}

apt_sources() { # ARCH SUITE...
	local arch=$1 suite uri
	shift
	for suite; do
		uri=$(apt_mirror "$suite")
		[ -n "$uri" ] || die "no Debian mirror for $suite in apt's sources; set RAWBPF_DEBIAN_MIRROR"
		echo "deb [arch=$arch signed-by=$KEYRING] $uri $suite main"
	done
}

apt_conf() { # STATE_DIR ARCH
	# The way to the mirror (proxy, retries, timeouts) is the machine's; what is trusted is not.
	apt-config dump | grep -E '^Acquire::(http|https|Retries|Check|Max|ForceIP)' || true
	cat <<-CONF
		Acquire::AllowInsecureRepositories "false";
		Acquire::AllowWeakRepositories "false";
		Acquire::AllowDowngradeToInsecureRepositories "false";
		Acquire::Languages "none";
		Acquire::GzipIndexes "true";
		Dir::Cache::pkgcache "";
		Dir::Cache::srcpkgcache "";
		APT::Get::AllowUnauthenticated "false";
		APT::Install-Recommends "false";
		APT::Sandbox::User "$(id -un)";
		APT::Architecture "$2";
		#clear APT::Architectures;
		APT::Architectures { "$2"; };
		Dir::State "$1/state";
		Dir::State::lists "$1/lists";
		Dir::State::status "$1/status";
		Dir::Cache "$1/cache";
		Dir::Etc::main "$1/none";
		Dir::Etc::parts "$1/none";
		Dir::Etc::sourcelist "$1/sources.list";
		Dir::Etc::sourceparts "$1/none";
		Dir::Etc::preferences "$1/none";
		Dir::Etc::preferencesparts "$1/none";
	CONF
}

apt_update() { # ARCH SUITE...: in a new empty folder
	local s=$PWD
	mkdir -p none state lists/partial cache/archives/partial
	: >status
	apt_sources "$@" >sources.list || return 1
	apt_conf "$s" "$1" >apt.conf
	APT_CONFIG=$s/apt.conf apt-get -qq update || return 1
	# The folder is renamed when all is well, so the paths in it become relative to that name.
	sed -i "s#\"$s/#\"${s%.new.*}/#" apt.conf
}

# Sets APT_CONFIG to the state of ARCH and SUITE..., fetching its lists when they are not there.
apt_use() { # ARCH SUITE...
	local arch=$1 dir
	command -v apt-get >/dev/null || die "no apt-get here: the guests' kernels come from Debian's archive"
	[ -r "$KEYRING" ] || die "no $KEYRING: install debian-archive-keyring"
	dir=$(once "apt/$(echo "${*:2}" | tr ' ' +)-$arch" apt_update "$@") ||
		die "cannot fetch the package lists of ${*:2} for $arch"
	export APT_CONFIG=$dir/apt.conf
}

# Downloads PACKAGE... (exact names) into the current folder.
apt_download() { apt-get -qq download "$@"; }
