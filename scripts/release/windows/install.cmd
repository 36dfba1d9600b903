@rem install.cmd [OPTIONS AND SERVERS OF tsntp sync]: see docs\windows.md. The work is done by scripts/release/windows/setup/install.js.
@setlocal DisableDelayedExpansion
@if exist "%~dp0lib\tsntp\node.exe" goto run
@echo install: "%~dp0lib\tsntp\node.exe" is missing: unpack the whole archive, and run install.cmd of the folder 1>&2
@exit /b 4
:run
@"%~dp0lib\tsntp\node.exe" "%~dp0lib\tsntp\dist\setup\install.cjs" %*
@exit /b %errorlevel%
