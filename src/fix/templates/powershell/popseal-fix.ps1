#Requires -Version 4.0
<#
.SYNOPSIS
@SUMMARY@

.DESCRIPTION
Run it in the Exchange Management Shell. The settings of each server are changed only if they are as
they were when the change was planned. Both POP3 services are restarted, and port 110 is asked
whether a login in clear is still taken. If that fails, the old values are put back.

.PARAMETER CertificateName
The name of the certificate that clients are shown (X509CertificateName).

.PARAMETER Thumbprint
Assigns this certificate to POP. Not for a wildcard certificate, which X509CertificateName is for.

.PARAMETER Undo
Puts the old values back.

.PARAMETER NoVerify
Asks no port afterwards.
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]
param(
    [string] $CertificateName = '',
    [string] $Thumbprint = '',
    [switch] $Undo,
    [switch] $NoVerify
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

# Server, setting, value when it was planned, value that is to be.
$Plan = @(
@PLAN@
)
$Ports = @(@PORTS@)
$Services = @('MSExchangePOP3', 'MSExchangePOP3BE')

function Get-PlanServer([string] $Name) {
    if ($Name -eq '') { $env:COMPUTERNAME } else { $Name }
}

function Restart-Pop([string] $Server) {
    foreach ($service in $Services) {
        Get-Service -ComputerName $Server -Name $service | Restart-Service
        (Get-Service -ComputerName $Server -Name $service).WaitForStatus('Running', '00:02:00')
    }
}

function Read-Line([System.IO.StreamReader] $Reader) {
    $line = $Reader.ReadLine()
    if ($null -eq $line) { throw 'the connection was closed' }
    $line
}

# Whether a login in clear is taken, asked with a name that is nobody's.
function Test-ClearLogin([string] $Server, [int] $Port) {
    $client = New-Object System.Net.Sockets.TcpClient
    try {
        $client.ReceiveTimeout = 20000
        try { $client.Connect($Server, $Port) } catch [System.Net.Sockets.SocketException] {
            if ($_.Exception.SocketErrorCode -eq 'ConnectionRefused') { return $false }
            throw
        }
        $stream = $client.GetStream()
        $reader = New-Object System.IO.StreamReader($stream, [System.Text.Encoding]::ASCII)
        $writer = New-Object System.IO.StreamWriter($stream, [System.Text.Encoding]::ASCII)
        $writer.NewLine = "`r`n"
        $writer.AutoFlush = $true
        if ((Read-Line $reader) -notlike '+OK*') { throw 'no greeting of POP3' }
        $writer.WriteLine('AUTH PLAIN')
        if ((Read-Line $reader) -like '+*') { return $true }
        $writer.WriteLine('USER popseal-' + [guid]::NewGuid().ToString('N').Substring(0, 12))
        if ((Read-Line $reader) -notlike '+OK*') { return $false }
        $writer.WriteLine('PASS ' + [guid]::NewGuid().ToString('N'))
        $answer = Read-Line $reader
        return -not ($answer -like '-ERR*' -and $answer -match 'TLS|SSL|encrypt|secur|not valid')
    }
    finally {
        $client.Close()
    }
}

function Confirm-Closed([string] $Server) {
    foreach ($port in $Ports) {
        if (Test-ClearLogin $Server $port) { throw "$($Server):$port still takes logins in clear" }
        Write-Output "$($Server):$port takes no login in clear"
    }
}

# Sets the values of one server: those that are to be, or those that were.
function Set-Plan([string] $Name, [string] $Which) {
    $values = @{}
    foreach ($row in $Plan | Where-Object { $_.Server -eq $Name }) {
        if ($null -ne $row[$Which]) { $values[$row.Setting] = $row[$Which] }
    }
    if ($Which -eq 'After' -and $CertificateName -ne '') {
        $values['X509CertificateName'] = $CertificateName
    }
    if ($Name -ne '') { $values['Server'] = $Name }
    Set-PopSettings @values -Confirm:$false
}

function Test-Plan([string] $Name) {
    $now = if ($Name -eq '') { Get-PopSettings } else { Get-PopSettings -Server $Name }
    foreach ($row in $Plan | Where-Object { $_.Server -eq $Name -and $_.Setting -eq 'LoginType' }) {
        $value = [string] $now.LoginType
        if ($value -ne $row.Before -and $value -ne $row.After) {
            throw "LoginType of $(Get-PlanServer $Name) is $value by now; plan again"
        }
    }
    if ($CertificateName -eq '' -and [string] $now.X509CertificateName -eq '') {
        throw "$(Get-PlanServer $Name) has no X509CertificateName: give -CertificateName"
    }
}

$Names = $Plan | ForEach-Object { $_.Server } | Select-Object -Unique
if (-not $Undo) { foreach ($name in $Names) { Test-Plan $name } }

foreach ($name in $Names) {
    $server = Get-PlanServer $name
    if (-not $PSCmdlet.ShouldProcess($server, $(if ($Undo) { 'put the old POP settings back' } else { 'require TLS for POP3' }))) {
        continue
    }
    if ($Undo) {
        Set-Plan $name 'Before'
        Restart-Pop $server
        continue
    }
    try {
        if ($Thumbprint -ne '') {
            Enable-ExchangeCertificate -Server $server -Thumbprint $Thumbprint -Services POP -Confirm:$false
        }
        Set-Plan $name 'After'
        Restart-Pop $server
        if (-not $NoVerify) { Confirm-Closed $server }
    }
    catch {
        Write-Warning "${server}: $($_.Exception.Message); the old values are put back"
        Set-Plan $name 'Before'
        Restart-Pop $server
        throw
    }
}
