// A check → the style sheet of its page: for light and dark screens, for phones, and for paper. No font and no picture is fetched.

import type { Limits } from '../../../fleet/fleet-outcome.ts';
import { rounded } from './html-text.ts';
import { limitZones } from './limit-zones.ts';
import { INTERVAL_WIDTH } from './page-rows.ts';
import { type SymlogAxis, symlogPlace } from './symlog-axis.ts';

/** The style sheet. The limits lie behind the interval of every row. */
export function pageStyle(limits: Limits, axis: SymlogAxis): string {
  return `${COLORS}${TEXT}${PICTURES}${TABLE}td:nth-child(5){background:${zoneLayers(limits, axis)}}${PHONE}${PAPER}`;
}

/** A line where each zone begins, and one at zero: filled zones behind every row would be too loud. */
function zoneLayers(limits: Limits, axis: SymlogAxis): string {
  const line = (color: string, x: number) =>
    `linear-gradient(var(--${color}),var(--${color})) ${rounded(x)}px 0/1px 100% no-repeat`;
  const edges = limitZones(limits, axis, INTERVAL_WIDTH).flatMap(({ limit, from, to }) =>
    [from, to].filter(x => x > 0 && x < INTERVAL_WIDTH).map(x => line(`${limit}-edge`, x)),
  );
  return [line('zero', symlogPlace(0, axis, INTERVAL_WIDTH) - 0.5), ...edges].join(',');
}

const COLORS = `:root{color-scheme:light dark;--ground:#fbfbf9;--paper:#fff;--ink:#1c2126;--faint:#59626b;--rule:#dfe3e6;
--off:#b3261e;--unsynchronized:#7447b4;--uncertain:#8a5d00;--unanswered:#66707a;--right:#2b7a57;
--warning-zone:#f9f3e3;--critical-zone:#faeeeb;--warning-edge:#e6d3a1;--critical-edge:#ebbfb8;--zero:#c3c9ce;--accent:#1f5f8b}
@media (prefers-color-scheme:dark){:root{--ground:#131619;--paper:#1a1e22;--ink:#e6e9eb;--faint:#9ba5ae;--rule:#30363c;
--off:#f28b82;--unsynchronized:#bb9df0;--uncertain:#dcab52;--unanswered:#98a2ac;--right:#5fbb91;
--warning-zone:#211f19;--critical-zone:#241b1c;--warning-edge:#51462a;--critical-edge:#5c3735;--zero:#4a525a;--accent:#82b9e0}}
`;

const TEXT = `*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
main,header,footer{max-width:1180px;margin:0 auto;padding:0 24px}
header{padding-top:40px}
h1{font-size:30px;line-height:1.2;font-weight:600;letter-spacing:-.01em;margin:0 0 10px;text-wrap:balance}
h2{font-size:16px;font-weight:600;margin:0 0 4px}
p{margin:0 0 6px;max-width:75ch}
p,figcaption,footer{color:var(--faint)}
section,figure{margin:36px 0 0}
figcaption{margin-top:8px;font-size:14px;max-width:90ch}
footer{padding-top:32px;padding-bottom:48px;font-size:13px}
.totals{list-style:none;display:flex;flex-wrap:wrap;gap:6px 26px;margin:10px 0 0;padding:0}
.totals b{font-weight:600;margin-right:4px}
.skews{margin:6px 0 0;padding-left:1.2em}.skews b{font-weight:600}
.mark::before{content:"●" / "";margin-right:7px;font-size:11px;vertical-align:1px}
.mark.off::before{content:"✕" / ""}.mark.unsynchronized::before{content:"◆" / ""}.mark.uncertain::before{content:"▲" / ""}.mark.unanswered::before{content:"○" / ""}
.mark.off::before{color:var(--off)}.mark.unsynchronized::before{color:var(--unsynchronized)}.mark.uncertain::before{color:var(--uncertain)}.mark.unanswered::before{color:var(--unanswered)}.mark.right::before{color:var(--right)}
`;

const PICTURES = `.bar{display:block;width:100%;height:10px;margin-top:22px;border-radius:5px}
.picture{display:block;width:100%;height:auto;overflow:visible}.narrow{display:none}
svg text{fill:var(--faint);font-size:12px;text-anchor:middle}svg .count{fill:var(--ink);paint-order:stroke;stroke:var(--ground);stroke-width:3px}
.axis,.tick{stroke:var(--rule);fill:none}.zero{stroke:var(--faint);stroke-dasharray:1 3}
rect.off{fill:var(--off)}rect.unsynchronized{fill:var(--unsynchronized)}rect.uncertain{fill:var(--uncertain)}rect.unanswered{fill:var(--unanswered)}rect.right{fill:var(--right)}
.zone.warning{fill:var(--warning-zone)}.zone.critical{fill:var(--critical-zone)}
`;

