// A plan → the property list of a launchd job (launchd.plist(5)). At fixed minutes launchd makes up for a time that was
// slept through, once, at wake-up; with an interval it does not.

import { fixedMinutesOf } from './fixed-minutes.ts';
import { MARK, type SchedulePlan, type Scheduler, syncCommand } from './plan.ts';
import { xmlText } from './xml-text.ts';

const LABEL = 'tsntp';
const PATH = `/Library/LaunchDaemons/${LABEL}.plist`;
const LOG = '/var/log/tsntp.log';

/** launchd of macOS. */
export const launchd: Scheduler = {
  files: plan => [{ path: PATH, text: propertyList(plan) }],
  paths: [PATH],
  links: [],
  optionalLinks: [],
  release: [['launchctl', 'bootout', `system/${LABEL}`]],
  enable: () => [['launchctl', 'bootstrap', 'system', PATH]],
  disable: () => [['launchctl', 'bootout', `system/${LABEL}`]],
  forget: [],
};

function propertyList(plan: SchedulePlan): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- ${MARK} -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${LABEL}</string>
  <key>ProgramArguments</key>
  <array>
${syncCommand(plan, { limited: true })
  .map(word => `    <string>${xmlText(word)}</string>\n`)
  .join('')}  </array>
  <key>RunAtLoad</key>
  <true/>
${schedule(plan)}  <key>StandardOutPath</key>
  <string>${LOG}</string>
  <key>StandardErrorPath</key>
  <string>${LOG}</string>
</dict>
</plist>
`;
}

function schedule({ every, minute }: SchedulePlan): string {
  const times = fixedMinutesOf(every, minute);
  if (times === undefined) return `  <key>StartInterval</key>\n  <integer>${every}</integer>\n`;
  const { minutes, hours = [undefined] } = times;
  const dicts = hours.flatMap(hour => minutes.map(each => dict(each, hour)));
  return `  <key>StartCalendarInterval</key>\n  <array>\n${dicts.join('')}  </array>\n`;
}

function dict(minute: number, hour: number | undefined): string {
  const at = hour === undefined ? '' : `<key>Hour</key><integer>${hour}</integer>`;
  return `    <dict>${at}<key>Minute</key><integer>${minute}</integer></dict>\n`;
}
