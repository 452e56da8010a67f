# Installs jupyter-dsw for the kernels and for JupyterLab before JupyterLab starts. Nothing else in their
# environments changes. It may run at every start, needs no network if the wheels were kept, ends within
# three minutes, and never fails the start of the instance. PAI-DSW logs it in /var/log/user-command/.
(
  end=$(($(date +%s) + 150))
  scratch=$(mktemp -d) || exit 1
  trap 'rm -rf "$scratch"' EXIT

  log() { echo "jupyter-dsw: $(date '+%H:%M:%S') $*"; }

  limited() { # runs a command for the seconds that are left
    left=$((end - $(date +%s)))
    [ "$left" -gt 0 ] || return 124
    if command -v timeout >/dev/null 2>&1; then timeout "$left" "$@"; else "$@"; fi
  }

  pip() { # pip PYTHON ARGUMENT...: the pip of that environment, else that of the kernels
    its_python=$1
    shift
    if "$its_python" -m pip --version >/dev/null 2>&1; then
      limited "$its_python" -m pip --disable-pip-version-check --no-input --retries 1 "$@"
    else
      limited "$kernel_python" -m pip --python "$its_python" --disable-pip-version-check --no-input --retries 1 "$@"
    fi
  }

  listed() { pip "$1" list --format freeze 2>/dev/null | tr 'A-Z_' 'a-z-' | grep '=='; }

  install() { # install PYTHON
    listed "$1" >"$scratch/before"
    if grep -qxF "jupyter-dsw==$version" "$scratch/before"; then
      log "$1 has jupyter-dsw $version"
      return
    fi
    grep -v '^jupyter-dsw==' "$scratch/before" >"$scratch/pins"
    wanted="jupyter-dsw$extras==$version"
    if [ -n "$keep" ] && pip "$1" install --quiet --no-index --find-links "$keep" -c "$scratch/pins" "$wanted" 2>"$scratch/why"; then
      from="the wheels in $keep"
    elif pip "$1" install --quiet ${keep:+--find-links "$keep"} --prefer-binary -c "$scratch/pins" "$wanted" 2>"$scratch/why"; then
      from='the package index'
    else
      log "$1: jupyter-dsw $version could not be installed: $(tail -n 1 "$scratch/why")"
      return
    fi
    listed "$1" >"$scratch/after"
    log "$1: jupyter-dsw $version was installed from $from"
    # What `jupyter dsw setup --remove` removes.
    record="$("$1" -c 'import sys; print(sys.prefix)')/share/jupyter/jupyter-dsw-added.txt"
    grep -vxFf "$scratch/before" "$scratch/after" >>"$record"
  }

  found=
  for python in "$server_python" /etc/dsw/cache/*/plugins/jupyter-lab/*/venv/bin/python; do
    if [ -x "$python" ] && [ "$python" != "$found" ]; then
      found=$python
      install "$python"
    fi
  done
  if [ -z "$found" ] && lab=$(command -v jupyter-lab); then
    # The first line of a script names its Python.
    python=$(sed -n '1s/^#!//p' "$lab")
    [ -x "$python" ] && found=$python && install "$python"
  fi
  [ -n "$found" ] || log 'the environment of JupyterLab was not found'
  if [ -x "$kernel_python" ] && [ "$kernel_python" != "$found" ]; then install "$kernel_python"; fi
) || :
