#!/bin/sh
# Debian packages that the tests need, installed when this user may; otherwise said plainly. The tests fail, and never skip,
# where one is missing.
set -eu
wanted=""
need() { command -v "$1" >/dev/null 2>&1 || wanted="$wanted $2"; }
need sipp sip-tester
need baresip baresip-core
need kamailio "kamailio kamailio-tls-modules"
need chromium chromium
need sox sox
need espeak-ng espeak-ng
ls /usr/lib/*/libatomic.so.1 >/dev/null 2>&1 || wanted="$wanted libatomic1" # Playwright's driver is linked to it
fc-list :lang=zh 2>/dev/null | grep -q . || wanted="$wanted fonts-noto-cjk"
[ -z "$wanted" ] && exit 0

if [ "$(id -u)" = 0 ]; then as=""
elif sudo -n true 2>/dev/null; then as="sudo -n"
else
    echo "The tests need Debian packages that are not here; run:  apt-get install$wanted" >&2
    exit 1
fi
echo "installing Debian packages:$wanted"
$as apt-get update -qq
$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null
