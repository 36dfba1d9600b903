@"%~dp0lib\tsntp\node.exe" "%~dp0lib\tsntp\bin\tsntp.js" %*
