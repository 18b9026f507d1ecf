#!/bin/sh
# with_python.sh SCRIPT ARGUMENT...
#
# Runs the script with a Python that can make the project's environment: $PYTHON if it is set, else the one of .venv,
# else the newest there is. A name on PATH proves nothing (pyenv leaves stand-ins for versions that are switched off),
# so each candidate has to run. If none will do, says what is missing.
set -u

least=$(sed -n 's/^requires-python = ">=3\.\([0-9]*\)"$/\1/p' pyproject.toml)
probe='
import sys
if sys.version_info < (3, int(sys.argv[1])):
    sys.exit(3)
try:
    import ensurepip, venv
except ImportError:
    sys.exit(4)
'
too_old='' no_venv=''

for candidate in ${PYTHON:-.venv/bin/python python3.15 python3.14 python3.13 python3.12 python3.11 python3 python}; do
    "$candidate" -c "$probe" "$least" </dev/null >/dev/null 2>&1
    case $? in
        0) exec "$candidate" "$@" ;;
        3) too_old=${too_old:-$candidate} ;;
        4) no_venv=${no_venv:-$candidate} ;;
    esac
done

version='import sys; sys.stdout.write("%d.%d" % sys.version_info[:2])'
if [ -n "$no_venv" ]; then
    found=$("$no_venv" -c "$version")
    echo "$no_venv (Python $found) lacks the venv module, which the lab needs for an environment of its own." >&2
    echo "On Debian and Ubuntu: sudo apt install python$found-venv" >&2
elif [ -n "$too_old" ]; then
    echo "$too_old is Python $("$too_old" -c "$version"); pool_lab needs Python 3.$least or newer." >&2
    echo "If you have a newer one, name it: make PYTHON=/path/to/python3 ..." >&2
elif [ -n "${PYTHON:-}" ]; then
    echo "PYTHON=$PYTHON does not run." >&2
else
    echo "No Python found: pool_lab needs Python 3.$least or newer." >&2
    echo "If you have one that is not on PATH, name it: make PYTHON=/path/to/python3 ..." >&2
fi
exit 1
