@rem uninstall.cmd: see docs\windows.md. The work is done by scripts/release/windows/setup/uninstall.js, but for the files that it runs from.
@setlocal DisableDelayedExpansion
@rem A folder cannot be removed while a prompt is in it. What %~dp0 yields may depend on where the prompt is.
@set "folder=%~dp0"
@cd /d "%SystemRoot%"
@if exist "%folder%lib\tsntp\node.exe" goto run
@echo uninstall: "%folder%lib\tsntp\node.exe" is missing: run uninstall.cmd of an unpacked archive 1>&2
@exit /b 4
:run
@"%folder%lib\tsntp\node.exe" "%folder%lib\tsntp\dist\setup\uninstall.cjs"
@if not %errorlevel%==0 exit /b %errorlevel%
@if exist "%folder%install.cmd" exit /b 0
@rem This file must end before it is deleted: goto without a label ends it, and the rest of the line still runs. In wine it ends only
@rem the line: there, the next one does the same.
@goto 2>nul & pushd "%SystemRoot%" & rmdir /s /q "%folder%lib\tsntp" 2>nul & rmdir "%folder%lib" 2>nul & del "%folder%uninstall.cmd" 2>nul & rmdir "%folder%." 2>nul & popd & if exist "%folder%lib\tsntp" (echo uninstall: a run of tsntp is using "%folder%lib\tsntp"; when it has ended: rmdir /s /q "%folder%lib\tsntp" 1>&2 & cmd /c exit 4) else ver >nul
@pushd "%SystemRoot%" & rmdir /s /q "%folder%lib\tsntp" 2>nul & rmdir "%folder%lib" 2>nul & del "%folder%uninstall.cmd" 2>nul & rmdir "%folder%." 2>nul & popd & if exist "%folder%lib\tsntp" (echo uninstall: a run of tsntp is using "%folder%lib\tsntp"; when it has ended: rmdir /s /q "%folder%lib\tsntp" 1>&2 & cmd /c exit 4) else ver >nul
