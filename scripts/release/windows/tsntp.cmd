@setlocal DisableDelayedExpansion
@if exist "%~dp0..\lib\tsntp\node.exe" goto run
@echo tsntp: "%~dp0..\lib\tsntp\node.exe" is missing: install tsntp again 1>&2
@exit /b 4
:run
@"%~dp0..\lib\tsntp\node.exe" --min-semi-space-size=4 --v8-pool-size=1 "%~dp0..\lib\tsntp\bin\tsntp.js" %*
@exit /b %errorlevel%
