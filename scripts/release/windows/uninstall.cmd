@rem uninstall.cmd: see docs\windows.md. The work is done by scripts/release/windows/setup/uninstall.js, but for the files that it runs from.
@rem This file must end before it is deleted: goto without a label ends it, and the rest of the line still runs.
@"%~dp0lib\tsntp\node.exe" "%~dp0lib\tsntp\dist\setup\uninstall.cjs" || exit /b 4
@if exist "%~dp0install.cmd" exit /b 0
@goto 2>nul & pushd "%SystemRoot%" & rmdir /s /q "%~dp0." 2>nul & popd & if exist "%~dp0lib" (echo uninstall: a run of tsntp is using "%~dp0lib"; when it has ended: rmdir /s /q "%~dp0." 1>&2 & cmd /c exit 4) else ver >nul
