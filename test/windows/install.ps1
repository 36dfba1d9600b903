# install.ps1 ARCHIVE: what only a real Windows shows of the archive's installer, as Administrator, on a machine that may be
# changed: the real cmd.exe, the Task Scheduler, PATH of a new process, and the uninstaller that deletes itself. The clock is
# not set: the tasks are installed with a server that does not exist and never started.
param([Parameter(Mandatory)] [string] $Archive)
$ErrorActionPreference = 'Stop'

function Assert([string] $What, [bool] $Holds) {
  if (-not $Holds) { throw "does not hold: $What" }
  Write-Output "holds: $What"
}
function Get-MachinePath {
  $key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SYSTEM\CurrentControlSet\Control\Session Manager\Environment')
  @{ Text = $key.GetValue('Path', '', 'DoNotExpandEnvironmentNames'); Kind = $key.GetValueKind('Path') }
}
# A cmd.exe as after a logon, with the machine's PATH.
function Invoke-Cmd([string] $Line, [string] $Folder = $work) {
  $env:Path = [Environment]::GetEnvironmentVariable('Path', 'Machine')
  Push-Location $Folder
  try { $script:said = (cmd.exe /d /c $Line 2>&1 | Out-String); $script:code = $LASTEXITCODE } finally { Pop-Location }
  Write-Output "> $Line`n$said" | Out-Host
}
function Get-Tasks { @(Get-ScheduledTask -TaskPath '\tsntp\' -ErrorAction SilentlyContinue).TaskName | Sort-Object }

$program = "$env:ProgramFiles\tsntp"
$source = 'HKLM:\SYSTEM\CurrentControlSet\Services\EventLog\Application\tsntp'
# A blank, brackets, and letters of no single code page.
$work = (New-Item -ItemType Directory "$env:TEMP\J$([char]0xfc)rgen $([char]0x6d4b) (x86)").FullName
Expand-Archive $Archive $work
$unpacked = (Get-ChildItem $work).FullName
$before = Get-MachinePath

Invoke-Cmd 'install.cmd --nonsense' $unpacked
Assert 'wrong arguments end with 2 and change nothing' ($code -eq 2 -and -not (Test-Path $program))

Invoke-Cmd 'install.cmd --max-offset 60 ntp.invalid' $unpacked
Assert 'it installs' ($code -eq 0)
$after = Get-MachinePath
Assert 'PATH has one entry more' ($after.Text -eq "$($before.Text);$program\bin" -and $after.Kind -eq $before.Kind)
Assert 'the source of events is registered' ((Get-ItemProperty $source).TypesSupported -eq 7)
Assert 'both tasks are there' ("$(Get-Tasks)" -eq 'boot sync')
$task = Get-ScheduledTask -TaskPath '\tsntp\' -TaskName sync
Assert 'SYSTEM runs them' ($task.Principal.UserId -in 'SYSTEM', 'S-1-5-18')
Assert 'a missed run is made up for' $task.Settings.StartWhenAvailable
Assert 'runs are spread' ($task.Triggers[0].RandomDelay -in 'PT60S', 'PT1M')
Assert 'they run what is installed' ($task.Actions[0].Execute -eq "$program\lib\tsntp\node.exe")
$writers = (Get-Acl $program).Access | Where-Object {
  $_.IdentityReference -match 'Users|Everyone|Authenticated' -and $_.FileSystemRights -match 'Write|Modify|FullControl'
}
Assert 'only administrators can write the program' ($null -eq $writers)

Invoke-Cmd 'tsntp --version'
Assert 'the command is in PATH' ($code -eq 0)
Invoke-Cmd 'tsntp -n -t 0.2 -p 1 127.0.0.1:9'
Assert 'the exit code passes through' ($code -in 3, 6)
foreach ($argument in '/a b & echo c', '/d^e', '/f!g!', '/h (x86)') {
  Invoke-Cmd "tsntp -q --keys ""$argument"" -a 1 127.0.0.1:9"
  Assert "an argument passes as it is: $argument" ($said.Contains($argument))
}
foreach ($page in 437, 850, 936) {
  Invoke-Cmd "chcp $page >nul & tsntp demo > demo.txt"
  $bytes = [IO.File]::ReadAllBytes("$work\demo.txt")
  Assert "a file of code page $page has only ASCII" ($bytes.Count -gt 0 -and -not ($bytes | Where-Object { $_ -gt 126 }))
}

Invoke-Cmd 'install.cmd --max-offset 60 ntp.invalid' $unpacked
Assert 'installed again, it is the same' ($code -eq 0 -and (Get-MachinePath).Text -eq $after.Text)
$running = Start-Process "$program\bin\tsntp.cmd" '-q -p 1 -t 600 --deadline 600 127.0.0.1:9' -PassThru -WindowStyle Hidden
Start-Sleep 5
Invoke-Cmd 'install.cmd' $unpacked
Assert 'an upgrade replaces a version that runs' ($code -eq 0 -and "$(Get-Tasks)" -eq 'boot sync')
taskkill.exe /t /f /pid $running.Id | Out-Null
Invoke-Cmd 'install.cmd' $unpacked
Assert 'nothing of the older version stays' (-not (Get-ChildItem $program -Force -Filter '.old-*'))

Invoke-Cmd 'uninstall.cmd' $env:SystemRoot
Assert 'PATH has no uninstall' ($code -ne 0)
Invoke-Cmd """$program\uninstall.cmd"""
Assert 'it uninstalls, and its file deletes itself without a complaint' ($code -eq 0 -and $said -notmatch 'batch file')
Assert 'no folder stays' (-not (Test-Path $program) -and -not (Test-Path "$env:ProgramFiles\tsntp-schedule"))
Assert 'no task stays' (-not (Get-Tasks) -and -not (Test-Path "$env:SystemRoot\System32\Tasks\tsntp"))
Assert 'PATH is as before' ((Get-MachinePath).Text -eq $before.Text)
Assert 'no key stays' (-not (Test-Path $source) -and -not (Test-Path 'HKLM:\SOFTWARE\tsntp'))
