// Required first: prints the peak memory of the process in KiB to stderr when it ends.

process.on('exit', () => process.stderr.write(String(process.resourceUsage().maxRSS)));
