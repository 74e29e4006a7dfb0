#!/usr/bin/env bash
# Brings the Debian packages that the tests use: a browser, a database server, a web server, Node.js.
set -euo pipefail
packages=()
[ -x /usr/bin/chromium ] || packages+=(chromium)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || packages+=(postgresql)
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || packages+=(nginx-light)
command -v node >/dev/null || packages+=(nodejs npm)
fc-list :lang=ru 2>/dev/null | grep -q . || packages+=(fonts-dejavu-core fontconfig)
[ ${#packages[@]} -eq 0 ] && exit 0

install="apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ${packages[*]}"
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "Installing for the tests: ${packages[*]}"
    sh -c "$install" >/dev/null
elif command -v apt-get >/dev/null && sudo -n true 2>/dev/null; then
    echo "Installing for the tests: ${packages[*]}"
    sudo sh -c "$install" >/dev/null
else
    echo "The tests need ${packages[*]}. Install them first:"
    echo "  sudo sh -c '$install'"
    exit 1
fi
