@echo off
chcp 65001 >nul
title ServiceLab
cd /d "%~dp0"
set "PY="
for %%P in ("py -3" "python" "python3") do if not defined PY (%%~P -c "import venv" >nul 2>nul && set "PY=%%~P")
if not defined PY (
  echo Python is missing: install Python 3.11 or newer from python.org or your company's software centre, then double-click this file again.
  echo 这台电脑还没有 Python：请从 python.org 或公司软件中心安装 Python 3.11 或更新版本，然后再次双击本文件。
  pause
  exit /b 1
)
%PY% -I app\bootstrap.py --root app
if errorlevel 1 (
  pause
  exit /b 1
)
app\.venv\Scripts\python.exe -m servicelab lab %*
if errorlevel 1 pause