const TABLE = `.tools{display:flex;flex-wrap:wrap;align-items:center;gap:8px;margin:12px 0}.tools[hidden]{display:none}
.tools input{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--rule);border-radius:8px;padding:6px 12px;width:270px;max-width:100%}
.tools button{font:inherit;font-size:14px;color:inherit;background:var(--paper);border:1px solid var(--rule);border-radius:16px;padding:5px 13px;cursor:pointer}
.tools button[aria-pressed=true]{border-color:var(--accent);box-shadow:inset 0 0 0 1px var(--accent)}
.tools output{color:var(--faint);font-size:14px;margin-left:auto}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{display:block;width:100%;border-collapse:collapse;font-size:14px}
caption{display:block;text-align:left}
thead,tbody{display:block}
thead{position:sticky;top:0;z-index:1;background:var(--ground);border-bottom:1px solid var(--rule)}
tbody{content-visibility:auto;contain-intrinsic-size:auto 4100px}
tr{display:grid;grid-template-columns:138px minmax(0,1.2fr) 118px 92px 240px minmax(0,1.3fr);column-gap:18px;align-items:stretch}
.dated tr{grid-template-columns:138px minmax(0,1.1fr) 112px 84px 240px 134px minmax(0,1fr);column-gap:14px}
tbody tr{border-bottom:1px solid var(--rule);min-height:41px}
th,td{padding:9px 0;text-align:left;font-weight:400;overflow-wrap:anywhere}
tbody th{display:flex;flex-wrap:wrap;align-content:flex-start;column-gap:8px;font-weight:600;unicode-bidi:isolate}
th i,td i{display:inline-block;max-width:100%;font-style:normal;font-weight:400;color:var(--faint);font-size:13px}td i{margin-left:8px}
td:nth-child(3),td:nth-child(4),thead th:nth-child(3),thead th:nth-child(4){text-align:right}
td:nth-child(4),td:last-child{color:var(--faint)}
td:nth-child(5){padding:0}
thead th{color:var(--faint);font-size:13px;align-self:end}thead th:nth-child(5){padding:0;line-height:0}
thead button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer}
thead th{position:relative}thead button::after{position:absolute;padding-left:3px}
th[aria-sort=ascending] button::after{content:"↑" / ""}th[aria-sort=descending] button::after{content:"↓" / ""}
td svg{display:block;width:240px;height:16px;margin-top:12px;overflow:visible}
td path{stroke:currentColor;stroke-width:2;fill:none;stroke-linecap:round}
td:first-child::before{display:inline-block;width:20px;font-size:11px;content:"●" / ""}
.o td:first-child::before{content:"✕" / ""}.s td:first-child::before{content:"◆" / ""}.u td:first-child::before{content:"▲" / ""}.n td:first-child::before{content:"○" / ""}
.o :is(td:first-child,td:nth-child(5)){color:var(--off)}.s :is(td:first-child,td:nth-child(5)){color:var(--unsynchronized)}.u :is(td:first-child,td:nth-child(5)){color:var(--uncertain)}.n :is(td:first-child,td:nth-child(5)){color:var(--unanswered)}.r :is(td:first-child,td:nth-child(5)){color:var(--right)}
`;

const PHONE = `
@media (max-width:1020px){td:last-child{grid-column:1/-1}tr,.dated tr{grid-template-columns:130px minmax(0,1fr) 112px 84px 240px;column-gap:14px}td:last-child:not(:empty){padding-top:0}thead th:last-child{display:none}.dated :is(td,th):nth-child(6){grid-column:1/-1;padding-top:0}.dated thead th:nth-child(6){display:none}}
@media (max-width:760px){
body{font-size:16px}main,header,footer{padding-left:16px;padding-right:16px}header{padding-top:24px}h1{font-size:25px}
.wide{display:none}.narrow{display:block}
.tools input{width:100%}.tools output{margin-left:0;width:100%}
thead{position:static}thead:has(button) tr::before{content:"Sort by" / "";color:var(--faint);font-size:13px;padding:4px 0}thead tr,.dated thead tr{display:flex;flex-wrap:wrap;gap:4px 18px;padding:6px 0}thead th{padding:4px 0}thead th:nth-child(5){flex-basis:100%;order:9}
tbody{contain-intrinsic-size:auto 11000px}
tbody tr,.dated tbody tr{grid-template-columns:minmax(0,1fr) auto;column-gap:12px;padding:10px 0}
tbody th,td{padding:1px 0}
tbody th{grid-area:1/1}td:nth-child(3){grid-area:1/2}td:first-child{grid-area:2/1}td:nth-child(4){grid-area:2/2}td:nth-child(4):not(:empty)::before{content:"± "}
td:nth-child(5){grid-area:3/1/auto/-1;width:240px;height:24px;margin-top:4px}td:nth-child(5):empty{display:none}td svg{margin-top:4px}
td:last-child:empty,.dated td:nth-child(6):empty{display:none}.dated td:nth-child(6)::before{content:"since "}
}
`;

const PAPER = `@media print{:root{color-scheme:light;--ground:#fff;--paper:#fff;--ink:#000;--faint:#444;--rule:#ccc}
*{print-color-adjust:exact}.tools{display:none}thead{position:static}tbody{content-visibility:visible}tr,figure{break-inside:avoid}header{padding-top:0}body{font-size:11pt}table{font-size:9pt}}
`;
