#!/bin/sh
# Start ServiceLab: the first time it installs what it needs into app/.venv, later it opens at once.
cd "$(dirname "$0")" || exit 1
PY=""
for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
  if command -v "$name" >/dev/null 2>&1 && "$name" -c "" >/dev/null 2>&1; then PY="$name"; break; fi
done
if [ -z "$PY" ]; then
  echo "Python is missing: install Python 3.11 or newer from python.org or your company's software centre, then start this again."
  echo "这台电脑还没有 Python：请从 python.org 或公司软件中心安装 Python 3.11 或更新版本，然后再次启动本文件。"
  [ -t 0 ] && { printf 'Press Enter to close. / 按回车键关闭。'; read -r _; }
  exit 1
fi
if "$PY" -I app/bootstrap.py --root app; then
  # In the background, because a shell keeps a signal to itself while something runs in front of it. There Ctrl+C, which
  # reaches everything in this window, is not heard: it is passed on as the request to end.
  app/.venv/bin/python -m servicelab lab "$@" &
  COURSE=$!
  ASKED=""
  trap 'ASKED=yes; kill -TERM "$COURSE" 2>/dev/null' INT TERM HUP
  wait "$COURSE"
  CODE=$?
  # A signal ends the waiting, not the course.
  while [ -n "$ASKED" ] && kill -0 "$COURSE" 2>/dev/null; do
    wait "$COURSE"
    CODE=$?
  done
  if [ -n "$ASKED" ] || [ "$CODE" -eq 0 ]; then exit 0; fi
fi
[ -t 0 ] && { printf 'Press Enter to close. / 按回车键关闭。'; read -r _; }
exit 1
